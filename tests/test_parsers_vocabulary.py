"""The words of the forms: a printed title names a form, a heading has one meaning, or nothing is said."""

import csv
from pathlib import Path

import pytest

from datapackages import codes
from parsers.vocabulary import canonical, first, groups, titles

# Where parsers and the list of printed titles differ on purpose.
OTHERWISE = {
    "基本支出总表": "basic_economic",
    "部门预算基本支出预算表": "basic_economic",
    "基本支出预算情况表": "basic_economic",
    "2026年市级重点专项资金绩效目标表（一级项目）": "performance_project",
    "财政拨款支出决算明细表": "fiscal_function",
}


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("2026年预算收支总表", "overall"),
        ("部门综合预算收支总表", "overall"),
        ("收入支出决算总表", "overall"),
        ("收入预算总表", "income"),
        ("部门支出总体情况表", "expenditure"),
        ("财政拨款收支总表", "fiscal_overall"),
        ("一般公共预算支出表", "general_function"),
        ("一般公共预算财政拨款支出决算表", "general_function"),
        ("一般公共预算基本支出表", "basic_economic"),
        ("政府性基金预算支出表", "fund"),
        ("国有资本经营预算财政拨款支出决算表", "state_capital"),
        ("财政拨款“三公”经费支出决算表", "three_public"),
        ("机关运行经费预算表", "operating"),
        ("项目支出预算表（上年结转）", "projects_carryover"),
        ("项目支出预算表（本年预算）", "projects"),
        ("项目支出绩效目标表", "performance_project"),
        ("政府采购预算明细表", "procurement"),
        ("政府购买服务支出表", "purchased_services"),
        ("人员情况表", "unrecognised"),
        ("", "unrecognised"),
        ("财政专户管理资金支出表", "unrecognised"),
        ("社会保险基金支出表", "unrecognised"),
        ("一般公共预算收入表", "unrecognised"),
    ],
)
def test_a_printed_title_names_its_form(title: str, form: str) -> None:
    assert canonical(title) == form


@pytest.mark.shared
def test_every_title_seen_so_far_names_its_form(shared: Path) -> None:
    with (shared / "reference/headers/title_aliases.csv").open(encoding="utf-8", newline="") as file:
        seen = {line["printed_title"]: line["canonical_id"] for line in csv.DictReader(file)}
    ids = {title: id.partition(".")[2].replace("soc", "state_capital") for title, id in seen.items()}
    assert {title: canonical(title) for title in ids} == {**ids, **OTHERWISE}


@pytest.mark.parametrize(
    ("group", "heading", "meaning"),
    [
        ("kind", "序号", "serial"),
        ("kind", "科目编码", "code"),
        ("kind", "单位名称", "unit_name"),
        ("kind", "合计", ""),
        ("measure", "增减额", "change"),
        ("measure", "增减%", "change_percent"),
        ("fund", "一般公共预算", "general_public"),
        ("fund", "政府性基金", "government_fund"),
        ("fund", "财政专户管理资金", "special_account"),
        ("fund", "单位资金", "unit_funds"),
        ("fund", "合计", ""),
        ("flow", "上年结转", "opening"),
        ("flow", "结转下年", "closing"),
        ("flow", "结余分配", "distribution"),
        ("expenditure_type", "基本支出", "basic"),
        ("expenditure_type", "上缴上级支出", "remitted_up"),
        ("item", "因公出国（境）费", "overseas_visits"),
        ("item", "公务接待费", "hospitality"),
    ],
)
def test_a_heading_has_one_meaning_or_none(group: str, heading: str, meaning: str) -> None:
    assert first(group, heading) == meaning


def test_every_form_that_a_title_can_name_is_in_the_closed_list() -> None:
    assert {form for form, _ in titles()} <= {row["code"] for row in codes.rows("canonicals")}


@pytest.mark.parametrize(
    ("group", "listed"),
    [("fund", "funds"), ("flow", "flows"), ("expenditure_type", "expenditure_types"), ("measure", "measures")],
)
def test_every_meaning_of_a_heading_is_in_its_closed_list(group: str, listed: str) -> None:
    assert {meaning for meaning, _ in groups()[group]} <= {row["code"] for row in codes.rows(listed)}
