"""``/-/document/<sha256>``: a document page by page, its tables as printed beside the picture of the page.

``?page=7`` chooses the page, ``&figure=<fact_id>`` marks a figure's cell on it. The printed rows come from the
resource ``printed``, which holds every row of the versions in force; of a replaced version the page says so.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from datasette import Response, hookimpl
from datasette.utils import tilde_encode

from datapackages import marks

DOCUMENT = "select * from documents where sha256 = ?"
SIGHTINGS = "select * from sightings where sha256 = ? order by first_seen, url, page_url limit 20"
VERSIONS = """
select others.* from slots own join slots others using (unit_id, document_year, stage, scope, part)
where own.sha256 = ? order by others.version desc limit 50
"""
SUCCESSOR = "select sha256 from documents where supersedes = ? order by sha256 limit 1"
TABLES = "select * from tables where sha256 = ? order by page, top, x0, table_id"
SECTIONS = "select seq, heading_path, pages, kind from sections where sha256 = ? order by seq"
FINDINGS = """
select f.sha256, f.rule, f.place, f.page, f.outcome, f.fault, c.message, c.message_zh
from findings f join checks c using (sha256, rule, place) where f.sha256 = ? order by f.seq limit 500
"""
ISSUES = "select * from issues where sha256 = ? order by severity, seq limit 500"
HELD = "select count(*) from checks where sha256 = ? and outcome in ('pass', 'rounding')"
PRINTED = 'select table_id, "rows", cells from printed where sha256 = ? and page = ?'
FACTS = """
select fact_id, sha256, page, table_id, "row", "column", flags, amount_text, x0, top, x1, bottom
from facts where sha256 = ? and page = ?
"""
STATEMENTS = "select * from statements where sha256 = ? and page = ? order by seq"
PROSE = "select heading_path, text, kind from sections where sha256 = ? and seq = ?"
CHANGED = "select count(*) from changes where sha256 = ? and cause = 'source'"
PROSE_SHOWN = 6000  # characters of a page's prose that the page shows; the rest is a click away


async def document_page(datasette: Any, request: Any) -> Response:
    """One page of a document; 404 for a document or a page that is not there."""
    database, sha256 = datasette.get_database("budgets"), request.url_vars["sha256"]
    document = (await database.execute(DOCUMENT, [sha256])).first()
    if document is None:
        return await _missing(datasette, request, "document-missing")
    whole = {
        name: (await database.execute(sql, [sha256])).rows
        for name, sql in (
            ("sightings", SIGHTINGS), ("versions", VERSIONS), ("tables", TABLES), ("sections", SECTIONS),
            ("findings", FINDINGS), ("issues", ISSUES), ("successor", SUCCESSOR),
        )
    }  # fmt: skip
    figure = request.args.get("figure") or ""
    number = _page(request.args.get("page") or _page_of(figure), document["pages"], whole["tables"])
    if number is None:
        return await _missing(datasette, request, "page-missing")
    path = datasette.urls.path(f"/-/document/{sha256}")
    context = {
        **whole,
        **(await _of_page(database, sha256, number, whole["tables"], figure)),
        "document": document,
        "held": (await database.execute(HELD, [sha256])).single_value(),
        "changed": (await database.execute(CHANGED, [sha256])).single_value(),
        "number": number,
        "marks": _marks(whole),
        "prose": await _prose(database, sha256, number, whole["sections"]),
        "check_path": check_path,
        "path": path,
        "permalink": datasette.absolute_url(request, f"{path}?page={number}"),
    }
    return Response.html(await datasette.render_template("document.html", context, request=request))


async def _missing(datasette: Any, request: Any, reason: str) -> Response:
    page = await datasette.render_template("error.html", {"status": 404, "reason": reason}, request=request)
    return Response.html(page, status=404)


def _page_of(figure: str) -> str:
    found = re.match(r"[0-9a-f]{16}-p(\d+)-", figure)
    return found[1] if found else ""


def _page(asked: str, pages: int, tables: Iterable[Any]) -> int | None:
    """The page asked for, else the first with a table; None for one that the document does not have."""
    if not asked:
        return min((table["page"] for table in tables if table["page"]), default=1)
    number = int(asked) if re.fullmatch(r"[1-9]\d{0,4}", asked) else 0
    return number if 1 <= number <= max(pages, 1) else None


async def _of_page(database: Any, sha256: str, page: int, tables: Any, figure: str) -> dict[str, Any]:
    """What stands on the page: its tables with their cells, its figures of prose, and the figure to mark."""
    facts = (await database.execute(FACTS, [sha256, page])).rows
    printed = {row["table_id"]: row for row in await database.execute(PRINTED, [sha256, page])}
    at: dict[str, dict[tuple[int, int], Any]] = defaultdict(dict)
    for fact in facts:
        at[fact["table_id"]][fact["row"], fact["column"]] = fact
    here = [table for table in tables if str(page) in str(table["pages"] or "").split("|")]
    listed = [_table(table, printed.get(table["table_id"]), at.pop(table["table_id"], {})) for table in here]
    return {
        "listed": listed,
        "unplaced": sum(table["unplaced"] for table in listed) + sum(map(len, at.values())),
        **(await _marked(database, facts, here, figure)),
        "statements": (await database.execute(STATEMENTS, [sha256, page])).rows,
    }


async def _marked(database: Any, facts: Any, tables: Any, figure: str) -> dict[str, Any]:
    """The figure to mark, if the page prints it, and the address of the picture with it marked."""
    marked = next((fact for fact in facts if fact["fact_id"] == figure), None)
    table = next((table for table in tables if marked and table["table_id"] == marked["table_id"]), None)
    return {"marked": marked, "picture": await marks.of_figure(database, marked, table) if marked else ""}


def _table(table: Any, printed: Any, facts: dict[tuple[int, int], Any]) -> dict[str, Any]:
    """A table's rows on the page, each cell with its figure; ``unplaced`` counts figures without a printed cell."""
    numbers = [int(row) for row in str(printed["rows"]).split("|")] if printed else []
    cells = json.loads(printed["cells"]) if printed else []
    rows = [
        (number, [(text, facts.pop((number, column), None)) for column, text in enumerate(row, 1)])
        for number, row in zip(numbers, cells, strict=True)
    ]
    columns = [label.replace("/", " · ") for label in str(table["column_labels"] or "").split("|")]
    return {"table": table, "columns": columns, "rows": rows, "unplaced": len(facts)}


