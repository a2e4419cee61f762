"""What the front page and every page's frame need: what is covered, how fresh it is, what is new, table names."""

from typing import Any

from datasette import Response, hookimpl
from datasette.utils import tilde_encode

MADE_UP = "999900"  # the jurisdiction of the demonstration's made-up city
TILES = ("jurisdictions", "units", "documents", "tables", "facts", "projects", "performance")
PLACES = """
select p.jurisdiction, coalesce(j.name, '') as place, p.document_year as year, p.stage, p.documents, p.facts
from packages p left join jurisdictions j on j.code = p.jurisdiction
order by p.jurisdiction, p.document_year desc, p.stage limit 4000
"""
COLUMNS = 6  # years and stages beside one another; the others stand in the table of packages
LATEST = """
select n.sha256, n.day, n.unit_id, u.name as unit_name, n.document_year, n.stage, n.scope, d.title, d.pages
from news n join documents d on d.sha256 = n.sha256 left join units u on u.unit_id = n.unit_id
where n.kind = 'published' and d.is_current order by n.moment desc, n.sha256 limit 8
"""
CHANGED = """
select n.*, u.name as unit_name, d.title from news n join documents d on d.sha256 = n.sha256
left join units u on u.unit_id = n.unit_id
where n.kind <> 'published' order by n.moment desc, n.sha256 limit 6
"""
FOUND = """
select c.sha256, c.rule, c.place, c.document_year, c.stage, c.fault, c.message, c.message_zh, u.name as unit_name
from findings f join checks c on c.sha256 = f.sha256 and c.rule = f.rule and c.place = f.place
left join units u on u.unit_id = f.unit_id
where f.outcome = 'fail' order by f.first_seen desc, f.seq limit 6
"""
# Of a summary, whose places have databases of their own (datapackages/by_place.py).
SUMMED = f"select {', '.join(f'sum({name}) as {name}' for name in TILES if name != 'jurisdictions')} from places"
LAST_RUN = "select run, state, ended from runs where ended <> '' order by run desc limit 1"


def _metadata(datasette: Any, database: str = "budgets") -> dict[str, Any]:
    return (datasette.metadata("databases") or {}).get(database, {})


async def _made_up(datasette: Any) -> str:
    """The name of the made-up city when the database holds it, else an empty text."""
    sql = """select name from jurisdictions where code = ?
             and exists (select 1 from documents where jurisdiction = ?)"""
    found = (await datasette.get_database("budgets").execute(sql, [MADE_UP, MADE_UP])).first()
    return found["name"] if found else ""


async def _home(datasette: Any) -> dict[str, Any]:
    database = datasette.get_database("budgets")
    is_summary = await database.table_exists("places")
    counts = await database.table_counts(1000)
    if is_summary:
        counts = {**counts, **dict((await database.execute(SUMMED)).first())}
    rows = (await database.execute(PLACES)).rows
    covered = {**counts, "jurisdictions": len({row["jurisdiction"] for row in rows} - {None})}
    found = (await database.execute(FOUND)).rows
    return {
        "is_summary": is_summary,
        "tiles": [(name, covered[name] or 0) for name in TILES],
        **_covered(rows),
        "latest": (await database.execute(LATEST)).rows,
        "changed": (await database.execute(CHANGED)).rows,
        "found": [{**dict(row), "path": _place(row)} for row in found],
        "run": await _last_run(datasette),
    }


def _covered(rows: list[Any]) -> dict[str, Any]:
    """Places in rows, the latest years and stages in columns, and what is left out."""
    rounds = sorted({(row["year"] or 0, row["stage"]) for row in rows}, key=lambda round: (-round[0], round[1]))
    places: dict[tuple[str, str], dict[tuple[int, str], Any]] = {}
    for row in rows:
        cells = places.setdefault((row["jurisdiction"] or "", row["place"]), {})
        cells[row["year"] or 0, row["stage"]] = row
    return {"rounds": rounds[:COLUMNS], "more_rounds": rounds[COLUMNS:], "places": places}


async def _last_run(datasette: Any) -> Any:
    """When a night last ended and how; None where no night is on record."""
    if "runs" not in datasette.databases:
        return None
    return (await datasette.get_database("runs").execute(LAST_RUN)).first()


def _place(row: Any) -> str:
    """The address of a check's row, after the table's."""
    return ",".join(tilde_encode(row[name]) for name in ("sha256", "rule", "place"))


@hookimpl
def extra_template_vars(database: str | None, datasette: Any) -> Any:
    async def found() -> dict[str, Any]:
        tables = _metadata(datasette, database or "budgets").get("tables", {})
        return {
            "database_title": _metadata(datasette, database or "budgets").get("title", database),
            "site": {"made_up": await _made_up(datasette)},
            "table_titles": {name: table.get("title", name) for name, table in tables.items()},
            "table_descriptions": {name: table.get("description", "") for name, table in tables.items()},
            "columns_of_facts": (columns := tables.get("facts", {}).get("columns", {})),
            "columns_of_all": {
                name: words for table in tables.values() for name, words in table.get("columns", {}).items()
            }
            | columns,
        }

    return found


async def home_page(datasette: Any, request: Any) -> Response:
    """The front page. Datasette's own view asks for every table whether it may be seen: most of a second."""
    context = {"home": await _home(datasette), "metadata": datasette.metadata()}
    return Response.html(await datasette.render_template("index.html", context, request=request))


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/$", home_page)]
