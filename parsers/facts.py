"""Lists to facts: every printed figure with its meaning, or an Issue that says where and why not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

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
from parsers.text import REPEATED, fold
from parsers.vocabulary import first, meaning

FORMS_WITHOUT_FACTS = ("unrecognised", "performance_project", "performance_overall", "performance_result")
WITH_COUNTS = ("three_public", "operating")  # forms that may print numbers of vehicles and visits among money
DIGIT = re.compile(r"\d")
SCHEMES = ("functional", "economic_department", "economic_government")
Fields = dict[str, object]  # of a fact, by name
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
    figures = _Figures(table, document, readings, columns, rows)
    for row in rows:
        yield from _unknown(row, rows, table)
        yield from figures.of_row(row)


def _unread(table: Table) -> Iterator[Issue]:
    if table.canonical != "unrecognised":
        return
    if sum(amounts.read(cell.text) is not None for row in table.rows for cell in row) > 2:
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


class _Figures:
    """The figures of one list. What the facts of a list, a row or a column share is put together once."""

    def __init__(
        self,
        table: Table,
        document: Document,
        readings: Mapping[int, str],
        columns: Sequence[Column],
        rows: Sequence[Row],
    ) -> None:
        self._table, self._document, self._readings = table, document, readings
        self._said = Meaning(table, columns, rows)
        self._shared = _of_list(table, document)
        self._columns = [(column, _of_column(column)) for column in columns if column.kind == "amount"]

    def of_row(self, row: Row) -> Iterator[Fact | Issue]:
        """The facts of a row, and figures that cannot be read."""
        fields = self._shared | _of_row(row, self._document)
        cells = self._table.rows[row.index]
        for column, of_column in self._columns:
            cell = cells[column.index]
            if cell.text and (found := self._found(row, column, cell, fields, of_column)):
                yield found

    def _found(
        self, row: Row, column: Column, cell: Cell, fields: Fields, of_column: Fields
    ) -> Fact | Issue | None:
        """What a cell in a column of figures says: nothing where a dash or words are printed.

        ``fields`` are those of the row; those of the cell come in place of those of the cell before.
        """
        if cell.box is None:  # under a merged cell
            return None
        value = amounts.read(cell.text)
        if value is not None and not amounts.is_too_much(value, self._table.money_unit):
            fields.update(of_column)
            fields.update(self._said.of(row, column))
            fields.update(self._own(row, column, cell, value))
            return _new_fact(fields)
        if amounts.is_dash(cell.text) or not DIGIT.search(fold(cell.text)):
            return None
        here = {"row": row.index + 1, "column": column.index + 1}
        return issue("unreadable-amount", page=cell.page, table=self._table.table_id, **here, found=cell.text)

    def _own(self, row: Row, column: Column, cell: Cell, value: Decimal) -> Fields:
        """What the fact of one cell shares with no other."""
        assert cell.box is not None
        table, document = self._table, self._document
        measure, year = _measure(row, column, cell, document, table.canonical in WITH_COUNTS)
        money = measure in ("amount", "change") and bool(table.money_unit)
        x0, top, x1, bottom = map(_hundredths, cell.box)
        return {
            "fact_id": f"{document.sha256[:16]}-p{cell.page}-x{round(x0)}-y{round(top)}",
            "page": cell.page,
            "x0": x0,
            "top": top,
            "x1": x1,
            "bottom": bottom,
            "fiscal_year": year,
            "measure": measure,
            "additive": measure == "amount" and row.role == "leaf" and column.role == "leaf",
            "amount": amounts.yuan(value, table.money_unit) if money else None,
            "value": None if money else value,
            "value_unit": "" if money else _value_unit(measure, row, column),
            "amount_text": cell.text,
            "reading": self._readings[cell.page],
        }


def _of_list(table: Table, document: Document) -> Fields:
    return {
        "sha256": document.sha256,
        "table_id": table.table_id,
        "unit_name": table.unit_name or document.unit_name,
        "department_name": document.department_name,
        "document_year": document.fiscal_year,
        "stage": document.stage,
        "scope": document.scope,
        "canonical": table.canonical,
        "block": table.block,
        "money_unit": table.money_unit,
        "flags": (),
    }


def _of_row(row: Row, document: Document) -> Fields:
    coded = {one.scheme: _classified(one) for one in reversed(row.codes)}  # the first of each
    (function_code, function_name), (dept_code, dept_name), (gov_code, gov_name) = [
        coded.get(scheme, ("", "")) for scheme in SCHEMES
    ]
    lead = row.codes[0] if row.codes else None
    return {
        "row": row.index + 1,
        "row_unit_code": row.unit_code,
        "row_unit_name": row.unit_name,
        "function_code": function_code,
        "function_name": function_name,
        "econ_dept_code": dept_code,
        "econ_dept_name": dept_name,
        "econ_gov_code": gov_code,
        "econ_gov_name": gov_name,
        "code_text": lead.text if lead else "",
        "code_basis": lead.basis if lead else "",
        "classification_year": document.fiscal_year if lead else None,
        "name": row.name,
        "row_path": row.path,
        "project_name": row.project_name,
        "project_kind": row.project_kind,
        "row_role": row.role,
    }


def _of_column(column: Column) -> Fields:
    return {
        "column": column.index + 1,
        "phase": column.phase,
        "column_label": column.label,
        "column_role": column.role,
    }


@lru_cache(REPEATED)
def _hundredths(edge: float) -> float:
    """An edge rounded. Cells of a row or a column share theirs, and to round takes ten times as long as to know."""
    return round(edge, 2)


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


def _classified(coded: Coded) -> tuple[str, str]:
    """Code and official name in one classification; the printed name where the list lacks the code."""
    known = classifications().get(coded.scheme, coded.code) if coded.code else None
    return coded.code, known.name if known else coded.name
