"""A city of three units for the tests of the site: two PDFs, what they say, packages and a database.

The PDFs are drawn and the facts are placed by the same numbers, so a mark that is off is seen.
"""

import hashlib
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from datapackages.build import build
from datapackages.model import (
    Box,
    Cell,
    Cover,
    Document,
    Fact,
    Indicator,
    Issue,
    ParsedDocument,
    Performance,
    Project,
    Purchase,
    Section,
    Sighting,
    Statement,
    Table,
)
from datapackages.write import write_packages

PAGE = (842.0, 595.0)  # A4 lying, as displayed
LEFT, TOP, ROW = 60.0, 120.0, 28.0
WIDTHS = (300.0, 200.0, 200.0)
PLACE = "999900"


@dataclass(frozen=True)
class Line:
    """One printed row: name, function code and name, this year's and last year's amount in 10,000 yuan."""

    name: str
    now: str
    before: str
    item: str = ""
    code: str = ""
    path: str = ""
    role: str = "leaf"


THREE_PUBLIC = (
    Line("合计", "12.30", "13.00", role="total"),
    Line("因公出国（境）费", "0.00", "0.00", "overseas_visits"),
    Line("公务用车购置费", "0.00", "5.00", "vehicle_purchase", path="公务用车购置及运行维护费/公务用车购置费"),
    Line(
        "公务用车运行维护费",
        "9.80",
        "6.50",
        "vehicle_operation",
        path="公务用车购置及运行维护费/公务用车运行维护费",
    ),
    Line("公务接待费", "2.50", "1.50", "hospitality"),
)
FUNCTIONS = (
    Line("合计", "4836.90", "4500.00", role="total"),
    Line("残疾人康复", "836.90", "500.00", code="2081104", path="社会保障和就业支出/残疾人事业/残疾人康复"),
    Line("住房公积金", "4000.00", "4000.00", code="2210201", path="住房保障支出/住房改革支出/住房公积金"),
)
LAST_YEAR = (
    Line("合计", "4800.00", "4300.00", role="total"),
    Line("残疾人康复", "800.00", "300.00", code="2081104", path="社会保障和就业支出/残疾人事业/残疾人康复"),
    Line("住房公积金", "4000.00", "4000.00", code="2210201", path="住房保障支出/住房改革支出/住房公积金"),
)
UNITS = ("示例市教育局", "示例市民政局", "示例市残疾人联合会")


@dataclass(frozen=True)
class Disclosure:
    """One PDF: a unit's budget of one year; each table (canonical, title, lines) fills a page."""

    unit: str
    year: int
    tables: tuple[tuple[str, str, tuple[Line, ...]], ...]

    @property
    def title(self) -> str:
        return f"{self.unit}{self.year}年单位预算公开"

    @property
    def columns(self) -> tuple[str, str, str]:
        return "项目", f"{self.year}年预算数", f"{self.year - 1}年预算数"


@dataclass(frozen=True)
class City:
    """The data directory, and the fact that the walk looks for."""

    data: Path
    sha256: str
    hospitality: Fact


def cell(row: int, column: int) -> Box:
    """The ruled cell of a row (0 is the header) and column, in points as displayed."""
    left = LEFT + sum(WIDTHS[:column])
    return (left, TOP + row * ROW, left + WIDTHS[column], TOP + (row + 1) * ROW)


