"""What each column of a list means: its heading says it, what stands in it may correct it."""


import pytest

import drawing as draw
from datapackages.model import Table
from parsers.columns import Column, read_columns


def columns(canonical: str, text: str, *, stage: str = "budget") -> list[Column]:
    table: Table = draw.listing(canonical, text)
    return read_columns(table, 2026, stage)


def kinds(text: str) -> list[str]:
    return [column.kind for column in columns("expenditure", text)]


def roles(text: str) -> list[str]:
    return [column.role for column in columns("expenditure", text)]


def test_headings_name_codes_names_units_projects_years_and_remarks() -> None:
    assert kinds("""
        序号 | 单位代码 | 单位名称 | 科目编码 | 科目名称 | 项目编码 | 项目名称 | 年度 | 备注 | 合计
        1 | 024001 | 示例市水文站 | 2130313 | 水文测报 | 1400 | 水文监测 | 2026 | 跨年 | 5.00
    """) == [
        "serial",
        "unit_code",
        "unit_name",
        "code",
        "name",
        "project_code",
        "project_name",
        "year",
        "text",
        "amount",
    ]


def test_a_column_headed_with_a_word_for_names_is_money_when_figures_stand_in_it() -> None:
    assert kinds("科目名称 | 项目\n水利 | 5.00\n林业 | 6.00") == ["name", "amount"]


def test_a_column_under_an_unknown_heading_with_words_in_it_is_text() -> None:
    assert kinds("科目名称 | 主管处室\n水利 | 水利处\n林业 | 林业处") == ["name", "text"]


def test_an_empty_column_may_hold_amounts() -> None:
    assert kinds("科目名称 | 结转下年\n水利 | \n林业 | ") == ["name", "amount"]


def test_funds_are_named_by_the_lowest_heading_that_names_one() -> None:
    found = columns(
        "income",
        "科目名称 | 合计 | 财政拨款/一般公共预算 | 财政拨款/政府性基金 | 财政专户管理资金 | "
        "单位资金/事业收入 | 上年结转\n"
        "水利 | 9.00 | 5.00 | 1.00 | 1.00 | 1.00 | 1.00",
    )
    assert draw.shown(found[1:], "fund", "fund_text", "flow") == [
        ("", "", ""),
        ("general_public", "一般公共预算", ""),
        ("government_fund", "政府性基金", ""),
        ("special_account", "财政专户管理资金", ""),
        ("business_income", "事业收入", ""),
        ("", "", "opening"),
    ]


def test_types_of_expenditure_are_named_by_headings() -> None:
    found = columns(
        "expenditure",
        "科目名称 | 基本支出/人员经费 | 基本支出/公用经费 | 项目支出 | 经营支出\n水利 | 1.00 | 2.00 | 3.00 | 4.00",
    )
    assert [column.expenditure_type for column in found[1:]] == ["personnel", "public", "project", "operating"]


def test_items_of_the_three_public_expenses_are_named_by_headings() -> None:
    found = columns(
        "three_public",
        "合计 | 因公出国（境）费 | 公务用车购置及运行费/小计 | "
        "公务用车购置及运行费/购置费 | 公务用车购置及运行费/运行费 | 公务接待费\n"
        "6.00 | 1.00 | 3.00 | 2.00 | 1.00 | 2.00",
    )
    assert draw.shown(found, "item", "role") == [
        ("", "total"),
        ("overseas_visits", "leaf"),
        ("vehicles", "subtotal"),
        ("vehicle_purchase", "leaf"),
        ("vehicle_operation", "leaf"),
        ("hospitality", "leaf"),
    ]


def test_years_changes_and_percentages_stand_beside_amounts() -> None:
    found = columns(
        "general_function",
        "科目名称 | 2025年执行数 | 2026年预算数 | 2026年比2025年/增减额 | 2026年比2025年/增减%\n"
        "水利 | 4.00 | 5.00 | 1.00 | 25.0",
    )
    assert draw.shown(found[1:], "measure", "fiscal_year", "phase") == [
        ("amount", 2025, "executed"),
        ("amount", 2026, "approved"),
        ("change", 2026, "approved"),
        ("change_percent", 2026, "approved"),
    ]


