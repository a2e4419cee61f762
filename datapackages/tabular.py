"""Rows and CSV files: how a value is written, and how the rows of each resource are made of our types."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from datapackages import schemas

Row = Mapping[str, object]

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
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return decimal_text(Decimal(repr(round(value, 2))))
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, tuple | list):
        return "|".join(text(entry).replace("|", "｜") for entry in value)
    return UNPRINTABLE.sub("", LINE_END.sub("\n", str(value)))


def decimal_text(value: Decimal) -> str:
    """Return the shortest exact decimal: no exponent, no trailing zeros, no minus before zero."""
    if not value.is_finite():
        raise ValueError(f"{value} is not a finite number and has no place in a data package")
    if value == 0:
        return "0"
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def values(resource: str, row: Row) -> list[str]:
    """Return the row's cells in the order of the resource's fields; an unknown or missing field is an error."""
    wanted = schemas.fields(resource)
    if wrong := set(row) ^ set(wanted):
        raise ValueError(f"{resource}: fields differ from schemas/{resource}.json: {', '.join(sorted(wrong))}")
    return [text(row[name]) for name in wanted]


def as_row(record: object) -> dict[str, object]:
    """Return a dataclass's fields as a row, without descending into them."""
    return dict(vars(record))


@contextmanager
def writing(path: Path) -> Iterator[Any]:
    """Open a CSV file for writing in our dialect: UTF-8, commas, ``\\n``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        yield csv.writer(file, lineterminator="\n")


def write(path: Path, resource: str, lines: Iterable[list[str]]) -> int:
    """Write a resource's CSV with its header; return the number of rows."""
    count = 0
    with writing(path) as writer:
        writer.writerow(schemas.fields(resource))
        for line in lines:
            writer.writerow(line)
            count += 1
    return count


def read(path: Path) -> Iterator[list[str]]:
    """Yield the lines of a CSV file, the header included."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def rows(folder: Path, resource: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a resource of the package in that folder."""
    lines = read(folder / "data" / f"{resource}.csv")
    names = next(lines, [])
    return (dict(zip(names, line, strict=True)) for line in lines)
