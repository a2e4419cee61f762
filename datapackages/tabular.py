"""Rows and CSV files: how a value is written, and how the rows of each resource are made of our types."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache, lru_cache
from itertools import count
from operator import itemgetter
from pathlib import Path
from typing import Any

from datapackages import schemas

Row = Mapping[str, object]
Cell = str | int | None

# A chapter of prose is longer than Python's default of 131,072 characters.
csv.field_size_limit(1 << 30)

# Control and bidirectional override characters and lone surrogates of hostile PDFs: they break CSV
# readers, or make a reader see another text than is stored.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
LINE_END = re.compile("\r\n?|\u2028|\u2029")


def text(value: object) -> str:
    """Return a value as it stands in CSV: "" for None, 1 or 0, plain decimals, lists joined with "|"."""
    kind: type = type(value)
    written = WRITERS.get(kind) or next((WRITERS[known] for known in kind.__mro__ if known in WRITERS), None)
    return written(value) if written else _clean(str(value))


def _clean(value: str) -> str:
    """Text without what breaks readers; most is printable and needs no second look."""
    return value if value.isprintable() else UNPRINTABLE.sub("", LINE_END.sub("\n", value))


@lru_cache(4096)  # a row's and a column's cells share their edges
def _edge(points: float) -> str:
    plain = repr(round(points, 2))
    if "e" in plain or "n" in plain:  # 1e+16, nan, inf
        return decimal_text(Decimal(plain))
    return "0" if plain in ("0.0", "-0.0") else plain.removesuffix(".0")


def _list(value: Iterable[object]) -> str:
    return "|".join(text(entry).replace("|", "｜") for entry in value)


def decimal_text(value: Decimal) -> str:
    """Return the shortest exact decimal: no exponent, no trailing zeros, no minus before zero."""
    if not value.is_finite():
        raise ValueError(f"{value} is not a finite number and has no place in a data package")
    if value == 0:
        return "0"
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "",
    str: _clean,
    bool: lambda value: "1" if value else "0",
    int: str,
    float: _edge,
    Decimal: decimal_text,
    tuple: _list,
    list: _list,
}


def values(resource: str, row: Row) -> list[Cell]:
    """Return the row's cells in the order of the resource's fields; an unknown or missing field is an error.

    None and integers stay, which the writer of CSV writes as ``text`` would; all else is text.
    """
    try:
        cells = _in_order(resource)(row)
    except KeyError:
        cells = ()
    if len(cells) != len(row):
        wrong = ", ".join(sorted(row.keys() ^ schemas.fields(resource).keys()))
        raise ValueError(f"{resource}: fields differ from schemas/{resource}.json: {wrong}")
    # Most cells are printable text, empty or integers; a call for each of them would take half of the time.
    return [
        cell if (kind := type(cell)) is str and cell.isprintable() or cell is None or kind is int else text(cell)
        for cell in cells
    ]


@cache
def _in_order(resource: str) -> Callable[[Row], tuple[Any, ...]]:
    return itemgetter(*schemas.fields(resource))


def as_row(record: Any) -> dict[str, object]:
    """Return a dataclass's fields as a row, without descending into them."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


@contextmanager
def writing(path: Path) -> Iterator[Any]:
    """Open a CSV file for writing in our dialect: UTF-8, commas, ``\\n``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        yield csv.writer(file, lineterminator="\n")


def write(path: Path, resource: str, lines: Iterable[Sequence[Cell]]) -> int:
    """Write a resource's CSV with its header; return the number of rows."""
    rows = count()
    with writing(path) as writer:
        writer.writerow(schemas.fields(resource))
        writer.writerows(line for line, _ in zip(lines, rows, strict=False))
    return next(rows)


def read(path: Path) -> Iterator[list[str]]:
    """Yield the lines of a CSV file, the header included."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def rows(folder: Path, resource: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a resource of the package in that folder."""
    lines = read(folder / "data" / f"{resource}.csv")
    names = next(lines, [])
    return (dict(zip(names, line, strict=True)) for line in lines)
