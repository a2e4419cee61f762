"""The prose against the tables and against itself: each rule with a break and with what comes near to one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import little_documents as little
import parsers
from datapackages import checks
from datapackages.model import Outcome, ParsedDocument

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("YUSUAN_SHARED", HERE.parent.parent / "shared"))


def outcomes(parsed: ParsedDocument, rule: str) -> list[Outcome]:
    return [outcome for outcome in checks.run(parsed) if outcome.rule == rule]


def results(parsed: ParsedDocument, rule: str) -> list[str]:
    return [one.outcome for one in outcomes(parsed, rule)]


def spent(text: str, unit: str = "万元", **meaning: Any) -> Any:
    """A list of one line, 卫生健康支出, this year and last."""
    means = {"function_code": "210", "fund": "general_public", **meaning}
    return little.table(
        "general_function",
        [little.total("2026年"), little.total("2025年", fiscal_year=2025)],
        [little.row("卫生健康支出", text, "38.00", **means)], money_unit=unit,
    )  # fmt: skip


def restated(
    printed: str, stated: str, unit: str = "万元", metric: str = "function", **others: Any
) -> ParsedDocument:
    """A table that prints one figure and prose that states another of it."""
    table = spent(printed, unit, **others.pop("meaning", {}))
    fact = little.document(table).facts[0]
    told = little.statement(stated, metric=metric, fact_id=fact.fact_id, **others)
    return little.document(table, statements=[told])


@pytest.mark.parametrize(
    ("printed", "unit", "stated", "expected"),
    [("40.00", "万元", "40.00", "pass"), ("40.00", "万元", "40.02", "fail"), ("40.01", "万元", "40", "rounding"),
     ("13,616,271", "元", "1,361", "rounding"), ("13,616,271", "元", "1,363", "fail"),
     ("0.00", "万元", "0.27", "question"), ("40.00", "万元", "482", "question")],
)  # fmt: skip
def test_s1_a_stated_amount_is_the_printed_one_rounded_or_cut(
    printed: str, unit: str, stated: str, expected: str
) -> None:
    assert results(restated(printed, stated, unit), "S1") == [expected]


def test_s1_prose_that_speaks_of_another_fund_is_held_against_that() -> None:
    first = spent("40.00")
    other = little.table(
        "fiscal_overall", [little.column("合计", fund="fiscal", expenditure_type="total")],
        [little.row("卫生健康支出", "41.00", function_code="210")],
    )  # fmt: skip
    fact = little.document(first).facts[0]
    told = little.statement("41.00", metric="function", fact_id=fact.fact_id)
    parsed = little.document(first, other, statements=[told])
    assert [(one.outcome, one.right) for one in outcomes(parsed, "S1")] == [("pass", "41.00")]


def test_s1_prose_of_the_year_may_leave_out_what_last_year_left_over() -> None:
    def stated(amount: str) -> list[str]:
        first = spent("40.00", flow="all")
        opening = little.table(
            "overall", [little.column("预算数")],
            [little.row("上年结转", "3.00", item="opening", flow="opening", direction="revenue")], block="revenue",
        )  # fmt: skip
        fact = little.document(first).facts[0]
        told = little.statement(amount, metric="function", fact_id=fact.fact_id)
        return results(little.document(first, opening, statements=[told]), "S1")

    assert stated("37.00") == ["pass"]
    assert stated("36.00") == ["fail"]


def test_s1_a_share_and_a_project_named_after_a_fund_state_nothing_of_the_table() -> None:
    share = restated("584.35", "156.55", metric_text="占“三公”经费的")
    project = restated("17,558.00", "482", metric_text="上级下达资金——政府性基金预算")
    assert results(share, "S1") == results(project, "S1") == ["not_applicable"]


def test_s2_the_same_digits_in_another_unit_are_a_question_and_no_break() -> None:
    slipped = restated("2,961.68", "0.3", metric="fiscal_revenue")
    assert results(slipped, "S2") == ["not_applicable"]
    slipped = restated("2,961.68", "0.296168", metric="fiscal_revenue")
    assert (results(slipped, "S2"), results(slipped, "S1")) == (["question"], ["not_applicable"])
    assert results(restated("2,961.68", "2,961.68"), "S2") == ["not_applicable"]


def test_x14_purchases_of_the_prose_are_those_of_the_table() -> None:
    def purchases(stated: str, **meaning: Any) -> ParsedDocument:
        return restated("7.00", stated, metric="procurement_works", meaning={"function_code": "", **meaning})

    assert results(purchases("8.00"), "X14") == ["fail"]
    assert results(purchases("7.00"), "X14") == ["pass"]
    assert results(purchases("0", function_code="2120106"), "X14") == ["not_applicable"], "工程建设管理 is no works"


def final(text: str) -> ParsedDocument:
    return little.document(stage="final", kind="final", sections=[little.section(text)])


@pytest.mark.parametrize(
    ("rate", "expected"), [("91.14%", "pass"), ("91.15%", "rounding"), ("91.41%", "fail"), ("91%", "pass")]
)
def test_a19_a_rate_of_completion_is_the_account_over_the_budget(rate: str, expected: str) -> None:
    text = f"支出年初预算为15068.55万元，支出决算为13733.8万元，完成年初预算的{rate}。"
    assert results(final(text), "A19") == [expected]


def test_a19_a_budget_of_nothing_has_no_rate_and_another_base_is_not_taken_for_it() -> None:
    nothing = "年初预算为0万元，支出决算为307.82万元，完成年初预算的95.89%。"
    adjusted = "年初预算为0万元，全年预算为321.02万元，支出决算为307.82万元，完成年初预算的95.89%。"
    assert results(final(nothing), "A19") == ["fail"]
    assert results(final(adjusted), "A19") == ["not_applicable"]


def stated(*figures: tuple[str, str], **others: Any) -> ParsedDocument:
    """Prose of one section that states (metric, amount) one after the other."""
    told = [
        little.statement(text, metric=metric, seq=seq, section="九、政府采购情况", **others)
        for seq, (metric, text) in enumerate(figures, start=1)
    ]
    return little.document(statements=told)


def test_a20_purchases_are_goods_works_and_services() -> None:
    kinds = [("procurement_works", "0"), ("procurement_services", "0.72")]
    assert results(stated(("procurement_total", "2.80"), ("procurement_goods", "2.08"), *kinds), "A20") == ["pass"]
    assert results(stated(("procurement_total", "2.80"), ("procurement_goods", "2.80"), *kinds), "A20") == ["fail"]
    assert results(stated(("procurement_total", "2.80"), *kinds), "A20") == ["not_applicable"], "no goods stated"


def shares(*parts: tuple[str, str, str]) -> ParsedDocument:
    whole = little.statement("200.00", metric="revenue_total", seq=1)
    told = [
        little.statement(text, metric=metric, share_percent=share, seq=seq)
        for seq, (metric, text, share) in enumerate(parts, start=2)
    ]
    return little.document(statements=[whole, *told])


def test_a21_a_share_is_the_part_over_the_whole() -> None:
    right = shares(("general_public_revenue", "150.00", "75%"), ("other_income", "50.00", "25%"))
    assert results(right, "A21") == ["pass", "pass", "pass"]
    wrong = shares(("general_public_revenue", "150.00", "57%"), ("other_income", "50.00", "25%"))
    assert results(wrong, "A21") == ["fail", "pass", "fail"], "the share, and all of them together"


def test_a21_a_share_of_a_list_that_is_not_whole_may_be_of_something_else() -> None:
    assert results(shares(("general_public_revenue", "100.00", "75%")), "A21") == ["not_applicable"]


def changed(now: str, direction: str, change: str = "", prior: str = "", **others: Any) -> ParsedDocument:
    told = little.statement(now, metric="operating", direction=direction, change=change, prior=prior, **others)
    return little.document(statements=[told])


@pytest.mark.parametrize(
    ("now", "direction", "change", "prior", "expected"),
    [("40.00", "increase", "2.00", "38.00", ["pass"]), ("40.00", "decrease", "2.00", "38.00", ["fail"]),
     ("40.00", "increase", "3.00", "38.00", ["fail"]), ("40.00", "increase", "", "42.00", ["fail"]),
     ("40.00", "flat", "", "40.00", ["pass"]), ("40.00", "flat", "", "38.00", ["fail"]),
     ("40.00", "flat", "2.00", "", ["fail"]), ("40.00", "flat", "0.00", "", ["not_applicable"]),
     ("40.00", "increase", "2.00", "", ["not_applicable"])],
)  # fmt: skip
def test_a22_a_change_is_this_year_less_last_year_and_its_word_has_the_sign(
    now: str, direction: str, change: str, prior: str, expected: list[str]
) -> None:
    assert results(changed(now, direction, change, prior), "A22") == expected


@pytest.mark.parametrize(
    ("change", "rate", "expected"),
    [("5834.37", "35.94%", "pass"), ("5834.37", "35.74%", "fail"), ("5834.4", "36%", "pass")],
)
def test_a22_a_rate_is_of_last_years_figure(change: str, rate: str, expected: str) -> None:
    parsed = changed("22066.59", "increase", change, change_percent=rate)
    assert results(parsed, "A22") == [expected]


def test_a22_last_years_figure_may_stand_in_the_same_row_of_the_table() -> None:
    def compared(direction: str, change: str, base: str) -> list[str]:
        others = {"direction": direction, "change": change, "compared_with": base}
        return results(restated("40.00", "40.00", **others), "A22")

    assert compared("increase", "2.00", "上年预算数") == ["pass"]
    assert compared("increase", "3.00", "上年预算数") == ["fail"]
    assert compared("flat", "", "2025年") == ["fail"]
    assert compared("increase", "3.00", "上年执行数") == ["not_applicable"], "spent, not planned"


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the folder {SHARED} (YUSUAN_SHARED) is not here")
def test_the_prose_of_the_document_the_project_starts_from_holds() -> None:
    parsed = parsers.parse(SHARED / "seed" / "datong-2026-unit-budget.pdf")
    rules = ("S1", "S2", "X14", "A19", "A20", "A21", "A22")
    found = [one for one in parsed.checks if one.rule in rules and one.outcome != "not_applicable"]
    assert {one.outcome for one in found} <= {"pass", "rounding"}
    assert {one.rule for one in found} == {"S1", "A20", "A21", "A22"}
