"""``lines_fts``: the printed lines of each unit, one entry for all years that print the same words, the best first.

A table of ten million figures has a twentieth as many lines, and their rowids are their rank (totals
before details, the latest year first, the larger amount first), so that the first of a broad search
are found without sorting its millions. ``lines_fts_rows`` leads from a line to one figure of each year
and stage. (Datasette hides a table whose name begins with that of an index.)
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from datapackages import search_keys
from datapackages.search_terms import YEAR
from datapackages.search_text import index_text, joined, whole

OWN = ("name", "row_path", "project_name", "classification")  # what the line itself says
COLUMNS = ("whole", *OWN, "column_labels", "title", "unit_name", "key")
CALLED = ("name", "project_name", "function_name", "econ_dept_name", "econ_gov_name")
UNITS = ("unit_name", "department_name", "row_unit_name", "called", "aliases", "short_names")
BETWEEN = "\x1f"  # between texts that are kept as one

# Each printed row with one figure of it: of the document's own year and phase, money, in the total column.
# A bare column beside min() is that of the row with the minimum.
PRINTED = """
SELECT min((f.fiscal_year IS NOT f.document_year) * 8000 + (f.stage = 'final' AND f.phase = 'approved') * 4000
           + (f.measure <> 'amount') * 2000 + (f.column_role <> 'total') * 1000 + f."column") AS rank,
  f.rowid AS fact, coalesce(f.unit_id, f.unit_name, '') AS unit, f.jurisdiction, f.document_year, f.stage,
  f.name, f.row_path, f.project_name, f.function_code, f.function_name, f.econ_dept_code, f.econ_dept_name,
  f.econ_gov_code, f.econ_gov_name, group_concat(DISTINCT f.column_label) AS column_labels, t.title,
  f.unit_name, f.department_name, f.row_unit_name, u.name AS called, u.aliases, u.short_names,
  CASE f.row_role WHEN 'total' THEN 0 WHEN 'subtotal' THEN 1 WHEN 'repeat' THEN 3 ELSE 2 END AS role, f.amount_fen
FROM facts f JOIN tables t USING (table_id) LEFT JOIN units u ON u.unit_id = f.unit_id
GROUP BY f.table_id, f."row"
ORDER BY role, f.document_year DESC, f.amount_fen DESC, f.rowid
"""
ROWS = """CREATE TABLE lines_fts_rows (
  line INTEGER NOT NULL, fact INTEGER NOT NULL, unit TEXT NOT NULL, document_year INTEGER, stage TEXT,
  PRIMARY KEY (line, fact)
) WITHOUT ROWID"""
PUT_ASIDE = (
    "CREATE TEMP TABLE line_rows (line INTEGER, fact INTEGER, unit TEXT, document_year INTEGER, stage TEXT)",
    "CREATE TEMP TABLE line_words (line INTEGER PRIMARY KEY, words TEXT, jurisdiction TEXT, unit TEXT)",
)
FOUND = """
SELECT line, words, (SELECT group_concat(slots, ' ') FROM (
    SELECT DISTINCT slots(document_year, stage) AS slots FROM lines_fts_rows r WHERE r.line = w.line ORDER BY 1)),
  jurisdiction, unit
FROM line_words w ORDER BY line
"""


def build(connection: sqlite3.Connection) -> None:
    """Create and fill the index and its rows from facts, tables and units."""
    connection.create_function("slots", 2, lambda *slot: " ".join(search_keys.slots(*slot)), deterministic=True)
    listed = ", ".join(COLUMNS)
    connection.execute(f"CREATE VIRTUAL TABLE lines_fts USING fts5({listed}, content='', tokenize='ascii')")
    connection.execute(ROWS)
    for statement in PUT_ASIDE:
        connection.execute(statement)
    connection.executemany("INSERT INTO line_rows VALUES (?, ?, ?, ?, ?)", _rows(connection))
    connection.execute("INSERT INTO lines_fts_rows SELECT * FROM line_rows ORDER BY line, fact")
    insert = f"INSERT INTO lines_fts (rowid, {listed}) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"
    connection.executemany(insert, _entries(connection))
    connection.execute("INSERT INTO lines_fts (lines_fts) VALUES ('optimize')")
    for table in ("line_rows", "line_words"):
        connection.execute(f"DROP TABLE {table}")


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Each printed row with its line; the words of a new line are put aside."""
    lines: dict[bytes, int] = {}
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    for row in cursor.execute(PRINTED):
        words = BETWEEN.join(_words(row))
        key = hashlib.blake2b(f"{row['unit']}{BETWEEN}{words}".encode(), digest_size=16).digest()
        if key not in lines:
            lines[key] = len(lines) + 1
            connection.execute(
                "INSERT INTO line_words VALUES (?, ?, ?, ?)", (lines[key], words, row["jurisdiction"], row["unit"])
            )
        yield lines[key], row["fact"], row["unit"], row["document_year"], row["stage"]


def _words(row: sqlite3.Row) -> tuple[str, ...]:
    """The texts of a printed row, by column of the index but for ``key``."""
    called = filter(None, (whole(row[name] or "") for name in CALLED))
    coded = [row[f"{kind}_{part}"] for kind in ("function", "econ_dept", "econ_gov") for part in ("code", "name")]
    return (
        " ".join(dict.fromkeys(called)),
        row["name"] or "",
        row["row_path"] or "",
        row["project_name"] or "",
        joined(*coded),
        YEAR.sub("", row["column_labels"] or ""),
        YEAR.sub("", row["title"] or ""),
        joined(*(row[name] for name in UNITS)),
    )


def _entries(connection: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    for line, words, slots, jurisdiction, unit in connection.execute(FOUND):
        called, *texts = words.split(BETWEEN)
        tokens = dict.fromkeys((search_keys.place(jurisdiction), search_keys.unit(unit), *slots.split()))
        yield line, called, *map(_indexed, texts), " ".join(tokens)


@lru_cache(maxsize=1 << 16)
def _indexed(text: str) -> str:
    return index_text(text)
