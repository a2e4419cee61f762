"""``/-/function/<code>``: a code of the functional classification, its place in it, and who spends how much on it.

Each figure stands as it is printed, in one list at a time. Nothing is added up: a class and its items, or two
lists of one document, hold the same money.
"""

import re
from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl

from datapackages import codes, functions

SHOWN = 60  # units, those with the largest figure of the chosen year first
SCHEME = "functional"
ROUNDS = """
select document_year as year, stage from packages where document_year is not null
group by 1, 2 order by 1 desc, 2 limit 40
"""
PLACES = """
select distinct p.jurisdiction as code, j.name from packages p join jurisdictions j on j.code = p.jurisdiction
order by code limit 400
"""
SPENT = f"""
select unit_id, unit_name, row_unit_name, document_year, stage, scope, amount_fen, fact_id from facts
where function_code = :code and canonical = :list and {functions.WHOLE_LINES}
"""
FIRST = f"{SPENT} and stage = :stage and document_year = :year {{place}} order by amount_fen desc limit {SHOWN + 1}"
OTHER_YEARS = f"{SPENT} and unit_id in ({{marks}}) order by document_year, fact_id limit 4000"
NAMES = "select unit_id, name from units where unit_id in ({marks})"
PRINTED = "select function_name from facts where function_code = ? and function_name <> '' limit 1"
BELOW = 200


async def function_page(datasette: Any, request: Any) -> Response:
    """One code; 404 for one that neither the classification nor a document has, 400 for a wrong filter."""
    code, database = request.url_vars["code"], datasette.get_database("budgets")
    known = codes.classifications().get(SCHEME, code)
    printed = None if known else (await database.execute(PRINTED, [code])).first()
    asked = _asked(request)
    if asked is None or (known is None and printed is None):
        status = 400 if asked is None else 404
        reason = "function-missing" if status == 404 else ""
        page = await datasette.render_template("error.html", {"status": status, "reason": reason}, request=request)
        return Response.html(page, status=status)
    rounds = [(row["year"], row["stage"]) for row in await database.execute(ROUNDS)]
    rows = await _first(database, {"code": code, **asked}, asked, rounds)
    lines, years = await _lines(database, {"code": code, **asked}, rows[:SHOWN])
    path = datasette.urls.path(f"/-/function/{code}")
    context = {
        "code": code,
        "name": known.name if known else printed["function_name"],
        "above": _above(code),
        "below": _below(code),
        "lists": functions.LISTS,
        "asked": asked,
        "years": sorted({year for year, _ in rounds}, reverse=True),
        "places": (await database.execute(PLACES)).rows,
        "lines": lines,
        "line_years": years,
        "more": len(rows) > SHOWN,
        "filters": _filters(code, asked),
        "permalink": datasette.absolute_url(request, f"{path}?{_query(asked)}"),
    }
    return Response.html(await datasette.render_template("function.html", context, request=request))


def _asked(request: Any) -> dict[str, Any] | None:
    """List, place, year and stage; None where one cannot be understood."""
    asked = {name: request.args.get(name) or "" for name in ("list", "place", "year", "stage")}
    asked["list"] = asked["list"] or functions.LISTS[0]
    sound = (
        asked["list"] in functions.LISTS
        and re.fullmatch(r"[0-9A-Za-z-]{0,40}", asked["place"])
        and re.fullmatch(r"(\d{4})?", asked["year"])
        and asked["stage"] in ("", *codes.labels("stages"))
    )
    return {**asked, "year": int(asked["year"]) if asked["year"] else ""} if sound else None


async def _first(
    database: Any, values: dict[str, Any], asked: dict[str, Any], rounds: list[tuple[int, str]]
) -> list[Any]:
    """The largest figures of the year and stage, or of the latest that has any where they are left open."""
    sql = FIRST.format(place="and jurisdiction = :place" if asked["place"] else "")
    open_to = [
        (year, stage)
        for year, stage in rounds
        if asked["year"] in ("", year) and asked["stage"] in ("", stage)
    ] or [(asked["year"] or 0, asked["stage"] or "budget")]
    rows: list[Any] = []
    for year, stage in open_to[:12]:
        rows = (await database.execute(sql, {**values, "year": year, "stage": stage})).rows
        if rows:
            break
    else:
        year, stage = open_to[0]
    asked.update(year=year, stage=stage)
    return rows


async def _lines(
    database: Any, values: dict[str, Any], rows: list[Any]
) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    """A line for each unit and scope, the largest first, with its figures of all years, and these years."""
    units = list(dict.fromkeys(row["unit_id"] for row in rows if row["unit_id"]))
    marks = {f"u{number}": unit for number, unit in enumerate(units)}
    named = ", ".join(f":{mark}" for mark in marks)
    others = (await database.execute(OTHER_YEARS.format(marks=named), {**values, **marks})).rows
    names = {row["unit_id"]: row["name"] for row in await database.execute(NAMES.format(marks=named), marks)}
    lines: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in [*rows, *others]:
        unit_name = names.get(row["unit_id"]) or row["unit_name"]
        line = lines.setdefault(
            (row["unit_id"] or row["unit_name"], row["scope"]),
            {"unit_id": row["unit_id"], "name": unit_name, "scope": row["scope"], "figures": {}},
        )
        printed = line["figures"].setdefault((row["document_year"], row["stage"]), {})
        printed[row["fact_id"]] = row
    shown = {row["unit_id"] or row["unit_name"] for row in rows}
    kept = [line for (unit, _), line in lines.items() if unit in shown]
    years = sorted({round for line in kept for round in line["figures"]}, key=lambda round: (-round[0], round[1]))
    return kept, years


def _above(code: str) -> list[codes.Classification]:
    """The codes that this one stands under, the widest first."""
    shorter = (code[:length] for length in (3, 5) if length < len(code))
    return [found for part in shorter if (found := codes.classifications().get(SCHEME, part))]


def _below(code: str) -> list[codes.Classification]:
    entries = (entry for entry in codes.classifications() if entry.scheme == SCHEME and entry.parent == code)
    return sorted(entries, key=lambda entry: entry.code)[:BELOW]


def _filters(code: str, asked: dict[str, Any]) -> str:
    """The same figures in Datasette's table of facts, those of all columns of the list."""
    pairs = {"function_code": code, "canonical": asked["list"], "document_year": asked["year"],
             "stage": asked["stage"], "jurisdiction": asked["place"]}  # fmt: skip
    return urlencode({name: said for name, said in pairs.items() if said != ""})


def _query(asked: dict[str, Any]) -> str:
    return urlencode({name: said for name, said in asked.items() if said != ""})


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/function/(?P<code>\d{3}|\d{5}|\d{7})$", function_page)]
