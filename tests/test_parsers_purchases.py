"""Lines of procurement and purchased-services tables, from the forms of different places."""

from __future__ import annotations

from decimal import Decimal

import drawing as draw
from datapackages.model import Fact, Purchase, Table
from parsers.facts import read_facts
from parsers.purchases import read_purchases

listed = draw.listing


def purchases(table: Table) -> tuple[Purchase, ...]:
    said = draw.document()
    read = read_facts(table, said, {1: "fast"})
    return read_purchases(said, [table], [fact for fact in read if isinstance(fact, Fact)])


def said(table: Table, *names: str) -> list[tuple[object, ...]]:
    return draw.shown(purchases(table), *names)  # type: ignore[no-any-return]


def leaves(found: tuple[Purchase, ...]) -> Decimal:
    return sum((line.amount or Decimal(0) for line in found if line.row_role == "leaf"), Decimal(0))


def test_a_catalogue_with_codes_quantities_and_both_economic_classes() -> None:
    table = listed(
        "procurement",
        """
        科目编码/类 | 科目编码/款 | 科目编码/项 | 单位编码 | 采购项目 | 采购目录 | 购买服务内容 | 规格型号 | 数量 | 部门预算支出经济科目编码/类 | 部门预算支出经济科目编码/款 | 政府预算支出经济科目编码/类 | 政府预算支出经济科目编码/款 | 实施采购时间 | 预算金额 | 说明
        合计 | | | | | | | | 6 | | | | | | 9,000.50 |
        201 | 03 | 01 | 1 | 全额 | | | | 6 | | | | | | 9,000.50 |
        201 | 03 | 01 | 114001 | 示例市政府办公厅 | | | | 6 | | | | | | 9,000.50 |
        201 | 03 | 01 | | 日常公用经费 | A02021119条码扫描器 | | FS1650 | 5 | 310 | 02 | 503 | 06 | 2026年3月 | 6,000.00 |
        201 | 03 | 01 | | 培训经费 | C1806培训服务 | 业务培训 | | 1 | 302 | 16 | 502 | 03 | | 3,000.50 |
        """,  # noqa: E501
        money_unit="元",
    )
    found = purchases(table)
    assert [(line.row, line.row_role) for line in found] == [
        (1, "total"), (2, "subtotal"), (3, "subtotal"), (4, "leaf"), (5, "leaf"),
    ]  # fmt: skip
    scanner, training = found[3:]
    assert scanner == Purchase(
        table_id=table.table_id,
        row=4,
        canonical="procurement",
        unit="示例市政府办公厅",
        function_code="2010301",
        function_name="行政运行",
        project="日常公用经费",
        item_code="A02021119",
        item_name="条码扫描器",
        specification="FS1650",
        quantity="5",
        quantity_unit="",
        econ_dept_code="31002",
        econ_gov_code="50306",
        method="",
        time="2026年3月",
        amount=Decimal(6000),
        row_role="leaf",
        fact_ids=scanner.fact_ids,
        page=1,
    )
    assert len(scanner.fact_ids) == 1
    assert (training.item_code, training.item_name, training.specification) == ("C1806", "培训服务", "业务培训")
    assert [(line.unit, line.project) for line in found[:3]] == [
        ("", ""), ("示例市水务局", ""), ("示例市政府办公厅", ""),
    ]  # fmt: skip
    assert leaves(found) == found[0].amount == Decimal("9000.5")


def test_category_and_unit_stand_over_the_lines_of_a_unit() -> None:
    table = listed(
        "procurement",
        """
        采购品目大类 | 专项名称 | 经济科目 | 采购品目名称 | 采购组织形式 | 一般公共预算资金 | 其他资金 | 总计
        合计 | | | | | 188.50 | | 188.50
        货物 | | | | | 5.50 | | 5.50
        示例市审计局 | | | | | 5.50 | | 5.50
         | 定额 | 办公费 | 复印纸 | 集中采购 | 1.30 | | 1.30
         | 设备购置 | 办公设备购置 | 便携式计算机 | 集中采购 | 4.20 | | 4.20
        服务 | | | | | 183.00 | | 183.00
        示例市审计中心 | | | | | 183.00 | | 183.00
         | 协审经费 | 委托业务费 | 审计服务 | 分散采购 | 183.00 | | 183.00
        """,
    )
    assert said(table, "row_role", "unit", "project", "item_name", "econ_dept_code", "method", "amount") == [
        ("total", "", "", "", "", "", Decimal(1885000)),
        ("subtotal", "示例市水务局", "", "货物", "", "", Decimal(55000)),
        ("subtotal", "示例市审计局", "", "", "", "", Decimal(55000)),
        ("leaf", "示例市审计局", "定额", "复印纸", "30201", "集中采购", Decimal(13000)),
        ("leaf", "示例市审计局", "设备购置", "便携式计算机", "", "集中采购", Decimal(42000)),  # 309 or 310
        ("subtotal", "示例市水务局", "", "服务", "", "", Decimal(1830000)),
        ("subtotal", "示例市审计中心", "", "", "", "", Decimal(1830000)),
        ("leaf", "示例市审计中心", "协审经费", "审计服务", "30227", "分散采购", Decimal(1830000)),
    ]


