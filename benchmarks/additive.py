"""Whether what is additive adds up: ``sum(amount) WHERE additive`` against the total that a list prints.

A list is compared once for each fiscal year and phase in it. Where no printed total spans what a list
shows side by side (balances brought forward, revenue, expenditure, balances left), each direction and flow
is compared with the figures of its own in the total row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import parsers
from benchmarks.corpus import real_budgets, shared, synthetic
from benchmarks.figures import Figure, at_least
from datapackages.model import Fact, ParsedDocument, Table
from parsers.amounts import FACTOR, decimals

GOAL = 99.0
LARGEST = "b01_40units"  # its forms are those of another document; it is there to measure speed


@dataclass(frozen=True, kw_only=True)
class Sum:
    """One printed total and what the additive figures under it make, in yuan."""

    place: str
    printed: Decimal
    added: Decimal
    tolerance: Decimal

    @property
    def agrees(self) -> bool:
        return abs(self.printed - self.added) <= self.tolerance


def measure() -> Iterator[Figure]:
    """The share of lists that add up, real and made up; every list that does not is printed."""
    seed = sorted((shared() / "seed").glob("*.pdf"))
    made_up = [path for ruled in (True, False) for path in synthetic(ruled=ruled) if path.stem != LARGEST]
    yield _share("real budgets and final accounts", [*real_budgets(), *seed])
    yield _share("made-up documents", made_up)


def _share(what: str, paths: Sequence[Path]) -> Figure:
    lists = right = 0
    for path, parsed in parsers.many(list(paths)):
        for sums in compared(parsed):
            lists += 1
            wrong = [one for one in sums if not one.agrees]
            right += not wrong
            for one in wrong:
                print(f"{path.stem} {one.place}: printed {one.printed:f}, added {one.added:f}")
    return at_least(f"{what}: lists that add up ({right} of {lists})", 100 * right / lists, GOAL, " %", peer="none")


def compared(parsed: ParsedDocument) -> Iterator[list[Sum]]:
    """The sums of each list, fiscal year and phase that prints a total."""
    tables = {table.table_id: table for table in parsed.tables}
    groups: dict[tuple[str, int | None, str], list[Fact]] = defaultdict(list)
    for fact in parsed.facts:
        if fact.measure == "amount" and fact.amount is not None:
            groups[fact.table_id, fact.fiscal_year, fact.phase].append(fact)
    for (table_id, year, phase), facts in groups.items():
        sums = list(_sums(_place(tables[table_id], year, phase), facts))
        if sums:
            yield sums


def _place(table: Table, year: int | None, phase: str) -> str:
    return f"{table.canonical} {table.block} p{table.pages[0]} {year} {phase}"


def _sums(place: str, facts: Sequence[Fact]) -> Iterator[Sum]:
    total = _total_row(facts)
    if not total:
        return
    spanning = _whole(total)
    if len(spanning) == 1:
        yield _sum(place, spanning, facts)
    else:
        for direction, flow in dict.fromkeys((fact.direction, fact.flow) for fact in total):
            own = [fact for fact in facts if (fact.direction, fact.flow) == (direction, flow)]
            if printed := _whole([fact for fact in total if (fact.direction, fact.flow) == (direction, flow)]):
                yield _sum(f"{place} {direction} {flow}", printed, own)


def _total_row(facts: Sequence[Fact]) -> list[Fact]:
    """The facts of the total row with the largest figure; of the only row where a list has one."""
    rows: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        rows[fact.row].append(fact)
    if len(rows) == 1:
        return next(iter(rows.values()))
    totals = [row for row in rows.values() if row[0].row_role == "total"]
    return max(totals, key=lambda row: max(fact.amount or Decimal(0) for fact in row), default=[])


def _whole(row: Sequence[Fact]) -> list[Fact]:
    """What a total row prints for a list, or for one direction and flow: its total columns, else its parts."""
    return [f for f in row if f.column_role == "total"] or [f for f in row if f.column_role == "leaf"]


def _sum(place: str, printed: Sequence[Fact], facts: Iterable[Fact]) -> Sum:
    added = [fact for fact in facts if fact.additive]
    shown = min(decimals(fact.amount_text) for fact in [*printed, *added])
    unit = Decimal(5).scaleb(-shown - 1) * FACTOR[printed[0].money_unit]
    return Sum(
        place=place,
        printed=_total(printed),
        added=_total(added),
        tolerance=unit * (len(added) + len(printed)),
    )


def _total(facts: Iterable[Fact]) -> Decimal:
    return sum((fact.amount or Decimal(0) for fact in facts), Decimal(0))
