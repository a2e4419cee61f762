"""Tables with few rules or none: the columns are where the words stand."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from parsers.page import Ruling

draw = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("drawing.py"))))
COLUMNS = ("科目编码", "科目名称", "合计", "基本支出", "项目支出")
ROWS = [
    ["合计", "", "30.00", "20.00", "10.00"],
    ["213", "农林水支出", "30.00", "20.00", "10.00"],
    ["21303", "水利", "30.00", "20.00", "10.00"],
    ["2130301", "行政运行", "20.00", "20.00", ""],
    ["2130304", "水利行业业务管理", "10.00", "", "10.00"],
]
RIGHT = (120.0, 260.0, 340.0, 420.0, 500.0)  # right edges of the columns; names start at their left
LEFT = (60.0, 140.0)
LINE = 16.0


def lines(top: float) -> list[object]:
    """Header and rows without a single rule: names at the left, figures at the right of their columns."""
    out: list[object] = []
    for i, row in enumerate([list(COLUMNS), *ROWS]):
        for j, text in enumerate(row):
            wide = sum(draw.SIZE if char > "\u2000" else draw.SIZE / 2 for char in text)
            out += draw.words(text, LEFT[j] if j < 2 else RIGHT[j] - wide, top + i * LINE)
    return out


def horizontal(top: float) -> list[Ruling]:
    return [Ruling(50, y, 510, y) for i in range(len(ROWS) + 2) for y in [top - 4 + i * LINE]]


def box(top: float) -> list[Ruling]:
    bottom = top - 4 + (len(ROWS) + 1) * LINE
    edges = [
        (50, top - 4, 510, top - 4),
        (50, bottom, 510, bottom),
        (50, top - 4, 50, bottom),
        (510, top - 4, 510, bottom),
    ]
    return [Ruling(*edge) for edge in edges]


@pytest.mark.parametrize(
    "rules", [[], horizontal(120), box(120)], ids=["no rules", "horizontal rules", "an outer box"]
)
def test_a_table_is_read_from_where_its_words_stand(rules: list[Ruling]) -> None:
    page = draw.page(draw.words("支出总表", 240, 60), draw.words("单位：万元", 440, 90), lines(120), rules)
    (table,) = draw.tables(page)
    assert (table.canonical, table.money_unit, table.columns) == ("expenditure", "万元", COLUMNS)
    assert draw.texts(table) == ROWS


def test_prose_with_figures_is_no_table() -> None:
    prose = [
        draw.words("2026年支出预算30.00万元，其中基本支出20.00万元，项目支出10.00万元。", 60, 100),
        draw.words("比上年增加2.00万元，增长7.14%，主要原因是人员增加。", 60, 116),
    ]
    assert draw.tables(draw.page(draw.words("一、支出预算说明", 60, 80), *prose)) == []
