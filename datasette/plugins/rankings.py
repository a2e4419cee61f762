"""``/-/rankings`` and ``/-/rankings/<name>``: units, projects and purchases by a printed figure, with the caveats.

What is ranked, and what a reader should know of it, stands in ``datapackages/rankings.yaml``. One ranking never
mixes budgets with final accounts, nor units with whole departments.
"""

import re
from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl
from datasette.utils import tilde_encode

from datapackages import codes, display, rankings

SHOWN, CHARTED = 100, 10
ROUNDS = """
select distinct document_year as year, stage from packages where document_year is not null
order by year desc, stage limit 40
"""
PLACES = """
select distinct p.jurisdiction as code, j.name from packages p join jurisdictions j on j.code = p.jurisdiction
order by code limit 400
"""
WHOSE = "left join units u on u.unit_id = t.unit_id where t.stage = :stage and t.document_year = :year"
IN_PLACE = " and t.jurisdiction = :place"
# Kind of ranking → table, the rows of one ranking, its condition and its order.
KINDS = {
    "headline": ("headlines", "t.headline = :name and t.scope = :scope", "t.amount_fen desc, t.unit_id"),
    "change": ("headline_changes", "t.headline = :headline and t.scope = :scope", "{sort}, t.unit_id"),
    "ratio": ("headline_ratios", "t.ratio = :name and t.scope = :scope", "t.each_fen desc, t.unit_id"),
    "projects": (
        "projects", "t.canonical = 'projects' and t.amount_fen is not null",
        "t.amount_fen desc, t.sha256, t.project_seq",
    ),
    "purchases": (
        "purchases", "t.row_role = 'leaf' and t.amount_fen is not null",
        't.amount_fen desc, t.sha256, t.table_id, t."row"',
    ),
}  # fmt: skip
SORTS = {
    "rise": "t.change_fen desc",
    "fall": "t.change_fen",
    "rise_percent": "t.change_permyriad is null, t.change_permyriad desc",
    "fall_percent": "t.change_permyriad is null, t.change_permyriad",
}
SCOPES = ("unit", "department")


async def rankings_page(datasette: Any, request: Any) -> Response:
    """The rankings that there are."""
    context = {
        "rankings": rankings.rules()["rankings"],
        "permalink": datasette.absolute_url(request, datasette.urls.path("/-/rankings")),
    }
    return Response.html(await datasette.render_template("rankings.html", context, request=request))


async def ranking_page(datasette: Any, request: Any) -> Response:
    """One ranking; 404 for a name that is none, 400 for a filter that is not written as one."""
    name = request.url_vars["name"]
    told = rankings.rules()["rankings"].get(name)
    database = datasette.get_database("budgets")
    rounds = [(row["year"], row["stage"]) for row in await database.execute(ROUNDS)]
    chosen = _chosen(request)
    if told is None or chosen is None:
        status = 404 if told is None else 400
        page = await datasette.render_template("error.html", {"status": status, "reason": ""}, request=request)
        return Response.html(page, status=status)
    asked = {"name": name, **chosen}
    rows = await _rows(database, told["of"], asked, rounds)
    path = datasette.urls.path(f"/-/rankings/{name}")
    context = {
        "name": name,
        "told": told,
        "chosen": asked,
        "rounds": rounds,
        "places": (await database.execute(PLACES)).rows,
        "years": sorted({year for year, _ in rounds}, reverse=True),
        "headlines": {code: _headlines()[code] for code in rankings.rules()["changes"]},
        "rows": [{**dict(row), "path": _path(row, told["of"]), "figure": _figure(row)} for row in rows[:SHOWN]],
        "more": len(rows) > SHOWN,
        "charted": CHARTED,
        "table": KINDS[told["of"]][0],
        "filters": _filters(told["of"], asked),
        "sort_column": KINDS[told["of"]][2].partition(" ")[0].removeprefix("t.") if told["of"] != "change" else "",
        "permalink": datasette.absolute_url(request, f"{path}?{_query(asked)}"),
    }
    return Response.html(await datasette.render_template("ranking.html", context, request=request))


