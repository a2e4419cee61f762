"""Tables with few rules or none: the columns, headings and rows are where the words stand."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drawing as draw
from parsers.page import Glyph, Page, Ruling
from parsers.regions import may_hold_rows
from parsers.stitch import printed_tables
from parsers.text import Line
from parsers.words_on_page import words_of

LEFT, PAD, LINE, ROW = 50.0, 3.0, 11.0, 16.0
EXPENDITURE = """
项目     | <              | 2026年预算数 | <        | <        | 上年结转
科目编码 | 科目名称       | 合计         | 基本支出 | 项目支出 | ^
合计     | <              | 30.00        | 20.00    | 10.00    | 1.50
213      | 农林水支出     | 30.00        | 20.00    | 10.00    |
2130301  | 行政运行       | 20.00        | 20.00    |          |
2130304  | 水利行业业务管¶理支出 | 10.00 |          | 10.00    | 1.50
"""
WIDTHS = (60.0, 70.0, 70.0, 70.0, 70.0, 60.0)
COLUMNS = (
    "项目/科目编码",
    "项目/科目名称",
    "2026年预算数/合计",
    "2026年预算数/基本支出",
    "2026年预算数/项目支出",
    "上年结转",
)
ROWS = [
    ["合计", "", "30.00", "20.00", "10.00", "1.50"],
    ["213", "农林水支出", "30.00", "20.00", "10.00", ""],
    ["2130301", "行政运行", "20.00", "20.00", "", ""],
    ["2130304", "水利行业业务管理支出", "10.00", "", "10.00", "1.50"],
]


def wide(text: str) -> float:
    return float(sum(draw.SIZE if char > "\u2000" else draw.SIZE / 2 for char in text))


def sheet(
    text: str, widths: Sequence[float], *, header: int, top: float = 120.0, valign: float = 0.5
) -> tuple[list[Glyph], list[float], list[float]]:
    """A table without rules, its column edges and row edges.

    Headings and what stands in merged cells are centred, figures end at the right of their cell and other
    text begins at its left; ``valign`` says where a single line stands beside wrapped ones (0 top, 1 foot).
    """
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    xs = [LEFT + sum(widths[:i]) for i in range(len(widths) + 1)]
    heights = [ROW + LINE * max(cell.count("¶") for cell in row) for row in rows]
    ys = [top + sum(heights[:i]) for i in range(len(rows) + 1)]
    glyphs: list[Glyph] = []
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if cell not in ("", "<", "^"):
                right = next((k for k in range(j + 1, len(row)) if row[k] != "<"), len(row))
                foot = next((k for k in range(i + 1, len(rows)) if rows[k][j] != "^"), len(rows))
                box = (xs[j], ys[i], xs[right], ys[foot])
                glyphs += cell_of(cell.split("¶"), box, centred=i < header or right > j + 1, valign=valign)
    return glyphs, xs, ys


def cell_of(lines: Sequence[str], box: tuple[float, ...], *, centred: bool, valign: float) -> list[Glyph]:
    room = box[3] - box[1] - 8.0 - draw.SIZE - LINE * (len(lines) - 1)
    top = box[1] + 4.0 + max(room, 0.0) * (0.5 if centred else valign)
    out: list[Glyph] = []
    for i, line in enumerate(lines):
        x = box[0] + PAD
        if centred:
            x = (box[0] + box[2] - wide(line)) / 2
        elif re.fullmatch(r"[\d,]*\.\d\d", line):
            x = box[2] - PAD - wide(line)
        out += draw.words(line, x, top + i * LINE)
    return out


def under(title: str, *parts: object, number: int = 1) -> Page:
    """A page with a title, the unit of money and these parts."""
    return draw.page(draw.words(title, 200, 60), draw.words("单位：万元", 400, 90), *parts, number=number)


def no_rules(xs: Sequence[float], ys: Sequence[float]) -> list[Ruling]:
    return []


def whole_rules(xs: Sequence[float], ys: Sequence[float]) -> list[Ruling]:
    return [Ruling(xs[0], y, xs[-1], y) for y in (ys[0], *ys[2:])]


def pieces_of_rules(xs: Sequence[float], ys: Sequence[float]) -> list[Ruling]:
    return [Ruling(a, y, b, y) for y in (ys[0], *ys[2:]) for a, b in zip(xs, xs[1:], strict=False)]


def three_rules(xs: Sequence[float], ys: Sequence[float]) -> list[Ruling]:
    return [Ruling(xs[0], y, xs[-1], y) for y in (ys[0], ys[2], ys[-1])]


def outer_box(xs: Sequence[float], ys: Sequence[float]) -> list[Ruling]:
    flat = [Ruling(xs[0], y, xs[-1], y) for y in (ys[0], ys[-1])]
    return [*flat, *(Ruling(x, ys[0], x, ys[-1]) for x in (xs[0], xs[-1]))]


@pytest.mark.parametrize("rules", [no_rules, whole_rules, pieces_of_rules, three_rules, outer_box])
@pytest.mark.parametrize("valign", [0.5, 0.0, 1.0], ids=["middle", "top", "foot"])
def test_a_table_is_read_from_where_its_words_stand(rules: object, valign: float) -> None:
    glyphs, xs, ys = sheet(EXPENDITURE, WIDTHS, header=2, valign=valign)
    (table,) = draw.tables(under("支出总表", glyphs, rules(xs, ys)))  # type: ignore[operator]
    assert (table.canonical, table.money_unit, table.columns) == ("expenditure", "万元", COLUMNS)
    assert draw.texts(table) == ROWS


def test_headings_over_columns_without_a_figure_are_columns_and_groups() -> None:
    form = """
