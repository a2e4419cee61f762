"""Which columns a total column sums: by its place in the headings, by the figures where it leaves this open.

A total stands over what its heading stands over: 合计 over the whole list, 基本支出/小计 over 人员经费 and
公用经费. Groups under it that have a total of their own count with that. Some forms print beside the parts what is
no part (会议费 beside 三公, 其中 columns), so of the few readings that the headings allow the one that most rows
bear out is taken; where half of the rows bear out none the form is not understood, and nobody is accused.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from datapackages.checks.book import Book
from datapackages.checks.findings import term
from datapackages.checks.word_lists import words
from datapackages.model import Fact, Table

PUBLIC = ("overseas_visits", "vehicles", "vehicle_purchase", "vehicle_operation", "hospitality")
COMPLETE = ({"basic", "project"}, {"personnel", "public"})  # types of expenditure that make up a whole
MONEY = ("amount", "change")
Rows = Mapping[int, Mapping[int, Fact]]  # row → column → figure of one year, phase and measure


class Share(NamedTuple):
    """The figures of a list that are for one year, phase and measure: only these are parts of one another."""

    fiscal_year: int | None
    phase: str
    measure: str


@dataclass(frozen=True, kw_only=True)
class ColumnSum:
    """A total column and its parts. ``understood`` is False where no reading is borne out by half of the rows."""

    table: Table
    share: Share
    total: int
    parts: tuple[int, ...]
    rows: Rows
    understood: bool

    @property
    def head(self) -> Fact:
        """The first figure of the total column."""
        return next(row[self.total] for row in self.rows.values() if self.total in row)

    @property
    def part_heads(self) -> list[Fact]:
        """The first figure of each part."""
        found: dict[int, Fact] = {}
        for row in self.rows.values():
            for part in self.parts:
                if part in row:
                    found.setdefault(part, row[part])
        return [found[part] for part in self.parts if part in found]


def shares(book: Book, table: Table) -> dict[Share, Rows]:
    """The money of a list by share, in printed order."""
    return book.once(_shares).get(table.table_id, {})


def _shares(book: Book) -> dict[str, dict[Share, Rows]]:
    return {table_id: _shares_of(rows) for table_id, rows in book.grids.items()}


def _shares_of(rows: Rows) -> dict[Share, Rows]:
    found: dict[Share, dict[int, dict[int, Fact]]] = defaultdict(lambda: defaultdict(dict))
    for number, row in rows.items():
        for column, fact in row.items():
            if fact.measure in MONEY and fact.amount is not None:
                found[Share(fact.fiscal_year, fact.phase, fact.measure)][number][column] = fact
    return {share: dict(own) for share, own in found.items()}


def column_sums(book: Book) -> list[ColumnSum]:
    """Every total column of every list with its parts."""
    return [
        found
        for table, behind in pairwise((*book.parsed.tables, None))
        if table is not None
        for share, rows in shares(book, table).items()
        for found in _Headings(book, table, share, rows, goes_on=_goes_on(book, table, behind)).sums()
    ]


def _goes_on(book: Book, table: Table, behind: Table | None) -> bool:
    """Whether a wide form goes on to the right on the next page: a list that begins with figures and no total."""
    if behind is None or behind.canonical != table.canonical or behind.block != table.block:
        return False
    first = next(iter(book.grids.get(behind.table_id, {}).values()), {}).get(1)
    return first is not None and first.column_role == "leaf" and len(behind.rows) == len(table.rows)


class _Headings:
    """The columns of one share by their header paths."""

    def __init__(self, book: Book, table: Table, share: Share, rows: Rows, *, goes_on: bool) -> None:
        self._book, self._table, self._share, self._rows = book, table, share, rows
        self._goes_on = goes_on
        self._heads: dict[int, Fact] = {}
        for row in rows.values():
            for column, fact in row.items():
                self._heads.setdefault(column, fact)
        paths = {number: path for number, path in book.columns(table) if number in self._heads}
        tails = {tail for path in paths.values() if (tail := _tail(path))}
        found = {number: _split(path, tails) for number, path in paths.items()}
        self._stems = {number: stem for number, (stem, _) in found.items()}
        self._tails = {number: tail for number, (_, tail) in found.items()}
        self._totals = [number for number in sorted(paths) if self._is_total(number)]

    def _is_total(self, column: int) -> bool:
        stem = self._stems[column]
        role = self._heads[column].column_role
        return bool(stem) and (role in ("total", "subtotal") or (role == "leaf" and is_sum(stem[-1])))

    def sums(self) -> Iterator[ColumnSum]:
        """The total columns that have parts."""
        for total in self._totals:
            readings = list(dict.fromkeys(filter(None, self._readings(total))))
            checked, held = self._borne_out(total, readings)
            best = max(readings, key=lambda parts: held[parts], default=())
            if not best or (self._is_over_parts_named(best) and 2 * held[best] < checked):
                continue
            understood = 2 * held[best] >= checked if checked > 1 else bool(held[best]) or not self._goes_on
            parts = best if held[best] else readings[0]
            yield ColumnSum(
                table=self._table,
                share=self._share,
                total=total,
                parts=parts,
                rows=self._rows,
                understood=understood,
            )

    def _is_over_parts_named(self, parts: Sequence[int]) -> bool:
        """Whether all that stands under a total is 其中 and need not make it up."""
        types = {self._heads[column].expenditure_type for column in parts}
        return types not in COMPLETE and all(self._heads[column].column_role == "of_which" for column in parts)

    def _readings(self, total: int) -> Iterator[tuple[int, ...]]:
        """Parts as the headings give them, with 其中, all leaves, or 三公 without what stands beside it."""
        under = [column for column in self._under(total) if self._heads[column].column_role != "of_which"]
        direct = self._direct(total, under)
        yield direct
        yield self._direct(total, self._under(total))
        yield tuple(column for column in under if column not in self._totals)
        yield tuple(column for column in direct if self._heads[column].item in PUBLIC)

    def _under(self, total: int) -> list[int]:
        scope = self._scope(total)
        return [
            column
            for column in self._stems
            if column != total
            and self._tails[column] == self._tails[total]
            and self._stems[column][: len(scope)] == scope
            and not (column in self._totals and self._scope(column) == scope)
        ]

    def _scope(self, total: int) -> tuple[str, ...]:
        return self._stems[total][:-1]

    def _direct(self, total: int, under: Sequence[int]) -> tuple[int, ...]:
        """Without what a total of a group under this one already sums."""
        groups = [other for other in self._totals if other in under]
        inner = {
            column
            for group in groups
            for column in under
            if column != group and self._stems[column][: len(self._scope(group))] == self._scope(group)
        }
        return tuple(column for column in under if column not in inner)

    def _borne_out(self, total: int, readings: Sequence[tuple[int, ...]]) -> tuple[int, dict[tuple[int, ...], int]]:
        """How many rows can tell, and how many bear out each reading."""
        held = dict.fromkeys(readings, 0)
        checked = 0
        for row in self._rows.values():
            if total not in row or not row[total].amount:
                continue
            checked += 1
            for parts in readings:
                held[parts] += self._holds(row, total, parts)
        return checked, held

    def _holds(self, row: Mapping[int, Fact], total: int, parts: Sequence[int]) -> bool:
        printed = [row[part] for part in parts if part in row]
        terms = [term(self._book, fact) for fact in (row[total], *printed)]
        gap = terms[0].amount - sum((one.amount for one in terms[1:]), Decimal(0))
        return bool(printed) and abs(gap) <= sum((one.slack for one in terms), Decimal(0))


def _split(path: tuple[str, ...], tails: set[tuple[str, ...]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A header path without what stands under the total of its share, and that: 总计/一般公共预算, 合计/决算数."""
    for tail in tails:
        if path[-len(tail) :] == tail and len(path) > len(tail):
            return path[: -len(tail)], tail
    return path, ()


def _tail(path: tuple[str, ...]) -> tuple[str, ...]:
    last = max((i for i, part in enumerate(path) if is_sum(part)), default=len(path))
    return path[last + 1 :]


@cache
def is_sum(words_printed: str) -> bool:
    """Whether a heading or a line says that it sums others."""
    return bool(re.search(words("sums"), words_printed))
