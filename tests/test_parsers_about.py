"""What a document says of itself: kind, year, stage, scope, unit and department."""


import pytest

import drawing as draw
from datapackages.model import Cell, Table
from parsers.about import About, read_about
from parsers.stitch import PageText
from parsers.text import Line


def about(*cover: str, tables: tuple[Table, ...] = ()) -> About:
    """What is read of a document whose first page has these lines."""
    lines = tuple(Line(text, (50.0, 100.0 + 20 * i, 400.0, 110.0 + 20 * i)) for i, text in enumerate(cover))
    return read_about([PageText(1, lines)], tables, scanned=False)


@pytest.mark.parametrize(
    ("cover", "year", "stage", "scope", "name"),
    [
        ("示例市水务局¶2026年度部门预算", 2026, "budget", "department", "示例市水务局"),
        ("示例市水务局2025年度¶部门决算公开", 2025, "final", "department", "示例市水务局"),
        ("2026年度¶示例市水文站¶单位预算", 2026, "budget", "unit", "示例市水文站"),
        ("附件1¶示例市水务局¶2026年部门预算", 2026, "budget", "department", "示例市水务局"),
        ("部门代码：024¶示例市水务局2026年部门预算公开", 2026, "budget", "department", "示例市水务局"),
        ("关于示例市水务局2026年部门预算的说明", 2026, "budget", "department", "示例市水务局"),
        ("示例市水务局关于2026年部门预算的说明", 2026, "budget", "department", "示例市水务局"),
        ("二〇二六年部门预算¶示例市水务局¶二〇二六年一月", 2026, "budget", "department", "示例市水务局"),
        ("2026年度部门预算公开¶示例市水务局¶2026年1月", 2026, "budget", "department", "示例市水务局"),
        ("示例市2026年度单位预算¶预算单位：示例市水文站", 2026, "budget", "unit", "示例市水文站"),
        ("示例市2026年度部门预算¶部门名称：示例市水务局", 2026, "budget", "department", "示例市水务局"),
        ("2025年度¶示例市水务局（本级）¶决算公开", 2025, "final", "unit", "示例市水务局(本级)"),
        ("2026年度¶示例市水务局预算公开", 2026, "budget", "unknown", "示例市水务局"),
        ("示例市水务局（本级）2026年度单位预算公开目录", 2026, "budget", "unit", "示例市水务局(本级)"),
        ("示例市水务局2026年度预算调整公开", 2026, "adjusted", "unknown", "示例市水务局"),
    ],
)
def test_a_cover_says_year_stage_scope_and_name(cover: str, year: int, stage: str, scope: str, name: str) -> None:
    found = about(*cover.split("¶"))
    assert (found.fiscal_year, found.stage, found.scope, found.unit_name) == (year, stage, scope, name)


def test_a_year_in_the_titles_of_tables_stands_before_that_of_the_cover() -> None:
    table = draw.listing("expenditure", "科目名称 | 合计\n水利 | 5.00", title="2025年部门支出总表")
    found = about("示例市水务局", "2026年度部门预算", tables=(table,))
    assert (found.fiscal_year, found.year_basis) == (2025, "table_title")


def form(department: str) -> Table:
    """A performance form that names the department over a unit."""
    cells = tuple(Cell(text=text, page=1, box=(0.0, 0.0, 1.0, 1.0)) for text in ("主管部门及代码", department))
    made: Table = draw.listing("performance_project", "项目名称 | 水文监测")
    return draw.dataclasses.replace(made, columns=("", ""), rows=(cells,))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("printed", "department"),
    [
        ("示例市水务局", "示例市水务局"),
        ("024-示例市水务局[部门]", "示例市水务局"),
        ("[024]示例市水务局", "示例市水务局"),
        ("示例市水文站", ""),
    ],
)
def test_the_department_over_a_unit_is_the_one_on_its_forms(printed: str, department: str) -> None:
    found = about("示例市水文站", "2026年度单位预算", tables=(form(printed),))
    assert (found.unit_name, found.department_name) == ("示例市水文站", department)


def test_the_own_level_of_a_department_is_under_that_department() -> None:
    found = about("示例市水务局（本级）", "2026年度单位预算")
    assert (found.unit_name, found.department_name) == ("示例市水务局(本级)", "示例市水务局")


def test_a_department_is_its_own_department() -> None:
    assert about("示例市水务局", "2026年度部门预算").department_name == "示例市水务局"


def test_a_report_on_a_governments_budget_names_no_body() -> None:
    found = about("关于示例市2025年预算执行情况和2026年预算草案的报告")
    assert (found.kind, found.unit_name) == ("government_report", "")