def test_a_project_is_taken_from_the_line_over_the_items_and_carried_to_its_next_economic_class() -> None:
    table = listed(
        "procurement",
        """
        采购品目大类 | 专项名称 | 经济科目 | 采购物品名称 | 采购组织形式 | 总计
        合计 | | | | | 50.00
        一、货物A | | | | | 10.00
         | 会议专项 | 印刷费 | | | 10.00
         | | | 印刷品 | 分散自行组织 | 10.00
        三、服务C | | | | | 40.00
         | 商品和服务支出 | 会议费 | | | 30.00
         | | | 住宿服务 | 分散自行组织 | 30.00
         | | 培训费 | | | 10.00
         | | | 餐饮服务 | 分散自行组织 | 10.00
        """,
    )
    found = [line for line in purchases(table) if line.row_role == "leaf"]
    assert draw.shown(found, "project", "item_name", "econ_dept_code") == [
        ("会议专项", "印刷品", "30202"),
        ("商品和服务支出", "住宿服务", "30215"),
        ("商品和服务支出", "餐饮服务", "30216"),
    ]
    assert said(table, "item_code", "item_name")[1] == ("A", "货物")


def test_goods_works_and_services_with_the_total_last() -> None:
    table = listed("procurement", "采购类别 | 金额\nA-货物 | 12.50\nC-服务 | 1.25\n合计 | 13.75")
    assert said(table, "row_role", "item_code", "item_name", "amount") == [
        ("leaf", "A", "货物", Decimal(125000)),
        ("leaf", "C", "服务", Decimal(12500)),
        ("total", "", "", Decimal(137500)),
    ]


def test_levels_of_a_directory_are_joined_and_the_last_printed_code_counts() -> None:
    table = listed(
        "purchased_services",
        """
        指导性目录/一级 | 指导性目录/二级 | 指导性目录/三级 | 预算金额
        合计 | | | 119.92
        01-公共服务 | 0103-就业公共服务 | 人才服务 | 119.92
        """,
    )
    assert said(table, "canonical", "item_code", "item_name")[1] == (
        "purchased_services", "0103", "公共服务/就业公共服务/人才服务",
    )  # fmt: skip


def test_a_table_by_function_gives_the_functions_bought_for() -> None:
    table = listed(
        "procurement",
        """
        科目编码/类 | 科目编码/款 | 科目编码/项 | 科目名称 | 合计 | 财政拨款/小计 | 财政拨款/一般公共预算 | 单位资金
         | | | 合计 | 5.80 | 4.80 | 4.80 | 1.00
        201 | | | 一般公共服务支出 | 5.80 | 4.80 | 4.80 | 1.00
         | 08 | | 审计事务 | 5.80 | 4.80 | 4.80 | 1.00
         | | 04 | 审计业务 | 5.80 | 4.80 | 4.80 | 1.00
        """,
    )
    assert said(table, "row_role", "function_code", "function_name", "amount")[1:] == [
        ("subtotal", "201", "一般公共服务支出", Decimal(58000)),
        ("subtotal", "20108", "审计事务", Decimal(58000)),
        ("leaf", "2010804", "审计业务", Decimal(58000)),
    ]


def test_the_unit_of_a_quantity_is_no_unit_that_buys_and_a_price_of_one_piece_is_no_amount() -> None:
    table = listed(
        "procurement",
        """
        项目名称 | 采购品目 | 数量 | 单位 | 单价 | 采购方式 | 金额
        合计 | | | | | | 3.00
        办公设备 | 打印机 | 3 | 台 | 0.50 | 公开招标 | 1.50
        办公设备 | 桌椅 | 1 | 套 | 1.50 | 询价 | 1.50
        """,
    )
    assert said(table, "unit", "project", "item_name", "quantity", "quantity_unit", "method", "amount")[1] == (
        "示例市水务局", "办公设备", "打印机", "3", "台", "公开招标", Decimal(15000),
    )  # fmt: skip


def test_an_item_without_a_figure_is_kept_and_an_empty_total_is_not() -> None:
    table = listed("procurement", "采购品目 | 金额\n复印纸 | \n空调机 | 1.00")
    assert said(table, "item_name", "amount") == [("复印纸", None), ("空调机", Decimal(10000))]
    assert purchases(listed("procurement", "采购品目 | 金额\n合计 | ")) == ()


def test_other_tables_hold_no_purchases() -> None:
    assert purchases(listed("expenditure", "科目名称 | 合计\n办公费 | 1.00")) == ()
