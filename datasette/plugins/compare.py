"""``/-/compare``: headline figures of up to twelve units over the years, as tables with bars, and as CSV.

One table holds one headline of one stage; a row is a unit in one scope. So budgets are never put beside final
accounts, nor a whole department under the name of its unit, without the table saying so.
"""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl

from datapackages import codes, parsed

MOST, FOUND = 12, 40
UNIT_ID = re.compile(r"cn-[0-9a-z-]{1,40}-u\d{1,8}")
STAGES = ("budget", "adjusted", "final")
ALWAYS = ("expenditure_total", "three_public")  # shown where the reader has chosen no headline
UNITS = "select unit_id, name, kind, jurisdiction from units where unit_id in ({marks})"
FIND = f"""
select unit_id, name, kind, jurisdiction from units
where instr(name, :q) or instr(coalesce(aliases, ''), :q) or instr(coalesce(short_names, ''), :q)
order by name <> :q, length(name), name limit {FOUND}
"""
FIRST = f"""
select unit_id, name, kind, jurisdiction from units where kind = 'department' order by unit_id limit {FOUND}
"""
HEADLINES = """
select unit_id, document_year, stage, scope, headline, amount_fen, amount, fact_id from headlines
where unit_id in ({marks})
"""


async def compare_page(datasette: Any, request: Any) -> Response:
    """The choice and the tables; 400 for a choice that cannot be understood."""
    asked = _asked(request)
    if asked is None:
        page = await datasette.render_template("error.html", {"status": 400, "reason": ""}, request=request)
        return Response.html(page, status=400)
    database, path = datasette.get_database("budgets"), datasette.urls.path("/-/compare")
    units = await _units(database, asked["unit"])
    rows = await _figures(database, [unit["unit_id"] for unit in units])
    shown = _shown(rows, asked)
    looked_for = (request.args.get("q") or "").strip()[:60]
    sql = FIND if looked_for else FIRST
    found = (await database.execute(sql, {"q": looked_for})).rows if looked_for or not units else []
    chosen = {unit["unit_id"] for unit in units}
    query = _query(asked, units)
    context = {
        "asked": asked,
        "units": units,
        "most": MOST,
        "too_many": len(asked["unit"]) > MOST,
        "looked_for": looked_for,
        "found": [unit for unit in found if unit["unit_id"] not in chosen],
        "headlines": codes.labels("headline_kinds"),
        "years": sorted({row["document_year"] for row in rows}, reverse=True),
        "stages": STAGES,
        "sections": _sections(shown, units),
        "mixes_stages": len({row["stage"] for row in shown}) > 1,
        "mixes_scopes": len({row["scope"] for row in shown}) > 1,
        "absent": [unit for unit in units if unit["unit_id"] not in {row["unit_id"] for row in shown}],
        "csv": f"{path}.csv?{query}",
        "permalink": datasette.absolute_url(request, f"{path}?{query}" if query else path),
    }
    return Response.html(await datasette.render_template("compare.html", context, request=request))


async def compare_csv(datasette: Any, request: Any) -> Response:
    """The figures of the page, one a line, amounts in yuan; text that a spreadsheet would run is led by '."""
    asked = _asked(request)
    if asked is None:
        return Response.text("400: a choice of this address is not written as one", status=400)
    database = datasette.get_database("budgets")
    units = await _units(database, asked["unit"])
    shown = _shown(await _figures(database, [unit["unit_id"] for unit in units]), asked)
    names = {unit["unit_id"]: unit["name"] for unit in units}
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("unit_id", "unit", "document_year", "stage", "scope", "headline", "amount", "fact_id"))
    order = ("headline", "stage", "unit_id", "scope", "document_year")
    for row in sorted(shown, key=lambda row: [str(row[name]) for name in order]):
        fen = row["amount_fen"]
        amount = f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"
        place = (row[name] for name in ("document_year", "stage", "scope", "headline"))
        writer.writerow((row["unit_id"], parsed.spreadsheet(names[row["unit_id"]]), *place, amount, row["fact_id"]))
    headers = {"content-disposition": 'attachment; filename="compare.csv"'}
    return Response(out.getvalue(), headers=headers, content_type="text/csv; charset=utf-8")


def _asked(request: Any) -> dict[str, Any] | None:
    """What the address asks for; None where a part of it cannot be understood."""
    several = {name: list(dict.fromkeys(request.args.getlist(name))) for name in ("unit", "headline", "year")}
    stage = request.args.get("stage") or ""
    sound = (
        all(UNIT_ID.fullmatch(unit) for unit in several["unit"])
        and set(several["headline"]) <= set(codes.labels("headline_kinds"))
        and all(re.fullmatch(r"\d{4}", year) for year in several["year"])
        and stage in ("", *STAGES)
    )
    return {**several, "year": [int(year) for year in several["year"]], "stage": stage} if sound else None


async def _units(database: Any, asked: list[str]) -> list[Any]:
    """The units asked for, in the order of the address; ids that no unit has are left out."""
    wanted = asked[:MOST]
    found = await database.execute(UNITS.format(marks=", ".join("?" * len(wanted))), wanted)
    by_id = {row["unit_id"]: row for row in found}
    return [by_id[unit] for unit in wanted if unit in by_id]


async def _figures(database: Any, units: list[str]) -> list[Any]:
    return list((await database.execute(HEADLINES.format(marks=", ".join("?" * len(units))), units)).rows)


def _shown(rows: Iterable[Any], asked: dict[str, Any]) -> list[Any]:
    """The figures of the headlines, years and stage that are asked for."""
    headlines = asked["headline"] or ALWAYS
    return [
        row
        for row in rows
        if row["headline"] in headlines
        and (not asked["year"] or row["document_year"] in asked["year"])
        and asked["stage"] in ("", row["stage"])
    ]


def _sections(shown: list[Any], units: list[Any]) -> list[dict[str, Any]]:
    """One table for each headline and stage: its years, and a line for each unit and scope with a figure a year."""
    order = {unit["unit_id"]: number for number, unit in enumerate(units)}
    names = {unit["unit_id"]: unit["name"] for unit in units}
    sections = []
    for headline in codes.labels("headline_kinds"):
        for stage in (*STAGES, "unknown"):
            rows = [row for row in shown if (row["headline"], row["stage"]) == (headline, stage)]
            years = sorted({row["document_year"] for row in rows})
            places = sorted({(order[row["unit_id"]], row["unit_id"], row["scope"]) for row in rows})
            by_place = {(row["unit_id"], row["scope"], row["document_year"]): row for row in rows}
            lines = [
                {
                    "unit_id": unit, "name": names[unit], "scope": scope,
                    "figures": [by_place.get((unit, scope, year)) for year in years],
                }
                for _, unit, scope in places
            ]  # fmt: skip
            if lines:
                sections.append({"headline": headline, "stage": stage, "years": years, "lines": lines})
    return sections


def _query(asked: dict[str, Any], units: list[Any]) -> str:
    pairs = [("unit", unit["unit_id"]) for unit in units]
    pairs += [(name, str(value)) for name in ("headline", "year") for value in asked[name]]
    return urlencode([*pairs, *([("stage", asked["stage"])] if asked["stage"] else [])])


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/compare$", compare_page), (r"^/-/compare\.csv$", compare_csv)]
