"""Backups of a data directory that may be in use, each whole in itself, and the way back.

    python deploy/backup.py backup DATA TARGET [--keep N]   adds TARGET/<time>/, and new ones to TARGET/documents/
    python deploy/backup.py verify TARGET/<time>            reads every byte again
    python deploy/backup.py restore TARGET/<time> DATA      into a folder that is empty or not there

Standard library only. Exit codes: 0; 1 something is damaged or missing; 2 usage; 75 another backup is at work.

A backup is the state at the moment in which crawl.db is copied. A document is in the store before crawl.db names
it, and is never changed or removed: so whatever that copy names can still be copied afterwards, however long that
takes. What was stored before that moment belongs to it too, what came later and is not named to the next backup.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

DATABASE, STORE, SUMS = "crawl.db", "documents", "SHA256SUMS"
# Made again by `yusuan parse`, `package` and `build`, or of this run of the machine alone.
AGAIN = {"parsed", "packages", "packages.next", "packages.old", "parquet", "site", "exports", STORE, "crawl.log"}
PASSING = re.compile(r".*\.(lock|part|next|\d+)|crawl\.db(-wal|-shm)?|runs\.db.*")  # names of files
STAMP = re.compile(r"\d{8}T\d{6}Z")
LOCKED = 75


class Damaged(Exception):
    """Files that are missing or do not have the bytes that their names or sums promise."""


def backup(data: Path, target: Path, keep: int = 0) -> Path:
    """Make a backup and return its folder; Damaged, once all else is kept, for documents that could not be."""
    if not (data / DATABASE).is_file():
        raise Damaged(f"{data / DATABASE}: no such file; nothing was crawled or imported into this folder")
    with _locked(target):
        for left in target.glob("*.next"):  # of a backup that was killed
            shutil.rmtree(left)
        earlier = _sums(max(_backups(target), default=target))
        folder = _unused(target)
        beside = folder.with_name(f"{folder.name}.next")
        beside.mkdir()
        before = set(_documents(data))
        sums = {DATABASE: _copy_database(data / DATABASE, beside / DATABASE)}
        named = _named(beside / DATABASE)
        wanted = sorted(path for path in _documents(data) if path in before or path.stem in named)
        damaged = _keep_documents(data, target, wanted)
        sums |= {f"../{path}": path.stem for path in wanted if path not in damaged}
        sums |= _keep_others(data, beside, max(_backups(target), default=None), earlier)
        (beside / SUMS).write_text("".join(f"{said}  {name}\n" for name, said in sorted(sums.items())))
        os.replace(beside, folder)
        for old in sorted(_backups(target))[: -keep or None] if keep else ():
            shutil.rmtree(old)
    missing = sorted(_seen(folder / DATABASE) - {path.stem for path in wanted})
    if damaged or missing:
        raise Damaged(
            f"{folder} holds all the rest, but of {data / STORE} {len(damaged)} documents do not have the bytes of "
            f"their names and {len(missing)} that crawl.db names are not there: "
            f"{' '.join([*(path.stem for path in damaged), *missing][:5])}"
        )
    return folder


def verify(folder: Path) -> int:
    """Read a backup whole and return how many files it has; raises Damaged."""
    sums = _sums(folder)
    if not sums:
        raise Damaged(f"{folder / SUMS}: no such file; a backup is a folder TARGET/<time>")
    wrong = [name for name, said in sums.items() if not (folder / name).is_file() or _sha256(folder / name) != said]
    if wrong:
        raise Damaged(f"{folder}: {len(wrong)} of {len(sums)} files are missing or damaged: {' '.join(wrong[:5])}")
    return len(sums)


def restore(folder: Path, data: Path) -> int:
    """Verify a backup and copy it; returns how many files. Raises Damaged before anything is written."""
    if data.exists() and any(data.iterdir()):
        raise Damaged(f"{data} is not empty; restore into a new folder and exchange the two")
    count = verify(folder)
    for name in _sums(folder):
        to = data / name.removeprefix("../")
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, to)
    for link in (path for path in folder.rglob("*") if path.is_symlink()):
        (data / link.relative_to(folder)).symlink_to(os.readlink(link))
    return count


def _documents(data: Path) -> Iterator[Path]:
    """The paths of stored documents, whatever their form, within the data directory."""
    for path in (data / STORE).glob("??/*"):
        if not _is_passing(path.relative_to(data)):
            yield path.relative_to(data)


def _is_passing(path: Path) -> bool:
    return any(PASSING.fullmatch(part) for part in path.parts)


def _copy_database(source: Path, to: Path) -> str:
    """Copy a database that may be written to meanwhile, as it is at one moment; returns the copy's SHA-256."""
    with closing(sqlite3.connect(source, timeout=60)) as db, closing(sqlite3.connect(to)) as copy:
        db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        if (said := copy.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise Damaged(f"{source}: {said}")
    return _sha256(to)


def _seen(database: Path) -> set[str]:
    return _hashes(database, "SELECT DISTINCT sha256 FROM sightings")


def _named(database: Path) -> set[str]:
    return _seen(database) | _hashes(database, "SELECT DISTINCT sha256 FROM urls")


def _hashes(database: Path, sql: str) -> set[str]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return {sha256 for (sha256,) in db.execute(sql)}


def _keep_documents(data: Path, target: Path, wanted: list[Path]) -> set[Path]:
    """Copy the documents that no earlier backup has; returns those whose bytes are not what their names say."""
    damaged = set()
    for path in wanted:
        if not (target / path).exists():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            part = target / f"{path}.part"
            if _copy(data / path, part) == path.stem:
                os.replace(part, target / path)
            else:
                part.unlink()
                damaged.add(path)
    return damaged


def _keep_others(data: Path, beside: Path, earlier: Path | None, sums: dict[str, str]) -> dict[str, str]:
    """Copy lists, reports and releases; what the earlier backup has alike is linked, not kept twice."""
    tops = [top for top in sorted(data.iterdir()) if top.name not in AGAIN]
    found = [path for top in tops for path in [top, *top.rglob("*")] if not _is_passing(path.relative_to(data))]
    for link in (path for path in found if path.is_symlink()):  # first: what they point to is there already
        to = beside / link.relative_to(data)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.symlink_to(os.readlink(link))
    kept = {}
    for path in found:
        name = str(path.relative_to(data))
        if path.is_symlink() or not path.is_file():
            continue
        (beside / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            kept[name] = _copy(path, beside / name)
        except FileNotFoundError:  # an old report that the night threw away meanwhile
            continue
        if earlier and sums.get(name) == kept[name]:
            (beside / name).unlink()
            os.link(earlier / name, beside / name)
    return kept


def _copy(source: Path, to: Path) -> str:
    """Copy a file to the disk and return the SHA-256 of the bytes written."""
    digest = hashlib.sha256()
    with source.open("rb") as read, to.open("wb") as write:
        while block := read.read(1 << 20):
            digest.update(block)
            write.write(block)
        write.flush()
        os.fsync(write.fileno())
    shutil.copystat(source, to)
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sums(folder: Path) -> dict[str, str]:
    """File → SHA-256 as a backup tells; empty where there is none."""
    if not (folder / SUMS).is_file():
        return {}
    lines = (folder / SUMS).read_text().splitlines()
    return {name: said for said, _, name in (line.partition("  ") for line in lines)}


def _backups(target: Path) -> list[Path]:
    return [path for path in target.iterdir() if STAMP.fullmatch(path.name)]


def _unused(target: Path) -> Path:
    while (folder := target / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}").exists():
        time.sleep(0.1)
    return folder


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    target.mkdir(parents=True, exist_ok=True)
    with (target / "backup.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, places in (("backup", ("data", "target")), ("verify", ("backup",)), ("restore", ("backup", "data"))):
        command = commands.add_parser(name)
        for place in places:
            command.add_argument(place, type=Path)
        if name == "backup":
            command.add_argument("--keep", type=int, default=0, help="so many latest backups; all when not said")
    asked = parser.parse_args()
    try:
        if asked.command == "backup":
            print(backup(asked.data, asked.target, asked.keep))
        elif asked.command == "verify":
            print(f"{verify(asked.backup)} files are whole")
        else:
            print(f"{restore(asked.backup, asked.data)} files; next: yusuan parse, yusuan package, yusuan build")
    except BlockingIOError:
        print(f"Error: another backup is at work in {asked.target}", file=sys.stderr)
        sys.exit(LOCKED)
    except (Damaged, OSError, sqlite3.Error) as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
