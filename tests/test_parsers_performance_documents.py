"""Performance forms of whole documents: the demo, the documents with truth, and forms that a person has read.

``real_performance.csv`` lists the forms of all real documents; those parsed here are compared with it.
"""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import parsers
from datapackages import codes
from datapackages.model import Indicator, ParsedDocument, Performance

DEMO = Path(__file__).with_name("documents") / "demo"
LISTED = Path(__file__).with_name("real_performance.csv")
SEED = "datong-2026-unit-budget"
YANTAI = "yantai-department-budget-05"
PROSE = ("overview", "basis", "necessity", "measures", "plan")


def as_truth(form: Performance, indicators: Sequence[Indicator]) -> dict[str, Any]:
    """A form in the shape of the truth files, without what they say of people."""
    funds = {(period, name): text for period, name, text in form.funds}
    texts = {(period, name): text for period, name, text in form.texts}
    of = {
        period: {name: text for (when, name), text in funds.items() if when == period and name != "total"}
        for period in ("implementation", "year")
    }
    own = [line for line in indicators if line.form_seq == form.form_seq]
    return {
        "project_name": form.project,
        "department_code_and_name": form.department,
        "unit": form.unit,
        "attribute": form.attribute,
        "term": form.term,
        "money_unit": form.money_unit,
        "funds_total_implementation": funds.get(("implementation", "total"), ""),
        "funds_total_year": funds.get(("year", "total"), ""),
        "funds_implementation": of["implementation"],
        "funds_year": of["year"],
        **{name: texts.get(("year", name), "") for name in PROSE},
        "overall_goal_implementation": texts.get(("implementation", "goal"), ""),
        "overall_goal_year": texts.get(("year", "goal"), ""),
        "indicators": [
            {name: getattr(line, name) for name in ("period", "level1", "level2", "level3")} | {"value": line.raw}
            for line in own
            if line.level3 or line.raw
        ],
        "empty_indicators": [
            {name: getattr(line, name) for name in ("period", "level1", "level2")}
            for line in own
            if not (line.level3 or line.raw)
        ],
        "filled_at": form.filled_on,
    }


def of_truth(path: Path) -> list[dict[str, Any]]:
    """The forms of a truth file; what is not printed is left out of its funds."""
    forms: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["performance"]
    for form in forms:
        for name in ("funds_implementation", "funds_year"):
            form[name] = {fund: text for fund, text in form[name].items() if text}
        for name in ("page", "person_in_charge", "handled_by", "phone", "note"):
            form.pop(name, None)
    return forms


def unread(document: ParsedDocument) -> list[str]:
    return [issue.message for issue in document.issues if issue.type == "form-cell-unread"]


def without_last_stop(form: dict[str, Any]) -> dict[str, Any]:
    """A full stop that hangs over the frame's edge is outside the cell."""
    return {name: value.rstrip("。") if isinstance(value, str) else value for name, value in form.items()}


def test_the_forms_of_the_demo_are_as_they_were_made() -> None:
    document = parsers.parse(DEMO / "night1/czxx/yjsgk/202603/P020260313316100006.pdf")
    found = [as_truth(form, document.indicators) for form in document.performance]
    truth = of_truth(DEMO / "truth/u0011-2026-budget.json")
    assert list(map(without_last_stop, found)) == list(map(without_last_stop, truth))
    assert (len(found), len(document.indicators), unread(document)) == (6, 108, [])


def test_the_people_of_the_demo_are_in_no_field_and_no_issue() -> None:
    people = json.loads((DEMO / "people.json").read_text("utf-8"))
    file = "night1/czxx/yjsgk/202603/P020260313316100006.pdf"
    document = parsers.parse(DEMO / file)
    said = repr((document.performance, document.indicators, document.issues))
    assert [name for name in people[file] if name in said] == []
    assert len(document.covers) == 6 * len(people[file])


REVIEWED = {
    "fuzhou-unit-budget-04": "one form over two pages, money of the year",
    "xian-department-budget-01": "weights, an overall form with tasks, a blank form",
    "chongqing-department-budget-02": "signs, units, weights and core marks in columns; a list of two projects",
    "central-final-accounts-01": "self-evaluation",
    "beijing-department-budget-tables-only-04": "a list whose merged cells are cut by page breaks",
    "shenzhen-unit-budget-04": "goals of projects in a table of the prose",
}


@pytest.fixture(scope="module")
def real(shared: Path) -> dict[str, ParsedDocument]:
    """The documents whose forms a person has read."""
    paths = [shared / "real/documents" / f"{name}.pdf" for name in (YANTAI, *REVIEWED)]
    return {
        path.stem: document for path, document in parsers.many([*paths, shared / f"seed/{SEED}.pdf"], workers=2)
    }


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "truth"), [(SEED, f"seed/{SEED}.json"), (YANTAI, f"real/performance/{YANTAI}.json")]
)
def test_every_field_of_the_forms_with_truth(
    real: dict[str, ParsedDocument], shared: Path, name: str, truth: str
) -> None:
    document, forms = real[name], of_truth(shared / truth)
    found = [as_truth(form, document.indicators) for form in document.performance]
    assert found[: len(forms)] == forms
    assert (len(found), unread(document)) == (6, [])


@pytest.mark.shared
def test_names_of_money_and_texts_are_in_the_lists(real: dict[str, ParsedDocument]) -> None:
    forms = [form for document in real.values() for form in document.performance]
    assert {name for form in forms for _, name, _ in form.funds} <= codes.labels("performance_funds").keys()
    assert {name for form in forms for _, name, _ in form.texts} <= codes.labels("performance_texts").keys()


