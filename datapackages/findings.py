"""What the checks found, the most important first: every check that failed and every question, in one small table.

``seq`` is the order of the site's list. Fails come before questions; among each, the units follow one another by
their gravest finding, and a unit's findings stand together. Grave is what is printed so rather than misread, an
error rather than a warning, and the larger difference in money.
"""

from __future__ import annotations

import sqlite3
from decimal import Decimal, InvalidOperation

from datapackages import codes

TABLE = """CREATE TABLE "findings" (
  "seq" INTEGER PRIMARY KEY,
  "sha256" TEXT NOT NULL REFERENCES "documents" ("sha256"),
  "rule" TEXT NOT NULL,
  "place" TEXT NOT NULL,
  "jurisdiction" TEXT REFERENCES "jurisdictions" ("code"),
  "unit_id" TEXT,
  "document_year" INTEGER,
  "stage" TEXT REFERENCES "stages" ("code"),
  "kind" TEXT NOT NULL REFERENCES "check_kinds" ("code"),
  "outcome" TEXT NOT NULL REFERENCES "outcomes" ("code"),
  "severity" TEXT NOT NULL REFERENCES "severities" ("code"),
  "fault" TEXT REFERENCES "faults" ("code"),
  "page" INTEGER,
  "fact_id" TEXT,
  "difference_fen" INTEGER,
  "first_seen" TEXT,
  UNIQUE ("sha256", "rule", "place")
)"""
# What is found in one database; that of all places gathers what was found in each (by_place.py).
FOUND = """CREATE TEMP TABLE found AS
SELECT c.sha256, c.rule, c.place, c.jurisdiction, c.unit_id, c.document_year, c.stage, c.kind, c.outcome,
  c.severity, c.fault, c.page, c.fact_id, difference_fen(c.difference, f.money_unit, f.measure) AS difference_fen,
  (SELECT min(nullif(first_seen, '')) FROM sightings WHERE sightings.sha256 = c.sha256) AS first_seen
FROM checks AS c LEFT JOIN facts AS f ON f.fact_id = c.fact_id
WHERE c.outcome IN ('fail', 'question')
"""
ORDER = """
WITH graded AS (
  SELECT *, outcome <> 'fail' AS asked, coalesce(nullif(unit_id, ''), sha256) AS whose, row_number() OVER (ORDER BY
    outcome <> 'fail', CASE fault WHEN 'source' THEN 0 WHEN 'parser' THEN 2 ELSE 1 END,
    CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END,
    abs(coalesce(difference_fen, 0)) DESC, document_year DESC, sha256, rule, place) AS grade
  FROM temp.found
), grouped AS (
  SELECT *, min(grade) OVER (PARTITION BY asked, whose) AS gravest FROM graded
)
INSERT INTO findings
SELECT row_number() OVER (ORDER BY asked, gravest, grade), sha256, rule, place, jurisdiction, unit_id,
  document_year, stage, kind, outcome, severity, fault, page, fact_id, difference_fen, first_seen
FROM grouped ORDER BY 1
"""
# A hundred times fewer rows than findings: the site sums them for each reader.
COUNTS = """CREATE TABLE "finding_counts" (
  "jurisdiction" TEXT REFERENCES "jurisdictions" ("code"),
  "document_year" INTEGER,
  "stage" TEXT REFERENCES "stages" ("code"),
  "rule" TEXT NOT NULL,
  "outcome" TEXT NOT NULL REFERENCES "outcomes" ("code"),
  "fault" TEXT REFERENCES "faults" ("code"),
  "number" INTEGER NOT NULL
)"""
COUNT = """
INSERT INTO finding_counts
SELECT jurisdiction, document_year, stage, rule, outcome, fault, count(*) FROM findings
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
"""
# Each entry ends with seq, so that a filtered list comes in order without sorting.
INDEXES = (
    *(f'CREATE INDEX "findings_{name}" ON "findings" ("{name}")' for name in ("jurisdiction", "rule", "unit_id")),
    'CREATE INDEX "findings_sha256" ON "findings" ("sha256", "page")',
    'CREATE INDEX "findings_first_seen" ON "findings" ("first_seen" DESC)',
    'CREATE INDEX "findings_outcome" ON "findings" ("outcome", "fault")',
)


def build(connection: sqlite3.Connection) -> None:
    """Fill ``findings`` from the checks of the documents in force, and count them by what readers choose."""
    connection.create_function("difference_fen", 3, difference_fen, deterministic=True)
    connection.execute(FOUND)
    arrange(connection)


def arrange(connection: sqlite3.Connection) -> None:
    """Fill ``findings`` from what stands in the temporary table ``found``, and drop that."""
    for statement in (TABLE, ORDER, COUNTS, COUNT, *INDEXES, "DROP TABLE temp.found"):
        connection.execute(statement)


def difference_fen(difference: str | None, money_unit: str | None, measure: str | None) -> int | None:
    """A difference printed in a money unit as whole fen; None where it is not one of money."""
    factor = codes.money_factors().get(money_unit or "")
    if not difference or factor is None or measure not in ("amount", "change"):
        return None
    try:
        fen = Decimal(difference) * factor * 100
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and abs(fen) < 1 << 62 else None
