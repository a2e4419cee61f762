"""Minted units: who publishes, under an id that no renaming changes.

Three lists lie over one another: proposals (``data/review/units.csv``), the shipped list and the
installation's own (``data/units.csv``), which wins. A name that none of them knows gets a proposal
with the next number of its place; later runs find it there again.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from datapackages import codes
from datapackages.whole_file import replacing

COLUMNS = (
    "unit_id", "name", "aliases", "short_names", "kind", "parent",
    "jurisdiction", "zone", "official_code", "valid_from", "valid_to",
)  # fmt: skip
REQUIRED = ("unit_id", "name", "jurisdiction")
LISTS = ("aliases", "short_names")
UNIT_ID = re.compile(r"cn-(\d{6})-u(\d{4,})")


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A department, a unit or a department's own level."""

    unit_id: str
    name: str
    jurisdiction: str
    aliases: tuple[str, ...] = ()
    short_names: tuple[str, ...] = ()
    kind: str = ""
    parent: str = ""
    zone: str = ""
    official_code: str = ""
    valid_from: str = ""
    valid_to: str = ""
    state: str = "accepted"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases, *self.short_names)


@dataclass(frozen=True, kw_only=True, order=True)
class Unknown:
    """A name that no list knows, where it was met, and what its documents say it is."""

    jurisdiction: str
    name: str
    kind: str = ""


class Units:
    """The units this installation knows."""

    def __init__(self, data: Path) -> None:
        self.review = data / "review" / "units.csv"
        self._units: dict[str, Unit] = {}
        for path, state in ((self.review, "proposed"), (codes.FOLDER / "units.csv", "accepted"),
                            (data / "units.csv", "accepted")):  # fmt: skip
            self._units |= {unit.unit_id: unit for unit in _read(path, state)}
        for unit in self._units.values():
            self._check(unit)
        self._arrange()

    def within(self, places: Iterable[str]) -> Units:
        """The units of those places and the departments above them alone: what another process needs to know."""
        own = [unit_id for place in places for unit_id in self._at.get(place, ())]
        narrowed = copy(self)
        narrowed._units = {unit.unit_id: unit for unit in self.with_parents(own)}
        narrowed._arrange()
        return narrowed

    def _arrange(self) -> None:
        self._at: dict[str, list[str]] = defaultdict(list)  # place → ids
        self._of: dict[str, list[Unit]] = defaultdict(list)
        self._exact: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._folded: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._last_number: dict[str, int] = defaultdict(int)
        for unit in sorted(self._units.values(), key=lambda unit: unit.state != "accepted"):
            self._index(unit)
        for unit_id in sorted(self._units):
            if self._units[unit_id].state == "accepted":
                self._of[self._units[unit_id].jurisdiction].append(self._units[unit_id])

    def get(self, unit_id: str) -> Unit:
        """Return the unit of that id; KeyError where there is none."""
        return self._units[unit_id]

    def of(self, jurisdiction: str) -> list[Unit]:
        """Return the accepted units of a place, sorted by id."""
        return list(self._of.get(jurisdiction, ()))

    def find(self, jurisdiction: str, name: str) -> list[Unit]:
        """Return the units of a place that bear the name; as printed first, then without 本级."""
        exact, folded = (jurisdiction, codes.fold(name)), (jurisdiction, own_level_folded(name))
        found = self._exact.get(exact) or self._exact.get(folded) or self._folded.get(folded) or ()
        return [self._units[unit_id] for unit_id in sorted(found)]

    def with_parents(self, unit_ids: Iterable[str]) -> list[Unit]:
        """Return the units of those ids and the departments above them, sorted by id."""
        found: dict[str, Unit] = {}
        waiting = list(unit_ids)
        while waiting:
            unit_id = waiting.pop()
            if unit_id and unit_id not in found:
                found[unit_id] = self._units[unit_id]
                waiting.append(found[unit_id].parent)
        return [found[unit_id] for unit_id in sorted(found)]

    def propose(self, names: Iterable[Unknown]) -> list[Unit]:
        """Mint an id for each unknown name, in the order of place and name, and keep the proposals."""
        minted = []
        for unknown in sorted(set(names)):
            if not self.find(unknown.jurisdiction, unknown.name):
                minted.append(self._mint(unknown))
        if minted:
            _write(self.review, [unit for unit in self._units.values() if unit.state == "proposed"])
        return minted

    def _check(self, unit: Unit) -> None:
        if unit.parent and unit.parent not in self._units:
            raise ValueError(
                f"unit {unit.unit_id}: its parent {unit.parent} is in no list of units; add it to data/units.csv"
            )
        if unit.jurisdiction not in codes.jurisdictions():
            raise ValueError(
                f"unit {unit.unit_id}: jurisdiction {unit.jurisdiction!r} is not in "
                "datapackages/codes/jurisdictions.csv; correct the unit's line or add the division"
            )

    def _mint(self, unknown: Unknown) -> Unit:
        number = self._last_number[unknown.jurisdiction] + 1
        unit = Unit(
            unit_id=f"cn-{unknown.jurisdiction}-u{number:04d}",
            name=unknown.name,
            jurisdiction=unknown.jurisdiction,
            kind=unknown.kind,
            state="proposed",
        )
        self._units[unit.unit_id] = unit
        self._index(unit)
        return unit

    def _index(self, unit: Unit) -> None:
        """A proposal whose name an accepted unit has taken over keeps its number and is found no more."""
        self._at[unit.jurisdiction].append(unit.unit_id)
        is_taken_over = unit.state == "proposed" and self.find(unit.jurisdiction, unit.name)
        for name in () if is_taken_over else unit.names:
            self._exact[unit.jurisdiction, codes.fold(name)].add(unit.unit_id)
            self._folded[unit.jurisdiction, own_level_folded(name)].add(unit.unit_id)
        if match := UNIT_ID.fullmatch(unit.unit_id):
            self._last_number[match[1]] = max(self._last_number[match[1]], int(match[2]))


