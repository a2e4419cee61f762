"""The headline figures of a unit: each is one printed figure, and none where two are printed."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from datapackages import codes, ddl, headlines

YEAR = {"unit_id": "cn-1-u1", "document_year": 2026, "stage": "budget", "scope": "unit", "fiscal_year": 2026,
        "phase": "approved", "measure": "amount", "is_current": 1, "jurisdiction": None}  # fmt: skip
VISITS = {"canonical": "three_public", "item": "overseas_visits"}


def chosen(*facts: dict[str, Any]) -> list[tuple[str, int, str]]:
    """Headline, fen and fact of what the facts (f1, f2, …) give."""
    with closing(sqlite3.connect(":memory:")) as db:
        columns = ddl.columns("facts")
        db.execute(f"CREATE TABLE facts ({', '.join(f'{name!r}' for name in columns)})".replace("'", '"'))
        for number, fact in enumerate(facts, 1):
            row = {**YEAR, "fact_id": f"f{number}", "amount": fact["fen"] / 100, "amount_fen": fact["fen"], **fact}
            del row["fen"]
            names = ", ".join(f'"{name}"' for name in row)
            db.execute(f"INSERT INTO facts ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
        headlines.build(db)
        return db.execute("SELECT headline, amount_fen, fact_id FROM headlines ORDER BY headline").fetchall()


def test_a_headline_is_the_figure_that_is_printed() -> None:
    assert chosen({**VISITS, "fund": "fiscal", "fen": 350}) == [("overseas_visits", 350, "f1")]


def test_two_amounts_for_the_same_words_give_no_headline() -> None:
    twice = {**VISITS, "fund": "fiscal"}
    assert chosen({**twice, "fen": 350}, {**twice, "fen": 360}) == []
    assert chosen({**twice, "fen": 350}, {**twice, "fen": 350}) == [("overseas_visits", 350, "f1")]


def test_the_first_filter_that_finds_one_amount_wins() -> None:
    total = {"canonical": "expenditure", "row_role": "total", "flow": "all", "expenditure_type": "total", "fen": 10}
    overall = {"canonical": "overall", "item": "expenditure_total", "expenditure_type": "total", "fen": 9,
               "direction": "expenditure"}  # fmt: skip
    assert chosen(total) == [("expenditure_total", 10, "f1")]
    assert chosen(total, overall) == [("expenditure_total", 9, "f2")]


@pytest.mark.parametrize(
    "other",
    [{"fiscal_year": 2025}, {"phase": "final"}, {"is_current": 0}, {"measure": "change"}, {"unit_id": ""}],
)
def test_figures_of_other_years_phases_versions_and_measures_are_no_headlines(other: dict[str, Any]) -> None:
    assert chosen({**VISITS, "fund": "fiscal", "fen": 350, **other}) == []


def test_every_headline_has_its_words() -> None:
    assert set(headlines.rules()["headlines"]) == set(codes.labels("headline_kinds", "zh"))
