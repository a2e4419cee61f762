"""Headlines against last year's, and divided by the counts that documents state: what the site ranks units by.

Both sides of a comparison are printed figures and are kept beside the result, so that a reader can open each.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).with_name("rankings.yaml")

TABLES = (
    """CREATE TABLE "headline_changes" (
  "headline" TEXT NOT NULL REFERENCES "headline_kinds" ("code"),
  "unit_id" TEXT NOT NULL REFERENCES "units" ("unit_id"),
  "document_year" INTEGER NOT NULL,
  "stage" TEXT NOT NULL REFERENCES "stages" ("code"),
  "scope" TEXT NOT NULL REFERENCES "scopes" ("code"),
  "jurisdiction" TEXT REFERENCES "jurisdictions" ("code"),
  "amount_fen" INTEGER NOT NULL,
  "before_fen" INTEGER NOT NULL,
  "change_fen" INTEGER NOT NULL,
  "change_permyriad" INTEGER,
  "fact_id" TEXT NOT NULL REFERENCES "facts" ("fact_id"),
  "fact_id_before" TEXT NOT NULL REFERENCES "facts" ("fact_id"),
  PRIMARY KEY ("headline", "unit_id", "document_year", "stage", "scope")
)""",
    """CREATE TABLE "headline_ratios" (
  "ratio" TEXT NOT NULL REFERENCES "ratio_kinds" ("code"),
  "unit_id" TEXT NOT NULL REFERENCES "units" ("unit_id"),
  "document_year" INTEGER NOT NULL,
  "stage" TEXT NOT NULL REFERENCES "stages" ("code"),
  "scope" TEXT NOT NULL REFERENCES "scopes" ("code"),
  "jurisdiction" TEXT REFERENCES "jurisdictions" ("code"),
  "each_fen" INTEGER NOT NULL,
  "amount_fen" INTEGER NOT NULL,
  "count" INTEGER NOT NULL,
  "fact_id" TEXT NOT NULL REFERENCES "facts" ("fact_id"),
  "count_fact_id" TEXT REFERENCES "facts" ("fact_id"),
  "count_sha256" TEXT,
  "count_seq" INTEGER,
  PRIMARY KEY ("ratio", "unit_id", "document_year", "stage", "scope")
)""",
)
CHANGES = """
INSERT INTO headline_changes
SELECT this.headline, this.unit_id, this.document_year, this.stage, this.scope, this.jurisdiction,
  this.amount_fen, last.amount_fen, this.amount_fen - last.amount_fen,
  CASE WHEN last.amount_fen > 0
    THEN cast(round((this.amount_fen - last.amount_fen) * 10000.0 / last.amount_fen) AS INTEGER) END,
  this.fact_id, last.fact_id
FROM headlines AS this
JOIN headlines AS last ON last.unit_id = this.unit_id AND last.document_year = this.document_year - 1
  AND last.stage = this.stage AND last.scope = this.scope AND last.headline = this.headline
ORDER BY 1, 2, 3, 4, 5
"""
# Documents state a count in a sentence, or print it in a table; two different ones give none.
COUNTS = """
CREATE TEMP TABLE stated AS
SELECT metric, unit_id, document_year, stage, scope, min(value) AS value, min(fact_id) AS fact_id,
  min(sha256) AS sha256, min(seq) AS seq
FROM (
  SELECT s.metric, s.unit_id, s.document_year, s.stage, d.scope, s.value, NULL AS fact_id, s.sha256, s.seq
  FROM statements AS s JOIN documents AS d ON d.sha256 = s.sha256
  WHERE s.metric IN ('vehicles_kept', 'staff_actual') AND d.is_current
  UNION ALL
  SELECT item, unit_id, document_year, stage, scope, value, fact_id, NULL, NULL
  FROM facts
  WHERE item = 'vehicles_kept' AND measure = 'count' AND fiscal_year = document_year AND is_current
)
WHERE value > 0 AND value = cast(value AS INTEGER) AND unit_id <> ''
GROUP BY metric, unit_id, document_year, stage, scope
HAVING count(DISTINCT value) = 1 AND count(DISTINCT sha256) < 2
"""
RATIOS = """
INSERT INTO headline_ratios
SELECT :ratio, h.unit_id, h.document_year, h.stage, h.scope, h.jurisdiction,
  cast(round(h.amount_fen * 1.0 / s.value) AS INTEGER), h.amount_fen, s.value, h.fact_id, s.fact_id, s.sha256, s.seq
FROM stated AS s JOIN headlines AS h ON h.unit_id = s.unit_id AND h.document_year = s.document_year
  AND h.stage = s.stage AND h.scope = s.scope
WHERE h.headline = :amount AND s.metric = :count
ORDER BY 2, 3, 4, 5
"""
# The place stands last: a filter on it is answered from the index, and the order stays that of the rank.
RANKED = {
    "headlines": ("headline", "stage", "document_year", "scope", "amount_fen", "jurisdiction"),
    "headline_changes": ("headline", "stage", "document_year", "scope", "change_fen", "jurisdiction"),
    "headline_ratios": ("ratio", "stage", "document_year", "scope", "each_fen", "jurisdiction"),
    "projects": ("canonical", "stage", "document_year", "amount_fen", "jurisdiction"),
    "purchases": ("row_role", "stage", "document_year", "amount_fen", "jurisdiction"),
}
INDEXES = (
    *(f'CREATE INDEX "{table}_ranked" ON "{table}" ({", ".join(columns)})' for table, columns in RANKED.items()),
    'CREATE INDEX "headline_changes_unit" ON "headline_changes" ("unit_id")',
    'CREATE INDEX "headline_ratios_unit" ON "headline_ratios" ("unit_id")',
)


def build(connection: sqlite3.Connection) -> None:
    """Fill the tables ``headline_changes`` and ``headline_ratios`` from ``headlines`` and the stated counts."""
    for statement in (*TABLES, CHANGES, COUNTS):
        connection.execute(statement)
    for ratio, sides in rules()["ratios"].items():
        connection.execute(RATIOS, {"ratio": ratio, **sides})
    connection.execute("DROP TABLE stated")
    for statement in INDEXES:
        connection.execute(statement)


@cache
def rules() -> dict[str, Any]:
    """``rankings.yaml``: the rankings in their order, the ratios, and the headlines whose changes are ranked."""
    loaded: dict[str, Any] = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return loaded
