"""``/-/search?q=``: one search over everything, and ``/-/search.atom``, the same search as a feed."""

import re
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl
from datasette.utils import sqlite_timelimit

from datapackages import codes, display, feed, search, search_feed, search_figures, search_terms
from datapackages.search_figures import Narrow
from datapackages.search_text import Phrase, spans

KINDS = ("units", "codes", "figures", "projects", "tables", "statements", "sections", "purchases", "performance")
FEW, MANY = 5, 20  # rows of a kind beside others, and on a page of its own
UNITS, UNITS_OF_A_PAGE = 5, 10
PAGES = 50
SHOWN_BEFORE, SHOWN_AFTER = 30, 90  # characters of a section around the first word that was found
ATOM = "application/atom+xml; charset=utf-8"
TIME_LIMIT = 2500  # milliseconds for all queries of a page
CHOICES = {"place": re.compile(r"\d{6}"), "year": re.compile(r"\d{4}"), "stage": re.compile(r"[a-z_]{1,20}")}


async def search_page(datasette: Any, request: Any) -> Response:
    """The page of a search: a few of each kind, or a page of one kind."""
    kind = request.args.get("kind") if request.args.get("kind") in KINDS else ""
    page = _page(request.args.get("page")) if kind else 1
    found, status = await _found(datasette, request, lambda *asked: _results(*asked, kind, page))
    address = _address(request)
    context = {
        **found,
        "kind": kind, "page": page, "pages": PAGES, "address": address,
        "feed": datasette.urls.path(f"/-/search.atom?{address()}"),
        "permalink": datasette.absolute_url(request, datasette.urls.path(f"/-/search?{address()}")),
    }  # fmt: skip
    html = await datasette.render_template("search.html", context, request=request)
    return Response.html(html, status=status, headers={"cache-control": "max-age=60"})


async def search_atom(datasette: Any, request: Any) -> Response:
    """The documents that the search finds, the newest first, as Atom."""
    found, status = await _found(datasette, request, _newest)
    if status != 200:
        return Response.text("too slow; narrow the search to a place or a year", status=status)

    def absolute(path: str) -> str:
        return str(datasette.absolute_url(request, datasette.urls.path(path)))

    address = _address(request)()
    entries = [
        feed.Entry(
            title=entry.title, of=f"search/{address}/{entry.sha256}", updated=entry.first_seen,
            link=absolute(entry.path), summary=entry.summary,
        )
        for entry in found["entries"]
    ]  # fmt: skip
    text = feed.document(
        found["asked"].text, f"search/{address}", absolute(f"/-/search.atom?{address}"), entries,
        page=absolute(f"/-/search?{address}"), language=display.language.get(),
    )  # fmt: skip
    return Response(text, content_type=ATOM, headers={"cache-control": "max-age=60"})


async def _found(
    datasette: Any, request: Any, ask: Callable[[sqlite3.Connection, dict[str, Any]], dict[str, Any]]
) -> tuple[dict[str, Any], int]:
    """What was asked, what ``ask`` finds of it within the time limit, and the status: 503 where it was too slow."""

    def limited(connection: sqlite3.Connection) -> tuple[dict[str, Any], int]:
        told = _asked(connection, request)
        try:
            with sqlite_timelimit(connection, TIME_LIMIT):
                return {**told, **ask(connection, told)}, 200
        except sqlite3.OperationalError as error:
            if "interrupted" not in str(error):
                raise
            return {**told, "groups": [], "is_late": True}, 503

    found: tuple[dict[str, Any], int] = await datasette.get_database("budgets").execute_fn(limited)
    return found


def _asked(connection: sqlite3.Connection, request: Any) -> dict[str, Any]:
    """What the reader asks for, and what there is to choose from."""
    is_widened = not request.args.get("literal")
    asked = search_terms.read(request.args.get("q") or "", search.years(connection), is_widened=is_widened)
    chosen = {name: _choice(request, name) for name in CHOICES}
    covered = search.covered(connection)
    return {
        "asked": asked, "is_widened": is_widened, "also": any(term.also for term in asked.terms),
        "narrow": Narrow(place=chosen["place"], year=chosen["year"] or asked.year, stage=chosen["stage"]),
        "choices": {
            "place": _distinct(row["jurisdiction"] for row in covered),
            "year": sorted(_distinct(row["document_year"] for row in covered), reverse=True),
            "stage": [stage for stage in codes.labels("stages") if stage in {row["stage"] for row in covered}],
        },
    }  # fmt: skip


def _results(connection: sqlite3.Connection, told: dict[str, Any], kind: str, page: int) -> dict[str, Any]:
    asked, narrow = told["asked"], told["narrow"]
    if not asked.terms:
        return {"groups": []}

    def size(of: str) -> int:
        return (UNITS_OF_A_PAGE if kind else UNITS) if of == "figures" else (MANY if kind else FEW)

    groups = [search.group(connection, of, asked, narrow, size(of), page) for of in ([kind] if kind else KINDS)]
    has_nearly = kind in ("", "figures") and page == 1
    nearly = search_figures.nearly(connection, asked, narrow, UNITS) if has_nearly else []
    return {"groups": [group for group in groups if group.rows], "nearly": nearly}


def _newest(connection: sqlite3.Connection, told: dict[str, Any]) -> dict[str, Any]:
    return {"entries": list(search_feed.newest(connection, told["asked"], told["narrow"]))}


def _choice(request: Any, name: str) -> str:
    value = request.args.get(name) or ""
    return value if CHOICES[name].fullmatch(value) else ""


def _distinct(values: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(str(value) for value in values if value is not None))


def _page(text: str | None) -> int:
    return min(max(int(text), 1), PAGES) if text and re.fullmatch(r"\d{1,4}", text) else 1


def _address(request: Any) -> Callable[..., str]:
    """Makes the query string of this search with something else chosen; an empty choice is taken out."""
    kept = {"q": (request.args.get("q") or "").strip(), **{name: _choice(request, name) for name in CHOICES}}
    kept["literal"] = "1" if request.args.get("literal") else ""

    def address(**chosen: Any) -> str:
        return urlencode({name: value for name, value in {**kept, **chosen}.items() if value})

    return address


def marked(text: str | None, phrases: Iterable[Phrase]) -> list[tuple[str, bool]]:
    """The text in parts, each with whether it was asked for."""
    parts, done = [], 0
    for start, end in spans(text or "", phrases):
        parts += [((text or "")[done:start], False), ((text or "")[start:end], True)]
        done = end
    return [part for part in [*parts, ((text or "")[done:], False)] if part[0]]


def snippet(text: str | None, phrases: Iterable[Phrase]) -> str:
    """What stands around the first word that was asked for."""
    plain = " ".join((text or "").split())
    found = spans(plain, phrases)
    start = max(found[0][0] - SHOWN_BEFORE, 0) if found else 0
    end = (found[0][1] if found else 0) + SHOWN_AFTER
    return ("…" if start else "") + plain[start:end] + ("…" if end < len(plain) else "")


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    env.filters["marked"] = marked
    env.filters["snippet"] = snippet


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/search$", search_page), (r"^/-/search\.atom$", search_atom)]
