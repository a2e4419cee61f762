"""Counts made with the database, so that the site looks up what it would otherwise count over millions of rows.

A row of ``facet_counts`` says how many rows of a table have a value in a column, under the filters that readers
use: none, one facet, two facets of few values, or a place's year and stage. Only the values that a page shows are
kept, the most frequent first. A row without a column counts all rows under the filters, and says between which
rowids they lie: a search among them need not look elsewhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from itertools import combinations

# The facets of metadata.yaml of each table that grows with the documents: those of few values, those of many.
FACETS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "facts": (("jurisdiction", "document_year", "stage", "canonical", "fund"), ("unit_name", "function_name")),
    "tables": (("jurisdiction", "document_year", "stage", "canonical", "state"), ()),
    "printed": (("jurisdiction", "document_year", "stage"), ()),
    "documents": (("jurisdiction", "fiscal_year", "stage", "kind", "text_layer"), ()),
    "sections": (("jurisdiction", "document_year", "stage"), ()),
    "statements": (("jurisdiction", "document_year", "stage", "metric", "agreement"), ()),
    "projects": (("jurisdiction", "document_year", "stage", "canonical", "kind"), ()),
    "checks": (("jurisdiction", "document_year", "stage", "kind", "outcome", "rule", "fault"), ()),
}
SLOT = ("jurisdiction", "document_year", "stage")
KEPT = 31  # a page shows 30 values and says that there are more
BETWEEN = "\x1f"  # parts the values of several filters

TABLE = """CREATE TABLE "facet_counts" (
  "table" TEXT NOT NULL,
  "filters" TEXT NOT NULL,
  "given" TEXT NOT NULL,
  "column" TEXT NOT NULL,
  "rank" INTEGER NOT NULL,
  "value",
  "count" INTEGER NOT NULL,
  "first_row" INTEGER,
  "last_row" INTEGER,
  PRIMARY KEY ("table", "filters", "given", "column", "rank")
) WITHOUT ROWID"""
CUBE = """CREATE TEMP TABLE cube AS
SELECT {columns}, count(*) AS n, min(rowid) AS first_row, max(rowid) AS last_row
FROM "{table}" GROUP BY {columns}"""
COUNT = """INSERT INTO facet_counts
SELECT :table, :filters, given, :column, rank, value, n, first_row, last_row FROM (
  SELECT *, row_number() OVER (PARTITION BY given ORDER BY n DESC, value) AS rank FROM (
    SELECT {given} AS given, "{column}" AS value, sum(n) AS n, NULL AS first_row, NULL AS last_row
    FROM cube WHERE given IS NOT NULL AND value IS NOT NULL GROUP BY 1, 2))
WHERE rank <= {kept}"""
COUNT_ROWS = """INSERT INTO facet_counts
SELECT :table, :filters, {given} AS given, '', 0, NULL, sum(n), min(first_row), max(last_row)
FROM cube WHERE given IS NOT NULL GROUP BY given"""


def build(connection: sqlite3.Connection) -> None:
    """Create and fill ``facet_counts``."""
    connection.execute(TABLE)
    for table, (few, many) in FACETS.items():
        _make_cube(connection, table, few)
        for filters in filter_sets(few):
            _count_rows(connection, table, filters)
            _count(connection, table, filters, few)
        for wide in many:
            _make_cube(connection, table, (*few, wide))
            for filters in filter_sets(few):
                _count(connection, table, filters, (wide,))
            _count_rows(connection, table, (wide,))
            _count(connection, table, (wide,), (*few, wide))
        for pair in combinations(many, 2):
            _make_cube(connection, table, pair)
            for one, other in (pair, pair[::-1]):
                _count(connection, table, (one,), (other,))
    connection.execute("DROP TABLE cube")


def filter_sets(few: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the combinations of columns of few values that counts are made under."""
    for size in range(3):
        yield from combinations(few, size)
    if set(SLOT) <= set(few):
        yield SLOT


def key(table: str, exact: Mapping[str, str]) -> tuple[str, str] | None:
    """Return ``filters`` and ``given`` of a reader's filters (column → value), or None where nothing is counted."""
    few, many = FACETS.get(table, ((), ()))
    names = tuple(name for name in (*few, *many) if name in exact)
    if len(names) < len(exact) or names not in {*filter_sets(few), *((wide,) for wide in many)}:
        return None
    return ",".join(names), BETWEEN.join(exact[name] for name in names)


def slot(given: str) -> dict[str, str]:
    """Return the place, year and stage of a row whose ``filters`` are those of ``SLOT``."""
    return dict(zip(SLOT, given.split(BETWEEN), strict=True))


def nearest(table: str, exact: Mapping[str, str]) -> dict[str, str]:
    """Return as many of a reader's filters as counts are made under, those of the place and year first."""
    if not FACETS.get(table):
        return {}
    kept: dict[str, str] = {}
    for name, value in sorted(exact.items(), key=lambda pair: pair[0] not in SLOT):
        if key(table, {**kept, name: value}):
            kept[name] = value
    return kept


def _make_cube(connection: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> None:
    connection.execute("DROP TABLE IF EXISTS temp.cube")
    connection.execute(CUBE.format(table=table, columns=", ".join(f'"{name}"' for name in columns)))


def _given(filters: tuple[str, ...]) -> str:
    return f" || '{BETWEEN}' || ".join(f'"{name}"' for name in filters) or "''"


def _count_rows(connection: sqlite3.Connection, table: str, filters: tuple[str, ...]) -> None:
    connection.execute(
        COUNT_ROWS.format(given=_given(filters)), {"table": table, "filters": ",".join(filters)}
    )


def _count(
    connection: sqlite3.Connection, table: str, filters: tuple[str, ...], columns: tuple[str, ...]
) -> None:
    for column in columns:
        statement = COUNT.format(given=_given(filters), column=column, kept=KEPT)
        connection.execute(statement, {"table": table, "filters": ",".join(filters), "column": column})
