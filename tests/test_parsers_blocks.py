"""Lists that stand side by side in one frame are separate lists."""

import pytest

from parsers.blocks import Block, split


def paths(*labels: str) -> list[tuple[str, ...]]:
    return [tuple(label.split("/")) for label in labels]


def test_a_form_with_one_list_has_one_block_without_a_name() -> None:
    header = paths("科目编码", "科目名称", "合计", "基本支出")
    assert split("expenditure", header) == [Block("", (0, 1, 2, 3), tuple(header))]


def test_revenue_and_expenditure_part_where_a_heading_follows_figures() -> None:
    header = paths("收入/项目", "收入/预算数", "支出/项目", "支出/合计", "支出/当年安排")
    assert split("overall", header) == [
        Block("revenue", (0, 1), (("项目",), ("预算数",))),
        Block("expenditure", (2, 3, 4), (("项目",), ("合计",), ("当年安排",))),
    ]


def test_a_column_that_numbers_the_rows_of_the_whole_frame_belongs_to_no_list() -> None:
    header = paths("行次", "收入/项目", "收入/金额", "支出/项目", "支出/金额")
    assert [(b.name, b.columns) for b in split("overall", header)] == [("revenue", (1, 2)), ("expenditure", (3, 4))]


def test_a_column_that_numbers_the_rows_of_one_list_stays_with_it() -> None:
    header = paths("收入/项目", "收入/行次", "收入/金额", "支出/项目", "支出/行次", "支出/金额")
    found = split("overall", header)
    assert [(block.name, block.columns) for block in found] == [("revenue", (0, 1, 2)), ("expenditure", (3, 4, 5))]


def test_four_lists_are_named_by_their_headings() -> None:
    header = paths(
        "项目", "预算数",
        "支出功能分类科目（按大类）", "预算数",
        "部门预算支出经济分类科目（按大类）", "预算数",
        "政府预算支出经济分类科目（按大类）", "预算数",
    )  # fmt: skip
    assert [(block.name, block.columns) for block in split("overall", header)] == [
        ("revenue", (0, 1)),
        ("expenditure", (2, 3)),
        ("economic", (4, 5)),
        ("economic_government", (6, 7)),
    ]


def test_expenditure_by_use_stands_beside_expenditure_by_function() -> None:
    header = paths(
        "收入/项目", "收入/金额", "支出/项目（按功能分类）", "支出/金额", "支出用途/项目", "支出用途/金额"
    )
    assert [block.name for block in split("fiscal_overall", header)] == [
        "revenue",
        "expenditure",
        "expenditure_use",
    ]


def test_the_basic_expenditure_form_of_final_accounts_has_personnel_left_and_public_right() -> None:
    header = paths(
        *["人员经费/科目编码", "人员经费/科目名称", "人员经费/决算数"],
        *["公用经费/科目编码", "公用经费/科目名称", "公用经费/决算数"] * 2,
    )
    found = split("basic_economic", header)
    assert [(block.name, block.columns) for block in found] == [
        ("personnel", (0, 1, 2)),
        ("public", (3, 4, 5)),
        ("public", (6, 7, 8)),
    ]


@pytest.mark.parametrize("canonical", ["expenditure", "income", "general_function", "projects", "three_public"])
def test_other_forms_are_never_parted(canonical: str) -> None:
    header = paths("项目名称", "合计", "项目", "金额")
    assert split(canonical, header) == [Block("", (0, 1, 2, 3), tuple(header))]
