"""The made-up nation of the benchmarks: as many facts as asked for, in a database that holds together."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import site_city
from benchmarks import made_up_nation


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("seed")
    site_city.make(data)
    return data / "site" / "budgets.db"


@pytest.fixture(scope="module")
def made(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("nation") / "budgets.db"
    made_up_nation.fill(path, seed, 3000)
    return path


@pytest.fixture
def nation(made: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(made)) as connection:
        yield connection


def test_it_holds_as_many_facts_as_asked_for(nation: sqlite3.Connection) -> None:
    sql = "SELECT count(*) >= 3000, count(DISTINCT fact_id) = count(*), count(DISTINCT jurisdiction) FROM facts"
    assert nation.execute(sql).fetchone() == (1, 1, 10)
    years = "SELECT DISTINCT document_year FROM facts ORDER BY 1"
    assert [year for (year,) in nation.execute(years)] == [2022, 2023, 2024, 2025, 2026]


def test_it_holds_together(nation: sqlite3.Connection) -> None:
    assert nation.execute("PRAGMA foreign_key_check").fetchall() == []
    assert nation.execute("PRAGMA quick_check").fetchall() == [("ok",)]


def test_its_money_is_the_same_in_yuan_and_fen_and_in_words(nation: sqlite3.Connection) -> None:
    printed = "CAST(round(replace(amount_text, ',', '') * iif(money_unit = '万元', 1000000, 100)) AS INTEGER)"
    sql = f"SELECT count(*) FROM facts WHERE round(amount * 100) <> amount_fen OR {printed} <> amount_fen"
    assert nation.execute(sql).fetchone() == (0,)


def test_the_first_copies_keep_the_names_of_their_documents(nation: sqlite3.Connection, seed: Path) -> None:
    nation.execute("ATTACH ? AS seed", [str(seed)])
    sql = "SELECT count(*) FROM seed.documents WHERE sha256 NOT IN (SELECT sha256 FROM documents)"
    assert nation.execute(sql).fetchone() == (0,)


def test_it_is_the_same_nation_every_time(made: Path, seed: Path, tmp_path: Path) -> None:
    made_up_nation.fill(tmp_path / "budgets.db", seed, 3000)
    assert (tmp_path / "budgets.db").read_bytes() == made.read_bytes()
