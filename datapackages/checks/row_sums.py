"""Sums along a row: a total column against its parts."""

from __future__ import annotations

from collections.abc import Iterator

from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, equal, one, sum_of
from datapackages.checks.rules import rule

TYPES = ("basic", "project", "operating", "remitted_up", "to_subordinates")


@rule("A7", "arithmetic")
def expenditure_by_type(book: Book) -> Iterator[Finding]:
    """每一行的支出合计等于基本支出、项目支出等各类支出之和。
    In each row total expenditure equals basic, project and the other kinds of expenditure.
    """
    for table in book.tables_of("expenditure", "general_function", "fiscal_function", "fund", "state_capital"):
        for row in book.grids.get(table.table_id, {}).values():
            amounts = [fact for fact in row.values() if fact.measure == "amount" and book.own_year(fact)]
            total = [fact for fact in amounts if fact.expenditure_type == "total"]
            parts = (
                [fact for fact in amounts if fact.expenditure_type in TYPES and fact.fund == total[0].fund]
                if total
                else []
            )
            if len(total) == 1 and parts:
                yield equal(one(book, total[0]), sum_of(book, parts))
