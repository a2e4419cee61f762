"""Questions Q1 …: what a reader should look at, each with a finding and a near miss."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import little_documents as little
import parsers
from datapackages import checks
from datapackages.model import ParsedDocument, Project

ASKED = ("question", "fail", "error")


def asked(rule: str, parsed: ParsedDocument) -> list[tuple[str, str]]:
    return [(one.left, one.right) for one in checks.run(parsed) if one.rule == rule and one.outcome == "question"]


def outcomes(rule: str, parsed: ParsedDocument) -> set[str]:
    return {one.outcome for one in checks.run(parsed) if one.rule == rule}


def test_questions_are_worded_as_questions_and_name_their_evidence() -> None:
    parsed = little.document(performance=[little.form("维修", term="99年")])
    (question,) = [one for one in checks.run(parsed) if one.outcome == "question" and one.rule == "Q1"]
    assert (question.kind, question.severity, question.fault) == ("question", "warning", "")
    assert question.place == f"p1/{parsed.performance[0].table_id}"
    assert question.message_zh.endswith("1张绩效表的项目期限为“99年”：维修。")
    assert question.message.endswith("1 forms print a term of 99年: 维修.")


# ---- Q1 … Q4: forms and projects ----


def test_q1_asks_once_about_all_forms_with_a_term_that_means_none() -> None:
    forms = [little.form(name, term=term) for name, term in [("甲", "99年"), ("乙", "3年"), ("丙", "99年")]]
    assert asked("Q1", little.document(performance=forms)) == [("99年", "甲 丙")]
    assert outcomes("Q1", little.document(performance=[little.form("乙", term="30年")])) == {"pass"}
    assert outcomes("Q1", little.document(performance=[little.form("乙", term="长期")])) == {"not_applicable"}


GOAL = "通过开展宣传教育工作，增强公众主动参与环境保护的意识和能力。"


def with_goals(*forms: tuple[str, str, str]) -> ParsedDocument:
    """Forms of (unit, project, goal)."""
    parsed: ParsedDocument = little.document(
        performance=[
            little.form(project, unit=unit, form_seq=seq, texts=(("year", "goal", goal),))
            for seq, (unit, project, goal) in enumerate(forms, start=1)
        ]
    )
    return parsed


@pytest.mark.parametrize(
    ("forms", "questions"),
    [([("花都分局", "花都宣传经费", GOAL), ("番禺分局", "番禺宣传经费", GOAL)], 1),
     ([("局", "综合交通管理", GOAL), ("局", "道路行业服务", GOAL)], 1),
     ([("局", "2025—2027年信息系统运维", GOAL), ("局", "2026—2028年信息系统运维", GOAL)], 0),
     ([("局", "检查员经费（越秀）", GOAL), ("局", "检查员经费（海珠）", GOAL)], 0),
     ([("局", "维修", GOAL), ("局", "会议", GOAL + "并开好会。")], 0),
     ([("局", "维修", "保障工作开展。"), ("所", "会议", "保障工作开展。")], 0)],
)  # fmt: skip
def test_q2_asks_about_targets_copied_between_units_and_projects(
    forms: list[tuple[str, str, str]], questions: int
) -> None:
    assert len(asked("Q2", with_goals(*forms))) == questions


def weighed(*weights: str) -> ParsedDocument:
    lines = [little.indicator("数量", "1", weight=weight, seq=seq) for seq, weight in enumerate(weights, start=1)]
    parsed: ParsedDocument = little.document(performance=[little.form("维修")], indicators=lines)
    return parsed


def test_q3_asks_about_weights_of_more_than_a_hundred() -> None:
    assert asked("Q3", weighed("50", "30", "30")) == [("50 + 30 + 30 = 110", "100")]
    assert outcomes("Q3", weighed("50", "30", "20")) == outcomes("Q3", weighed("50%", "30%", "10%")) == {"pass"}
    assert outcomes("Q3", weighed("50", "30")) == {"insufficient_data"}  # a line may have been missed
    assert outcomes("Q3", weighed("50", "", "60")) == {"not_applicable"}


def project(seq: int, name: str, amount: str, unit: str = "") -> Project:
    return Project(
        project_seq=seq, name=name, prefix="", kind="", unit=unit, funds=(("total", Decimal(amount)),), fact_ids=(),
        page=1,
    )  # fmt: skip


def test_q4_asks_about_a_project_listed_twice_with_one_amount() -> None:
    assert asked("Q4", little.document(projects=(project(1, "维修", "5000"), project(2, "维修", "5000")))) == [
        ("维修", "维修")
    ]
    others = (project(1, "维修", "5000"), project(2, "维修", "6000"), project(3, "维修", "5000", "所"))
    assert outcomes("Q4", little.document(projects=others)) == {"pass"}


# ---- Q5 … Q9: figures ----


def bought(quantity: str, price: str, amount: str, price_heading: str = "单价（元）") -> ParsedDocument:
    columns = [little.column(label, measure="count") for label in ("数量", price_heading, "金额")]
    lines = [little.row("台式机", quantity, price, amount)]
    parsed: ParsedDocument = little.document(little.table("procurement", columns, lines))
    return parsed


@pytest.mark.parametrize(
    ("parsed", "questions"),
    [(bought("5", "4,800", "2.40"), 0), (bought("5", "4,800", "2.50"), 1), (bought("3", "3333.33", "1.00"), 0),
     (bought("5", "0.48", "2.4", "单价"), 0), (bought("5", "0.48", "24000", "单价"), 1),
     (bought("5", "4,800", "2.50", "规格"), 0)],
)  # fmt: skip
def test_q5_asks_about_a_quantity_and_price_that_are_not_the_amount(parsed: ParsedDocument, questions: int) -> None:
    assert len(asked("Q5", parsed)) == questions


def two_years(before: str, now: str) -> ParsedDocument:
    columns = [little.total("2025年预算数", fiscal_year=2025), little.total("2026年预算数", fiscal_year=2026)]
    rows = [little.row("合计", before, now, row_role="total"), little.row("办公费", "0.00", now)]
    parsed: ParsedDocument = little.document(little.table("general_function", columns, rows))
    return parsed


def test_q6_asks_about_a_large_total_from_or_to_zero() -> None:
    assert asked("Q6", two_years("0.00", "67,808.00")) == [("合计 0.00", "合计 67,808.00")]
    assert asked("Q6", two_years("67,808.00", "0.00")) == [("合计 67,808.00", "合计 0.00")]
    assert outcomes("Q6", two_years("0.00", "67.80")) == {"pass"}  # less than a million yuan
    assert outcomes("Q6", two_years("1.00", "67,808.00")) == {"pass"}


def test_q6_reads_the_year_before_in_the_prose() -> None:
    stated = little.statement("67,808", metric="government_fund_revenue", metric_text="政府性基金", prior="0")
    assert asked("Q6", little.document(statements=[stated])) == [("政府性基金 0万元", "67,808万元 ")]
    assert asked("Q6", little.document(statements=[replace(stated, metric="function_item")])) == []
    assert asked("Q6", little.document(statements=[replace(stated, prior="")])) == []


def totals(overall: str, expenditure: str, unit: str) -> ParsedDocument:
    tables = [
        little.table(name, [little.total()], [little.row("合计", text, row_role="total")], money_unit=money)
        for name, text, money in [("overall", overall, "万元"), ("expenditure", expenditure, unit)]
    ]
    parsed: ParsedDocument = little.document(*tables)
    return parsed


def test_q7_asks_about_totals_ten_thousand_times_apart() -> None:
    assert asked("Q7", totals("483.69", "4,836,900", "万元")) == [("合计 483.69万元", "合计 4,836,900万元")]
    assert outcomes("Q7", totals("483.69", "4,836,900", "元")) == {"pass"}
    assert outcomes("Q7", totals("483.69", "4,836,901", "万元")) == {"pass"}  # other money


def test_q7_asks_about_a_form_ten_thousand_times_apart_from_its_project() -> None:
    form = little.form("维修", ("year", "total", "0.55"), money_unit="元")
    assert asked("Q7", little.document(projects=(project(1, "维修", "5500"),), performance=[form])) == [
        ("维修 5500", "维修 0.55元")
    ]
    right = replace(form, money_unit="万元")
    assert outcomes("Q7", little.document(projects=(project(1, "维修", "5500"),), performance=[right])) == {"pass"}


def cars(kept: str, cost: str) -> ParsedDocument:
    row = little.row("公务用车运行维护费", cost, item="vehicle_operation")
    stated = [little.statement(kept, "辆", metric="vehicles_kept", metric_text="共有车辆")] if kept else []
    parsed: ParsedDocument = little.document(
        little.table("three_public", [little.total()], [row]), statements=stated
    )
    return parsed


def test_q8_asks_who_keeps_the_cars_that_money_is_planned_for() -> None:
    assert asked("Q8", cars("0", "3.50")) == [("共有车辆 0辆", "3.50万元")]
    assert outcomes("Q8", cars("1", "3.50")) == {"pass"}
    assert outcomes("Q8", cars("0", "0.00")) == outcomes("Q8", cars("", "3.50")) == {"not_applicable"}


@pytest.mark.parametrize(
    ("text", "questions"),
    [("2025年“三公”经费预算13.85万元,比2025年减少5.45万元。", 1),
     ("2026年“三公”经费预算13.85万元，比2025年减少5万元。", 0),
     ("2026年预算5万元。2026年支出比2025年减少。", 0), ("2025年决算数5万元，比2025年年初预算减少1万元。", 0),
     ("2026年度收入5万元，较2026年增加1万元。", 1)],
)  # fmt: skip
def test_q9_asks_about_a_year_compared_with_itself(text: str, questions: int) -> None:
    assert len(asked("Q9", little.document(sections=[little.section(text)]))) == questions


def kinds(kept: str, *numbers: tuple[str, str]) -> ParsedDocument:
    stated = [little.statement(kept, "辆", metric="vehicles_kept", metric_text="共有车辆", section="车辆")]
    for seq, (name, number) in enumerate(numbers, start=2):
        others = {"metric": "vehicles_by_kind", "metric_text": name, "section": "车辆", "seq": seq}
        stated.append(little.statement(number, "辆", **others))
    parsed: ParsedDocument = little.document(statements=stated, sections=[little.section("车辆。", "车辆")])
    return parsed


KINDS = ("机要通信用车", "应急保障用车", "执法执勤用车", "其他用车")


def test_q10_asks_about_kinds_of_vehicles_that_are_not_the_whole() -> None:
    assert asked("Q10", kinds("3", *zip(KINDS, "0001", strict=True))) == [("共有车辆 3辆", "0 + 0 + 0 + 1 = 1")]
    bought_too = kinds("3", *zip(KINDS, "1002", strict=True), (KINDS[0], "1"))
    assert outcomes("Q10", bought_too) == {"pass"}
    assert outcomes("Q10", kinds("3", *zip(KINDS[2:], "01", strict=True))) == {"not_applicable"}  # some kinds only


def test_q11_asks_about_a_target_that_any_result_meets() -> None:
    lines = [little.indicator("成本控制率", "0", "%", operator=">=", raw="≥0%")]
    parsed = little.document(performance=[little.form("维修")], indicators=lines)
    assert asked("Q11", parsed) == [("成本控制率 ≥0%", "维修")]
    for operator, target in [("<=", "0"), (">=", "0.5"), ("=", "0")]:
        other = replace(parsed, indicators=(replace(lines[0], operator=operator, target=target),))
        assert asked("Q11", other) == []


# ---- real documents ----

# What is asked on form and oddities of these, each looked at on its page by a person.
REVIEWED = {
    "chongqing-department-budget-04": {
        ("C8", "公务用车运行维护费 13.55万元 0.45", ""),  # the other items give a reason, this one none
        ("Q9", "2025年“三公”经费预算13.85万元,比2025年减少5.45万元。其中:因公出国(境)费用0万元…", ""),
    },
    "putuo-unit-budget-01": {
        ("C14", "五、国有资产占有使用情况(增加内容):截至2023年12月31日,上海市普陀区社会福…", "(增加内容)"),
        ("C19", "71102 事业单位医疗", "2101102 事业单位医疗"),  # 7 / 11 / 02 is printed
        ("C19", "30202 咨询费", "30203 咨询费"),  # the codes of 302 and 303 are counted from 01
        ("C19", "30203 水费", "30205 水费"),
        ("C19", "30204 电费", "30206 电费"),
        ("C19", "30205 邮电费", "30207 邮电费"),
        ("C19", "30207 工会经费", "30228 工会经费"),
        ("C19", "30208 福利费", "30229 福利费"),
        ("C19", "30213 其他商品和服务支出", "30299 其他商品和服务支出"),
        ("C19", "30301 退休费", "30302 退休费"),
    },
    "yantai-department-budget-05": {
        ("C14", "…026年本单位机关运行经费安排210.32万元,比上年1.43万元,增加0.68%。主要原因是人员增加。",
         "比上年1.43万元"),
        ("C15", "截至2026年12月31日,本单位共有车辆0辆,其中机要通信用车0辆、应急…", "2026"),
    },
}  # fmt: skip


@pytest.mark.shared
def test_real_documents_are_asked_what_a_person_found_on_their_pages(shared: Path) -> None:
    paths = [shared / f"real/documents/{name}.pdf" for name in REVIEWED]
    found = {path.stem: parsed.checks for path, parsed in parsers.many(paths, workers=2)}
    assert {
        name: {(one.rule, one.left, one.right) for one in outcomes if one.rule[0] in "CQ" and one.outcome in ASKED}
        for name, outcomes in found.items()
    } == REVIEWED
