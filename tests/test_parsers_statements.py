"""Figures stated in the prose: what each is about, what is said of it, and the fact it should equal."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drawing as draw
import parsers
from datapackages.codes import labels
from datapackages.model import Document, Fact, Issue, ParsedDocument, Section, Statement, Table
from datapackages.parsed import dumps, loads
from parsers.facts import read_facts
from parsers.metrics import metrics
from parsers.sections import read_passages
from parsers.statements import read_statements
from parsers.stitch import PageText
from parsers.text import Line, fold

TOTALS = "一、收支预算情况"
EXPENDITURE = (
    "科目名称 | 合计 | 基本支出 | 项目支出\n合计 | 483.69 | 45.75 | 437.93\n农林水支出 | 483.69 | 45.75 | 437.93"
)
THREE_PUBLIC = "项目 | 2026年预算数\n合计 | 1.60\n公务用车运行维护费 | 1.60"


def read(
    text: str, heading: str = TOTALS, *tables: Table, document: Document | None = None
) -> tuple[tuple[Statement, ...], list[Issue]]:
    """The statements of one paragraph under a heading (``/`` between levels), beside these tables."""
    document = document or draw.document()
    size = 10.0
    printed = [*heading.split("/"), *text.split("\n")]
    lines = tuple(
        Line(words, (50.0, 20.0 * i, 50.0 + size * len(words), 20.0 * i + size)) for i, words in enumerate(printed)
    )
    found = [fact for table in tables for fact in read_facts(table, document, {1: "fast"})]
    facts = [fact for fact in found if isinstance(fact, Fact)]
    return read_statements(read_passages([PageText(1, lines)]), document, facts)


def said(text: str, heading: str = TOTALS, *names: str) -> list[tuple[object, ...]]:
    return draw.shown(read(text, heading)[0], *(names or ("metric", "amount_text", "unit")))  # type: ignore[no-any-return]


# ---- which figures are statements, and what they are about ----


def test_a_figure_is_named_by_the_words_before_it() -> None:
    text = "2026年示例市水务局收入预算483.69万元，其中：一般公共预算拨款收入400万元、事业收入83.69万元，结转0万元。"
    assert said(text) == [
        ("revenue_total", "483.69", "万元"),
        ("general_public_revenue", "400", "万元"),
        ("business_income", "83.69", "万元"),
        ("opening", "0", "万元"),
    ]


@pytest.mark.parametrize(
    ("text", "metric", "amount"),
    [
        ("2026年“三公”经费预算数为1.60万元。", "three_public", "1.60"),
        ("公务用车购置及运行维护费1.60万元。", "vehicles", "1.60"),
        ("机关运行经费财政拨款预算46,732.12万元。", "operating", "46,732.12"),
        ("社会保障和就业（类）支出476.79万元。", "function", "476.79"),
        ("工资福利支出（301）5,641.33万元。", "economic", "5,641.33"),
        ("本单位共有车辆5辆。", "vehicles_kept", "5"),
        ("共有公务用车编制1辆。", "vehicles_quota", "1"),
        ("2026年部门预算安排购置车辆50辆。", "vehicles_to_buy", "50"),
        ("单价100万元（含）以上的设备3台（套）。", "equipment", "3"),
        ("办公用房建筑总面积3746平方米。", "floor_area", "3746"),
        ("人员编制211人。", "staff_quota", "211"),
        ("单位管理的离退休人员159人。", "staff_retired", "159"),
        ("其他运转类项目6个。", "projects", "6"),
        ("公务接待10批次。", "receptions", "10"),
        ("政府性基金拨款支出预算为0；", "government_fund_expenditure", "0"),
    ],
)
def test_each_kind_of_figure_has_its_metric(text: str, metric: str, amount: str) -> None:
    assert said(text, TOTALS, "metric", "amount_text") == [(metric, amount)]


def test_a_figure_without_a_name_of_its_own_is_named_by_its_heading() -> None:
    assert said("2026年预算安排2.00万元，与上年持平。", "六、“三公”经费/（二）公务接待费") == [
        ("hospitality", "2.00", "万元")
    ]


def test_years_thresholds_duties_and_definitions_are_no_statements() -> None:
    assert said("截至2025年12月31日，价值50万元（原值）以上的通用设备0台（套）。") == [
        ("equipment", "0", "台（套）")
    ]
    assert said("单位缴存比例为12%，住房补贴支出90元。", "四、名词解释") == []
    assert said("新增水库3座，完成投资12亿元。", "三、2026年主要工作任务") == []


def test_the_vehicles_and_machines_kept_are_not_those_to_be_bought() -> None:
    text = "共有车辆5辆，其中：执法执勤用车4辆、其他用车1辆。单价100万元以上设备3台。"
    text += "安排购置车辆2辆，其中：执法执勤用车2辆。单价100万元以上设备1台。"
    assert said(text, TOTALS, "metric", "amount_text") == [
        ("vehicles_kept", "5"),
        ("vehicles_by_kind", "4"),
        ("vehicles_by_kind", "1"),
        ("equipment", "3"),
        ("vehicles_to_buy", "2"),
        ("vehicles_to_buy_by_kind", "2"),
        ("equipment_to_buy", "1"),
    ]


@pytest.mark.parametrize(
    ("text", "heading", "metric"),
    [
        ("本单位无机关运行经费。", "八、机关运行经费情况", "operating"),
        ("没有使用国有资本经营预算拨款安排的支出，与上年持平。", TOTALS, "state_capital_expenditure"),
        ("未安排购置单位价值100万元以上大型设备。", TOTALS, "equipment_to_buy"),
        ("无。", "九、国有资本经营预算支出情况", "state_capital_expenditure"),
    ],
)
def test_a_sentence_that_says_there_is_none_is_a_statement_without_amount(
    text: str, heading: str, metric: str
) -> None:
    assert said(text, heading, "metric", "amount_text", "agreement") == [(metric, "", "not_found")]


# ---- what is said of a figure ----

COMPARED = ("amount_text", "direction", "change", "change_percent", "compared_with", "reason")


def test_change_direction_base_and_reason_belong_to_the_figure_before_them() -> None:
    text = (
        "支出预算80万元，比上年执行数增加5万元，增长6.7%，主要原因是人员增加；其中：培训费3万元，与上年预算数相同。"
    )
    assert said(text, TOTALS, *COMPARED) == [
        ("80", "increase", "5", "6.7%", "上年执行数", "人员增加"),
        ("3", "flat", "", "", "上年预算数", ""),
    ]


def test_a_comparison_behind_a_plain_list_of_parts_is_of_the_whole() -> None:
    text = "收入总计80万元，其中：本年收入70万元，上年结转10万元，比上年减少6万元，下降7%。"
    assert said(text, TOTALS, "amount_text", "direction", "change", "change_percent") == [
        ("80", "decrease", "6", "7%"),
        ("70", "", "", ""),
        ("10", "", "", ""),
    ]


def test_a_comparison_behind_brackets_is_of_the_figure_before_them() -> None:
    text = "公务用车购置及运行维护费74.1万元（公务用车购置费0万元，比上年减少18万元。）比上年增加39.2万元。"
    assert said(text, TOTALS, "metric", "direction", "change") == [
        ("vehicles", "increase", "39.2"),
        ("vehicle_purchase", "decrease", "18"),
    ]


def test_shares_and_figures_of_the_year_compared_with_are_no_figures_of_their_own() -> None:
    text = "收入预算211.05万元，比2025年年初预算数189.33万元增加21.72万元，增长11.5%。基本支出100万元，占47.4％。"
    assert said(text, TOTALS, "amount_text", "prior", "change", "share_percent") == [
        ("211.05", "189.33", "21.72", ""),
        ("100", "", "", "47.4％"),
    ]


def test_changes_told_later_under_the_same_heading_go_to_their_figures() -> None:
    text = (
        "收入预算30万元，其中：事业收入10万元。收入比2025年增加4万元，主要是事业收入增加3万元，公用经费增加1万元。"
    )
    assert said(text, TOTALS, "metric", "amount_text", "change") == [
        ("revenue_total", "30", "4"),
        ("business_income", "10", "3"),
        ("public", "", "1"),  # of this one only the change is stated
    ]


def test_span_page_and_box_are_those_of_the_figure() -> None:
    passages = read_passages([PageText(3, (Line("支出预算80万元，与上年持平。", (100.0, 50.0, 240.0, 60.0)),))])
    (statement,), _ = read_statements(passages, draw.document(), [])
    start, end = statement.span
    assert (passages[0].section.text[start:end], statement.page) == ("80万元", 3)
    assert statement.box == pytest.approx((100 + 140 * 4 / 14, 50, 100 + 140 * 7 / 14, 60), abs=9)


# ---- lists by item ----


def test_a_list_by_item_tells_the_table_again_and_is_counted_not_stated() -> None:
    lines = "".join(f"{i}.公安（款）业务{i}（项）支出{i}万元。" for i in range(1, 5))
    statements, issues = read(f"公共安全支出（类）10万元。{lines}")
    assert draw.shown(statements, "metric", "amount_text") == [("function", "10")]
    assert [(issue.type, "4 figures" in issue.message) for issue in issues] == [("itemised-statements", True)]


# ---- agreement ----


@pytest.mark.parametrize(
    ("text", "agreement"),
    [
        ("支出预算483.69万元。", "equal"),
        ("支出预算4,836,900元。", "equal"),
        ("支出预算483.7万元。", "rounding"),
        ("支出预算484万元。", "rounding"),
        ("支出预算483.6万元。", "differs"),  # cut off, not rounded
        ("支出预算437.93万元。", "differs"),  # the amount of another fact does not count
        ("基本支出45.75万元。", "equal"),
        ("会议费45.75万元。", "not_found"),
    ],
)
def test_a_figure_is_compared_with_the_fact_that_means_the_same(text: str, agreement: str) -> None:
    (statement,), _ = read(text, TOTALS, draw.listing("expenditure", EXPENDITURE))
    assert (statement.agreement, bool(statement.fact_id)) == (agreement, agreement != "not_found")


def test_the_items_of_the_three_public_expenses_meet_their_rows() -> None:
    text = "“三公”经费预算1.60万元。公务用车运行维护费1.6万元。公务接待费0万元。"
    statements, _ = read(text, TOTALS, draw.listing("three_public", THREE_PUBLIC))
    assert draw.shown(statements, "metric", "amount", "agreement") == [
        ("three_public", Decimal(16000), "equal"),
        ("vehicle_operation", Decimal(16000), "equal"),
        ("hospitality", Decimal(0), "not_found"),  # the table prints no line of it
    ]


def test_the_figures_of_a_subordinate_body_are_not_compared_with_those_of_the_department() -> None:
    table = draw.listing("expenditure", EXPENDITURE)
    (statement,), _ = read("支出预算20万元。", "一、示例市水文局", table)
    assert statement.agreement == "not_found"


def test_documents_that_are_no_budget_state_nothing() -> None:
    assert read("支出预算20万元。", TOTALS, document=draw.document(kind="not_a_budget")) == ((), [])


def test_every_metric_has_its_labels() -> None:
    assert {metric.name for metric in metrics()} | {"other"} == set(labels("metrics"))


def test_statements_and_sections_survive_the_round_trip_through_json() -> None:
    statements, _ = read("支出预算483.69万元，占100%。", TOTALS, draw.listing("expenditure", EXPENDITURE))
    section = Section(seq=1, heading_path="", text="结构图", pages=(1,), kind="chart", box=(1.0, 2.0, 3.0, 4.0))
    whole = ParsedDocument(document=draw.document(), sections=(section,), statements=statements)
    assert loads(dumps(whole)) == whole


# ---- any text ----

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2).map(lambda value: f"{value:,}")
PIECES = st.sampled_from(
    [
        "支出预算",
        "其中：",
        "（",
        "）",
        "，",
        "。",
        "；",
        "比上年",
        "增加",
        "占",
        "%",
        "万元",
        "5",
        "主要原因是",
        "无",
        "1.",
        "辆",
    ]
)


@given(AMOUNTS)
def test_any_amount_is_read_as_it_is_printed(amount: str) -> None:
    (statement,), _ = read(f"支出预算{amount}万元。")
    assert (statement.amount_text, statement.amount) == (amount, Decimal(amount.replace(",", "")) * 10_000)


@given(st.lists(st.one_of(PIECES, AMOUNTS), max_size=40).map("".join))
def test_no_text_breaks_the_reader_and_every_span_holds_its_figure(text: str) -> None:
    passages = read_passages([PageText(1, (Line("正文" + text, (0.0, 0.0, 500.0, 10.0)),))])
    statements, _ = read_statements(passages, draw.document(), [])
    texts = {passage.section.heading_path: passage.section.text for passage in passages}
    for statement in statements:
        start, end = statement.span
        assert statement.amount_text in texts[statement.section][start:end]
        assert statement.box is not None


# ---- real documents ----

SEED = "datong-2026-unit-budget"
WITH_STATEMENTS = (
    "chongqing-department-budget-04",
    "hangzhou-department-budget-01",
    "suzhou-unit-budget-01",
    "yantai-department-budget-05",
)
DIRECTIONS = {"same": "flat", "持平": "flat", "相同": "flat", "增加": "increase", "减少": "decrease"}


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def seed(shared: Path) -> ParsedDocument:
    return parsers.parse(shared / f"seed/{SEED}.pdf")


@pytest.fixture(scope="module")
def seed_truth(shared: Path) -> dict[str, Any]:
    return dict(load(shared / f"seed/{SEED}.json"))


@pytest.mark.shared
def test_every_figure_of_the_narrative_is_stated_with_all_that_is_said_of_it(
    seed: ParsedDocument, seed_truth: dict[str, Any]
) -> None:
    names = ("page", "amount_text", "unit", "share_percent", "change", "change_percent", "direction", "reason")
    found = Counter(tuple(fold(str(value)) for value in values) for values in draw.shown(seed.statements, *names))
    for truth in seed_truth["narrative"]:
        direction = DIRECTIONS.get(truth["direction"], truth["direction"])
        unit = truth["unit"] if truth["amount"] else ""
        wanted = (
            truth["page"], truth["amount"], unit, truth["share_percent"], truth["change"],
            truth["change_percent"], direction, truth["reason"],
        )  # fmt: skip
        found.subtract([tuple(fold(str(value)) for value in wanted)])
    assert {key: count for key, count in found.items() if count < 0} == {}


@pytest.mark.shared
def test_procurement_and_assets_are_stated(seed: ParsedDocument, seed_truth: dict[str, Any]) -> None:
    def amounts(metric: str) -> list[str]:
        return [statement.amount_text for statement in seed.statements if statement.metric == metric]

    bought = seed_truth["procurement"]
    assert [amounts(f"procurement_{name}") for name in ("total", "goods", "works", "services")] == [
        [bought[name]] for name in ("total", "goods", "works", "services")
    ]
    assets = seed_truth["assets"]
    vehicles = assets["vehicles"]
    assert (amounts("vehicles_quota"), amounts("vehicles_kept")) == ([vehicles["quota"]], [vehicles["actual"]])
    kinds = draw.shown((s for s in seed.statements if s.metric == "vehicles_by_kind"), "metric_text", "amount_text")
    assert dict(kinds) == vehicles["by_kind"]
    assert amounts("floor_area") == [assets["office_floor_area"]["value"]]
    assert amounts("equipment") == [kind["count"] for kind in assets["equipment"]]


@pytest.mark.shared
def test_duties_organisation_and_glossary_are_sections(seed: ParsedDocument, seed_truth: dict[str, Any]) -> None:
    texts = {section.heading_path: section.text for section in seed.sections if section.kind == "prose"}
    assert texts["第一部分概况/一、本单位职责"] == seed_truth["duties_text"]
    assert texts["第一部分概况/二、机构设置情况"] == seed_truth["organisation_text"]
    for entry in seed_truth["glossary"]:
        heading = f"第四部分名词解释/{entry['number']}、{entry['term']}"
        assert texts[heading] == entry["definition"]
    charts = draw.shown((s for s in seed.sections if s.kind == "chart"), "text", "pages")
    assert charts == [("一般公共预算当年拨款结构图", (20,)), ("三公经费分布图", (21,))]
    assert [section.pages for section in seed.sections if section.kind == "contents"] == [(2, 3)]


@pytest.mark.shared
@pytest.mark.parametrize("name", WITH_STATEMENTS)
def test_real_prose_is_read_whole_and_nothing_is_made_up(name: str, shared: Path) -> None:
    truth = load(shared / f"real/truth/{name}.json")["statements"]
    statements = parsers.parse(shared / f"real/documents/{name}.pdf").statements
    wanted = Counter(fold(entry["amount"]).replace(",", "") for entry in truth if entry["amount"])
    found = Counter(fold(statement.amount_text).replace(",", "") for statement in statements)
    assert wanted - found == Counter()
    assert len(statements) <= 1.1 * len(truth)
