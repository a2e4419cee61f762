"""Files that somebody already has: PDFs, folders and zips, with a manifest of where they come from or without.

A file named ``.pdf`` that is something else is kept all the same, so that the parser can name what it is.
Dates are the manifest's, never this machine's: the same files give the same data everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crawler import blobs
from crawler.archives import NEITHER, Found, LeftOut, unpacked
from crawler.bodies import ARCHIVES
from crawler.errors import UsageError
from crawler.lock import hold
from crawler.manifest import Row, read_manifest
from crawler.state import State
from datapackages.model import Sighting

SOURCE = "import"


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What one import kept. Files with the same bytes are one document with several sightings."""

    files: int
    new: int  # documents whose bytes were not in the store
    known: int  # files whose bytes were there already
    sightings: int
    left_out: tuple[LeftOut, ...] = ()
    unlisted: tuple[str, ...] = ()  # files that the manifest does not name


def import_paths(paths: Sequence[Path], data: Path, manifest: Path | None = None) -> ImportReport:
    """Keep files and record where they were published; nothing is kept when the manifest or a path is wrong.

    A file without a line in the manifest gets the address ``file:<name>``; in a folder or zip the name begins
    with the folder's or the zip's own. Raises UsageError for a missing path or file and for bad lines.
    """
    rows = read_manifest(manifest) if manifest else []
    _check_exist(paths)
    folder = manifest.resolve().parent if manifest else Path()
    alone = [path for path in dict.fromkeys((folder / row.path).resolve() for row in rows) if path.is_file()]
    # Twice over the files: first their names, to refuse before anything is kept; then their bytes, one at a time.
    found = [replace(entry, read=bytes) for entry in _everything(paths, alone) if isinstance(entry, Found)]
    named = _match(rows, found, manifest)
    with hold(data), State(data) as state:
        blobs.sweep(data)
        return _keep(_everything(paths, alone), named, data, state, bool(manifest))


def _check_exist(paths: Sequence[Path]) -> None:
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"no such file or folder: {', '.join(missing)}")


def _walk(path: Path) -> Iterator[Found | LeftOut]:
    """The documents at one path that was named; its own name begins theirs."""
    whole = path.resolve()
    if not whole.is_dir():
        yield from _file(whole, whole.name, asked=True)
        return
    for file in sorted(entry for entry in whole.rglob("*") if entry.is_file()):
        yield from _file(file, file.relative_to(whole.parent).as_posix(), asked=False)


def _file(file: Path, name: str, *, asked: bool) -> Iterator[Found | LeftOut]:
    ending = file.suffix.lower().removeprefix(".")
    if ending in ARCHIVES:
        yield from unpacked(file, ending, name)
    elif ending == "pdf" or asked or _is_pdf(file):
        yield Found(name=name, path=file, read=file.read_bytes)
    else:
        yield LeftOut(name=name, reason=NEITHER)


def _is_pdf(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(5) == b"%PDF-"


def _everything(paths: Sequence[Path], alone: Sequence[Path]) -> Iterator[Found | LeftOut]:
    """The files at the paths, then those that only the manifest names: with a manifest no path need be given."""
    seen = set()
    for entry in (entry for path in paths for entry in _walk(path)):
        if isinstance(entry, LeftOut) or entry.key not in seen:
            yield entry
        if isinstance(entry, Found):
            seen.add(entry.key)
    for path in alone:
        if str(path) not in seen:
            yield from _file(path, path.name, asked=True)


def _match(rows: list[Row], found: list[Found], manifest: Path | None) -> dict[str, list[Row]]:
    """Rows by the key of their file; UsageError lists every row whose file is not there."""
    folder = manifest.resolve().parent if manifest else Path()
    keys = _spellings(found)
    named: dict[str, list[Row]] = {}
    missing = []
    for row in rows:
        matches = keys.get(str((folder / row.path).resolve())) or keys.get(row.path)
        if not matches:
            missing.append(f"{manifest}, line {row.line}: no file {row.path!r} beside it or under the paths given")
        for key in matches or ():
            named.setdefault(key, []).append(row)
    if missing:
        raise UsageError("\n".join(missing[:20] + [f"... and {len(missing) - 20} more"] * (len(missing) > 20)))
    return named


def _spellings(found: list[Found]) -> dict[str, list[str]]:
    """Ways in which a manifest may write a file: its whole path, its name, its name inside the folder given."""
    keys: dict[str, list[str]] = {}
    for entry in found:
        for spelling in {entry.key, entry.name, entry.name.partition("/")[2]} - {""}:
            keys.setdefault(spelling, []).append(entry.key)
    return keys


def _keep(
    found: Iterable[Found | LeftOut], named: dict[str, list[Row]], data: Path, state: State, listed: bool
) -> ImportReport:
    left_out, unlisted, is_new = [], [], []
    sightings: dict[Sighting, None] = {}
    for entry in found:
        if isinstance(entry, LeftOut):
            left_out.append(entry)
            continue
        sha256, new = _store(entry, data)
        is_new.append(new)
        rows = named.get(entry.key, [])
        sightings.update(dict.fromkeys(_sightings(entry, sha256, rows)))
        if listed and not rows:
            unlisted.append(entry.name)
    state.record(sightings)
    return ImportReport(
        files=len(is_new), new=sum(is_new), known=len(is_new) - sum(is_new), sightings=len(sightings),
        left_out=tuple(left_out), unlisted=tuple(unlisted),
    )  # fmt: skip


def _store(entry: Found, data: Path) -> tuple[str, bool]:
    """The hash of a file and whether its bytes are new to the store."""
    content = entry.read()
    is_new = not blobs.path(data, blobs.sha256_of(content)).exists()
    return blobs.store(data, content), is_new


def _sightings(entry: Found, sha256: str, rows: list[Row]) -> list[Sighting]:
    own = Sighting(sha256=sha256, url=f"file:{entry.name}", title=Path(entry.name).stem, source=SOURCE)
    return [row.sighting(sha256) for row in rows] or [own]
