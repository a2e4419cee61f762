"""Parts of the released packages as packages of their own: a place, a year, a unit, a table, or everything.

A selection holds whole rows and nothing that refers to a row outside it. Its files are made from the packages
alone, so that whoever has these can make it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from datapackages import codes, descriptor, front_matter, schemas, tabular
from datapackages.descriptor import PackageKey
from datapackages.loading import SHARED
from datapackages.model import Sighting
from datapackages.shared_rows import Needed, once

Line = list[str]
# Under a choice of one table, the rows that tell where its documents are from.
OF_DOCUMENTS = ("documents", "sightings", "slots")


class NothingSelected(ValueError):
    """No released package holds what was asked for; the message says what there is."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What to choose; "" and 0 choose all."""

    place: str = ""  # code of GB/T 2260
    year: int = 0
    stage: str = ""
    unit: str = ""  # unit_id
    table: str = ""  # codes/canonicals.csv

    @property
    def name(self) -> str:
        """The name of its package: cn-all, cn-140200-2026, cn-140200-u0007-2026-budget-three_public …"""
        whose = self.unit or f"cn-{self.place or 'all'}"
        return "-".join(filter(None, (whose, str(self.year or ""), self.stage, self.table)))

    @property
    def is_of_rows(self) -> bool:
        """Whether it chooses among the rows of a package."""
        return bool(self.unit or self.table)

    def chooses(self, key: PackageKey) -> bool:
        """Whether a package may hold any of it."""
        asked = (self.place, self.year, self.stage)
        return all(not want or want == found for want, found in zip(asked, vars(key).values(), strict=True))


@dataclass(frozen=True, kw_only=True)
class _Named:
    name: str
    parts: tuple[str, ...]


class _Part:
    """What a selection takes of one package."""

    def __init__(self, folder: Path, selection: Selection) -> None:
        self._folder, self._selection = folder, selection
        self._tables: set[str] = set()
        self._facts: set[str] = set()
        self._forms: set[str] = set()
        self._documents: set[str] = set()
        if selection.is_of_rows:
            self._look()

    def lines(self, resource: str) -> Iterator[Line]:
        """The lines of a resource that belong to it, without the header."""
        lines = tabular.read(self._folder / "data" / f"{resource}.csv")
        next(lines, None)
        if not self._selection.is_of_rows or resource in SHARED:
            return lines
        return (line for line in lines if self._keeps(resource, line))

    def _look(self) -> None:
        """Learn which tables, figures, forms and documents belong to it, each before what refers to them."""
        taken = {"tables": self._tables, "facts": self._facts, "performance": self._forms}
        for resource in schemas.RESOURCES:
            if resource in SHARED or (resource in OF_DOCUMENTS and self._selection.table):
                continue
            key, sha256 = _places(resource, schemas.key(resource)), _places(resource, ("sha256",))
            for line in self.lines(resource):
                taken.get(resource, set()).add("|".join(line[at] for at in key))
                self._documents.update(line[at] for at in sha256)

    def _keeps(self, resource: str, line: Line) -> bool:
        row = dict(zip(schemas.fields(resource), line, strict=True))
        if self._selection.unit and row.get("unit_id", self._selection.unit) != self._selection.unit:
            return False
        if resource in OF_DOCUMENTS and (self._selection.table or "unit_id" not in row):
            return row["sha256"] in self._documents
        return not self._selection.table or self._is_of_table(resource, row)

    def _is_of_table(self, resource: str, row: dict[str, str]) -> bool:
        if row.get("table_id") and resource != "tables":
            return row["table_id"] in self._tables
        if "canonical" in row:
            return row["canonical"] == self._selection.table
        if "form_seq" in row:
            return f"{row['sha256']}|{row['form_seq']}" in self._forms
        return row.get("fact_id", "") in self._facts


def write(selection: Selection, packages: Path, folder: Path) -> dict[str, int]:
    """Write the CSV files, descriptor, README and citation of a selection to an empty ``folder``.

    Returns resource → number of rows. Raises NothingSelected when no package in ``packages`` is chosen or no
    document is left.
    """
    chosen = _chosen(selection, packages)
    parts = [_Part(package, selection) for package in chosen]
    (folder / "data").mkdir(parents=True)
    needed = Needed()
    rows = {}
    for resource in (name for name in schemas.RESOURCES if name not in SHARED):
        rows[resource] = _write(folder, resource, needed.watched(resource, _lines(parts, resource)))
    for resource in reversed(SHARED):  # units name places
        lines = once(resource, _lines(parts, resource))
        rows[resource] = _write(folder, resource, needed.of(resource, lines) if selection.is_of_rows else lines)
    if not rows["documents"] and not rows["ledger"]:
        among = ", ".join(package.name for package in chosen)
        raise NothingSelected(f"{selection.name}: no document of {among} is of that unit and has that table")
    named = _Named(name=selection.name, parts=_titles(selection, folder))
    rows = {resource: rows[resource] for resource in schemas.RESOURCES}
    front_matter.write(folder, descriptor.write(folder, named, _sightings(folder), rows))
    return rows


def _lines(parts: list[_Part], resource: str) -> Iterator[Line]:
    return (line for part in parts for line in part.lines(resource))


def _chosen(selection: Selection, packages: Path) -> list[Path]:
    if selection.table and selection.table not in codes.labels("canonicals"):
        known = ", ".join(codes.labels("canonicals"))
        raise NothingSelected(f"no table {selection.table!r}; there are {known}")
    folders = sorted(path.parent for path in packages.glob("*/datapackage.json"))
    chosen = [folder for folder in folders if selection.chooses(PackageKey.of(folder.name))]
    if not chosen:
        known = ", ".join(folder.name for folder in folders) or "none; run `yusuan package` first"
        raise NothingSelected(f"no package is of {selection.name}; in {packages} there are: {known}")
    return chosen


def _write(folder: Path, resource: str, lines: Iterator[Line]) -> int:
    return tabular.write(folder / "data" / f"{resource}.csv", resource, lines)


def _places(resource: str, names: tuple[str, ...]) -> list[int]:
    """Where those fields stand among the resource's; those that it does not have are left out."""
    known = list(schemas.fields(resource))
    return [known.index(name) for name in names if name in known]


def _titles(selection: Selection, folder: Path) -> tuple[str, ...]:
    """What the title says it is of; a unit's name tells its place."""
    if selection.unit:
        whose = next(row["name"] for row in tabular.rows(folder, "units") if row["unit_id"] == selection.unit)
    elif selection.place:
        whose = descriptor.place_label(selection.place)
    else:
        whose = descriptor.texts()["everything"]
    year = descriptor.year_label(selection.year) if selection.year else ""
    stage = descriptor.stage_label(selection.stage) if selection.stage else ""
    table = codes.labels("canonicals").get(selection.table, "")
    return tuple(filter(None, (whose, year, stage, table)))


def _sightings(folder: Path) -> Iterator[Sighting]:
    for row in tabular.rows(folder, "sightings"):
        yield Sighting(**row)
