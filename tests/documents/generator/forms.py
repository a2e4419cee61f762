"""A year's accounts in a printed form: ``data/forms/*.yaml`` says what stands in each row and column.

A column or row names a ``source`` of money, a ``nature`` (basic, personnel, public, project) and a ``flow``
(``of``: expenditure, revenue, closing); a cell is the sum of the accounts' lines that satisfy both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import yaml
from generator.city import DATA, names
from generator.figures import SOURCES, Accounts, Economic, Line, public_total
from generator.grid import Grid, Listing, Row

NUMERALS = "一二三四五六七八九十"
Spec = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One table of a form about to be filled: the accounts, the table's own words, the form's style below them."""

    accounts: Accounts
    words: Spec

    def say(self, name: str, default: Any = "") -> Any:
        return self.words.get(name, default)

    def text(self, template: str) -> str:
        return template.format(
            year=self.accounts.year,
            last=self.accounts.year - 1,
            name=self.accounts.name,
            money=self.say("money"),
            n=self.say("number", 0),
        )

    def money(self, yuan: int) -> str:
        """The amount as this table prints it."""
        if not yuan:
            return str(self.say("zero"))
        comma = "," if self.say("separators") else ""
        return f"{yuan:{comma}}" if self.say("money") == "元" else f"{Decimal(yuan) / 10_000:{comma}.2f}"

    def amount(self, column: Spec, row: Spec, function: str = "") -> int:
        """The sum of the lines that the table, the row and the column agree on."""
        parts = (self.say("source", "all"), row.get("source", "all"), column.get("source", "all"))
        wanted = frozenset.intersection(*(SOURCES[part] for part in parts))
        flow = column.get("of") or row.get("of") or self.say("of", "expenditure")
        lines: Iterable[Line] = self.accounts.flow(flow)
        nature = column.get("nature", "total")
        return sum(
            line.of(nature) for line in lines if line.source in wanted and line.function.startswith(function)
        )


@cache
def form(name: str) -> Spec:
    """One form by name: plain, columns, brackets, levels, own_level or final."""
    parsed: Spec = yaml.safe_load((DATA / "forms" / f"{name}.yaml").read_text(encoding="utf-8"))
    return parsed


def grids(accounts: Accounts) -> list[Grid]:
    """Every table of the accounts' form, in order."""
    spec = form("final" if accounts.stage == "final" else accounts.department.form)
    variant = spec.get("variants", {}).get(accounts.department.form, {})
    style = {**spec["style"], **variant}
    scope = "department" if len(accounts.units) > 1 else "unit"
    tables = [table for table in spec["tables"] if table.get("scope", scope) == scope]
    return [_grid(accounts, style, spec, table, number) for number, table in enumerate(tables, 1)]


def _grid(accounts: Accounts, style: Spec, spec: Spec, table: Spec, number: int) -> Grid:
    words = {**style, **table, "number": number}
    if table["kind"] == "functions" and accounts.stage == "final":
        words["heads"] = spec["heads"].get(words["codes"], words["heads"])
    sheet = Sheet(accounts=accounts, words=words)
    listings, empty = KINDS[table["kind"]](sheet)
    note = sheet.text(words["empty_note"])
    width = sum(len(listing.columns) for listing in listings)
    return Grid(
        canonical=table["id"],
        title=sheet.text(table["title"]),
        listings=tuple(listings),
        label=sheet.text(words["label"]),
        owner=sheet.text(words["owner"]),
        money_line=sheet.text(words["money_line"]),
        money_unit=words["money"],
        notes=(*(table.get("notes", ())), *((note,) if empty and note else ())),
        index=tuple(map(str, range(1, width + 1))) if table.get("index") else (),
        empty=empty,
        landscape=bool(sheet.say("landscape", False)),
        repeat_header=bool(sheet.say("repeat_header", True)),
        new_page=bool(sheet.say("new_page", True)),
    )


Filled = tuple[list[Listing], bool]


def _columns(sheet: Sheet) -> Row:
    return (*sheet.say("heads", ()), *(sheet.text(column["path"]) for column in sheet.say("columns")))


def _total_row(sheet: Sheet, label: str, values: Row, heads: int) -> Row:
    if sheet.say("total_cell") == "name":
        named = [path.endswith("名称") for path in sheet.say("heads")]
        place = named.index(True) if True in named else heads - 1
        return (*[""] * place, label, *[""] * (heads - 1 - place), *values)
    return (label, *[""] * (heads - 1), *values)


def _with_total(sheet: Sheet, rows: list[Row], values: Row) -> Filled:
    """Rows with the 合计 before or after them; a table without a row keeps an unfilled 合计."""
    heads = len(sheet.say("heads"))
    unfilled = tuple(sheet.say("zero") for _ in values)
    total = _total_row(sheet, "合计", values if rows else unfilled, heads)
    ordered = [*rows, total] if sheet.say("total") == "last" else [total, *rows]
    merged = heads if sheet.say("total_cell") == "merged" else 0
    return [Listing(columns=_columns(sheet), rows=tuple(ordered), merged=merged)], not rows


