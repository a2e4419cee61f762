"""What is new: each document in short, and the day it was published, replaced, withdrawn or corrected.

The site's front page, its list of changes, a unit's page and the feeds read these two small tables
instead of counting checks and sightings again for every reader.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from datapackages import codes, feed
from datapackages.deadlines import china_day

TABLES = (
    """CREATE TABLE "summaries" (
  "sha256" TEXT PRIMARY KEY REFERENCES "documents" ("sha256"),
  "jurisdiction" TEXT REFERENCES "jurisdictions" ("code"),
  "unit_id" TEXT,
  "is_current" INTEGER,
  "published_on" TEXT,
  "first_seen" TEXT,
  "vanished_on" TEXT,
  "held" INTEGER NOT NULL,
  "failed" INTEGER NOT NULL,
  "asked" INTEGER NOT NULL,
  "issues" INTEGER NOT NULL
)""",
    """CREATE TABLE "news" (
  "sha256" TEXT NOT NULL REFERENCES "documents" ("sha256"),
  "kind" TEXT NOT NULL REFERENCES "news_kinds" ("code"),
  "moment" TEXT NOT NULL,
  "day" TEXT NOT NULL,
  "from_sha256" TEXT,
  "jurisdiction" TEXT REFERENCES "jurisdictions" ("code"),
  "unit_id" TEXT,
  "document_year" INTEGER,
  "stage" TEXT REFERENCES "stages" ("code"),
  "scope" TEXT REFERENCES "scopes" ("code"),
  "difference" TEXT REFERENCES "differences" ("code"),
  "altered" INTEGER NOT NULL,
  "added" INTEGER NOT NULL,
  "removed" INTEGER NOT NULL,
  PRIMARY KEY ("sha256", "kind")
)""",
)

# Grouped once each: a document has hundreds of checks and no two tables may multiply one another.
SUMMARIES = """
INSERT INTO summaries
SELECT d.sha256, d.jurisdiction, d.unit_id, d.is_current, s.published_on, s.first_seen, s.vanished_on,
  coalesce(c.held, 0), coalesce(c.failed, 0), coalesce(c.asked, 0), coalesce(i.issues, 0)
FROM documents AS d
LEFT JOIN (
  SELECT sha256, min(nullif(published_on, '')) AS published_on, min(nullif(first_seen, '')) AS first_seen,
    -- A document is gone when the last address that led to it is.
    CASE WHEN count(*) = count(nullif(vanished_on, '')) THEN max(vanished_on) END AS vanished_on
  FROM sightings GROUP BY sha256) AS s ON s.sha256 = d.sha256
LEFT JOIN (
  SELECT sha256, sum(outcome IN ('pass', 'rounding')) AS held, sum(outcome = 'fail') AS failed,
    sum(outcome = 'question') AS asked
  FROM checks GROUP BY sha256) AS c ON c.sha256 = d.sha256
LEFT JOIN (SELECT sha256, count(*) AS issues FROM issues GROUP BY sha256) AS i ON i.sha256 = d.sha256
ORDER BY d.sha256
"""
# A document that tells no day of its own is no news: nobody could say when it was.
NEWS = """
INSERT INTO news
SELECT d.sha256, n.kind, n.moment, china_day(n.moment), n.from_sha256, d.jurisdiction, d.unit_id, d.fiscal_year,
  d.stage, d.scope, iif(n.kind = 'replaced', d.difference, NULL), n.altered, n.added, n.removed
FROM documents AS d JOIN (
  SELECT s.sha256, iif(d.supersedes <> '', 'replaced', 'published') AS kind, s.first_seen AS moment,
    nullif(d.supersedes, '') AS from_sha256, coalesce(c.altered, 0) AS altered, coalesce(c.added, 0) AS added,
    coalesce(c.removed, 0) AS removed
  FROM summaries AS s JOIN documents AS d ON d.sha256 = s.sha256
  LEFT JOIN (
    SELECT sha256, sum(kind = 'altered') AS altered, sum(kind = 'added') AS added, sum(kind = 'removed') AS removed
    FROM changes WHERE cause = 'source' GROUP BY sha256) AS c ON c.sha256 = s.sha256
  WHERE s.first_seen <> ''
  UNION ALL
  SELECT sha256, 'withdrawn', vanished_on, NULL, 0, 0, 0 FROM summaries WHERE vanished_on <> ''
  UNION ALL
  SELECT sha256, 'corrected', max("when"), NULL, count(*), 0, 0 FROM corrections
  WHERE state = 'applied' AND "when" <> '' GROUP BY sha256
) AS n ON n.sha256 = d.sha256
ORDER BY d.sha256, n.kind
"""
INDEXES = (
    'CREATE INDEX "summaries_first_seen" ON "summaries" ("is_current", "first_seen")',
    'CREATE INDEX "summaries_jurisdiction" ON "summaries" ("jurisdiction", "first_seen")',
    'CREATE INDEX "news_moment" ON "news" ("moment")',
    # Most news is that a document was published; what happened to documents later must not be looked for among it.
    'CREATE INDEX "news_later" ON "news" ("moment") WHERE kind <> \'published\'',
    'CREATE INDEX "news_kind" ON "news" ("kind", "moment")',
    'CREATE INDEX "news_unit" ON "news" ("unit_id", "moment")',
    'CREATE INDEX "news_jurisdiction" ON "news" ("jurisdiction", "moment")',
)


def build(connection: sqlite3.Connection) -> None:
    """Fill ``summaries`` and ``news`` from documents, sightings, checks, issues, changes and corrections."""
    connection.create_function("china_day", 1, china_day, deterministic=True)
    for statement in (*TABLES, SUMMARIES, NEWS, *INDEXES):
        connection.execute(statement)


def entry(row: Mapping[str, Any], home: str, language: str = "zh") -> feed.Entry:
    """A row of ``news`` with ``title`` and ``unit_name``, as an entry of a feed; ``home`` is the site's address."""
    labels = codes.labels("news_kinds", language), codes.labels("stages", language)
    when = f"{row['document_year'] or ''} {labels[1].get(row['stage'], '')}".strip()
    return feed.Entry(
        title=" · ".join(filter(None, (labels[0][row["kind"]], row["unit_name"], when))),
        of=f"news/{row['kind']}/{row['sha256']}",
        updated=row["moment"],
        link=f"{home}-/document/{row['sha256']}",
        summary=" · ".join(filter(None, (row["title"], row["day"], _difference(row, language)))),
    )


def _difference(row: Mapping[str, Any], language: str) -> str:
    """How many figures a new version alters, adds and removes, in words; empty for other news."""
    if row["kind"] != "replaced":
        return ""
    kinds = codes.labels("change_kinds", language)
    said = codes.labels("differences", language).get(row["difference"], "")
    return f"{said} ({', '.join(f'{words} {row[kind]}' for kind, words in kinds.items())})"
