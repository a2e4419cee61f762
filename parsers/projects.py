"""Projects of a unit with their money of the year by fund, read from the lists whose rows are projects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from datapackages.model import Document, Fact, Project, Table
from parsers.lines import Line, kinds_over, own_figures, read_lines, unit_of, whole
from parsers.row_projects import prefix_of
from parsers.text import fold
from parsers.vocabulary import first

FORMS = ("projects", "projects_carryover")
# Lists by function that may go down to projects; read only where the document has no list of projects.
OTHER_FORMS = ("expenditure", "general_function", "fiscal_function", "fund", "state_capital")


def read_projects(document: Document, tables: Sequence[Table], facts: Sequence[Fact]) -> tuple[Project, ...]:
    """The projects in the order printed, counted from 1; a project printed on two rows is two entries.

    ``funds`` begins with the line's total (as printed, else the sum of its columns) under ``total``; money
    brought over from last year whose fund is not printed stands under ``not_stated``.
    """
    lists = [table for table in tables if table.canonical in FORMS]
    lists = lists or [table for table in tables if table.canonical in OTHER_FORMS and _names_projects(table)]
    found: list[Project] = []
    for table in lists:
        lines = [line for line in read_lines(table, facts, document, "project_column") if _is_project(line)]
        prefix = prefix_of([_name(line) for line in lines])
        found += [_project(line, len(found) + i, prefix, table, document) for i, line in enumerate(lines, 1)]
    return tuple(found)


def _names_projects(table: Table) -> bool:
    """Whether a list by function has a column for projects beside that of the functions."""
    kinds = {first("project_column", fold(label)) for label in table.columns}
    return {"function", "name"} <= kinds


def _is_project(line: Line) -> bool:
    named = bool(line.text("name")) or not line.texts.get("function")
    return line.role == "leaf" and bool(line.facts) and named and bool(line.words)


def _name(line: Line) -> str:
    return line.text("name") or line.words


def _project(line: Line, seq: int, prefix: re.Pattern[str], table: Table, document: Document) -> Project:
    name = _name(line)
    match = prefix.match(name)
    lead = match["prefix"] if match else ""
    figures = own_figures(line, document)
    return Project(
        project_seq=seq,
        name=name[len(lead) :],
        prefix=lead,
        kind=line.text("kind") or "/".join(kinds_over(line)),
        unit=unit_of(line, table, document),
        funds=tuple(_funds(figures, line).items()),
        fact_ids=tuple(fact.fact_id for fact in figures),
        page=line.page,
    )


def _funds(figures: Sequence[Fact], line: Line) -> dict[str, Decimal]:
    """Fund → yuan, the total first. A fund printed in parts and as their sum counts as the sum."""
    total = whole(figures)
    funds = {} if total is None else {"total": total}
    named = first("fund", fold(line.text("fund")))
    if total is not None and named and len(figures) == 1:
        return {**funds, named: total}
    shares: dict[str, list[Fact]] = {}
    for fact in figures:
        shares.setdefault("not_stated" if _brought_over(fact) else fact.fund, []).append(fact)
    for fund, some in shares.items():
        if fund != "total":
            sums = [fact for fact in some if fact.column_role in ("total", "subtotal")]
            funds[fund] = sum((fact.amount or Decimal(0) for fact in sums or some), Decimal(0))
    return funds


def _brought_over(fact: Fact) -> bool:
    return fact.flow == "opening" and fact.fund == "total" and fact.column_role == "leaf"
