"""The little city of the site's tests, with more to walk through: a department's tree, years and stages, vehicles,
a finding, a document that was replaced and one that was withdrawn, and who has not published.

The rows are written into the built database, each figure being one that the city's PDFs print.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

import site_city
from datapackages import rankings

EDUCATION, CIVIL, SCHOOL, OWN = (f"cn-999900-u{number:04}" for number in (1, 3, 7, 6))
PLACE = "999900"
ACCEPTED = {"jurisdiction": PLACE, "state": "accepted"}
DOCUMENT = "SELECT sha256 FROM documents WHERE unit_id = ? AND fiscal_year = ?"
# Unit, year, stage, scope, headline, yuan.
HEADLINES = (
    (EDUCATION, 2026, "budget", "unit", "three_public", 123_000),
    (EDUCATION, 2025, "budget", "unit", "three_public", 130_000),
    (EDUCATION, 2026, "budget", "department", "three_public", 300_000),
    (EDUCATION, 2024, "final", "unit", "three_public", 111_000),
    (CIVIL, 2026, "budget", "unit", "three_public", 90_000),
    (CIVIL, 2025, "budget", "unit", "three_public", 0),
    (SCHOOL, 2026, "budget", "unit", "three_public", 45_000),
    (SCHOOL, 2025, "budget", "unit", "three_public", 40_000),
)
LEDGER = (
    (SCHOOL, 2026, "budget", "missing", "regulation_6", "2026-03-21", "2026-03-20"),
    (OWN, 2026, "budget", "blocked", "refused", None, "2026-03-20"),
    (OWN, 2025, "budget", "unknown", "not_expected", None, None),
)


def insert(db: sqlite3.Connection, table: str, **row: object) -> None:
    """Insert one row; what is not given is empty."""
    names = ", ".join(f'"{name}"' for name in row)
    db.execute(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(row))})', list(row.values()))


def make(data: Path) -> Path:
    """Make the city in an empty data directory; returns its database."""
    site_city.make(data)
    path = data / "site" / "current" / "budgets.db"
    with closing(sqlite3.connect(path)) as db, db:
        _units_and_headlines(db)
        _documents(db)
        db.execute("UPDATE projects SET canonical = 'projects'")
        insert(
            db, "packages", name="cn-999900-2024-final", title="", jurisdiction=PLACE, document_year=2024,
            stage="final",
            version="1", documents=1, tables=1, facts=6, issues=0, zip_bytes=1, zip_sha256="",
        )  # fmt: skip
        _rank_again(db)
    return path


def _units_and_headlines(db: sqlite3.Connection) -> None:
    for unit, name, kind in ((SCHOOL, "示例市第一中学", "unit"), (OWN, "示例市教育局（本级）", "own_level")):
        insert(db, "units", unit_id=unit, name=name, kind=kind, parent=EDUCATION, **ACCEPTED)
    (fact,) = db.execute("SELECT fact_id FROM facts WHERE item = 'hospitality' ORDER BY fact_id LIMIT 1").fetchone()
    for unit, year, stage, scope, headline, yuan in HEADLINES:
        insert(
            db, "headlines", unit_id=unit, document_year=year, stage=stage, scope=scope, headline=headline,
            jurisdiction=PLACE, amount=yuan, amount_fen=yuan * 100, fact_id=fact,
        )  # fmt: skip
    for unit, year, stage, state, basis, due, looked in LEDGER:
        insert(
            db, "ledger", unit_id=unit, document_year=year, stage=stage, jurisdiction=PLACE, state=state,
            basis=basis, due=due, looked_on=looked,
        )  # fmt: skip


def _documents(db: sqlite3.Connection) -> None:
    """Vehicles and a wrong total in one document, and the days on which it was replaced and withdrawn."""
    new, old = (db.execute(DOCUMENT, [EDUCATION, year]).fetchone()[0] for year in (2026, 2025))
    whose = {"jurisdiction": PLACE, "unit_id": EDUCATION, "document_year": 2026, "stage": "budget"}
    insert(
        db, "statements", sha256=new, seq=90, metric="vehicles_kept", metric_text="公务用车保有量", amount_text="2",
        value=2, unit="辆", page=1, agreement="not_found", **whose,
    )  # fmt: skip
    check = {"sha256": new, "rule": "A14", "place": "p1/x/6/2", "kind": "arithmetic", "outcome": "fail",
             "severity": "error", "fault": "source", "page": 1, **whose}  # fmt: skip
    insert(db, "checks", message="12.30 and 12.20 differ by 0.10", message_zh="12.30 与 12.20 相差 0.10", **check)
    insert(db, "findings", seq=1000, first_seen="2026-03-20T02:17:00+08:00", **check)
    for kind, day, before, altered in (("replaced", "2026-04-02", old, 3), ("withdrawn", "2026-04-09", None, 0)):
        insert(
            db, "news", sha256=new, kind=kind, moment=f"{day}T02:17:00+08:00", day=day, from_sha256=before,
            difference="figures" if before else None, altered=altered, added=0, removed=1 if before else 0, **whose,
        )  # fmt: skip
    insert(
        db, "changes", sha256=new, seq=1, from_sha256=old, kind="altered", cause="source", name="公务接待费",
        column_label="2026年预算数", old_text="2.40", new_text="2.50", old_amount=24000, new_amount=25000,
        change_amount=1000, changed_on="2026-04-02T02:17:00+08:00", **whose,
    )  # fmt: skip


def _rank_again(db: sqlite3.Connection) -> None:
    for table in ("headline_changes", "headline_ratios"):
        db.execute(f"DROP TABLE {table}")
    for index in ("headlines_ranked", "projects_ranked", "purchases_ranked"):
        db.execute(f"DROP INDEX {index}")
    rankings.build(db)


@contextmanager
def reader(data: Path) -> Iterator[httpx.Client]:
    """Make the city, serve it, and yield a client whose addresses begin at it."""
    make(data)
    with site_city.served(data) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client
