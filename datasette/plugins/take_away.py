"""``/budgets/<table>.csv`` and ``.xlsx``: everything that a filter or search finds, or nothing and why.

Datasette's own CSV ends in the middle when something fails on the way, with status 200. Here the answer is
written to a file first, page by page of Datasette's JSON, so it is whole before its first byte is sent.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import Response, hookimpl

from datapackages import schemas, workbook
from datapackages.parsed import spreadsheet

MOST = 100_000  # rows: about ten seconds; a data package holds more and costs nothing to send
MOST_FOUND = 10_000  # rows of a search without a further filter (table_page.py)
PAGE = 1000  # rows of one request, Datasette's max_returned_rows
AT_ONCE = 2  # files written at the same time; others wait
CHUNK = 256 * 1024
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OURS = ("_bom", "_dl", "_stream", "_size", "_next", "_shape", "_nofacet", "_nocount", "_labels", "_facet")
writing = asyncio.Semaphore(AT_ONCE)


class Refused(Exception):
    """The result is not sent: ``rows`` found so far, or an error of the query in words."""

    def __init__(self, status: int, rows: int = 0, error: str = "") -> None:
        super().__init__(error)
        self.status, self.rows, self.error = status, rows, error


class FileResponse(Response):
    """A file that has no name any more, sent in pieces."""

    def __init__(self, file: Any, name: str, kind: str) -> None:
        super().__init__(content_type=KINDS[kind])
        self.file = file
        size = file.seek(0, io.SEEK_END)
        self.headers = {"content-length": str(size), "content-disposition": f'attachment; filename="{name}"'}

    async def asgi_send(self, send: Callable[[dict[str, Any]], Any]) -> None:
        headers = {**self.headers, "content-type": self.content_type}
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": encoded})
        self.file.seek(0)
        with self.file as file:
            while piece := file.read(CHUNK):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def take_away(datasette: Any, request: Any) -> Any:
    """All rows of a table's page or a query, as CSV or XLSX; 413 with the count when there are too many."""
    database, name, kind = (request.url_vars[part] for part in ("database", "name", "kind"))
    kept = [pair for pair in parse_qsl(request.query_string, keep_blank_values=True) if pair[0] not in OURS]
    pages = _pages(datasette, datasette.urls.path(f"{database}/{name}.json"), kept)
    file: Any = tempfile.TemporaryFile()  # noqa: SIM115  # the answer closes it when it is sent
    try:
        async with writing:
            await _write_csv(file, pages, for_excel=kind == "csv" and request.args.get("_bom") == "on")
            if kind == "xlsx":
                file = await asyncio.to_thread(_as_workbook, file, name)
    except Refused as refused:
        file.close()
        return await _refusal(datasette, request, name, refused)
    return FileResponse(file, f"{name}.{kind}", kind)


async def _pages(datasette: Any, path: str, query: list[tuple[str, str]]) -> AsyncIterator[dict[str, Any]]:
    following: str | None = ""
    rows = 0
    while following is not None:
        # _stream: in the order of the keys (table_page.py), or rows of equal amounts were lost between two pages.
        paging = [("_shape", "arrays"), ("_stream", "on"), ("_size", str(PAGE)), ("_nofacet", "1")]
        paging += [("_next", following), ("_nocount", "1")] if following else []
        answer = await datasette.client.get(f"{path}?{urlencode([*query, *paging])}", follow_redirects=False)
        told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        if answer.status_code != 200:
            raise Refused(answer.status_code, MOST_FOUND, error=told.get("error", ""))
        rows += len(told["rows"])
        following = told.get("next")
        count = max(rows, told.get("filtered_table_rows_count") or 0)
        if count > MOST or (told.get("truncated") and not following):
            raise Refused(413, count)
        yield told


async def _write_csv(file: Any, pages: AsyncIterator[dict[str, Any]], *, for_excel: bool) -> None:
    """For Excel: a byte order mark, and an apostrophe before a text that would run as a formula."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig" if for_excel else "utf-8", newline="")
    out = csv.writer(text, lineterminator="\r\n")
    first = True
    async for page in pages:
        if first:
            out.writerow(page["columns"])
        first = False
        lines = ([_text(value) for value in row] for row in page["rows"])
        shown = (list(map(spreadsheet, line)) for line in lines) if for_excel else lines
        await asyncio.to_thread(out.writerows, shown)
    text.flush()
    text.detach()


def _as_workbook(file: Any, name: str) -> Any:
    file.seek(0)
    with io.TextIOWrapper(file, encoding="utf-8", newline="") as text, tempfile.TemporaryDirectory() as folder:
        lines = csv.reader(text)
        columns = next(lines)
        fields = schemas.fields(name) if name in schemas.RESOURCES else {}
        described = tuple(_described(fields, column) for column in columns)
        path = Path(folder) / "result.xlsx"
        workbook.write(path, [workbook.Sheet(title=name, fields=described, rows=lines)])
        return path.open("rb")


def _described(fields: dict[str, dict[str, Any]], column: str) -> dict[str, Any]:
    known = fields.get(column, {})
    kind = known.get("type", "integer" if column == "amount_fen" else "string")
    return {**known, "type": kind, "title": known.get("title", column)}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


async def _refusal(datasette: Any, request: Any, name: str, refused: Refused) -> Response:
    args = {column: request.args.get(column) for column in ("jurisdiction", "document_year", "stage")}
    sql = "SELECT name, title, facts, zip_bytes FROM packages WHERE " + " AND ".join(
        f"(:{column} IS NULL OR {column} = :{column})" for column in args
    )
    found = await datasette.get_database("budgets").execute(f"{sql} ORDER BY name LIMIT 20", args)
    context = {"refused": refused, "most": MOST, "name": name, "packages": found.rows}
    page = await datasette.render_template("refused.html", context, request=request)
    return Response.html(page, status=refused.status)


@hookimpl(tryfirst=True)  # before the routes of a table's page, which take any format
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/(?P<database>budgets|runs)/(?P<name>[a-z][a-z0-9_]*)\.(?P<kind>csv|xlsx)$", take_away)]
