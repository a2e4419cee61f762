"""What a figure means: column, row and form together."""

from dataclasses import asdict, fields

import pytest

import drawing as draw
from datapackages.model import Fact, Issue
from parsers.facts import read_facts


def read(canonical: str, text: str, **changes: object) -> list[Fact | Issue]:
    table = draw.listing(canonical, text, **changes)
    return list(read_facts(table, draw.document(), {1: "fast"}))


def said(canonical: str, text: str, *names: str, **changes: object) -> list[tuple[object, ...]]:
    facts = [found for found in read(canonical, text, **changes) if isinstance(found, Fact)]
    return draw.shown(facts, *names)  # type: ignore[no-any-return]


def test_lines_of_revenue_set_fund_flow_and_item() -> None:
    text = """
        项目 | 预算数
        一、财政拨款收入 | 9.00
        （一）一般公共预算 | 9.00
        二、事业收入 | 1.00
        本年收入合计 | 10.00
        使用非财政拨款结余 | 2.00
        上年结转 | 3.00
        收入总计 | 15.00
    """
    assert said("overall", text, "fund", "fund_text", "flow", "item", "row_role", block="revenue") == [
        ("fiscal", "一、财政拨款收入", "current", "fiscal_appropriation", "subtotal"),
        ("general_public", "（一）一般公共预算", "current", "general_public", "leaf"),
        ("business_income", "二、事业收入", "current", "business_income", "leaf"),
        ("total", "", "current", "revenue_current", "subtotal"),
        ("not_stated", "使用非财政拨款结余", "not_stated", "use_of_non_fiscal_balance", "leaf"),
        ("not_stated", "上年结转", "opening", "opening", "leaf"),
        ("total", "", "all", "revenue_total", "total"),
    ]


def test_funds_under_what_was_carried_over_are_carried_over() -> None:
    text = """
        项目 | 预算数
        一、本年收入 | 9.00
        （一）一般公共预算 | 9.00
        二、上年结转 | 3.00
        （一）一般公共预算 | 2.00
        （二）政府性基金预算 | 1.00
        收入合计 | 12.00
    """
    assert said("fiscal_overall", text, "fund", "flow", block="revenue") == [
        ("fiscal", "current"),
        ("general_public", "current"),
        ("fiscal", "opening"),
        ("general_public", "opening"),
        ("government_fund", "opening"),
        ("fiscal", "all"),
    ]


def test_revenue_of_a_list_that_shows_no_balances_is_all_flows_together() -> None:
    text = "项目 | 预算数\n合计 | 9.00\n一、一般公共预算资金 | 9.00"
    assert said("overall", text, "flow", block="revenue") == [("all",), ("all",)]


def test_lines_under_a_type_of_expenditure_are_of_that_type() -> None:
    text = """
        科目 | 预算数
        一、部门预算 | 9.00
        1、人员经费和公用经费支出 | 5.00
        （1）工资福利支出 | 5.00
        2、专项业务经费支出 | 4.00
        （1）商品和服务支出 | 4.00
        3、上缴上级支出 | 0.00
        本年支出合计 | 9.00
        结转下年 | 1.00
        支出总计 | 10.00
    """
    assert said("overall", text, "expenditure_type", "econ_dept_code", "flow", block="economic") == [
        ("total", "", "all"),
        ("basic", "", "all"),
        ("basic", "301", "all"),
        ("project", "", "all"),
        ("project", "302", "all"),
        ("remitted_up", "", "all"),
        ("total", "", "all"),
        ("not_stated", "", "closing"),
        ("total", "", "all"),
    ]


@pytest.mark.parametrize(
    ("title", "fund"),
    [
        ("一般公共预算“三公”经费支出表", "general_public"),
        ("财政拨款“三公”经费支出表", "fiscal"),
        ("“三公”经费和机关运行经费预算表", "not_stated"),
    ],
)
def test_a_title_may_name_the_fund_and_nothing_is_guessed(title: str, fund: str) -> None:
    assert said("three_public", "合计 | 公务接待费\n5.00 | 5.00", "fund", title=title) == [(fund,), (fund,)]


@pytest.mark.parametrize(
    ("title", "flow"),
    [
        ("项目支出预算表（本年预算）", "current"),
        ("专项业务经费支出表（不含上年结转）", "current"),
        ("财政拨款上年结转资金支出表", "opening"),
        ("项目支出预算表", "all"),
    ],
)
def test_a_title_may_name_the_flow(title: str, flow: str) -> None:
    assert said("projects", "项目名称 | 金额\n水文监测 | 5.00", "flow", "fund", title=title)[0][0] == flow


