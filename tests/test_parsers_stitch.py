"""Frames on pages to printed tables: one table may go on for pages, one page may hold several."""


import drawing as draw
from parsers.page import Page

HEADER = "科目编码 | 科目名称 | 合计 | 基本支出"
FIRST = "213 | 农林水支出 | 30.00 | 20.00\n21303 | 水利 | 30.00 | 20.00"
NEXT = "2130301 | 行政运行 | 20.00 | 20.00\n2130304 | 水利行业业务管理 | 10.00 | "
ROWS = [
    ["213", "农林水支出", "30.00", "20.00"],
    ["21303", "水利", "30.00", "20.00"],
    ["2130301", "行政运行", "20.00", "20.00"],
    ["2130304", "水利行业业务管理", "10.00", ""],
]


def titled(number: int, title: str, table: str, *under: str) -> Page:
    """A page with a title, a line with the unit of money and a ruled table."""
    notes = [draw.words(text, 50, 700 + 20 * i) for i, text in enumerate(under)]
    return draw.page(
        draw.words(title, 200, 60), draw.words("单位：万元", 300, 80), draw.ruled(table), *notes, number=number
    )


def untitled(number: int, table: str, **place: float) -> Page:
    return draw.page(draw.ruled(table, **place), number=number)


def whole(*pages: Page) -> list[tuple[str, tuple[int, ...], list[list[str]]]]:
    return [(table.title, table.pages, draw.texts(table)) for table in draw.tables(*pages)]


def test_a_page_without_a_header_goes_on_with_the_table_before() -> None:
    found = whole(titled(1, "支出总表", f"{HEADER}\n{FIRST}"), untitled(2, NEXT))
    assert found == [("支出总表", (1, 2), ROWS)]


def test_a_page_that_repeats_the_header_goes_on_without_it() -> None:
    found = whole(titled(1, "支出总表", f"{HEADER}\n{FIRST}"), untitled(2, f"{HEADER}\n{NEXT}"))
    assert found == [("支出总表", (1, 2), ROWS)]


def test_a_page_that_repeats_title_and_header_goes_on_without_them() -> None:
    found = whole(titled(1, "支出总表", f"{HEADER}\n{FIRST}"), titled(2, "支出总表", f"{HEADER}\n{NEXT}"))
    assert found == [("支出总表", (1, 2), ROWS)]


def test_columns_may_move_a_little_from_page_to_page() -> None:
    found = whole(titled(1, "支出总表", f"{HEADER}\n{FIRST}"), untitled(2, NEXT, left=54.0))
    assert found == [("支出总表", (1, 2), ROWS)]


def test_page_numbers_between_two_pages_part_nothing() -> None:
    first = draw.page(
        draw.words("支出总表", 200, 60), draw.ruled(f"{HEADER}\n{FIRST}"), draw.words("— 12 —", 200, 900)
    )
    assert [pages for _, pages, _ in whole(first, untitled(2, NEXT))] == [(1, 2)]


def test_a_page_with_another_title_opens_another_table() -> None:
    other = "项目 | 预算数\n合计 | 5.00"
    found = whole(titled(1, "支出总表", f"{HEADER}\n{FIRST}"), titled(2, "“三公”经费支出表", other))
    assert found == [("支出总表", (1,), ROWS[:2]), ("“三公”经费支出表", (2,), [["合计", "5.00"]])]


def test_the_same_form_of_another_unit_is_another_table() -> None:
    pages = [
        draw.page(
            draw.words("支出总表", 200, 60),
            draw.words(f"单位名称：{name}", 50, 80),
            draw.ruled(f"{HEADER}\n{rows}"),
            number=number,
        )
        for number, (name, rows) in enumerate([("示例市水务局", FIRST), ("示例市水文站", NEXT)], start=1)
    ]
    found = draw.tables(*pages)
    assert draw.shown(found, "unit_name", "pages") == [("示例市水务局", (1,)), ("示例市水文站", (2,))]
    assert [draw.texts(table) for table in found] == [ROWS[:2], ROWS[2:]]


def test_a_page_between_two_pages_of_prose_is_no_continuation() -> None:
    prose = draw.page(draw.words("一、部门职责", 50, 60), number=2)
    found = whole(titled(1, "支出总表", f"{HEADER}\n{FIRST}"), prose, untitled(3, NEXT))
    assert found[0] == ("支出总表", (1,), ROWS[:2])


