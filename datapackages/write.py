"""Facts → data packages: one for each place, year and stage, the same bytes for the same input.

Documents are read one at a time and wait on disk (:mod:`datapackages.spooling`). Packages are written
and validated beside the released ones; then one rename puts all of them in place, so that a run
killed at any moment leaves the earlier release. Where there is much to do, every core does a part of it.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from datapackages import catalog, checksums, corrections, descriptor, placing
from datapackages.correcting import Result
from datapackages.corrections import Correction
from datapackages.history import Reviewed, write_review
from datapackages.ledger import Outlook
from datapackages.model import Sighting
from datapackages.packing import Packed, Run
from datapackages.placing import Group, Sightings
from datapackages.sealing import seal
from datapackages.spool import Spool
from datapackages.spooling import Given, Spooled, keep
from datapackages.units import Units
from datapackages.workers import Begin, Shown, beside, unseen

log = logging.getLogger(__name__)

NOTHING_EXPECTED = Outlook()


@dataclass(frozen=True, kw_only=True)
class PackageReport:
    """One package as released: where it is, how many rows each resource has, the zip's size and hash."""

    name: str
    path: Path
    rows: Mapping[str, int]
    zip_path: Path
    zip_bytes: int
    zip_sha256: str


def write_packages(
    documents: Iterable[Given],
    sightings: Iterable[Sighting],
    data: Path,
    approve: Callable[[Path], None] | None = None,
    outlook: Outlook = NOTHING_EXPECTED,
    shown: Shown = unseen,
) -> list[PackageReport]:
    """Write, validate and release the packages of all given documents under ``data/packages``.

    Packages that no document belongs to any more disappear. A package that does not keep its
    schemas' promise raises InvalidPackage and leaves the earlier release in place; so does whatever
    ``approve`` raises, which is shown the folder of the new packages before they are released. ``outlook``
    is what the ledger needs to know beside the documents; ``shown`` is told how far the work is. Corrections are
    applied last; a line of them that is not understood raises BadCorrection before anything is written.
    """
    entered = corrections.read(data)
    recover(data)
    work = data / "packages.next"
    shutil.rmtree(work, ignore_errors=True)
    seen = _by_document(sightings)
    spool, released = Spool(work / "spool"), work / "released"
    released.mkdir()
    with beside() as begin:
        spooled = keep(documents, spool, seen, entered, begin, shown)
        _tell_unparsed(seen, spooled.places)
        groups = placing.grouped(spooled.places, seen, {entry.jurisdiction for entry in outlook.expected})
        run = _run(data, spool, seen, spooled, outlook)
        waiting = _elsewhere(entered, spooled.places)
        for packed in _packed(run, groups, released, data / "packages", begin, shown):
            waiting += packed.waiting
    checksums.write(released, "*.zip")
    catalog.write(released)
    if approve:
        approve(released)
    switch(released, data)
    write_review(data, sorted(waiting, key=lambda reviewed: reviewed.result.correction.sha256))
    shutil.rmtree(work)
    return reports(data)


def _run(data: Path, spool: Spool, seen: Sightings, spooled: Spooled, outlook: Outlook) -> Run:
    """What packing needs to know, all names of units with an id."""
    units = Units(data)
    units.propose(spooled.named)
    unparsed = (some for sha, some in seen.items() if sha not in spooled.places)
    return Run(
        spool=spool,
        sightings=seen,
        units=units,
        results=spooled.results,
        outlook=outlook,
        unparsed=tuple(chain.from_iterable(unparsed)),
        unplaced=tuple(spooled.unplaced),
    )


def _packed(
    run: Run, groups: list[Group], released: Path, before: Path, begin: Begin, shown: Shown
) -> Iterator[Packed]:
    """Pack the groups and seal their packages; all that are large are begun before the first is waited for."""
    begun = [
        begin(sum(map(run.spool.size, group.documents)), run.of(group).pack, group, released, before)
        for group in groups
    ]
    sealed = []
    for packed in shown((work.result() for work in begun), len(groups), "Packing places"):
        yield packed
        for folder in packed.unsealed:
            sealed.append(begin(descriptor.size(folder), seal, folder, folder.with_name(f"{folder.name}.zip")))
    for work in shown(sealed, len(sealed), "Validating packages"):
        work.result()


def recover(data: Path) -> None:
    """Put the earlier release back when a run was killed between the two renames of its switch."""
    released, earlier = data / "packages", data / "packages.old"
    if earlier.exists() and not released.exists():
        os.replace(earlier, released)
    shutil.rmtree(earlier, ignore_errors=True)


def reports(data: Path) -> list[PackageReport]:
    """Return a report on each released package, sorted by name."""
    folders = sorted(path.parent for path in (data / "packages").glob("*/datapackage.json"))
    return [_report(folder) for folder in folders]


def _by_document(sightings: Iterable[Sighting]) -> Sightings:
    found: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        found[sighting.sha256].append(sighting)
    return {sha: tuple(some) for sha, some in found.items()}


def _elsewhere(entered: Mapping[str, list[Correction]], places: Mapping[str, str]) -> list[Reviewed]:
    """The corrections to documents that are not here: a person should look."""
    return [
        Reviewed(result=Result(correction=correction, state="review", reason="document_unknown"), found=None)
        for sha, some in entered.items()
        for correction in some
        if sha not in places and not correction.withdrawn
    ]


def _tell_unparsed(seen: Sightings, places: Mapping[str, str]) -> None:
    if unparsed := len(seen.keys() - places.keys()):
        log.warning("%d documents have not been parsed and are in no package; run `yusuan parse`", unparsed)


def switch(released: Path, data: Path) -> None:
    """Make the packages in ``released`` the current ones; :func:`recover` mends a switch that was killed."""
    current, earlier = data / "packages", data / "packages.old"
    if current.exists():
        os.replace(current, earlier)
    os.replace(released, current)
    shutil.rmtree(earlier, ignore_errors=True)


def _report(folder: Path) -> PackageReport:
    packed = folder.with_name(f"{folder.name}.zip")
    return PackageReport(
        name=folder.name,
        path=folder,
        rows=descriptor.rows(folder),
        zip_path=packed,
        zip_bytes=packed.stat().st_size,
        zip_sha256=descriptor.sha256(packed),
    )