def test_a_total_over_several_funds_is_their_sum() -> None:
    head = "科目名称 | 总计 | 财政拨款/小计 | 财政拨款/一般公共预算 | 财政拨款/政府性基金预算 | 单位资金"
    assert said("basic_economic", f"{head}\n基本工资 | 6.00 | 5.00 | 3.00 | 2.00 | 1.00", "fund") == [
        ("total",),
        ("fiscal",),
        ("general_public",),
        ("government_fund",),
        ("unit_funds",),
    ]


def test_money_left_for_the_next_year_has_no_type_of_expenditure() -> None:
    text = "科目名称 | 合计 | 基本支出 | 结转下年\n水利 | 6.00 | 5.00 | 1.00"
    assert said("expenditure", text, "expenditure_type", "flow") == [
        ("total", "all"),
        ("basic", "all"),
        ("not_stated", "closing"),
    ]


def test_the_parts_of_the_revenue_of_the_year_are_of_the_year() -> None:
    text = "科目名称 | 本年收入合计 | 财政拨款收入 | 其他收入\n水利 | 6.00 | 5.00 | 1.00"
    assert said("income", text, "flow") == [("current",)] * 3


def test_an_item_of_a_column_stands_before_that_of_a_row() -> None:
    text = "单位名称 | “三公”经费合计 | 公务接待费\n合计 | 5.00 | 5.00\n示例市水文站 | 5.00 | 5.00"
    assert said("three_public", text, "item", "row_unit_name") == [
        ("three_public", ""),
        ("hospitality", ""),
        ("three_public", "示例市水文站"),
        ("hospitality", "示例市水文站"),
    ]


def test_a_code_and_a_name_that_no_list_knows_are_kept_and_reported() -> None:
    text = "科目编码 | 科目名称 | 合计\n | 合计 | 9.00\n2139901 | 不存在的科目 | 5.00\n | 也不存在的科目 | 4.00"
    found = read("expenditure", text)
    facts = [one for one in found if isinstance(one, Fact)]
    assert draw.shown(facts, "function_code", "function_name", "name")[1:] == [
        ("2139901", "不存在的科目", "不存在的科目"),
        ("", "", "也不存在的科目"),
    ]
    assert [(one.type, one.row) for one in found if isinstance(one, Issue)] == [
        ("unknown-code", 2),
        ("unknown-name", 3),
    ]


def test_lines_of_the_same_name_are_told_apart_by_what_stands_over_them() -> None:
    text = """
        科目 | 预算数
        1、人员经费和公用经费支出 | 5.00
        （1）商品和服务支出 | 5.00
        2、专项业务经费支出 | 4.00
        （1）商品和服务支出 | 4.00
    """
    paths = said("overall", text, "row_path", block="economic")
    assert paths[1] == ("1、人员经费和公用经费支出/（1）商品和服务支出",)
    assert paths[3] == ("2、专项业务经费支出/（1）商品和服务支出",)


def test_numbers_among_the_three_public_expenses_are_counts_with_their_unit() -> None:
    text = """
        项目 | 统计数
        （一）支出合计 | 5.00
        1.因公出国（境）团组数（个） | 1
        2.公务用车保有量（辆） | 3
        3.国内公务接待批次（个） | 4
        4.国内公务接待人次（人） | 20
    """
    assert said("three_public", text, "item", "measure", "value", "value_unit", "additive")[1:] == [
        ("overseas_groups", "count", 1, "个", False),
        ("vehicles_kept", "count", 3, "辆", False),
        ("receptions", "count", 4, "批次", False),
        ("reception_persons", "count", 20, "人次", False),
    ]


def test_budget_outcome_change_and_percentage_stand_side_by_side() -> None:
    text = """
        科目名称 | 上年执行数 | 年初预算数 | 全年预算数 | 决算数 | 增减额 | 增减% | 占比
        水利 | 4.00 | 5.00 | 6.00 | 7.00 | 3.00 | 75.0 | 100%
    """
    assert said("expenditure", text, "measure", "fiscal_year", "phase", "amount", "value", "value_unit") == [
        ("amount", 2025, "executed", 40000, None, ""),
        ("amount", 2026, "approved", 50000, None, ""),
        ("amount", 2026, "adjusted", 60000, None, ""),
        ("amount", 2026, "final", 70000, None, ""),
        ("change", 2026, "approved", 30000, None, ""),
        ("change_percent", 2026, "approved", None, 75, "%"),
        ("share", 2026, "approved", None, 100, "%"),
    ]


def test_a_fact_has_every_field_of_its_type() -> None:
    facts = list(read("overall", "项目 | 预算数\n事业收入 | 1.00", block="revenue"))
    assert asdict(facts[0]).keys() == {field.name for field in fields(Fact)}
