"""Lines over the years: the same, renamed, moved, split or merged, and no link where no rule proves one."""

from typing import Any

import pytest

import little_documents as little
from datapackages.line_links import links, name_of
from datapackages.model import Fact

Line = tuple[str, str, str] | tuple[str, str, str, str]  # code, name, amount, last year's amount


def facts(year: int, *lines: Line) -> tuple[Fact, ...]:
    """The figures of one list of expenditure by function; with a fourth text also a column of last year."""
    columns = [little.total(f"{year}年预算数")]
    if any(len(line) == 4 for line in lines):
        columns.append(little.total(f"{year - 1}年预算数", fiscal_year=year - 1))
    rows = [little.row(name, *texts, function_code=code) for code, name, *texts in lines]
    found: tuple[Fact, ...] = little.document(little.table("expenditure", columns, rows), year=year).facts
    return found


def found(before: tuple[Fact, ...], after: tuple[Fact, ...]) -> list[tuple[str, str, str]]:
    return [
        (link.rule, link.before.function_code, link.after.function_code)
        for link in links(before, after, 2026, ("approved",))
    ]


HIGH, SPECIAL = ("2050204", "高中教育", "300.00"), ("2050701", "特殊学校教育", "100.00")


def test_a_line_that_keeps_code_and_name_is_the_same() -> None:
    assert found(facts(2025, HIGH, SPECIAL), facts(2026, HIGH, SPECIAL)) == [
        ("same", "2050204", "2050204"),
        ("same", "2050701", "2050701"),
    ]


def test_a_line_that_keeps_its_code_under_another_name_is_renamed() -> None:
    assert found(facts(2025, HIGH), facts(2026, ("2050204", "普通高中教育", "310.00"))) == [
        ("renamed", "2050204", "2050204")
    ]


@pytest.mark.parametrize("printed", ["[2050204]高中教育", "2050204高中教育", "（2050204） 高中教育"])
def test_a_code_before_the_name_is_no_part_of_it(printed: str) -> None:
    (fact,) = facts(2026, ("2050204", printed, "1.00"))
    assert name_of(fact) == "高中教育"
    assert found(facts(2025, HIGH), (fact,)) == [("same", "2050204", "2050204")]


def test_a_line_that_keeps_its_name_under_another_code_has_moved() -> None:
    after = facts(2026, ("2059999", "特殊学校教育", "100.00"), HIGH)
    assert found(facts(2025, HIGH, SPECIAL), after) == [
        ("same", "2050204", "2050204"),
        ("moved", "2050701", "2059999"),
    ]


def test_a_name_that_two_lines_bear_links_nothing() -> None:
    before = facts(2025, ("2050101", "行政运行", "1.00"), ("2060101", "行政运行", "2.00"))
    assert found(before, facts(2026, ("2070101", "行政运行", "1.00"))) == []


def test_a_line_has_split_where_last_year_s_figures_add_up_to_it() -> None:
    parts: tuple[Line, ...] = (("2050205", "高中甲", "200.00", "180.00"), ("2050206", "高中乙", "150.00", "120.00"))
    assert found(facts(2025, HIGH), facts(2026, *parts)) == [
        ("split", "2050204", "2050205"),
        ("split", "2050204", "2050206"),
    ]


@pytest.mark.parametrize(
    "parts",
    [
        (("2050205", "甲", "200.00", "180.00"), ("2050206", "乙", "150.00", "120.01")),  # another sum
        (("2050205", "甲", "200.00"), ("2050206", "乙", "100.00")),  # last year's figures are not printed
        (("2050205", "甲", "200.00", "180.00"), ("2060206", "乙", "150.00", "120.00")),  # under different parents
    ],
)
def test_what_only_may_have_split_is_not_linked(parts: tuple[Line, ...]) -> None:
    assert found(facts(2025, HIGH), facts(2026, *parts)) == []


def test_lines_have_merged_where_the_new_one_prints_their_sum_for_last_year() -> None:
    before = facts(2025, ("2050205", "甲", "180.00"), ("2050206", "乙", "120.00"))
    assert found(before, facts(2026, ("2050204", "高中教育", "350.00", "300.00"))) == [
        ("merged", "2050205", "2050204"),
        ("merged", "2050206", "2050204"),
    ]


def test_rows_of_units_and_projects_and_columns_of_parts_are_no_lines() -> None:
    columns: list[Any] = [little.total(), little.column("基本支出", expenditure_type="basic")]
    rows = [
        little.row("高中教育", "300.00", "100.00", function_code="2050204"),
        little.row("某校", "300.00", "", function_code="2050204", row_unit_name="某校"),
    ]
    own = little.document(little.table("expenditure", columns, rows)).facts
    assert [link.after.amount_text for link in links(facts(2025, HIGH), own, 2026, ("approved",))] == ["300.00"]
