"""A database of as many made-up facts as asked for: the demonstration's documents, copied to other units and years.

The demonstration is crawled, parsed and built once; its rows are then copied inside SQLite under new units, places
and years, with other amounts and other functions of the classification. Tables, indexes, headlines, counts and
search are made by the functions that make the real database. The first copies keep the names of the documents they
were made of, so their pages can be drawn. Checks, sentences and projects stand twice as thick as facts and no table
of facts shows them, so only one unit in ``AROUND`` has them.
"""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import count, product
from pathlib import Path

from datapackages import build, codes, ddl, schemas

PLACES, YEARS = 10, range(2022, 2027)
STAGES = {"budget": YEARS, "final": range(2022, 2025)}  # the accounts of the last two years are not closed
AROUND = 20
LAST = 990100  # the made-up places are 990101 and so on; no such codes exist
COPIED = ("documents", "sightings", "slots", "tables", "facts")  # of every copy
SHARED = ("classifications",)
WAN = next(unit for unit, yuan in codes.money_factors().items() if yuan == 10_000)

COPIES = """CREATE TEMP TABLE copies (
  n INTEGER PRIMARY KEY, seed TEXT, sha256 TEXT, jurisdiction TEXT, unit_id TEXT, unit_name TEXT,
  year INTEGER, shift INTEGER, factor INTEGER, around INTEGER
)"""
FEN = "(t.amount_fen / 10000 * c.factor / 100 * 10000 + t.amount_fen % 10000)"
# What a copy says otherwise than the document it is made of, by column; facts also name another function.
OTHERWISE = {
    "sha256": "c.sha256",
    "jurisdiction": "c.jurisdiction",
    "unit_id": "c.unit_id",
    "unit_name": "c.unit_name",
    "document_year": "c.year",
    "fiscal_year": "t.fiscal_year + c.shift",
    "url": "replace(t.url, substr(c.seed, 1, 16), '') || '?' || c.n",
    "amount_fen": FEN,
    "amount": f"printf('%d.%02d', {FEN} / 100, abs({FEN}) % 100)",
    "amount_text": f"""CASE WHEN t.amount_fen IS NULL THEN t.amount_text WHEN t.money_unit = '{WAN}'
        THEN printf('%d.%02d', {FEN} / 1000000, abs({FEN}) / 10000 % 100)
        ELSE printf('%d.%02d', {FEN} / 100, abs({FEN}) % 100) END""",
    **dict.fromkeys(("supersedes", "difference"), "NULL"),
}
IDS = ("fact_id", "fact_ids", "table_id", "table_ids", "place")  # they begin with, or hold, the document's hash
FUNCTIONS = {
    "function_code": "coalesce(g.code, t.function_code)",
    "function_name": "coalesce(g.name, t.function_name)",
    "code_text": "iif(g.code IS NULL OR t.code_text IS NULL, t.code_text, g.code)",
    "name": "iif(g.code IS NULL, t.name, replace(t.name, t.function_name, g.name))",
    "row_path": "iif(g.code IS NULL, t.row_path, replace(t.row_path, t.function_name, g.name))",
}


def make(folder: Path, rows: int) -> Path:
    """Return a data directory whose database holds about ``rows`` facts; one that is there is used again."""
    shape = hashlib.sha256("\n".join([*ddl.tables(), *ddl.indexes()]).encode()).hexdigest()[:8]
    data = folder / f"nation-{shape}-{rows}"
    if (data / "site" / "current").exists():
        return data
    seed = demonstration(folder / f"seed-{shape}")
    beside = data / "site" / "made-up"
    shutil.rmtree(data, ignore_errors=True)
    beside.mkdir(parents=True)
    (data / "documents").symlink_to(os.path.relpath(seed / "documents", data))
    fill(beside / build.DATABASE, seed / "site" / build.DATABASE, rows)
    (data / "site" / "current").symlink_to(beside.name)
    return data


