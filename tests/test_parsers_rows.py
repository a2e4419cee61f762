"""What each row of a list means: its codes, its name, its ancestors, and whether it sums others."""


import pytest

import drawing as draw
from datapackages.model import Table
from parsers.columns import read_columns
from parsers.roles import set_roles
from parsers.row_projects import settle_projects
from parsers.row_units import name_units
from parsers.rows import Row, read_rows


def rows(canonical: str, text: str, **changes: object) -> list[Row]:
    table: Table = draw.listing(canonical, text, **changes)
    columns = read_columns(table, 2026, "budget")
    found = read_rows(table, columns)
    set_roles(table, columns, found)
    name_units(columns, found)
    settle_projects(table, found)
    return found


def codes(found: list[Row]) -> list[list[tuple[str, str, str]]]:
    """The classifications of each row: code, as printed, basis."""
    return [[(coded.code, coded.text, coded.basis) for coded in row.codes] for row in found]


def roles(canonical: str, text: str, **changes: object) -> list[tuple[object, ...]]:
    return draw.shown(rows(canonical, text, **changes), "name", "role")  # type: ignore[no-any-return]


def test_a_printed_code_is_kept_as_printed() -> None:
    found = rows("expenditure", "科目编码 | 科目名称 | 合计\n2130301 | 行政运行 | 5.00")
    assert (codes(found), found[0].name) == ([[("2130301", "2130301", "printed")]], "行政运行")


def test_category_section_and_item_in_three_columns_are_joined() -> None:
    found = rows("expenditure", "类 | 款 | 项 | 科目名称 | 合计\n213 | 03 | 01 | 行政运行 | 5.00")
    assert codes(found) == [[("2130301", "2130301", "printed")]]


def test_a_row_that_prints_only_its_own_level_carries_the_levels_above_down() -> None:
    found = rows(
        "expenditure",
        """
        类 | 款 | 项 | 科目名称 | 合计
        213 | | | 农林水支出 | 9.00
         | 03 | | 水利 | 9.00
         | | 01 | 行政运行 | 5.00
         | | 04 | 水利行业业务管理 | 4.00
        221 | | | 住房保障支出 | 1.00
         | 02 | | 住房改革支出 | 1.00
        """,
    )
    assert [row[0] for row in codes(found)] == [
        ("213", "213", "printed"),
        ("21303", "03", "carried_down"),
        ("2130301", "01", "carried_down"),
        ("2130304", "04", "carried_down"),
        ("221", "221", "printed"),
        ("22102", "02", "carried_down"),
    ]


def test_a_code_in_brackets_before_the_name_is_parted_from_it() -> None:
    found = rows("general_function", "功能科目名称 | 合计\n合计 | 5.00\n[2130301]行政运行 | 5.00")
    assert draw.shown(found, "code", "name") == [("", "合计"), ("2130301", "行政运行")]


def test_a_name_without_a_code_is_looked_up_inside_the_row_above() -> None:
    found = rows(
        "expenditure",
        """
        科目名称 | 合计
        农林水支出 | 9.00
        水利 | 9.00
        行政运行 | 5.00
        水利行业业务管理 | 4.00
        """,
    )
    assert [row[0] for row in codes(found)] == [
        ("213", "", "looked_up"),
        ("21303", "", "looked_up"),
        ("2130301", "", "looked_up"),
        ("2130304", "", "looked_up"),
    ]


def test_a_name_that_stands_under_many_sections_is_not_guessed() -> None:
    assert codes(rows("expenditure", "科目名称 | 合计\n行政运行 | 5.00")) == [[]]


def test_a_row_may_carry_two_classifications() -> None:
    (row,) = rows(
        "basic_economic",
        "部门经济科目/编码 | 部门经济科目/名称 | 政府经济科目/编码 | 政府经济科目/名称 | 合计\n"
        "30101 | 基本工资 | 50101 | 工资奖金津补贴 | 5.00",
    )
    assert [(coded.scheme, coded.code, coded.name) for coded in row.codes] == [
        ("economic_department", "30101", "基本工资"),
        ("economic_government", "50101", "工资奖金津补贴"),
    ]


def test_a_code_with_digits_that_no_level_has_is_kept_and_marked() -> None:
    found = rows("expenditure", "科目编码 | 科目名称 | 合计\n21303011 | 行政运行 | 5.00")
    assert codes(found) == [[("21303011", "21303011", "unknown")]]