@pytest.mark.parametrize(
    ("stage", "heading", "phase"),
    [
        ("budget", "合计", "approved"),
        ("budget", "调整预算数", "adjusted"),
        ("adjusted", "合计", "adjusted"),
        ("final", "合计", "final"),
        ("final", "年初预算数", "approved"),
        ("final", "决算数", "final"),
    ],
)
def test_the_phase_comes_from_the_heading_else_from_the_document(stage: str, heading: str, phase: str) -> None:
    found = columns("expenditure", f"科目名称 | {heading}\n水利 | 5.00", stage=stage)
    assert [column.phase for column in found] == ["", phase]


def test_last_year_is_the_year_before_the_document_and_what_was_carried_over_is_of_this_year() -> None:
    found = columns("expenditure", "科目名称 | 上年预算数 | 上年结转\n水利 | 4.00 | 5.00")
    assert [column.fiscal_year for column in found[1:]] == [2025, 2026]


def test_a_total_column_sums_the_columns_beside_it() -> None:
    assert roles("科目名称 | 合计 | 基本支出 | 项目支出\n水利 | 9.00 | 6.00 | 3.00") == [
        "leaf",
        "total",
        "leaf",
        "leaf",
    ]


def test_a_total_column_without_parts_is_the_leaf() -> None:
    assert roles("科目名称 | 合计\n水利 | 9.00") == ["leaf", "leaf"]


def test_levels_of_totals_are_totals_and_subtotals() -> None:
    head = "科目名称 | 合计 | 基本支出/小计 | 基本支出/人员经费 | 基本支出/公用经费 | 项目支出"
    assert roles(f"{head}\n水利 | 9.00 | 6.00 | 4.00 | 2.00 | 3.00") == [
        "leaf",
        "total",
        "subtotal",
        "leaf",
        "leaf",
        "leaf",
    ]


def test_an_of_which_column_that_lists_some_of_its_sum_is_not_added_up() -> None:
    text = "科目名称 | 合计 | 基本支出 | 项目支出 | 其中：政府采购\n水利 | 9.00 | 6.00 | 3.00 | 1.00"
    assert roles(text) == ["leaf", "total", "leaf", "leaf", "of_which"]


def test_an_of_which_column_that_completes_the_sum_is_a_part_of_it() -> None:
    assert roles("科目名称 | 小计 | 其中：基本支出 | 项目支出\n水利 | 9.00 | 6.00 | 3.00") == [
        "leaf",
        "total",
        "leaf",
        "leaf",
    ]


def test_each_year_has_its_own_total() -> None:
    head = " | ".join(f"{year}年/{part}" for year in (2025, 2026) for part in ("合计", "基本支出", "项目支出"))
    assert roles(f"科目名称 | {head}\n水利 | 9.00 | 6.00 | 3.00 | 8.00 | 6.00 | 2.00") == [
        "leaf",
        "total",
        "leaf",
        "leaf",
        "total",
        "leaf",
        "leaf",
    ]


def test_a_total_that_stands_last_sums_what_stands_before_it() -> None:
    assert roles("科目名称 | 基本支出 | 项目支出 | 合计\n水利 | 6.00 | 3.00 | 9.00") == [
        "leaf",
        "leaf",
        "leaf",
        "total",
    ]


def test_a_misprint_in_one_row_does_not_change_what_the_columns_are() -> None:
    right = "\n".join(f"科目{i} | 9.00 | 6.00 | 3.00" for i in range(9))
    text = f"科目名称 | 合计 | 基本支出 | 项目支出\n{right}\n水利 | 9.00 | 6.00 | 2.00"
    assert roles(text) == ["leaf", "total", "leaf", "leaf"]


