"""Every region whose disclosures have a known place: sources that can be crawled, and rows that wait."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from crawler.catalogue import HERE, STATES, families, sources
from crawler.errors import UsageError

UNVERIFIED = HERE / "sources" / "unverified.csv"


@dataclass(frozen=True, kw_only=True)
class Region:
    """One place and what is known of its disclosures. ``name`` is the source's; empty where there is none yet."""

    place: str
    jurisdiction: str  # GB/T 2260, six digits
    entry: str  # the first address
    family: str
    state: str  # one of catalogue.STATES
    why: str
    name: str = ""


def regions(data: Path | None = None) -> list[Region]:
    """Sources and waiting rows, by jurisdiction and name; UsageError names a wrong line of the table."""
    known = [
        Region(
            place=source.place, jurisdiction=source.jurisdiction, entry=source.entries[0], family=source.family,
            state=source.state, why=source.notes, name=name,
        )
        for name, source in sources(data).items()
    ]  # fmt: skip
    return sorted([*known, *waiting()], key=lambda region: (region.jurisdiction, region.name, region.entry))


def waiting(table: Path = UNVERIFIED) -> Iterator[Region]:
    """The rows of ``unverified.csv``: regions that nobody has made a source for."""
    columns = [field.name for field in fields(Region) if field.name != "name"]
    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        for row in reader:
            place = f"{table}, line {reader.line_num}"
            if sorted(row) != sorted(columns) or not all(row.values()):
                raise UsageError(f"{place}: every row fills {', '.join(columns)}, found {row}")
            if row["state"] not in STATES or row["family"] not in families():
                raise UsageError(f"{place}: unknown state {row['state']!r} or family {row['family']!r}")
            yield Region(**row)
