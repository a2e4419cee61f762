"""The headings of lists of projects: which column holds the project, its money, its goal, its indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from datapackages.model import Table
from parsers.indicators import Block, read_segments
from parsers.indicators import Column as IndicatorColumn
from parsers.performance_grid import Part, Sheet
from parsers.performance_words import column, label, pattern
from parsers.text import fold

HEADINGS = 3  # a list has at least so many headings side by side
OPENING = ("field", "fund", "text")  # columns of which a new cell opens a new form


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of a list: ``kind`` as of labels, or indicator, packed, sequence; the grid columns it covers."""

    kind: str
    name: str
    period: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a list and, where it has lines of indicators, their block."""

    columns: tuple[ListColumn, ...]
    block: Block | None
    width: int
    money_unit: str = ""

    @property
    def has_money(self) -> bool:
        """Whether a column holds amounts."""
        return any(one.kind == "fund" for one in self.columns)

    def place(self, name: str) -> ListColumn | None:
        """The first column of that name."""
        return next((one for one in self.columns if one.name == name), None)

    def over(self, part: Part, kinds: Sequence[str] = OPENING) -> ListColumn | None:
        """The column of one of these kinds in which a part stands."""
        return next((one for one in self.columns if one.kind in kinds and one.start <= part.column < one.end), None)


def role(text: str) -> tuple[str, str, str] | None:
    """(kind, name, period) of a heading of a list, or None where it is none."""
    found, period = column(text)
    told = label(text)
    if found == "packed" and told is None:
        return "packed", "", ""
    if told is not None and (told.kind in OPENING or told.kind == "person") and found in ("", "remark", "actual"):
        return told.kind, told.name, told.period
    if found == "sequence":
        return "sequence", "", ""
    if found:
        return "indicator", found, period
    return (told.kind, told.name, told.period) if told is not None else None


def table_layout(table: Table) -> Layout | None:
    """The layout that the headings over a table say, or None where they are no list of projects."""
    found: list[ListColumn] = []
    for place, path in enumerate(table.columns):
        levels = [level for level in path.split("/") if level]
        told = _path_role(levels)
        if told is not None:
            found.append(ListColumn(*told, place, place + 1))
    unit = pattern("money_unit").search(fold("".join(table.columns)))
    return _layout(found, len(table.columns), unit["unit"] if unit else "")


def _path_role(levels: Sequence[str]) -> tuple[str, str, str] | None:
    """The role of a heading path; 财政拨款/合计 is the fund, not the total."""
    roles = [told for level in levels if (told := role(level)) is not None]
    funds = [told for told in roles if told[0] == "fund" and told[1] != "total"]
    return funds[-1] if funds and roles[-1][0] == "fund" else (roles[-1] if roles else None)


def row_layout(sheet: Sheet, row: int) -> Layout | None:
    """The layout that a row of the body says, with the row of subheadings under it."""
    parts = [part for part in sheet.starting(row) if part.text]
    found: list[ListColumn] = []
    for part in parts:
        told = role(part.text)
        if told is not None:
            found.append(ListColumn(*told, part.column, part.column_end))
    if 2 * len(found) < len(parts):
        return None
    if len(parts) >= HEADINGS and _is_subheading(sheet, row + 1):
        for part in sheet.starting(row + 1):
            if (told := role(part.text)) is not None:
                found = [other for other in found if not (other.start <= part.column < other.end)]
                found.append(ListColumn(*told, part.column, part.column_end))
    unit = pattern("money_unit").search("".join(part.plain for part in parts))
    return _layout(sorted(found, key=lambda one: one.start), sheet.width, unit["unit"] if unit else "")


def take_headings(sheet: Sheet, row: int) -> None:
    """Count the headings of a row as read; text that runs over one of them is left."""
    for part in sheet.starting(row):
        part.read = not part.text or role(part.text) is not None


def _is_subheading(sheet: Sheet, row: int) -> bool:
    if row >= len(sheet.slots):
        return False
    parts = [part for part in sheet.starting(row) if part.text]
    return bool(parts) and all((told := role(part.text)) is not None and told[0] == "fund" for part in parts)


def _layout(found: Sequence[ListColumn], width: int, money_unit: str) -> Layout | None:
    kinds = {(one.kind, one.name) for one in found}
    told = {("text", "goal"), ("packed", ""), ("indicator", "target")} & kinds
    if len(found) < HEADINGS or ("field", "project") not in kinds or not told:
        return None
    return Layout(tuple(found), _block(found, width), width, money_unit)


def _block(found: Sequence[ListColumn], width: int) -> Block | None:
    """The columns of indicators in a list that has some."""
    lines = [one for one in found if one.kind == "indicator"]
    columns = tuple(IndicatorColumn(one.name, one.period, one.start, one.end) for one in lines)
    has_targets = any(one.role == "target" for one in columns)
    return Block(columns, tuple(read_segments(columns, lambda _: "")), width) if has_targets else None


def realigned_list(layout: Layout, width: int) -> Layout | None:
    """The layout on a page without headings, which may lack the first columns where they are merged away."""
    if width == layout.width:
        return layout
    if width > len(layout.columns):
        return None
    kept = layout.columns[len(layout.columns) - width :]
    found = [ListColumn(one.kind, one.name, one.period, at, at + 1) for at, one in enumerate(kept)]
    return Layout(tuple(found), _block(found, width), width, layout.money_unit)


def repeats_headings(sheet: Sheet, row: int) -> bool:
    """Whether a row is one of the heading rows that a page repeats."""
    if row_layout(sheet, row) is not None:
        return True
    return row > 0 and row_layout(sheet, row - 1) is not None and _is_subheading(sheet, row)
