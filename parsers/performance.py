"""Performance forms (项目绩效目标表, 整体绩效目标表, 绩效自评表) from tables to forms and indicators.

What varies is the arrangement, not the words: a label with its value beside or below it, blocks of indicators under
a row of headings, and lists with one project to a row. One table may hold several forms, and one form may go on in
the next table; every printed cell is a field, an indicator, a label, a person (never kept) or an issue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from datapackages.issues import issue
from datapackages.model import Cover, Indicator, Issue, Performance, Table
from parsers.indicators import Block, Column, Lines, ends_block, read_heading, realigned
from parsers.performance_fields import Fields
from parsers.performance_form import Form
from parsers.performance_grid import Part, Sheet, read_sheet
from parsers.performance_layouts import Layout, realigned_list, row_layout, table_layout, take_headings
from parsers.performance_lists import ListReader
from parsers.performance_names import cut_names
from parsers.performance_words import is_like, label

NAMED = (("field", "project"), ("field", "department"))
FORMS = ("performance_project", "performance_overall", "performance_result")
HIDDEN, NEAR = "…", 1  # instead of a cell within so many rows of a person's label
MIXED = ("projects", "projects_carryover", "unrecognised")  # may print targets; their other columns are facts
TOP = 6  # rows in which a form without a title names its project or its department


class Forms(NamedTuple):
    """The forms of a document in reading order, their indicators, the people's cells, and what is none of it."""

    performance: tuple[Performance, ...]
    indicators: tuple[Indicator, ...]
    covers: tuple[Cover, ...]
    issues: list[Issue]


def read_performance(tables: Sequence[Table]) -> Forms:
    """Read the forms of a document; there is an issue for each cell that is not understood."""
    reader = _read(tables)
    forms = [form for form in reader.forms if form.is_filled]
    performance = tuple(form.performance(seq) for seq, form in enumerate(forms, 1))
    indicators = tuple(line for seq, form in enumerate(forms, 1) for line in form.numbered(seq))
    people = [part for form in reader.forms for part in form.people]
    covers = tuple(Cover(page=part.page, box=part.box) for part in people if part.text and part.box is not None)
    issues = [*reader.issues, *cut_names(performance, indicators, tables)]
    return Forms(performance, indicators, covers, issues)


def _read(tables: Sequence[Table]) -> _Reader:
    reader = _Reader()
    for table in tables:
        if table.canonical in FORMS or (table.canonical == "unrecognised" and _is_form(table)):
            reader.read(table)
        elif table.canonical in MIXED and table_layout(table) is not None:
            reader.read_list(table)
    return reader


def _is_form(table: Table) -> bool:
    """Whether a table without a known title is laid out as a form: names a project, then heads indicators."""
    if table_layout(table) is not None:
        return False
    sheet = read_sheet(table, headed=False)
    firsts = [next((part for part in sheet.starting(row) if part.text), None) for row in range(len(sheet.slots))]
    told = [label(part.text) for part in firsts[:TOP] if part is not None]
    named = any(one is not None and (one.kind, one.name) in NAMED for one in told)
    return named and any(read_heading(sheet.row(row), sheet.width, lambda _: "") for row in range(len(sheet.slots)))


