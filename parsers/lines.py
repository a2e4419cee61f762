"""The lines of lists of projects and purchases: what each column says, and what stands over each line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from datapackages.model import Document, Fact, Table
from parsers import amounts
from parsers.nesting import nest
from parsers.text import fold
from parsers.vocabulary import first, meaning

PHASES = {"final": "final", "adjusted": "adjusted"}
CODES = (
    "serial", "unit_code", "project_code", "item_code", "function", "function_code", "economic", "econ_dept_code",
    "econ_gov_code",
)  # fmt: skip
# Words that stand once for several rows, in a cell merged over them.
MERGED = ("unit_code", "unit", "kind", "category", "project", "name", "item", "econ_dept_name", "method")


@dataclass(slots=True, kw_only=True, eq=False)
class Line:
    """One row of a list; ``texts`` are its cells by what their columns hold, left to right."""

    row: int  # 1-based in Table.rows
    page: int
    texts: dict[str, list[str]]
    facts: list[Fact]
    role: str = "leaf"
    over: list[Line] = field(default_factory=list)  # the lines it is a part of, from the outermost in

    def text(self, kind: str) -> str:
        """The first text of that kind, or an empty string."""
        return next(iter(self.texts.get(kind, ())), "")

    @property
    def words(self) -> str:
        """The line's first words that are no code, whatever their column."""
        return next((some[0] for kind, some in self.texts.items() if kind not in CODES), "")


def read_lines(table: Table, facts: Iterable[Fact], document: Document, group: str) -> list[Line]:
    """The lines of a list in order, with roles and those of the facts that are its own.

    ``group`` names the columns' meanings in the vocabulary.
    """
    figures: dict[int, list[Fact]] = {}
    for fact in facts:
        if fact.table_id == table.table_id:
            figures.setdefault(fact.row, []).append(fact)
    kinds = _kinds(table, group)
    lines = []
    for row, cells in enumerate(table.rows, 1):
        texts: dict[str, list[str]] = {}
        for column, kind in enumerate(kinds):
            text = _text(table, row - 1, column) if kind in MERGED else cells[column].text
            if text and kind:
                texts.setdefault(kind, []).append(text)
        if texts or row in figures:
            lines.append(Line(row=row, page=cells[0].page, texts=texts, facts=figures.get(row, [])))
    _place(lines, document)
    return lines


def _text(table: Table, row: int, column: int) -> str:
    """The text of a cell; of the cell above that reaches down to it where it is part of a merged one."""
    cell = table.rows[row][column]
    if cell.text or cell.box is not None:
        return cell.text
    tops = [other.box[1] for other in table.rows[row] if other.box is not None]
    above = (cells[column] for cells in reversed(table.rows[:row]))
    holder = next((other for other in above if other.box is not None), None)
    if holder is None or holder.box is None or holder.page != cell.page or not tops:
        return ""
    return holder.text if holder.box[3] > max(tops) else ""


def _kinds(table: Table, group: str) -> list[str]:
    """What each column holds; 单位 beside 数量 is the unit of the quantity."""
    kinds = [first(group, fold(label)) for label in table.columns]
    for i, kind in enumerate(kinds):
        beside = kinds[max(i - 1, 0) : i] + kinds[i + 1 : i + 2]
        if kind == "unit" and "quantity" in beside and not _holds_units(table, i):
            kinds[i] = "quantity_unit"
    return kinds


def _holds_units(table: Table, column: int) -> bool:
    return any(meaning("unit_like", fold(row[column].text)) for row in table.rows)


def own_figures(line: Line, document: Document) -> list[Fact]:
    """The line's amounts of the document's year and of the version of the budget that it is about."""
    money = [fact for fact in line.facts if fact.measure == "amount" and fact.amount is not None]
    money = [fact for fact in money if not _beside(fold(fact.column_label))]
    own = [fact for fact in money if fact.fiscal_year in (None, document.fiscal_year)]
    phase = PHASES.get(document.stage, "approved")
    return [fact for fact in own if fact.phase == phase] or own


