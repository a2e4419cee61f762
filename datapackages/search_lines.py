"""``lines_fts``: the printed lines of each unit, one entry for all years that print the same words, the best first.

There are fewer lines than figures, and their rowids are their rank (totals before details, the latest year
first, the larger amount first), so that the first of a broad search are found without sorting its millions.
``lines_fts_rows`` leads from a line to one figure of each year and stage. (Datasette hides a table whose name
begins with that of an index.)
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from datapackages import search_keys
from datapackages.search_terms import YEAR
from datapackages.search_text import OWN, WHOLE, index_text, whole

COLUMNS = ("whole", "own", "around", "key")  # names as one token, marked words of the line, words around it, keys
BETWEEN = " 0b "  # a token between two texts: no phrase reaches from one into the next
CALLED = ("name", "project_name", "function_name", "econ_dept_name", "econ_gov_name")
CODED = tuple(f"{kind}_{part}" for kind in ("function", "econ_dept", "econ_gov") for part in ("code", "name"))
UNIT = ("unit_name", "department_name", "row_unit_name")
WORDS = ", ".join(f"f.{name}" for name in ("name", "row_path", "project_name", *CODED, *UNIT))

# Each printed row with one figure of it: of the document's own year and phase, money, in the total column. A bare
# column beside min() is that of the row with the minimum.
PRINTED = f"""
CREATE TEMP TABLE printed_rows AS
SELECT min((f.fiscal_year IS NOT f.document_year) * 8000 + (f.stage = 'final' AND f.phase = 'approved') * 4000
           + (f.measure <> 'amount') * 2000 + (f.column_role <> 'total') * 1000 + f."column") AS least,
  f.rowid AS fact, coalesce(f.unit_id, f.unit_name, '') AS unit, f.document_year, f.stage, f.amount_fen,
  CASE f.row_role WHEN 'total' THEN 0 WHEN 'subtotal' THEN 1 WHEN 'repeat' THEN 3 ELSE 2 END AS role,
  digest(f.unit_id, without_year(group_concat(DISTINCT f.column_label)), without_year(t.title), {WORDS}) AS words
FROM facts f JOIN tables t USING (table_id) GROUP BY f.table_id, f."row"
"""
# Rows with the same words are one line, which ranks as the best of them.
RANKED = """
INSERT INTO lines
SELECT row_number() OVER (ORDER BY role, document_year DESC, amount_fen DESC, fact) AS line, words, fact
FROM (SELECT *, row_number() OVER (PARTITION BY words ORDER BY role, document_year DESC, amount_fen DESC, fact)
        AS place FROM printed_rows)
WHERE place = 1
"""
LINES = "CREATE TEMP TABLE lines (line INTEGER PRIMARY KEY, words BLOB, fact INTEGER)"
ROWS = """CREATE TABLE lines_fts_rows (
  line INTEGER NOT NULL, fact INTEGER NOT NULL, unit TEXT NOT NULL, document_year INTEGER, stage TEXT,
  PRIMARY KEY (line, fact)
) WITHOUT ROWID"""
FILL = """
INSERT INTO lines_fts_rows SELECT l.line, p.fact, p.unit, p.document_year, p.stage
FROM printed_rows p JOIN lines l USING (words) ORDER BY l.line, p.fact
"""
SAID = f"""
SELECT l.line, {WORDS}, f.jurisdiction, coalesce(f.unit_id, f.unit_name, '') AS unit, t.title,
  u.name AS called, u.aliases, u.short_names,
  (SELECT group_concat(DISTINCT c.column_label) FROM facts c WHERE c.table_id = f.table_id AND c."row" = f."row")
    AS column_labels,
  (SELECT group_concat(DISTINCT coalesce(r.document_year, '') || ' ' || coalesce(r.stage, ''))
     FROM lines_fts_rows r WHERE r.line = l.line) AS slots
FROM lines l JOIN facts f ON f.rowid = l.fact JOIN tables t USING (table_id) LEFT JOIN units u USING (unit_id)
ORDER BY l.line
"""


def build(connection: sqlite3.Connection) -> None:
    """Create and fill the index and its rows from facts, tables and units."""
    connection.create_function("digest", -1, _digest, deterministic=True)
    connection.create_function("without_year", 1, _without_year, deterministic=True)
    listed = ", ".join(COLUMNS)
    for statement in (PRINTED, LINES, RANKED, ROWS, FILL, "DROP TABLE printed_rows"):
        connection.execute(statement)
    connection.execute(f"CREATE VIRTUAL TABLE lines_fts USING fts5({listed}, content='', tokenize='ascii')")
    insert = f"INSERT INTO lines_fts (rowid, {listed}) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"
    connection.executemany(insert, _entries(connection))
    connection.execute("INSERT INTO lines_fts (lines_fts) VALUES ('optimize')")
    connection.execute("DROP TABLE lines")


def _entries(connection: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    for row in cursor.execute(SAID):
        path = (row["row_path"] or "").split("/")  # its last part is often the name
        table = (_without_year(row["title"]), _without_year(row["column_labels"]))
        yield (
            row["line"],
            _whole(*(row[name] for name in CALLED)),
            _indexed(OWN, row["name"], *path, row["project_name"], *(row[name] for name in CODED)),
            _indexed("", *table, *(row[name] for name in (*UNIT, "called", "aliases", "short_names"))),
            f"{_key(row['jurisdiction'], row['unit'])} {_slots(row['slots'])}",
        )


def _digest(*texts: str | None) -> bytes:
    """The same for the same texts, and short, however long they are."""
    return hashlib.blake2b("\x1f".join(text or "" for text in texts).encode(), digest_size=16).digest()


@lru_cache(maxsize=1 << 14)
def _without_year(text: str | None) -> str:
    """The words of a table are the same every year but for this."""
    return YEAR.sub("", text or "")


@lru_cache(maxsize=1 << 14)
def _whole(*names: str | None) -> str:
    return " ".join(dict.fromkeys(WHOLE + plain for name in names if (plain := whole(name or ""))))


@lru_cache(maxsize=1 << 14)
def _key(jurisdiction: str | None, unit: str) -> str:
    return f"{search_keys.place(jurisdiction)} {search_keys.unit(unit)}"


@lru_cache(maxsize=1 << 14)
def _slots(listed: str) -> str:
    """The tokens of years and stages, of ``2026 budget,2025 budget``."""
    slots = (slot.split(" ") for slot in sorted(listed.split(",")))
    return " ".join(dict.fromkeys(token for year, stage in slots for token in search_keys.slots(year, stage)))


def _indexed(mark: str, *texts: str | None) -> str:
    """The tokens of some texts, each text once."""
    return BETWEEN.join(_tokens(text, mark) for text in dict.fromkeys(filter(None, texts)))


@lru_cache(maxsize=1 << 16)
def _tokens(text: str, mark: str) -> str:
    return index_text(text, mark)
