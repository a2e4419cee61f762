"""The headline figures of each unit, year and stage: what the site compares, each as the one printed figure it is.

A headline is no sum of ours: it is a fact, chosen by the filters of ``headlines.yaml``, and it is left out
where they find two different amounts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).with_name("headlines.yaml")
EACH = "each"  # one value after another is a filter of its own

TABLE = """CREATE TABLE "headlines" (
  "unit_id" TEXT NOT NULL REFERENCES "units" ("unit_id"),
  "document_year" INTEGER NOT NULL,
  "stage" TEXT NOT NULL REFERENCES "stages" ("code"),
  "scope" TEXT NOT NULL REFERENCES "scopes" ("code"),
  "headline" TEXT NOT NULL REFERENCES "headline_kinds" ("code"),
  "jurisdiction" TEXT REFERENCES "jurisdictions" ("code"),
  "amount" NUMERIC,
  "amount_fen" INTEGER NOT NULL,
  "fact_id" TEXT NOT NULL REFERENCES "facts" ("fact_id"),
  PRIMARY KEY ("unit_id", "document_year", "stage", "scope", "headline")
)"""

CHOOSE = """
INSERT OR IGNORE INTO headlines
SELECT unit_id, document_year, stage, scope, :headline, min(jurisdiction), amount, min(amount_fen), min(fact_id)
FROM facts
WHERE is_current AND measure = 'amount' AND fiscal_year = document_year AND unit_id <> '' AND document_year <> ''
  AND ({phases}) AND {filters}
GROUP BY unit_id, document_year, stage, scope
HAVING count(DISTINCT amount_fen) = 1
"""


def build(connection: sqlite3.Connection) -> None:
    """Fill the table ``headlines`` from the facts, the first filter that finds one amount winning."""
    connection.execute(TABLE)
    for headline, filters in rules()["headlines"].items():
        for wanted in (single for entry in filters for single in _singles(entry)):
            names = " AND ".join(f'"{name}" = :{name}' for name in wanted)
            statement = CHOOSE.format(phases=_phases(), filters=names)
            connection.execute(statement, {"headline": headline, **wanted})
    connection.execute(
        'CREATE INDEX "headlines_headline" ON "headlines" ("headline", "stage", "document_year", "amount_fen")'
    )


@cache
def rules() -> dict[str, Any]:
    """``headlines.yaml``: the filters of each headline, and the phases of each stage."""
    loaded: dict[str, Any] = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return loaded


def _singles(entry: dict[str, Any]) -> Iterator[dict[str, str]]:
    plain = {name: value for name, value in entry.items() if name != EACH}
    if EACH not in entry:
        yield plain
        return
    [(name, values)] = entry[EACH].items()
    yield from ({**plain, name: value} for value in values)


def _phases() -> str:
    """Words of our own data file, no reader's: they may stand in the statement."""
    pairs = [(stage, phase) for stage, phases in rules()["phases"].items() for phase in phases]
    return " OR ".join(f"(stage = '{stage}' AND phase = '{phase}')" for stage, phase in pairs)
