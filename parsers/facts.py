"""Lists to facts: every printed figure with its meaning, or an Issue that says where and why not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from datapackages.codes import classifications
from datapackages.issues import issue
from datapackages.model import Cell, Document, Fact, Issue, Table
from parsers import amounts
from parsers.columns import YEAR, Column, read_columns
from parsers.meaning import Meaning
from parsers.opened import opened
from parsers.roles import set_roles
from parsers.row_codes import Coded, bare, scheme
from parsers.row_projects import settle_projects
from parsers.row_units import name_units
from parsers.rows import Row, read_rows
from parsers.text import fold
from parsers.vocabulary import first, meaning

FORMS_WITHOUT_FACTS = ("unrecognised", "performance_project", "performance_overall", "performance_result")
WITH_COUNTS = ("three_public", "operating")  # forms that may print numbers of vehicles and visits among money
NOT_CODED = Coded(scheme="", code="", name="", text="", basis="")
SCHEMES = ("functional", "economic_department", "economic_government")
Classified = list[tuple[str, str]]  # for each scheme code and name of a row
_new_fact = opened(Fact)


def read_facts(table: Table, document: Document, readings: Mapping[int, str]) -> Iterator[Fact | Issue]:
    """The facts of one list in reading order, and what of it was not understood.

    ``readings`` says for each page how its characters were read.
    """
    if table.canonical in FORMS_WITHOUT_FACTS or not table.rows:
        yield from _unread(table)
        return
    if not table.money_unit:
        yield issue("missing-money-unit", page=table.pages[0], table=table.table_id, title=table.title)
    columns = read_columns(table, document.fiscal_year, document.stage)
    rows = read_rows(table, columns)
    set_roles(table, columns, rows)
    name_units(columns, rows)
    settle_projects(table, rows)
    said = Meaning(table, columns, rows)
    printed = [column for column in columns if column.kind == "amount"]
    for row in rows:
        yield from _unknown(row, rows, table)
        classified = [_classified(row, scheme) for scheme in SCHEMES]
        for column in printed:
            if found := _figure(table, document, readings, said, row, classified, column):
                yield found


def _unread(table: Table) -> Iterator[Issue]:
    figures = sum(amounts.read(cell.text) is not None for row in table.rows for cell in row)
    if table.canonical == "unrecognised" and figures > 2:
        yield issue("unknown-title", page=table.pages[0], table=table.table_id, title=table.title or "-")


def _unknown(row: Row, rows: Sequence[Row], table: Table) -> Iterator[Issue]:
    """Codes and names that the classifications lack; what is printed is kept all the same."""
    page, here = table.rows[row.index][0].page, row.index + 1
    for coded in row.codes:
        local = len(coded.code) == 7 and coded.scheme != "functional"  # a place's own division of a 款
        code = coded.code[:5] if local else coded.code
        if coded.basis != "looked_up" and not classifications().get(coded.scheme, code):
            printed, name = coded.code or coded.text, coded.name or row.name
            yield issue("unknown-code", page=page, table=table.table_id, row=here, code=printed, name=name)
    if _is_nameless_code(row, table) and any(other.codes for other in rows):
        yield issue("unknown-name", page=page, table=table.table_id, row=here, name=row.name)


def _is_nameless_code(row: Row, table: Table) -> bool:
    """Whether a name in a list of classifications stands for none that is known."""
    if row.codes or not row.name or row.role in ("total", "of_which") or not scheme(table):
        return False
    if row.role == "subtotal" and table.canonical.endswith("overall"):
        return False  # 一、部门预算
    said = row.item or row.unit_name or row.project_name or meaning("of_which", fold(row.name))
    return not (said or any(first(group, fold(row.name)) for group in ("flow", "fund", "expenditure_type")))


def _figure(
    table: Table,
    document: Document,
    readings: Mapping[int, str],
    said: Meaning,
    row: Row,
    classified: Classified,
    column: Column,
) -> Fact | Issue | None:
    """The figure of a row in a column of figures: None where nothing is printed, a dash, or words."""
    cell = table.rows[row.index][column.index]
    if not cell.text or cell.box is None:
        return None
    value = amounts.read(cell.text)
    if value is not None and not amounts.is_too_much(value, table.money_unit):
        return _fact(table, document, readings[cell.page], said, row, classified, column, cell, value)
    if amounts.is_dash(cell.text) or not re.search(r"\d", fold(cell.text)):
        return None
    return issue(
        "unreadable-amount",
        page=cell.page,
        table=table.table_id,
        row=row.index + 1,
        column=column.index + 1,
        found=cell.text,
    )


def _fact(
    table: Table,
    document: Document,
    reading: str,
    said: Meaning,
    row: Row,
    classified: Classified,
    column: Column,
    cell: Cell,
    value: Decimal,
) -> Fact:
    assert cell.box is not None
    measure, year = _measure(row, column, cell, document, table.canonical in WITH_COUNTS)
    money = measure in ("amount", "change") and bool(table.money_unit)
    fund, fund_text = said.fund(row, column)
    lead = row.codes[0] if row.codes else None
    (function_code, function_name), (dept_code, dept_name), (gov_code, gov_name) = classified
    x0, top, x1, bottom = [round(edge, 2) for edge in cell.box]
    return _new_fact(
        fact_id=f"{document.sha256[:16]}-p{cell.page}-x{round(x0)}-y{round(top)}",
        sha256=document.sha256,
        table_id=table.table_id,
        page=cell.page,
        row=row.index + 1,
        column=column.index + 1,
        x0=x0,
        top=top,
        x1=x1,
        bottom=bottom,
        unit_name=table.unit_name or document.unit_name,
        department_name=document.department_name,
        document_year=document.fiscal_year,
        stage=document.stage,
        scope=document.scope,
        row_unit_code=row.unit_code,
        row_unit_name=row.unit_name,
        fiscal_year=year,
        phase=column.phase,
        measure=measure,
        canonical=table.canonical,
        block=table.block,
        direction=said.direction(row, column),
        flow=said.flow(row, column),
        fund=fund,
        fund_text=fund_text,
        expenditure_type=said.expenditure_type(row, column),
        function_code=function_code,
        function_name=function_name,
        econ_dept_code=dept_code,
        econ_dept_name=dept_name,
        econ_gov_code=gov_code,
        econ_gov_name=gov_name,
        code_text=lead.text if lead else "",
        code_basis=lead.basis if lead else "",
        classification_year=document.fiscal_year if lead else None,
        item=said.item(row, column),
        name=row.name,
        row_path=row.path,
        column_label=column.label,
        project_name=row.project_name,
        project_kind=row.project_kind,
        row_role=row.role,
        column_role=column.role,
        additive=measure == "amount" and row.role == "leaf" and column.role == "leaf",
        amount=amounts.yuan(value, table.money_unit) if money else None,
        value=None if money else value,
        value_unit="" if money else _value_unit(measure, row, column),
        amount_text=cell.text,
        money_unit=table.money_unit,
        reading=reading,
        flags=(),
    )


def _measure(row: Row, column: Column, cell: Cell, document: Document, counts: bool) -> tuple[str, int | None]:
    """Measure and fiscal year; a row may carry them (2025年, 增减变化) where years stand one below another."""
    measure, year = column.measure, column.fiscal_year
    if row.year_text:
        match = YEAR.search(fold(row.year_text))
        year = int(match[1]) if match else document.fiscal_year
        measure = first("measure", fold(row.year_text)) or measure
    if measure == "amount" and counts and first("measure", bare(row.name)) == "count":
        measure = "count"  # 公务用车保有量（辆） among the three public expenses of final accounts
    if cell.text.endswith(("%", "％")) and measure in ("amount", "change"):
        measure = "change_percent" if measure == "change" else "share"
    return measure, year


def _value_unit(measure: str, row: Row, column: Column) -> str:
    if measure != "count":
        return {"change_percent": "%", "share": "%"}.get(measure, "")
    return first("count_unit", fold(column.label)) or first("count_unit", fold(row.name))


def _classified(row: Row, scheme: str) -> tuple[str, str]:
    """Code and official name of a row in one classification; the printed name where the list lacks the code."""
    coded = next((coded for coded in row.codes if coded.scheme == scheme), NOT_CODED)
    known = classifications().get(scheme, coded.code) if coded.code else None
    return coded.code, known.name if known else coded.name