def _beside(label: str) -> bool:
    """Whether a column tells the price of one piece, or what a project costs over the years."""
    return first("purchase_column", label) == "unit_price" or meaning("whole_project", label)


def is_total(line: Line) -> bool:
    """Whether the line is called 合计, in whatever column the word is printed."""
    return any(meaning("total", fold(text)) for some in line.texts.values() for text in some[:1])


def whole(figures: Sequence[Fact]) -> Decimal | None:
    """A line's amount in yuan: its total column as printed, else the sum of the columns that sum nothing."""
    printed = [fact for fact in figures if fact.column_role == "total"]
    counted = printed[:1] or [fact for fact in figures if fact.column_role == "leaf"]
    some = [fact.amount for fact in counted if fact.amount is not None]
    return sum(some, Decimal(0)) if some else None


def _place(lines: list[Line], document: Document) -> None:
    """Fill ``role`` and ``over``: by the figures where everything adds up, else as the facts have it."""
    counted = [line for line in lines if own_figures(line, document)]
    parents = _parents(counted, document)
    if parents is None:
        _place_by_facts(lines)
        return
    holders = {parent for parent in parents if parent is not None}
    for i, line in enumerate(counted):
        above = parents[i]
        while above is not None:
            line.over.insert(0, counted[above])
            above = parents[above]
        if i in holders:
            line.role = "total" if is_total(line) else "subtotal"
    for line in lines:
        if line.role == "leaf" and is_total(line):
            line.role = "total"
        line.over = [other for other in line.over if other.role != "total"]


def _parents(lines: Sequence[Line], document: Document) -> list[int | None] | None:
    total = next((i for i, line in enumerate(lines) if is_total(line)), None)
    if total is None and (not lines or (len(lines) < 3 and not meaning("unit_like", fold(lines[0].words)))):
        return None
    figures = [own_figures(line, document) for line in lines]
    columns = sorted({fact.column for some in figures for fact in some})
    sums = {fact.column for some in figures for fact in some if fact.column_role == "total"} or set(columns[:1])
    return nest(_printed(figures, columns), total) or nest(_printed(figures, sorted(sums)), total)


def _printed(figures: Sequence[Sequence[Fact]], columns: Sequence[int]) -> list[list[Decimal | None]]:
    by_column = [{fact.column: amounts.read(fact.amount_text) for fact in some} for some in figures]
    return [[found.get(column) for column in columns] for found in by_column]


def _place_by_facts(lines: Sequence[Line]) -> None:
    """Roles as the facts have them; the last unit and the last line that sums others stand over a line."""
    over: list[Line] = []
    for line in lines:
        line.role = next((fact.row_role for fact in line.facts), "total" if is_total(line) else "leaf")
        if line.role in ("subtotal", "repeat"):
            over = [*(other for other in over[:1] if not names_unit(line)), line]
        elif line.role != "total":
            line.over = list(over)


def unit_of(line: Line, table: Table, document: Document) -> str:
    """The unit a line belongs to: named in it, over it, over the table, or on the cover."""
    named = line.text("unit")
    if named and not meaning("funding_line", fold(named)):
        return named
    coded = any(_has_unit_code(other) for other in line.over)
    for other in reversed(line.over):
        if names_unit(other) and (_has_unit_code(other) or not coded):
            return other.text("unit") or other.words
    return table.unit_name or document.unit_name or document.department_name


def names_unit(line: Line) -> bool:
    """Whether a line that sums others names a unit."""
    words = fold(line.words)
    return not meaning("funding_line", words) and (_has_unit_code(line) or meaning("unit_like", words))


def _has_unit_code(line: Line) -> bool:
    return len(line.text("unit_code")) >= len("114")


def kinds_over(line: Line) -> list[str]:
    """The words of the lines over a line that name neither a unit nor how units are financed."""
    return [
        other.words
        for other in line.over
        if other.words and not names_unit(other) and not meaning("funding_line", fold(other.words))
    ]
