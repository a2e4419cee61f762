"""``/-/unit/<unit_id>``: who it is, its years side by side, what it spends on, and all that it published."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from datasette import Response, hookimpl
from datasette.utils import tilde_encode

from datapackages import codes, display

UNIT = "select * from units where unit_id = ?"
MOST_RELATIVES = 400
RELATIVES = f"""
select unit_id, name, kind from units where parent = ? order by kind desc, name limit {MOST_RELATIVES}
"""
HEADLINES = "select * from headlines where unit_id = ?"
RATIOS = "select * from headline_ratios where unit_id = ?"
LEDGER = "select * from ledger where unit_id = ? order by document_year desc, stage"
DOCUMENTS = """
select s.document_year, s.stage, s.scope, s.part, s.version, s.is_current, s.sha256, d.title, d.pages,
  m.published_on, m.vanished_on, m.held, m.failed, m.asked, m.issues
from slots s join documents d on d.sha256 = s.sha256 left join summaries m on m.sha256 = s.sha256
where s.unit_id = ? order by s.document_year desc, s.stage, s.scope, s.part, s.version desc limit 200
"""
FUNCTIONS = """
select substr(function_code, 1, 3) as code, sum(amount_fen) as fen, min(fact_id) as fact_id
from facts
where table_id = (
    select table_id from facts
    where unit_id = :unit and document_year = :year and stage = :stage and scope = :scope and is_current
      and canonical = 'general_function' and row_role = 'total' and measure = 'amount'
      and fiscal_year = document_year
    group by table_id order by count(*) desc, table_id limit 1)
  and additive and fiscal_year = document_year and function_code <> ''
group by 1 order by 2 desc limit 12
"""
OF_LATEST = """
from {table} t join documents d on d.sha256 = t.sha256
where t.unit_id = :unit and t.document_year = :year and t.stage = :stage and d.scope = :scope and d.is_current
"""
PROJECTS = f"""
select t.name, t.amount_fen, t.unit_id {OF_LATEST.format(table="projects")}
and t.amount_fen is not null and t.canonical = 'projects' order by t.amount_fen desc, t.name limit 10
"""
TARGETS = f"""
select t.sha256, t.form_seq, t.project, t.amount_fen, t.goal, t.unit_id, t.canonical,
  (select count(*) from indicators i where i.sha256 = t.sha256 and i.form_seq = t.form_seq) as indicators
{OF_LATEST.format(table="performance")} order by t.canonical, t.amount_fen desc, t.form_seq limit 8
"""
TOLD = (
    "expenditure_total", "revenue_total", "three_public", "overseas_visits", "vehicle_purchase",
    "vehicle_operation", "hospitality", "operating", "procurement_total", "vehicles_kept",
    "staff_actual", "performance",
)  # fmt: skip
STATEMENTS = f"""
select t.*, f.amount_fen as table_fen
{OF_LATEST.format(table="statements").replace("where", "left join facts f on f.fact_id = t.fact_id where", 1)}
and t.metric in ({", ".join(f"'{metric}'" for metric in TOLD)})
and (t.amount_fen is not null or t.value is not null)
order by t.agreement = 'differs' desc, t.reason is null, t.seq limit 200
"""
FINDINGS = """
select c.sha256, c.rule, c.place, c.document_year, c.stage, c.outcome, c.fault, c.message, c.message_zh
from findings f join checks c on c.sha256 = f.sha256 and c.rule = f.rule and c.place = f.place
where f.unit_id = ? order by f.seq limit 12
"""
CHARTED = ("revenue_total", "expenditure_total", "three_public")


async def unit_page(datasette: Any, request: Any) -> Response:
    """All that is known of one unit; 404 for an id that no unit has."""
    database = datasette.get_database("budgets")
    unit = (await database.execute(UNIT, [request.url_vars["unit_id"]])).first()
    if unit is None:
        reason = {"status": 404, "reason": "unit-missing"}
        return Response.html(await datasette.render_template("error.html", reason, request=request), status=404)
    found = {
        name: (await database.execute(sql, [unit["unit_id"]])).rows
        for name, sql in (
            ("ledger", LEDGER), ("documents", DOCUMENTS), ("findings", FINDINGS), ("headlines", HEADLINES),
            ("ratios", RATIOS),
        )
    }  # fmt: skip
    years = sorted({_year(row) for row in found["headlines"]}, reverse=True)
    context = {
        **found,
        "unit": unit,
        "tree": await _tree(database, unit),
        "years": years,
        "matrix": list(_matrix(found["headlines"], years, "headline")),
        "averages": list(_matrix(found["ratios"], years, "ratio")),
        "charts": [chart for name in CHARTED if (chart := _chart(name, found["headlines"]))],
        **(await _latest(database, unit["unit_id"], years)),
        "findings": [{**dict(row), "path": _place(row)} for row in found["findings"]],
        "permalink": datasette.absolute_url(request, datasette.urls.path(f"/-/unit/{unit['unit_id']}")),
    }
    return Response.html(await datasette.render_template("unit.html", context, request=request))


async def _tree(database: Any, unit: Any) -> dict[str, Any]:
    """The department, and the units below it: this one's subordinates, or those that stand beside it."""
    above = (await database.execute(UNIT, [unit["parent"]])).first() if unit["parent"] else None
    below = (await database.execute(RELATIVES, [unit["unit_id"]])).rows
    beside = (await database.execute(RELATIVES, [unit["parent"]])).rows if above else []
    return {"above": above, "below": below, "beside": beside, "most": MOST_RELATIVES}


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def _place(row: Any) -> str:
    """The address of a check's row, after the table's."""
    return ",".join(tilde_encode(row[name]) for name in ("sha256", "rule", "place"))