def _marks(whole: dict[str, Any]) -> list[tuple[int, int, int]]:
    """The pages that have tables or findings, with the numbers of both."""
    tables = Counter(int(page) for row in whole["tables"] for page in str(row["pages"] or "").split("|") if page)
    found = Counter(row["page"] for row in whole["findings"] if row["page"])
    return [(page, tables[page], found[page]) for page in sorted(tables | found)]


async def _prose(database: Any, sha256: str, page: int, sections: Any) -> dict[str, Any]:
    """The sections with a part on the page, as far as there is room for them, and whether some is left out."""
    here = [row["seq"] for row in sections if str(page) in str(row["pages"] or "").split("|")]
    shown, room = [], PROSE_SHOWN
    for seq in here:
        row = (await database.execute(PROSE, [sha256, seq])).first()
        text = row["text"] or ""
        shown.append({"seq": seq, "heading": row["heading_path"] or "", "text": text[:room]})
        room -= len(text)
        if room <= 0:
            break
    return {"sections": shown, "is_cut": room < 0 or len(shown) < len(here)}


def check_path(row: Any) -> str:
    """The address of a check's row, after the table's."""
    return ",".join(tilde_encode(row[name] or "") for name in ("sha256", "rule", "place"))


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/document/(?P<sha256>[0-9a-f]{64})$", document_page)]
