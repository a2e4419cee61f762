"""Data packages → ``data/site/<run id>/budgets.db`` and ``data/parquet``, the same bytes for the same packages.

The database is built beside the one in use, checked, and only then made the current one; a failed
gate leaves yesterday's in place.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from datapackages import (
    ddl,
    descriptor,
    facet_counts,
    findings,
    full_text,
    functions,
    headlines,
    loading,
    news,
    parquet,
    rankings,
    schemas,
    write,
)
from datapackages.loading import BuildFailed
from datapackages.workers import Shown, unseen

__all__ = ["BuildFailed", "build", "fill"]

DATABASE = "budgets.db"
RUN_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")


def build(data: Path, shown: Shown = unseen, *, run_id: str | None = None) -> Path:
    """Build the Parquet files and the database of all packages, switch to it and return its path.

    ``shown`` is told how far the work is. ``run_id`` names the build's folder and is no part of its bytes; without
    it the folder is named by the database's own hash.
    """
    if run_id is not None and (not RUN_ID.fullmatch(run_id) or run_id in ("current", "next")):
        raise ValueError(f"run id {run_id!r} must be a plain folder name such as 20260320T021700Z")
    folders = released(data)
    site = data / "site"
    beside = site / "next"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    fill(beside / DATABASE, folders)
    parquet.write(folders, data / parquet.FOLDER, shown)
    folder = site / (run_id or f"build-{descriptor.sha256(beside / DATABASE)[:12]}")
    folder.mkdir(exist_ok=True)
    os.replace(beside / DATABASE, folder / DATABASE)
    beside.rmdir()
    switch(folder)
    return folder / DATABASE


def released(data: Path) -> list[Path]:
    """The folders of the released packages. Raises BuildFailed where there are none."""
    write.recover(data)
    folders = sorted(path.parent for path in (data / "packages").glob("*/datapackage.json"))
    if not folders:
        raise BuildFailed(f"{data / 'packages'} holds no data package; run `yusuan package` first")
    return folders


def switch(folder: Path) -> None:
    """Make the build in ``folder`` the current one."""
    _link(folder.with_name("current"), folder.name)
    _link(folder.with_name(DATABASE), f"current/{DATABASE}")


def fill(path: Path, folders: Iterable[Path]) -> None:
    """Write the database of the packages in ``folders`` to ``path`` and pass it through the gates."""
    packages = list(folders)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        begin(connection)
        for folder in packages:
            check_hashes(folder)
            loading.fill(connection, folder)
            _fill_description(connection, folder)
        complete(connection)
        _gates(connection, packages)


def begin(connection: sqlite3.Connection) -> None:
    """Open the transaction of a build and create the tables that it fills."""
    # Nobody reads the file before it is finished, and a killed build is thrown away.
    connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=4096;")
    connection.execute("BEGIN")
    loading.create_tables(connection)


def complete(connection: sqlite3.Connection) -> None:
    """Add to the filled tables what readers find and compare by, and end the transaction."""
    for statement in ddl.indexes():
        connection.execute(statement)
    findings.build(connection)
    headlines.build(connection)
    rankings.build(connection)
    functions.build(connection)
    news.build(connection)
    facet_counts.build(connection)
    full_text.build(connection)
    connection.execute("COMMIT")
    connection.executescript("ANALYZE; VACUUM;")


def check_hashes(folder: Path) -> None:
    """Raise BuildFailed for a file that is missing or is not the one that the descriptor tells of."""
    for resource, (path, expected) in descriptor.hashes(folder).items():
        found = descriptor.sha256(path) if path.is_file() else "no such file"
        if found != expected:
            raise BuildFailed(
                f"{folder.name}/data/{resource}.csv: expected SHA-256 {expected}, found {found}; "
                "run `yusuan package` to write the packages anew"
            )


def _fill_description(connection: sqlite3.Connection, folder: Path) -> None:
    described, rows = descriptor.read(folder), descriptor.rows(folder)
    key = descriptor.PackageKey.of(folder.name)
    packed = folder.with_name(f"{folder.name}.zip")
    values = (
        folder.name,
        described["title"],
        key.jurisdiction or None,
        key.year or None,
        key.stage,
        described["version"],
        described.get("created"),
        *(rows[name] for name in ("documents", "tables", "facts", "issues")),
        packed.stat().st_size,
        descriptor.sha256(packed),
    )
    connection.execute(f"INSERT INTO packages VALUES ({', '.join('?' * len(values))})", values)


def _gates(connection: sqlite3.Connection, folders: list[Path]) -> None:
    """Raise BuildFailed unless file, keys, counts and search index hold."""
    check_pages(connection)
    if orphans := connection.execute("PRAGMA foreign_key_check").fetchmany(3):
        raise BuildFailed(f"foreign_key_check: rows without their parent {orphans}; run `yusuan package` again")
    counts = [descriptor.rows(folder) for folder in folders]
    for resource in schemas.RESOURCES:
        if resource in loading.SHARED:
            continue
        expected = sum(rows[resource] for rows in counts)
        check_rows(connection, resource, expected)


def check_pages(connection: sqlite3.Connection) -> None:
    """Raise BuildFailed for a damaged file."""
    if (said := connection.execute("PRAGMA quick_check").fetchall()) != [("ok",)]:
        raise BuildFailed(f"quick_check: {said[:3]}; is the disk full or failing? Build again")


def check_rows(connection: sqlite3.Connection, table: str, expected: int) -> None:
    """Raise BuildFailed unless the table has so many rows, numbered from 1."""
    found, last = connection.execute(f'SELECT count(*), max(rowid) FROM "{table}"').fetchone()
    # The search indexes refer to rowids, which must have come through VACUUM unchanged.
    if (found, last or 0) != (expected, expected):
        raise BuildFailed(f"{table}: expected {expected} rows, found {found} (last {last}); build again")


def _link(link: Path, target: str) -> None:
    beside = link.with_name(f"{link.name}.next")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    os.replace(beside, link)
