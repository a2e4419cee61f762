"""``/-/figure/<fact_id>``: one figure with the page it stands on, its words, source and citation."""

from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl

SIGHTINGS = "select * from sightings where sha256 = ? order by first_seen, url, page_url limit 20"
BESIDE = 'select * from facts where table_id = ? and "row" = ? order by "column" limit 60'
ON_PAGE = "select min(x0), min(top), max(x1), max(bottom) from facts where table_id = ? and page = ?"
MARGIN, HEADER = 4.0, 40.0  # points beyond the figures of a table on one page, and above them


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
        "picture": datasette.urls.path(await _picture(database, fact, table)),
        "permalink": datasette.absolute_url(request, path),
    }
    return Response.html(await datasette.render_template("figure.html", context, request=request))


async def _first(database: Any, sql: str, key: str) -> Any:
    return (await database.execute(sql, [key])).first()


async def _issues(database: Any, sha256: str) -> int:
    counted = await database.execute("select count(*) from issues where sha256 = ?", [sha256])
    return int(counted.single_value())


async def _picture(database: Any, fact: Any, table: Any) -> str:
    """The address of the marked page; row and column are marked as far as the table reaches on it."""
    found = (await database.execute(ON_PAGE, [fact["table_id"], fact["page"]])).first()
    _, top, right, bottom = map(float, found)
    left, top = (0.0, top - HEADER) if table is None or table["x0"] is None else _corner(table, fact, top)
    within = (left, max(0.0, top), right + MARGIN, bottom + MARGIN)
    cell = tuple(float(fact[edge]) for edge in ("x0", "top", "x1", "bottom"))
    marks = {"cell": _edges(cell), "within": _edges(within)}
    return f"/-/page/{fact['sha256']}/{fact['page']}.png?{urlencode(marks, safe=',')}"


def _corner(table: Any, fact: Any, top: float) -> tuple[float, float]:
    """Left and top of the table on the fact's page; its box is that of its first page."""
    on_first = table["page"] == fact["page"]
    return float(table["x0"]), float(table["top"]) if on_first else top - HEADER


def _edges(box: tuple[float, ...]) -> str:
    return ",".join(f"{edge:g}" for edge in box)


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/figure/(?P<fact_id>[0-9a-f]{16}-p\d+-x-?\d+-y-?\d+)$", figure_page)]