def demonstration(data: Path) -> Path:
    """The data directory of the demonstration, made where it is not there yet."""
    if not (data / "site" / build.DATABASE).exists():
        command = [sys.executable, "-m", "yusuan.cli", "demo", "--no-serve", "--data", str(data)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return data


def fill(path: Path, seed: Path, rows: int) -> None:
    """Write a database of about ``rows`` facts, copied from those of the database ``seed``."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS seed", [str(seed)])
        build.begin(connection)
        _fill_places(connection)
        _fill_copies(connection, rows)
        for resource in schemas.RESOURCES:
            _copy(connection, resource)
        _fill_packages(connection)
        build.complete(connection)


def _fill_places(connection: sqlite3.Connection) -> None:
    numbers = ((LAST + number,) for number in range(1, PLACES + 1))
    connection.executemany(
        "INSERT INTO jurisdictions SELECT ?1, name || ' ' || ?1, NULL, level, NULL, note FROM seed.jurisdictions",
        numbers,
    )
    listed = (entry for entry in codes.classifications() if entry.scheme == "functional" and entry.level == 3)
    named = enumerate((entry.code, entry.name) for entry in listed if entry.name)
    connection.execute("CREATE TEMP TABLE functions (n INTEGER PRIMARY KEY, code TEXT, name TEXT)")
    connection.executemany("INSERT INTO functions VALUES (?, ?, ?)", ((n, code, name) for n, (code, name) in named))


def _fill_copies(connection: sqlite3.Connection, rows: int) -> None:
    """Choose what is copied, in the order in which packages are loaded, and name the units."""
    documents = connection.execute(
        """SELECT d.stage, sha256, d.fiscal_year, count(*) FROM seed.documents d JOIN seed.facts USING (sha256)
        GROUP BY sha256 ORDER BY sha256"""
    ).fetchall()
    by_stage: dict[str, list[tuple[str, int, int]]] = {}
    for stage, *document in documents:
        by_stage.setdefault(stage, []).append((document[0], document[1], document[2]))
    of_a_unit = sum(
        len(STAGES[stage]) * sum(facts for *_, facts in found) / len(found) for stage, found in by_stage.items()
    )
    units = math.ceil(rows / of_a_unit / PLACES)
    names = [name for (name,) in connection.execute("SELECT name FROM seed.units ORDER BY unit_id")]
    connection.execute(COPIES)
    marks = ", ".join("?" * 10)
    connection.executemany(f"INSERT INTO copies VALUES ({marks})", _copies(by_stage, names, units))
    connection.execute(
        """INSERT INTO units SELECT DISTINCT c.unit_id, c.unit_name, NULL, NULL, 'unit', NULL, c.jurisdiction,
        NULL, NULL, NULL, NULL, 'accepted' FROM copies c ORDER BY 1"""
    )


def _copies(
    by_stage: dict[str, list[tuple[str, int, int]]], names: list[str], units: int
) -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``copies`` for so many units of each place."""
    issues = [(year, stage) for year in YEARS for stage in by_stage if year in STAGES[stage]]
    own = {stage: {sha256 for sha256, *_ in documents} for stage, documents in by_stage.items()}
    numbers = count(1)
    for place, (year, stage), unit in product(range(LAST + 1, LAST + PLACES + 1), issues, range(1, units + 1)):
        n = next(numbers)
        seed, seed_year, _ = by_stage[stage][(unit + year) % len(by_stage[stage])]
        sha256 = hashlib.sha256(b"%d" % n).hexdigest()
        if seed in own[stage]:
            own[stage].remove(seed)
            sha256 = seed
        unit_id, name = f"cn-{place}-u{unit:04}", f"{names[unit % len(names)]}{place}{unit:04}"
        factor, around = 50 + n * 37 % 400, unit % AROUND == 1
        yield n, seed, sha256, str(place), unit_id, name, year, year - seed_year, factor, around


def _copy(connection: sqlite3.Connection, resource: str) -> None:
    fields = ddl.columns(resource)
    if resource in SHARED:
        connection.execute(f'INSERT INTO "{resource}" SELECT * FROM seed."{resource}"')
    elif "sha256" in fields:
        told = ", ".join(_said(resource, name) for name in fields)
        functions = """LEFT JOIN functions g ON length(t.function_code) = 7
            AND g.n = (t.rowid * 31 + c.n * 17) % (SELECT count(*) FROM functions)"""
        connection.execute(
            f"""INSERT INTO "{resource}" SELECT {told} FROM copies c
            CROSS JOIN seed."{resource}" t ON t.sha256 = c.seed {functions if resource == "facts" else ""}
            {"" if resource in COPIED else "WHERE c.around"} ORDER BY c.n, t.rowid"""
        )


def _said(resource: str, name: str) -> str:
    if name in IDS:
        return f"""replace(t."{name}", substr(c.seed, 1, 16), substr(c.sha256, 1, 16))"""
    if resource == "facts" and name in FUNCTIONS:
        return FUNCTIONS[name]
    said = OTHERWISE.get(name, f't."{name}"')
    return f't."{name}"' if resource != "facts" and name in ("amount", "amount_fen", "amount_text") else said


def _fill_packages(connection: sqlite3.Connection) -> None:
    connection.execute(
        """INSERT INTO packages
        SELECT 'cn-' || jurisdiction || '-' || document_year || '-' || stage, 'made up', jurisdiction,
          document_year, stage, '1.0.0', NULL, count(DISTINCT sha256), count(DISTINCT table_id), count(*), 0, 0, ''
        FROM facts GROUP BY jurisdiction, document_year, stage"""
    )
