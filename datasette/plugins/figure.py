"""``/-/figure/<fact_id>``: one figure with the page it stands on, its words, source and citation."""

from typing import Any

from datasette import Response, hookimpl

from datapackages import marks

SIGHTINGS = "select * from sightings where sha256 = ? order by first_seen, url, page_url limit 20"
BESIDE = 'select * from facts where table_id = ? and "row" = ? order by "column" limit 60'


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
    table = await _first(database, "select * from tables where table_id = ?", fact["table_id"])
    context = {
        "fact": fact,
        "table": table,
        "sightings": (await database.execute(SIGHTINGS, [fact["sha256"]])).rows,
        "beside": (await database.execute(BESIDE, [fact["table_id"], fact["row"]])).rows,
        "issues": await _issues(database, fact["sha256"]),
        "picture": datasette.urls.path(await marks.of_figure(database, fact, table)),
        "permalink": datasette.absolute_url(request, path),
    }
    return Response.html(await datasette.render_template("figure.html", context, request=request))


async def _first(database: Any, sql: str, key: str) -> Any:
    return (await database.execute(sql, [key])).first()


async def _issues(database: Any, sha256: str) -> int:
    counted = await database.execute("select count(*) from issues where sha256 = ?", [sha256])
    return int(counted.single_value())


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/figure/(?P<fact_id>[0-9a-f]{16}-p\d+-x-?\d+-y-?\d+)$", figure_page)]
