"""What the front page and every page's frame need: what is covered, the latest documents, table names."""

from typing import Any

from datasette import hookimpl

MADE_UP = "999900"  # the jurisdiction of the demonstration's made-up city
TILES = ("jurisdictions", "units", "documents", "tables", "facts")
COVERED = {
    "jurisdictions": "select count(distinct jurisdiction) from facts where jurisdiction != ''",
    "units": "select count(*) from units",
    "documents": "select count(*) from documents",
    "tables": "select count(*) from tables",
    "facts": "select count(*) from facts",
}
PLACES = """
select f.jurisdiction, coalesce(j.name, f.jurisdiction) as place, f.document_year as year, f.stage,
  count(distinct f.sha256) as documents, count(*) as facts
from facts f left join jurisdictions j on j.code = f.jurisdiction
group by f.jurisdiction, f.document_year, f.stage
order by f.jurisdiction, f.document_year desc, f.stage limit 40
"""
LATEST = """
select d.sha256, d.title, d.pages, d.unit_name, max(coalesce(nullif(s.published_on, ''), s.first_seen)) as date
from documents d join sightings s on s.sha256 = d.sha256
group by d.sha256 order by date desc, d.title, d.sha256 limit 12
"""
DOORS = ("three_public", "largest_changes", "largest_projects", "units_without_documents", "issues_by_type")


def _metadata(datasette: Any) -> dict[str, Any]:
    return (datasette.metadata("databases") or {}).get("budgets", {})


async def _made_up(datasette: Any) -> str:
    """The name of the made-up city when the database holds it, else an empty text."""
    sql = """select name from jurisdictions where code = ?
             and exists (select 1 from documents_places where jurisdiction = ?)"""
    found = (await datasette.get_database("budgets").execute(sql, [MADE_UP, MADE_UP])).first()
    return found["name"] if found else ""


async def _home(datasette: Any) -> dict[str, Any]:
    database, described = datasette.get_database("budgets"), _metadata(datasette)
    queries = described.get("queries", {})
    return {
        "tiles": [
            (
                datasette.urls.table("budgets", name),
                (await database.execute(COVERED[name])).single_value(),
                described["tables"][name]["title"],
            )
            for name in TILES
        ],
        "places": (await database.execute(PLACES)).rows,
        "latest": (await database.execute(LATEST)).rows,
        "queries": [{"name": name, **queries[name]} for name in DOORS if name in queries],
    }


@hookimpl
def extra_template_vars(template: str, datasette: Any) -> Any:
    async def found() -> dict[str, Any]:
        tables = _metadata(datasette).get("tables", {})
        shared = {
            "site": {"made_up": await _made_up(datasette)},
            "table_titles": {name: table.get("title", name) for name, table in tables.items()},
            "table_descriptions": {name: table.get("description", "") for name, table in tables.items()},
            "columns_of_facts": tables.get("facts", {}).get("columns", {}),
        }
        return {**shared, "home": await _home(datasette)} if template == "index.html" else shared

    return found
