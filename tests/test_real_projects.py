"""Projects and purchases of real documents, one of each printed form, found through YUSUAN_SHARED."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import parsers
from datapackages.model import ParsedDocument

pytestmark = pytest.mark.shared

# How many projects and what they cost in yuan, how many lines of purchases and what they cost: the sums are
# those printed in the tables, read by a person.
REVIEWED = {
    "beijing-department-budget-tables-only-04": (0, "0", 21, "29382249.4"),  # 12400734.8 + 16981514.6
    "chongqing-department-budget-04": (0, "0", 2, "9470000"),
    "datong-2026-unit-budget": (6, "4379300", 0, "0"),
    "guangzhou-department-budget-02": (10, "10820500", 0, "0"),
    "hangzhou-department-budget-02": (27, "5761711100", 0, "0"),
    "jiangsu-department-budget-01": (0, "0", 20, "12817600"),
    "shanghai-unit-budget-02": (1, "270000", 0, "0"),
    "shenzhen-unit-budget-05": (11, "78164700", 0, "0"),  # 7,816.49 is printed over parts that make 7,816.47
    "suzhou-department-budget-02": (0, "0", 4, "1885000"),
    "wuxi-unit-budget-01": (0, "0", 5, "253000"),
    "xian-department-budget-03": (6, "17159700", 7, "7007500"),
    "yantai-department-budget-01": (4, "60390000", 3, "59314000"),
    # Lines are withheld for reasons of secrecy, as a note says: 525.00 and 71.89 are printed as totals.
    "yantai-department-budget-03": (3, "2350000", 1, "15600"),
}


@pytest.fixture(scope="module")
def parsed(shared: Path) -> dict[str, ParsedDocument]:
    seed = shared / "seed/datong-2026-unit-budget.pdf"
    paths = [seed if name == seed.stem else shared / f"real/documents/{name}.pdf" for name in REVIEWED]
    return {path.stem: document for path, document in parsers.many(paths, workers=2)}


@pytest.mark.parametrize("name", REVIEWED)
def test_projects_and_purchases_make_the_totals_that_are_printed(
    name: str, parsed: dict[str, ParsedDocument]
) -> None:
    projects = [dict(project.funds)["total"] for project in parsed[name].projects]
    bought = [line.amount or Decimal(0) for line in parsed[name].purchases if line.row_role == "leaf"]
    count, cost, lines, spent = REVIEWED[name]
    assert (len(projects), sum(projects), len(bought), sum(bought)) == (count, Decimal(cost), lines, Decimal(spent))


def test_the_projects_of_the_seed_have_prefix_name_and_money(parsed: dict[str, ParsedDocument]) -> None:
    found = parsed["datong-2026-unit-budget"].projects
    assert [(p.prefix, p.name, str(dict(p.funds)["general_public"])) for p in found] == [
        ("QT", "企业职工劳动事务服务中心人员经费", "1663800"),
        ("J", "残疾人就业保障金", "5500"),
        ("Z", "破产企业抗美援朝老战士生活补贴", "13200"),
        ("XM", "原煤炭职工医院遗留人员经费", "1458600"),
        ("XM", "企业职工劳动事务服务中心人员经费", "511100"),
        ("QT", "企业职工劳动事务服务中心工作经费", "727100"),
    ]
    assert {p.unit for p in found} == {"大同市企业职工劳动事务服务中心"}


def test_a_purchase_of_a_catalogue_has_all_its_columns(parsed: dict[str, ParsedDocument]) -> None:
    line = next(line for line in parsed["xian-department-budget-03"].purchases if line.row_role == "leaf")
    assert (line.unit, line.function_code, line.project) == (
        "西安市气象局", "2200507", "国家突发事件预警发布平台业务维持项目",
    )  # fmt: skip
    assert (line.item_code, line.item_name, line.quantity) == ("C0301", "电信服务", "1")
    assert (line.econ_dept_code, line.econ_gov_code, line.amount) == ("30207", "50201", Decimal(142500))