def test_levels_of_two_codes_side_by_side_are_joined_apart() -> None:
    (row,) = rows(
        "procurement",
        "部门科目编码/类 | 部门科目编码/款 | 政府科目编码/类 | 政府科目编码/款 | 金额\n302 | 09 | 502 | 01 | 5.00",
    )
    assert [(coded.scheme, coded.code) for coded in row.codes] == [
        ("economic_department", "30209"),
        ("economic_government", "50201"),
    ]


def test_a_code_that_a_place_divides_further_is_kept_with_its_seven_digits() -> None:
    found = rows(
        "basic_economic", "科目编码 | 科目名称 | 合计\n30102 | 津贴补贴 | 5.00\n3010201 | 规范性津补贴 | 5.00"
    )
    assert codes(found)[1] == [("3010201", "3010201", "printed")]
    assert found[1].path == "津贴补贴/规范性津补贴"


def test_a_misprinted_code_is_kept_beside_the_one_of_its_name() -> None:
    found = rows(
        "expenditure",
        """
        科目编码 | 科目名称 | 合计
        213 | 农林水支出 | 9.00
        21303 | 水利 | 9.00
        2130399 | 行政运行 | 5.00
        130304 | 水利行业业务管理 | 4.00
        """,
    )
    assert [row[0] for row in codes(found)[2:]] == [
        ("2130301", "2130399", "looked_up"),
        ("2130304", "130304", "looked_up"),
    ]


def test_codes_that_only_count_the_lines_are_replaced_by_those_of_the_names() -> None:
    found = rows(
        "basic_economic",
        """
        科目编码 | 科目名称 | 合计
        302 | 商品和服务支出 | 9.00
        30201 | 办公费 | 2.00
        30202 | 咨询费 | 3.00
        30203 | 水费 | 1.00
        30204 | 业务活动经费 | 3.00
        """,
    )
    assert [row[0] for row in codes(found)[1:]] == [
        ("30201", "30201", "printed"),
        ("30203", "30202", "looked_up"),
        ("30205", "30203", "looked_up"),
        ("", "30204", "unknown"),
    ]
    assert [row.path for row in found[3:]] == ["商品和服务支出/水费", "商品和服务支出/业务活动经费"]


def test_a_name_that_a_category_had_in_another_year_is_known() -> None:
    found = rows("overall", "项目 | 预算数\n九、医疗卫生与计划生育支出 | 5.00", block="expenditure")
    assert draw.shown(found, "code", "item") == [("210", "function_210")]


def test_a_number_in_a_name_is_no_code() -> None:
    found = rows("expenditure", "科目名称 | 合计\n2026年以前年度项目 | 5.00")
    assert draw.shown(found, "code", "name") == [("", "2026年以前年度项目")]


def test_a_line_that_names_a_unit_over_codes_holds_for_the_lines_below() -> None:
    found = rows(
        "basic_economic",
        """
        项目 | 总计
        合计 | 9.00
        示例市水务局（本级） | 5.00
        工资福利支出 | 3.00
        商品和服务支出 | 2.00
        示例市水文站 | 4.00
        工资福利支出 | 4.00
        """,
    )
    assert draw.shown(found, "unit_name", "code", "role", "path") == [
        ("", "", "total", "合计"),
        ("示例市水务局（本级）", "", "subtotal", "示例市水务局（本级）"),
        ("示例市水务局（本级）", "301", "leaf", "示例市水务局（本级）/工资福利支出"),
        ("示例市水务局（本级）", "302", "leaf", "示例市水务局（本级）/商品和服务支出"),
        ("示例市水文站", "", "subtotal", "示例市水文站"),
        ("示例市水文站", "301", "leaf", "示例市水文站/工资福利支出"),
    ]


