"""What the checks found stands in order: fails before questions, unit by unit, the gravest first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from datapackages import findings, loading

GRAVE, SMALL, MILD, ASKED = "X1", "A9", "A7", "Q2"


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        loading.create_tables(connection)
        yield connection


def check(database: sqlite3.Connection, document: str, rule: str, unit: str, **told: object) -> None:
    row = {
        "sha256": document * 64, "rule": rule, "place": "", "unit_id": unit, "document_year": 2026,
        "stage": "budget", "kind": "arithmetic", "outcome": "fail", "severity": "error", "fault": "source",
        "message": "-", "message_zh": "-", **told,
    }  # fmt: skip
    names = ", ".join(f'"{name}"' for name in row)
    database.execute(f"INSERT INTO checks ({names}) VALUES ({', '.join('?' * len(row))})", [*row.values()])


def fact(database: sqlite3.Connection, fact_id: str, money_unit: str, measure: str = "amount") -> None:
    fields = [field[1:] for field in database.execute("PRAGMA table_info(facts)")]
    known = {"fact_id": fact_id, "money_unit": money_unit, "measure": measure}
    values = [known.get(name, 0 if required else None) for name, _, required, *_ in fields]
    database.execute(f"INSERT INTO facts VALUES ({', '.join('?' * len(values))})", values)


def listed(database: sqlite3.Connection) -> list[tuple[str, str, int | None]]:
    findings.build(database)
    return list(database.execute("SELECT unit_id, rule, difference_fen FROM findings ORDER BY seq"))


def test_a_unit_s_findings_stand_together_behind_its_gravest(database: sqlite3.Connection) -> None:
    fact(database, "large", "万元")
    fact(database, "small", "元")
    check(database, "a", SMALL, "u1", fact_id="small", difference="-9.5")
    check(database, "b", GRAVE, "u2", fact_id="large", difference="2")
    check(database, "b", MILD, "u2", fault="parser", fact_id="large", difference="900")
    check(database, "a", ASKED, "u1", outcome="question", fault=None)
    check(database, "c", SMALL, "u3", outcome="pass", fault=None)
    assert listed(database) == [
        ("u2", GRAVE, 2_000_000), ("u2", MILD, 900_000_000), ("u1", SMALL, -950), ("u1", ASKED, None),
    ]  # fmt: skip


def test_what_is_printed_so_comes_before_what_was_misread(database: sqlite3.Connection) -> None:
    check(database, "a", GRAVE, "u1", fault="parser")
    check(database, "b", SMALL, "u2", fault="undecided")
    check(database, "c", MILD, "u3", severity="warning")
    assert [rule for _, rule, _ in listed(database)] == [MILD, SMALL, GRAVE]


@pytest.mark.parametrize(
    ("difference", "unit", "measure", "fen"),
    [
        ("-0.02", "万元", "amount", -20_000), ("9000", "元", "change", 900_000), ("3", "", "amount", None),
        ("3", "万元", "count", None), ("", "万元", "amount", None), ("0.3 个", "万元", "amount", None),
        ("9e99", "元", "amount", None), (None, None, None, None),
    ],
)  # fmt: skip
def test_a_difference_counts_in_fen_where_it_is_one_of_money(
    difference: str | None, unit: str | None, measure: str | None, fen: int | None
) -> None:
    assert findings.difference_fen(difference, unit, measure) == fen


def test_the_counts_add_up_to_the_findings(database: sqlite3.Connection) -> None:
    for document in "abc":
        check(database, document, GRAVE, "u1")
        check(database, document, ASKED, "u1", outcome="question", fault=None)
    findings.build(database)
    counted = database.execute("SELECT rule, outcome, fault, number FROM finding_counts").fetchall()
    assert counted == [(ASKED, "question", None, 3), (GRAVE, "fail", "source", 3)]


def test_a_document_without_a_unit_stands_for_itself(database: sqlite3.Connection) -> None:
    check(database, "a", GRAVE, "", fault="parser")
    check(database, "b", SMALL, "")
    assert [rule for _, rule, _ in listed(database)] == [SMALL, GRAVE]