def pdf(disclosure: Disclosure) -> bytes:
    """Draw one page for each table, ruled and filled."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=PAGE, invariant=True)
    for _, title, lines in disclosure.tables:
        canvas.setFont("STSong-Light", 18)
        canvas.drawCentredString(PAGE[0] / 2, PAGE[1] - 60, f"{disclosure.year}年{title}")
        canvas.setFont("STSong-Light", 11)
        canvas.drawString(LEFT, PAGE[1] - TOP + 8, f"编制单位：{disclosure.unit}（虚构）")
        canvas.drawRightString(LEFT + sum(WIDTHS), PAGE[1] - TOP + 8, "单位：万元")
        printed = [disclosure.columns] + [(line.name, line.now, line.before) for line in lines]
        for row, texts in enumerate(printed):
            for column, text in enumerate(texts):
                _draw(canvas, cell(row, column), text, right=row > 0 and column > 0)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, box: Box, text: str, right: bool) -> None:
    x0, top, x1, bottom = box
    canvas.rect(x0, PAGE[1] - bottom, x1 - x0, bottom - top)
    if right:
        canvas.drawRightString(x1 - 6, PAGE[1] - bottom + 9, text)
    else:
        canvas.drawString(x0 + 6, PAGE[1] - bottom + 9, text)


def parsed(disclosure: Disclosure, sha256: str, size: int) -> ParsedDocument:
    """What a parser that reads everything would say about the bytes of :func:`pdf`."""
    document = Document(
        sha256=sha256,
        bytes=size,
        pages=len(disclosure.tables),
        text_layer="text",
        kind="budget",
        fiscal_year=disclosure.year,
        year_basis="table_title",
        stage="budget",
        scope="unit",
        part="whole",
        unit_name=disclosure.unit,
        department_name="",
        title=disclosure.title,
        producer="",
        language="",
        parser_version="test",
    )
    listed = [_table(disclosure, sha256, page) for page in range(1, len(disclosure.tables) + 1)]
    facts = [fact for table in listed for fact in _facts(disclosure, sha256, table)]
    return ParsedDocument(
        document=document,
        tables=tuple(listed),
        facts=tuple(facts),
        **_told(listed[-1], facts[-2]),
        sections=(
            Section(seq=1, heading_path="名词解释", text="“三公”经费：指用财政拨款安排的费用。", pages=(1,)),
        ),
        issues=(
            Issue(
                type="unknown-heading",
                severity="warning",
                message="made up",
                message_zh="演示用的问题。",
                remedy="none",
                remedy_zh="不必处理。",
                page=1,
                table=listed[0].table_id,
            ),
        ),
    )


def _told(table: Table, fact: Fact) -> dict[str, Any]:
    """A sentence that states another figure than the table, and a project with its form and its purchase."""
    amount = Decimal(5_000_000)
    return {
        "statements": (
            Statement(
                seq=1,
                section="第三部分/支出",
                metric="expenditure_total",
                metric_text="支出总计",
                amount_text="500",
                amount=amount,
                value=None,
                unit="万元",
                change_percent="12.5%",
                direction="increase",
                reason="新增校舍维修",
                span=(5, 8),
                page=1,
                fact_id=fact.fact_id,
                agreement="differs",
            ),
        ),
        "performance": (
            Performance(
                form_seq=1,
                canonical="performance_project",
                project="校舍维修",
                department="",
                unit=table.unit_name,
                attribute="经常性项目",
                term="1年",
                money_unit="元",
                funds=(("year", "total", "5,000,000"),),
                texts=(("year", "goal", "修好两处校舍"),),
                filled_on="",
                pages=(1,),
                table_id=table.table_id,
            ),
        ),
        "indicators": (
            Indicator(
                form_seq=1,
                seq=1,
                period="year",
                level1="产出指标",
                level2="数量指标",
                level3="维修校舍",
                operator=">=",
                target="2",
                unit="处",
                weight="",
                is_core=True,
                actual="",
                score="",
                deviation_reason="",
                raw="≥2处",
                page=1,
            ),
        ),
        "covers": (Cover(page=1, box=(400.0, 700.0, 480.0, 716.0)),),
        "projects": (
            Project(
                project_seq=1,
                name="校舍维修",
                prefix="QT",
                kind="特定目标类",
                unit=table.unit_name,
                funds=(("total", amount), ("general_public", amount)),
                fact_ids=(fact.fact_id,),
                page=1,
            ),
        ),
        "purchases": (
            Purchase(
                table_id=table.table_id,
                row=1,
                canonical="procurement",
                unit=table.unit_name,
                function_code="",
                function_name="",
                project="校舍维修",
                item_code="B01",
                item_name="房屋施工",
                specification="",
                quantity="2",
                quantity_unit="处",
                econ_dept_code="",
                econ_gov_code="",
                method="公开招标",
                time="",
                amount=amount,
                row_role="leaf",
                fact_ids=(fact.fact_id,),
                page=1,
            ),
        ),
    }


def _table(disclosure: Disclosure, sha256: str, page: int) -> Table:
    canonical, title, lines = disclosure.tables[page - 1]
    texts = [(line.name, line.now, line.before) for line in lines]
    rows = tuple(
        tuple(Cell(text=text, page=page, box=cell(row, column)) for column, text in enumerate(printed))
        for row, printed in enumerate(texts, 1)
    )
    return Table(
        table_id=f"{sha256[:16]}-p{page}-x{LEFT:.0f}-y{TOP:.0f}",
        label=f"预算公开表{page}",
        title=title,
        canonical=canonical,
        block="",
        unit_name=disclosure.unit,
        money_unit="万元",
        pages=(page,),
        columns=disclosure.columns,
        rows=rows,
        state="parsed",
    )


def _facts(disclosure: Disclosure, sha256: str, table: Table) -> Iterator[Fact]:
    (page,) = table.pages
    for row, line in enumerate(disclosure.tables[page - 1][2], 1):
        for column, text in enumerate((line.now, line.before), 1):
            year = disclosure.year + 1 - column
            x0, top, x1, bottom = cell(row, column)
            yield Fact(
                fact_id=f"{sha256[:16]}-p{page}-x{x0:.0f}-y{top:.0f}",
                sha256=sha256,
                table_id=table.table_id,
                page=page,
                row=row,
                column=column + 1,
                x0=x0,
                top=top,
                x1=x1,
                bottom=bottom,
                unit_name=disclosure.unit,
                department_name="",
                document_year=disclosure.year,
                stage="budget",
                scope="unit",
                row_unit_code="",
                row_unit_name="",
                fiscal_year=year,
                phase="approved",
                measure="amount",
                canonical=table.canonical,
                block="",
                direction="expenditure",
                flow="current",
                fund="general_public",
                fund_text="",
                expenditure_type="total",
                function_code=line.code,
                function_name=line.name if line.code else "",
                econ_dept_code="",
                econ_dept_name="",
                econ_gov_code="",
                econ_gov_name="",
                code_text=line.code,
                code_basis="printed" if line.code else "",
                classification_year=disclosure.year if line.code else None,
                item=line.item,
                name=line.name,
                row_path=line.path or line.name,
                column_label=disclosure.columns[column],
                project_name="",
                project_kind="",
                row_role=line.role,
                column_role="leaf",
                additive=line.role == "leaf",
                amount=Decimal(text) * 10_000,
                value=None,
                value_unit="",
                amount_text=text,
                money_unit="万元",
                reading="fast",
            )


def disclosures() -> list[Disclosure]:
    """What the city has published: every unit's budget of 2026, and one of 2025."""

    def both(functions: tuple[Line, ...]) -> tuple[tuple[str, str, tuple[Line, ...]], ...]:
        return (("three_public", "“三公”经费预算表", THREE_PUBLIC), ("general_function", "支出表", functions))

    this_year = [Disclosure(unit, 2026, both(FUNCTIONS)) for unit in UNITS]
    return [*this_year, Disclosure(UNITS[0], 2025, both(LAST_YEAR)[1:])]


