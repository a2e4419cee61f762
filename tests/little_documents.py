"""Parsed documents of a few figures, so that a test of a rule shows the rule and nothing else.

``document(table("expenditure", columns=[total(), column("基本支出", expenditure_type="basic")], rows=[
row("合计", "483.69", "45.75", row_role="total")]))`` is a whole ParsedDocument: its first column holds the names of
the rows, each further column one figure a row, and every printed figure is a fact. What a column or a row means is
given as fields of Fact; a row's fields win over its column's, and these over the table's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from datapackages.codes import money_factors
from datapackages.model import (
    Cell,
    Document,
    Fact,
    Indicator,
    ParsedDocument,
    Performance,
    Section,
    Statement,
    Table,
)

SHA = "5eed" * 16
YEAR = 2026
MONEY = ("amount", "change")


@dataclass(frozen=True)
class Column:
    """A column of figures: its header path and what it says of its facts."""

    label: str
    meaning: Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """A row: its name, its figures as printed ("" where none is) and what it says of its facts."""

    name: str
    texts: Sequence[str]
    meaning: Mapping[str, Any]


@dataclass(frozen=True)
class Little:
    """A table and the meaning of its figures, before the document gives it a page."""

    table: Table
    columns: Sequence[Column]
    rows: Sequence[Row]
    meaning: Mapping[str, Any] = field(default_factory=dict)


def column(label: str, **meaning: Any) -> Column:
    """A column of leaves unless ``column_role`` says otherwise."""
    return Column(label, meaning)


def total(label: str = "合计", **meaning: Any) -> Column:
    """A total column over the others: of all funds and all types of expenditure."""
    return Column(label, {"column_role": "total", "fund": "total", "expenditure_type": "total", **meaning})


def row(name: str, *texts: str, **meaning: Any) -> Row:
    """A leaf unless ``row_role`` says otherwise."""
    return Row(name, texts, meaning)


def table(
    canonical: str, columns: Sequence[Column], rows: Sequence[Row], *, money_unit: str = "万元", block: str = "",
    title: str = "", label: str = "", unit_name: str = "", declared: str = "", state: str = "parsed",
    **meaning: Any,
) -> Little:  # fmt: skip
    """A list; ``meaning`` is said of all its facts. The document gives it its page."""
    names = ("项目", *(one.label for one in columns))
    empty = Table(
        table_id="", label=label, title=title, canonical=canonical, block=block, unit_name=unit_name,
        money_unit=money_unit, pages=(), columns=names, rows=(), state=state, declared=declared,
    )  # fmt: skip
    return Little(empty, columns, rows, meaning)


def document(
    *tables: Little, year: int | None = YEAR, stage: str = "budget", scope: str = "unit", kind: str = "budget",
    unit_name: str = "示例市数据中心", department_name: str = "", title: str = "",
    sections: Sequence[Section] = (), statements: Sequence[Statement] = (),
    performance: Sequence[Performance] = (), indicators: Sequence[Indicator] = (), **others: Any,
) -> ParsedDocument:  # fmt: skip
    """The tables on pages 1, 2, 3 …, and whatever else the document says."""
    about = Document(
        sha256=SHA, bytes=1, pages=max(1, len(tables)), text_layer="text", kind=kind, fiscal_year=year,
        year_basis="table_title", stage=stage, scope=scope, part="whole", unit_name=unit_name,
        department_name=department_name, title=title, producer="", language="zh", parser_version="",
    )  # fmt: skip
    placed = [_placed(little, page) for page, little in enumerate(tables, start=1)]
    facts = [fact for little in placed for fact in _facts(little, about)]
    return ParsedDocument(
        document=about, tables=tuple(little.table for little in placed), facts=tuple(facts),
        sections=tuple(sections), statements=tuple(statements), performance=tuple(performance),
        indicators=tuple(indicators), **others,
    )  # fmt: skip


def fact_of(parsed: ParsedDocument, table: int, row: int, column: int) -> Fact:
    """The figure in a row and column of figures of a table, all counted from 1. Raises StopIteration for a gap."""
    own = parsed.tables[table - 1].table_id
    return next(f for f in parsed.facts if (f.table_id, f.row, f.column) == (own, row, column + 1))


def statement(amount_text: str, unit: str = "万元", **others: Any) -> Statement:
    """A stated figure of the prose: money in yuan, any other unit a value."""
    number = Decimal(amount_text.replace(",", "")) if amount_text else None
    money = unit in money_factors()
    plain: dict[str, Any] = {
        "seq": 1, "section": "", "metric": "other", "metric_text": "", "amount_text": amount_text, "unit": unit,
        "amount": number * money_factors()[unit] if money and number is not None else None,
        "value": None if money else number, "page": 1,
    }  # fmt: skip
    return Statement(**{**plain, **others})


def form(project: str, *funds: tuple[str, str, str], **others: Any) -> Performance:
    """A performance form in yuan; ``funds`` are (period, name, printed text)."""
    plain: dict[str, Any] = {
        "form_seq": 1, "canonical": "performance_project", "project": project, "department": "", "unit": "",
        "attribute": "", "term": "", "money_unit": "元", "funds": funds, "texts": (), "filled_on": "",
        "pages": (1,), "table_id": f"{SHA[:16]}-p1-x0-y0",
    }  # fmt: skip
    return Performance(**{**plain, **others})


def indicator(level3: str, target: str, unit: str = "", **others: Any) -> Indicator:
    """A line of a performance form."""
    plain: dict[str, Any] = {
        "form_seq": 1, "seq": 1, "period": "year", "level1": "", "level2": "", "level3": level3, "operator": "=",
        "target": target, "unit": unit, "weight": "", "is_core": False, "actual": "", "score": "",
        "deviation_reason": "", "raw": f"{target}{unit}", "page": 1,
    }  # fmt: skip
    return Indicator(**{**plain, **others})


def section(text: str, heading_path: str = "", seq: int = 1, **others: Any) -> Section:
    """A stretch of prose on page 1."""
    return Section(**{"seq": seq, "heading_path": heading_path, "text": text, "pages": (1,), **others})


def _placed(little: Little, page: int) -> Little:
    cells = tuple(_cells(one, number, page) for number, one in enumerate(little.rows, start=1))
    name = f"{SHA[:16]}-p{page}-x0-y0"
    return replace(little, table=replace(little.table, table_id=name, pages=(page,), rows=cells))


def _cells(own: Row, number: int, page: int) -> tuple[Cell, ...]:
    texts = (own.name, *own.texts)
    return tuple(Cell(text=text, page=page, box=_box(number, column)) for column, text in enumerate(texts, start=1))


def _box(row: int, column: int) -> tuple[float, float, float, float]:
    return (100.0 * column, 20.0 * row, 100.0 * column + 90, 20.0 * row + 15)


def _facts(little: Little, about: Document) -> Iterator[Fact]:
    for number, own in enumerate(little.rows, start=1):
        for place, (at, text) in enumerate(zip(little.columns, own.texts, strict=True), start=2):
            if text:
                yield _fact(little, about, number, place, own, at, text)


def _fact(little: Little, about: Document, number: int, place: int, own: Row, at: Column, text: str) -> Fact:
    table, page = little.table, little.table.pages[0]
    x0, top, x1, bottom = _box(number, place)
    said: dict[str, Any] = {
        "fact_id": f"{SHA[:16]}-p{page}-x{x0:.0f}-y{top:.0f}", "sha256": SHA, "table_id": table.table_id,
        "page": page, "row": number, "column": place, "x0": x0, "top": top, "x1": x1, "bottom": bottom,
        "unit_name": table.unit_name or about.unit_name, "department_name": about.department_name,
        "document_year": about.fiscal_year, "stage": about.stage, "scope": about.scope, "row_unit_code": "",
        "row_unit_name": "", "fiscal_year": about.fiscal_year,
        "phase": "final" if about.stage == "final" else "approved", "measure": "amount",
        "canonical": table.canonical, "block": table.block, "direction": "expenditure", "flow": "current",
        "fund": "not_stated", "fund_text": "", "expenditure_type": "not_stated", "function_code": "",
        "function_name": "", "econ_dept_code": "", "econ_dept_name": "", "econ_gov_code": "", "econ_gov_name": "",
        "code_text": "", "code_basis": "", "classification_year": None, "item": "", "name": own.name,
        "row_path": own.name, "column_label": at.label, "project_name": "", "project_kind": "", "row_role": "leaf",
        "column_role": "leaf", "amount": None, "value": None, "value_unit": "", "amount_text": text,
        "money_unit": table.money_unit, "reading": "fast", "flags": (),
        **little.meaning, **at.meaning, **own.meaning,
    }  # fmt: skip
    number_read = Decimal(text.replace(",", "").rstrip("%"))
    if said["measure"] in MONEY and table.money_unit:
        said["amount"] = number_read * money_factors()[table.money_unit]
    else:
        said["value"] = number_read
    leaf = said["row_role"] == said["column_role"] == "leaf" and said["measure"] == "amount"
    return Fact(**{"additive": leaf, **said})
