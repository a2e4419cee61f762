"""One database for each place and a summary of all: past what one file serves (``yusuan build --by-place``).

``data/site/<build>/places/<code>/budgets.db`` holds all that is published of a place, made as the one file is.
``data/site/<build>/budgets.db`` has the same tables; of all places it holds what units and years are listed and
compared by, and none of the figures themselves. Its table ``places`` says that it is a summary. A place whose
packages have not changed keeps its file.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from datapackages import build, descriptor, facet_counts, findings, full_text, parquet, schemas, whole_file, workers
from datapackages.build import DATABASE, BuildFailed
from datapackages.descriptor import PackageKey
from datapackages.loading import SHARED
from datapackages.workers import Shown, unseen

FOLDER = "places"
UNPLACED = "unplaced"
MADE_OF = "made-of.txt"  # the hashes of what a place's file was made of; written last

# What the summary holds, whole; of the checks only those that found something.
RESOURCES = ("documents", "slots", "projects", "purchases", "changes", "corrections", "ledger")
CHECKS = "outcome IN ('fail', 'question')"
DERIVED = ("headlines", "headline_changes", "headline_ratios", "summaries", "news")
LEFT_OUT = tuple(name for name in schemas.RESOURCES if name not in (*SHARED, *RESOURCES, "checks"))

PLACES = """CREATE TABLE "places" (
  "code" TEXT PRIMARY KEY,
  "units" INTEGER NOT NULL,
  "documents" INTEGER NOT NULL,
  "tables" INTEGER NOT NULL,
  "facts" INTEGER NOT NULL,
  "projects" INTEGER NOT NULL,
  "performance" INTEGER NOT NULL,
  "failed" INTEGER NOT NULL,
  "asked" INTEGER NOT NULL,
  "missing" INTEGER NOT NULL,
  "late" INTEGER NOT NULL
)"""
COUNT = """INSERT INTO places SELECT ?,
  (SELECT count(*) FROM place.units), (SELECT count(*) FROM place.documents), (SELECT count(*) FROM place.tables),
  (SELECT count(*) FROM place.facts), (SELECT count(*) FROM place.projects),
  (SELECT count(*) FROM place.performance), (SELECT count(*) FROM place.findings WHERE outcome = 'fail'),
  (SELECT count(*) FROM place.findings WHERE outcome = 'question'),
  (SELECT count(*) FROM place.ledger WHERE state = 'missing'),
  (SELECT count(*) FROM place.ledger WHERE state = 'late')
"""
MADE = """SELECT type, sql FROM place.sqlite_master WHERE sql IS NOT NULL AND (
  type = 'table' AND name IN ({derived}) OR type = 'index' AND tbl_name IN ({all})) ORDER BY rowid"""

Places = Mapping[str, Sequence[Path]]


def build_by_place(data: Path, shown: Shown = unseen) -> Path:
    """Build the file of each place that changed and the summary, switch to them and return the summary's path.

    A run that is killed leaves the current build alone; the next one goes on after the last finished place.
    ``shown`` is told how far the work is.
    """
    places = _by_place(build.released(data))
    site = data / "site"
    beside = site / "next"
    (beside / FOLDER).mkdir(parents=True, exist_ok=True)
    for leftover in (path for path in (beside / FOLDER).iterdir() if path.name not in places):
        shutil.rmtree(leftover)
    _make_places(places, beside / FOLDER, site / "current" / FOLDER, shown)
    summarize(beside / DATABASE, {code: beside / FOLDER / code / DATABASE for code in places})
    parquet.write([folder for folders in places.values() for folder in folders], data / parquet.FOLDER, shown)
    folder = site / f"build-{_name(beside, places)}"
    if folder.exists():  # the same summary of the same packages: so are the places
        shutil.rmtree(beside)
    else:
        os.replace(beside, folder)
    build.switch(folder)
    return folder / DATABASE


def build_as_before(data: Path, shown: Shown = unseen) -> Path:
    """Build anew as the current build was made: by place or as one file, which is also how the first is made."""
    by_place = (data / "site" / "current" / FOLDER).is_dir()
    return build_by_place(data, shown) if by_place else build.build(data, shown)


def _by_place(folders: Sequence[Path]) -> Places:
    """Code → the packages of the place."""
    places: dict[str, list[Path]] = {}
    for folder in folders:
        places.setdefault(PackageKey.of(folder.name).jurisdiction or UNPLACED, []).append(folder)
    return places


def _make_places(places: Places, target: Path, before: Path, shown: Shown) -> None:
    with workers.beside() as begin:
        begun = [
            begin(sum(map(descriptor.size, folders)), _make_place, target / code, before / code, folders)
            for code, folders in places.items()
        ]
        for work in shown(begun, len(begun), "Building places"):
            work.result()


def _make_place(target: Path, before: Path, folders: Sequence[Path]) -> None:
    """Make a place's file, or keep that of a killed run or of the current build when it is made of the same."""
    wanted = _made_of(folders)
    made = next((place for place in (target, before) if _says(place, wanted)), None)
    if made:  # a file that is filled anew is checked while it is
        for folder in folders:
            build.check_hashes(folder)
    if made == target:
        return
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    if made:
        whole_file.share(made / DATABASE, target / DATABASE)
    else:
        build.fill(target / DATABASE, folders)
    whole_file.replace(target / MADE_OF, wanted)


