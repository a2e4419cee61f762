"""A package asked in SQL: whether its keys hold, and how many of its lists make their printed totals."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
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


class Orphan(NamedTuple):
    """A row of a CSV file (its header is 1) whose ``fields``, with these values, refer to no row of ``parent``."""

    resource: str
    row: int
    parent: str
    fields: tuple[str, ...]
    values: tuple[object, ...]


class Asked(NamedTuple):
    """``lists`` print a total of the document's year; the additive figures of ``add_up`` of them make it."""

    orphans: tuple[Orphan, ...]
    lists: int
    add_up: int


def ask(folder: Path) -> Asked:
    """Load a package's CSV files into a database of its own. Raises BuildFailed where its rows cannot be loaded."""
    with closing(sqlite3.connect("")) as connection:  # "" is a file that vanishes with the connection
        loading.create_tables(connection)
        loading.fill(connection, folder)
        orphans = tuple(_orphans(connection))
        made: dict[str, bool] = {}
        for table_id, *sum_and_total in connection.execute(ADDED_UP):
            made[table_id] = made.get(table_id, False) or _makes(*sum_and_total)
    return Asked(orphans=orphans, lists=len(made), add_up=sum(made.values()))


def _orphans(connection: sqlite3.Connection) -> Iterator[Orphan]:
    for resource, rowid, parent, number in connection.execute("PRAGMA foreign_key_check").fetchall():
        keys = connection.execute(f'PRAGMA foreign_key_list("{resource}")').fetchall()
        fields = tuple(key[3] for key in keys if key[0] == number)  # its second is the column's place in the key
        columns = ", ".join(f'"{field}"' for field in fields)
        values = connection.execute(f'SELECT {columns} FROM "{resource}" WHERE rowid = ?', (rowid,)).fetchone()
        yield Orphan(resource, rowid + 1, parent, fields, values)


def _makes(total: str, fen: int, addends: int, unit: str, decimals: int) -> bool:
    """Whether the figures of a phase make the total, as far as rounded figures can.

    Each figure and the total may be off by half of the last decimal printed.
    """
    slack = Decimal("0.5").scaleb(-decimals) * codes.money_factors().get(unit, Decimal(1)) * (addends + 1)
    return abs(Decimal(fen) / 100 - Decimal(total)) <= slack
