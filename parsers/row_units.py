"""Whose money a row is: rows that name a unit, and the rows under them."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.columns import Column
from parsers.rows import Row
from parsers.text import fold
from parsers.vocabulary import meaning

SHORTEST_CODE = 3  # of a unit; 1 before 全额 numbers a kind of funding (Xi'an)


def name_units(columns: Sequence[Column], rows: Sequence[Row]) -> None:
    """Fill ``unit_code`` and ``unit_name`` of rows that stand under a unit, and of those that are one.

    A form without a column of units prints them as lines of their own over their codes (Guangzhou, Shenzhen)
    or over their projects (Xi'an); they hold for the rows below, down to the next unit or the next total.
    """
    if any(column.kind == "unit_name" for column in columns):
        _carry_down(rows)
        return
    for row in rows:
        if row.role == "total":
            row.unit_code = ""
        elif meaning("unit_like", fold(row.name)) and any(one.basis == "unknown" for one in row.codes):
            row.unit_code, row.codes = row.codes[0].text, []  # a column of codes may be one of units
        if row.role != "total" and _is_unit(row):
            row.unit_name, row.project_name, row.project_kind = row.name, "", ""
    over = {row.parent for row in rows if row.unit_name}
    named = [row.unit_name for row in rows]
    unit = ("", "")
    for row in rows:
        if row.role == "total" or (row.index in over and not named[row.index]):
            unit = ("", "")  # what stands over units is of none of them
        elif named[row.index]:
            unit = (row.unit_code, row.unit_name)
        elif row.parent is not None and rows[row.parent].unit_name:
            row.unit_code, row.unit_name = rows[row.parent].unit_code, rows[row.parent].unit_name
        elif not _is_code(row.unit_code):
            row.unit_code, row.unit_name = unit


def _carry_down(rows: Sequence[Row]) -> None:
    """A unit named in its column holds for the rows below that leave it empty."""
    unit = ("", "")
    for row in rows:
        if row.role == "total":
            unit, row.unit_code = ("", ""), ""
        elif row.unit_name:
            unit = (row.unit_code, row.unit_name)
        else:
            row.unit_code, row.unit_name = unit


def _is_unit(row: Row) -> bool:
    """A line that names a unit: its code says so, or it sums the lines below and no classification is printed."""
    if not meaning("unit_like", fold(row.name)):
        return False
    return _is_code(row.unit_code) or (not row.codes and row.role in ("subtotal", "repeat"))


def _is_code(text: str) -> bool:
    return len(text) >= SHORTEST_CODE and text.isdigit()
