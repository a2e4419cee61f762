"""A page of a long list, read from the place where the page before it ended, however far down that is.

The list is ordered by one column and then by rowid, which every index holds, or by the primary key. Datasette
asks for the rows after a place in one condition joined with OR, which makes SQLite read and sort all that is left;
and it orders equal values on the second page only, so that rows are lost between the first and the second. Here the
rest of the list is a row of stretches, each a range of an index, and the page is filled from one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stretch:
    """A part of the list: the condition for its rows, its arguments, and the order in which they stand."""

    where: str
    arguments: Mapping[str, Any]
    order: str


# The last row shown: its value (None without one), the query for its rowid, and the arguments of that query.
Place = tuple[str | None, str, Mapping[str, Any]]


def by_column(column: str, descending: bool, after: Place | None) -> list[Stretch]:
    """Return what follows in a list by ``column`` (its name quoted); rows without a value count as the least."""
    way, beyond = ("DESC", "<") if descending else ("ASC", ">")
    order = f"{column} {way}, rowid {way}"
    if after is None:
        return [Stretch("", {}, order)]
    value, row, arguments = after
    empty, given = f"{column} IS NULL", f"{column} IS NOT NULL"
    behind = f"rowid {beyond} ({row})"
    if value is None:
        rest = [] if descending else [Stretch(given, {}, order)]
        return [Stretch(f"{empty} AND {behind}", arguments, f"rowid {way}"), *rest]
    last = {"after_value": value}
    return [
        Stretch(f"{column} = :after_value AND {behind}", {**arguments, **last}, f"rowid {way}"),
        Stretch(f"{column} {beyond} :after_value", last, order),
        *([Stretch(empty, {}, f"rowid {way}")] if descending else []),
    ]


def by_keys(keys: Sequence[str], after: Sequence[str] | None) -> list[Stretch]:
    """Return what follows in a list by its primary key; ``after`` is that of the last row shown."""
    order = ", ".join(keys)
    if after is None:
        return [Stretch("", {}, order)]
    arguments = {f"after_{number}": value for number, value in enumerate(after)}
    given = ", ".join(f":{name}" for name in arguments)
    return [Stretch(f"({order}) > ({given})", arguments, order)]
