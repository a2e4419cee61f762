"""``/-/project/<unit_id>/<name>``: a project of a unit over the years: amounts by fund, targets, purchases.

A project has no code that stays from year to year, so its name is its address; spaces, brackets and the code that
forms print before the name do not matter.
"""

import re
from typing import Any

from datasette import Response, hookimpl
from datasette.utils import tilde_decode, tilde_encode

from datapackages import codes

UNIT = "select * from units where unit_id = ?"
MOST = 5000  # rows of one unit that are looked through for the name
PROJECTS = f"""
select t.*, d.scope, d.title from projects t join documents d on d.sha256 = t.sha256 where t.unit_id = ?
order by t.document_year desc, t.stage, d.scope, t.sha256, t.project_seq limit {MOST}
"""
FORMS = f"""
select t.*, d.scope from performance t join documents d on d.sha256 = t.sha256
where t.unit_id = ? and t.project <> '' order by t.document_year desc, t.stage, t.sha256, t.form_seq limit {MOST}
"""
PURCHASES = f"""
select * from purchases where unit_id = ? and project <> '' and row_role = 'leaf'
order by document_year desc, stage, amount_fen desc, sha256, table_id, "row" limit {MOST}
"""
INDICATORS = "select * from indicators where sha256 = ? and form_seq = ? order by seq limit 200"
FACTS = """
select fact_id, sha256, page, fund, measure, amount_fen, column_label, document_year, stage from facts
where fact_id in ({marks})
"""
FIGURES = 400
PREFIX = re.compile(r"^[A-Za-z0-9]+[-_.]*(?=[^\x00-\x7f])")


async def project_page(datasette: Any, request: Any) -> Response:
    """All that the unit's documents in force say of a project of this name; 404 where they say nothing."""
    database = datasette.get_database("budgets")
    name, unit_id = tilde_decode(request.url_vars["name"]), request.url_vars["unit_id"]
    unit = (await database.execute(UNIT, [unit_id])).first()
    projects, forms, purchases = [
        [row for row in (await database.execute(sql, [unit_id])).rows if _key(row[column]) == _key(name)]
        for sql, column in ((PROJECTS, "name"), (FORMS, "project"), (PURCHASES, "project"))
    ]
    if unit is None or not (projects or forms or purchases):
        missing = {"status": 404, "reason": "project-missing"}
        page = await datasette.render_template("error.html", missing, request=request)
        return Response.html(page, status=404)
    facts = await _facts(database, projects)
    named = projects[0]["name"] if projects else (forms or purchases)[0]["project"]
    path = datasette.urls.path(f"/-/project/{unit_id}/{tilde_encode(named)}")
    context = {
        "name": named,
        "unit": unit,
        "funds": [fund for fund in codes.labels("funds") if any(fund in _funds(row) for row in projects)],
        "projects": [{**dict(row), "facts": _by_fund(row, facts), "of": _funds(row)} for row in projects],
        "forms": [
            {**dict(row), "indicators": (await database.execute(INDICATORS, [row["sha256"], row["form_seq"]])).rows}
            for row in forms[:20]
        ],
        "purchases": [{**dict(row), "fact_id": (row["fact_ids"] or "").partition("|")[0]} for row in purchases],
        "bars": [row for row in reversed(projects) if row["amount_fen"] is not None],
        "permalink": datasette.absolute_url(request, path),
    }
    return Response.html(await datasette.render_template("project.html", context, request=request))


def _key(name: str | None) -> str:
    """The name without what changes from one printing to the next."""
    return PREFIX.sub("", codes.fold(name or ""))


def _funds(row: Any) -> dict[str, Any]:
    """Fund → the project's amount in yuan, of the funds that are printed."""
    amounts = {"total": row["amount"]}
    amounts |= {name.removeprefix("amount_"): row[name] for name in dict(row) if name.startswith("amount_")}
    return {fund: amount for fund in codes.labels("funds") if (amount := amounts.get(fund)) is not None}


async def _facts(database: Any, projects: list[Any]) -> dict[str, Any]:
    """Fact id → figure, of the rows that the projects were read from."""
    ids = [fact for row in projects for fact in (row["fact_ids"] or "").split("|") if fact][:FIGURES]
    found = await database.execute(FACTS.format(marks=", ".join("?" * len(ids))), ids)
    return {row["fact_id"]: row for row in found}


def _by_fund(project: Any, facts: dict[str, Any]) -> dict[str, str]:
    """Fund → the figure that prints the project's amount of it."""
    found: dict[str, str] = {}
    for fact_id in (project["fact_ids"] or "").split("|"):
        fact = facts.get(fact_id)
        if fact and fact["measure"] == "amount":
            found.setdefault(fact["fund"] or "total", fact_id)
    return found


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/project/(?P<unit_id>cn-[0-9a-z-]+-u\d+)/(?P<name>[^/]{1,2000})$", project_page)]
