"""People are no data: names and numbers of officials on the forms reach no package, table or search index.

The demo city's performance forms are signed; ``demo/people.json`` says with what.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import parsers
from datapackages.build import build
from datapackages.model import ParsedDocument
from datapackages.parsed import fact_rows
from datapackages.search_text import match_query
from datapackages.write import write_packages

DEMO = Path(__file__).parent / "documents" / "demo"
PEOPLE: dict[str, list[str]] = json.loads((DEMO / "people.json").read_text(encoding="utf-8"))
NAMES = sorted({name for names in PEOPLE.values() for name in names})


@pytest.fixture(scope="module")
def parsed() -> list[ParsedDocument]:
    return [parsers.parse(DEMO / file) for file in PEOPLE]


@pytest.fixture(scope="module")
def data(parsed: list[ParsedDocument], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packages and database of the documents that have signed forms."""
    made = tmp_path_factory.mktemp("people")
    write_packages(parsed, [], made)
    build(made)
    return made


@pytest.fixture(scope="module")
def database(data: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(data / "site" / "budgets.db")) as connection:
        yield connection


def columns(database: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Every table of the database with each of its columns."""
    listed = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%fts5%'")
    for (table,) in listed.fetchall():
        for _, column, *_ in database.execute(f'PRAGMA table_info("{table}")').fetchall():
            yield table, column


def test_the_forms_do_print_them(parsed: list[ParsedDocument]) -> None:
    """Else the tests below would prove nothing."""
    for document, names in zip(parsed, PEOPLE.values(), strict=True):
        printed = {cell.text for table in document.tables for row in table.rows for cell in row}
        assert set(names) <= printed
        assert len(document.performance) == 6


@pytest.mark.parametrize("name", NAMES)
def test_no_file_of_a_package_holds(name: str, data: Path) -> None:
    files = [path for path in (data / "packages").rglob("*") if path.suffix in (".csv", ".json", ".md")]
    assert len(files) >= 2 * 17
    assert [path.name for path in files if name in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_column_of_the_database_holds(name: str, database: sqlite3.Connection) -> None:
    found = [
        (table, column)
        for table, column in columns(database)
        if database.execute(f'SELECT 1 FROM "{table}" WHERE instr("{column}", ?)', (name,)).fetchone()
    ]
    assert found == []


@pytest.mark.parametrize("name", NAMES)
def test_no_search_index_finds(name: str, database: sqlite3.Connection) -> None:
    sql = "SELECT name FROM sqlite_master WHERE sql LIKE '%fts5%' ORDER BY name"
    indexes = [index for (index,) in database.execute(sql)]
    assert "performance_fts" in indexes
    found = [
        index
        for index in indexes
        if database.execute(f"SELECT 1 FROM {index} WHERE {index} MATCH ?", (match_query(name),)).fetchone()
    ]
    assert found == []


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_the_facts_as_csv_holds(name: str, parsed: list[ParsedDocument]) -> None:
    assert [line for document in parsed for line in fact_rows(document) if any(name in text for text in line)] == []


def test_every_signed_cell_is_known_to_the_pictures_of_its_page(
    parsed: list[ParsedDocument], database: sqlite3.Connection
) -> None:
    for document in parsed:
        signed = {
            (cell.page, cell.box)
            for table in document.tables for row in table.rows for cell in row if cell.text in NAMES and cell.box
        }  # fmt: skip
        kept = database.execute(
            "SELECT page, x0, top, x1, bottom FROM covers WHERE sha256 = ?", (document.document.sha256,)
        ).fetchall()
        boxes = {(page, tuple(round(edge, 2) for edge in box)) for page, *box in kept}
        assert {(page, tuple(round(edge, 2) for edge in box)) for page, box in signed} <= boxes
