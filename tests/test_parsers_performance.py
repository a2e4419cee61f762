"""Performance forms: what each arrangement of labels, values and indicators becomes, and that people are no data.

Forms are written as text: cells apart by |, ``<`` for a cell merged with the one before it, ``^`` with the one
above it; a row that begins with ``-- 2`` opens page 2.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datapackages.model import Box, Cell, Indicator, Issue, Performance, Table
from parsers.performance import read_performance
from parsers.performance_targets import read_target

WIDTH, HEIGHT = 60.0, 20.0


def table(text: str, canonical: str = "performance_project", **more: Any) -> Table:
    """A table as the parser hands it on; ``columns`` may be given as one line of the same text."""
    printed = [line.strip() for line in text.splitlines() if line.strip()]
    rows: list[list[str]] = []
    pages: list[int] = []
    page = more.pop("page", 1)
    for line in printed:
        if line.startswith("--"):
            page = int(line[2:])
            continue
        rows.append([cell.strip() for cell in line.split("|")])
        pages.append(page)
    columns = [cell.strip() for cell in more.pop("columns", "|".join([""] * len(rows[0]))).split("|")]
    values: dict[str, Any] = {
        "label": "",
        "title": "项目绩效目标表",
        "block": "",
        "unit_name": "",
        "money_unit": "万元",
    }
    values |= {"state": "parsed", "table_id": f"0123456789abcdef-p{pages[0]}-x0-y0", **more}
    return Table(
        canonical=canonical,
        pages=tuple(dict.fromkeys(pages)),
        columns=tuple(columns),
        rows=tuple(
            tuple(
                Cell(text="" if cell in "<^" else cell, page=pages[r], box=box(rows, pages, r, c))
                for c, cell in enumerate(row)
            )
            for r, row in enumerate(rows)
        ),
        **values,
    )


def box(rows: Sequence[Sequence[str]], pages: Sequence[int], row: int, column: int) -> Box | None:
    if rows[row][column] in ("<", "^"):
        return None
    right, bottom = column + 1, row + 1
    while right < len(rows[row]) and rows[row][right] == "<":
        right += 1
    while bottom < len(rows) and rows[bottom][column] == "^" and pages[bottom] == pages[row]:
        bottom += 1
    return (column * WIDTH, row * HEIGHT, right * WIDTH, bottom * HEIGHT)


def read(*tables: Table) -> tuple[list[Performance], list[Indicator], list[Issue]]:
    performance, indicators, _, issues = read_performance(tables)
    return list(performance), list(indicators), issues


def lines(indicators: Sequence[Indicator], *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(line, name) for name in fields) for line in indicators]


LEVELS = ("level1", "level2", "level3", "raw")

DATONG = """
项目名称 | < | QT工作经费 | < | < | < | < | <
主管部门及代码 | < | 121-示例市人社局[部门] | < | 实施单位 | 示例市服务中心 | < | <
项目属性 | < | 经常性项目 | < | 项目期 | 3年 | < | <
项目资金(元) | < | 实施期资金总额: | 900 | < | 年度资金总额： | < | 300
^ | ^ | 其中:中央财政资金 | 0 | < | 其中:中央财政资金 | < | 0
^ | ^ | 市县(区)财政资金 | 900 | < | 市县(区)财政资金 | < | 300
^ | ^ | 其他资金 |  | < | 其他资金 | < |
立项依据 | < | 《办法》 | < | < | < | < | <
实施期目标 | < | < | < | < | 年度目标 | < | <
总体目标 | 三年做完 | < | < | < | 今年开工 | < | <
绩效指标 | 一级指标 | 二级指标 | 三级指标 | 指标值 | 二级指标 | 三级指标 | 指标值
^ | 产出指标 | 数量指标 | 在职职工人数 | 7人 | 数量指标 | 在职职工人 | 7人
^ | ^ | 质量指标 | 保障率 | ≥95% | 质量指标 | 保障率 | ≥90%
^ | 效益指标 | 经济效益 |  |  | 经济效益 |  |
负责人: | < | 张某某 | 经办人: | 李某某 | 联系电话:0000-1234567 | 填报日期： | 20251120
"""

YANTAI_FORM = """
项目名称 | < | < | 审计业务经费 | < | <
主管部门及代码 | < | < | 231_示例市审计局 | 实施单位 | 示例市审计局
项目资金（万元） | < | < | 年度预算资金总额： | 31.00 | <
^ | ^ | ^ | 其中：财政拨款 | 0.00 | <
^ | ^ | ^ | 其他资金 | 31.00 | <
总体目标 | 完成审计 | < | < | < | <
 | 一级指标 | 二级指标 | 三级指标 | 指标值 | <