def _year(row: Any) -> tuple[int, str, str]:
    return int(row["document_year"]), str(row["stage"]), str(row["scope"])


def _matrix(
    rows: Iterable[Any], years: list[tuple[int, str, str]], kind: str
) -> Iterable[tuple[str, str, list[Any]]]:
    """Code and words of each headline (or ratio), and its row (or None) for each year."""
    by_place = {(row[kind], *_year(row)): row for row in rows}
    for code, words in codes.labels(f"{kind}_kinds", display.language.get()).items():
        figures = [by_place.get((code, *year)) for year in years]
        if any(figures):
            yield code, words, figures


def _chart(headline: str, rows: Iterable[Any]) -> dict[str, Any] | None:
    """The bars of one headline over the years, (year, stage, scope, fen) each; None for a single year."""
    shown = sorted((*_year(row), row["amount_fen"]) for row in rows if row["headline"] == headline)
    if len(shown) < 2:
        return None
    return {"title": codes.labels("headline_kinds", display.language.get())[headline], "bars": shown}


async def _latest(database: Any, unit_id: str, years: list[tuple[int, str, str]]) -> dict[str, Any]:
    """What the latest document with headlines says: functions, projects, targets, and sentences of the prose."""
    if not years:
        return {"latest": None, "functions": [], "projects": [], "targets": [], "statements": []}
    year, stage, scope = years[0]
    asked = {"unit": unit_id, "year": year, "stage": stage, "scope": scope}
    functions = (await database.execute(FUNCTIONS, asked)).rows
    total = sum(row["fen"] for row in functions)
    return {
        "latest": years[0],
        "functions": [
            {"code": row["code"], "yuan": _yuan(row["fen"]), "share": row["fen"] / total if total else 0}
            for row in functions
        ],
        "projects": [
            {**dict(row), "path": _project(unit_id, row["name"])}
            for row in (await database.execute(PROJECTS, asked)).rows
        ],
        "targets": [
            {**dict(row), "path": _project(unit_id, row["project"])}
            for row in (await database.execute(TARGETS, asked)).rows
        ],
        "statements": _most_telling((await database.execute(STATEMENTS, asked)).rows),
    }


def _project(unit_id: str, name: str | None) -> str:
    """The address of a project after ``/-/project/``; empty for a form without one."""
    return f"{unit_id}/{tilde_encode(name)}" if name else ""


def _most_telling(rows: list[Any]) -> list[Any]:
    """One sentence for each metric: one that differs from the table before one that gives a reason."""
    first: dict[str, Any] = {}
    for row in rows:
        first.setdefault(row["metric"], row)
    return sorted(first.values(), key=lambda row: (row["agreement"] != "differs", TOLD.index(row["metric"])))


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/unit/(?P<unit_id>cn-[0-9a-z-]+-u\d+)$", unit_page)]
