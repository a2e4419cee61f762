"""Changes and averages of headlines: both sides are printed, and nothing is compared across stages or scopes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from datapackages import codes, ddl, headlines, rankings

PLACE = {"unit_id": "u1", "document_year": 2026, "stage": "budget", "scope": "unit"}


def insert(db: sqlite3.Connection, table: str, **row: object) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    db.execute(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(row))})', list(row.values()))


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as opened:
        for table in ("facts", "documents", "statements", "projects", "purchases"):
            columns = ", ".join(f'"{name}"' for name in ddl.columns(table))
            opened.execute(f'CREATE TABLE "{table}" ({columns})')
        opened.execute(headlines.TABLE)
        yield opened


def headline(db: sqlite3.Connection, kind: str, fen: int, **place: object) -> None:
    where = {**PLACE, **place}
    fact = f"{kind}-{where['document_year']}-{where['stage']}-{where['scope']}"
    insert(db, "headlines", headline=kind, amount=fen / 100, amount_fen=fen, fact_id=fact, **where)


def stated(db: sqlite3.Connection, metric: str, value: object, sha256: str = "d1", **place: object) -> None:
    seq = db.execute("SELECT count(*) FROM statements").fetchone()[0] + 1
    where = {**PLACE, **place}
    db.execute("DELETE FROM documents WHERE sha256 = ?", [sha256])
    insert(db, "documents", sha256=sha256, is_current=1, scope=where.pop("scope"))
    insert(db, "statements", sha256=sha256, seq=seq, metric=metric, value=value, **where)


CHANGED = """SELECT unit_id, document_year, before_fen, amount_fen, change_fen, change_permyriad
FROM headline_changes"""


def test_a_change_is_this_year_less_last_year_of_the_same_unit_stage_and_scope(db: sqlite3.Connection) -> None:
    headline(db, "three_public", 9000, document_year=2025)
    headline(db, "three_public", 12000)
    headline(db, "three_public", 70000, document_year=2025, stage="final")
    headline(db, "three_public", 80000, scope="department")
    headline(db, "three_public", 90000, document_year=2024, unit_id="u2")
    rankings.build(db)
    assert db.execute(CHANGED).fetchall() == [("u1", 2026, 9000, 12000, 3000, 3333)]


def test_a_rise_from_zero_has_no_percentage(db: sqlite3.Connection) -> None:
    headline(db, "three_public", 0, document_year=2025)
    headline(db, "three_public", 12000)
    rankings.build(db)
    assert db.execute(CHANGED).fetchall() == [("u1", 2026, 0, 12000, 12000, None)]


AVERAGES = 'SELECT ratio, each_fen, amount_fen, "count", fact_id, count_sha256, count_seq FROM headline_ratios'


def test_an_average_keeps_the_figure_and_the_sentence_that_it_is_made_of(db: sqlite3.Connection) -> None:
    headline(db, "vehicle_operation", 100_000)
    stated(db, "vehicles_kept", 3)
    rankings.build(db)
    assert db.execute(AVERAGES).fetchall() == [
        ("operation_per_vehicle", 33333, 100_000, 3, "vehicle_operation-2026-budget-unit", "d1", 1)
    ]


@pytest.mark.parametrize(
    "numbers",
    [(3, 4), (0,), (2.5,)],
    ids=["two different numbers", "none", "no whole number"],
)
def test_what_is_not_one_whole_number_gives_no_average(db: sqlite3.Connection, numbers: tuple[float, ...]) -> None:
    headline(db, "personnel", 100_000)
    for number in numbers:
        stated(db, "staff_actual", number)
    rankings.build(db)
    assert db.execute(AVERAGES).fetchall() == []


def test_the_staff_of_a_department_divides_nothing_of_a_unit(db: sqlite3.Connection) -> None:
    headline(db, "personnel", 100_000)
    stated(db, "staff_actual", 20, scope="department")
    rankings.build(db)
    assert db.execute(AVERAGES).fetchall() == []


def test_a_count_that_a_table_prints_is_taken_too(db: sqlite3.Connection) -> None:
    headline(db, "vehicle_operation", 100_000, stage="final")
    place = {**PLACE, "stage": "final", "fiscal_year": 2026, "is_current": 1}
    insert(db, "facts", fact_id="f9", item="vehicles_kept", measure="count", value=4, **place)
    rankings.build(db)
    found = db.execute("SELECT each_fen, count_fact_id, count_sha256 FROM headline_ratios").fetchall()
    assert found == [(25_000, "f9", None)]


def test_every_ranking_names_headlines_and_averages_that_there_are() -> None:
    told, kinds = rankings.rules(), codes.labels("headline_kinds")
    assert set(told["ratios"]) == set(codes.labels("ratio_kinds"))
    assert {sides["amount"] for sides in told["ratios"].values()} | set(told["changes"]) <= set(kinds)
    assert {sides["count"] for sides in told["ratios"].values()} <= set(codes.labels("metrics"))
    for name, ranking in told["rankings"].items():
        assert name in {"headline": kinds, "ratio": told["ratios"]}.get(ranking["of"], {ranking["of"], name})
        assert ranking["title"] and ranking["about"] and ranking["caveats"]
