"""``/-/document/<sha256>/<table_id>.csv`` and ``/-/document/<sha256>.xlsx``: its tables as printed.

Both come from the resource ``printed`` and have every row of the document in force. CSV cells are as printed; in
the spreadsheet nothing runs.
"""

import asyncio
import csv
import io
import json
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl

from datapackages import schemas, tabular, workbook
from datapackages.turns import Busy, Turns

TABLE = "select * from tables where sha256 = ? and table_id = ?"
TABLES = "select * from tables where sha256 = ? order by page, top, x0, table_id"
PRINTED = 'select "rows", cells from printed where table_id = ? order by page'
FACTS = 'select * from facts where sha256 = ? order by table_id, "row", "column", fact_id'
MOST_CELLS = 400_000  # printed cells of a document in one spreadsheet; the largest real one has a quarter of it
NAMES = ("title", "label", "canonical", "unit_name", "money_unit", "pages")

turns = Turns(1, 3)


async def table_csv(datasette: Any, request: Any) -> Response:
    """One table: the header paths of its columns, then the cells of each row."""
    database = datasette.get_database("budgets")
    asked = [request.url_vars["sha256"], request.url_vars["table_id"]]
    table = (await database.execute(TABLE, asked)).first()
    if table is None:
        return await _refused(datasette, request, 404, "document-missing")
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_columns(table))
    writer.writerows(await _rows(database, table))
    headers = {"content-disposition": f'attachment; filename="{table["table_id"]}.csv"'}
    return Response(out.getvalue(), headers=headers, content_type="text/csv; charset=utf-8")


async def document_xlsx(datasette: Any, request: Any) -> Response:
    """All tables of a document, a sheet for each, and its figures with their meaning."""
    database, sha256 = datasette.get_database("budgets"), request.url_vars["sha256"]
    document = (await database.execute("select * from documents where sha256 = ?", [sha256])).first()
    tables = (await database.execute(TABLES, [sha256])).rows
    if document is None or not tables:
        return await _refused(datasette, request, 404, "document-missing")
    if sum((table["rows"] or 0) * (table["columns"] or 0) for table in tables) > MOST_CELLS:
        return await _refused(datasette, request, 413, "document-large")
    words = datasette.metadata("databases")["budgets"]["tables"]
    about = {
        words["documents"]["columns"]["title"].partition("\N{FULLWIDTH COLON}")[0]: document["title"] or "",
        "SHA-256": sha256,
        "URL": datasette.absolute_url(request, datasette.urls.path(f"/-/document/{sha256}")),
    }
    about |= {_sheet_name(number, table): _told(table) for number, table in enumerate(tables, 1)}
    try:
        async with turns.taken():
            printed = [(table, await _rows(database, table)) for table in tables]
            facts = (await database.execute(FACTS, [sha256])).rows
            content = await asyncio.to_thread(_workbook, printed, facts, about)
    except Busy:
        return await _refused(datasette, request, 503, "picture-busy")
    headers = {"content-disposition": f'attachment; filename="{sha256[:16]}.xlsx"'}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(content, headers=headers, content_type=kind)


def _columns(table: Any) -> list[str]:
    return str(table["column_labels"] or "").split("|")


async def _rows(database: Any, table: Any) -> list[list[str]]:
    """The table's rows in the order of their numbers, as wide as its header at least; withheld cells are empty."""
    width = len(_columns(table))
    numbered: list[tuple[int, list[str]]] = []
    for part in await database.execute(PRINTED, [table["table_id"]]):
        for number, cells in zip(str(part["rows"]).split("|"), json.loads(part["cells"]), strict=True):
            texts = [cell or "" for cell in cells]
            numbered.append((int(number), texts + [""] * (width - len(texts))))
    return [cells for _, cells in sorted(numbered, key=lambda row: row[0])]


def _workbook(printed: list[tuple[Any, list[list[str]]]], facts: Any, about: dict[str, str]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.xlsx"
        workbook.write(path, _sheets(printed, facts), about)
        return path.read_bytes()


def _sheets(printed: list[tuple[Any, list[list[str]]]], facts: Any) -> Iterator[workbook.Sheet]:
    for number, (table, rows) in enumerate(printed, 1):
        width = max([len(_columns(table)), *map(len, rows)])
        labels = _columns(table) + [""] * (width - len(_columns(table)))
        fields = tuple({"name": label, "type": "string", "title": label} for label in labels)
        lines = ([*row, *[""] * (width - len(row))] for row in rows)
        yield workbook.Sheet(title=_sheet_name(number, table), fields=fields, rows=lines)
    fields = tuple(schemas.fields("facts").values())
    figures = ([_text(fact[field["name"]]) for field in fields] for fact in facts)
    yield workbook.Sheet(title=schemas.schema("facts")["title"], fields=fields, rows=figures)


def _text(value: Any) -> str:
    """A value of the database as it stands in CSV; SQLite gives back 0.5 yuan as a binary float."""
    return tabular.text(Decimal(repr(value)) if isinstance(value, float) else value)


def _sheet_name(number: int, table: Any) -> str:
    """Number and page: printed titles are too long for a sheet's name, and come twice."""
    return f"{number} p{table['page'] or 0}"


def _told(table: Any) -> str:
    return " · ".join(str(table[name]) for name in NAMES if table[name])


async def _refused(datasette: Any, request: Any, status: int, reason: str) -> Response:
    page = await datasette.render_template("error.html", {"status": status, "reason": reason}, request=request)
    return Response.html(page, status=status)


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    document = r"^/-/document/(?P<sha256>[0-9a-f]{64})"
    return [
        (rf"{document}/(?P<table_id>[0-9a-f]{{16}}-p\d+-x-?\d+-y-?\d+)\.csv$", table_csv),
        (rf"{document}\.xlsx$", document_xlsx),
    ]