def test_a_figure_cut_by_the_page_break_is_one_figure() -> None:
    found = whole(
        titled(1, "支出总表", f"{HEADER}\n{FIRST}\n2130301 | 行政运行 | 106,512.0 | 106,512.0"),
        untitled(2, " | | 1 | 1\n2130304 | 水利行业业务管理 | 10.00 | "),
    )
    assert found[0][2][2:] == [["2130301", "行政运行", "106,512.01", "106,512.01"], ROWS[3]]


def test_a_name_cut_by_the_page_break_is_one_name() -> None:
    found = whole(
        titled(1, "支出总表", f"{HEADER}\n{FIRST}\n{NEXT.splitlines()[0]}\n2130304 | 水利行业 | 10.00 | 5.00"),
        untitled(2, " | 业务管理 | | \n2130305 | 水利工程建设 | 3.00 | 3.00"),
    )
    assert found[0][2][2:] == [
        ROWS[2],
        ["2130304", "水利行业业务管理", "10.00", "5.00"],
        ["2130305", "水利工程建设", "3.00", "3.00"],
    ]


def test_a_new_row_at_the_top_of_a_page_stays_a_row() -> None:
    found = whole(titled(1, "支出总表", f"{HEADER}\n{FIRST}"), untitled(2, NEXT))
    assert len(found[0][2]) == 4


def test_lists_side_by_side_become_tables_of_their_own() -> None:
    page = titled(
        1,
        "收支总表",
        """
        收入 | < | 支出 | <
        项目 | 预算数 | 项目 | 预算数
        一、财政拨款收入 | 30.00 | 一、农林水支出 | 20.00
         | | 二、住房保障支出 | 10.00
        收入总计 | 30.00 | 支出总计 | 30.00
        """,
    )
    left, right = draw.tables(page)
    assert draw.shown((left, right), "canonical", "block", "columns") == [
        ("overall", "revenue", ("项目", "预算数")),
        ("overall", "expenditure", ("项目", "预算数")),
    ]
    assert draw.texts(left) == [["一、财政拨款收入", "30.00"], ["收入总计", "30.00"]]
    assert draw.texts(right) == [["一、农林水支出", "20.00"], ["二、住房保障支出", "10.00"], ["支出总计", "30.00"]]
    assert left.table_id != right.table_id


def test_a_money_unit_holds_until_the_next_is_printed() -> None:
    pages = [
        draw.page(
            draw.words(title, 200, 60),
            draw.words(unit, 300, 80),
            draw.ruled("项目 | 预算数\n合计 | 5.00"),
            number=i,
        )
        for i, (title, unit) in enumerate(
            [("收入总表", "单位：元"), ("支出总表", ""), ("“三公”经费表", "单位：万元")], 1
        )
    ]
    assert [table.money_unit for table in draw.tables(*pages)] == ["元", "元", "万元"]


def test_the_sentence_that_there_is_no_data_makes_a_table_blank_and_is_kept() -> None:
    declared = "注：本单位没有政府性基金预算安排的支出，故本表无数据。"
    (table,) = draw.tables(titled(1, "政府性基金预算支出表", f"{HEADER}\n合计 | | | ", declared))
    assert (table.state, table.declared) == ("blank", declared)


def test_printed_zeros_are_data_until_the_table_says_that_it_has_none() -> None:
    zeros = f"{HEADER}\n | 合计 | 0.00 | 0.00"
    (printed,) = draw.tables(titled(1, "政府性基金预算支出表", zeros))
    (empty,) = draw.tables(titled(1, "政府性基金预算支出表", zeros, "注：本表本年无发生额。"))
    assert [(t.state, t.declared) for t in (printed, empty)] == [
        ("parsed", ""),
        ("blank", "注：本表本年无发生额。"),
    ]
    assert draw.texts(printed) == draw.texts(empty) == [["", "合计", "0.00", "0.00"]]


def test_a_table_of_an_unknown_title_is_kept_as_printed() -> None:
    (table,) = draw.tables(titled(1, "人员情况表", "项目 | 人数\n在职 | 12"))
    assert (table.canonical, table.state, table.title) == ("unrecognised", "unrecognised", "人员情况表")
    assert draw.texts(table) == [["在职", "12"]]


def test_a_label_of_a_form_cut_by_the_page_break_belongs_to_its_first_row() -> None:
    upper = "项目名称 | 消防演练 | 属性\n效益指标 | 经济效益 | 增收\n^ | 社会效益 | 增强\n | 生态效益 | 无"
    lower = "满意度指标 | 服务对象满意度 | ≥95%\n^ | 公众满意度 | ≥90%"
    found = whole(titled(1, "项目绩效目标表", upper), untitled(2, lower))
    assert [row[0] for row in found[0][2]] == ["项目名称", "效益指标", "", "满意度指标", "", ""]
