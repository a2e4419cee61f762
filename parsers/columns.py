"""What each column of a list means: from its header path, corrected by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from datapackages.model import Cell, Table
from parsers import amounts
from parsers.column_roles import set_column_roles
from parsers.text import fold
from parsers.vocabulary import first, meaning

YEAR = re.compile(r"(20\d\d)年?")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
REVENUE_FORMS = ("income", "fund_income")
CODED = ("serial", "code", "unit_code", "project_code", "year")  # kinds of columns that may hold bare numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One leaf column. ``kind`` is "amount" or what kind of words stand in it."""

    index: int
    path: tuple[str, ...]
    kind: str
    measure: str = "amount"
    fund: str = ""  # "" = the row or the table decides
    fund_text: str = ""
    flow: str = ""
    direction: str = ""
    expenditure_type: str = ""
    item: str = ""
    fiscal_year: int | None = None
    phase: str = ""
    role: str = "leaf"

    @property
    def label(self) -> str:
        return "/".join(self.path)


def read_columns(table: Table, document_year: int | None, stage: str) -> list[Column]:
    """The columns of a list from left to right, roles included."""
    columns = []
    for index, label in enumerate(table.columns):
        path = tuple(part for part in label.split("/") if part)
        cells = [row[index] for row in table.rows]
        columns.append(_column(index, path, cells, document_year, stage))
    return set_column_roles(columns, table.rows)


def _column(index: int, path: tuple[str, ...], cells: Sequence[Cell], year: int | None, stage: str) -> Column:
    kind = _kind(path, [fold(cell.text) for cell in cells])
    if kind != "amount":
        return Column(index=index, path=path, kind=kind)
    words = [fold(part) for part in reversed(path)]
    fund, fund_text = _meant("fund", words)
    return Column(
        index=index,
        path=path,
        kind=kind,
        measure=_meant("measure", words)[0] or "amount",
        fund=fund,
        fund_text=fund_text,
        flow=_meant("flow", words)[0],
        direction=_direction(words),
        expenditure_type=_meant("expenditure_type", words)[0],
        item=_meant("item", words)[0],
        fiscal_year=_year(words, year),
        phase=_phase(words, stage),
    )


def _kind(path: Sequence[str], texts: Sequence[str]) -> str:
    """The kind that the heading names, unless the column plainly holds something else."""
    named = first("kind", fold(path[-1])) if path else ""
    filled = [text for text in texts if text]
    if named and named not in CODED:
        decimals = [text for text in filled if "." in text and amounts.read(text) is not None]
        return "amount" if filled and len(decimals) >= 0.8 * len(filled) else named
    if named and named != "code":
        return named
    wordy = len([text for text in filled if CHINESE.search(text)]) > 0.5 * len(filled)
    if named:  # 科目 may head names, and a code may have its name in the same cell
        return "name" if wordy else named
    return "text" if wordy else "amount"


def _meant(group: str, words: Sequence[str]) -> tuple[str, str]:
    """The first meaning found going up the header path, and the heading that says so."""
    for word in words:
        if found := first(group, word):
            return found, word
    return "", ""


def _direction(words: Sequence[str]) -> str:
    """A heading such as 本年收入 or 本年支出 says which side a column is on."""
    for word in words:
        if first("flow", word) in ("opening", "closing"):
            return ""
        if found := first("direction", word):
            return found
    return ""


def _year(words: Sequence[str], document_year: int | None) -> int | None:
    for word in words:
        if match := YEAR.search(word):
            return int(match[1])
        if document_year and meaning("last_year", word) and not first("flow", word):
            return document_year - 1
    return document_year


def _phase(words: Sequence[str], stage: str) -> str:
    named = first("phase", "/".join(words))
    return named or {"final": "final", "adjusted": "adjusted"}.get(stage, "approved")
