"""Frames to tables: captions, header levels, body rows and notes, and nothing lost between them."""


import pytest

import drawing as draw
from parsers.grid import Grid, Parted, is_index
from parsers.lattice import frames


def grid(text: str, *, headless: bool = False, widths: tuple[float, ...] = ()) -> Grid:
    (frame,) = frames(draw.page(draw.ruled(text, widths=widths)))[0]
    return Parted(frame).grid(headless=headless)


def header(found: Grid) -> list[str]:
    return ["/".join(path) for path in found.header]


def body(found: Grid) -> list[list[str]]:
    return [[slot.text for slot in row] for row in found.body]


def test_a_plain_header_is_the_first_row() -> None:
    found = grid("项目 | 预算数\n合计 | 12.00\n基本支出 | 8.00")
    assert (header(found), body(found)) == (["项目", "预算数"], [["合计", "12.00"], ["基本支出", "8.00"]])


def test_header_levels_become_paths_from_above_to_below() -> None:
    found = grid("""
        科目编码 | 科目名称 | 本年支出 | <    | <
        ^        | ^        | 合计     | 其中 | <
        ^        | ^        | ^        | 基本 | 项目
        201      | 公共服务 | 9.00     | 6.00 | 3.00
    """)
    assert header(found) == ["科目编码", "科目名称", "本年支出/合计", "本年支出/其中/基本", "本年支出/其中/项目"]
    assert body(found) == [["201", "公共服务", "9.00", "6.00", "3.00"]]


@pytest.mark.parametrize(
    "index", ["栏次 | 1 | 2", "** | 1 | 2", "1 | 2 | 3", " | 1 | 2", "甲 | 1 | 2", "栏次 | 1 | 2=3+4"]
)
def test_a_row_that_only_numbers_the_columns_is_neither_header_nor_body(index: str) -> None:
    found = grid(f"项目 | 合计 | 基本支出\n{index}\n行政运行 | 12.00 | 8.00")
    assert (header(found), body(found)) == (["项目", "合计", "基本支出"], [["行政运行", "12.00", "8.00"]])


@pytest.mark.parametrize(
    "row", [["201", "12.00"], ["合计", "1", "2"], ["1", "3", "2"], ["1"], ["2024", "2025"], []]
)
def test_a_row_with_other_words_or_figures_is_data(row: list[str]) -> None:
    assert not is_index(row)


def test_title_label_and_unit_line_inside_the_frame_stand_above_the_header() -> None:
    found = grid("""
        公开表3 | < | <
        2026年部门支出总表 | < | <
        部门：示例市水务局 | < | 单位：万元
        科目编码 | 科目名称 | 合计
        213 | 农林水支出 | 12.00
    """)
    assert found.above == ("公开表3", "2026年部门支出总表", "部门：示例市水务局单位：万元")
    assert (header(found), body(found)) == (["科目编码", "科目名称", "合计"], [["213", "农林水支出", "12.00"]])


def test_notes_in_the_last_rows_stand_below_the_body() -> None:
    found = grid("项目 | 预算数\n合计 | 12.00\n注：部分金额可能存在尾差。 | <")
    assert found.below == ("注：部分金额可能存在尾差。",)
    assert body(found) == [["合计", "12.00"]]


def test_an_empty_body_row_keeps_its_places() -> None:
    found = grid("项目 | 预算数\n合计 | \n | ")
    assert body(found) == [["合计", ""], ["", ""]]


def test_a_cell_merged_over_columns_stands_in_the_first_of_them() -> None:
    found = grid("科目编码 | 科目名称 | 合计\n合计 | < | 12.00\n201 | 公共服务 | 12.00")
    assert [(s.text, s.span) for s in found.body[0]] == [("合计", 2), ("", 1), ("12.00", 1)]
    assert body(found)[1] == ["201", "公共服务", "12.00"]


def test_every_row_of_a_page_without_a_header_is_body() -> None:
    found = grid("213 | 农林水支出 | 12.00\n21303 | 水利 | 12.00", headless=True)
    assert body(found) == [["213", "农林水支出", "12.00"], ["21303", "水利", "12.00"]]


def test_an_empty_column_that_is_only_a_rule_drawn_as_a_box_is_no_column() -> None:
    found = grid("项目 | | 预算数\n合计 | | 12.00\n基本 | | 8.00", widths=(80, 3, 80))
    assert (header(found), body(found)) == (["项目", "预算数"], [["合计", "12.00"], ["基本", "8.00"]])


def test_whole_yuan_below_a_code_are_body_though_they_have_no_decimals() -> None:
    found = grid("""
        功能分类科目编码 | < | < | 名称 | 合计
        类 | 款 | 项 | ^ | ^
        201 | 08 | 01 | 行政运行 | 1,234
    """)
    assert header(found) == ["功能分类科目编码/类", "功能分类科目编码/款", "功能分类科目编码/项", "名称", "合计"]
    assert body(found) == [["201", "08", "01", "行政运行", "1,234"]]