def _lists(sheet: Sheet) -> Filled:
    listings: list[Listing] = []
    for spec in sheet.say("lists"):
        values = spec["columns"][1:]
        rows = [_line(sheet, spec, row, values) for row in spec.get("rows", ())]
        rows += _categories(sheet, spec, values)
        foot = [_line(sheet, spec, row, values) for row in spec["foot"]]
        columns = tuple(sheet.text(column["path"]) for column in spec["columns"])
        listings.append(
            Listing(
                block=spec["block"], heading=spec["heading"], columns=columns, rows=(*rows, *foot), foot=len(foot)
            )
        )
    return listings, False


def _line(sheet: Sheet, spec: Spec, row: Spec, values: list[Spec]) -> Row:
    if not row["label"]:  # an empty row that keeps the lines of the neighbouring list level
        return ("",) * (len(values) + 1)
    if "source" not in row and "of" not in row:  # a line that the form prints and nobody fills
        return (row["label"], *(str(sheet.say("zero")) for _ in values))
    place = {"of": spec.get("of", "expenditure"), **row}
    return (row["label"], *(sheet.money(sheet.amount(column, place)) for column in values))


def _categories(sheet: Sheet, spec: Spec, values: list[Spec]) -> list[Row]:
    wanted = spec.get("categories", "")
    if not wanted:
        return []
    known = form("categories")["budget" if wanted == "used" else wanted]
    used = [entry for entry in known if wanted != "used" or _any(sheet, values, entry[0])]
    return [
        (f"{_numeral(number)}、{name}", *(sheet.money(sheet.amount(column, {}, code)) for column in values))
        for number, (code, name) in enumerate(used, 1)
    ]


def _any(sheet: Sheet, columns: list[Spec], function: str) -> bool:
    return any(sheet.amount(column, {}, function) for column in columns)


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    lead = "" if not tens else "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return lead + (NUMERALS[ones - 1] if ones else "")


def _functions(sheet: Sheet) -> Filled:
    columns = sheet.say("columns")
    codes = {line.function for flow in ("expenditure", "revenue") for line in sheet.accounts.flow(flow)}
    branches = sorted({code[:length] for code in codes for length in (3, 5, 7)})
    rows = [
        (*_code_cells(sheet, code, "function", (3, 5, 7)), *_values(sheet, code))
        for code in branches
        if _any(sheet, columns, code)
    ]
    return _with_total(sheet, rows, _values(sheet, ""))


def _values(sheet: Sheet, function: str) -> Row:
    return tuple(sheet.money(sheet.amount(column, {}, function)) for column in sheet.say("columns"))


def _code_cells(sheet: Sheet, code: str, scheme: str, lengths: tuple[int, ...]) -> Row:
    """Code and name as the form prints them; ``lengths`` are the code's lengths by level."""
    level = lengths.index(len(code))
    name = ("　" * level if sheet.say("indent") else "") + names(scheme)[code]
    cuts = (0, *lengths)
    parts = [code[cuts[place] : cuts[place + 1]] for place in range(len(lengths))]
    own = [part if place == level else "" for place, part in enumerate(parts)]
    return {
        "joined": (code, name),
        "levels": (*parts, name),
        "own_level": (*own, name),
        "bracket": ("　" * level + f"[{code}]{names(scheme)[code]}",),
        "names": (name,),
    }[sheet.say("codes")]


def _economics(sheet: Sheet) -> Filled:
    lines = sheet.accounts.economics
    rows: list[Row] = []
    for category in sorted({line.code[:3] for line in lines}):
        parts = [line for line in lines if line.code.startswith(category)]
        rows.append((*_economic_cells(sheet, category, parts), *_economic_values(sheet, parts)))
        # A department joins its institutions' and its own lines unless the government's class is printed too.
        for code in sorted({line.code for line in parts}):
            same = [line for line in parts if line.code == code]
            rows.append((*_economic_cells(sheet, code, same), *_economic_values(sheet, same)))
    return _with_total(sheet, rows, _economic_values(sheet, list(lines)))


def _economic_values(sheet: Sheet, lines: list[Economic]) -> Row:
    natures = {"personnel": sum(line.personnel for line in lines), "public": sum(line.public for line in lines)}
    natures["total"] = sum(natures.values())
    return tuple(sheet.money(natures[column.get("nature", "total")]) for column in sheet.say("columns"))


def _economic_cells(sheet: Sheet, code: str, lines: list[Economic]) -> Row:
    department, government = names("economic"), names("government")
    facing = lines[0].government
    match sheet.say("codes"):
        case "names":
            return (department[code], government[facing] if len(code) > 3 else "")
        case "both":
            left = (code[:3], code[3:], department[code])
            facing = facing if len(code) > 3 else facing[:3]
            return (*left, facing[:3], facing[3:], government[facing])
        case "levels" | "own_level":
            return (code[:3], code[3:], department[code])
    return _code_cells(sheet, code, "economic", (3, 5))


