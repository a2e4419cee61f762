"""What each row of a list means: its codes, name, ancestors, and whether it sums others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from datapackages.codes import Classification, classifications
from datapackages.model import Cell, Table
from parsers.columns import Column
from parsers.text import fold, fold_keep
from parsers.vocabulary import first, meaning, words

CODE_NAME = re.compile(r"^[\[(]?(?P<code>\d{3,9})[\])]?[-—_]?(?P<name>[^\d.,\-—].*)$")
SCHEME = {"1": "", "2": "functional", "3": "economic_department", "5": "economic_government"}
FUNCTIONAL_FORMS = (
    "income", "expenditure", "general_function", "basic_function", "fiscal_function", "fund", "state_capital"
)  # fmt: skip
LENGTHS = {"functional": (3, 5, 7), "economic_department": (3, 5), "economic_government": (3, 5)}


@dataclass(slots=True, kw_only=True)
class Coded:
    """One classification of a row."""

    scheme: str
    code: str
    name: str
    text: str  # as printed
    basis: str  # printed, carried_down, looked_up, unknown


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
    role: str = "leaf"
    words: tuple[str, ...] = ()  # every text cell of the row but codes and serial numbers

    @property
    def code(self) -> str:
        """The code of the first classification, by which the list is ordered."""
        return self.codes[0].code if self.codes else ""


def read_rows(table: Table, columns: Sequence[Column]) -> list[Row]:
    """The rows of a list from top to bottom with codes joined and names resolved; roles come later."""
    carried: dict[int, str] = {}
    parents: dict[str, str] = {}
    unit = ("", "")
    rows = []
    for index, cells in enumerate(table.rows):
        row = Row(index=index)
        _read_words(row, cells, columns)
        _read_codes(row, cells, columns, carried)
        _look_up(row, table, parents)
        unit = (row.unit_code, row.unit_name) if row.unit_name else unit
        if not row.unit_name and "unit_name" in {column.kind for column in columns}:
            row.unit_code, row.unit_name = unit
        row.item = _item(row, table)
        rows.append(row)
    return rows


def _read_words(row: Row, cells: Sequence[Cell], columns: Sequence[Column]) -> None:
    texts: dict[str, list[str]] = {}
    for column in columns:
        if column.kind not in ("amount", "serial", "code") and cells[column.index].text:
            texts.setdefault(column.kind, []).append(cells[column.index].text)
    names = texts.get("name", [])
    row.words = tuple(text for kind, some in texts.items() if kind != "unit_code" for text in some)
    row.unit_code = "".join(texts.get("unit_code", []))
    row.unit_name = "".join(texts.get("unit_name", []))
    row.year_text = "".join(texts.get("year", []))
    projects = texts.get("project_name", [])
    row.project_name = "".join(projects[:1])
    row.project_kind = next(iter([*projects[1:], *texts.get("text", [])]), "") if projects else ""
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


def _read_codes(row: Row, cells: Sequence[Cell], columns: Sequence[Column], carried: dict[int, str]) -> None:
    """Codes of the row: each run of code columns, joined, with the name that follows it."""
    for run, name_column in _runs(columns):
        parts = [fold(cells[column.index].text) for column in run]
        name = cells[name_column.index].text if name_column else ""
        if name_column and not any(parts) and (match := CODE_NAME.match(fold(name))):
            printed = fold_keep(name, match.start("name"))
            _add(row, match["code"], printed, match["code"], "printed")
            continue
        if not any(part.isdigit() for part in parts):
            continue
        text = "".join(parts)
        code, basis = _joined(run, parts, carried)
        _add(row, code, name, text, basis)
    if row.codes and row.codes[0].name:
        row.name = row.codes[0].name


def _runs(columns: Sequence[Column]) -> list[tuple[list[Column], Column | None]]:
    """Runs of code columns with the name column behind each; name columns without codes stand alone."""
    out: list[tuple[list[Column], Column | None]] = []
    run: list[Column] = []
    for column in columns:
        if column.kind == "code":
            run.append(column)
        elif column.kind == "name" or run:
            out.append((run, column if column.kind == "name" else None))
            run = []
    return [*out, (run, None)] if run else out


def _joined(run: Sequence[Column], parts: Sequence[str], carried: dict[int, str]) -> tuple[str, str]:
    """The full code of 类, 款 and 项 in columns of their own.

    Some forms print in each row only its own level (205, then 08, then 03); the levels above are carried
    down from the rows before.
    """
    if len(run) == 1:
        return parts[0], "printed"
    deepest = max(i for i, part in enumerate(parts) if part)
    basis = "printed"
    whole = []
    for i, column in enumerate(run[: deepest + 1]):
        if parts[i]:
            carried[column.index] = parts[i]
            for later in run[i + 1 :]:
                carried.pop(later.index, None)
        elif column.index in carried:
            basis = "carried_down"
        whole.append(parts[i] or carried.get(column.index, ""))
    return "".join(whole), basis


def _add(row: Row, code: str, name: str, text: str, basis: str) -> None:
    scheme = SCHEME.get(code[:1], "")
    if not scheme:
        return
    row.codes.append(Coded(scheme=scheme, code=code, name=name, text=text, basis=basis))


def _look_up(row: Row, table: Table, parents: dict[str, str]) -> None:
    """Resolve a name without a code inside its parent; check a printed code against its printed name."""
    for coded in row.codes:
        known = classifications().get(coded.scheme, coded.code)
        if known is None and len(coded.code) not in LENGTHS[coded.scheme]:
            coded.basis = "unknown"
        parents[coded.scheme] = coded.code
    if row.codes or not row.name or meaning("total", fold(row.name)):
        return
    scheme = _scheme(table)
    if not scheme:
        return
    found = resolve(scheme, row.name, parents.get(scheme, ""))
    if found:
        parents[scheme] = found.code
        row.codes.append(Coded(scheme=scheme, code=found.code, name=found.name, text="", basis="looked_up"))


def _scheme(table: Table) -> str:
    """The classification that a list of names without codes follows, by its form."""
    name = table.canonical
    if table.block in ("revenue", "expenditure_use"):
        return ""
    if table.block == "economic_government":
        return "economic_government"
    if "economic" in name or table.block == "economic":
        return "economic_department"
    return "functional" if name.endswith("overall") or name in FUNCTIONAL_FORMS else ""


def resolve(scheme: str, name: str, context: str) -> Classification | None:
    """The entry of a printed name: below the row before, beside it, or a 类 of that name.

    行政运行 stands under dozens of 款, so a name alone decides only where it is the only one of its level.
    """
    plain = bare(name)
    levels = [context[:length] for length in (7, 5, 3) if len(context) >= length]
    for parent in levels:
        found = [e for e in classifications().find(scheme, plain, parent) if e.parent == parent]
        if found:
            return found[0]
    top = [e for e in classifications().find(scheme, plain) if e.level == 1]
    if top:
        return top[0]
    below = [e for e in classifications().find(scheme, plain, context[:3]) if context]
    return below[0] if len(below) == 1 else None


def bare(name: str) -> str:
    """A line's name without its number: 「八、社会保障和就业支出」 -> 「社会保障和就业支出」."""
    return re.sub(words()["numbering"].pattern, "", fold(name))


def _item(row: Row, table: Table) -> str:
    """The fixed id of a line: of the 三公 forms by their words, of a 总表 by its line or its 类."""
    plain = fold(row.name)
    if table.canonical in ("three_public", "operating"):
        return first("item", bare(row.name)) or ("three_public" if meaning("total", plain) else "")
    if table.canonical == "procurement":
        return first("item", plain) if first("item", plain).startswith("procurement") else ""
    if not table.canonical.endswith("overall"):
        return ""
    functional = next((coded for coded in row.codes if coded.scheme == "functional"), None)
    if functional and len(functional.code) == 3:
        return f"function_{functional.code}"
    return _line(row, table)


def _line(row: Row, table: Table) -> str:
    plain = bare(row.name)
    if table.block == "revenue":
        fund = first("fund", plain)
        return first("line", plain) or ("fiscal_appropriation" if fund == "fiscal" else fund)
    return first("line", plain)