def _says(folder: Path, wanted: str) -> bool:
    path = folder / MADE_OF
    return path.is_file() and path.read_text(encoding="utf-8") == wanted and (folder / DATABASE).is_file()


def _made_of(folders: Sequence[Path]) -> str:
    """A line for each file that decides a database's bytes: descriptors, which name the rows' hashes, and zips."""
    lines = [f"{_maker()}  maker\n"]
    for folder in folders:
        lines.append(f"{descriptor.sha256(folder / 'datapackage.json')}  {folder.name}/datapackage.json\n")
        lines.append(f"{descriptor.sha256(folder.with_name(f'{folder.name}.zip'))}  {folder.name}.zip\n")
    return "".join(lines)


@cache
def _maker() -> str:
    """The hash of this room's files and SQLite's version: others make other bytes of the same packages."""
    room = Path(__file__).parent
    paths = sorted(path for path in room.rglob("*") if path.is_file() and path.suffix != ".pyc")
    told = "".join(f"{descriptor.sha256(path)}  {path.relative_to(room)}\n" for path in paths)
    return hashlib.sha256(f"{told}{sqlite3.sqlite_version}".encode()).hexdigest()


def _name(beside: Path, places: Places) -> str:
    told = [descriptor.sha256(beside / DATABASE)]
    told += [(beside / FOLDER / code / MADE_OF).read_text(encoding="utf-8") for code in places]
    return hashlib.sha256("".join(told).encode()).hexdigest()[:12]


def summarize(path: Path, places: Mapping[str, Path]) -> None:
    """Write the summary of the databases of places (code → file) to ``path`` and pass it through the gates."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        build.begin(connection)
        connection.execute(PLACES)
        connection.execute("COMMIT")
        indexes: list[str] = []
        for code, database in places.items():
            with _attached(connection, database):
                indexes = indexes or _make_tables(connection)
                _copy(connection, code)
        connection.execute("BEGIN")
        for statement in indexes:
            connection.execute(statement)
        findings.arrange(connection)
        facet_counts.build(connection)
        full_text.build(connection)
        connection.execute("COMMIT")
        connection.executescript("ANALYZE; VACUUM;")
        _gates(connection, places)


@contextmanager
def _attached(connection: sqlite3.Connection, database: Path) -> Iterator[None]:
    """The database of a place as ``place``, and a transaction around what is copied."""
    connection.execute("ATTACH ? AS place", [str(database)])
    connection.execute("BEGIN")
    yield
    connection.execute("COMMIT")  # a build that fails is thrown away
    connection.execute("DETACH place")


def _make_tables(connection: sqlite3.Connection) -> list[str]:
    """Make the derived tables as the attached place has them; return the statements of all indexes."""
    derived = _quoted(DERIVED)
    made = MADE.format(derived=derived, all=_quoted((*schemas.RESOURCES, *DERIVED)))
    statements = connection.execute(made).fetchall()
    for kind, sql in statements:
        if kind == "table":
            connection.execute(sql)
    connection.execute("CREATE TEMP TABLE found AS SELECT * FROM place.findings LIMIT 0")
    return [sql for kind, sql in statements if kind == "index"]


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _copy(connection: sqlite3.Connection, code: str) -> None:
    """Copy what the summary holds of a place. Raises BuildFailed for rows that contradict another place's."""
    for table in SHARED:
        connection.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM place.{table} ORDER BY rowid")
    try:
        for table in (*RESOURCES, "packages", *DERIVED):
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM place.{table} ORDER BY rowid")
        connection.execute(f"INSERT INTO main.checks SELECT * FROM place.checks WHERE {CHECKS} ORDER BY rowid")
    except sqlite3.IntegrityError as error:
        said = f"{FOLDER}/{code}: {error}; a row contradicts another place"
        raise BuildFailed(f"{said}. Run `yusuan package` to write all packages anew") from error
    connection.execute("INSERT INTO temp.found SELECT * FROM place.findings ORDER BY seq")
    connection.execute(COUNT, [code])


def _gates(connection: sqlite3.Connection, places: Mapping[str, Path]) -> None:
    """Raise BuildFailed unless the file and its keys hold, and each table counts the sum of the places'."""
    build.check_pages(connection)
    keys = f'SELECT "table", parent FROM pragma_foreign_key_check WHERE parent NOT IN ({_quoted(LEFT_OUT)}) LIMIT 3'
    if orphans := connection.execute(keys).fetchall():
        raise BuildFailed(f"summary: rows without their parent {orphans}; run `yusuan package` again")
    expected = dict.fromkeys((*RESOURCES, *DERIVED, "checks", "findings", "packages"), 0)
    for database in places.values():
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as place:
            for table in expected:
                where = f"WHERE {CHECKS}" if table == "checks" else ""
                expected[table] += place.execute(f"SELECT count(*) FROM {table} {where}").fetchone()[0]
    for table, rows in {**expected, **dict.fromkeys(LEFT_OUT, 0)}.items():
        build.check_rows(connection, table, rows)
