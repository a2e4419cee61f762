"""The cells of a form with their spans: which cell covers which row and column of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from datapackages.model import Box, Cell, Table
from parsers.text import fold

REACH = 2.0  # points by which a cell must pass an edge to cover what lies behind it


@dataclass(slots=True, eq=False)
class Part:
    """A printed cell, merged or not; rows and columns count from 0."""

    text: str
    page: int
    box: Box | None
    row: int
    column: int
    row_end: int = 0  # the first row below
    column_end: int = 0  # the first column to the right
    read: bool = False

    @property
    def plain(self) -> str:
        return fold(self.text)

    def over(self, other: Part) -> bool:
        """Whether the two share a column."""
        return self.column < other.column_end and other.column < self.column_end


@dataclass(slots=True, eq=False)
class Sheet:
    """A table as parts: ``slots[row][column]`` is the part that covers the place."""

    table: Table
    slots: list[list[Part]]
    header_rows: int = 0  # how many of the rows are printed over the table's columns
    parts: list[Part] = field(default_factory=list)

    @property
    def width(self) -> int:
        return len(self.slots[0]) if self.slots else 0

    def row(self, row: int) -> list[Part]:
        """The parts that lie in a row, each once, from left to right."""
        return list(dict.fromkeys(self.slots[row]))

    def starting(self, row: int) -> list[Part]:
        """The parts whose first row this is."""
        return [part for part in self.row(row) if part.row == row]

    def between(self, row: int, start: int, end: int) -> list[Part]:
        """The parts of a row that cover one of these columns."""
        return list(dict.fromkeys(self.slots[row][start:end]))


def read_sheet(table: Table, headed: bool) -> Sheet:
    """The parts of a table; what its columns hold comes first where it is no heading but the first row."""
    header = [] if headed else _printed_over(table)
    rows = [*header, *table.rows]
    lefts = _lefts(rows)
    slots: list[list[Part]] = []
    for number, row in enumerate(rows):
        above = slots[-1] if slots else []
        slots.append(_slots(number, row, above, lefts.get(row[0].page, {}), number < len(header)))
    sheet = Sheet(table=table, slots=slots, header_rows=len(header))
    _measure(sheet)
    return sheet


def _printed_over(table: Table) -> list[tuple[Cell, ...]]:
    """The rows that were taken for headings: a page that goes on with a form has no headings."""
    if not any(table.columns):
        return []
    page = table.pages[0]
    paths = [column.split("/") for column in table.columns]
    depth = max(len(path) for path in paths)
    if any(len(path) not in (1, depth) for path in paths):  # a text has a slash of its own: one row is all we know
        paths, depth = [[column] for column in table.columns], 1
    return [
        tuple(Cell(text=path[level] if level < len(path) else "", page=page) for path in paths)
        for level in range(depth)
    ]


def _lefts(rows: Sequence[Sequence[Cell]]) -> dict[int, dict[int, float]]:
    """The left edge of each column on each page, where a cell begins there."""
    out: dict[int, dict[int, float]] = {}
    for row in rows:
        for column, cell in enumerate(row):
            if cell.box is not None:
                edges = out.setdefault(cell.page, {})
                edges[column] = min(edges.get(column, cell.box[0]), cell.box[0])
    return out


def _slots(
    number: int, row: Sequence[Cell], above: Sequence[Part], lefts: dict[int, float], header: bool
) -> list[Part]:
    out: list[Part] = []
    left: Part | None = None
    top = min((cell.box[1] for cell in row if cell.box is not None), default=None)
    for column, cell in enumerate(row):
        if cell.box is not None or cell.text or header:
            left = Part(text=cell.text, page=cell.page, box=cell.box, row=number, column=column)
            out.append(left)
        elif left is not None and _reaches(left, column, row, lefts):
            out.append(left)
        elif above and _hangs(above[column], cell.page, top):
            out.append(above[column])
        else:
            out.append(Part(text="", page=cell.page, box=None, row=number, column=column))
    return out


def _reaches(left: Part, column: int, row: Sequence[Cell], lefts: dict[int, float]) -> bool:
    """Whether the cell before a covered place reaches over it."""
    if left.box is None:
        return False
    edge = lefts.get(column)
    if edge is None:
        following = next((cell.box for cell in row[column:] if cell.box is not None), None)
        return following is None or left.box[2] >= following[0] - REACH
    return left.box[2] > edge + REACH


def _hangs(above: Part, page: int, top: float | None) -> bool:
    """Whether the cell above reaches into a row; over a page break nothing says that it does not."""
    if above.box is None or above.page != page or top is None:
        return True
    return above.box[3] > top + REACH


def _measure(sheet: Sheet) -> None:
    for number, row in enumerate(sheet.slots):
        for column, part in enumerate(row):
            part.row_end = max(part.row_end, number + 1)
            part.column_end = max(part.column_end, column + 1)
    sheet.parts = list(dict.fromkeys(part for row in sheet.slots for part in row))
