"""What the title of a link announces: whose document, of which year and stage. Nothing is guessed.

A title is only a site's word for a document that could not be had; of a document itself the text decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from datapackages import codes
from datapackages.units import Unit

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class Announcement(NamedTuple):
    """Whose, of which year and stage; "" and None for what the title does not say, or says twice."""

    unit_id: str
    year: int | None
    stage: str


class Names:
    """The names of the units of one place."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._owners: dict[str, set[str]] = {}
        for unit in units:
            for name in filter(None, unit.names):
                self._owners.setdefault(codes.fold(name), set()).add(unit.unit_id)
        self._longest_first = sorted(self._owners, key=len, reverse=True)

    def read(self, title: str) -> Announcement:
        """What a title announces; the longest name in it is the one it means."""
        folded = codes.fold(title)
        name = next((name for name in self._longest_first if name in folded), "")
        owners = self._owners.get(name, set())
        years = set(YEAR.findall(folded))
        return Announcement(
            unit_id=min(owners) if len(owners) == 1 else "",
            year=int(years.pop()) if len(years) == 1 else None,
            stage=_stage(folded),
        )


def _stage(title: str) -> str:
    return next((stage for word, stage in _stage_words() if word in title), "")


@cache
def _stage_words() -> tuple[tuple[str, str], ...]:
    """Words in the order of the file: the first that a title holds decides."""
    return tuple((codes.fold(row["word"]), row["stage"]) for row in codes.rows("stage_words"))