def first_line(document: ParsedDocument, form: int) -> tuple[Any, ...]:
    line = next(line for line in document.indicators if line.form_seq == form)
    fields = ("level1", "level2", "level3", "operator", "target", "unit", "weight", "is_core", "actual", "score")
    return tuple(getattr(line, name) for name in fields)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "form", "head", "funds", "line", "count"),
    [
        (
            "fuzhou-unit-budget-04", 1,
            ("环境管理监察监测经费", "福州市生态环境局", "福州经济技术开发区生态环境局", "万元", (23, 24)),
            (("year", "total", "306.00"), ("year", "fiscal", "306.00"), ("year", "other", "0.00")),
            ("成本指标", "经济成本指标", "生态环境管理经费总额", "<=", "306", "万元", "", False, "", ""), 14,
        ),
        (
            "xian-department-budget-01", 9,
            ("政府驻外办保障", "西安市人民政府办公厅", "", "万元", (42,)),
            (("implementation", "total", "696.10"), ("implementation", "fiscal", "696.10")),
            (
                "成本指标", "经济成本", "驻京办经贸联络与服务保障成本（万元）",
                "<=", "54.95", "万元", "4", False, "", "",
            ),
            20,
        ),
        (
            "xian-department-budget-01", 10,
            ("", "西安市人民政府办公厅", "", "万元", (43,)),
            (
                ("year", "task_total", "6466.25"), ("year", "task_fiscal", "6466.25"),
                ("year", "task_total", "2431.8"), ("year", "task_fiscal", "2431.8"),
                ("year", "task_total", "318.46"), ("year", "task_fiscal", "318.46"),
                ("year", "total", "9216.51"), ("year", "fiscal", "9216.51"),
            ),
            ("成本指标", "经济成本", "文件、刊物、公报印制成本（万元）", "<=", "198", "万元", "3", False, "", ""),
            19,
        ),
        (
            "chongqing-department-budget-02", 2,
            ("市工业和信息化专项", "重庆市经济和信息化委员会", "", "万元", (29, 30)),
            (
                ("year", "total", "212,777.00"), ("year", "city_spending", "122,876.00"),
                ("year", "county_subsidy", "89,901.00"),
            ),
            ("", "", "全市软件和信息服务业产值规模", ">=", "5600", "亿元", "10", True, "", ""), 16,
        ),
        (
            "chongqing-department-budget-02", 4,
            ("工业和信息化业务工作经费", "", "重庆市经济和信息化委员会", "万元", (31,)),
            (("year", "fiscal", "6,564.12"),),
            ("", "", "微信公众号发文数量", ">=", "1500", "篇", "30", False, "", ""), 5,
        ),
        (
            "central-final-accounts-01", 3,
            ("资产运行维护", "[292]国家信访局", "国家信访局", "万元", (34,)),
            (
                ("year", "total", "120.00"), ("year", "total_adjusted", "120.00"),
                ("year", "total_executed", "120.00"),
                ("year", "total_weight", "10.0"), ("year", "total_rate", "100%"), ("year", "total_score", "10"),
                ("year", "fiscal", "120.00"), ("year", "fiscal_adjusted", "120.00"),
                ("year", "fiscal_executed", "120.00"), ("year", "fiscal_rate", "0.0%"),
                ("year", "carryover", "0.00"), ("year", "carryover_adjusted", "0.00"),
                ("year", "carryover_executed", "0.00"), ("year", "carryover_rate", "0.0%"),
                ("year", "other", "0.00"), ("year", "other_adjusted", "0.00"),
                ("year", "other_executed", "0.00"), ("year", "other_rate", "0.0%"),
            ),
            ("成本指标", "经济成本指标", "项目成本控制", "<=", "120", "万元", "20", False, "120万元", "20"), 9,
        ),
        (
            "beijing-department-budget-tables-only-04", 5,
            ("11000022T000000424449-接访场所保障费", "", "", "万元", (14, 15)),
            (("year", "total", "658.000000"), ("year", "fiscal", "658.000000")),
            ("产出指标", "质量指标", "六里桥接待场所桶装饮用水服务", "", "优", "", "", False, "", ""), 10,
        ),
    ],
)  # fmt: skip
def test_forms_of_many_places_as_a_person_reads_them(
    real: dict[str, ParsedDocument],
    name: str,
    form: int,
    head: tuple[Any, ...],
    funds: tuple[tuple[str, str, str], ...],
    line: tuple[Any, ...],
    count: int,
) -> None:
    document = real[name]
    found = document.performance[form - 1]
    assert (found.project, found.department, found.unit, found.money_unit, found.pages) == head
    assert found.funds == funds
    assert first_line(document, form) == line
    assert sum(one.form_seq == form for one in document.indicators) == count


@pytest.mark.shared
def test_forms_indicators_and_unread_cells_are_as_listed(real: dict[str, ParsedDocument]) -> None:
    with LISTED.open(encoding="utf-8", newline="") as file:
        listed = {Path(row.pop("file")).stem: tuple(map(int, row.values())) for row in csv.DictReader(file)}
    counts = {
        name: (len(document.performance), len(document.indicators), len(unread(document)))
        for name, document in real.items()
    }
    assert counts == {name: listed[name] for name in real}
    assert not any(cells for _, _, cells in counts.values())
