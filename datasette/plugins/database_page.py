"""The lists of queries and tables, without Datasette's look at each table's permissions.

It copies the whole metadata once for each of some hundred tables, which takes a second and a half a page, and
nothing here is private. Data (``/budgets.json``) are left to Datasette.
"""

from typing import Any

from datasette import Forbidden, Response, hookimpl

COUNTING_MS = 1000  # an immutable database has them counted


async def database_page(datasette: Any, request: Any) -> Any:
    """``/budgets``, ``/runs``: the queries and the tables with their sizes."""
    if request.args.get("sql") is not None:
        raise Forbidden("no SQL of a reader")
    name = request.url_vars["database"]
    database, described = datasette.get_database(name), datasette.metadata("databases").get(name, {})
    counts, hidden = await database.table_counts(COUNTING_MS), set(await database.hidden_table_names())
    hidden |= {table for table, words in described.get("tables", {}).items() if words.get("hidden")}
    context = {
        "metadata": described,
        "database": name,
        "queries": [{"name": query, **told} for query, told in described.get("queries", {}).items()],
        "tables": [
            {"name": table, "count": counts[table], "hidden": table in hidden}
            for table in await database.table_names()
        ],
        "hidden_count": len(hidden & set(counts)),
        "show_hidden": request.args.get("_show_hidden"),
        "allow_download": datasette.setting("allow_download") and not database.is_mutable,
        "size": database.size,
    }
    return Response.html(await datasette.render_template("database.html", context, request=request))


@hookimpl(tryfirst=True)
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/(?P<database>budgets|runs)$", database_page)]
