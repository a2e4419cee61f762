"""Facts → data packages: one for each place, year and stage, the same bytes for the same input.

Documents are read one at a time and wait on disk (:mod:`datapackages.spool`). Packages are written
and validated beside the released ones; then one rename puts all of them in place, so that a run
killed at any moment leaves the earlier release.
"""

from __future__ import annotations

import filecmp
import logging
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from datapackages import (
    archive,
    catalog,
    checksums,
    corrections,
    descriptor,
    front_matter,
    ledger,
    placing,
    schemas,
    tabular,
)
from datapackages.contents import Contents
from datapackages.correcting import Result, correct
from datapackages.corrections import Correction
from datapackages.descriptor import PackageKey
from datapackages.history import History, write_review
from datapackages.ledger import Line, Outlook
from datapackages.model import ParsedDocument, Sighting
from datapackages.placing import Placing
from datapackages.shelving import Shelved
from datapackages.spool import Entry, Spool
from datapackages.units import Units
from datapackages.validate import REPORT, InvalidPackage, validate, write_report
from datapackages.versions import Placed

log = logging.getLogger(__name__)

NOTHING_EXPECTED = Outlook()

Sightings = Mapping[str, tuple[Sighting, ...]]
Results = dict[str, tuple[Result, ...]]


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
    parsed: Iterable[ParsedDocument],
    sightings: Iterable[Sighting],
    data: Path,
    approve: Callable[[Path], None] | None = None,
    outlook: Outlook = NOTHING_EXPECTED,
) -> list[PackageReport]:
    """Write, validate and release the packages of all given documents under ``data/packages``.

    Packages that no document belongs to any more disappear. A package that does not keep its
    schemas' promise raises InvalidPackage and leaves the earlier release in place; so does whatever
    ``approve`` raises, which is shown the folder of the new packages before they are released. ``outlook``
    is what the ledger needs to know beside the documents. Corrections are applied last; a line of them that is
    not understood raises BadCorrection before anything is written.
    """
    entered = corrections.read(data)
    recover(data)
    work = data / "packages.next"
    shutil.rmtree(work, ignore_errors=True)
    seen = _by_document(sightings)
    spool = Spool(work / "spool")
    results: Results = {}
    entries = {entry.document.sha256: entry for entry in _spooled(parsed, seen, spool, entered, results)}
    _tell_unparsed(seen, entries)
    units = Units(data)
    placed = placing.place(entries.values(), seen, units)
    history = History(placed, spool, results | _elsewhere(entered, entries))
    released = work / "released"
    released.mkdir()
    unparsed = [sighting for sha, some in seen.items() if sha not in entries for sighting in some]
    lines = ledger.lines(placed.documents, units, outlook, unparsed)
    documents, expected = _packages(placed), _ledger(lines)
    shelved = Shelved(placed, units, spool, lines)
    for key in sorted({*documents, *expected}):
        contents = Contents(
            documents=documents.get(key, ()),
            placing=placed,
            entries=entries,
            units=units,
            spool=spool,
            history=history,
            shelved=shelved,
            ledger=expected.get(key, ()),
        )
        _write_package(released / key.name, key, contents, data / "packages" / key.name)
    checksums.write(released, "*.zip")
    catalog.write(released)
    if approve:
        approve(released)
    switch(released, data)
    write_review(data, history.waiting())
    shutil.rmtree(work)
    return reports(data)


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


def _spooled(
    parsed: Iterable[ParsedDocument],
    seen: Sightings,
    spool: Spool,
    entered: Mapping[str, list[Correction]],
    results: Results,
) -> Iterable[Entry]:
    """Correct each document and keep its rows on disk; ``results`` takes what became of the corrections."""
    for document in parsed:
        sha = document.document.sha256
        corrected, results[sha] = correct(document, entered.get(sha, ()))
        before = (result.before for result in results[sha] if result.state == "applied")
        printed = {fact.fact_id: fact for fact in before if fact}
        yield spool.add(corrected, placing.jurisdiction_of(document.document, seen.get(sha, ())), printed)


def _elsewhere(entered: Mapping[str, list[Correction]], entries: Mapping[str, Entry]) -> Results:
    """What becomes of corrections to documents that are not here: a person should look."""
    return {
        sha: tuple(
            Result(correction=correction, state="withdrawn" if correction.withdrawn else "review", reason=reason)
            for correction in some
            for reason in ("" if correction.withdrawn else "document_unknown",)
        )
        for sha, some in entered.items()
        if sha not in entries
    }


def _tell_unparsed(seen: Sightings, entries: Mapping[str, Entry]) -> None:
    if unparsed := len(set(seen) - set(entries)):
        log.warning("%d documents have not been parsed and are in no package; run `yusuan parse`", unparsed)


def _packages(placed: Placing) -> dict[PackageKey, tuple[Placed, ...]]:
    found: dict[PackageKey, list[Placed]] = defaultdict(list)
    for document in placed.documents:
        said = document.document
        key = PackageKey(jurisdiction=document.jurisdiction, year=said.fiscal_year or 0, stage=said.stage)
        found[key].append(document)
    return {key: tuple(documents) for key, documents in found.items()}


def _ledger(lines: Iterable[Line]) -> dict[PackageKey, tuple[Line, ...]]:
    """The lines of each package; a round of which nothing was published has a package all the same."""
    found: dict[PackageKey, list[Line]] = defaultdict(list)
    for line in lines:
        found[PackageKey(jurisdiction=line.jurisdiction, year=line.document_year, stage=line.stage)].append(line)
    return {key: tuple(some) for key, some in found.items()}


def _write_package(folder: Path, key: PackageKey, contents: Contents, before: Path) -> None:
    """Write one package; one whose bytes are those of the release ``before`` was validated then."""
    (folder / "data").mkdir(parents=True)
    rows = {
        resource: tabular.write(folder / "data" / f"{resource}.csv", resource, contents.lines(resource))
        for resource in schemas.RESOURCES
    }
    sightings = [sighting for document in contents.documents for sighting in document.sightings]
    front_matter.write(folder, descriptor.write(folder, key, sightings, rows))
    packed = folder.with_name(f"{folder.name}.zip")
    if _unchanged(folder, before):
        shutil.copyfile(before / REPORT, folder / REPORT)
        shutil.copyfile(before.with_name(packed.name), packed)
        return
    seal(folder, packed)


def seal(folder: Path, packed: Path) -> None:
    """Validate a package, add the report and pack it. Raises InvalidPackage with what is wrong."""
    report = validate(folder)
    if not report.valid:
        raise InvalidPackage(report)
    write_report(folder, report)
    archive.write_zip(folder, packed)


def _unchanged(folder: Path, before: Path) -> bool:
    """Whether every file is that of the earlier release, byte for byte, and its report and zip are there."""
    if not (before / REPORT).is_file() or not before.with_name(f"{before.name}.zip").is_file():
        return False
    names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    same = all((before / name).is_file() for name in names)
    return same and not filecmp.cmpfiles(folder, before, [str(name) for name in names], shallow=False)[1]


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
