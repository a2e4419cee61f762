"""The words over a table: label, title, whose it is, and in which unit its money is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.captions import Caption, is_title, money_unit, read_caption, split_label

steady = settings(deadline=None, derandomize=True)  # a busy machine must fail no test


@pytest.mark.parametrize(
    ("above", "inside", "caption"),
    [
        (
            ["预算公开表3", "2026年预算支出总表", "单位名称：示例市图书馆单位：万元"],
            [],
            Caption("预算公开表3", "2026年预算支出总表", "示例市图书馆", "万元"),
        ),
        (["表1：收支总体情况表", "金额单位：元"], [], Caption("表1", "收支总体情况表", "", "元")),
        (
            ["公开03表", "部门：示例市水务局"],
            ["支出总表", "单位：千元"],
            Caption("公开03表", "支出总表", "示例市水务局", "千元"),
        ),
        (["一、收支总表"], [], Caption("", "收支总表", "", "")),
        (["附表2 收入总表"], ["单位：万元"], Caption("附表2", "收入总表", "", "万元")),
        (
            ["单位预算03表", "编制单位: 示例市商务局（本级）"],
            [],
            Caption("单位预算03表", "", "示例市商务局（本级）", ""),
        ),
        (["我局2026年预算如下。"], [], Caption()),
        ([], [], Caption()),
    ],
)
def test_a_caption_is_put_together_from_the_lines_above_and_the_leading_rows(
    above: list[str], inside: list[str], caption: Caption
) -> None:
    assert read_caption(above, inside) == caption


def test_the_title_nearest_to_the_table_is_its_title() -> None:
    assert read_caption(["收支总表", "本表无数据。", "支出总表"], []).title == "支出总表"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2026年一般公共预算基本支出预", "算表"),
        ("2026年一般公共预算基本支出", "预算明细表"),
    ],
)
def test_a_title_wrapped_over_two_lines_is_one_title(first: str, second: str) -> None:
    assert read_caption([first, second, "单位：万元"], []).title == first + second


def test_a_unit_of_money_in_brackets_behind_a_title_is_no_part_of_it() -> None:
    assert read_caption(["收入总表（单位：万元）"], []) == Caption("", "收入总表", "", "万元")


def test_only_lines_near_the_table_belong_to_it() -> None:
    assert read_caption(["支出总表", *["我局职责是水务管理。"] * 12], []) == Caption()


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("表1：收支总表", ("表1", "收支总表")),
        ("公开01表收入支出决算总表", ("公开01表", "收入支出决算总表")),
        ("表一收支总表", ("表一", "收支总表")),
        ("附表2-1 项目支出表", ("附表2-1", " 项目支出表")),
        ("单位预算表10 项目支出绩效目标表", ("单位预算表10", " 项目支出绩效目标表")),
        ("预算表12项目支出绩效目标表", ("预算表12", "项目支出绩效目标表")),
        ("一、收支总表", ("", "收支总表")),
        ("2026年收支总表", ("", "2026年收支总表")),
        ("收支总表", ("", "收支总表")),
    ],
)
def test_a_label_or_a_number_before_a_title_is_parted_from_it(title: str, parts: tuple[str, str]) -> None:
    label, bare = split_label(title)
    assert (label, bare.strip()) == (parts[0], parts[1].strip())


@steady
@given(st.text(max_size=40))
def test_parting_a_label_leaves_the_rest_of_the_title_as_it_is(title: str) -> None:
    _, bare = split_label(title)
    assert title.endswith(bare)


@pytest.mark.parametrize(
    "text",
    ["收支总表", "表1收支总表", "支出总表（按功能分类）", "2026年“三公”经费预算表", "政府采购支出表【空表】"],
)
def test_a_line_that_ends_in_a_table_word_is_a_title(text: str) -> None:
    assert is_title(text)


@pytest.mark.parametrize(
    "text",
    ["目录", "收支总表......3", "详见收支总表。", "预算公开表3", "表", "收支总表如下", "三公经费", "收支总表" * 20],
)
def test_a_line_of_a_contents_list_or_of_prose_is_no_title(text: str) -> None:
    assert not is_title(text)


@pytest.mark.parametrize(
    ("lines", "unit"),
    [
        (["单位：万元"], "万元"),
        (["金额单位：元"], "元"),
        (["（单位：人民币万元）"], "万元"),
        (["单位：千元"], "千元"),
        (["单位：亿元"], "亿元"),
        (["编制单位：示例市图书馆 单位：元"], "元"),
        (["单位：万元", "单位：元"], "元"),
        (["编制单位：元宝区图书馆"], ""),
        (["单位：示例市水务局"], ""),
        (["注：由于金额单位转换时四舍五入，可能存在尾数误差"], ""),
        ([], ""),
    ],
)
def test_the_unit_of_money_is_the_nearest_one_stated(lines: list[str], unit: str) -> None:
    assert money_unit(lines) == unit
