"""``/-/figure/<fact_id>``: one figure with the page it stands on, its words, source and citation."""

from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl

SIGHTINGS = "select * from sightings where sha256 = ? order by first_seen, url, page_url limit 20"
BESIDE = 'select * from facts where table_id = ? and "row" = ? order by "column" limit 60'
ON_PAGE = "select min(x0), min(top), max(x1), max(bottom) from facts where table_id = ? and page = ?"
MARGIN = 4.0  # points around the box of a fact that has no table box on its page


async def figure_page(datasette: Any, request: Any) -> Response:
    """The page of one figure; 404 when no current document prints it."""
    database = datasette.get_database("budgets")
    fact = await _first(database, "select * from facts where fact_id = ?", request.url_vars["fact_id"])
    if fact is None:
        page = await datasette.render_template(
            "error.html", {"status": 404, "reason": "figure-missing"}, request=request
        )
        return Response.html(page, status=404)
    path = datasette.urls.path(f"/-/figure/{fact['fact_id']}")
    context = {
        "fact": fact,
        "table": await _first(database, "select * from tables where table_id = ?", fact["table_id"]),
        "sightings": (await database.execute(SIGHTINGS, [fact["sha256"]])).rows,
        "beside": (await database.execute(BESIDE, [fact["table_id"], fact["row"]])).rows,
        "issues": await _issues(database, fact["sha256"]),
        "picture": datasette.urls.path(await _picture(database, fact)),
        "permalink": datasette.absolute_url(request, path),
    }
    return Response.html(await datasette.render_template("figure.html", context, request=request))


async def _first(database: Any, sql: str, key: str) -> Any:
    return (await database.execute(sql, [key])).first()


async def _issues(database: Any, sha256: str) -> int:
    counted = await database.execute("select count(*) from issues where sha256 = ?", [sha256])
    return int(counted.single_value())


async def _picture(database: Any, fact: Any) -> str:
    """The address of the marked page; row and column are marked as far as the table's figures reach."""
    left, top, right, bottom = (await database.execute(ON_PAGE, [fact["table_id"], fact["page"]])).first()
    within = (0.0, max(0.0, top - MARGIN * 10), right + MARGIN, bottom + MARGIN)
    cell = (fact["x0"], fact["top"], fact["x1"], fact["bottom"])
    marks = {"cell": _edges(cell), "within": _edges(within)}
    return f"/-/page/{fact['sha256']}/{fact['page']}.png?{urlencode(marks, safe=',')}"


def _edges(box: tuple[float, ...]) -> str:
    return ",".join(f"{edge:g}" for edge in box)


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/figure/(?P<fact_id>[0-9a-f]{16}-p\d+-x-?\d+-y-?\d+)$", figure_page)]
