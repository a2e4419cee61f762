"""Projects with prefix, kind, unit and money by fund, from the forms of different places."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

import drawing as draw
from datapackages.model import Fact, Project, Table
from parsers.facts import read_facts
from parsers.nesting import nest
from parsers.projects import read_projects

steady = settings(deadline=None, derandomize=True)
listed = draw.listing


def projects(*tables: Table) -> tuple[Project, ...]:
    said = draw.document()
    read = [fact for table in tables for fact in read_facts(table, said, {1: "fast"})]
    return read_projects(said, tables, [fact for fact in read if isinstance(fact, Fact)])


def said(table: Table) -> list[tuple[str, str, str, str, str]]:
    """Prefix, name, kind, unit and total in yuan of each project."""
    return [(p.prefix, p.name, p.kind, p.unit, str(dict(p.funds)["total"])) for p in projects(table)]


def test_letters_before_the_names_of_a_list_are_a_prefix_and_the_unit_over_the_projects_is_none() -> None:
    table = listed(
        "projects",
        """
        项目名称 | 合计 | 2026年财政拨款/一般公共预算
        示例市社会福利院 | 3.00 | 3.00
        QT福利院人员经费 | 1.50 | 1.50
        J残疾人就业保障金 | 0.55 | 0.55
        XM供养经费 | 0.95 | 0.95
        """,
    )
    unit = "示例市社会福利院"
    assert said(table) == [
        ("QT", "福利院人员经费", "", unit, "15000"),
        ("J", "残疾人就业保障金", "", unit, "5500"),
        ("XM", "供养经费", "", unit, "9500"),
    ]


def test_a_word_that_begins_with_letters_is_no_prefix() -> None:
    table = listed(
        "projects",
        """
        项目名称 | 合计
        合计 | 3.00
        IT运维 | 1.00
        会议室改造 | 2.00
        """,
    )
    assert [(project.prefix, project.name) for project in projects(table)] == [("", "IT运维"), ("", "会议室改造")]


def test_the_code_of_the_project_store_is_a_prefix() -> None:
    table = listed(
        "projects",
        """
        项目名称 | 合计
        合计 | 2.00
        11000026T000003548423-信访维稳 | 2.00
        """,
    )
    assert [(project.prefix, project.name) for project in projects(table)] == [
        ("11000026T000003548423-", "信访维稳")
    ]


def test_a_column_of_kinds_and_columns_of_funds() -> None:
    table = listed(
        "projects",
        """
        项目名称 | 项目类别 | 合计 | 财政拨款/小计 | 财政拨款/一般公共预算 | 财政拨款/基金预算 | 单位资金 | 上年结转
        合计 |  | 11.00 | 6.00 | 5.00 | 1.00 | 2.00 | 3.00
        公车统管 | 其他运转类 | 9.00 | 5.00 | 5.00 |  | 1.00 | 3.00
        养老服务 | 特定目标类 | 2.00 | 1.00 |  | 1.00 | 1.00 |
        """,
    )
    first, second = projects(table)
    assert (first.kind, second.kind) == ("其他运转类", "特定目标类")
    assert first.funds == (
        ("total", Decimal(90000)), ("fiscal", Decimal(50000)), ("general_public", Decimal(50000)),
        ("unit_funds", Decimal(10000)), ("not_stated", Decimal(30000)),
    )  # fmt: skip
    assert (second.project_seq, second.page, len(second.fact_ids)) == (2, 1, 4)


def test_units_kinds_and_projects_in_one_column_are_told_apart_by_what_adds_up() -> None:
    table = listed(
        "projects",
        """
        单位编码 | 单位（项目）名称 | 项目金额
         | 合计 | 10
        114 | 示例市政府办公厅 | 10
        114001 | 示例市政府办公厅 | 7
         | 通用项目 | 3
         | 大型活动 | 3
         | 参事培训 | 3
         | 专用项目 | 4
         | 援藏资金 | 4
         | 援藏一期 | 1
         | 援藏二期 | 3
        114002 | 示例市信访接待中心 | 3
         | 通用项目 | 3
         | 印刷 | 3
         | 公报印制 | 3
        """,
    )
    assert said(table) == [
        ("", "参事培训", "通用项目/大型活动", "示例市政府办公厅", "30000"),
        ("", "援藏一期", "专用项目/援藏资金", "示例市政府办公厅", "10000"),
        ("", "援藏二期", "专用项目/援藏资金", "示例市政府办公厅", "30000"),
        ("", "公报印制", "通用项目/印刷", "示例市信访接待中心", "30000"),
    ]


def test_a_project_that_equals_the_sum_of_its_neighbours_stays_one() -> None:
    table = listed(
        "projects",
        """
        项目名称 | 合计
        合计 | 4.00
        甲项目 | 2.00
        乙项目 | 0.50
        丙项目 | 1.50
        """,
    )
    assert [project.name for project in projects(table)] == ["甲项目", "乙项目", "丙项目"]


def test_a_column_of_units_names_the_unit_and_the_fund_column_the_fund() -> None:
    table = listed(
        "projects_carryover",
        """
        预算单位名称 | 预算项目名称 | 金额 | 功能分类科目代码 | 项目类别 | 资金性质
         | 合计 | 5.00 |  |  |
        示例市交警支队 | 考务中心 | 2.00 | 2040202 | 专用项目 | 一般公共预算资金
        示例市公安局 | 监管场所 | 3.00 | 2040299 | 专用项目 | 政府性基金
        """,
    )
    assert [(p.name, p.kind, p.unit, p.funds) for p in projects(table)] == [
        ("考务中心", "专用项目", "示例市交警支队", (("total", Decimal(20000)), ("general_public", Decimal(20000)))),
        ("监管场所", "专用项目", "示例市公安局", (("total", Decimal(30000)), ("government_fund", Decimal(30000)))),
    ]


def test_a_unit_in_a_cell_merged_over_its_projects_is_the_unit_of_each() -> None:
    table = listed(
        "projects",
        """
        单位名称 | 项目名称 | 合计
         | 合计 | 6.00
        示例市公安局 | 执法办案 | 1.00
         | 业务管理 | 2.00
         | 未标单位 | 3.00
        """,
    )
    rows = [list(row) for row in table.rows]
    x0, top, x1, _ = rows[1][0].box
    rows[1][0] = replace(rows[1][0], box=(x0, top, x1, rows[2][1].box[3]))
    rows[2][0] = replace(rows[2][0], box=None)
    table = replace(table, rows=tuple(map(tuple, rows)))
    assert [project.unit for project in projects(table)] == ["示例市公安局", "示例市公安局", "示例市水务局"]


def test_what_a_project_costs_over_the_years_is_no_money_of_the_year() -> None:
    table = listed(
        "projects",
        """
        项目名称 | 总投资 | 以前年度已安排 | 本年预算
        合计 | 90.00 | 30.00 | 12.00
        办公楼改造 | 60.00 | 20.00 | 10.00
        道路养护 | 30.00 | 10.00 | 2.00
        """,
    )
    assert said(table) == [
        ("", "办公楼改造", "", "示例市水务局", "100000"),
        ("", "道路养护", "", "示例市水务局", "20000"),
    ]


def test_function_rows_over_projects_are_no_projects() -> None:
    table = listed(
        "projects",
        """
        功能分类科目编码 | 功能分类科目名称 | 序号 | 项目名称 | 预算数
        201 | 一般公共服务支出 |  |  | 27
        20113 | 商贸事务 |  |  | 27
        2011302 | 一般行政管理事务 |  |  | 27
         |  | 1 | 产业发展专项 | 27
        合计 |  |  |  | 27
        """,
    )
    assert said(table) == [("", "产业发展专项", "", "示例市水务局", "270000")]


def test_a_list_that_does_not_add_up_still_gives_its_projects() -> None:
    table = listed(
        "projects",
        """
        项目名称 | 合计
        合计 | 525.00
        甲项目 | 15.00
        乙项目 | 145.00
        丙项目 | 75.00
        """,
    )
    assert [project.name for project in projects(table)] == ["甲项目", "乙项目", "丙项目"]


def test_lists_by_function_are_read_for_projects_only_where_no_list_of_projects_is_printed() -> None:
    by_function = listed(
        "general_function",
        """
        科目编码 | 科目名称 | 项目名称 | 项目支出
        2010301 | 行政运行 | 公车统管 | 2.00
        """,
    )
    assert [project.name for project in projects(by_function)] == ["公车统管"]
    assert projects(by_function, listed("projects", "项目名称 | 合计", table_id="t2")) == ()


@steady
@given(st.lists(st.lists(st.integers(1, 10**6), min_size=2, max_size=5), min_size=2, max_size=5))
def test_leaves_found_by_the_figures_add_up_to_the_total(groups: list[list[int]]) -> None:
    """Whatever is taken for a part: the lines that sum nothing make up the total, and none is lost."""
    figures = [[Decimal(sum(map(sum, groups)))]]
    for group in groups:
        figures += [[Decimal(sum(group))], *([Decimal(part)] for part in group)]
    parents = nest(figures, 0)
    assert parents is not None
    leaves = set(range(len(figures))) - {parent for parent in parents if parent is not None}
    assert sum(figures[leaf][0] for leaf in leaves) == figures[0][0]
    assert parents.count(None) == 1


def test_lines_that_add_up_to_nothing_have_no_places() -> None:
    assert nest([[Decimal(9)], [Decimal(1)], [Decimal(2)]], 0) is None
