"""A package asked in SQL: whether its keys hold, and how many of its lists make their printed totals."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from datapackages import codes, loading

ADDED_UP = """
SELECT table_id, CAST(printed_total AS TEXT), sum(amount_fen), count(*), facts.money_unit,
       max(CASE instr(amount_text, '.') WHEN 0 THEN 0 ELSE length(amount_text) - instr(amount_text, '.') END)
FROM facts JOIN tables USING (table_id)
WHERE additive AND facts.fiscal_year = facts.document_year AND printed_total IS NOT NULL
GROUP BY table_id, phase
"""


class Asked(NamedTuple):
    """``lists`` print a total of the document's year; the additive figures of ``add_up`` of them make it."""

    orphans: tuple[tuple[str, int, str], ...]  # resource, its row in the CSV (the header is 1), what it refers to
    lists: int
    add_up: int


def ask(folder: Path) -> Asked:
    """Load a package's CSV files into a database of its own. Raises BuildFailed where its rows cannot be loaded."""
    with closing(sqlite3.connect("")) as connection:  # "" is a file that vanishes with the connection
        loading.create_tables(connection)
        loading.fill(connection, folder)
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
        made: dict[str, bool] = {}
        for table_id, *sum_and_total in connection.execute(ADDED_UP):
            made[table_id] = made.get(table_id, False) or _makes(*sum_and_total)
    told = tuple((resource, rowid + 1, parent) for resource, rowid, parent, _ in orphans)
    return Asked(orphans=told, lists=len(made), add_up=sum(made.values()))


def _makes(total: str, fen: int, addends: int, unit: str, decimals: int) -> bool:
    """Whether the figures of a phase make the total, as far as rounded figures can.

    Each figure and the total may be off by half of the last decimal printed.
    """
    slack = Decimal("0.5").scaleb(-decimals) * codes.money_factors().get(unit, Decimal(1)) * (addends + 1)
    return abs(Decimal(fen) / 100 - Decimal(total)) <= slack