def test_units_categories_and_projects_in_one_column_are_told_by_their_sums() -> None:
    text = """
        单位编码 | 单位（项目）名称 | 项目金额
         | 合计 | 21.00
        024 | 示例市水务局 | 21.00
        024001 | 示例市水务局 | 14.00
         | 专用项目 | 14.00
         | 水文监测 | 2.00
         | 水文监测 | 2.00
         | 援助 | 12.00
         | 援助资金 | 6.00
         | 援助资金项目 | 6.00
        024002 | 示例市水文站 | 7.00
         | 通用项目 | 7.00
         | 站房修缮 | 7.00
    """
    found = rows("projects", text)
    assert draw.shown(found, "role", "unit_code", "path") == [
        ("total", "", "合计"),
        ("subtotal", "024", "示例市水务局"),
        ("subtotal", "024001", "示例市水务局/示例市水务局"),
        ("subtotal", "024001", "示例市水务局/示例市水务局/专用项目"),
        ("subtotal", "024001", "示例市水务局/示例市水务局/专用项目/水文监测"),
        ("leaf", "024001", "示例市水务局/示例市水务局/专用项目/水文监测/水文监测"),
        ("subtotal", "024001", "示例市水务局/示例市水务局/专用项目/援助"),
        ("leaf", "024001", "示例市水务局/示例市水务局/专用项目/援助/援助资金"),
        ("leaf", "024001", "示例市水务局/示例市水务局/专用项目/援助/援助资金项目"),
        ("subtotal", "024002", "示例市水务局/示例市水文站"),
        ("subtotal", "024002", "示例市水务局/示例市水文站/通用项目"),
        ("leaf", "024002", "示例市水务局/示例市水文站/通用项目/站房修缮"),
    ]


def test_goods_under_projects_under_a_numbered_line_are_told_by_their_sums() -> None:
    text = """
        采购项目 | 总计
        合计 | 13.00
        一、货物 | 9.00
        办公设备购置 | 5.00
        计算机 | 3.00
        复印机 | 2.00
        会议 | 4.00
        印刷品 | 4.00
        二、服务 | 4.00
    """
    assert [row.role for row in rows("procurement", text)] == [
        *["total", "subtotal", "subtotal", "leaf", "leaf", "subtotal", "leaf", "leaf"]
    ]


def test_of_which_over_zeros_stays_of_which() -> None:
    text = """
        项目 | 预算数
        一、事业收入 | 0.00
        其中：教育收费 | 0.00
        收入总计 | 0.00
    """
    assert [row.role for row in rows("overall", text, block="revenue")] == ["leaf", "of_which", "total"]


@pytest.mark.parametrize(
    ("name", "kind", "project_name", "project_kind"),
    [
        ("Z水文监测", "特定目标类", "水文监测", "特定目标类"),
        ("140200-水文监测", "", "水文监测", ""),
        ("水文监测", "跨年", "水文监测", "跨年"),
    ],
)
def test_a_project_is_named_without_the_prefix_that_the_form_prints(
    name: str, kind: str, project_name: str, project_kind: str
) -> None:
    found = rows("projects", f"项目名称 | 项目类别 | 备注 | 合计\n合计 | | | 9.00\n{name} | {kind} | 无 | 9.00")
    assert draw.shown(found, "name", "project_name", "project_kind")[1:] == [(name, project_name, project_kind)]


def test_lines_under_a_heading_of_projects_in_an_overall_table_are_no_projects() -> None:
    found = rows("overall", "项目名称 | 金额\n一、财政拨款 | 9.00\n收入合计 | 9.00", block="revenue")
    assert [row.project_name for row in found] == ["", ""]


def test_a_row_names_a_unit_and_the_rows_under_it_are_its_own() -> None:
    found = rows(
        "expenditure",
        """
        单位名称 | 科目编码 | 科目名称 | 合计
        示例市水文站 | | | 9.00
         | 2130313 | 水文测报 | 9.00
        示例市水利工程处 | | | 5.00
         | 2130305 | 水利工程建设 | 5.00
        """,
    )
    assert [row.unit_name for row in found] == [
        "示例市水文站",
        "示例市水文站",
        "示例市水利工程处",
        "示例市水利工程处",
    ]


def test_a_total_merged_over_code_and_name_is_the_name_of_its_row() -> None:
    found = rows("expenditure", "科目编码 | 科目名称 | 合计\n合计 | | 9.00\n213 | 农林水支出 | 9.00")
    assert draw.shown(found, "name", "role", "code") == [("合计", "total", ""), ("农林水支出", "leaf", "213")]


def test_codes_say_which_rows_sum_others() -> None:
    found = rows(
        "expenditure",
        """
        科目编码 | 科目名称 | 合计
         | 合计 | 10.00
        213 | 农林水支出 | 9.00
        21303 | 水利 | 9.00
        2130301 | 行政运行 | 5.00
        2130304 | 水利行业业务管理 | 4.00
        2210201 | 住房公积金 | 1.00
        """,
    )
    assert draw.shown(found, "role", "path") == [
        ("total", "合计"),
        ("subtotal", "农林水支出"),
        ("subtotal", "农林水支出/水利"),
        ("leaf", "农林水支出/水利/行政运行"),
        ("leaf", "农林水支出/水利/水利行业业务管理"),
        ("leaf", "住房公积金"),
    ]


