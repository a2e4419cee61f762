"""Of the summary of all places: what only a place's own database holds is a redirect to that place's site.

The summary (``datapackages/by_place.py``) is known by its table ``places``; of any other database nothing is
redirected. A place's site stands under the same address with its code before it, ``/140200/-/figure/…``, and leads
back to the summary.
"""

import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from datasette import Request, Response, hookimpl

from datapackages import by_place

IS_SUMMARY = "select 1 from sqlite_master where type = 'table' and name = 'places'"
PLACE = "select code as place from places where code = ?"
OF_UNIT = f"select coalesce(jurisdiction, '{by_place.UNPLACED}') as place from units where unit_id = ?"
OF_DOCUMENT = f"""
select coalesce(jurisdiction, '{by_place.UNPLACED}') as place from documents
where sha256 >= :start and sha256 < :start || 'g' limit 1
"""
TABLE = rf"^/budgets/({'|'.join(by_place.LEFT_OUT)})"
HASH = re.compile(r"[0-9a-f]{16,64}")
# An address with the beginning of a document's hash, or a unit, in it; one whose filters name a place or either.
DOCUMENT = re.compile(
    rf"(?:^/-/(?:figure|report|document|page|evidence(?:/check)?)|{TABLE})/(?P<key>{HASH.pattern})(?![0-9a-f])"
)
UNIT = re.compile(r"^/-/(?:unit|project)/(?P<key>cn-[0-9a-z-]{1,40}-u\d{1,8})(?:[./]|$)")
FILTERED = re.compile(rf"{TABLE}(?:\.[a-z]+)?$|^/-/search$|^/-/function/\d+$")
FILTERS = (("jurisdiction", PLACE), ("place", PLACE), ("unit_id", OF_UNIT), ("sha256", OF_DOCUMENT))


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    base = datasette.setting("base_url")

    def wrap(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def redirected(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            request = Request(scope, receive)
            path = f"/{request.path.removeprefix(base)}" if request.path.startswith(base) else request.path
            if place := await _place(datasette.get_database("budgets"), path, request.args):
                asked = f"?{request.query_string}" if request.query_string else ""
                return await Response.redirect(f"{base}{place}{path}{asked}").asgi_send(send)
            return await app(scope, receive, send)

        return redirected

    return wrap if _is_summary(datasette) else lambda app: app


async def _place(database: Any, path: str, args: Any) -> str:
    """The place that the address is about; empty for one that the summary itself answers, or that none knows."""
    for pattern, sql in ((DOCUMENT, OF_DOCUMENT), (UNIT, OF_UNIT)):
        if found := pattern.match(path):
            return await _found(database, sql, found["key"])
    if FILTERED.match(path):
        for name, sql in FILTERS:
            if value := args.get(name):
                return await _found(database, sql, value)
    return ""


async def _found(database: Any, sql: str, key: str) -> str:
    """Only a code that the summary has: no address sends a reader elsewhere."""
    if sql == OF_DOCUMENT and not HASH.fullmatch(key):
        return ""
    row = (await database.execute(sql, {"start": key} if sql == OF_DOCUMENT else [key])).first()
    return str(row["place"]) if row else ""


async def by_place_page(datasette: Any, request: Any) -> Response:
    """A table that only places have, where no place is told."""
    told = {"status": 404, "reason": "by-place"}
    return Response.html(await datasette.render_template("error.html", told, request=request), status=404)


@hookimpl(tryfirst=True)
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(rf"{TABLE}(/.*)?(\.[a-z]+)?$", by_place_page)] if _is_summary(datasette) else []


@hookimpl
def extra_template_vars(datasette: Any) -> dict[str, str]:
    return {"all_places": _above(datasette) if "budgets" in datasette.databases else ""}


def _above(datasette: Any) -> str:
    """Where the summary is, of a place that is served under its code; empty of any other site."""
    base, folder = datasette.setting("base_url"), Path(datasette.get_database("budgets").path).parent
    is_place = folder.parent.name == by_place.FOLDER and base.endswith(f"/{folder.name}/")
    return str(base.removesuffix(f"{folder.name}/")) if is_place else ""


def _is_summary(datasette: Any) -> bool:
    """Whether the database is that of all places; none is where a test serves another."""
    if "budgets" not in datasette.databases:
        return False
    path = datasette.get_database("budgets").path
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(IS_SUMMARY).fetchone() is not None
