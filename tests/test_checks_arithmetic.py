"""Every sum of a table and every product of a form: what holds, what rounds, what does not, and what is no sum."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import little_documents as little
import parsers
from datapackages import checks
from datapackages.model import Outcome, ParsedDocument, Project, Section

column, row, total = little.column, little.row, little.total
BASIC = {"expenditure_type": "basic", "fund": "total"}
PROJECT = {"expenditure_type": "project", "fund": "total"}
TOTAL = {"row_role": "total"}


def said(parsed: ParsedDocument, *rules: str) -> list[tuple[str, str, str, str]]:
    """Rule, outcome and both sides of all outcomes that compared something (of these rules)."""
    return [
        (one.rule, one.outcome, one.left, one.right)
        for one in checks.run(parsed, ("arithmetic", "agreement"))
        if one.outcome != "not_applicable" and (one.rule in rules or (not rules and one.rule.startswith("A")))
    ]


def of_rule(parsed: ParsedDocument, rule: str) -> list[Outcome]:
    return [one for one in checks.run(parsed) if one.rule == rule]


def expenditure(*rows: Any, **others: Any) -> ParsedDocument:
    columns = [total(), column("基本支出", **BASIC), column("项目支出", **PROJECT)]
    return little.document(little.table("expenditure", columns, rows, **others))


# ---- along a row ----


@pytest.mark.parametrize(
    ("printed", "outcome"), [("483.68", "pass"), ("483.69", "rounding"), ("483.70", "fail"), ("48.368", "fail")]
)
def test_a7_expenditure_is_basic_and_project_expenditure(printed: str, outcome: str) -> None:
    parsed = expenditure(row("合计", printed, "45.75", "437.93", **TOTAL))
    assert said(parsed, "A7") == [("A7", outcome, printed, "45.75 + 437.93 = 483.68")]


def test_a7_counts_what_is_not_printed_as_nothing_and_asks_nothing_of_a_row_without_parts() -> None:
    parsed = expenditure(row("教育支出", "10.00", "", "10.00"), row("科学技术支出", "3.00", "", ""))
    assert said(parsed, "A7") == [("A7", "pass", "10.00", "10.00")]


def test_a8_basic_expenditure_is_personnel_and_public_also_where_a_total_stands_over_both() -> None:
    columns = [
        total("合计", fund="general_public"),
        column("基本支出/小计", column_role="subtotal", expenditure_type="basic"),
        column("基本支出/人员经费", expenditure_type="personnel"),
        column("基本支出/公用经费", expenditure_type="public"),
        column("项目支出", expenditure_type="project"),
    ]
    parsed = little.document(
        little.table("general_function", columns, [row("合计", "9.00", "5.00", "3.00", "2.00", "4.00", **TOTAL)])
    )
    assert said(parsed, "A7", "A8") == [
        ("A7", "pass", "9.00", "5.00 + 4.00 = 9"),
        ("A8", "pass", "5.00", "3.00 + 2.00 = 5"),
    ]


def test_a6_money_of_the_year_and_what_is_carried_over() -> None:
    columns = [
        total("2026年合计", flow="all"),
        column("当年预算安排", fund="total", expenditure_type="total"),
        column("上年结转安排", fund="total", expenditure_type="total", flow="opening"),
    ]
    rows = [row("一、教育支出", "6.00", "4.00", "2.00"), row("二、其他支出", "6.00", "4.00", "1.00")]
    parsed = little.document(little.table("overall", columns, rows, block="expenditure"))
    assert [one[:2] for one in said(parsed, "A6")] == [("A6", "pass"), ("A6", "fail")]


def income(*rows: Any) -> ParsedDocument:
    columns = [
        total(direction="revenue", expenditure_type="not_stated"),
        column("财政拨款收入/小计", column_role="subtotal", fund="fiscal"),
        column("财政拨款收入/一般公共预算", fund="general_public"),
        column("财政拨款收入/政府性基金预算", fund="government_fund"),
        column("其他收入", fund="other_income"),
        column("上年结转", flow="opening"),
    ]
    return little.document(little.table("income", columns, rows, direction="revenue"))


def test_a12_and_a13_sources_of_money_by_their_headings() -> None:
    parsed = income(row("合计", "10.00", "7.00", "5.00", "2.00", "1.00", "2.00", **TOTAL))
    assert said(parsed, "A12", "A13") == [
        ("A12", "pass", "10.00", "7.00 + 1.00 + 2.00 = 10"),
        ("A13", "pass", "7.00", "5.00 + 2.00 = 7"),
    ]


def test_a12_a_column_said_to_be_part_of_another_is_not_added() -> None:
    columns = [
        total(),
        column("一般公共预算拨款/小计", fund="general_public"),
        column("一般公共预算拨款/其中：专项资金", fund="general_public", column_role="of_which"),
        column("政府性基金拨款", fund="government_fund"),
    ]
    rows = [row("合计", "9.00", "7.00", "1.00", "2.00", **TOTAL)]
    parsed = little.document(little.table("income", columns, rows))
    assert said(parsed, "A12") == [("A12", "pass", "9.00", "7.00 + 2.00 = 9")]


def test_a_total_column_that_no_reading_of_the_headings_explains_accuses_nobody() -> None:
    rows = [row(name, "10.00", "1.00", "2.00", "3.00", "1.00", "1.00") for name in ("甲", "乙", "丙")]
    assert {one[:2] for one in said(income(*rows), "A12")} == {("A12", "insufficient_data")}


# ---- the three public expenses ----


def three_public(*rows: Any) -> ParsedDocument:
    columns = [
        total("合计", item="three_public"),
        column("因公出国（境）费", item="overseas_visits"),
        column("公务用车购置及运行费/小计", item="vehicles", column_role="subtotal"),
        column("公务用车购置及运行费/购置费", item="vehicle_purchase"),
        column("公务用车购置及运行费/运行费", item="vehicle_operation"),
        column("公务接待费", item="hospitality"),
    ]
    return little.document(little.table("three_public", columns, rows))


def test_a14_three_public_expenses_in_columns() -> None:
    parsed = three_public(row("某单位", "9.50", "2.00", "7.00", "4.00", "3.00", "0.50"))
    assert said(parsed, "A14") == [
        ("A14", "pass", "9.50", "2.00 + 7.00 + 0.50 = 9.5"),
        ("A14", "pass", "7.00", "4.00 + 3.00 = 7"),
    ]


def test_a14_a_meeting_fee_beside_them_is_no_part_of_them() -> None:
    columns = [
        total("三公经费合计", item="three_public"),
        column("公务接待费", item="hospitality"),
        column("公务用车运行维护费", item="vehicle_operation"),
        column("会议费", item="meetings"),
    ]
    rows = [row("甲", "3.00", "1.00", "2.00", "5.00"), row("乙", "4.00", "1.00", "3.00", "6.00")]
    parsed = little.document(little.table("three_public", columns, rows))
    assert [one[:2] for one in said(parsed)] == [("A14", "pass")] * 2


def test_a14_three_public_expenses_in_rows() -> None:
    rows = [
        row("合计", "9.50", row_role="total", item="three_public"),
        row("1、因公出国（境）费", "2.00", item="overseas_visits"),
        row("2、公务用车费", "7.00", row_role="subtotal", item="vehicles"),
        row("（1）购置费", "4.00", item="vehicle_purchase", row_path="2、公务用车费/（1）购置费"),
        row("（2）运行费", "2.00", item="vehicle_operation", row_path="2、公务用车费/（2）运行费"),
        row("3、公务接待费", "0.50", item="hospitality"),
    ]
    parsed = little.document(little.table("three_public", [column("预算数")], rows))
    assert said(parsed) == [
        ("A14", "pass", "9.50", "2.00 + 7.00 + 0.50 = 9.5"),
        ("A14", "fail", "7.00", "4.00 + 2.00 = 6"),
    ]


def test_a15_the_budgets_that_three_public_expenses_come_from() -> None:
    columns = [
        total("2026年/合计", fund="fiscal"),
        column("2026年/一般公共预算", fund="general_public"),
        column("2026年/政府性基金预算", fund="government_fund"),
    ]
    parsed = little.document(little.table("three_public", columns, [row("公务接待费", "3.00", "2.00", "1.00")]))
    assert said(parsed) == [("A15", "pass", "3.00", "2.00 + 1.00 = 3")]


@pytest.mark.parametrize(("change", "percent", "outcomes"), [
    ("-1.00", "-25.00%", ["pass", "pass"]),
    ("1.00", "-25.01%", ["fail", "rounding"]),
    ("-1.00", "-33.33%", ["pass", "fail"]),
])  # fmt: skip
def test_a16_a_change_is_this_year_less_last_year(change: str, percent: str, outcomes: list[str]) -> None:
    columns = [
        column("2025年/公务接待费", fiscal_year=2025, item="hospitality"),
        column("2026年/公务接待费", item="hospitality"),
        column("增减额/公务接待费", measure="change", item="hospitality"),
        column("增减比例/公务接待费", measure="change_percent", item="hospitality"),
    ]
    parsed = little.document(little.table("three_public", columns, [row("某局", "4.00", "3.00", change, percent)]))
    assert [one.outcome for one in of_rule(parsed, "A16")] == outcomes


def test_a16_years_one_below_another_belong_together_only_within_a_unit() -> None:
    def years(unit: str, last: str, this: str, change: str) -> list[Any]:
        own = {"row_unit_name": unit}
        return [
            row("2025年", last, fiscal_year=2025, **own),
            row("2026年", this, **own),
            row("增减变化金额", change, measure="change", **own),
        ]

    rows = [*years("甲局", "4.00", "3.00", "-1.00"), *years("乙局", "1.00", "1.00", "0.00")]
    parsed = little.document(little.table("three_public", [column("公务接待费")], rows))
    assert said(parsed, "A16") == [
        ("A16", "pass", "-1.00", "3.00 − 4.00 = -1"),
        ("A16", "pass", "0.00", "1.00 − 1.00 = 0"),
    ]


# ---- down a column ----


def test_a9_and_a11_codes_add_up_to_the_codes_over_them_and_these_to_the_total() -> None:
    parsed = expenditure(
        row("合计", "9.00", "9.00", "", **TOTAL),
        row("教育支出", "6.00", "6.00", "", row_role="subtotal", function_code="205"),
        row("小学教育", "2.00", "2.00", "", function_code="2050202", row_path="教育支出/小学教育"),
        row("初中教育", "5.00", "5.00", "", function_code="2050203", row_path="教育支出/初中教育"),
        row("其他支出", "3.00", "3.00", "", function_code="229"),
    )
    assert said(parsed, "A9", "A11") == [
        ("A9", "fail", "6.00", "2.00 + 5.00 = 7"),
        ("A9", "fail", "6.00", "2.00 + 5.00 = 7"),
        ("A11", "pass", "9.00", "6.00 + 3.00 = 9"),
        ("A11", "pass", "9.00", "6.00 + 3.00 = 9"),
    ]


def test_a10_economic_classes_are_the_sum_of_their_items_and_a_year_is_not_added_to_another() -> None:
    rows = [
        row("工资福利支出", "5.00", "4.00", row_role="subtotal", econ_dept_code="301"),
        row("基本工资", "3.00", "4.00", econ_dept_code="30101", row_path="工资福利支出/基本工资"),
        row("津贴补贴", "2.00", "", econ_dept_code="30102", row_path="工资福利支出/津贴补贴"),
    ]
    columns = [column("2026年预算数"), column("2025年预算数", fiscal_year=2025)]
    parsed = little.document(little.table("basic_economic", columns, rows))
    assert said(parsed) == [("A10", "pass", "5.00", "3.00 + 2.00 = 5"), ("A10", "pass", "4.00", "4.00")]


def test_a11_a_row_that_repeats_the_total_is_held_against_it_and_not_added() -> None:
    parsed = expenditure(
        row("合计", "5.00", "5.00", "", **TOTAL),
        row("某局", "5.01", "5.01", "", row_role="repeat", row_unit_name="某局"),
        row("某局", "5.00", "5.00", "", row_path="某局/某局", row_unit_name="某局"),
    )
    assert said(parsed, "A11", "A27") == [
        ("A27", "pass", "5.00", "5.00"),
        ("A27", "pass", "5.00", "5.00"),
        ("A27", "rounding", "5.00", "5.01"),
        ("A27", "rounding", "5.00", "5.01"),
    ]


def test_a27_units_that_are_listed_make_the_total() -> None:
    rows = [row(name, text, "", "", row_unit_name=name) for name, text in (("甲中心", "3.00"), ("乙中心", "4.00"))]
    parsed = expenditure(row("合计", "9.00", "", "", **TOTAL), *rows)
    assert said(parsed, "A27") == [("A27", "fail", "9.00", "3.00 + 4.00 = 7")]


def test_a27_a_row_that_is_only_the_year_of_a_unit_sums_no_other_unit() -> None:
    rows = [
        row("2026年", "6.00", row_role="subtotal", row_unit_name="甲局"),
        row("乙局", "3.00", row_path="2026年/乙局", row_unit_name="乙局"),
    ]
    assert said(little.document(little.table("three_public", [column("公务接待费")], rows))) == []


def test_a28_projects_make_the_total_of_their_table() -> None:
    rows = [row(name, "2.00", project_name=name) for name in ("甲项目", "乙项目")]
    parsed = little.document(little.table("projects", [column("合计")], [row("合计", "4.00", **TOTAL), *rows]))
    assert said(parsed) == [("A28", "pass", "4.00", "2.00 + 2.00 = 4")]


def test_a29_what_is_printed_as_part_of_a_line_is_no_more_than_the_line() -> None:
    def with_part(text: str, *more: Any) -> ParsedDocument:
        rows = [
            row("人员支出", "5.00"),
            row("其中：离休费", text, row_role="of_which", row_path="人员支出/其中：离休费"),
        ]
        return little.document(little.table("general_economic", [column("预算数")], [*rows, *more]))

    assert [said(with_part(text))[0][1] for text in ("4.00", "5.00", "5.02")] == ["pass", "pass", "fail"]
    assert said(with_part("5.02", row("收回", "-1.00"))) == []


def unmarked(wrong: str) -> ParsedDocument:
    """Two units over their projects without any mark, as roles that the figures had to settle come out."""
    columns = [total(), column("一般公共预算", fund="general_public"), column("其他资金", fund="unit_funds")]
    rows = [
        row("合计", "12.00", "9.00", "3.00", **TOTAL),
        row("甲中心", "7.00", "5.00", "2.00"),
        row("甲一项目", wrong, "3.00", "1.00"),
        row("甲二项目", "3.00", "2.00", "1.00"),
        row("乙中心", "5.00", "4.00", "1.00"),
        row("乙一项目", "1.00", "0.50", "0.50"),
        row("乙二项目", "4.00", "3.50", "0.50"),
    ]
    return little.document(little.table("projects", columns, rows))


def test_one_wrong_figure_does_not_hide_which_rows_stand_over_others() -> None:
    found = [one for one in said(unmarked("40.00"), "A28") if one[1] != "pass"]
    assert found == [("A28", "fail", "7.00", "40.00 + 3.00 = 43")]
    assert {one[1] for one in said(unmarked("4.00"), "A28")} == {"pass"}


def test_rows_that_make_more_than_the_total_in_every_column_may_be_sums_of_others_and_accuse_nobody() -> None:
    columns = [total(), column("一般公共预算", fund="general_public")]
    rows = [row(name, "4.00", "4.00") for name in ("甲", "乙", "丙")]
    parsed = little.document(little.table("projects", columns, [row("合计", "8.00", "8.00", **TOTAL), *rows]))
    assert [one[1] for one in said(parsed, "A28")] == ["insufficient_data"]


# ---- overall tables ----


def overall(canonical: str = "overall", spent: str = "11.00", **others: Any) -> ParsedDocument:
    one = [column("预算数", fund="total", expenditure_type="total")]
    revenue = [
        row("一、财政拨款", "8.00", row_role="subtotal", item="fiscal_appropriation"),
        row("一般公共预算", "7.00", fund="general_public", row_path="一、财政拨款/一般公共预算"),
        row("政府性基金预算", "1.00", fund="government_fund", row_path="一、财政拨款/政府性基金预算"),
        row("二、其他收入", "1.00", fund="other_income"),
        row("本年收入合计", "9.00", row_role="subtotal", item="revenue_current"),
        row("上年结转", "2.00", item="opening", flow="opening"),
        row("收入总计", "11.00", row_role="total", item="revenue_total"),
    ]
    expenditure = [
        row("一、教育支出", "4.00", item="function_205", function_code="205"),
        row("二、其他支出", "6.00", item="function_229", function_code="229"),
        row("本年支出合计", "10.00", row_role="subtotal", item="expenditure_current"),
        row("年末结转和结余", "1.00", item="closing", flow="closing"),
        row("支出总计", spent, row_role="total", item="expenditure_total"),
    ]
    return little.document(
        little.table(canonical, one, revenue, block="revenue", direction="revenue"),
        little.table(canonical, one, expenditure, block="expenditure"),
        **others,
    )


def test_a1_to_a5_an_overall_table_that_adds_up() -> None:
    assert sorted(said(overall())) == [
        ("A1", "pass", "11.00", "11.00"),
        ("A2", "pass", "11.00", "10.00 + 1.00 = 11"),
        ("A2", "pass", "11.00", "9.00 + 2.00 = 11"),
        ("A3", "pass", "9.00", "8.00 + 1.00 = 9"),
        ("A4", "pass", "10.00", "4.00 + 6.00 = 10"),
        ("A5", "pass", "8.00", "7.00 + 1.00 = 8"),
    ]


def test_a1_and_a2_a_total_that_does_not() -> None:
    assert [one[:2] for one in said(overall(spent="12.00"), "A1", "A2")].count(("A1", "fail")) == 1
    assert ("A2", "fail", "12.00", "10.00 + 1.00 = 11") in said(overall(spent="12.00"))


def test_a18_the_closing_balance_of_final_accounts() -> None:
    assert said(overall(stage="final", kind="final"), "A18") == [("A18", "pass", "1.00", "11.00 − 10.00 = 1")]
    assert said(overall(), "A18") == []


def test_a4_lines_by_function_beside_lines_by_use_that_print_the_total() -> None:
    one = [column("金额", fund="total", expenditure_type="total")]
    revenue = [row("收入总计", "5.00", **TOTAL)]
    by_function = [row("一、教育支出", "3.00"), row("二、其他支出", "1.00")]
    by_use = [row("一、基本支出", "5.00"), row("支出合计", "5.00", **TOTAL)]
    parsed = little.document(
        little.table("overall", one, revenue, block="revenue", direction="revenue"),
        little.table("overall", one, by_function, block="expenditure"),
        little.table("overall", one, by_use, block="expenditure_use"),
    )
    assert ("A4", "fail", "5.00", "3.00 + 1.00 = 4") in said(parsed)


def test_a17_the_balances_of_a_fund_in_final_accounts() -> None:
    columns = [
        column("年初结转和结余", flow="opening", direction="balance"),
        column("本年收入", direction="revenue"),
        column("本年支出/小计", column_role="subtotal", expenditure_type="total"),
        column("本年支出/基本支出", expenditure_type="basic"),
        column("本年支出/项目支出", expenditure_type="project"),
        column("年末结转和结余", flow="closing", direction="balance"),
    ]
    rows = [row("合计", "1.00", "5.00", "4.00", "1.00", "3.00", left, **TOTAL) for left in ("2.00", "1.00")]
    parsed = little.document(little.table("fund", columns, rows), stage="final", kind="final")
    assert said(parsed, "A17") == [
        ("A17", "pass", "2.00", "1.00 + 5.00 − 4.00 = 2"),
        ("A17", "fail", "1.00", "1.00 + 5.00 − 4.00 = 2"),
    ]


def test_a20_goods_works_and_services_make_all_procurement() -> None:
    rows = [
        row("合计", "6.00", **TOTAL),
        row("货物", "1.00", item="procurement_goods"),
        row("工程", "2.00", item="procurement_works"),
        row("服务", "3.00", item="procurement_services"),
    ]
    parsed = little.document(little.table("procurement", [column("金额")], rows))
    assert said(parsed) == [("A20", "pass", "6.00", "1.00 + 2.00 + 3.00 = 6")]


# ---- performance forms ----


def test_a23_the_sources_of_a_form_make_its_money() -> None:
    sources = [("year", "central", "0"), ("year", "city_county", "5,500"), ("year", "self_raised", "37.7")]
    right = little.form("甲项目", ("year", "total", "5,537.7"), *sources)
    wrong = little.form("甲项目", ("year", "total", "5,573.7"), *sources)
    assert [one.outcome for one in of_rule(little.document(performance=[right, wrong]), "A23")] == ["pass", "fail"]


def test_a23_money_carried_over_stands_beside_the_appropriation_or_is_part_of_it() -> None:
    sources = [("year", "fiscal", "9.00"), ("year", "carryover", "2.00"), ("year", "other", "0.00")]
    forms = [little.form("甲项目", ("year", "total", text), *sources) for text in ("11.00", "9.00", "10.00")]
    outcomes = [one.outcome for one in of_rule(little.document(performance=forms), "A23")]
    assert outcomes == ["pass", "pass", "fail"]


def test_a23_a_form_whose_periods_were_not_told_apart_is_left_alone() -> None:
    unclear = little.form("甲项目", ("year", "total", "9"), ("year", "other", "0"), ("year", "other", "9"))
    assert [one.outcome for one in of_rule(little.document(performance=[unclear]), "A23")] == ["not_applicable"]


def projects(first: str, second: str) -> ParsedDocument:
    rows = [row("甲项目", first, project_name="甲项目"), row("乙项目", second, project_name="乙项目")]
    parsed = little.document(little.table("projects", [column("合计")], rows))
    named = [
        Project(
            project_seq=fact.row, name=fact.name, prefix="", kind="", unit="", page=1,
            funds=(("total", fact.amount or Decimal(0)),), fact_ids=(fact.fact_id,),
        )
        for fact in parsed.facts
    ]  # fmt: skip
    forms = [
        little.form(one, ("year", "total", text), form_seq=seq)
        for seq, (one, text) in enumerate([("甲项目", "5,537.7"), ("乙项目", "13,200")], start=1)
    ]
    return little.document(
        little.table("projects", [column("合计")], rows), projects=tuple(named), performance=forms
    )


def test_a24_and_a25_forms_in_yuan_against_projects_in_ten_thousands() -> None:
    assert [one[1:] for one in said(projects("0.55", "1.32"), "A24", "A25")] == [
        ("rounding", "0.55万元", "5,537.7元"),
        ("pass", "1.32万元", "13,200元"),
        ("rounding", "0.55 + 1.32 = 1.87万元", "5,537.7 + 13,200 = 18737.7元"),
    ]
    assert [one[1] for one in said(projects("0.65", "1.32"), "A24", "A25")] == ["fail", "pass", "fail"]


@pytest.mark.parametrize(("total_text", "people", "price", "outcome"), [
    ("13,200", "5", "220", "pass"),
    ("1,458,600", "87", "1390", "question"),  # 1,451,160
    ("99,000,000", "87", "1390", "not_applicable"),  # the price is of something else
])  # fmt: skip
def test_a26_quantity_times_price_times_months(total_text: str, people: str, price: str, outcome: str) -> None:
    indicators = [
        little.indicator("人数", people, "人", level2="数量指标"),
        little.indicator("月数", "12", "月", level2="时效指标"),
        little.indicator("补贴标准", price, "元", level2="成本指标"),
    ]
    parsed = little.document(
        performance=[little.form("甲项目", ("year", "total", total_text))], indicators=indicators
    )
    found = of_rule(parsed, "A26")
    assert [one.outcome for one in found] == [outcome]
    assert outcome == "not_applicable" or total_text in found[0].right


def test_a26_a_levy_on_wages_may_have_a_rate_that_the_form_does_not_print() -> None:
    def levied(name: str) -> ParsedDocument:
        indicators = [
            little.indicator("人数", "7", "人", level2="数量指标"),
            little.indicator(name, "52740", "元", level2="成本指标"),
        ]
        form = little.form("残疾人就业保障金", ("year", "total", "5,537.7"))
        return little.document(performance=[form], indicators=indicators)

    assert [one.left for one in of_rule(levied("上年度年平均工资"), "A26")] == ["7人 × 52740元 × 1.5% = 5537.7"]
    assert [one.outcome for one in of_rule(levied("设备单价"), "A26")] == ["not_applicable"]


# ---- real documents ----


@pytest.mark.shared
def test_the_seed_adds_up_except_for_the_rounding_it_is_known_for(shared: Path) -> None:
    parsed = parsers.parse(shared / "seed" / "datong-2026-unit-budget.pdf")
    expected = json.loads((shared / "seed" / "expected_findings.json").read_text(encoding="utf-8"))
    own = [one for one in parsed.checks if one.rule.startswith("A")]
    proved = {one.rule for one in own if one.outcome in ("pass", "rounding")}
    assert {rule for rule in expected["must_pass"] if rule.startswith("A")} - proved == set()
    sides = Counter((one.rule, one.outcome, one.left, one.right) for one in own if one.outcome == "rounding")
    assert sides["A7", "rounding", "483.69", "45.75 + 437.93 = 483.68"] == 2
    assert sides["A7", "rounding", "476.79", "38.85 + 437.93 = 476.78"] == 2
    assert sides["A9", "rounding", "38.85", "34.28 + 4.58 = 38.86"] == 2
    assert [(one.rule, one.right) for one in own if one.outcome in ("fail", "question")] == [("A26", "1,458,600")]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "printed"), [
    ("d11_planted", {"1595.69"}),
    ("h09_planted", {"54.20", "1241.66", "932.46"}),
    ("d01_base", set()),
])  # fmt: skip
def test_planted_errors_are_found_and_located_and_nothing_else(shared: Path, name: str, printed: set[str]) -> None:
    parsed = parsers.parse(shared / "synthetic" / f"{name}.pdf")
    failing = [one for one in parsed.checks if one.rule.startswith("A") and one.outcome == "fail"]
    assert {one.left for one in failing} == printed


def test_a14_goes_by_items_though_one_wrong_figure_hides_that_they_are_parts() -> None:
    def items(hospitality: str, *, last: bool = True) -> ParsedDocument:
        rows = [
            little.row("三公经费合计", "36.50", item="three_public"),
            little.row("因公出国", "0.00", item="overseas_visits"),
            little.row("公务用车", "34.00", item="vehicles"),
            little.row("公务接待", hospitality, item="hospitality"),
        ]
        columns = [little.column("合计")]
        return little.document(little.table("three_public", columns, rows if last else rows[:3]))

    assert said(items("2.50"), "A14") == [("A14", "pass", "36.50", "0.00 + 34.00 + 2.50 = 36.5")]
    assert said(items("3.50"), "A14") == [("A14", "fail", "36.50", "0.00 + 34.00 + 3.50 = 37.5")]
    assert said(items("", last=False), "A14") == [], "a part that is printed nowhere may be the rest"


def test_parts_that_make_less_prove_nothing_where_secret_items_were_left_out() -> None:
    def budget(total: str, words: str) -> ParsedDocument:
        rows = [
            little.row("合计", total, row_role="total"),
            little.row("普查", "15.00", project_name="普查"),
            little.row("维修", "20.00", project_name="维修"),
        ]
        sections = (Section(seq=1, heading_path="说明", text=words, pages=(1,)),)
        return little.document(little.table("projects", [little.column("合计")], rows), sections=sections)

    secret = "根据国家保密法律法规，部分涉密事项在预算公开时予以剔除。"
    assert [one[1] for one in said(budget("55.00", "指导科技保密工作。"), "A28")] == ["fail"]
    assert [one[1] for one in said(budget("55.00", secret), "A28")] == ["insufficient_data"]
    assert [one[1] for one in said(budget("30.00", secret), "A28")] == ["fail"], "parts that make more are wrong"
