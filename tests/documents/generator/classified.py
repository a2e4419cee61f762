"""Tables whose rows are classified: functional 类, 款, 项 and economic 类, 款."""

from __future__ import annotations

from generator.city import names
from generator.figures import Economic
from generator.grid import Listing, Row
from generator.sheet import Filled, Sheet, any_amount, with_total


def functions(sheet: Sheet) -> Filled:
    """Rows of functions (类, 款, 项) that have money in any column."""
    columns = sheet.say("columns")
    codes = {line.function for flow in ("expenditure", "revenue") for line in sheet.accounts.flow(flow)}
    branches = sorted({code[:length] for code in codes for length in (3, 5, 7)})
    rows = [
        (*_code_cells(sheet, code, "function", (3, 5, 7)), *_values(sheet, code))
        for code in branches
        if any_amount(sheet, columns, code)
    ]
    return with_total(sheet, rows, _values(sheet, ""))


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


def economics(sheet: Sheet) -> Filled:
    """Rows of economic 类 and 款 of the basic expenditure."""
    lines = sheet.accounts.economics
    rows: list[Row] = []
    for category in sorted({line.code[:3] for line in lines}):
        parts = [line for line in lines if line.code.startswith(category)]
        rows.append((*_economic_cells(sheet, category, parts), *_economic_values(sheet, parts)))
        # A department joins its institutions' and its own lines unless the government's class is printed too.
        for code in sorted({line.code for line in parts}):
            same = [line for line in parts if line.code == code]
            rows.append((*_economic_cells(sheet, code, same), *_economic_values(sheet, same)))
    return with_total(sheet, rows, _economic_values(sheet, list(lines)))


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


def economic_blocks(sheet: Sheet) -> Filled:
    """Personnel and public expenditure as two lists side by side."""
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
