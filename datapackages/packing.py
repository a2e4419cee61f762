"""The packages of places that have to do with one another: one for each place, year and stage.

Memory holds the documents of such a group without their rows, whatever a whole run holds. A group knows of no
other, so that groups can be packed in several processes.
"""

from __future__ import annotations

import filecmp
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from datapackages import descriptor, front_matter, ledger, placing, schemas, tabular
from datapackages.contents import Contents
from datapackages.correcting import Result
from datapackages.descriptor import PackageKey
from datapackages.history import History, Reviewed
from datapackages.ledger import Line, Outlook
from datapackages.model import Sighting
from datapackages.placing import Group, Placing, Sightings
from datapackages.shelving import Shelved
from datapackages.spool import Spool
from datapackages.units import Units
from datapackages.validate import REPORT
from datapackages.versions import Placed


class Packed(NamedTuple):
    """What packing a group leaves to be done: corrections for a person to look at, and folders to be sealed."""

    waiting: list[Reviewed]
    unsealed: list[Path]


@dataclass(frozen=True, kw_only=True)
class Run:
    """What the groups of a run share."""

    spool: Spool
    sightings: Sightings
    units: Units
    results: Mapping[str, tuple[Result, ...]]  # of the corrections, by document
    outlook: Outlook
    unparsed: tuple[Sighting, ...]  # of stored documents that were not read
    unplaced: tuple[Sighting, ...]  # of documents that were read and may be any place's

    def of(self, group: Group) -> Run:
        """What concerns the group alone, to be sent to another process."""
        expected = tuple(entry for entry in self.outlook.expected if entry.jurisdiction in group.places)
        return replace(
            self,
            sightings={sha: self.sightings[sha] for sha in group.documents if sha in self.sightings},
            units=self.units.within(group.places),
            results={sha: self.results[sha] for sha in group.documents if sha in self.results},
            outlook=replace(self.outlook, expected=expected),
        )

    def pack(self, group: Group, released: Path, before: Path) -> Packed:
        """Write the packages of the group that this run is :meth:`of` to ``released``.

        One whose bytes are those of the release ``before`` was validated then, and is sealed as it was.
        """
        entries = {sha: self.spool.entry(sha) for sha in group.documents}
        placed = placing.place(entries.values(), self.sightings, self.units)
        history = History(placed, self.spool, self.results)
        lines = self._ledger(group, placed)
        shelved = Shelved(placed, self.units, self.spool, lines)
        documents, expected = _packages(placed), _by_package(lines)
        unsealed = []
        for key in sorted({*documents, *expected}):
            contents = Contents(
                documents=documents.get(key, ()),
                placing=placed,
                entries=entries,
                units=self.units,
                spool=self.spool,
                history=history,
                shelved=shelved,
                ledger=expected.get(key, ()),
            )
            _write_package(released / key.name, key, contents)
            if not _sealed_as_before(released / key.name, before / key.name):
                unsealed.append(released / key.name)
        return Packed(list(history.waiting()), unsealed)

    def _ledger(self, group: Group, placed: Placing) -> list[Line]:
        doubtful = self.unparsed if "" in group.places else (*self.unparsed, *self.unplaced)
        return ledger.lines(placed.documents, self.units, self.outlook, doubtful)


def _packages(placed: Placing) -> dict[PackageKey, tuple[Placed, ...]]:
    found: dict[PackageKey, list[Placed]] = defaultdict(list)
    for document in placed.documents:
        said = document.document
        key = PackageKey(jurisdiction=document.jurisdiction, year=said.fiscal_year or 0, stage=said.stage)
        found[key].append(document)
    return {key: tuple(documents) for key, documents in found.items()}


def _by_package(lines: Iterable[Line]) -> dict[PackageKey, tuple[Line, ...]]:
    """The lines of each package; a round of which nothing was published has a package all the same."""
    found: dict[PackageKey, list[Line]] = defaultdict(list)
    for line in lines:
        found[PackageKey(jurisdiction=line.jurisdiction, year=line.document_year, stage=line.stage)].append(line)
    return {key: tuple(some) for key, some in found.items()}


def _write_package(folder: Path, key: PackageKey, contents: Contents) -> None:
    (folder / "data").mkdir(parents=True)
    rows = {
        resource: tabular.write(folder / "data" / f"{resource}.csv", resource, contents.lines(resource))
        for resource in schemas.RESOURCES
    }
    sightings = [sighting for document in contents.documents for sighting in document.sightings]
    front_matter.write(folder, descriptor.write(folder, key, sightings, rows))


def _sealed_as_before(folder: Path, before: Path) -> bool:
    if not _unchanged(folder, before):
        return False
    packed = f"{folder.name}.zip"
    shutil.copyfile(before / REPORT, folder / REPORT)
    shutil.copyfile(before.with_name(packed), folder.with_name(packed))
    return True


def _unchanged(folder: Path, before: Path) -> bool:
    """Whether every file is that of the earlier release, byte for byte, and its report and zip are there."""
    if not (before / REPORT).is_file() or not before.with_name(f"{before.name}.zip").is_file():
        return False
    names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    same = all((before / name).is_file() for name in names)
    return same and not filecmp.cmpfiles(folder, before, [str(name) for name in names], shallow=False)[1]
