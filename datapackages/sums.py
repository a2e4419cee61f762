"""A package asked in SQL: whether its keys hold, and how many of its lists make their printed totals."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from datapackages import loading

ADDED_UP = """
SELECT count(*), coalesce(sum(made), 0) FROM (
  SELECT max(abs(added - total) < 1) AS made FROM (
    SELECT facts.table_id, tables.printed_total * 100 AS total, sum(facts.amount_fen) AS added
    FROM facts JOIN tables USING (table_id)
    WHERE additive AND facts.fiscal_year = facts.document_year AND tables.printed_total IS NOT NULL
    GROUP BY facts.table_id, facts.phase
  ) GROUP BY table_id
)
"""


class Asked(NamedTuple):
    """``lists`` print a total of the document's year, ``add_up`` of them are made by their additive figures."""

    orphans: tuple[tuple[str, int, str], ...]  # resource, its row in the CSV (the header is 1), what it refers to
    lists: int
    add_up: int


def ask(folder: Path) -> Asked:
    """Load a package's CSV files into a database of its own. Raises BuildFailed where its rows cannot be loaded."""
    with closing(sqlite3.connect("")) as connection:  # "" is a file that vanishes with the connection
        loading.create_tables(connection)
        loading.fill(connection, folder)
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
        lists, add_up = connection.execute(ADDED_UP).fetchone()
    told = tuple((resource, rowid + 1, parent) for resource, rowid, parent, _ in orphans)
    return Asked(orphans=told, lists=lists, add_up=add_up)
