"""Agreement between the tables of a document: each rule with a break and with what comes near one but is none."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import little_documents as little
import parsers
from datapackages import checks
from datapackages.model import Outcome, ParsedDocument, Project

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("YUSUAN_SHARED", HERE.parent.parent / "shared"))
PRINTED = {"code_text": "2xx", "code_basis": "printed"}
REVENUE = {"direction": "revenue", "expenditure_type": "not_stated"}


def outcomes(parsed: ParsedDocument, rule: str) -> list[Outcome]:
    return [outcome for outcome in checks.run(parsed) if outcome.rule == rule]


def said(parsed: ParsedDocument, rule: str) -> list[tuple[str, str, str]]:
    return [(one.outcome, one.left, one.right) for one in outcomes(parsed, rule)]


def results(parsed: ParsedDocument, rule: str) -> set[str]:
    return {one.outcome for one in outcomes(parsed, rule)}


def revenue(canonical: str = "overall", general: str = "100.00", opening: str = "", total: str = "100.00") -> Any:
    """The revenue side: general public budget, its balance of last year, total."""
    fund = "total" if canonical == "overall" else "fiscal"
    return little.table(
        canonical, [little.column("预算数")],
        [little.row("一、一般公共预算", general, fund="general_public", item="general_public"),
         little.row("上年结转", opening, fund="general_public", item="opening", flow="opening"),
         little.row("收入总计", total, fund=fund, item="revenue_total", flow="all", row_role="total")],
        block="revenue", **REVENUE,
    )  # fmt: skip


def spending(canonical: str = "overall", health: str = "40.00", total: str = "100.00") -> Any:
    """The expenditure side by function: 208 60.00, 210 as given."""
    fund = "total" if canonical == "overall" else "fiscal"
    return little.table(
        canonical, [little.column("预算数", fund=fund, expenditure_type="total")],
        [little.row("社会保障和就业支出", "60.00", function_code="208", item="function_208", flow="all"),
         little.row("卫生健康支出", health, function_code="210", item="function_210", flow="all"),
         little.row("支出总计", total, item="expenditure_total", flow="all", row_role="total")],
        block="expenditure",
    )  # fmt: skip


def by_function(
    canonical: str, *, total: str = "100.00", health: str = "40.00", basic: str = "30.00", flow: str = "all",
    fund: str = "general_public",
) -> Any:  # fmt: skip
    """A list by function: total and basic expenditure."""
    return little.table(
        canonical,
        [little.total(fund=fund), little.column("基本支出", fund=fund, expenditure_type="basic")],
        [little.row("合计", total, basic, row_role="total"),
         little.row("社会保障和就业支出", "60.00", basic, function_code="208", **PRINTED),
         little.row("卫生健康支出", health, "", function_code="210", **PRINTED)],
        flow=flow,
    )  # fmt: skip


def income(total: str = "100.00", general: str = "100.00") -> Any:
    return little.table(
        "income",
        [little.total(flow="all"), little.column("一般公共预算", fund="general_public")],
        [little.row("合计", total, general, row_role="total", **REVENUE)],
    )  # fmt: skip


def basic(total: str = "30.00", *rows: Any, flow: str = "all") -> Any:
    return little.table(
        "basic_economic", [little.column("合计", fund="general_public", expenditure_type="basic")],
        [little.row("合计", total, row_role="total"), *rows], flow=flow,
    )  # fmt: skip


def test_x1_revenue_stands_in_both_tables() -> None:
    assert said(little.document(revenue(), income("100.00", "99.00")), "X1") == [
        ("fail", "100.00", "99.00"), ("pass", "100.00", "100.00"),
    ]  # fmt: skip
    assert results(little.document(revenue(), income()), "X1") == {"pass"}


def test_x1_tables_in_different_units_of_money_agree_within_rounding() -> None:
    thousandth = little.table(
        "income", [little.total(expenditure_type="not_stated", flow="all")],
        [little.row("合计", "1,000,040", row_role="total")], money_unit="元", **REVENUE,
    )  # fmt: skip
    assert set(said(little.document(revenue(), thousandth), "X1")) == {("rounding", "100.00万元", "1,000,040元")}


def test_x2_and_x3_hold_totals_and_classes_of_expenditure() -> None:
    broken = little.document(spending(), by_function("expenditure", total="100.01", health="40.02", fund="total"))
    assert said(broken, "X2") == [("rounding", "100.00", "100.01")]
    assert said(broken, "X3") == [("pass", "60.00", "60.00"), ("fail", "40.00", "40.02")]


def test_a_line_of_last_years_budget_is_no_line_of_this_year() -> None:
    last_year = by_function("expenditure", total="90.00", health="30.00", fund="total")
    last_year = SimpleNamespace(**{**vars(last_year), "meaning": {**last_year.meaning, "fiscal_year": 2025}})
    parsed = little.document(spending(), little.Little(**vars(last_year)))
    assert results(parsed, "X2") == results(parsed, "X3") == {"not_applicable"}


def test_x4_fiscal_appropriation_is_its_part_of_the_whole() -> None:
    assert results(little.document(revenue(), revenue("fiscal_overall", "99.00", total="99.00")), "X4") == {"fail"}
    assert results(little.document(revenue(), revenue("fiscal_overall")), "X4") == {"pass"}


def test_x5_a_table_without_last_years_balance_is_held_against_the_rest() -> None:
    fiscal = [revenue("fiscal_overall", "90.00", "10.00"), spending("fiscal_overall")]
    general = by_function("general_function", total="90.00", health="30.00")
    assert ("pass", "100.00 − 10.00 = 90", "90.00") in said(little.document(*fiscal, general), "X5")
    assert "fail" not in results(little.document(*fiscal, general), "X5")


def test_x5_what_no_printed_balance_explains_is_left_open_and_accuses_nobody() -> None:
    fiscal = [revenue("fiscal_overall", "90.00", "10.00"), spending("fiscal_overall")]
    general = by_function("general_function", total="85.00", health="25.00")
    assert results(little.document(*fiscal, general), "X5") == {"pass", "insufficient_data"}


def test_x5_without_any_balance_a_difference_is_a_break() -> None:
    fiscal = [revenue("fiscal_overall"), spending("fiscal_overall")]
    general = by_function("general_function", total="85.00", health="25.00")
    assert ("fail", "100.00", "85.00") in said(little.document(*fiscal, general), "X5")


def test_lines_that_are_equal_by_proof_alone_are_held_only_where_the_totals_agree() -> None:
    fiscal = [revenue("fiscal_overall"), spending("fiscal_overall")]
    wrong_line = little.document(*fiscal, by_function("general_function", health="41.00"))
    assert ("fail", "40.00", "41.00") in said(wrong_line, "X5")
    wrong_whole = little.document(*fiscal, by_function("general_function", total="85.00", health="25.00"))
    assert [left for outcome, left, _ in said(wrong_whole, "X5") if outcome == "fail"] == ["100.00"]


def test_x6_basic_expenditure_has_one_total() -> None:
    whole = revenue()
    assert said(little.document(whole, by_function("general_function"), basic("31.00")), "X6") == [
        ("fail", "30.00", "31.00")
    ]
    assert results(little.document(whole, by_function("general_function"), basic()), "X6") == {"pass"}


def test_two_units_of_one_name_in_a_file_are_not_held_against_each_other() -> None:
    def tables(total: str, unit: str) -> list[Any]:
        own = [revenue(general=total, total=total), income(total, total)]
        return [little.Little(**{**vars(one), "table": _named(one.table, unit)}) for one in own]

    parsed = little.document(*tables("100.00", "甲站"), *tables("50.00", "乙站"), *tables("70.00", "甲站"))
    assert results(parsed, "X1") == {"pass"}
    assert len(outcomes(parsed, "X1")) == 6


def test_a_form_printed_once_for_each_unit_is_of_several_bodies() -> None:
    def spent(unit: str, total: str) -> Any:
        one = by_function("expenditure", total=total, fund="total")
        return little.Little(**{**vars(one), "table": _named(one.table, unit)})

    two = little.document(spent("甲站", "100.00"), spent("乙站", "70.00"))
    assert results(two, "X21") == {"not_applicable"}
    unnamed = little.document(revenue(), spending(), spent("", "100.00"), spent("", "70.00"))
    assert results(unnamed, "X2") == {"not_applicable"}, "which of the two lists is meant is not said"


def test_a_body_among_its_units_is_not_taken_for_all_of_them() -> None:
    def row(name: str, amount: str, **others: Any) -> Any:
        return little.row(name, amount, row_unit_name=name, **others)

    by_unit = little.table(
        "income", [little.total(expenditure_type="not_stated", flow="all")],
        [row("示例市数据中心", "60.00"), row("示例市数据站", "40.00")], **REVENUE,
    )  # fmt: skip
    assert results(little.document(revenue(), by_unit), "X1") == {"not_applicable"}
    headed = little.table(
        "income", [little.total(expenditure_type="not_stated", flow="all")],
        [row("示例市数据中心", "99.00", row_role="subtotal"), row("示例市数据站", "40.00")], **REVENUE,
    )  # fmt: skip
    assert results(little.document(revenue(), headed), "X1") == {"fail"}


def test_a_list_of_some_projects_is_not_held_against_all_of_them() -> None:
    def listed(title: str) -> Any:
        return little.table(
            "projects", [little.column("合计", fund="total", expenditure_type="project")],
            [little.row("合计", "69.00", row_role="total")], flow="all", title=title,
        )  # fmt: skip

    spent = little.table(
        "expenditure", [little.column("项目支出", fund="total", expenditure_type="project")],
        [little.row("合计", "70.00", row_role="total")], flow="all",
    )  # fmt: skip
    assert results(little.document(spent, listed("重点项目支出表")), "X15") == {"not_applicable"}
    assert results(little.document(spent, listed("项目支出表")), "X15") == {"insufficient_data"}, "balance not told"


def test_x6_personnel_and_public_expenses_apart_add_up_to_basic() -> None:
    def apart(public: str) -> Any:
        return little.table(
            "basic_economic", [little.column("决算数", fund="general_public")],
            [little.row("人员经费合计", "20.00", row_role="total", expenditure_type="personnel"),
             little.row("公用经费合计", public, row_role="total", expenditure_type="public")], flow="all",
        )  # fmt: skip

    def account(public: str) -> ParsedDocument:
        return little.document(by_function("general_function", flow="current"), apart(public), stage="final")

    assert said(account("10.01"), "X6") == [("rounding", "20.00 + 10.01 = 30.01", "30.00")]
    assert results(account("11.00"), "X6") == {"fail"}


def _named(table: Any, unit: str) -> Any:
    return type(table)(**{**vars(table), "unit_name": unit})


def test_x8_classes_of_both_classifications_belong_together() -> None:
    def row(department: str, government: str) -> Any:
        return basic("1.00", little.row("办公费", "1.00", econ_dept_code=department, econ_gov_code=government))

    assert results(little.document(row("30201", "50501")), "X8") == {"question"}
    assert results(little.document(row("30201", "50502")), "X8") == {"pass"}
    assert results(little.document(row("302", "505")), "X8") == {"pass"}
    assert results(little.document(row("30201", "")), "X8") == {"not_applicable"}


def three_public(amount: str, item: str = "hospitality", **others: Any) -> Any:
    return little.table(
        "three_public", [little.column("预算数", fund="fiscal")],
        [little.row("公务接待费", amount, item=item, **others)], flow="all",
    )  # fmt: skip


def test_x9_and_x10_a_part_is_no_more_than_its_whole() -> None:
    own = basic("2.00", little.row("公务接待费", "2.00", econ_dept_code="30217"))
    assert results(little.document(own, three_public("1.50")), "X9") == {"question"}
    assert results(little.document(own, three_public("2.50")), "X9") == {"pass"}
    assert results(little.document(own, three_public("1.50", fiscal_year=2025)), "X9") == {"not_applicable"}
    meetings = basic("2.00", little.row("会议费", "2.00", econ_dept_code="30215"))
    assert results(little.document(meetings, three_public("1.50", item="meetings")), "X10") == {"question"}


def test_x11_operating_expenses_are_no_more_than_public_expenses() -> None:
    public = little.table(
        "basic_economic", [little.column("公用经费", fund="general_public", expenditure_type="public")],
        [little.row("合计", "10.00", row_role="total")],
    )  # fmt: skip

    def stated(*texts: str) -> ParsedDocument:
        told = [little.statement(text, metric="operating", seq=seq) for seq, text in enumerate(texts, start=1)]
        return little.document(public, statements=told)

    assert results(stated("12.00"), "X11") == {"question"}
    assert results(stated("9.00"), "X11") == {"pass"}
    assert results(stated("12.00", "9.00"), "X11") == {"not_applicable"}, "the prose tells of several bodies"


@pytest.mark.parametrize(
    ("state", "printed", "expected"),
    [("blank", "5.00", "question"), ("blank", "", "pass"), ("unrecognised", "5.00", "not_applicable")],
)
def test_x12_a_fund_has_money_exactly_where_its_table_has(state: str, printed: str, expected: str) -> None:
    fiscal = little.table(
        "fiscal_overall", [little.column("预算数")],
        [little.row("政府性基金预算", printed, fund="government_fund", item="government_fund")], block="revenue",
        **REVENUE,
    )  # fmt: skip
    empty = little.table("fund", [little.column("合计")], [little.row("合计", "")], state=state, declared="无")
    assert results(little.document(fiscal, empty), "X12") == {expected}


def test_x15_the_projects_are_the_project_expenditure() -> None:
    spent = little.table(
        "expenditure", [little.column("项目支出", fund="total", expenditure_type="project")],
        [little.row("合计", "70.00", row_role="total")], flow="all",
    )  # fmt: skip

    def listed(total: str) -> Any:
        return little.table(
            "projects", [little.column("合计", fund="total", expenditure_type="project")],
            [little.row("合计", total, row_role="total")], flow="all",
        )  # fmt: skip

    whole = revenue()
    assert results(little.document(whole, spent, listed("69.00")), "X15") == {"fail"}
    assert results(little.document(whole, spent, listed("70.00")), "X15") == {"pass"}


def test_x16_a_code_has_one_name() -> None:
    first = by_function("general_function")
    other = little.table(
        "expenditure", [little.total()],
        [little.row("八、社会保障与就业支出", "60.00", function_code="208", **PRINTED)],
    )  # fmt: skip
    numbered = little.table(
        "expenditure", [little.total()],
        [little.row("八、社会保障和就业支出", "60.00", function_code="208", **PRINTED)],
    )  # fmt: skip
    assert results(little.document(first, other), "X16") == {"question"}
    assert results(little.document(first, numbered), "X16") == {"pass"}


def test_x17_with_one_fund_the_fiscal_table_is_the_general_one() -> None:
    whole = revenue("fiscal_overall")
    fiscal = by_function("fiscal_function", fund="fiscal", health="39.00")
    parsed = little.document(whole, fiscal, by_function("general_function"))
    assert ("fail", "39.00", "40.00") in said(parsed, "X17")
    two_funds = little.document(revenue("fiscal_overall", "90.00"), fiscal, by_function("general_function"))
    assert "fail" not in results(two_funds, "X17")


def projects(name: str, amount: str = "0.55") -> tuple[Any, dict[str, Any]]:
    """A list of one project and the project read from it."""
    table = little.table(
        "projects", [little.column("合计", fund="total", expenditure_type="project")],
        [little.row(name, amount, project_name=name)],
    )  # fmt: skip
    fact = little.document(table).facts[0]
    one = Project(
        project_seq=1, name=name, prefix="J", kind="", unit="", funds=(("total", fact.amount),),
        fact_ids=(fact.fact_id,), page=1,
    )  # fmt: skip
    return table, {"projects": (one,)}


@pytest.mark.parametrize(
    ("name", "form", "money", "expected"),
    [("残疾人就业保障金", "J残疾人就业保证金", "5,537.7", "question"),
     ("残疾人就业保障金", "J残疾人就业保障金", "5,537.7", "pass"),
     ("残疾人就业保障金", "J残疾人就业保证金", "9,537.7", "not_applicable"),
     ("大楼维修工程一期", "J大楼维修工程二期", "5,537.7", "not_applicable")],
)  # fmt: skip
def test_x20_names_that_are_nearly_the_same_with_the_same_money_are_asked_about(
    name: str, form: str, money: str, expected: str
) -> None:
    table, told = projects(name)
    parsed = little.document(table, performance=[little.form(form, ("year", "total", money))], **told)
    assert results(parsed, "X20") == {expected}


def test_x21_the_same_quantity_is_the_same_in_tables_no_rule_names() -> None:
    general = little.table(
        "general_economic", [little.column("合计", fund="general_public", expenditure_type="basic")],
        [little.row("合计", "30.00", row_role="total"), little.row("办公费", "4.00", econ_dept_code="30201")],
        flow="all",
    )  # fmt: skip
    other = basic("30.00", little.row("办公费", "5.00", econ_dept_code="30201"))
    found = said(little.document(revenue(), general, other), "X21")
    assert ("fail", "5.00", "4.00") in found
    of_projects = little.table(
        "general_project_economic", [little.column("合计", fund="general_public", expenditure_type="project")],
        [little.row("办公费", "5.00", econ_dept_code="30201")], flow="all",
    )  # fmt: skip
    assert results(little.document(revenue(), general, of_projects), "X21") == {"not_applicable"}


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the folder {SHARED} (YUSUAN_SHARED) is not here")
def test_the_document_the_project_starts_from_agrees_with_itself() -> None:
    parsed = parsers.parse(SHARED / "seed" / "datong-2026-unit-budget.pdf")
    for rule in ("X1", "X2", "X3", "X4", "X5", "X6", "X15"):
        assert results(parsed, rule) <= {"pass", "rounding"}, rule
    asked = [one for one in parsed.checks if one.rule[0] == "X" and one.outcome not in ("pass", "rounding")]
    assert [(one.rule, one.left, one.right) for one in asked if one.outcome != "not_applicable"] == [
        ("X20", "J残疾人就业保障金", "J残疾人就业保证金")
    ]