def _economic_blocks(sheet: Sheet) -> Filled:
    listings: list[Listing] = []
    for spec in sheet.say("blocks"):
        rows: list[Row] = []
        lines = [line for line in sheet.accounts.economics if getattr(line, spec["nature"])]
        amounts = {line.code: 0 for line in lines} | {line.code[:3]: 0 for line in lines}
        for line in lines:
            for code in (line.code[:3], line.code):
                amounts[code] += getattr(line, spec["nature"])
        rows = [(code, names("economic")[code], sheet.money(amounts[code])) for code in sorted(amounts)]
        whole = sum(getattr(line, spec["nature"]) for line in lines)
        rows.append((spec["foot"], "", sheet.money(whole)))
        listings.append(
            Listing(block=spec["block"], columns=tuple(spec["columns"]), rows=tuple(rows), foot=1, merged=2)
        )
    return listings, False


def _items(sheet: Sheet) -> Filled:
    """The three public expenses, as rows or as columns."""
    rows: list[Row] = []
    for row in sheet.say("rows"):
        values = tuple(sheet.money(_item(sheet, {**row, **column})) for column in sheet.say("columns"))
        rows.append((row["label"], *values) if "label" in row else values)
    return [Listing(columns=_columns(sheet), rows=tuple(rows))], False


def _item(sheet: Sheet, place: Spec) -> int:
    year = sheet.accounts.last if place.get("year") == "last" else sheet.accounts
    if year is None:
        raise ValueError(f"{sheet.accounts.name} {sheet.accounts.year}: the form asks for a year that was not made")
    items = year.three_public
    sums = {"none": 0, "total": public_total(items), "vehicles": items["purchase"] + items["operation"]}
    return {**items, **sums}[place["item"]]


def _projects(sheet: Sheet) -> Filled:
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
    return [Listing(columns=_columns(sheet), rows=tuple(rows), merged=heads)], not rows


def _project_text(sheet: Sheet, project: Any, word: str) -> str:
    return project.prefix + project.name if word == "prefixed" else str(getattr(project, word))


def _sums(sheet: Sheet, lines: list[Line]) -> Row:
    return tuple(
        sheet.money(sum(line.project for line in lines if line.source in SOURCES[column.get("source", "all")]))
        for column in sheet.say("columns")
    )


def _units(sheet: Sheet) -> Filled:
    rows: list[Row] = []
    for unit in sheet.accounts.units:
        lines = [line for line in sheet.accounts.revenue if line.unit is unit]
        name = unit.name_in(sheet.accounts.year)
        heads = (name,) if sheet.say("codes") == "name" else (unit.code, name)
        rows.append((*heads, *_sources(sheet, lines)))
    if len(sheet.accounts.units) == 1 and sheet.say("codes") != "name":  # the department's line over its only unit
        department = sheet.accounts.department
        rows = [(department.code, department.name, *rows[0][2:]), *rows]
    return _with_total(sheet, rows, _sources(sheet, list(sheet.accounts.revenue)))


def _sources(sheet: Sheet, lines: list[Line]) -> Row:
    return tuple(
        sheet.money(sum(line.of("total") for line in lines if line.source in SOURCES[column.get("source", "all")]))
        for column in sheet.say("columns")
    )


def _operating(sheet: Sheet) -> Filled:
    """机关运行经费 = public expenditure of an administrative body; an institution has none."""
    lines = [line for line in sheet.accounts.economics if line.public] if sheet.accounts.administration else []
    whole = sum(line.public for line in lines)
    if sheet.say("by_economic"):
        items = [(line.code, names("economic")[line.code], sheet.money(line.public)) for line in lines]
        category = ("302", names("economic")["302"], sheet.money(whole))
        return _with_total(sheet, [category, *items] if items else [], (sheet.money(whole),))
    values = tuple(sheet.money(0 if column.get("item") == "none" else whole) for column in sheet.say("columns"))
    rows: list[Row] = [(sheet.say("total"), *values)]
    if lines:
        rows.append((sheet.accounts.name, *values))
    return [Listing(columns=_columns(sheet), rows=tuple(rows))], not lines


def _purchases(sheet: Sheet) -> Filled:
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
    return _with_total(sheet, rows, _bought(sheet, sum(amount for _, _, amount in bought)))


def _bought(sheet: Sheet, amount: int) -> Row:
    return tuple(sheet.money(0 if column.get("item") == "none" else amount) for column in sheet.say("columns"))


def _empty_lists(sheet: Sheet) -> Filled:
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


KINDS: dict[str, Callable[[Sheet], Filled]] = {
    "lists": _lists,
    "functions": _functions,
    "economics": _economics,
    "economic_blocks": _economic_blocks,
    "items": _items,
    "projects": _projects,
    "units": _units,
    "operating": _operating,
    "purchases": _purchases,
    "empty_lists": _empty_lists,
}
