"""``/robots.txt`` and ``/sitemap.xml``: pages that stand for themselves are listed, what costs much is closed."""

from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from datasette import Response, hookimpl

LISTED = 20_000  # addresses of one sitemap; the protocol allows 50,000
PAGES = ("", "-/rankings", "-/findings", "-/changes", "-/ledger", "-/downloads", "-/about", "budgets")
KINDS = {  # part of a sitemap → the addresses of a page each
    "units": ("-/unit/", "SELECT unit_id FROM units ORDER BY unit_id LIMIT ? OFFSET ?"),
    "documents": (
        "-/document/",
        "SELECT sha256 FROM documents WHERE is_current ORDER BY sha256 LIMIT ? OFFSET ?",
    ),
}
# Filters and searches have no end, and pictures, exports and bundles are made for each asking.
CLOSED = (
    "-/page/", "-/evidence/", "-/report/", "-/search", "-/compare?", "-/document/*?", "-/document/*/",
    "budgets/*?", "budgets/*.csv", "budgets/*.xlsx", "budgets/*.json", "runs/*?",
)  # fmt: skip
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


async def robots(datasette: Any, request: Any) -> Response:
    """What a crawler may ask, at one request a second."""
    lines = ["User-agent: *", *(f"Disallow: {datasette.urls.path(path)}" for path in CLOSED), "Crawl-delay: 1", ""]
    lines.append(f"Sitemap: {_absolute(datasette, request, 'sitemap.xml')}")
    return Response.text("\n".join(lines) + "\n")


async def sitemaps(datasette: Any, request: Any) -> Response:
    """The list of sitemaps: the fixed pages, and units and documents in parts."""
    names = ["pages-0"]
    database = datasette.get_database("budgets")
    counts = await database.table_counts(1000)
    for kind in KINDS:
        names += [f"{kind}-{part}" for part in range(-(-(counts[kind] or 0) // LISTED))]
    addresses = [_absolute(datasette, request, f"sitemap-{name}.xml") for name in names]
    return _xml("sitemapindex", "sitemap", addresses)


async def sitemap(datasette: Any, request: Any) -> Response:
    """One sitemap: ``pages``, or a part of the units or documents."""
    kind, part = request.url_vars["kind"], int(request.url_vars["part"])
    paths: Iterable[str] = PAGES
    if kind in KINDS:
        prefix, sql = KINDS[kind]
        rows = await datasette.get_database("budgets").execute(sql, [LISTED, part * LISTED])
        paths = [prefix + row[0] for row in rows]
    return _xml("urlset", "url", [_absolute(datasette, request, path) for path in paths])


def _absolute(datasette: Any, request: Any, path: str) -> str:
    return str(datasette.absolute_url(request, datasette.urls.path(path)))


def _xml(root: str, entry: str, addresses: Iterable[str]) -> Response:
    entries = "\n".join(f"<{entry}><loc>{escape(address)}</loc></{entry}>" for address in addresses)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">\n{entries}\n</{root}>\n'
    return Response(text, content_type="application/xml; charset=utf-8")


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [
        (r"^/robots\.txt$", robots),
        (r"^/sitemap\.xml$", sitemaps),
        (r"^/sitemap-(?P<kind>pages|units|documents)-(?P<part>\d{1,4})\.xml$", sitemap),
    ]
