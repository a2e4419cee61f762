"""Which rows a row sums: by the paths of the rows, by where totals stand, by the words of lines.

A subtotal is over the rows that stand under it in ``row_path``. A total is over the rows before it, or over those
behind it where it opens the list; a 总计 behind a 本年合计 is that and the lines between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from datapackages.checks.book import Book
from datapackages.checks.column_parts import Share, is_sum, shares
from datapackages.checks.row_lines import Line, held, is_counted_twice, lines, regroup
from datapackages.checks.word_lists import words
from datapackages.model import Fact, Table

ADDED = ("leaf", "subtotal")
VEHICLES = {"vehicle_purchase", "vehicle_operation"}
OVERALL = ("overall", "fiscal_overall")
CURRENT = ("revenue_current", "expenditure_current")


@dataclass(frozen=True, kw_only=True)
class RowSum:
    """A row and the rows it sums. ``kind``: total, grand (over a 本年合计), subtotal, repeat, of_which, unclear."""

    table: Table
    share: Share
    whole: Line
    parts: tuple[Line, ...]
    kind: str

    @property
    def columns(self) -> list[int]:
        """The columns in which the whole and at least one part are printed."""
        return [c for c in self.whole.facts if any(c in part.facts for part in self.parts)]


def row_sums(book: Book) -> list[RowSum]:
    """Every row of every list that sums others."""
    return [
        found
        for table in book.parsed.tables
        for share, rows in shares(book, table).items()
        for found in _List(book, table, share, lines(rows)).sums()
    ]


def _is_year_of_a_unit(head: Fact) -> bool:
    """A row that only says 2026年 of the unit it belongs to: what stands under it is not settled by its name."""
    return bool(head.row_unit_name) and bool(re.fullmatch(words("years"), head.name))


class _List:
    """The rows of one share of a list."""

    def __init__(self, book: Book, table: Table, share: Share, all_lines: Sequence[Line]) -> None:
        self._book, self._table, self._share, self._lines = book, table, share, all_lines
        self._take_in()
        self._totals = [line for line in all_lines if self._is_total(line)]
        self._top = self._at_the_top()
        if table.canonical not in OVERALL:
            self._regroup()

    def _at_the_top(self) -> list[Line]:
        top = [line for line in self._lines if line.above is None and line.head.row_role in ADDED]
        return [line for line in top if line not in self._totals]

    def _regroup(self) -> None:
        whole = [line for line in self._totals if line.head.row_role == "total"]
        found = regroup(self._book, whole[0], self._top) if len(whole) == 1 else {}
        for line, parts in found.items():
            line.under = parts
            for part in parts:
                part.above = line
        self._top = self._at_the_top() if found else self._top

    def _is_total(self, line: Line) -> bool:
        role = line.head.row_role
        return role == "total" or (role == "subtotal" and not line.under and is_sum(line.head.name))

    def _take_in(self) -> None:
        """A subtotal with nothing under it by its path is over the lines behind it where these make it up."""
        for place, line in enumerate(self._lines):
            if line.head.row_role != "subtotal" or line.under or line.above or self._is_total(line):
                continue
            behind = list(
                takewhile(lambda other: not other.above and other.head.row_role == "leaf", self._lines[place + 1 :])
            )
            if behind and held(self._book, line, behind) == len(line.facts):
                line.under = behind
                for part in behind:
                    part.above = line

    def sums(self) -> Iterator[RowSum]:
        """Totals and subtotals with what they sum, and rows that say the total again."""
        for line in self._lines:
            if line in self._totals:
                yield from self._total(line)
            elif not _is_year_of_a_unit(line.head):
                parts = [part for part in line.under if part.head.row_role in ADDED]
                if parts:
                    yield self._sum(line, parts, "subtotal")
                else:
                    yield from self._named(line)
        total = next((line for line in self._totals if line.head.row_role == "total"), None)
        for line in self._lines:
            if total is not None and line.head.row_role == "repeat":
                yield self._sum(total, [line], "repeat")

    def _named(self, line: Line) -> Iterator[RowSum]:
        """Lines under one that they do not make up: 其中; numbered lines of an overall table and cars should."""
        under = [part for part in line.under if part.head.row_role == "of_which" and part.head.name]
        if not under or line.head.row_role != "leaf":
            return
        numbered = all(re.match(words("numbered"), part.head.name) for part in under)
        whole = (numbered and self._table.canonical in OVERALL) or {part.head.item for part in under} == VEHICLES
        yield self._sum(line, under, "subtotal" if whole else "of_which")

    def _total(self, total: Line) -> Iterator[RowSum]:
        readings = [reading for reading in self._readings(total) if reading[1]]
        if readings:
            kind, parts = max(readings, key=lambda reading: held(self._book, total, reading[1]))
            unclear = self._table.canonical not in OVERALL and is_counted_twice(self._book, total, parts)
            yield self._sum(total, parts, "unclear" if unclear else kind)

    def _readings(self, total: Line) -> Iterator[tuple[str, list[Line]]]:
        """What a total may sum, the likeliest first."""
        before = [line for line in self._totals if line.number < total.number]
        top = [line for line in self._top if line.number < total.number]
        if not top and not before:
            behind = [line for line in self._totals if line.number > total.number]
            end = behind[0].number if behind and behind[0].head.row_role == "total" else None
            yield "total", [line for line in self._top if end is None or line.number < end]
            return
        if before and total.head.row_role == "total":
            last = before[-1]
            between = [line for line in top if line.number > last.number]
            yield "grand", [last, *between]
            if not between:
                yield "grand", before
        start = before[-1].number if before else 0
        yield "total", [line for line in top if line.number > start]
        yield "total", top

    def _sum(self, whole: Line, parts: Sequence[Line], kind: str) -> RowSum:
        return RowSum(table=self._table, share=self._share, whole=whole, parts=tuple(parts), kind=kind)
