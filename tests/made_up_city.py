"""Parsed documents of a made-up city, for the tests of the data packages."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal

from datapackages.model import (
    Cell,
    Cover,
    Document,
    Fact,
    Indicator,
    Issue,
    Outcome,
    ParsedDocument,
    Performance,
    Project,
    Purchase,
    Section,
    Sighting,
    Statement,
    Table,
)

CITY = "999900"


def sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def document(name: str, **changes: object) -> Document:
    said = Document(
        sha256=sha(name), bytes=1000, pages=3, text_layer="text", kind="budget", fiscal_year=2026,
        year_basis="table_title", stage="budget", scope="unit", part="whole", unit_name="示例市教育局",
        department_name="", title="示例市教育局2026年单位预算", producer="made up", language="zh-CN",
        parser_version="p1",
    )  # fmt: skip
    return replace(said, **changes)  # type: ignore[arg-type]


def cell(text: str, x0: float, top: float) -> Cell:
    return Cell(text=text, page=1, box=(x0, top, x0 + 100, top + 20))


def table(name: str, **changes: object) -> Table:
    cells = (
        (cell("合计", 50, 100), cell("30.50", 150, 100)),
        (cell("2050202", 50, 120), cell("30.50", 150, 120)),
    )
    said = Table(
        table_id=f"{sha(name)[:16]}-p1-x50-y80", label="表3", title="支出总表", canonical="expenditure", block="",
        unit_name="示例市教育局", money_unit="万元", pages=(1,), columns=("科目", "合计"), rows=cells,
        state="parsed",
    )  # fmt: skip
    return replace(said, **changes)  # type: ignore[arg-type]


def fact(of: str, row: int = 2, **changes: object) -> Fact:
    top = 80 + 20 * row
    said = Fact(
        fact_id=f"{sha(of)[:16]}-p1-x150-y{top}", sha256=sha(of), table_id=f"{sha(of)[:16]}-p1-x50-y80",
        page=1, row=row, column=2, x0=150.0, top=float(top), x1=250.0, bottom=float(top + 20),
        unit_name="示例市教育局", department_name="", document_year=2026, stage="budget", scope="unit",
        row_unit_code="", row_unit_name="", fiscal_year=2026, phase="approved", measure="amount",
        canonical="expenditure", block="", direction="expenditure", flow="current", fund="total", fund_text="",
        expenditure_type="total", function_code="2050202", function_name="小学教育", econ_dept_code="",
        econ_dept_name="", econ_gov_code="", econ_gov_name="", code_text="2050202", code_basis="printed",
        classification_year=2026, item="", name="小学教育", row_path="教育支出/普通教育/小学教育",
        column_label="合计", project_name="", project_kind="", row_role="leaf", column_role="leaf", additive=True,
        amount=Decimal("305000.00"), value=None, value_unit="", amount_text="30.50", money_unit="万元",
        reading="fast",
    )  # fmt: skip
    return replace(said, **changes)  # type: ignore[arg-type]


def total(of: str) -> Fact:
    return fact(
        of, 1, function_code="", function_name="", code_text="", code_basis="", classification_year=None,
        name="合计", row_path="合计", row_role="total", additive=False,
    )  # fmt: skip


def statement(of: str, **changes: object) -> Statement:
    said = Statement(
        seq=1, section="第二部分/支出", metric="expenditure_total", metric_text="支出总计", amount_text="30.5",
        amount=Decimal("305000.00"), value=None, unit="万元", change="1.5", change_percent="5.17%",
        direction="increase", compared_with="上年", reason="人员增加", span=(8, 12), page=2,
        box=(60.0, 90.5, 95.256, 104.0), fact_id=fact(of).fact_id, agreement="equal",
    )  # fmt: skip
    return replace(said, **changes)  # type: ignore[arg-type]


def form(of: str, **changes: object) -> Performance:
    said = Performance(
        form_seq=1, canonical="performance_project", project="QT校舍维修", department="205-示例市教育局[部门]",
        unit="示例市教育局", attribute="经常性项目", term="3年", money_unit="万元",
        funds=(("implementation", "total", "1,020.50"), ("year", "total", "30.50"), ("year", "other", "无")),
        texts=(
            ("implementation", "goal", "三年修完"), ("year", "goal", "修好\n两处校舍"), ("year", "plan", "分|两步"),
        ),
        filled_on="20251120", pages=(3,), table_id=table(of).table_id,
    )  # fmt: skip
    return replace(said, **changes)  # type: ignore[arg-type]


INDICATOR = Indicator(
    form_seq=1, seq=1, period="year", level1="产出指标", level2="数量指标", level3="维修校舍", operator=">=",
    target="2", unit="处", weight="10", is_core=True, actual="", score="", deviation_reason="", raw="≥2处", page=3,
    box=None,
)  # fmt: skip


def project(of: str, **changes: object) -> Project:
    funds = (("total", Decimal(305000)), ("general_public", Decimal("305000.00")), ("unit_funds", Decimal(0)))
    said = Project(
        project_seq=1, name="校舍维修", prefix="QT", kind="特定目标类", unit="示例市教育局", funds=funds,
        fact_ids=(fact(of).fact_id,), page=1,
    )  # fmt: skip
    return replace(said, **changes)  # type: ignore[arg-type]


def purchase(of: str, **changes: object) -> Purchase:
    said = Purchase(
        table_id=table(of).table_id, row=2, canonical="procurement", unit="示例市教育局", function_code="2050202",
        function_name="小学教育", project="校舍维修", item_code="A05010301", item_name="课桌椅",
        specification="双人", quantity="50", quantity_unit="套", econ_dept_code="31002", econ_gov_code="",
        method="分散采购", time="5月", amount=Decimal(305000), row_role="leaf",
        fact_ids=(fact(of).fact_id,), page=1,
    )  # fmt: skip
    return replace(said, **changes)  # type: ignore[arg-type]


def check(of: str, **changes: object) -> Outcome:
    """A check of the leaf that does not hold."""
    said = Outcome(
        rule="A7", place=f"p1/{table(of).table_id}/2/2", kind="arithmetic", outcome="fail", severity="error",
        table_ids=(table(of).table_id,), fact_ids=(fact(of).fact_id,), left="30.50", right="30", difference="0.5",
        tolerance="0.01", fault="source", message="30.50 and 30 differ by 0.5", message_zh="30.50与30相差0.5",
    )  # fmt: skip
    return replace(said, **changes)  # type: ignore[arg-type]


def parsed(name: str, **changes: object) -> ParsedDocument:
    """A unit's document with one table, two figures, one of everything else and no issue.

    ``changes`` concern the document.
    """
    said = document(name, **changes)
    joined = {
        "unit_name": said.unit_name, "document_year": said.fiscal_year, "stage": said.stage, "scope": said.scope,
    }  # fmt: skip
    return ParsedDocument(
        document=said,
        tables=(table(name, unit_name=said.unit_name),),
        facts=(fact(name, **joined), replace(total(name), **joined)),  # type: ignore[arg-type]
        sections=(Section(seq=1, heading_path="第一部分/主要职责", text="负责教育，\n包括小学。", pages=(1, 2)),),
        statements=(statement(name),),
        performance=(form(name),),
        indicators=(INDICATOR,),
        covers=(Cover(page=1, box=(400.0, 700.0, 480.0, 716.0)),),
        projects=(project(name),),
        purchases=(purchase(name),),
        checks=(check(name),),
    )


def unreadable(name: str, issue: Issue) -> ParsedDocument:
    """A file that is no PDF: nothing is known of it but its bytes."""
    said = document(
        name, pages=0, kind="broken", fiscal_year=None, year_basis="unknown", stage="unknown", scope="unknown",
        unit_name="", title="",
    )  # fmt: skip
    return ParsedDocument(document=said, issues=(issue,))


def sighting(name: str, **changes: object) -> Sighting:
    seen = Sighting(
        sha256=sha(name), url=f"http://demo.example/{name}.pdf", page_url=f"http://demo.example/{name}.html",
        title="示例市教育局2026年单位预算公开", publisher="示例市教育局", source="demo", jurisdiction=CITY,
        published_on="2026-03-12", first_seen="2026-03-19T18:17:00Z", last_seen="2026-03-20T18:17:00Z",
        retrieved_at="2026-03-19T18:17:00Z",
    )  # fmt: skip
    return replace(seen, **changes)  # type: ignore[arg-type]