绩效指标 | 成本指标 | 经济成本 | 人员成本标准 | ≤560元/人/天 | <
绩效指标 | 产出指标 | 数量指标 | 审计单位个数 | ≥1个 | <
^ | ^ | ^ | 审计报告个数 | 12月前完成 | <
"""


# ---- arrangements ----


def test_a_form_with_two_periods_side_by_side_gives_fields_and_two_blocks() -> None:
    (form,), indicators, issues = read(table(DATONG, money_unit="元"))
    assert asdict(form) | {"table_id": ""} == {
        "form_seq": 1,
        "canonical": "performance_project",
        "project": "QT工作经费",
        "department": "121-示例市人社局[部门]",
        "unit": "示例市服务中心",
        "attribute": "经常性项目",
        "term": "3年",
        "money_unit": "元",
        "funds": (
            ("implementation", "total", "900"),
            ("year", "total", "300"),
            ("implementation", "central", "0"),
            ("year", "central", "0"),
            ("implementation", "city_county", "900"),
            ("year", "city_county", "300"),
        ),
        "texts": (
            ("year", "basis", "《办法》"),
            ("implementation", "goal", "三年做完"),
            ("year", "goal", "今年开工"),
        ),
        "filled_on": "20251120",
        "pages": (1,),
        "table_id": "",
    }
    assert lines(indicators, "seq", "period", *LEVELS) == [
        (1, "implementation", "产出指标", "数量指标", "在职职工人数", "7人"),
        (2, "implementation", "产出指标", "质量指标", "保障率", "≥95%"),
        (3, "implementation", "效益指标", "经济效益", "", ""),
        (4, "year", "产出指标", "数量指标", "在职职工人", "7人"),
        (5, "year", "产出指标", "质量指标", "保障率", "≥90%"),
        (6, "year", "效益指标", "经济效益", "", ""),
    ]
    assert [(issue.type, issue.page) for issue in issues] == [("name-cut", 1)]
    assert "在职职工人数" in issues[0].message


def test_a_form_of_one_year_has_its_money_and_its_goal_in_the_year() -> None:
    (form,), indicators, issues = read(table(YANTAI_FORM))
    assert (form.project, form.department, form.unit) == ("审计业务经费", "231_示例市审计局", "示例市审计局")
    assert form.funds == (("year", "total", "31.00"), ("year", "fiscal", "0.00"), ("year", "other", "31.00"))
    assert form.texts == (("year", "goal", "完成审计"),)
    assert lines(indicators, "period", *LEVELS, "operator", "target", "unit") == [
        ("year", "成本指标", "经济成本", "人员成本标准", "≤560元/人/天", "<=", "560", "元/人/天"),
        ("year", "产出指标", "数量指标", "审计单位个数", "≥1个", ">=", "1", "个"),
        ("year", "产出指标", "数量指标", "审计报告个数", "12月前完成", "", "12月前完成", ""),
    ]
    assert issues == []


def test_a_result_form_has_weight_actual_value_score_and_reason_and_money_by_phase() -> None:
    (form,), indicators, issues = read(
        table(
            """
            项目名称 | < | 培训专项 | < | < | < | <
            项目资金（万元） |  | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 得分
            ^ | 年度资金总额： | 180.61 | 180.03 | 90.00 | 10.0 | 5
            ^ | 上年结转 | 40.00 | 39.42 | 39.42 | -- | --
            年度总体目标 | 预期目标 | < | < | 实际完成情况 | < | <
            ^ | 办班四期 | < | < | 办班三期 | < | <
            绩效指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分
            ^ | 数量指标 | 培训人数 | ≥300人 | 366人 | 6 | 6
            总分 | < | < | < | < | 100 | 98
            """,
            "performance_result",
        )
    )
    assert form.funds == (
        ("year", "total", "180.61"),
        ("year", "total_adjusted", "180.03"),
        ("year", "total_executed", "90.00"),
        ("year", "total_weight", "10.0"),
        ("year", "total_score", "5"),
        ("year", "carryover", "40.00"),
        ("year", "carryover_adjusted", "39.42"),
        ("year", "carryover_executed", "39.42"),
    )
    assert form.texts == (
        ("year", "goal", "办班四期"),
        ("year", "achieved", "办班三期"),
        ("year", "total_weight", "100"),
        ("year", "total_score", "98"),
    )
    assert lines(indicators, "level3", "raw", "weight", "actual", "score") == [
        ("培训人数", "≥300人", "6", "366人", "6")
    ]
    assert issues == []


def test_operator_unit_weight_and_core_may_have_columns_of_their_own() -> None:
    (form,), indicators, issues = read(
        table(
            """
            当年整体绩效目标 | < | < | < | < | < | <
            守住耕地 | < | < | < | < | < | <
            绩效指标 | 指标名称 | 指标性质 | 指标值 | 计量单位 | 指标权重(%) | 是否核心
            ^ | 覆盖面积 | ≥ | 8 | 万平方公里 | 15 | 是
            ^ | 年度预算执行率 | ＝ | 100 | % | 10 | 否
            ^ | 群众感受 | 定性 | 优 |  | 5 | 否
            """,
            "performance_overall",
            unit_name="示例市规划局",
        )
    )
    assert (form.project, form.unit, form.texts) == ("", "示例市规划局", (("year", "goal", "守住耕地"),))
    fields = ("level3", "raw", "operator", "target", "unit", "weight", "is_core")
    assert lines(indicators, *fields) == [
        ("覆盖面积", "≥8万平方公里", ">=", "8", "万平方公里", "15", True),
        ("年度预算执行率", "＝100%", "=", "100", "%", "10", False),
        ("群众感受", "优", "", "优", "", "5", False),
    ]
    assert issues == []


def test_an_overall_form_lists_its_tasks_with_their_money() -> None:
    (form,), indicators, issues = read(
        table(
            """
            部门（单位）名称 | < | 示例市政府办 | < | <
            年度主要任务 | 任务名称 | 主要内容 | 预算金额（万元） | <
            ^ | ^ | ^ | 总额 | 财政拨款
            ^ | 机关运转 | 保障运行 | 64.25 | 60.25
            ^ | 政务保障 | 网站监管 | 24.00 |
            ^ | 金额合计 | < | 88.25 | 60.25
            年度总体目标 | 抓好政务 | < | < | <
            年度绩效指标 | 一级指标 | 三级指标 | 指标值 | 分值权重（90分）
            ^ | 产出指标 | 印制数量（册） | ≥74700 | 4
            """,
            "performance_overall",
            money_unit="元",
        )
    )
    assert (form.department, form.money_unit) == ("示例市政府办", "万元")
    assert form.funds == (
        ("year", "task_total", "64.25"),
        ("year", "task_fiscal", "60.25"),
        ("year", "task_total", "24.00"),
        ("year", "total", "88.25"),
        ("year", "fiscal", "60.25"),
    )
    assert form.texts == (
        ("year", "task", "机关运转"),
        ("year", "task_content", "保障运行"),
        ("year", "task", "政务保障"),
        ("year", "task_content", "网站监管"),
        ("year", "goal", "抓好政务"),
    )
    assert lines(indicators, "operator", "target", "unit", "weight") == [(">=", "74700", "册", "4")]
    assert issues == []


HEADINGS = "项目名称 | 项目总额 | 绩效目标 | 一级指标 | 二级指标 | 三级指标 | 指标性质 | 指标值 | 度量单位"


def test_a_list_of_projects_gives_a_form_to_each_though_page_breaks_cut_their_merged_cells() -> None:
    forms, indicators, issues = read(
        table(
            f"""
            {HEADINGS}
            甲-运维 | 10.00 | 稳定 | 产出指标 | 数量指标 | 系统数 | ≥ | 2 | 个
            ^ | ^ | ^ | 产出指标 | 质量指标 | 故障率 | ≤ | 1 | %
            |  | 安保和 | 产出指标 | 质量指标 | 服务 | 定性 | 优 |
            -- 2
            {HEADINGS}
            乙-接访 | 20.00 | 租赁 | 产出指标 | 时效指标 | 进度 | 定性 | 优 |
            丙-设备 | 30.00 | 采购 | 产出指标 | 数量指标 | 台数 | ＝ | 5 | 台
            -- 3
            项目 |  | 完毕。 | 成本指标 | 经济成本指标 | 总价 | ≤ | 30 | 万元
            """
        )
    )
    assert [(form.project, form.funds, form.texts, form.pages) for form in forms] == [
        ("甲-运维", (("year", "total", "10.00"),), (("year", "goal", "稳定"),), (1,)),
        ("乙-接访", (("year", "total", "20.00"),), (("year", "goal", "安保和租赁"),), (1, 2)),
        ("丙-设备项目", (("year", "total", "30.00"),), (("year", "goal", "采购完毕。"),), (2, 3)),
    ]
    assert lines(indicators, "form_seq", "level3", "raw") == [
        (1, "系统数", "≥2个"),
        (1, "故障率", "≤1%"),
        (2, "服务", "优"),
        (2, "进度", "优"),
        (3, "台数", "＝5台"),
        (3, "总价", "≤30万元"),
    ]
    assert issues == []


def test_a_list_may_name_the_body_in_rows_of_its_own_and_pack_all_indicators_into_one_cell() -> None:
    packed = (
        "1.1－产出指标，11－数量指标，值班人数；实施周期指标值：≦核定人数，年度指标值：≥3人；"
        "2、2－效益指标，22－社会效益，办结率。实施周期指标值：100%，年度指标值：90%;"
    )
    forms, indicators, issues = read(
        table(
            f"""
            合计： | 8.00 | 8.00 | |
            示例市环境局 | 8.00 | 8.00 | |
            值班经费 | 8.00 | 8.00 | 守夜 | {packed}
            """,
            columns="项目名称（资金使用单位） | 总计： | 财政拨款 | 绩效目标 | 绩效指标",
        )
    )
    assert [(form.project, form.unit) for form in forms] == [("值班经费", "示例市环境局")]
    assert lines(indicators, "period", *LEVELS, "operator", "target") == [
        ("implementation", "产出指标", "数量指标", "值班人数", "≦核定人数", "<=", "核定人数"),
        ("implementation", "效益指标", "社会效益", "办结率", "100%", "", "100"),
        ("year", "产出指标", "数量指标", "值班人数", "≥3人", ">=", "3"),
        ("year", "效益指标", "社会效益", "办结率", "90%", "", "90"),
    ]
    assert issues == []


def test_targets_in_a_list_of_something_else_are_forms_too() -> None:
    text = "示例市财政局 | 票据管理 | 18.00 | 管好票据"
    columns = "二级预算单位名称 | 一级项目名称 | 预算数（万元） | 绩效目标"
    (form,), _, issues = read(table(text, "unrecognised", columns=columns, money_unit=""))
    assert (form.canonical, form.project, form.unit, form.money_unit) == (
        "performance_project", "票据管理", "示例市财政局", "万元",
    )  # fmt: skip
    assert (form.funds, form.texts, issues) == ((("year", "total", "18.00"),), (("year", "goal", "管好票据"),), [])


def test_a_form_without_its_title_is_known_by_its_labels() -> None:
    (form,), indicators, issues = read(table(YANTAI_FORM, "unrecognised", title=""))
    assert (form.canonical, form.project, len(indicators), issues) == ("performance_project", "审计业务经费", 3, [])
    assert read(table("项目 | 金额\n一、收入 | 3.00", "unrecognised")) == ([], [], [])


def test_levels_that_head_the_lines_under_them_are_no_lines() -> None:
    _, indicators, _ = read(
        table(
            f"""
            {HEADINGS}
            植树 | 5.00 | 成林 | 产出指标 | | | | |
             | | | | 数量指标 | | | |
             | | | | | 株数 | ≥ | 100 | 株
             | | | | 质量指标 | 成活率 | ≥ | 95 | %
            """
        )
    )
    assert lines(indicators, *LEVELS) == [
        ("产出指标", "数量指标", "株数", "≥100株"),
        ("产出指标", "质量指标", "成活率", "≥95%"),
    ]


def test_one_name_may_have_a_target_for_each_period() -> None:
    text = """
        项目名称 | < | 治水 | <
        一级指标 | 三级指标 | 实施周期指标值 | 年度指标值
        产出指标 | 治理河长 | 30公里 | 10公里
    """
    _, indicators, issues = read(table(text))
    assert lines(indicators, "period", "level3", "raw") == [
        ("implementation", "治理河长", "30公里"),
        ("year", "治理河长", "10公里"),
    ]
    assert issues == []


def test_a_form_goes_on_in_a_table_whose_first_row_was_taken_for_headings() -> None:
    rest = "绩效指标 | 满意度指标 | 服务对象满意度指标 | 单位满意度 | ≥90%"
    columns = "绩效指标 | 效益指标 | 社会效益指标 | 政策落实 | 有效"
    forms, indicators, issues = read(table(YANTAI_FORM), table(rest, columns=columns, page=2))
    assert [form.pages for form in forms] == [(1, 2)]
    assert lines(indicators, "page", *LEVELS)[-2:] == [
        (2, "效益指标", "社会效益指标", "政策落实", "有效"),
        (2, "满意度指标", "服务对象满意度指标", "单位满意度", "≥90%"),
    ]
    assert issues == []


def test_a_text_goes_on_at_the_top_of_the_next_page() -> None:
    opening = "项目名称 | 防汛 | <\n立项依据 | 根据《防洪 | <"
    forms, _, issues = read(table(opening + "\n-- 2\n | 法》等。 | <\n负责人 | 王某某 | <"))
    assert [(form.texts, form.pages) for form in forms] == [((("year", "basis", "根据《防洪法》等。"),), (1, 2))]
    assert issues == []
    forms, _, issues = read(table(opening), table(" | 法》等。", page=2))
    assert [(form.texts, form.pages) for form in forms] == [((("year", "basis", "根据《防洪法》等。"),), (1, 2))]
    assert issues == []


def test_two_forms_in_one_table_are_two_forms() -> None:
    forms, indicators, issues = read(table(YANTAI_FORM + YANTAI_FORM.replace("审计业务经费", "测评服务")))
    assert [(form.form_seq, form.project) for form in forms] == [(1, "审计业务经费"), (2, "测评服务")]
    assert lines(indicators, "form_seq", "seq") == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]
    assert issues == []


def test_a_level_left_blank_at_a_torn_page_is_known_from_the_level_below_it() -> None:
    text = """
        项目名称 | < | 防汛 | <
        一级指标 | 二级指标 | 三级指标 | 指标值
         | 数量指标 | 巡查次数 | 2次
         | | 物资数量 | 3批
         | 社会效益 | 群众安全 | 提升
    """
    _, indicators, _ = read(table(text))
    assert lines(indicators, *LEVELS) == [
        ("产出指标", "数量指标", "巡查次数", "2次"),
        ("产出指标", "数量指标", "物资数量", "3批"),
        ("效益指标", "社会效益", "群众安全", "提升"),
    ]


def test_a_name_beside_the_target_of_the_row_above_goes_on() -> None:
    text = """
        项目名称 | < | 气象
        二级指标 | 三级指标 | 指标值
        经济效益 | 指标1：做好抗旱减灾工 | 减少支出
        ^ | 作 | ^
        ^ | 指标2：治霾 | ^
    """
    _, indicators, _ = read(table(text))
    assert lines(indicators, "level3", "raw") == [
        ("指标1：做好抗旱减灾工作", "减少支出"),
        ("指标2：治霾", "减少支出"),
    ]


def test_a_blank_form_is_no_form() -> None:
    text = """
        项目名称 | < | | <
        资金金额（万元） | 实施期资金总额： | | 执行率分值（10分）
        总体目标 | 年度目标 | < | <
        ^ | 目标1：目标2： | < | <
        绩效指标 | 二级指标 | 三级指标 | 指标值
        ^ | 数量指标 | 指标1： |
        ^ | ^ | …… |
    """
    assert read(table(text)) == ([], [], [])


def test_money_may_be_told_by_source_and_by_structure_under_numbers() -> None:
    text = """
        部门（单位）名称 | 某某局 | <
        预算情况 | 部门预算总额（万元） | 1000.00
        ^ | 1、资金来源：（1）财政性资金 | 900.00
        ^ | （2）其他资金 | 100.00
        ^ | 2、资金结构：（1）基本支出 | 600.00
        ^ | （2）项目支出 | 400.00
    """
    (form,), _, issues = read(table(text, "performance_overall"))
    assert [fund[1:] for fund in form.funds] == [
        ("total", "1000.00"),
        ("fiscal", "900.00"),
        ("other", "100.00"),
        ("total_basic", "600.00"),
        ("total_project", "400.00"),
    ]
    assert issues == []


def test_remarks_beside_indicators_are_kept_in_order() -> None:
    text = """
        项目名称 | < | 防汛 | < | <
        三级指标 | 指标解释 | 半年（程）指标值 | 全年（程）指标值 | 评分标准
        巡查次数 | 年内巡查 | 1次 | 2次 | 少一次扣一分
        物资数量 | — | | 3批 |
    """
    (form,), indicators, issues = read(table(text))
    assert [text for _, name, text in form.texts if name == "note"] == ["年内巡查", "1次", "少一次扣一分"]
    assert lines(indicators, "level3", "raw") == [("巡查次数", "2次"), ("物资数量", "3批")]
    assert issues == []


# ---- strictness ----


def test_a_cell_that_nothing_explains_is_an_issue_with_its_place() -> None:
    forms, _, issues = read(table("项目名称 | 防汛\n预期天气 | 晴朗"))
    assert [form.project for form in forms] == ["防汛"]
    assert [(issue.type, issue.page, issue.row, issue.column) for issue in issues] == [
        ("form-cell-unread", 1, 2, 1),
        ("form-cell-unread", 1, 2, 2),
    ]
    assert "晴朗" in issues[1].message and "晴朗" in issues[1].message_zh


def test_a_heading_that_nobody_knows_leaves_its_column_to_issues_and_the_others_readable() -> None:
    text = """
        项目名称 | < | 防汛 | <
        二级指标 | 三级指标 | 指标值 | 天象
        数量指标 | 巡查次数 | 2次 | 晴朗
    """
    _, indicators, issues = read(table(text))
    assert lines(indicators, "level2", "level3", "raw") == [("数量指标", "巡查次数", "2次")]
    assert [(issue.row, issue.column) for issue in issues] == [(3, 4)]


PRINTED = [
    "<",
    "^",
    "",
    "项目名称",
    "防汛",
    "资金总额",
    "3.00",
    "年度目标",
    "总体目标",
    "一级指标",
    "三级指标",
    "指标值",
]
PRINTED += [
    "绩效指标",
    "绩效目标",
    "产出指标",
    "数量指标",
    "≥3个",
    "负责人：",
    "合计",
    "总分",
    "年初预算数",
    "财政拨款",
    "其中：",
    "备注",
]


@settings(derandomize=True, deadline=None)
@given(st.data(), st.integers(1, 6), st.integers(1, 8))
def test_every_cell_of_any_form_is_read_or_an_issue_with_its_place(data: Any, width: int, height: int) -> None:
    rows = [[data.draw(st.sampled_from(PRINTED)) for _ in range(width)] for _ in range(height)]
    rows[0][0] = "项目名称"
    headed = data.draw(st.booleans())
    columns = "|".join(data.draw(st.sampled_from(PRINTED[2:])) if headed else "" for _ in range(width))
    form = table("\n".join(" | ".join(row) for row in rows), columns=columns)
    _, _, issues = read(form, form)
    for issue in issues:
        if issue.type == "form-cell-unread" and "…" not in issue.message:
            assert issue.row and issue.column
            said = {form.rows[issue.row - 1][issue.column - 1].text, form.columns[issue.column - 1]}
            assert any(text and text in issue.message for text in said)


# ---- people are not data ----


@pytest.mark.parametrize(
    "row",
    [
        "项目负责人 | 王某某 | 联系电话 | 0000-7654321",
        "填报人：王某某 | < | 联系方式：0000-7654321 | <",
        "单位负责人（签字） | 王某某 | 手机号码 | 0000-7654321",
        "项目负责人及电话 | 王某某0000-7654321 | < | <",
    ],
)
def test_names_and_numbers_of_people_are_recognised_and_kept_nowhere(row: str) -> None:
    form = table("项目名称 | 防汛 | < | <\n" + row)
    said = repr(read(form))
    assert ("防汛" in said, "王某某" in said, "7654321" in said, "unread" in said) == (True, False, False, False)
    assert len(read_performance([form]).covers) == len(re.findall("王某某(?!0)|7654321", row))


def test_what_stands_near_a_persons_label_is_not_quoted_by_an_issue() -> None:
    _, _, issues = read(table("项目名称 | 防汛 | <\n负责 | 晴 | 人：\n | 王某某 | 阴"))
    assert "王某某" not in repr(issues)


def test_the_cells_of_people_are_known_for_the_pictures_of_pages() -> None:
    row = 14 * HEIGHT
    places = [(120.0, 180.0), (240.0, 300.0), (300.0, 360.0)]
    found = read_performance([table(DATONG)]).covers
    assert [(cover.page, cover.box) for cover in found] == [(1, (x0, row, x1, row + HEIGHT)) for x0, x1 in places]


# ---- targets ----


@pytest.mark.parametrize(
    ("raw", "pieces"),
    [
        ("≥95%", (">=", "95", "%")),
        ("≤560元/人/天", ("<=", "560", "元/人/天")),
        ("=100%", ("=", "100", "%")),
        ("＞3万条／年", (">", "3", "万条/年")),
        ("7人", ("", "7", "人")),
        ("不少于1,500篇", (">=", "1,500", "篇")),
        ("95%以上", (">=", "95", "%")),
        ("低于0.9‰", ("<", "0.9", "‰")),
        ("≦核定人数", ("<=", "核定人数", "")),
        ("≤2026/11/15", ("<=", "2026/11/15", "")),
        ("有效提升", ("", "有效提升", "")),
        ("不超过预算", ("", "不超过预算", "")),
        ("12月前完成", ("", "12月前完成", "")),
        ("2026年", ("", "2026年", "")),
        ("1-12月", ("", "1-12月", "")),
        ("≥45、≥1000", ("", "≥45、≥1000", "")),
        ("50%-60%", ("", "50%-60%", "")),
        ("", ("", "", "")),
    ],
)
def test_a_target_in_its_pieces(raw: str, pieces: tuple[str, str, str]) -> None:
    assert tuple(read_target(raw)) == pieces


def test_a_unit_may_stand_in_the_name() -> None:
    assert read_target("≥38", "对接企业数量（个）").unit == "个"
    assert read_target("≥38人", "对接企业数量（个）").unit == "人"
    assert read_target("≥98", "观测传输及时率(国家地面站)").unit == ""


@settings(derandomize=True, deadline=None)
@given(
    st.sampled_from(["≥", "≤", ">", "<", "="]),
    st.decimals(0, 10**9, places=2),
    st.sampled_from(["", "%", "个", "元/人"]),
)
def test_sign_number_and_unit_come_back(sign: str, number: Any, unit: str) -> None:
    operator, value, found = read_target(f"{sign}{number}{unit}")
    assert (value, found) == (str(number), unit)
    assert operator == {"≥": ">=", "≤": "<="}.get(sign, sign)


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=30))
def test_no_target_is_lost_or_invented(raw: str) -> None:
    pieces = "".join(read_target(raw))
    assert bool(pieces) == bool(raw) or not raw.strip()