@dataclass(slots=True)
class _Reader:
    """Goes through the tables; a page that goes on without headings needs what was read before it."""

    forms: list[Form] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    before: Table | None = None
    lines: Lines | None = None  # the lines that the table before ended in
    block: Block | None = None  # their block as its headings were printed
    fields: Fields | None = None
    listed: tuple[ListReader, Layout] | None = None  # the list that the table before ended in

    def read(self, table: Table) -> None:
        """Read one table of forms."""
        layout = table_layout(table)
        sheet = read_sheet(table, headed=layout is not None)
        if not sheet.slots:
            return
        goes_on = self._goes_on(table, sheet)
        if layout is not None:
            self._list(sheet, layout, 0)
        elif goes_on and self.listed and (again := realigned_list(self.listed[1], sheet.width)):
            self._list(sheet, again, 0, *self.listed)
        elif (start := _list_start(sheet)) is not None:
            self._list(sheet, *start)
        else:
            self._form(sheet, goes_on)
        self.before = table
        self.issues += _unread(sheet)

    def read_list(self, table: Table) -> None:
        """Read the targets of a table that is a list of something else."""
        layout = table_layout(table)
        if layout is not None:
            self._list(read_sheet(table, headed=True), layout, 0)
        self.before, self.listed = table, None

    def _goes_on(self, table: Table, sheet: Sheet) -> bool:
        """Whether a table is the next page of the one before: the same title, and no label to begin with."""
        last = self.before
        if last is None or table.pages[0] - last.pages[-1] > 1 or table.canonical != last.canonical:
            return False
        first = next((part for part in sheet.row(0) if part.text), None)
        if table.title not in ("", last.title) or first is None:
            return False
        return label(first.text) is None and not is_like("ignored", first.plain)

    def _list(
        self,
        sheet: Sheet,
        layout: Layout,
        start: int,
        reader: ListReader | None = None,
        printed: Layout | None = None,
    ) -> None:
        """Read a list; one that goes on has its reader and the layout that its headings said."""
        reader = reader or ListReader(_canonical(sheet.table))
        known = len(reader.forms)
        reader.read(sheet, layout, start)
        self.forms += reader.forms[known:]
        self.listed, self.lines, self.fields = (reader, printed or layout), None, None

    def _form(self, sheet: Sheet, goes_on: bool) -> None:
        self.listed = None
        fields, before = self.fields if goes_on else None, self.lines
        self.lines = None
        if fields is None:
            fields = self._opened(sheet)
        elif before is not None and self.block is not None and (block := realigned(self.block, sheet.width)):
            self.lines = Lines.of(fields.form, block, before)
        for row in range(len(sheet.slots)):
            if _begins_anew(sheet, row, fields.form):
                fields, self.lines = self._opened(sheet), None
            self._row(sheet, row, fields)
        self.fields = fields

    def _opened(self, sheet: Sheet) -> Fields:
        form = Form(sheet.table, _canonical(sheet.table))
        self.forms.append(form)
        return Fields(form)

    def _row(self, sheet: Sheet, row: int, fields: Fields) -> None:
        parts = [part for part in sheet.starting(row) if part.text]
        if (block := _heading(sheet, row, fields)) is not None:
            self.lines, self.block = Lines.of(fields.form, block, self.lines), block
            for part in sheet.row(row):
                fields.form.take(part)
        elif self.lines is not None and parts and is_like("total_row", parts[0].plain):
            _read_total(sheet, row, self.lines.block, fields.form)
        elif self.lines is not None and not ends_block(parts, self.lines.block):
            self.lines.read_row(sheet, row)
        else:
            self.lines = None
            fields.read_row(sheet, row)


def _begins_anew(sheet: Sheet, row: int, known: Form) -> bool:
    """Whether a row opens the next form of the same table: its project is named again."""
    first = next((part for part in sheet.starting(row) if part.text), None)
    told = label(first.text) if first is not None else None
    named = told is not None and (told.kind, told.name) in NAMED and told.name in known.fields
    return named and bool(known.indicators)


def _heading(sheet: Sheet, row: int, fields: Fields) -> Block | None:
    """The block that a row opens, its periods from the headings over its columns."""

    def period_over(column: Column) -> str:
        return fields.period_over(
            Part(text="", page=0, box=None, row=row, column=column.start, column_end=column.end)
        )

    return read_heading(sheet.row(row), sheet.width, period_over)


def _read_total(sheet: Sheet, row: int, block: Block, form: Form) -> None:
    """The sum under the weights and the scores of a result form."""
    for part in sheet.starting(row):
        role = next((one.role for one in block.columns if one.start <= part.column < one.end), "")
        if part.text and role in ("weight", "score") and not is_like("total_row", part.plain):
            form.add_text("year", f"total_{role}", part.text, part)
        elif not part.text or is_like("total_row", part.plain):
            form.take(part)


def _canonical(table: Table) -> str:
    """The form that a table is, also where its title does not say so."""
    return table.canonical if table.canonical in FORMS else FORMS[0]


def _list_start(sheet: Sheet) -> tuple[Layout, int] | None:
    """The layout of a list whose headings are rows of the table, and the row of its first project."""
    for row in range(min(4, len(sheet.slots))):
        if (layout := row_layout(sheet, row)) is not None:
            for above in range(row + 1):
                take_headings(sheet, above)
            return layout, row + 1
    return None


def _unread(sheet: Sheet) -> Iterator[Issue]:
    """One issue for each printed cell that nothing has taken; near a person's label without its text."""
    named = {part.row for part in sheet.parts if is_like("person", part.plain.rstrip(":"))}
    for part in sheet.parts:
        if not part.text or part.read or is_like("ignored", part.plain):
            continue
        yield issue(
            "form-cell-unread",
            page=part.page,
            table=sheet.table.table_id,
            row=max(part.row - sheet.header_rows, 0) + 1,
            column=part.column + 1,
            text=HIDDEN if any(abs(row - part.row) <= NEAR for row in named) else part.text[:60],
        )
