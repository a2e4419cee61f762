"""Truth of the made-up documents in the form of the real truth files, so that one scorer reads both.

The made-up truth has whole printed grids; here side-by-side lists are parted and headers become paths.
Nothing is asked of the parser: which form a table is, and which forms have two sides, is known from how
the documents were made.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

FORMS = {
    "T1": "overall", "T2": "income", "T3": "expenditure", "T4": "fiscal_overall", "T5": "general_function",
    "T6": "basic_economic", "T7": "fund_income", "T8": "fund", "T9": "state_capital", "T10": "three_public",
    "T11": "operating", "T12": "projects", "T13": "projects_carryover", "PERF": "performance_project",
}  # fmt: skip
SIDES = {"T1": ("revenue", "expenditure"), "T4": ("revenue", "expenditure"), "T9": ("revenue", "expenditure")}
# The made-up truth states the page of a table's title. Of 12 tables the title stands alone at the foot of a
# page and the frame on the next, so the next page counts too; the scorer only asks that pages overlap.
LATER = 1
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column


def converted(path: Path) -> dict[str, Any]:
    """What the truth beside the made-up PDF at ``path`` says, as a real truth file would say it."""
    truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
    return {
        "unit_name": truth["units"][0] if truth["units"] else "",
        "fiscal_year": 2026,
        "phase": "budget",
        "tables": [one for table in truth["tables"] for one in _lists(table)],
    }


def _lists(table: dict[str, Any]) -> list[dict[str, Any]]:
    rows, levels = table["rows"], table["header_rows"]
    width = max(map(len, rows))
    owners = _owners(table["merges"], levels, width)
    blocks = SIDES.get(table["key"], ("",))
    sides = _sides(owners, width) if len(blocks) > 1 else [range(width)]
    return [
        {
            "canonical": FORMS[table["key"]],
            "title": table["title"],
            "block": block,
            "pages": [table["pages"][0], table["pages"][1] + LATER],
            "money_unit": table["money_unit"],
            "columns": ["/".join(_path(rows, owners, column, bool(block))) for column in side],
            "rows": _body(rows[levels:], side),
            "partial": False,
        }
        for block, side in zip(blocks, sides, strict=True)
    ]


def _owners(merges: list[Merge], levels: int, width: int) -> list[list[tuple[int, int]]]:
    """For each place of the header the cell that it belongs to."""
    owners = [[(row, column) for column in range(width)] for row in range(levels)]
    for row0, column0, row1, column1 in merges:
        for row in range(row0, min(row1, levels - 1) + 1):
            owners[row][column0 : column1 + 1] = [(row0, column0)] * (column1 + 1 - column0)
    return owners


def _sides(owners: list[list[tuple[int, int]]], width: int) -> list[list[int]]:
    """The columns under each cell of the topmost header row."""
    return [list(columns) for _, columns in groupby(range(width), key=lambda column: owners[0][column])]


def _path(rows: list[list[str]], owners: list[list[tuple[int, int]]], column: int, sided: bool) -> list[str]:
    """The headings over a column from the top; the heading of a whole side is the list's name instead."""
    cells = dict.fromkeys(line[column] for line in owners[int(sided) :])
    return [rows[row][place] for row, place in cells if rows[row][place]]


def _body(rows: list[list[str]], side: Sequence[int]) -> list[list[str]]:
    """The rows of one list: those that hold something, and not the row that numbers the columns."""
    bodies = [[row[column] if column < len(row) else "" for column in side] for row in rows if not _numbers(row)]
    return [row for row in bodies if any(row)]


def _numbers(row: list[str]) -> bool:
    return len(row) > 1 and row == [str(number) for number in range(1, len(row) + 1)]
