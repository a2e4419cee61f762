"""Lists of many projects in one table: a row, or the rows that its merged cells cover, is a form of its own.

The text of a merged cell stands in the middle of it. Where a page break cuts the cell, the half without amounts
belongs to the form before it at the top of a page and to the form after it at the foot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parsers.indicators import Lines
from parsers.performance_form import Form, indicator
from parsers.performance_grid import Part, Sheet
from parsers.performance_layouts import Layout, ListColumn, repeats_headings, take_headings
from parsers.performance_words import is_like, pattern

ENDS = "；;，,。"  # between the items of a list in one cell


@dataclass(slots=True)
class Group:
    """The rows of one form and the parts that open it, blank ones too."""

    rows: list[int]
    opening: list[Part]
    page: int
    first: bool = False  # on its page
    last: bool = False
    unnamed: bool = False  # nothing on its pages says whose it is

    def texts(self, layout: Layout) -> list[tuple[ListColumn, Part]]:
        """What its opening parts say, by column."""
        return [(one, part) for part in self.opening if part.text and (one := layout.over(part)) is not None]

    def is_half(self, layout: Layout) -> bool:
        """Whether the part that says whose it is, the amounts, is missing."""
        told = self.texts(layout)
        return not any(one.kind == "fund" for one, _ in told) if layout.has_money else not told


class ListReader:
    """Reads the rows of a list into ``forms``."""

    def __init__(self, canonical: str) -> None:
        self.canonical = canonical
        self.forms: list[Form] = []
        self.unit = ""
        self.project = ""

    def read(self, sheet: Sheet, layout: Layout, start: int) -> None:
        """Read the rows from ``start``; a first half form goes on with the last one of the table before."""
        groups = _joined(list(_groups(sheet, layout, start)), layout)
        for place, group in enumerate(groups):
            if place == 0 and start == 0 and self.forms and group.is_half(layout):
                self._fill(self.forms[-1], sheet, layout, group)
            else:
                self._form(sheet, layout, group, groups[place + 1 :])

    def _form(self, sheet: Sheet, layout: Layout, group: Group, following: Sequence[Group]) -> None:
        told = group.texts(layout)
        project = "".join(part.text for one, part in told if one.name == "project")
        if is_like("total_row", project) or not _says_more(sheet, layout, group):
            self.unit = self.unit if is_like("total_row", project) else project or self.unit
            self._skip(sheet, group)
            return
        self.project = (
            project or self._covering(sheet, layout, group) or _later(layout, group, following) or self.project
        )
        self.unit = "".join(part.text for one, part in told if one.name == "unit") or self.unit
        form = Form(sheet.table, self.canonical, money_unit=layout.money_unit)
        form.fields = {"project": self.project, "unit": self.unit}
        self.forms.append(form)
        self._fill(form, sheet, layout, group)

    def _covering(self, sheet: Sheet, layout: Layout, group: Group) -> str:
        """The name in the merged cell that covers the first row, where one project has several forms."""
        place = layout.place("project")
        parts = sheet.between(group.rows[0], place.start, place.end) if place else []
        return next((part.text for part in parts), "")

    def _fill(self, form: Form, sheet: Sheet, layout: Layout, group: Group) -> None:
        for one, part in group.texts(layout):
            self._put(form, one, part)
        lines = Lines.of(form, layout.block) if layout.block is not None else None
        for row in group.rows:
            if lines is not None:
                lines.read_row(sheet, row)
            for part in sheet.starting(row):
                self._other(form, layout, part)

    def _put(self, form: Form, one: ListColumn, part: Part) -> None:
        if one.kind == "fund":
            if is_like("amount", part.plain) or is_like("dash", part.plain):
                form.add_fund(one.period, one.name, part)
        elif one.kind == "text":
            form.add_text(one.period, one.name, part.text, part)
        elif one.name in ("project", "unit"):
            if part.text not in form.fields[one.name]:  # the rest of a name that a page break has cut
                form.fields[one.name] += part.text
            form.take(part)
        else:
            form.set_field(one.name, part)

    def _other(self, form: Form, layout: Layout, part: Part) -> None:
        """Columns that open no form: serial numbers, people, whole lists of indicators in one cell."""
        one = layout.over(part, ("sequence", "person", "packed"))
        if not part.text or (one is not None and one.kind == "sequence"):
            form.take(part)
        elif one is not None and one.kind == "person":
            form.take_person(part)
        elif one is not None and layout.block is None:
            read_packed(form, part)

    def _skip(self, sheet: Sheet, group: Group) -> None:
        for row in group.rows:
            for part in sheet.starting(row):
                part.read = True


def _groups(sheet: Sheet, layout: Layout, start: int) -> Iterator[Group]:
    group: Group | None = None
    for row in range(start, len(sheet.slots)):
        if repeats_headings(sheet, row):
            take_headings(sheet, row)
            continue
        opening = [part for part in sheet.starting(row) if layout.over(part) is not None]
        page = max(part.page for part in sheet.slots[row] if part.row == row) if sheet.starting(row) else 0
        if opening or group is None:
            if group is not None:
                yield group
            group = Group([], opening, page)
        group.rows.append(row)
    if group is not None:
        yield group


def _joined(groups: Sequence[Group], layout: Layout) -> list[Group]:
    """The halves of forms with what they belong to."""
    for place, group in enumerate(groups):
        group.first = place == 0 or groups[place - 1].page != group.page
        group.last = place + 1 < len(groups) and groups[place + 1].page != group.page
    out: list[Group] = []
    waiting: Group | None = None
    merged = any(len(group.rows) > 1 for group in groups)
    for place, group in enumerate(groups):
        blank = not group.texts(layout)
        half = group.is_half(layout) and (blank or group.first or group.last)
        if half and group.last and not group.first and not groups[place + 1].is_half(layout):
            waiting = group
        elif blank and merged and group is groups[-1] and not group.first:
            group.unnamed = True
            out.append(group)
        elif half and out:
            out[-1].rows += group.rows
            out[-1].opening += group.opening
        else:
            if waiting is not None:
                group.rows, group.opening = waiting.rows + group.rows, waiting.opening + group.opening
                waiting = None
            out.append(group)
    return out


def _later(layout: Layout, group: Group, following: Sequence[Group]) -> str:
    """The name at the top of the next page, where the blank half of its cell is the last name of this page."""
    place = layout.place("project")
    blank = any(layout.over(part) == place and not part.text for part in group.opening)
    for other in following if blank else ():
        names = [part for one, part in other.texts(layout) if one == place]
        if names:
            return "".join(part.text for part in names) if other.first and other.page > group.page else ""
    return ""


def _says_more(sheet: Sheet, layout: Layout, group: Group) -> bool:
    """Whether a row says more than a body's name and its sum."""
    more = [one for one in layout.columns if one.kind in ("indicator", "packed")]
    lines = (part.text for row in group.rows for one in more for part in sheet.between(row, one.start, one.end))
    return any(one.kind == "text" for one, _ in group.texts(layout)) or any(lines)


def read_packed(form: Form, part: Part) -> None:
    """Read a cell that lists all indicators, each after its two levels; what fits no pattern leaves it unread."""
    heads = list(pattern("packed_head").finditer(part.text))
    if not heads:
        return
    ends = [head.start() for head in heads[1:]] + [len(part.text)]
    items = [
        pattern("packed_item").match(part.text[head.end() : end]) for head, end in zip(heads, ends, strict=True)
    ]
    for head, item in zip(heads, items, strict=True):
        if item is None:
            continue
        levels = (head["level1"], head["level2"], item["level3"])
        for period in ("implementation", "year"):
            raw = item[period].strip(ENDS)
            form.indicators.append(indicator(period=period, levels=levels, raw=raw, page=part.page, box=part.box))
    if heads[0].start() == 0 and all(items):
        form.take(part)