项目           | 2026年预算数 | <            | <              | <
^              | 合计         | 一般公共预算 | 政府性基金预算 | 国有资本预算
因公出国费用   |              |              |                |
公务接待费     | 1.10         | 1.10         |                |
合计           | 1.10         | 1.10         |                |
"""
    (table,) = draw.tables(under("三公经费支出表", sheet(form, (110, 90, 90, 90, 90), header=2)[0]))
    leaves = ("合计", "一般公共预算", "政府性基金预算", "国有资本预算")
    assert table.columns == ("项目", *(f"2026年预算数/{leaf}" for leaf in leaves))
    assert draw.texts(table) == [
        ["因公出国费用", "", "", "", ""],
        ["公务接待费", "1.10", "1.10", "", ""],
        ["合计", "1.10", "1.10", "", ""],
    ]


def test_lists_stand_side_by_side_though_a_figure_touches_the_next_name() -> None:
    form = """
收入           | <         | 支出             | <
项目           | 预算数    | 项目             | 预算数
一、财政拨款   | 11504.64  | 一、一般公共服务 | 11504.64
二、基金预算   | 130.00    | 二、外交支出     |
三、其他收入   |           | 三、国防支出     | 130.00
               |           | 四、教育支出     |
               |           | 五、科学支出     |
