"""Sums along a row: a total column against its parts, each under the rule that names what is added."""

from __future__ import annotations

from collections.abc import Iterator

from datapackages.checks.book import Book
from datapackages.checks.column_parts import ColumnSum, column_sums
from datapackages.checks.findings import Finding, equal, one, sum_of
from datapackages.checks.rules import rule

PURCHASES = ("procurement", "purchased_services")
ITEMS = ("three_public", "operating")
TYPES_OF_BASIC = {"personnel", "public"}
FLOWS = {"opening", "closing"}
ONE_OF_ALL = ("total", "not_stated")
FISCAL = {"general_public", "government_fund", "state_capital"}


def named(found: ColumnSum) -> str:
    """The id of the rule that a total column falls under: what its parts differ in."""
    heads = found.part_heads
    items = {head.item for head in heads}
    funds = {head.fund for head in heads}
    types = {head.expenditure_type for head in heads}
    if found.table.canonical in PURCHASES and any(item.startswith("procurement") for item in items):
        return "A20"
    if found.table.canonical in ITEMS and len(items) > 1:
        return "A14"
    if found.table.canonical in ITEMS and len(funds) > 1:
        return "A15"
    if types and types <= TYPES_OF_BASIC:
        return "A8"
    if len(funds) == 1 and (len(types) > 1 or not types & {found.head.expenditure_type, *ONE_OF_ALL}):
        return "A7"
    if {head.flow for head in heads} & FLOWS and len(funds) == 1:
        return "A6"
    if found.head.fund == "fiscal" or (found.head.column_role == "subtotal" and funds <= FISCAL):
        return "A13"
    return "A12"


def findings(book: Book, id: str) -> Iterator[Finding]:
    """What the sums that fall under a rule come to."""
    for found in book.once(column_sums):
        if named(found) == id:
            yield from rows(book, found)


def rows(book: Book, found: ColumnSum) -> Iterator[Finding]:
    """The comparison of a total with its parts, once for each row."""
    if not found.understood:
        yield Finding(
            outcome="insufficient_data",
            key="not-understood",
            values={"what": found.head.column_label},
            places=(f"p{found.head.page}/{found.table.table_id}/0/{found.total}",),
            table_ids=(found.table.table_id,),
        )
        return
    for row in found.rows.values():
        parts = [row[part] for part in found.parts if part in row]
        if found.total in row and parts:
            yield equal(one(book, row[found.total]), sum_of(book, parts))


@rule("A6", "arithmetic")
def by_year_of_money(book: Book) -> Iterator[Finding]:
    """每一行的合计等于当年预算安排与上年结转安排之和。
    In each row the total equals the money of the year and what is carried over.
    """
    yield from findings(book, "A6")


@rule("A7", "arithmetic")
def expenditure_by_type(book: Book) -> Iterator[Finding]:
    """每一行的支出合计等于基本支出、项目支出等各类支出之和。
    In each row total expenditure equals basic, project and the other kinds of expenditure.
    """
    yield from findings(book, "A7")


@rule("A8", "arithmetic")
def basic_expenditure(book: Book) -> Iterator[Finding]:
    """每一行的基本支出等于人员经费与公用经费之和。
    In each row basic expenditure equals personnel and public expenses.
    """
    yield from findings(book, "A8")


@rule("A12", "arithmetic")
def by_source(book: Book) -> Iterator[Finding]:
    """按资金来源列示的每一行，合计等于各来源之和。
    In each row split by source of money the total equals the sources.
    """
    yield from findings(book, "A12")


@rule("A13", "arithmetic")
def fiscal_by_fund(book: Book) -> Iterator[Finding]:
    """每一行的财政拨款小计等于一般公共预算、政府性基金与国有资本经营预算之和。
    In each row the fiscal appropriation equals general public budget, government funds and state capital.
    """
    yield from findings(book, "A13")
