"""``/-/changes`` and ``/-/changes.atom``: documents replaced, withdrawn or corrected, and figures that differ."""

import re
from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl

from datapackages import codes, display, feed, news

PAGE, FED, FIGURES = 40, 60, 3
KINDS = ("replaced", "withdrawn", "corrected")
LISTED = """
select n.*, d.title, u.name as unit_name from news n join documents d on d.sha256 = n.sha256
left join units u on u.unit_id = n.unit_id where {where}
order by n.moment desc, n.sha256, n.kind limit :most offset :after
"""
COUNTED = "select kind, count(*) as number from news where kind <> 'published' group by kind"
# The largest of a document's altered figures; the sum of the others is a click away.
ALTERED = f"""
select sha256, seq, kind, name, column_label, old_text, new_text, old_unit, new_unit from changes
where sha256 = ? and cause = ? order by abs(coalesce(change_amount, 0)) desc, seq limit {FIGURES}
"""
PLACES = """
select distinct p.jurisdiction as code, j.name from packages p join jurisdictions j on j.code = p.jurisdiction
order by code limit 400
"""
MOST = 100_000  # rows that may be paged through


async def changes_page(datasette: Any, request: Any) -> Response:
    """What happened to documents, the newest first; 400 for a filter that is not written as one."""
    chosen, after = _chosen(request), request.args.get("after") or "0"
    if chosen is None or not re.fullmatch(r"\d{1,6}", after) or int(after) > MOST:
        page = await datasette.render_template("error.html", {"status": 400, "reason": ""}, request=request)
        return Response.html(page, status=400)
    database, path = datasette.get_database("budgets"), datasette.urls.path("/-/changes")
    rows = await _listed(database, chosen, PAGE + 1, int(after))
    context = {
        "rows": [{**dict(row), "figures": await _figures(database, row)} for row in rows[:PAGE]],
        "next_address": _address(path, {**chosen, "after": str(int(after) + PAGE)}) if len(rows) > PAGE else "",
        "first_address": _address(path, chosen) if after != "0" else "",
        "counts": {row["kind"]: row["number"] for row in await database.execute(COUNTED)},
        "kinds": KINDS,
        "chosen": chosen,
        "places": (await database.execute(PLACES)).rows,
        "feed": _address(f"{path}.atom", chosen),
        "permalink": datasette.absolute_url(request, _address(path, chosen)),
    }
    return Response.html(await datasette.render_template("changes.html", context, request=request))


async def changes_feed(datasette: Any, request: Any) -> Response:
    """The same as Atom."""
    chosen = _chosen(request)
    if chosen is None:
        return Response.text("400: a filter of this address is not written as one", status=400)
    language, home = display.language.get(), datasette.absolute_url(request, datasette.urls.instance())
    rows = await _listed(datasette.get_database("budgets"), chosen, FED, 0)
    page = _address(f"{home}-/changes", chosen)
    told = feed.document(
        " · ".join(codes.labels("news_kinds", language)[kind] for kind in KINDS),
        f"changes/{urlencode(chosen)}",
        _address(f"{home}-/changes.atom", chosen),
        [news.entry(row, home, language) for row in rows],
        page=page,
        language=language,
    )
    return Response(told, content_type="application/atom+xml; charset=utf-8")


def _chosen(request: Any) -> dict[str, str] | None:
    """The filters that the reader has set; None where one cannot be understood."""
    asked = {name: said for name in ("kind", "place") if (said := request.args.get(name))}
    if asked.get("kind", KINDS[0]) not in KINDS or not re.fullmatch(r"[0-9A-Za-z-]{1,40}", asked.get("place", "0")):
        return None
    return asked


async def _listed(database: Any, chosen: dict[str, str], most: int, after: int) -> list[Any]:
    where = "n.kind = :kind" if "kind" in chosen else "n.kind <> 'published'"
    where += " and n.jurisdiction = :place" if "place" in chosen else ""
    found = await database.execute(LISTED.format(where=where), {**chosen, "most": most, "after": after})
    return list(found.rows)


async def _figures(database: Any, row: Any) -> list[Any]:
    """The figures of a new version that differ most, or those that were corrected."""
    causes = {"replaced": "source", "corrected": "correction"}
    if row["kind"] not in causes:
        return []
    return list((await database.execute(ALTERED, [row["sha256"], causes[row["kind"]]])).rows)


def _address(path: str, pairs: dict[str, str]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/changes$", changes_page), (r"^/-/changes\.atom$", changes_feed)]
