"""The printed texts that a check is about: where each stands, what it says, and on which side of the check."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from datapackages.model import Box, Cell, Fact, Outcome, ParsedDocument, Statement, Table

FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
STATEMENTS = "statements"  # p3/statements/7: the seventh figure of the prose


class Cited(NamedTuple):
    """One printed text. ``box`` is None where a check is about a page as a whole, ``text`` then empty."""

    page: int
    box: Box | None
    text: str
    on_left: bool
    table_id: str = ""
    row: int | None = None
    column: int | None = None
    fact_id: str = ""
    among_others: bool = False  # a figure with other words in its box: in a sentence, in a cell of a form


class Printed:
    """A parsed document by the names that outcomes use for its places; indexed once for all of them."""

    def __init__(self, parsed: ParsedDocument) -> None:
        self._parsed = parsed

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """Fact id → fact."""
        return {fact.fact_id: fact for fact in self._parsed.facts}

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Table id → table."""
        return {table.table_id: table for table in self._parsed.tables}

    @cached_property
    def _statements(self) -> Mapping[str, Statement]:
        return {str(statement.seq): statement for statement in self._parsed.statements}

    @cached_property
    def _at(self) -> Mapping[tuple[str, str, str], str]:
        return {(fact.table_id, str(fact.row), str(fact.column)): fact.fact_id for fact in self._parsed.facts}

    def cited(self, outcome: Outcome) -> tuple[Cited, ...]:
        """What an outcome is about, left side first, each text once.

        Places name the first figure of each side, ``fact_ids`` all figures that are facts in the same order.
        """
        places = [place.partition("#")[0] for place in outcome.place.split(",") if place]
        names = [self._at.get(_cell(place), "") for place in places]
        split = _split(outcome.fact_ids, names)
        others = [
            found
            for number, (place, name) in enumerate(zip(places, names, strict=True))
            if not name
            for found in self._other(place, outcome, on_left=number == 0)
        ]
        facts = [
            _fact(self.facts[name], number < split)
            for number, name in enumerate(outcome.fact_ids)
            if name in self.facts
        ]
        return tuple(sorted([*facts, *others], key=lambda one: not one.on_left))

    def _other(self, place: str, outcome: Outcome, on_left: bool) -> Iterator[Cited]:
        """A place that is no fact: a figure of the prose, a cell, a list or a page."""
        page, _, rest = place.partition("/")
        if not page.removeprefix("p").isdecimal():
            return
        number = int(page.removeprefix("p"))
        kind, _, where = rest.partition("/")
        if kind == STATEMENTS and where in self._statements:
            stated = self._statements[where]
            yield Cited(stated.page, stated.box, stated.amount_text, on_left, among_others=True)
        elif kind in self.tables:
            yield from _in_table(self.tables[kind], number, where, outcome, on_left)
        else:
            yield Cited(number, None, "", on_left)

    def figures(self, tables: Collection[str]) -> list[Cited]:
        """Every fact of these lists."""
        return [_fact(fact, on_left=True) for fact in self._parsed.facts if fact.table_id in tables]

    def codes_beside(self, cited: Cited) -> Iterator[Cited]:
        """The texts of digits alone in the row of a fact: codes and counts that say what the figure is of."""
        if not cited.fact_id or cited.row is None:
            return
        for column, cell in enumerate(self.tables[cited.table_id].rows[cited.row - 1], start=1):
            if cell.box is not None and cell.text.isdecimal() and column != cited.column:
                yield Cited(cell.page, cell.box, cell.text, True, cited.table_id, cited.row, column)

    def on_page(self, page: int) -> list[Table]:
        """All lists with a part on that page."""
        return [table for table in self._parsed.tables if page in table.pages]

    def goes_on(self, cited: Cited) -> bool:
        """Whether the cited cell is in the last row of its page and its list goes on overleaf."""
        table = self.tables.get(cited.table_id)
        if table is None or cited.page >= max(table.pages):
            return False
        rows = [
            number
            for number, row in enumerate(table.rows, start=1)
            if any(_is_on(cell, cited.page) for cell in row)
        ]
        return bool(rows) and cited.row == rows[-1]


def _is_on(cell: Cell, page: int) -> bool:
    return cell.box is not None and cell.page == page


def _cell(place: str) -> tuple[str, str, str]:
    parts = place.split("/")
    return (parts[1], parts[2], parts[3]) if len(parts) == 4 else ("", "", "")


def _split(fact_ids: tuple[str, ...], names: list[str]) -> int:
    """How many of the facts belong to the left side."""
    if len(names) > 1 and names[1] in fact_ids:
        return fact_ids.index(names[1])
    if names and not names[0]:
        return 0  # the left side is no fact, so that all facts stand on the right
    return len(fact_ids)


def _fact(fact: Fact, on_left: bool) -> Cited:
    box = (fact.x0, fact.top, fact.x1, fact.bottom)
    return Cited(fact.page, box, fact.amount_text, on_left, fact.table_id, fact.row, fact.column, fact.fact_id)


def _in_table(table: Table, page: int, where: str, outcome: Outcome, on_left: bool) -> Iterator[Cited]:
    row, _, column = where.partition("/")
    if row.isdecimal() and column.isdecimal() and 1 <= int(row) <= len(table.rows):
        cells = table.rows[int(row) - 1]
        if 1 <= int(column) <= len(cells):
            cell = cells[int(column) - 1]
            yield Cited(cell.page, cell.box, cell.text, on_left, table.table_id, int(row), int(column))
            return
    figures = [*_figures(table, page, outcome)]
    yield from figures or [Cited(page, frame(table, page), "", on_left, table.table_id)]


def _figures(table: Table, page: int, outcome: Outcome) -> Iterator[Cited]:
    """Cells of a list as a whole, a form most often, that print a figure of either side."""
    sides = {figure: on_left for on_left in (False, True) for figure in _printed(outcome, on_left)}
    for i, row in enumerate(table.rows, start=1):
        for j, cell in enumerate(row, start=1):
            for figure in FIGURE.findall(cell.text) if cell.box and cell.page == page else ():
                if figure in sides:
                    yield Cited(page, cell.box, figure, sides[figure], table.table_id, i, j, among_others=True)


def _printed(outcome: Outcome, on_left: bool) -> list[str]:
    return FIGURE.findall(outcome.left if on_left else outcome.right)


def frame(table: Table, page: int) -> Box | None:
    """The box around the cells of a list on one page; None where it has none there."""
    boxes = [cell.box for row in table.rows for cell in row if cell.box and cell.page == page]
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
