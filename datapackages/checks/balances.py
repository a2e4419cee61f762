"""Revenue against expenditure, and balances brought forward and left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datapackages.checks import column_sums, prose_purchases, row_sums
from datapackages.checks.book import Book
from datapackages.checks.column_parts import shares
from datapackages.checks.findings import Finding, Side, equal, minus, one, sum_of
from datapackages.checks.row_lines import lines
from datapackages.checks.row_parts import ADDED
from datapackages.checks.rules import rule
from datapackages.model import Fact, Table

SIDED = ("overall", "fiscal_overall", "fund", "state_capital")
OVERALL = ("overall", "fiscal_overall")
CLOSING = "closing"
BEFORE_CLOSING = ("expenditure_current", "distribution")


@dataclass(frozen=True, kw_only=True)
class Sides:
    """The lists of a form that stand side by side: revenue, and expenditure by function, use or economic class."""

    revenue: Table
    expenditure: tuple[Table, ...]


def sides(book: Book) -> list[Sides]:
    """The forms that print revenue beside expenditure."""
    found: list[Sides] = []
    for canonical in SIDED:
        revenue: Table | None = None
        others: list[Table] = []
        for table in [*book.tables_of(canonical), None]:
            if table is None or table.block == "revenue":
                if revenue is not None and others:
                    found.append(Sides(revenue=revenue, expenditure=tuple(others)))
                revenue, others = table, []
            elif revenue is not None and table.unit_name == revenue.unit_name and table.block:
                others.append(table)
    return found


def grand_total(book: Book, table: Table) -> Fact | None:
    """The figure of this year that a list prints as its total over everything; None where there is not one."""
    totals = [
        fact
        for row in book.grids.get(table.table_id, {}).values()
        for fact in row.values()
        if fact.row_role == "total" and book.own_year(fact) and fact.measure == "amount" and fact.amount is not None
    ]
    last = [fact for fact in totals if fact.row == totals[-1].row]
    wholes = [fact for fact in last if fact.column_role == "total"] or last
    return wholes[0] if len(wholes) == 1 else None


@rule("A1", "arithmetic")
def revenue_and_expenditure(book: Book) -> Iterator[Finding]:
    """收入总计等于支出总计。
    Total revenue equals total expenditure.
    """
    for pair in book.once(sides):
        revenue = grand_total(book, pair.revenue)
        for table in pair.expenditure:
            expenditure = grand_total(book, table)
            if revenue is not None and expenditure is not None:
                yield equal(one(book, revenue), one(book, expenditure))


@rule("A4", "arithmetic")
def expenditure_lines(book: Book) -> Iterator[Finding]:
    """支出合计等于各类支出之和。
    Total expenditure equals its lines.
    """
    yield from column_sums.findings(book, "A4")
    for pair in book.once(sides):
        yield from _without_total(book, pair)


def _without_total(book: Book, pair: Sides) -> Iterator[Finding]:
    """Lines by function that stand beside lines by use, where only these print a total."""
    totals = [total for table in pair.expenditure if (total := _of_the_year(book, table)) is not None]
    for table in pair.expenditure:
        if totals and not _printed(book, table):
            for rows in shares(book, table).values():
                top = [line for line in lines(rows) if line.above is None and line.head.row_role in ADDED]
                parts = [fact for line in top for fact in line.facts.values() if book.own_year(fact)]
                if parts and len({fact.column for fact in parts}) == 1:
                    yield equal(one(book, totals[0]), sum_of(book, parts))


def _printed(book: Book, table: Table) -> bool:
    rows = book.grids.get(table.table_id, {}).values()
    return any(fact.row_role == "total" or fact.item in BEFORE_CLOSING for row in rows for fact in row.values())


def _of_the_year(book: Book, table: Table) -> Fact | None:
    """The printed expenditure of the year, without what is left for the next; else the grand total."""
    current = _lines(book, table, BEFORE_CLOSING[:1])
    return current[0] if len(current) == 1 else grand_total(book, table)


@rule("A17", "arithmetic")
def balances_of_funds(book: Book) -> Iterator[Finding]:
    """年初结转和结余加本年收入减本年支出等于年末结转和结余。
    In accounts of a fund the opening balance, plus revenue, less expenditure, equals the closing balance.
    """
    for table in book.tables_of("fund", "state_capital"):
        for row in book.grids.get(table.table_id, {}).values():
            yield from _balance(book, [fact for fact in row.values() if fact.measure == "amount"])


def _balance(book: Book, row: Sequence[Fact]) -> Iterator[Finding]:
    opening, closing = ([fact for fact in row if fact.flow == flow] for flow in ("opening", CLOSING))
    current = [fact for fact in row if fact.flow not in ("opening", CLOSING)]
    revenue = [fact for fact in current if fact.direction == "revenue"]
    spent = [fact for fact in current if fact.direction == "expenditure"]
    whole = [fact for fact in spent if fact.column_role in ("total", "subtotal")] or spent
    one_each = max(len(opening), len(closing), len(revenue), len(whole)) == 1
    if one_each and closing and (opening or revenue or whole):
        rest: Side = (*sum_of(book, [*opening, *revenue]), *minus(sum_of(book, whole)))
        yield equal(one(book, closing[0]), rest)


@rule("A18", "arithmetic")
def balances_of_accounts(book: Book) -> Iterator[Finding]:
    """决算的年末结转和结余等于收入总计减本年支出合计和结余分配。
    In final accounts the closing balance equals total revenue less the expenditure of the year and distributions.
    """
    if book.document.stage != "final":
        return
    for pair in book.once(sides):
        revenue = grand_total(book, pair.revenue)
        for table in pair.expenditure:
            closing, spent = (_lines(book, table, items) for items in ((CLOSING,), BEFORE_CLOSING))
            if revenue is not None and len(closing) == 1 and spent:
                yield equal(one(book, closing[0]), (*one(book, revenue), *minus(sum_of(book, spent))))


def _lines(book: Book, table: Table, items: Sequence[str]) -> list[Fact]:
    """This year's figures of certain lines at the top of a list, in its total column."""
    facts = [fact for row in book.grids.get(table.table_id, {}).values() for fact in row.values()]
    own = [fact for fact in facts if fact.item in items and "/" not in fact.row_path and book.own_year(fact)]
    own = [fact for fact in own if fact.measure == "amount" and fact.amount is not None]
    return [fact for fact in own if fact.column_role == "total"] or own


@rule("A20", "arithmetic")
def procurement(book: Book) -> Iterator[Finding]:
    """政府采购总额等于货物、工程、服务之和。
    All procurement equals goods, works and services.
    """
    yield from row_sums.findings(book, "A20")
    yield from column_sums.findings(book, "A20")
    yield from prose_purchases.findings(book)
