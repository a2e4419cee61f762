"""What the front page and every page's frame need: what is covered, the latest documents, table names."""

from typing import Any

from datasette import hookimpl

MADE_UP = "999900"  # the jurisdiction of the demonstration's made-up city
TILES = ("jurisdictions", "units", "documents", "tables", "facts", "projects", "performance")
PLACES = """
select p.jurisdiction, coalesce(j.name, '') as place, p.document_year as year, p.stage, p.documents, p.facts
from packages p left join jurisdictions j on j.code = p.jurisdiction
order by p.jurisdiction, p.document_year desc, p.stage limit 60
"""
LATEST = """
select d.sha256, d.title, d.pages, d.unit_name, max(coalesce(nullif(s.published_on, ''), s.first_seen)) as date
from documents d join sightings s on s.sha256 = d.sha256
where d.is_current
group by d.sha256 order by date desc, d.title, d.sha256 limit 12
"""
DOORS = (
    "three_public",
    "largest_changes",
    "largest_projects",
    "largest_purchases",
    "not_published",
    "issues_by_type",
)


def _metadata(datasette: Any, database: str = "budgets") -> dict[str, Any]:
    return (datasette.metadata("databases") or {}).get(database, {})


async def _made_up(datasette: Any) -> str:
    """The name of the made-up city when the database holds it, else an empty text."""
    sql = """select name from jurisdictions where code = ?
             and exists (select 1 from documents where jurisdiction = ?)"""
    found = (await datasette.get_database("budgets").execute(sql, [MADE_UP, MADE_UP])).first()
    return found["name"] if found else ""


async def _home(datasette: Any) -> dict[str, Any]:
    database, described = datasette.get_database("budgets"), _metadata(datasette)
    queries, counts = described.get("queries", {}), await database.table_counts(1000)
    places = (await database.execute(PLACES)).rows
    covered = {**counts, "jurisdictions": len({place["jurisdiction"] for place in places} - {None})}
    return {
        "tiles": [
            (datasette.urls.table("budgets", name), covered[name] or 0, described["tables"][name]["title"])
            for name in TILES
        ],
        "places": places,
        "latest": (await database.execute(LATEST)).rows,
        "queries": [{"name": name, **queries[name]} for name in DOORS if name in queries],
    }


@hookimpl
def extra_template_vars(template: str, database: str | None, datasette: Any) -> Any:
    async def found() -> dict[str, Any]:
        tables = _metadata(datasette, database or "budgets").get("tables", {})
        shared = {
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
        return {**shared, "home": await _home(datasette)} if template == "index.html" else shared

    return found