def test_a_total_over_budget_and_outcome_is_a_total_for_each_of_them() -> None:
    head = " | ".join(
        f"{part}/{phase}"
        for part in ("合计", "公务用车费/小计", "公务用车费/购置费", "公务接待费")
        for phase in ("预算数", "决算数")
    )
    found = columns("three_public", f"{head}\n5.00 | 4.00 | 3.00 | 2.00 | 3.00 | 2.00 | 2.00 | 2.00", stage="final")
    assert draw.shown(found, "phase", "role") == [
        *[("approved", "total"), ("final", "total")],
        *[("approved", "subtotal"), ("final", "subtotal")],
        *[("approved", "leaf"), ("final", "leaf")] * 2,
    ]


def test_a_total_that_leaves_columns_of_the_list_out_is_a_subtotal() -> None:
    found = columns(
        "three_public",
        "“三公”经费合计 | 因公出国（境）费 | 公务接待费 | 会议费 | 培训费\n3.00 | 1.00 | 2.00 | 4.00 | 5.00",
    )
    assert draw.shown(found, "item", "role") == [
        ("three_public", "subtotal"),
        ("overseas_visits", "leaf"),
        ("hospitality", "leaf"),
        ("meetings", "leaf"),
        ("training", "leaf"),
    ]


def test_a_total_over_the_three_public_expenses_meetings_and_training_is_an_item_of_its_own() -> None:
    found = columns(
        "three_public",
        "合计 | “三公”经费/小计 | “三公”经费/因公出国（境）费 | “三公”经费/公务接待费 | 会议费\n"
        "7.00 | 3.00 | 1.00 | 2.00 | 4.00",
    )
    assert draw.shown(found, "item", "role") == [
        ("three_public_meetings_training_total", "total"),
        ("three_public", "subtotal"),
        ("overseas_visits", "leaf"),
        ("hospitality", "leaf"),
        ("meetings", "leaf"),
    ]


def test_items_over_funds_are_summed_for_each_fund() -> None:
    head = " | ".join(
        f"{item}/{fund}"
        for item in ("总计", "因公出国（境）费", "公务接待费")
        for fund in ("一般公共预算", "政府性基金预算")
    )
    found = columns("three_public", f"单位 | {head}\n示例市水务局 | 3.00 | 1.00 | 1.00 | 0.00 | 2.00 | 1.00")
    assert draw.shown(found[1:], "fund", "role") == [
        ("general_public", "total"),
        ("government_fund", "total"),
        *[("general_public", "leaf"), ("government_fund", "leaf")] * 2,
    ]


def test_what_is_left_after_a_deduction_says_a_column_again() -> None:
    text = "科目名称 | 项目支出/项目支出总数 | 项目支出/扣除基建项目后预算数\n水利 | 3.00 | 3.00"
    assert roles(text) == ["leaf", "leaf", "of_which"]


@pytest.mark.parametrize(
    ("heading", "measure", "fund", "flow", "year"),
    [
        ("上年结转", "amount", "", "opening", 2026),
        ("上年实户资金余额", "amount", "not_stated", "opening", 2026),
        ("使用非财政拨款结余", "amount", "not_stated", "not_stated", 2026),
        ("用事业基金弥补收支差额", "amount", "not_stated", "not_stated", 2026),
        ("非财政拨款结余", "amount", "other_balances", "", 2026),
        ("结转下年", "amount", "", "closing", 2026),
        ("上年预算数", "amount", "", "", 2025),
        ("收支差额", "amount", "", "", 2026),
        ("增减差额", "change", "", "", 2026),
    ],
)
def test_balances_and_changes_are_told_apart(heading: str, measure: str, fund: str, flow: str, year: int) -> None:
    found = columns("income", f"科目名称 | {heading}\n水利 | 5.00")[1]
    assert (found.measure, found.fund, found.flow, found.fiscal_year) == (measure, fund, flow, year)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("人员经费", "personnel"),
        ("日常公用支出", "public"),
        ("人员经费和公用经费支出", "basic"),
        ("其中：专项资金列入部门预算的项目", "not_stated"),
        ("预留给中小企业的采购规模", ""),
        ("单位预留机动经费", "reserve"),
    ],
)
def test_words_that_stand_in_other_words_do_not_name_a_type(heading: str, kind: str) -> None:
    assert columns("expenditure", f"科目名称 | {heading}\n水利 | 5.00")[1].expenditure_type == kind
