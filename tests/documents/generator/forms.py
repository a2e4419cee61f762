"""A year's accounts in a printed form: ``data/forms/*.yaml`` says what stands in each row and column.

A column or row names a ``source`` of money, a ``nature`` (basic, personnel, public, project) and a ``flow``
(``of``: expenditure, revenue, closing); a cell is the sum of the accounts' lines that satisfy both.
"""

from __future__ import annotations

from collections.abc import Callable

from generator import classified, named
from generator.figures import Accounts
from generator.grid import Grid, Listing, Row
from generator.sheet import Filled, Sheet, Spec, any_amount, form

NUMERALS = "一二三四五六七八九十"


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


def lists(sheet: Sheet) -> Filled:
    """Revenue and expenditure side by side, with the functional 类 that the form lists."""
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
    used = [entry for entry in known if wanted != "used" or any_amount(sheet, values, entry[0])]
    return [
        (f"{_numeral(number)}、{name}", *(sheet.money(sheet.amount(column, {}, code)) for column in values))
        for number, (code, name) in enumerate(used, 1)
    ]


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    lead = "" if not tens else "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return lead + (NUMERALS[ones - 1] if ones else "")


KINDS: dict[str, Callable[[Sheet], Filled]] = {
    "lists": lists,
    "functions": classified.functions,
    "economics": classified.economics,
    "economic_blocks": classified.economic_blocks,
    "items": named.items,
    "projects": named.projects,
    "units": named.units,
    "operating": named.operating,
    "purchases": named.purchases,
    "empty_lists": named.empty_lists,
}
