"""Which figures tell what is spent on a code of the functional classification: an index, and its condition."""

from __future__ import annotations

import sqlite3

LISTS = ("general_function", "fund", "state_capital", "expenditure")
# A query finds the index only by these very words.
WHOLE_LINES = (
    "canonical IN ('general_function', 'fund', 'state_capital', 'expenditure') AND measure = 'amount'"
    " AND expenditure_type = 'total' AND fiscal_year = document_year AND is_current AND function_code <> ''"
)
INDEXES = (
    'CREATE INDEX "facts_spent" ON "facts" ("function_code", "canonical", "stage", "document_year", "amount_fen",'
    f' "jurisdiction") WHERE {WHOLE_LINES}',
    f'CREATE INDEX "facts_spent_unit" ON "facts" ("function_code", "canonical", "unit_id") WHERE {WHOLE_LINES}',
)


def build(connection: sqlite3.Connection) -> None:
    """Index the figures that give a line's whole amount in its own year."""
    for statement in INDEXES:
        connection.execute(statement)
