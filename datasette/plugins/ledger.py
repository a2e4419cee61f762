"""``/-/ledger``: which documents are there, late, missing or kept from us, by place, year and stage, and why so.

The states are those of the table ``ledger`` (datapackages/ledger.py says when each holds); the page adds none.
"""

import re
from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl

from datapackages import codes

PAGE = 100
# In the order in which a reader looks: first what was not seen, then what was.
STATES = ("missing", "late", "blocked", "published_not_as_pdf", "unknown", "published", "not_applicable")
COUNTED = """
select l.jurisdiction as code, j.name as place, l.document_year as year, l.stage, l.state, count(*) as number
from ledger l left join jurisdictions j on j.code = l.jurisdiction {where}
group by l.jurisdiction, l.document_year, l.stage, l.state
order by l.jurisdiction, l.document_year desc, l.stage
"""
LISTED = """
select l.*, u.name as unit_name, u.kind as unit_kind from ledger l left join units u on u.unit_id = l.unit_id
where l.state = :state {where} order by l.document_year desc, l.stage, l.jurisdiction, l.unit_id
limit :most offset :after
"""
FILTERS = {
    "place": ("jurisdiction", r"[0-9A-Za-z-]{1,40}"),
    "year": ("document_year", r"\d{4}"),
    "stage": ("stage", r"[a-z]{1,20}"),
}
PLACED = ("code", "place", "year", "stage")
ROWS_SHOWN = 400  # places, years and stages of the summary


async def ledger_page(datasette: Any, request: Any) -> Response:
    """The summary and one state's list; 400 for a filter that is not written as one."""
    chosen, after = _chosen(request), request.args.get("after") or "0"
    if chosen is None or not re.fullmatch(r"\d{1,6}", after):
        page = await datasette.render_template("error.html", {"status": 400, "reason": ""}, request=request)
        return Response.html(page, status=400)
    database, path = datasette.get_database("budgets"), datasette.urls.path("/-/ledger")
    where = " and ".join(f"l.{FILTERS[name][0]} = :{name}" for name in chosen if name in FILTERS)
    counted = (await database.execute(COUNTED.format(where=f"where {where}" if where else ""), chosen)).rows
    totals = _totals(counted)
    state = chosen.get("state") or next((name for name in STATES if totals.get(name)), STATES[0])
    asked = {**chosen, "state": state, "most": PAGE + 1, "after": int(after)}
    rows = (await database.execute(LISTED.format(where=f"and {where}" if where else ""), asked)).rows
    context = {
        "rounds": _rounds(counted)[:ROWS_SHOWN],
        "more_rounds": len(_rounds(counted)) > ROWS_SHOWN,
        "states": [name for name in STATES if totals.get(name)],
        "totals": totals,
        "state": state,
        "chosen": chosen,
        "choices": await _choices(database),
        "rows": rows[:PAGE],
        "next_address": (more := _next(after, rows)) and _address(path, {**chosen, "state": state, "after": more}),
        "first_address": _address(path, {**chosen, "state": state}) if after != "0" else "",
        "address": lambda **pairs: _address(path, {**chosen, **pairs}),
        "table_query": urlencode({FILTERS[name][0]: said for name, said in chosen.items() if name in FILTERS}),
        "permalink": datasette.absolute_url(request, _address(path, {**chosen, "state": state})),
    }
    return Response.html(await datasette.render_template("ledger.html", context, request=request))


def _chosen(request: Any) -> dict[str, str] | None:
    """The filters that the reader has set; None where one cannot be understood."""
    asked = {name: said for name in (*FILTERS, "state") if (said := request.args.get(name))}
    if any(not re.fullmatch(FILTERS[name][1], said) for name, said in asked.items() if name in FILTERS):
        return None
    return asked if asked.get("state", "missing") in codes.labels("ledger_states") else None


def _next(after: str, rows: list[Any]) -> str:
    """Where the next page begins; empty on the last."""
    return str(int(after) + PAGE) if len(rows) > PAGE else ""


def _totals(counted: list[Any]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for row in counted:
        totals[row["state"]] = totals.get(row["state"], 0) + row["number"]
    return totals


def _rounds(counted: list[Any]) -> list[dict[str, Any]]:
    """One line for each place, year and stage, with the number of units in each state."""
    rounds: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in counted:
        key = tuple(row[name] for name in PLACED)
        line = rounds.setdefault(key, {**{name: row[name] for name in PLACED}, "states": {}})
        line["states"][row["state"]] = row["number"]
    return list(rounds.values())


async def _choices(database: Any) -> dict[str, list[Any]]:
    """Places, years and stages of the packages: few rows, and the same as the ledger's."""
    rows = await database.execute(
        "select distinct p.jurisdiction as code, j.name from packages p"
        " join jurisdictions j on j.code = p.jurisdiction order by code limit 400"
    )
    years = await database.execute(
        "select distinct document_year as year from packages where document_year <> '' order by year desc limit 40"
    )
    return {"places": list(rows.rows), "years": [row["year"] for row in years]}


def _address(path: str, pairs: dict[str, str]) -> str:
    kept = {name: said for name, said in pairs.items() if said}
    return f"{path}?{urlencode(kept)}" if kept else path


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/ledger$", ledger_page)]
