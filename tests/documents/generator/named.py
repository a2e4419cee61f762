"""Tables whose rows have names: the three public expenses, projects, units, purchases."""

from __future__ import annotations

from typing import Any

from generator.city import names
from generator.figures import SOURCES, Line, public_total
from generator.grid import Listing, Row
from generator.sheet import Filled, Sheet, Spec, columns, with_total


def items(sheet: Sheet) -> Filled:
    """The three public expenses, as rows or as columns."""
    rows: list[Row] = []
    for row in sheet.say("rows"):
        values = tuple(sheet.money(_item(sheet, {**row, **column})) for column in sheet.say("columns"))
        rows.append((row["label"], *values) if "label" in row else values)
    return [Listing(columns=columns(sheet), rows=tuple(rows))], False


def _item(sheet: Sheet, place: Spec) -> int:
    year = sheet.accounts.last if place.get("year") == "last" else sheet.accounts
    if year is None:
        raise ValueError(f"{sheet.accounts.name} {sheet.accounts.year}: the form asks for a year that was not made")
    items = year.three_public
    sums = {"none": 0, "total": public_total(items), "vehicles": items["purchase"] + items["operation"]}
    return {**items, **sums}[place["item"]]


def projects(sheet: Sheet) -> Filled:
    """Rows are projects, after their total."""
    projects = [
        project
        for project in sheet.accounts.projects
        if project.amount and project.source in SOURCES[sheet.say("source")]
    ]
    lines = [
        Line(unit=project.unit, function="", source=project.source, project=project.amount) for project in projects
    ]
    rows = [
        (*(_project_text(sheet, project, word) for word in sheet.say("texts")), *_sums(sheet, [line]))
        for project, line in zip(projects, lines, strict=True)
    ]
    heads = len(sheet.say("heads"))
    label = sheet.accounts.name if sheet.say("total") == "unit" else "合计"
    if rows:
        rows = [(label, *[""] * (heads - 1), *_sums(sheet, lines)), *rows]
    return [Listing(columns=columns(sheet), rows=tuple(rows), merged=heads)], not rows


def _project_text(sheet: Sheet, project: Any, word: str) -> str:
    return project.prefix + project.name if word == "prefixed" else str(getattr(project, word))


def _sums(sheet: Sheet, lines: list[Line]) -> Row:
    return tuple(
        sheet.money(sum(line.project for line in lines if line.source in SOURCES[column.get("source", "all")]))
        for column in sheet.say("columns")
    )


def units(sheet: Sheet) -> Filled:
    """Rows are units; a department stands over its only unit."""
    rows: list[Row] = []
    for unit in sheet.accounts.units:
        lines = [line for line in sheet.accounts.revenue if line.unit is unit]
        name = unit.name_in(sheet.accounts.year)
        heads = (name,) if sheet.say("codes") == "name" else (unit.code, name)
        rows.append((*heads, *_sources(sheet, lines)))
    if len(sheet.accounts.units) == 1 and sheet.say("codes") != "name":  # the department's line over its only unit
        department = sheet.accounts.department
        rows = [(department.code, department.name, *rows[0][2:]), *rows]
    return with_total(sheet, rows, _sources(sheet, list(sheet.accounts.revenue)))


def _sources(sheet: Sheet, lines: list[Line]) -> Row:
    return tuple(
        sheet.money(sum(line.of("total") for line in lines if line.source in SOURCES[column.get("source", "all")]))
        for column in sheet.say("columns")
    )


def operating(sheet: Sheet) -> Filled:
    """机关运行经费 = public expenditure of an administrative body; an institution has none."""
    lines = [line for line in sheet.accounts.economics if line.public] if sheet.accounts.administration else []
    whole = sum(line.public for line in lines)
    if sheet.say("by_economic"):
        items = [(line.code, names("economic")[line.code], sheet.money(line.public)) for line in lines]
        category = ("302", names("economic")["302"], sheet.money(whole))
        return with_total(sheet, [category, *items] if items else [], (sheet.money(whole),))
    values = tuple(sheet.money(0 if column.get("item") == "none" else whole) for column in sheet.say("columns"))
    rows: list[Row] = [(sheet.say("total"), *values)]
    if lines:
        rows.append((sheet.accounts.name, *values))
    return [Listing(columns=columns(sheet), rows=tuple(rows))], not lines


def purchases(sheet: Sheet) -> Filled:
    """Rows are what is bought for projects, by kind."""
    bought = [
        (kind, project.name, amount)
        for project in sheet.accounts.projects
        for kind, amount in project.bought.items()
        if amount
    ]
    rows: list[Row] = []
    for kind, name, amount in bought:
        heads = (name, kind) if sheet.say("swapped") else (kind, name, sheet.say("method"))
        rows.append((*heads, *_bought(sheet, amount)))
    return with_total(sheet, rows, _bought(sheet, sum(amount for _, _, amount in bought)))


def _bought(sheet: Sheet, amount: int) -> Row:
    return tuple(sheet.money(0 if column.get("item") == "none" else amount) for column in sheet.say("columns"))


def empty_lists(sheet: Sheet) -> Filled:
    """Lists side by side that the form prints and nobody fills."""
    return [
        Listing(
            block=spec["block"],
            heading=spec["heading"],
            merged=spec["merged"],
            columns=tuple(spec["columns"]),
            rows=tuple(tuple(row) for row in spec["rows"]),
        )
        for spec in sheet.say("lists")
    ], True
