"""What a figure means: column, row and form together say direction, flow, fund, type of expenditure and item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from datapackages.model import Table
from parsers.columns import REVENUE_FORMS, Column
from parsers.row_codes import bare
from parsers.rows import Row
from parsers.text import fold
from parsers.vocabulary import first, meaning

TWO_SIDED = ("fund", "state_capital")  # forms that may print revenue and expenditure of one fund side by side
BY_ROW = ("revenue", "expenditure", "expenditure_use", "economic", "economic_government")  # blocks of lines
TYPED_BY_ROW = ("expenditure_use", "economic")
ITEMS_ONLY = ("three_public", "operating", "procurement", "purchased_services")
FISCAL = {"general_public", "government_fund", "state_capital", "fiscal"}


@dataclass(slots=True, kw_only=True)
class Line:
    """What a row says of its figures; "" leaves it to the column and the form."""

    flow: str = ""
    fund: str = ""
    fund_text: str = ""
    expenditure_type: str = ""


class Meaning:
    """The meaning of the figures of one list, with what holds for all of them worked out once."""

    def __init__(self, table: Table, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        self._table = table
        self._title = fold(table.title)
        self._lines = table.canonical.endswith("overall") or table.block in BY_ROW
        self._side = "revenue" if table.block == "revenue" or table.canonical in REVENUE_FORMS else "expenditure"
        amounts = [column for column in columns if column.kind == "amount"]
        self._form_fund = self._fund_of_form(amounts)
        self._sums = {c.index: self._fund_of_sum(c, amounts) for c in amounts if c.role in ("total", "subtotal")}
        self._form_flow = first("title_flow", self._title)
        self._this_year = {c.index for c in amounts if any(meaning("this_year", fold(part)) for part in c.path)}
        if any(c.role == "total" and c.index in self._this_year for c in amounts):
            self._this_year = {c.index for c in amounts}  # 本年收入合计 over its parts: final accounts
        self._rows = self._read_rows(rows)
        self._openings = any(c.flow == "opening" for c in amounts)
        self._known: dict[tuple[int, tuple[str | bool, ...]], dict[str, object]] = {}
        self._parted = any(line.flow == "opening" for line in self._rows) or any(
            meaning("this_year", fold(row.name)) for row in rows
        )

    def _read_rows(self, rows: Sequence[Row]) -> list[Line]:
        """Each row's own words, else those of the rows over it."""
        lines: list[Line] = []
        for row in rows:
            line = self._line(row)
            if row.parent is not None and row.parent < len(lines):
                over = lines[row.parent]
                line.flow = line.flow or over.flow
                line.expenditure_type = line.expenditure_type or over.expenditure_type
                if not line.fund:
                    line.fund, line.fund_text = over.fund, over.fund_text
            lines.append(line)
        return lines

    def _line(self, row: Row) -> Line:
        name, line = fold(row.name), Line()
        lines = self._lines or (self._side == "revenue" and not row.codes and not row.unit_name)
        if lines:
            line.flow = first("flow", name)
            line.expenditure_type = self._type_of(row, name, line.flow)
        if self._side == "revenue" and lines and row.name and row.role != "total":
            line.fund = first("fund", bare(row.name))
            if not line.fund and line.flow == "opening":
                parted = row.role == "subtotal" and self._form_fund == "fiscal"
                line.fund = "fiscal" if parted else "not_stated"
            line.fund_text = row.name if line.fund else ""
        return line

    def _type_of(self, row: Row, name: str, flow: str) -> str:
        """A line without a classification may name its type: 上缴上级支出, 人员经费和公用经费支出."""
        if flow in ("opening", "closing") and self._table.block in TYPED_BY_ROW:
            return "not_stated"
        return "" if row.codes else first("expenditure_type", name)

    def _fund_of_form(self, amounts: Sequence[Column]) -> str:
        """The fund in the title, else that of the form; not stated where neither title nor columns say one."""
        default = first("table_fund", self._table.canonical) or "not_stated"
        if default not in ("total", "not_stated"):
            return default
        if self._table.canonical in ("overall", *REVENUE_FORMS, "expenditure"):
            return default
        named = first("fund", self._title)
        return named or (default if any(column.fund for column in amounts) else "not_stated")

    def _fund_of_sum(self, total: Column, amounts: Sequence[Column]) -> str:
        """A 合计 over columns of several funds is their sum, whatever fund the form is named after."""
        over = total.path[:-1]
        funds = {c.fund for c in amounts if c.role == "leaf" and c.fund and c.path[: len(over)] == over}
        if len(funds) < 2:
            return ""
        return "fiscal" if funds <= FISCAL else "total"

    def of(self, row: Row, column: Column) -> dict[str, object]:
        """The fields of a fact that say what a figure means; rows that say the same share one answer."""
        line = self._rows[row.index]
        said = (line.flow, line.fund, line.fund_text, line.expenditure_type, row.item, row.role == "total")
        known = self._known.get((column.index, said))
        if known is None:
            fund, fund_text = self._fund(row, column)
            known = self._known[column.index, said] = {
                "direction": self._direction(row, column),
                "flow": self._flow(row, column),
                "fund": fund,
                "fund_text": fund_text,
                "expenditure_type": self._expenditure_type(row, column),
                "item": self._item(row, column),
            }
        return known

    def _direction(self, row: Row, column: Column) -> str:
        """revenue, expenditure or balance."""
        flow = column.flow or self._rows[row.index].flow
        if self._table.canonical not in TWO_SIDED:
            return self._side
        if flow in ("opening", "closing"):
            return "balance"
        return column.direction or self._side

    def _fund(self, row: Row, column: Column) -> tuple[str, str]:
        """The fund and the words that say it: of the column, else of the row, else of the form."""
        if column.fund:
            return column.fund, column.fund_text
        line = self._rows[row.index]
        if line.fund:
            return line.fund, line.fund_text
        if found := self._sums.get(column.index):
            return found, ""
        opening = column.flow == "opening" and self._form_fund == "total"
        return "not_stated" if opening else self._form_fund, ""

    def _flow(self, row: Row, column: Column) -> str:
        """current, opening, closing, distribution, all or not_stated."""
        if found := column.flow or self._rows[row.index].flow or self._form_flow:
            return found
        if column.index in self._this_year:
            return "current"
        if self._openings:
            return "all" if column.role == "total" else "current"
        if self._parted and self._side == "revenue":
            return "all" if row.role == "total" else "current"
        return "all"

    def _expenditure_type(self, row: Row, column: Column) -> str:
        """total, basic, personnel ...; revenue and money left for the next year have none."""
        if self._side == "revenue" or column.flow == "closing":
            return "not_stated"
        if found := column.expenditure_type or self._rows[row.index].expenditure_type:
            return found
        if self._table.block in ("personnel", "public"):
            return self._table.block
        if self._table.canonical in ITEMS_ONLY:
            return "not_stated"
        return first("table_expenditure_type", self._table.canonical) or "total"

    def _item(self, row: Row, column: Column) -> str:
        """The fixed id of a line without a classification; a 合计 of a 三公 form is the sum of the three."""
        if column.item or row.item:
            return column.item or row.item
        return "three_public" if self._table.canonical == "three_public" and column.role == "total" else ""
