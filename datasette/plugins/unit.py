"""``/-/unit/<unit_id>``: a unit, its years side by side, what it spends on, and all that it published."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from datasette import Response, hookimpl
from datasette.utils import tilde_encode

from datapackages import codes

UNIT = "select * from units where unit_id = ?"
SUBORDINATES = "select unit_id, name, kind from units where parent = ? order by kind desc, name"
HEADLINES = "select * from headlines where unit_id = ?"
LEDGER = "select * from ledger where unit_id = ? order by document_year desc, stage"
DOCUMENTS = """
select s.document_year, s.stage, s.scope, s.part, s.version, s.is_current, s.sha256, d.title, d.pages,
  (select max(published_on) from sightings where sightings.sha256 = s.sha256) as published_on,
  (select count(*) from checks where checks.sha256 = s.sha256 and outcome in ('pass', 'rounding')) as held,
  (select count(*) from checks where checks.sha256 = s.sha256 and outcome = 'fail') as failed,
  (select count(*) from checks where checks.sha256 = s.sha256 and outcome = 'question') as asked,
  (select count(*) from issues where issues.sha256 = s.sha256) as issues
from slots s join documents d on d.sha256 = s.sha256
where s.unit_id = ? order by s.document_year desc, s.stage, s.scope, s.part, s.version desc
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
PROJECTS = """
select project_seq, sha256, name, amount, page from projects
where unit_id = :unit and document_year = :year and stage = :stage and amount is not null
  and sha256 in (select sha256 from documents where is_current) and canonical = 'projects'
order by cast(amount as real) desc, name limit 10
"""
FINDINGS = """
select c.sha256, c.rule, c.place, c.document_year, c.stage, c.outcome, c.fault, c.message_zh
from checks c join documents d on d.sha256 = c.sha256
where c.unit_id = ? and d.is_current and c.outcome in ('fail', 'question')
order by c.outcome, c.document_year desc, c.rule limit 30
"""
CHARTED = ("revenue_total", "expenditure_total", "three_public")
WIDTH, STEP = 420, 46  # of a chart and of each of its bars, in its own units


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
            ("subordinates", SUBORDINATES), ("ledger", LEDGER), ("documents", DOCUMENTS), ("findings", FINDINGS),
        )
    }  # fmt: skip
    rows = (await database.execute(HEADLINES, [unit["unit_id"]])).rows
    years = sorted({_year(row) for row in rows}, reverse=True)
    path = datasette.urls.path(f"/-/unit/{unit['unit_id']}")
    context = {
        "unit": unit,
        "parent": (await database.execute(UNIT, [unit["parent"]])).first() if unit["parent"] else None,
        "years": years,
        "matrix": list(_matrix(rows, years)),
        "charts": [chart for name in CHARTED if (chart := _chart(name, rows))],
        **(await _latest(database, unit["unit_id"], years)),
        **found,
        "findings": [{**dict(row), "path": _place(row)} for row in found["findings"]],
        "permalink": datasette.absolute_url(request, path),
    }
    return Response.html(await datasette.render_template("unit.html", context, request=request))


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def _place(row: Any) -> str:
    """The address of a check's row, after the table's."""
    return ",".join(tilde_encode(row[name]) for name in ("sha256", "rule", "place"))


def _year(row: Any) -> tuple[int, str, str]:
    return int(row["document_year"]), str(row["stage"]), str(row["scope"])


def _matrix(rows: Iterable[Any], years: list[tuple[int, str, str]]) -> Iterable[tuple[str, list[Any]]]:
    """Headline in words, and its figure (or None) for each year."""
    by_place = {(row["headline"], *_year(row)): row for row in rows}
    for code, words in codes.labels("headline_kinds", "zh").items():
        figures = [by_place.get((code, *year)) for year in years]
        if any(figures):
            yield words, figures


def _chart(headline: str, rows: Iterable[Any]) -> dict[str, Any] | None:
    """Bars of one headline over the years, the longest filling the width; None for a single year."""
    shown = sorted((*_year(row), row["amount_fen"], row["fact_id"]) for row in rows if row["headline"] == headline)
    most = max((fen for *_, fen, _ in shown), default=0)
    if len(shown) < 2 or most <= 0:
        return None
    bars = [
        {
            "year": year, "stage": stage, "scope": scope, "yuan": _yuan(fen), "fact_id": fact_id,
            "y": number * STEP, "width": round(max(fen, 0) / most * WIDTH, 1),
        }
        for number, (year, stage, scope, fen, fact_id) in enumerate(shown)
    ]  # fmt: skip
    return {"title": codes.labels("headline_kinds", "zh")[headline], "bars": bars, "height": len(bars) * STEP}


async def _latest(database: Any, unit_id: str, years: list[tuple[int, str, str]]) -> dict[str, Any]:
    """What the unit spends on in the latest year: classes of functions and the largest projects."""
    if not years:
        return {"latest": None, "functions": [], "projects": []}
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
        "projects": (await database.execute(PROJECTS, asked)).rows,
    }


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/unit/(?P<unit_id>cn-[0-9a-z-]+-u\d+)$", unit_page)]
