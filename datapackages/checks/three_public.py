"""The three public expenses: their sum in rows and columns, and the change against last year that is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from datapackages.checks import column_sums, row_sums
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, Side, Term, equal, minus, one, place_of, sum_of, term
from datapackages.checks.rules import rule
from datapackages.model import Fact, Table

FORMS = ("three_public", "operating")
CHANGES = ("change", "change_percent")
ITEMS = (  # a line, what it is made of, and what some forms add to it
    ("three_public", ("overseas_visits", "vehicles", "hospitality"), ("meetings", "training")),
    ("vehicles", ("vehicle_purchase", "vehicle_operation"), ()),
)


@rule("A14", "arithmetic")
def three_public_items(book: Book) -> Iterator[Finding]:
    """“三公”经费合计等于因公出国（境）费、公务用车购置及运行费、公务接待费之和，公务用车购置及运行费等于购置费与运行费之和。
    The three public expenses equal visits abroad, vehicles and hospitality; vehicles equal purchase and operation.
    """
    found = [*row_sums.findings(book, "A14"), *column_sums.findings(book, "A14")]
    yield from found
    held = {name for finding in found for name in finding.fact_ids[:1]}
    yield from (finding for finding in _items(book) if finding.fact_ids[0] not in held)


def _items(book: Book) -> Iterator[Finding]:
    """Rows by what they are, and not by what adds up: one wrong figure must not hide that they are parts.

    Some forms add meetings and training to the total. Where a part is not printed anywhere in the list, only a
    sum that holds is a finding.
    """
    for table in book.tables_of("three_public"):
        for column in _columns(book, table):
            for whole, parts, others in ITEMS:
                named = [column[item] for item in parts if item in column]
                if whole not in column or not named:
                    continue
                more = [*named, *(column[item] for item in others if item in column)]
                sums = [equal(one(book, column[whole]), sum_of(book, facts)) for facts in (named, more)]
                held = next((finding for finding in sums if finding.outcome != "fail"), None)
                if held or len(named) == len(parts):
                    yield held or sums[0]


def _columns(book: Book, table: Table) -> Iterator[dict[str, Fact]]:
    """Each column's figures of one body by item; an item printed twice is left out."""
    found: dict[tuple[object, ...], dict[str, list[Fact]]] = {}
    for row in book.grids.get(table.table_id, {}).values():
        for fact in row.values():
            if fact.measure == "amount" and fact.amount is not None and fact.item:
                key = fact.column, fact.row_unit_name, fact.fiscal_year, fact.phase
                found.setdefault(key, {}).setdefault(fact.item, []).append(fact)
    for column in found.values():
        yield {item: facts[0] for item, facts in column.items() if len(facts) == 1}


@rule("A15", "arithmetic")
def three_public_funds(book: Book) -> Iterator[Finding]:
    """“三公”经费每一行的合计等于各预算之和。
    In each row of the three public expenses the total equals the budgets it comes from.
    """
    yield from row_sums.findings(book, "A15")


@rule("A16", "arithmetic")
def printed_changes(book: Book) -> Iterator[Finding]:
    """印出的增减额等于本年数减上年数，增减比例等于增减额除以上年数。
    A printed change equals this year less last year, and a change in per cent that change over last year.
    """
    for table in book.tables_of(*FORMS):
        rows = book.grids.get(table.table_id, {})
        for row in rows.values():
            for fact in row.values():
                if fact.measure in CHANGES and book.own_year(fact):
                    yield from _change(book, table, fact)


def _change(book: Book, table: Table, change: Fact) -> Iterator[Finding]:
    this, last = _years(book.grids[table.table_id], change)
    if this is None and last is None:
        return
    difference: Side = (*sum_of(book, filter(None, [this])), *minus(sum_of(book, filter(None, [last]))))
    if change.measure == "change" and change.amount is not None:
        yield equal(one(book, change), difference)
    elif change.value is not None and last is not None and last.amount:
        yield _percent(book, change, difference, term(book, last))


def _years(rows: Mapping[int, Mapping[int, Fact]], change: Fact) -> tuple[Fact | None, Fact | None]:
    """This year's and last year's figure: in columns of the same row, or in the two rows above of the same unit."""
    year = change.fiscal_year or 0
    beside = [fact for fact in rows[change.row].values() if fact.measure == "amount"]
    if beside:
        same = [fact for fact in beside if _tail(fact) == _tail(change)]
    else:
        above = [rows[number].get(change.column) for number in (change.row - 2, change.row - 1) if number in rows]
        same = [fact for fact in above if fact is not None and fact.row_unit_name == change.row_unit_name]
    this, last = ([fact for fact in same if fact.fiscal_year == wanted] for wanted in (year, year - 1))
    if len(this) > 1 or len(last) > 1:
        return None, None
    return (this[0] if this else None), (last[0] if last else None)


def _tail(fact: Fact) -> str:
    """What a column is about, without the year over it: 三公经费/公务接待费."""
    return fact.column_label.partition("/")[2]


def _percent(book: Book, change: Fact, difference: Side, last: Term) -> Finding:
    """A percentage against the one that the two years make, each within the rounding of its figures."""
    gap = sum((sign * figure.amount for sign, figure in difference), Decimal(0))
    share = 100 * gap / last.amount
    slack = 100 * sum((figure.slack for _, figure in difference), Decimal(0)) / abs(last.amount)
    slack += abs(share) * last.slack / abs(last.amount)
    shown = "".join(f" {'+' if sign > 0 else '−'} {figure.text}" for sign, figure in difference).removeprefix(" + ")
    text = f"({shown}) ÷ {last.text} = {share:.2f}%"
    made = ((1, Term(text, share, slack, "", last.place)),)
    found = equal(((1, term(book, change)),), made)
    ids = (change.fact_id, *(figure.fact_id for _, figure in difference))
    return replace(found, fact_ids=ids, table_ids=(change.table_id,), places=(place_of(change), last.place))
