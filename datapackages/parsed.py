"""A parsed document as JSON: what ``yusuan parse FILE --json`` prints and ``data/parsed`` keeps.

Cell texts stand in ``rows``; their places stand beside them in ``cells`` (page and box, rounded to
a hundredth of a point), so that a reader of the figures need not step over the geometry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

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
    Statement,
    Table,
)

READ_WITH: dict[str, type] = {
    "statements": Statement,
    "performance": Performance,
    "indicators": Indicator,
    "covers": Cover,
    "projects": Project,
    "purchases": Purchase,
    "checks": Outcome,
}
# What a spreadsheet may run: also the full-width signs, and signs behind white space.
FORMULA = re.compile(r"[\t\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"-?[0-9,]+(\.[0-9]+)?%?")
MONEY = ("amount", "value")


def to_json(parsed: ParsedDocument) -> dict[str, Any]:
    """Return plain JSON types; amounts become strings because JSON numbers are binary floats."""
    return {
        "document": asdict(parsed.document),
        "tables": [_table(table) for table in parsed.tables],
        "facts": [_fact(fact) for fact in parsed.facts],
        "sections": [_plain(section) for section in parsed.sections],
        **{name: [_plain(entry) for entry in getattr(parsed, name)] for name in READ_WITH},
        "issues": [asdict(issue) for issue in parsed.issues],
    }


def dumps(parsed: ParsedDocument) -> str:
    """One line for each table, fact and section: small, and a diff of two parses stays readable."""
    parts = []
    for name, value in to_json(parsed).items():
        if isinstance(value, list):
            lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in value)
            parts.append(f"{json.dumps(name)}: [\n{lines}\n]" if lines else f"{json.dumps(name)}: []")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def loads(text: str) -> ParsedDocument:
    """Read back what :func:`dumps` wrote."""
    return from_json(json.loads(text))


def fact_rows(parsed: ParsedDocument) -> Iterator[list[str]]:
    """The facts as rows of text under a header, for a spreadsheet.

    Text that a spreadsheet would run as a formula is led by an apostrophe; numbers are left alone.
    """
    names = [field.name for field in fields(Fact)]
    yield names
    for fact in parsed.facts:
        row = _fact(fact)
        yield [spreadsheet(row[name]) for name in names]


def spreadsheet(value: Any) -> str:
    """A value as text that no spreadsheet runs: led by an apostrophe where it would be a formula."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, bool):
        return str(int(value))  # as in the data packages
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")  # the csv module leaves a lone \r unquoted
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def from_json(data: dict[str, Any]) -> ParsedDocument:
    """Read back what :func:`to_json` wrote."""
    return ParsedDocument(
        document=Document(**data["document"]),
        tables=tuple(_read_table(table) for table in data["tables"]),
        facts=tuple(_read_fact(fact) for fact in data["facts"]),
        sections=tuple(Section(**_typed(section)) for section in data["sections"]),
        issues=tuple(Issue(**issue) for issue in data["issues"]),
        **{name: tuple(kind(**_typed(entry)) for entry in data[name]) for name, kind in READ_WITH.items()},
    )


def _table(table: Table) -> dict[str, Any]:
    out = {field.name: getattr(table, field.name) for field in fields(table)}
    out["pages"] = list(table.pages)
    out["columns"] = list(table.columns)
    out["rows"] = [[cell.text for cell in row] for row in table.rows]
    out["cells"] = [[_place(cell) for cell in row] for row in table.rows]
    return out


def _place(cell: Cell) -> list[float]:
    box = () if cell.box is None else tuple(round(edge, 2) for edge in cell.box)
    return [cell.page, *box]


def _read_table(data: dict[str, Any]) -> Table:
    rows = tuple(
        tuple(_read_cell(text, place) for text, place in zip(texts, places, strict=True))
        for texts, places in zip(data["rows"], data["cells"], strict=True)
    )
    plain = {key: value for key, value in data.items() if key not in ("rows", "cells")}
    return Table(**{**plain, "pages": tuple(data["pages"]), "columns": tuple(data["columns"]), "rows": rows})


def _read_cell(text: str, place: list[float]) -> Cell:
    page, *box = place
    return Cell(text=text, page=int(page), box=(box[0], box[1], box[2], box[3]) if box else None)


def _plain(entry: Any) -> dict[str, Any]:
    """A fact, section, statement, form, indicator, project or purchase: money as text, its box rounded."""
    out = {field.name: getattr(entry, field.name) for field in fields(entry)}
    for name in MONEY:
        if out.get(name) is not None:
            out[name] = format(out[name], "f")
    if out.get("box"):
        out["box"] = [round(edge, 2) for edge in out["box"]]
    if isinstance(entry, Project):
        out["funds"] = [[fund, format(amount, "f")] for fund, amount in entry.funds]
    return out


def _typed(data: dict[str, Any]) -> dict[str, Any]:
    """Undo :func:`_plain`: lists become tuples, money becomes Decimal."""
    out = {name: _tuple(value) for name, value in data.items()}
    for name in MONEY:
        if out.get(name) is not None:
            out[name] = Decimal(out[name])
    if "project_seq" in out:
        out["funds"] = tuple((fund, Decimal(amount)) for fund, amount in out["funds"])
    return out


def _tuple(value: Any) -> Any:
    return tuple(_tuple(entry) for entry in value) if isinstance(value, list) else value


def _fact(fact: Fact) -> dict[str, Any]:
    return {**_plain(fact), "flags": list(fact.flags)}


def _read_fact(data: dict[str, Any]) -> Fact:
    decimals = {name: None if data[name] is None else Decimal(data[name]) for name in ("amount", "value")}
    return Fact(**{**data, **decimals, "flags": tuple(data["flags"])})
