"""``/-/unit/<unit_id>.atom`` and ``.xlsx``: what is new about a unit, and its main figures as a spreadsheet."""

import asyncio
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl

from datapackages import codes, display, feed, news, schemas, tabular, workbook
from datapackages.turns import Busy, Turns

UNIT = "select * from units where unit_id = ?"
FED = 60
NEWS = f"""
select n.*, d.title, u.name as unit_name from news n join documents d on d.sha256 = n.sha256
left join units u on u.unit_id = n.unit_id where n.unit_id = ? order by n.moment desc, n.sha256 limit {FED}
"""
FOUND = f"""
select f.*, c.message, c.message_zh from findings f
join checks c on c.sha256 = f.sha256 and c.rule = f.rule and c.place = f.place
where f.unit_id = ? and f.first_seen <> '' order by f.first_seen desc, f.seq limit {FED}
"""
MOST_ROWS = 20_000  # of a sheet; a unit with more is told to take the data package
HEADLINES = """
select document_year, stage, scope, headline, amount, fact_id from headlines where unit_id = ?
order by headline, stage, scope, document_year
"""
ROWS = """
select t.* from {table} t join documents d on d.sha256 = t.sha256 where t.unit_id = ? and d.is_current limit {most}
"""
SHEETS = ("projects", "statements", "performance", "purchases")
HEADLINE_FIELDS = {
    "document_year": {"type": "integer"},
    "stage": {"type": "string", "codes": "stages"},
    "scope": {"type": "string", "codes": "scopes"},
    "headline": {"type": "string", "codes": "headline_kinds"},
    "amount": {"type": "number"},
    "fact_id": {"type": "string"},
}

turns = Turns(1, 3)


async def unit_feed(datasette: Any, request: Any) -> Response:
    """New documents, new versions, withdrawals, corrections and findings of one unit, as Atom."""
    database, unit = await _unit(datasette, request)
    if unit is None:
        return Response.text("404: no unit has this id", status=404)
    language, home = display.language.get(), datasette.absolute_url(request, datasette.urls.instance())
    rows = (await database.execute(NEWS, [unit["unit_id"]])).rows
    found = (await database.execute(FOUND, [unit["unit_id"]])).rows
    entries = [news.entry(row, home, language) for row in rows]
    entries += [_finding(row, home, language) for row in found]
    newest = sorted(entries, key=lambda entry: entry.updated, reverse=True)[:FED]
    page = f"{home}-/unit/{unit['unit_id']}"
    told = feed.document(
        unit["name"], f"unit/{unit['unit_id']}", f"{page}.atom", newest, page=page, language=language
    )
    return Response(told, content_type="application/atom+xml; charset=utf-8")


def _finding(row: Any, home: str, language: str) -> feed.Entry:
    outcome = codes.labels("outcomes", language)[row["outcome"]]
    said = row["message"] if language == "en" else row["message_zh"]
    return feed.Entry(
        title=f"{outcome} · {said[:80]}",
        of=f"finding/{row['sha256']}/{row['rule']}/{row['place']}",
        updated=row["first_seen"],
        link=f"{home}-/findings?document={row['sha256']}",
        summary=said,
    )


async def unit_workbook(datasette: Any, request: Any) -> Response:
    """Headlines, projects, statements, performance forms and purchases of one unit; amounts in yuan."""
    database, unit = await _unit(datasette, request)
    if unit is None:
        return await _refused(datasette, request, 404, "unit-missing")
    try:
        async with turns.taken():
            headlines = (await database.execute(HEADLINES, [unit["unit_id"]])).rows
            tables = {
                name: (await database.execute(ROWS.format(table=name, most=MOST_ROWS + 1), [unit["unit_id"]])).rows
                for name in SHEETS
            }
            if max(map(len, tables.values())) > MOST_ROWS:
                return await _refused(datasette, request, 413, "sheet-too-long")
            described = datasette.metadata("databases")["budgets"]["tables"]
            content = await asyncio.to_thread(_workbook, headlines, tables, described["headlines"])
    except Busy:
        return await _refused(datasette, request, 503, "picture-busy")
    headers = {"content-disposition": f'attachment; filename="{unit["unit_id"]}.xlsx"'}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(content, headers=headers, content_type=kind)


def _workbook(headlines: Any, tables: dict[str, Any], described: dict[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "unit.xlsx"
        workbook.write(path, _sheets(headlines, tables, described))
        return path.read_bytes()


def _sheets(headlines: Any, tables: dict[str, Any], described: dict[str, Any]) -> Iterator[workbook.Sheet]:
    titles = {name: words.partition("\N{FULLWIDTH COLON}")[0] for name, words in described["columns"].items()}
    fields = tuple({**field, "title": titles[name]} for name, field in HEADLINE_FIELDS.items())
    rows = ([_text(value) for value in row] for row in headlines)
    yield workbook.Sheet(title=described["title"], fields=fields, rows=rows)
    for name, found in tables.items():
        fields = tuple(schemas.fields(name).values())
        rows = ([_text(row[column]) for column in schemas.fields(name)] for row in found)
        yield workbook.Sheet(title=schemas.schema(name)["title"], fields=fields, rows=rows)


def _text(value: Any) -> str:
    """A value of the database as it stands in CSV; SQLite gives back 0.5 yuan as a binary float."""
    return tabular.text(Decimal(repr(value)) if isinstance(value, float) else value)


async def _unit(datasette: Any, request: Any) -> tuple[Any, Any]:
    database = datasette.get_database("budgets")
    return database, (await database.execute(UNIT, [request.url_vars["unit_id"]])).first()


async def _refused(datasette: Any, request: Any, status: int, reason: str) -> Response:
    page = await datasette.render_template("error.html", {"status": status, "reason": reason}, request=request)
    return Response.html(page, status=status)


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [
        (r"^/-/unit/(?P<unit_id>cn-[0-9a-z-]+-u\d+)\.atom$", unit_feed),
        (r"^/-/unit/(?P<unit_id>cn-[0-9a-z-]+-u\d+)\.xlsx$", unit_workbook),
    ]