def own_level_folded(name: str) -> str:
    """Return the folded name without a closing 本级, which names the same body."""
    folded = codes.fold(name)
    shorter = (folded.removesuffix(suffix) for suffix in _own_level() if folded.endswith(suffix))
    return next(filter(None, shorter), folded)


@cache
def _own_level() -> tuple[str, ...]:
    return tuple(row["text"] for row in codes.rows("name_affixes") if row["kind"] == "own_level_suffix")


def _read(path: Path, state: str) -> list[Unit]:
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            _check_columns(path, reader.fieldnames or ())
            return [_unit(path, number, row, state) for number, row in enumerate(reader, start=2)]
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8") from error


def _check_columns(path: Path, found: Iterable[str]) -> None:
    names = set(found)
    if missing := [name for name in REQUIRED if name not in names]:
        raise ValueError(f"{path}: columns {', '.join(missing)} are missing; it may have {', '.join(COLUMNS)}")
    if unknown := sorted(names - set(COLUMNS)):
        raise ValueError(f"{path}: unknown columns {', '.join(unknown)}; it may have {', '.join(COLUMNS)}")


def _unit(path: Path, number: int, row: dict[str, str], state: str) -> Unit:
    given: dict[str, Any] = {name: row.get(name) or "" for name in COLUMNS}
    if not UNIT_ID.fullmatch(given["unit_id"]):
        found = f"unit_id {given['unit_id']!r} should look like cn-140200-u0007"
        raise ValueError(f"{path}, line {number}: {found}; correct the line")
    for name in LISTS:
        given[name] = tuple(filter(None, given[name].split("|")))
    return Unit(**given, state=state)


def _write(path: Path, units: list[Unit]) -> None:
    with replacing(path) as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for unit in sorted(units, key=lambda unit: unit.unit_id):
            line = {name: getattr(unit, name) for name in COLUMNS}
            writer.writerow(line | {name: "|".join(line[name]) for name in LISTS})