def make(data: Path, read: Callable[[ParsedDocument], ParsedDocument] = lambda read: read) -> City:
    """Write PDFs, packages and the database of the city into an empty data directory.

    ``read`` may change what the parser says of each document.
    """
    documents, sightings = [], []
    for number, disclosure in enumerate(disclosures()):
        content = pdf(disclosure)
        sha256 = hashlib.sha256(content).hexdigest()
        path = data / "documents" / sha256[:2] / f"{sha256}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        documents.append(read(parsed(disclosure, sha256, len(content))))
        sightings.append(_sighting(disclosure, sha256, f"http://demo.yusuan.example/czxx/{number}.pdf"))
    write_packages(documents, sightings, data)
    build(data)
    first = documents[0]
    hospitality = next(fact for fact in first.facts if fact.item == "hospitality" and fact.fiscal_year == 2026)
    return City(data=data, sha256=first.document.sha256, hospitality=hospitality)


def _sighting(disclosure: Disclosure, sha256: str, url: str) -> Sighting:
    return Sighting(
        sha256=sha256,
        url=url,
        page_url="http://demo.yusuan.example/czxx/index.html",
        title=disclosure.title,
        publisher=disclosure.unit,
        source="demo",
        jurisdiction=PLACE,
        published_on=f"{disclosure.year}-03-12",
        first_seen="2026-03-20T02:17:00+08:00",
        last_seen="2026-03-21T02:17:00+08:00",
        retrieved_at="2026-03-20T02:17:00+08:00",
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(data: Path, *options: str) -> Iterator[str]:
    """Run ``yusuan serve`` in a process of its own and yield its address once it answers."""
    port = free_port()
    command = "from yusuan.serve import serve; serve()"
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as log:  # a pipe that nobody reads fills up, and then the server stands still
        process = subprocess.Popen(
            [sys.executable, "-c", command, "--port", str(port), "--data", str(data), *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
        )
        try:
            _wait(process, f"{address}/", log)
            yield address
        finally:
            process.terminate()
            process.wait(20)


def _wait(process: subprocess.Popen[bytes], address: str, log: IO[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            log.seek(0)
            raise RuntimeError(log.read().decode())
        try:
            urllib.request.urlopen(address, timeout=30).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer")
