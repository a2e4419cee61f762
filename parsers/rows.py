"""What each row of a list means: its codes, name, ancestors, and whether it sums others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from datapackages.model import Cell, Table
from parsers.columns import REVENUE_FORMS, Column
from parsers.row_codes import Coded, bare, code_columns, look_up, read_codes, unsettle_running
from parsers.text import fold
from parsers.vocabulary import first, meaning


@dataclass(slots=True, kw_only=True)
class Row:
    """One row of a list, before its figures."""

    index: int
    name: str = ""
    codes: list[Coded] = field(default_factory=list)
    unit_code: str = ""
    unit_name: str = ""
    project_name: str = ""
    project_kind: str = ""
    year_text: str = ""
    item: str = ""
    path: str = ""
    parent: int | None = None  # index of the row over it
    role: str = "leaf"
    words: tuple[str, ...] = ()  # every text cell of the row but codes and serial numbers

    @property
    def code(self) -> str:
        """The code of the first classification, by which the list is ordered."""
        return self.codes[0].order if self.codes else ""


def read_rows(table: Table, columns: Sequence[Column]) -> list[Row]:
    """The rows of a list from top to bottom with codes joined and names resolved; roles come later."""
    carried: dict[int, str] = {}
    parents: dict[str, str] = {}
    runs = code_columns(columns)
    rows = []
    for index, cells in enumerate(table.rows):
        row = Row(index=index)
        _read_words(row, cells, columns)
        row.codes = look_up(read_codes(cells, runs, carried), row.name, table, parents)
        if row.codes and row.codes[0].name and row.codes[0].text:
            row.name = row.codes[0].name
        rows.append(row)
    unsettle_running(row.codes for row in rows)
    for row in rows:
        row.item = _item(row, table)
    return rows


def _read_words(row: Row, cells: Sequence[Cell], columns: Sequence[Column]) -> None:
    texts: dict[str, list[str]] = {}
    for column in columns:
        if column.kind not in ("amount", "serial", "code") and cells[column.index].text:
            texts.setdefault(column.kind, []).append(cells[column.index].text)
            if column.kind in ("text", "project_name") and meaning("project_kind", fold(column.label)):
                row.project_kind = row.project_kind or cells[column.index].text
    names = texts.get("name", [])
    row.words = tuple(text for kind, some in texts.items() if kind != "unit_code" for text in some)
    row.unit_code = "".join(texts.get("unit_code", []))
    row.unit_name = "".join(texts.get("unit_name", []))
    row.year_text = "".join(texts.get("year", []))
    projects = texts.get("project_name", [])
    row.project_name = "".join(projects[:1])
    row.project_kind = row.project_kind if projects else ""
    first_code = next((cells[c.index].text for c in columns if c.kind == "code" and cells[c.index].text), "")
    # 合计 merged over code and name stands in the code's cell.
    for code in (first_code, row.unit_code, *texts.get("project_code", [])):
        if not names and meaning("total", fold(code)):
            names = [code]
    choices = (*names[:1], row.project_name, row.unit_name, *texts.get("text", []), row.year_text)
    row.name = next((text for text in choices if text), "")
    if meaning("total", fold(row.unit_name)):
        row.unit_name = ""
    if meaning("total", fold(row.project_name)):
        row.project_name = ""


def _item(row: Row, table: Table) -> str:
    """The fixed id of a line: of the 三公 forms by their words, of a 总表 by its line or its 类."""
    plain = fold(row.name)
    if table.canonical in ("three_public", "operating"):
        return first("item", bare(row.name)) or ("three_public" if meaning("total", plain) else "")
    if table.canonical == "procurement":
        return first("item", plain) if first("item", plain).startswith("procurement") else ""
    if not table.canonical.endswith("overall"):
        return first("fund", bare(row.name)) if table.canonical in REVENUE_FORMS and not row.codes else ""
    functional = next((coded for coded in row.codes if coded.scheme == "functional"), None)
    if functional and len(functional.code) == 3:
        return f"function_{functional.code}"
    return _line(row, table)


def _line(row: Row, table: Table) -> str:
    plain, side = bare(row.name), "revenue" if table.block == "revenue" else "expenditure"
    if meaning("total", plain) and not meaning("part_total", plain):
        return f"{side}_total"
    if side == "revenue":
        fund = first("fund", plain)
        return first("line", plain) or {"fiscal": "fiscal_appropriation", "not_stated": ""}.get(fund, fund)
    return first("line", plain)