收入总计       | 11634.64  | 支出总计         | 11634.64
"""
    glyphs, xs, _ = sheet(form, (100, 70, 100, 70), header=2)
    near = [
        (char, x0 - 6, top, x1 - 6, bottom) if x0 >= xs[2] and top > 150 else (char, x0, top, x1, bottom)
        for char, x0, top, x1, bottom in glyphs
    ]
    found = draw.tables(under("收支总表", near))
    assert [(table.block, draw.texts(table)[0]) for table in found] == [
        ("revenue", ["一、财政拨款", "11504.64"]),
        ("expenditure", ["一、一般公共服务", "11504.64"]),
    ]


@pytest.mark.parametrize("repeated", [True, False], ids=["header repeated", "no header"])
def test_a_next_page_stands_in_the_columns_of_the_first(repeated: bool) -> None:
    lines = EXPENDITURE.strip().splitlines()
    first = sheet("\n".join(lines[:4]), WIDTHS, header=2)[0]
    onward = [*lines[:2], *lines[4:]] if repeated else lines[4:]
    second = sheet("\n".join(onward), WIDTHS, header=2 if repeated else 0, top=60)[0]
    (table,) = draw.tables(under("支出总表", first), draw.page(second, number=2))
    assert (table.pages, draw.texts(table)) == ((1, 2), ROWS)


def test_a_running_head_is_no_row_of_the_next_page() -> None:
    lines = EXPENDITURE.strip().splitlines()
    first = sheet("\n".join(lines[:4]), WIDTHS, header=2)[0]
    second = sheet("\n".join(lines[4:]), WIDTHS, header=0, top=60)[0]
    head = draw.words("示例市水务局2026年度单位预算公开", 50, 20)
    (table,) = draw.tables(under("支出总表", first), draw.page(head, second, number=2))
    assert draw.texts(table) == ROWS


def test_a_table_without_data_is_blank_and_not_lost() -> None:
    form = "科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出\n合计 | | | |"
    (table,) = draw.tables(under("政府性基金预算支出表", sheet(form, WIDTHS[:5], header=1)[0]))
    assert (table.canonical, table.state, draw.texts(table)) == ("fund", "blank", [["合计", "", "", "", ""]])


def test_names_without_figures_are_rows_of_their_own() -> None:
    names = [f"{number}、{name}支出" for number, name in zip("一二三四五六", "文科教体林水", strict=True)]
    form = "\n".join(["项目 | 预算数", *(f"{name} | {'5.00' if i == 2 else ''}" for i, name in enumerate(names))])
    (table,) = draw.tables(under("支出总表", sheet(form, (100, 90), header=1)[0]))
    assert draw.texts(table) == [[name, "5.00" if i == 2 else ""] for i, name in enumerate(names)]


def test_a_figure_broken_by_a_narrow_cell_is_one_figure() -> None:
    glyphs, xs, _ = sheet("项目 | 预算数\n水利¶支出 | 1,370,219.2¶5\n电力支出 | 12.00", (70, 60), header=1)
    (table,) = draw.tables(under("支出总表", glyphs))
    assert draw.texts(table) == [["水利支出", "1,370,219.25"], ["电力支出", "12.00"]]


def test_a_form_is_read_in_its_reading_order_without_a_header() -> None:
    form = "\n".join(
        f"{label}名称 | {label}甲 | {label}类别 | {label}乙"
        for label in ("项目", "单位", "部门", "指标", "资金", "任务")
    )
    (table,) = draw.tables(
        draw.page(
            draw.words("项目支出绩效目标表", 200, 60),
            draw.words("（2026年度）", 220, 80),
            sheet(form, (80, 80, 80, 80), header=0)[0],
        )
    )
    assert (table.canonical, table.columns) == ("performance_project", ("", "", "", ""))
    assert draw.texts(table)[:2] == [
        ["项目名称", "项目甲", "项目类别", "项目乙"],
        ["单位名称", "单位甲", "单位类别", "单位乙"],
    ]


def test_prose_with_figures_is_no_table() -> None:
    prose = [
        draw.words("2026年支出预算30.00万元，其中基本支出20.00万元，项目支出10.00万元。", 60, 100),
        draw.words("比上年增加2.00万元，增长7.14%，主要原因是人员增加。", 60, 116),
    ]
    assert draw.tables(draw.page(draw.words("一、支出预算说明", 60, 80), *prose)) == []


def test_a_list_of_contents_is_no_table() -> None:
    contents = [
        draw.words(f"表{i}", 60, 100 + 16 * i) + draw.words("支出总表", 120, 100 + 16 * i) for i in range(1, 6)
    ]
    assert draw.tables(draw.page(draw.words("目录", 200, 60), *contents)) == []


@pytest.mark.parametrize(
    ("text", "doubt"),
    [("水利支出", ""), ("水利行业业务管理中心30.00", "水利行业业务管理中心30.00")],
    ids=["apart", "grown together"],
)
def test_a_figure_grown_together_with_a_name_puts_the_table_in_doubt(text: str, doubt: str) -> None:
    form = f"项目 | 合计 | 基本支出\n{text} | {'' if doubt else '30.00'} | 20.00\n电力支出 | 12.00 | 12.00"
    page = under("支出总表", sheet(form, (140, 60, 60), header=1)[0])
    (printed,) = printed_tables([page])[0]
    assert printed.doubt == doubt


@settings(max_examples=40, deadline=None)
@given(st.lists(st.decimals(0, 99999, places=2), min_size=3, max_size=8), st.integers(40, 90))
def test_every_figure_of_a_column_is_found_in_its_row(amounts: list[object], width: int) -> None:
    form = "\n".join(["项目 | 合计 | 预算数", *(f"第{i}项 | 1.00 | {amount}" for i, amount in enumerate(amounts))])
    (table,) = draw.tables(under("支出总表", sheet(form, (60, 50, width), header=1)[0]))
    assert draw.texts(table) == [[f"第{i}项", "1.00", str(amount)] for i, amount in enumerate(amounts)]


@pytest.mark.parametrize(
    ("spaced", "words"),
    [
        ("合　　计", ["合计"]),
        ("本 年 收 入 合 计", ["本年收入合计"]),
        ("类　　　款　　　项", ["类", "款", "项"]),
        ("项目　　金额", ["项目", "金额"]),
    ],
)
def test_characters_set_apart_are_a_word_only_where_they_are_meant_as_one(spaced: str, words: list[str]) -> None:
    (line,) = words_of(draw.words(spaced, 50, 100))
    assert [word.text for word in line] == words


def test_only_what_is_no_caption_note_or_page_number_can_be_the_row_of_a_table() -> None:
    around = ["表3", "部门支出总表", "部门：某某局", "单位：万元", "注：本表无数据", "— 12 —"]
    alone = [Line(text, (50.0, 20.0 * i, 200.0, 20.0 * i + 10)) for i, text in enumerate(around)]
    assert not may_hold_rows(alone)
    assert may_hold_rows([*alone, Line("一般公共服务支出12.00", (50.0, 200.0, 200.0, 210.0))])
