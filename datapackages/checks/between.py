"""The rules that hold tables against one another, pair by pair (handbook X1 …): see ``same_quantity``."""

from __future__ import annotations

from collections.abc import Iterator

from datapackages.checks import between_basic, between_nil
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding
from datapackages.checks.rules import rule
from datapackages.checks.same_quantity import REST, agreed


@rule("X1", "agreement")
def overall_and_income(book: Book) -> Iterator[Finding]:
    """收支总表的收入总计和各项来源，与收入总表的合计行相符。
    Total revenue and its sources in the overall table equal the total row of the income table.
    """
    yield from agreed(book, "X1")


@rule("X2", "agreement")
def overall_and_expenditure(book: Book) -> Iterator[Finding]:
    """收支总表的支出总计，与支出总表的合计相符。
    Total expenditure in the overall table equals the total of the expenditure table.
    """
    yield from agreed(book, "X2")


@rule("X3", "agreement")
def overall_and_expenditure_by_function(book: Book) -> Iterator[Finding]:
    """收支总表的每个功能分类科目，与支出总表的同一科目相符。
    Each functional class of the overall table equals the same class of the expenditure table.
    """
    yield from agreed(book, "X3")


@rule("X4", "agreement")
def fiscal_and_overall(book: Book) -> Iterator[Finding]:
    """财政拨款收支总表的收支，与收支总表中相应的部分相符。
    Figures of the table of fiscal appropriation equal their part of the overall table.
    """
    yield from agreed(book, "X4")


@rule("X5", "agreement")
def fiscal_and_general_function(book: Book) -> Iterator[Finding]:
    """财政拨款收支总表的一般公共预算支出，与一般公共预算支出表相符（后者不含上年结转的，减去上年结转）。
    General public budget expenditure in the fiscal table equals the table by function, less last year's balance.
    """
    yield from agreed(book, "X5")


@rule("X6", "agreement")
def function_and_basic(book: Book) -> Iterator[Finding]:
    """一般公共预算支出表的基本支出，与一般公共预算基本支出表的合计相符。
    Basic expenditure in the table by function equals the total of the table of basic expenditure.
    """
    yield from agreed(book, "X6")
    yield from between_basic.findings(book)


@rule("X7", "agreement")
def function_and_project_economic(book: Book) -> Iterator[Finding]:
    """一般公共预算支出表的项目支出，与一般公共预算项目支出（经济分类）表的合计相符。
    Project expenditure in the table by function equals the total of the table of projects by economic class.
    """
    yield from agreed(book, "X7")


@rule("X12", "agreement")
def government_fund(book: Book) -> Iterator[Finding]:
    """财政拨款收支总表等的政府性基金预算，与政府性基金预算表的合计相符；没有该项预算的，该表为空表。
    Government funds in the overall tables equal the total of their own tables; without funds these are empty.
    """
    yield from agreed(book, "X12")
    yield from between_nil.findings(book, "government_fund", "fund", "fund_income")


@rule("X13", "agreement")
def state_capital(book: Book) -> Iterator[Finding]:
    """财政拨款收支总表等的国有资本经营预算，与国有资本经营预算表的合计相符；没有该项预算的，该表为空表。
    The state capital budget in the overall tables equals the total of its own table, which is empty without one.
    """
    yield from agreed(book, "X13")
    yield from between_nil.findings(book, "state_capital", "state_capital")


@rule("X15", "agreement")
def projects_and_expenditure(book: Book) -> Iterator[Finding]:
    """项目支出表的合计，与支出总表及各类资金支出表的项目支出相符。
    The total of the project table equals project expenditure in the tables of expenditure.
    """
    yield from agreed(book, "X15")


@rule("X17", "agreement")
def fiscal_and_general(book: Book) -> Iterator[Finding]:
    """只有一般公共预算时，财政拨款支出表与一般公共预算支出表逐项相符。
    Where there is only a general public budget, the fiscal tables equal its tables line by line.
    """
    yield from agreed(book, "X17")


@rule("X21", "agreement")
def same_quantity(book: Book) -> Iterator[Finding]:
    """同一口径的数字在本文件不同表中印出时相符：单位、年度、版本、收支方向、资金、支出类型、科目都相同。
    The same quantity printed in two tables is the same: body, year, version, direction, fund, type and class.

    Beyond the handbook's numbered pairs. Lines that differ in fund or flow count as the same quantity where the
    totals prove that there is one fund only and no balance of last year.
    """
    yield from agreed(book, REST)
