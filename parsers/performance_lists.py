"""Lists of many projects in one table: a row, or the rows that its merged cells cover, is a form of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from datapackages.model import Table
from parsers.indicators import Block, Lines, read_segments
from parsers.indicators import Column as IndicatorColumn
from parsers.performance_form import Form, indicator
from parsers.performance_grid import Part, Sheet
from parsers.performance_words import column, is_like, label, pattern
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


@dataclass(slots=True)
class Group:
    """The rows of one form and the parts that open it."""

    rows: list[int]
    opening: list[Part]
    page: int
    merged: bool = False
    project: Part | None = None
    parts: dict[ListColumn, list[Part]] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        return not any(part.text for part in self.opening)


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


class ListReader:
    """Reads the rows of a list; what a page break has cut goes on with the form before or after it."""

    def __init__(self, canonical: str) -> None:
        self.canonical = canonical
        self.forms: list[Form] = []
        self.unit = ""
        self.project: Part | None = None
        self.lines: Lines | None = None

    def read(self, sheet: Sheet, layout: Layout, start: int) -> None:
        """Read the rows from ``start``; ``forms`` grows."""
        groups = list(self._groups(sheet, layout, start))
        for group in _joined(groups):
            self._form(sheet, layout, group)

    def _groups(self, sheet: Sheet, layout: Layout, start: int) -> Iterator[Group]:
        group: Group | None = None
        for row in range(start, len(sheet.slots)):
            if row_layout(sheet, row) is not None or _repeats(sheet, row):
                take_headings(sheet, row)
                continue
            opening = [part for part in sheet.starting(row) if _column(layout, part, OPENING) is not None]
            page = max(part.page for part in sheet.slots[row])
            if opening or group is None:
                if group is not None:
                    yield group
                group = Group([], opening, page)
            group.rows.append(row)
            group.merged |= not opening
        if group is not None:
            yield group

    def _form(self, sheet: Sheet, layout: Layout, group: Group) -> None:
        parts = [part for part in group.opening if part.text]
        told = {column: part for part in parts if (column := _column(layout, part, OPENING)) is not None}
        names = {(column.kind, column.name) for column in told}
        project = next((part for column, part in told.items() if column.name == "project"), None)
        if project is not None and is_like("total_row", project.plain):
            self._skip(sheet, group)
            return
        if not self._says_more(sheet, layout, group, names):
            self.unit = project.text if project is not None else self.unit
            self._skip(sheet, group)
            return
        form = self._begin(sheet, layout, told, project)
        self._packed(sheet, layout, group, form)
        self._lines(sheet, layout, group, form)
        for row in group.rows:
            for part in sheet.row(row):
                kind = next((one.kind for one in layout.columns if one.start <= part.column < one.end), "")
                if part.text and kind == "person":
                    form.take_person(part)
                elif not part.text or kind == "sequence":
                    form.take(part)

    def _says_more(self, sheet: Sheet, layout: Layout, group: Group, names: set[tuple[str, str]]) -> bool:
        """Whether a row says more than a body's name and its sum."""
        texts = any(kind == "text" for kind, _ in names)
        more = [one for one in layout.columns if one.kind in ("indicator", "packed")]
        lines = any(
            part.text for row in group.rows for one in more for part in sheet.between(row, one.start, one.end)
        )
        return texts or lines or self._is_continued(names)

    def _is_continued(self, names: set[tuple[str, str]]) -> bool:
        return bool(self.forms) and not names

    def _begin(self, sheet: Sheet, layout: Layout, told: dict[ListColumn, Part], project: Part | None) -> Form:
        names = {column.name for column in told if column.kind != "text"}
        if self.forms and not names:  # the end of a form that a page break has cut
            form = self.forms[-1]
        else:
            form = Form(sheet.table, self.canonical, money_unit=layout.money_unit)
            self.forms.append(form)
            self.project = project or self._covering(sheet, layout, told) or self.project
            if self.project is not None:
                form.fields["project"] = self.project.text
                self.project.read = True
            if self.unit:
                form.fields["unit"] = self.unit
        for one, part in told.items():
            self._put(form, one, part)
        return form

    def _covering(self, sheet: Sheet, layout: Layout, told: dict[ListColumn, Part]) -> Part | None:
        """The merged cell of the project's name that covers the row, where it covers several forms."""
        place = next((one for one in layout.columns if one.name == "project"), None)
        row = min((part.row for part in told.values()), default=None)
        if place is None or row is None:
            return None
        found = next(iter(sheet.between(row, place.start, place.end)), None)
        return found if found is not None and found.text else None

    def _put(self, form: Form, one: ListColumn, part: Part) -> None:
        if one.kind == "fund":
            form.add_fund(one.period, one.name, part)
        elif one.kind == "text":
            form.add_text(one.period, one.name, part.text, part)
        elif one.name != "project":
            form.fields[one.name] = part.text
            form.take(part)
        else:
            form.take(part)

    def _lines(self, sheet: Sheet, layout: Layout, group: Group, form: Form) -> None:
        if layout.block is None:
            return
        lines = Lines.of(form, layout.block)
        for row in group.rows:
            lines.read_row(sheet, row)

    def _packed(self, sheet: Sheet, layout: Layout, group: Group, form: Form) -> None:
        """Indicators that stand in one cell, with their two targets (Guangzhou)."""
        for one in layout.columns:
            if one.kind != "packed" or layout.block is not None:
                continue
            for row in group.rows:
                for part in sheet.between(row, one.start, one.end):
                    if part.text and part.row == row:
                        read_packed(form, part)

    def _skip(self, sheet: Sheet, group: Group) -> None:
        for row in group.rows:
            for part in sheet.starting(row):
                part.read = True


def read_packed(form: Form, part: Part) -> None:
    """Read a cell that lists all indicators; it stays unread where some of its words fit no pattern."""
    text, end = part.text, 0
    found = list(pattern("packed_list").finditer(text))
    for match in found:
        if text[end : match.start()].strip("；;，,。0123456789.、．"):
            break
        end = match.end()
        levels = (match["level1"], match["level2"], match["level3"])
        for period in ("implementation", "year"):
            raw = match[period].strip("；;，,。")
            form.indicators.append(indicator(period=period, levels=levels, raw=raw, page=part.page, box=part.box))
    if found and not text[end:].strip("；;，,。"):
        form.take(part)


def _column(layout: Layout, part: Part, kinds: Sequence[str]) -> ListColumn | None:
    return next((one for one in layout.columns if one.kind in kinds and one.start <= part.column < one.end), None)


def _repeats(sheet: Sheet, row: int) -> bool:
    """Whether a row is the second of two repeated heading rows."""
    return row > 0 and row_layout(sheet, row - 1) is not None and _is_subheading(sheet, row)


def _joined(groups: Sequence[Group]) -> list[Group]:
    """Blank groups go with the form that they belong to.

    The text of a merged cell stands in the middle of the cell, so where a page break cuts it one half is blank:
    at the end of a page it is the beginning of the next form, elsewhere the end of the one before.
    """
    out: list[Group] = []
    waiting: list[int] = []
    merges = any(group.merged for group in groups)
    for place, group in enumerate(groups):
        following = groups[place + 1] if place + 1 < len(groups) else None
        if group.is_blank and merges and following and following.page > group.page and not following.is_blank:
            opens = place == 0 or groups[place - 1].page == group.page
            if opens:
                waiting += group.rows
                continue
        if group.is_blank and out:
            out[-1].rows += group.rows
            continue
        group.rows = waiting + group.rows
        waiting = []
        out.append(group)
    return out
