"""What is new: the day on which a document was published, replaced, withdrawn or corrected."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from datapackages import ddl, news

NEWS = """SELECT kind, sha256, day, from_sha256, difference, altered, added, removed
FROM news ORDER BY moment, sha256"""
SEEN = {"first_seen": "2026-03-19T18:17:00Z", "published_on": "2026-03-12"}


def insert(db: sqlite3.Connection, table: str, **row: object) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    db.execute(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(row))})', list(row.values()))


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as opened:
        for table in ("documents", "sightings", "checks", "issues", "changes", "corrections"):
            columns = ", ".join(f'"{name}"' for name in ddl.columns(table))
            opened.execute(f'CREATE TABLE "{table}" ({columns})')
        insert(opened, "documents", sha256="a", unit_id="u1", fiscal_year=2026, stage="budget", is_current=0)
        insert(opened, "sightings", sha256="a", url="1", **SEEN)
        yield opened


def test_a_document_is_news_on_the_chinese_day_on_which_it_was_first_seen(db: sqlite3.Connection) -> None:
    insert(db, "sightings", sha256="a", url="2", first_seen="2026-03-21T18:17:00Z")
    news.build(db)
    assert db.execute(NEWS).fetchall() == [("published", "a", "2026-03-20", None, None, 0, 0, 0)]


def test_a_new_version_tells_how_many_figures_the_publisher_changed(db: sqlite3.Connection) -> None:
    insert(db, "documents", sha256="b", supersedes="a", difference="figures", is_current=1)
    insert(db, "sightings", sha256="b", url="1", first_seen="2026-03-20T18:17:00Z")
    for kind, cause in (("altered", "source"), ("altered", "parser"), ("removed", "source")):
        insert(db, "changes", sha256="b", kind=kind, cause=cause)
    news.build(db)
    assert db.execute(NEWS).fetchall()[1:] == [("replaced", "b", "2026-03-21", "a", "figures", 1, 0, 1)]


def test_a_document_is_withdrawn_when_the_last_of_its_addresses_is_gone(db: sqlite3.Connection) -> None:
    insert(db, "sightings", sha256="a", url="2", first_seen="2026-03-20T18:17:00Z")
    db.execute("UPDATE sightings SET vanished_on = '2026-04-01' WHERE url = '1'")
    news.build(db)
    assert [row[0] for row in db.execute(NEWS)] == ["published"]


def test_the_day_of_its_going_is_that_of_the_last_address(db: sqlite3.Connection) -> None:
    insert(db, "sightings", sha256="a", url="2", first_seen="2026-03-20T18:17:00Z", vanished_on="2026-04-02")
    db.execute("UPDATE sightings SET vanished_on = '2026-04-01' WHERE url = '1'")
    news.build(db)
    assert db.execute(NEWS).fetchall()[1:] == [("withdrawn", "a", "2026-04-02", None, None, 0, 0, 0)]


def test_only_corrections_that_are_applied_are_news(db: sqlite3.Connection) -> None:
    for state in ("applied", "review"):
        insert(db, "corrections", id=state, sha256="a", state=state, when="2026-05-01")
    news.build(db)
    assert db.execute(NEWS).fetchall()[1:] == [("corrected", "a", "2026-05-01", None, None, 1, 0, 0)]


def test_a_document_without_a_date_is_no_news_and_still_summed_up(db: sqlite3.Connection) -> None:
    db.execute("UPDATE sightings SET first_seen = ''")
    for outcome in ("pass", "rounding", "fail", "question", "not_applicable"):
        insert(db, "checks", sha256="a", outcome=outcome)
    insert(db, "issues", sha256="a")
    news.build(db)
    assert db.execute(NEWS).fetchall() == []
    assert db.execute("SELECT * FROM summaries").fetchall() == [
        ("a", None, "u1", 0, "2026-03-12", None, None, 2, 1, 1, 1)
    ]