def test_numbered_lines_sum_the_lines_under_them_when_the_figures_say_so() -> None:
    text = """
        项目 | 预算数
        一、一般公共预算 | 9.00
        （一）经费拨款 | 6.00
        （二）非税收入 | 3.00
        二、政府性基金 | 1.00
        收入总计 | 10.00
    """
    assert draw.shown(rows("overall", text, block="revenue"), "role", "path") == [
        ("subtotal", "一、一般公共预算"),
        ("leaf", "一、一般公共预算/（一）经费拨款"),
        ("leaf", "一、一般公共预算/（二）非税收入"),
        ("leaf", "二、政府性基金"),
        ("total", "收入总计"),
    ]


def test_lines_that_list_only_some_of_their_parent_are_of_which() -> None:
    text = """
        项目 | 预算数
        一、一般公共预算 | 9.00
        其中：非税收入 | 3.00
        二、政府性基金 | 1.00
        收入总计 | 10.00
    """
    assert roles("overall", text, block="revenue") == [
        ("一、一般公共预算", "leaf"),
        ("其中：非税收入", "of_which"),
        ("二、政府性基金", "leaf"),
        ("收入总计", "total"),
    ]


def test_the_sum_of_the_year_before_what_was_carried_over_is_a_subtotal() -> None:
    text = """
        项目 | 预算数
        一、一般公共预算 | 9.00
        本年收入合计 | 9.00
        上年结转 | 1.00
        收入总计 | 10.00
    """
    assert roles("overall", text, block="revenue") == [
        ("一、一般公共预算", "leaf"),
        ("本年收入合计", "subtotal"),
        ("上年结转", "leaf"),
        ("收入总计", "total"),
    ]


def test_a_department_over_its_only_unit_repeats_the_total() -> None:
    text = """
        单位代码 | 单位名称 | 合计
         | 合计 | 9.00
        024 | 示例市水务局 | 9.00
        024001 | 示例市水务局（本级） | 9.00
    """
    assert roles("income", text) == [
        ("合计", "total"),
        ("示例市水务局", "repeat"),
        ("示例市水务局（本级）", "leaf"),
    ]


def test_a_department_over_its_units_sums_them() -> None:
    text = """
        单位代码 | 单位名称 | 合计
         | 合计 | 9.00
        024 | 示例市水务局 | 9.00
        024001 | 示例市水务局（本级） | 5.00
        024002 | 示例市水文站 | 4.00
    """
    found = roles("income", text)
    assert found[2:] == [("示例市水务局（本级）", "leaf"), ("示例市水文站", "leaf")]
    assert found[1][1] in ("subtotal", "repeat")  # it is both


def test_a_unit_over_its_projects_sums_them() -> None:
    text = """
        项目名称 | 合计 | 一般公共预算
        示例市水文站 | 9.00 | 9.00
        水文监测 | 5.00 | 5.00
        站房修缮 | 4.00 | 4.00
    """
    assert roles("projects", text) == [("示例市水文站", "subtotal"), ("水文监测", "leaf"), ("站房修缮", "leaf")]


def test_lines_of_an_overall_table_keep_their_item_and_get_their_function() -> None:
    text = """
        项目 | 预算数
        一、一般公共服务支出 | 5.00
        十二、农林水支出 | 4.00
        本年支出合计 | 9.00
        结转下年 | 1.00
        支出总计 | 10.00
    """
    found = rows("overall", text, block="expenditure")
    assert draw.shown(found, "code", "item") == [
        ("201", "function_201"),
        ("213", "function_213"),
        ("", "expenditure_current"),
        ("", "closing"),
        ("", "expenditure_total"),
    ]


def test_lines_of_the_three_public_expenses_have_fixed_items() -> None:
    text = """
        项目 | 预算数
        “三公”经费合计 | 6.00
        1、因公出国（境）费 | 1.00
        2、公务接待费 | 2.00
        3、公务用车费 | 3.00
        （1）公务用车运行维护费 | 1.00
        （2）公务用车购置 | 2.00
    """
    assert draw.shown(rows("three_public", text), "item", "role") == [
        ("three_public", "total"),
        ("overseas_visits", "leaf"),
        ("hospitality", "leaf"),
        ("vehicles", "subtotal"),
        ("vehicle_operation", "leaf"),
        ("vehicle_purchase", "leaf"),
    ]