def _chosen(request: Any) -> dict[str, Any] | None:
    """What the reader has chosen, "" for what is left open; None where it cannot be understood."""
    asked = {name: request.args.get(name) or "" for name in ("place", "year", "stage", "scope", "headline", "sort")}
    sound = (
        re.fullmatch(r"[0-9A-Za-z-]{0,40}", asked["place"])
        and re.fullmatch(r"(\d{4})?", asked["year"])
        and asked["stage"] in ("", *codes.labels("stages"))
        and asked["scope"] in ("", *SCOPES)
        and asked["headline"] in ("", *rankings.rules()["changes"])
        and asked["sort"] in ("", *SORTS)
    )
    if not sound:
        return None
    return {
        **asked,
        "year": int(asked["year"]) if asked["year"] else "",
        "scope": asked["scope"] or "unit",
        "headline": asked["headline"] or rankings.rules()["changes"][0],
        "sort": asked["sort"] or "rise",
    }


async def _rows(database: Any, kind: str, asked: dict[str, Any], rounds: list[tuple[int, str]]) -> list[Any]:
    """The first rows of a ranking; the latest round that has any is noted where year or stage is left open."""
    table, condition, order = KINDS[kind]
    sql = f"select t.*, u.name as unit_name from {table} t {WHOSE} and {condition}"
    sql += IN_PLACE if asked["place"] else ""
    sql += f" order by {order.format(sort=SORTS[asked['sort']])} limit {SHOWN + 1}"
    left = [
        (year, stage)
        for year, stage in rounds or [(0, "budget")]
        if asked["year"] in ("", year) and asked["stage"] in ("", stage)
    ] or [(asked["year"] or 0, asked["stage"] or "budget")]
    rows: list[Any] = []
    for year, stage in left[:12]:
        rows = (await database.execute(sql, {**asked, "year": year, "stage": stage})).rows
        if rows:
            break
    else:
        year, stage = left[0]
    asked.update(year=year, stage=stage)
    return rows


def _headlines() -> dict[str, str]:
    return codes.labels("headline_kinds", display.language.get())


def _figure(row: Any) -> str:
    """The first of the figures that a row of a form is made of, or the figure of a headline."""
    names = row.keys()
    return str(row["fact_id"] if "fact_id" in names else (row["fact_ids"] or "").partition("|")[0])


def _path(row: Any, kind: str) -> str:
    """The address of a project after ``/-/project/``."""
    if kind != "projects" or not row["unit_id"] or not row["name"]:
        return ""
    return f"{row['unit_id']}/{tilde_encode(row['name'])}"


def _filters(kind: str, asked: dict[str, Any]) -> str:
    """The same rows in Datasette's table of them."""
    column, value = {
        "headline": ("headline", asked["name"]), "change": ("headline", asked["headline"]),
        "ratio": ("ratio", asked["name"]), "projects": ("canonical", "projects"), "purchases": ("row_role", "leaf"),
    }[kind]  # fmt: skip
    pairs = {column: value, "document_year": asked["year"], "stage": asked["stage"], "jurisdiction": asked["place"]}
    if kind in ("headline", "change", "ratio"):
        pairs["scope"] = asked["scope"]
    return urlencode({name: said for name, said in pairs.items() if said != ""})


def _query(asked: dict[str, Any]) -> str:
    """The address of what is shown, without what the ranking does not ask for."""
    kind = rankings.rules()["rankings"][asked["name"]]["of"]
    left_out = {"name"} | ({"headline", "sort"} if kind != "change" else set())
    left_out |= {"scope"} if kind in ("projects", "purchases") else set()
    return urlencode({name: said for name, said in asked.items() if name not in left_out and said != ""})


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/rankings$", rankings_page), (r"^/-/rankings/(?P<name>[a-z_]{1,40})$", ranking_page)]
