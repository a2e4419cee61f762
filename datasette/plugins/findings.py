"""``/-/findings``: what the checks found, the gravest first, narrowed by links; the same as an Atom feed.

The list and its order are the table ``findings`` (datapackages/findings.py). A finding's permanent address is that
of its check; the filter goes with it, so that the check's page leads to the next and the previous finding.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl
from datasette.utils import tilde_encode

from datapackages import display, feed

PAGE, FED, CHOICES = 50, 50, 60
# Name in the address → column, and what a value looks like.
FILTERS = {
    "outcome": ("outcome", r"fail|question"),
    "fault": ("fault", r"source|parser|undecided"),
    "place": ("jurisdiction", r"[0-9A-Za-z-]{1,40}"),
    "year": ("document_year", r"\d{4}"),
    "stage": ("stage", r"[a-z]{1,20}"),
    "rule": ("rule", r"[A-Z]\d{1,3}[A-Za-z]?"),
    "unit": ("unit_id", r"cn-[0-9a-z-]{1,40}-u\d{1,8}"),
    "document": ("sha256", r"[0-9a-f]{64}"),
}
COUNTED = ("outcome", "fault", "place", "year", "stage", "rule")
# What the list shows of a finding stands with its check and its document.
LISTED = """
select f.*, c."left", c."right", c.difference, c.tolerance, c.message, c.message_zh, d.title, d.unit_name,
  d.department_name, u.name as unit
from findings f join checks c using (sha256, rule, place) join documents d on d.sha256 = f.sha256
left join units u on u.unit_id = f.unit_id
where {where} order by {order} limit {limit}
"""
BESIDE = "select sha256, rule, place from findings f where {where} and seq {side} ? order by seq {order} limit 1"
SEQ = "select seq from findings where sha256 = ? and rule = ? and place = ?"
# The nearest of the document's findings before and after the place of a figure on its pages.
IN_DOCUMENT = """
select sha256, rule, place, page, fact_id from findings where sha256 = ? order by page, seq limit 500
"""

Where = tuple[str, list[str]]


async def findings_page(datasette: Any, request: Any) -> Response:
    """The list; a filter that is not written as one is no filter but a mistake: 400."""
    chosen = _chosen(request)
    after = request.args.get("after") or "0"
    if chosen is None or not re.fullmatch(r"\d{1,9}", after):
        page = await datasette.render_template("error.html", {"status": 400, "reason": ""}, request=request)
        return Response.html(page, status=400)
    database = datasette.get_database("budgets")
    where, values = _where(chosen)
    listed = LISTED.format(where=f"{where} and f.seq > ?", order="f.seq", limit=PAGE + 1)
    rows = (await database.execute(listed, [*values, int(after)])).rows
    path = datasette.urls.path("/-/findings")
    total = f"select coalesce(sum(number), 0) from {_counts(chosen)} f where {where}"
    counted = (await database.execute(total, values)).single_value()
    context = {
        "groups": _groups(rows[:PAGE]),
        "next_address": _address(path, chosen, after=str(rows[PAGE - 1]["seq"])) if len(rows) > PAGE else "",
        "is_first": after == "0",
        "counted": counted,
        "chosen": [(name, value, _address(path, chosen, **{name: ""})) for name, value in chosen.items()],
        "choices": [(name, await _choices(database, path, chosen, name)) for name in COUNTED],
        "check_address": lambda row: _check_address(datasette, row, chosen),
        "feed": _address(f"{path}.atom", chosen),
        "permalink": datasette.absolute_url(request, _address(path, chosen)),
        "first_address": _address(path, chosen),
    }
    return Response.html(await datasette.render_template("findings.html", context, request=request))


async def findings_feed(datasette: Any, request: Any) -> Response:
    """The findings of the documents seen last, as Atom."""
    chosen = _chosen(request)
    if chosen is None:
        return Response.text("400: a filter of this address is not written as one", status=400)
    where, values = _where(chosen)
    sql = LISTED.format(where=f"{where} and f.first_seen <> ''", order="f.first_seen desc, f.seq", limit=FED)
    rows = (await datasette.get_database("budgets").execute(sql, values)).rows
    path, told = datasette.urls.path("/-/findings"), datasette.jinja_env.filters["told"]
    entries = [
        feed.Entry(
            title=f"{row['unit'] or row['unit_name'] or row['title'] or ''} · {row['rule']}",
            of=f"findings/{row['sha256']}/{row['rule']}/{row['place']}",
            updated=row["first_seen"],
            link=datasette.absolute_url(request, _check_address(datasette, row, {})),
            summary=row["message"] if display.language.get() == "en" else row["message_zh"],
        )
        for row in rows
    ]
    content = feed.document(
        told(datasette.metadata("databases")["budgets"]["tables"]["findings"]["title"]),
        f"findings?{urlencode(chosen)}",
        datasette.absolute_url(request, _address(f"{path}.atom", chosen)),
        entries,
        page=datasette.absolute_url(request, _address(path, chosen)),
        language=display.language.get(),
    )
    return Response(content, content_type="application/atom+xml; charset=utf-8")


def _chosen(request: Any) -> dict[str, str] | None:
    """The filters in the address; None when one of them is not written as its values are."""
    asked = {name: request.args.get(name) for name in FILTERS if request.args.get(name)}
    return asked if all(re.fullmatch(FILTERS[name][1], value) for name, value in asked.items()) else None


def _where(chosen: dict[str, str]) -> Where:
    """Conditions on ``f``; the columns are our own words, the values are given apart."""
    conditions = [f'f."{FILTERS[name][0]}" = ?' for name in chosen]
    return " and ".join(conditions) or "1", list(chosen.values())


def _counts(chosen: dict[str, str]) -> str:
    """Where to count: the findings of a unit or a document are few, all others are counted already."""
    return "(select *, 1 as number from findings)" if {"unit", "document"} & {*chosen} else "finding_counts"


def _address(path: str, chosen: dict[str, str], **other: str) -> str:
    query = urlencode({name: value for name, value in {**chosen, **other}.items() if value})
    return f"{path}?{query}" if query else path


def _check_address(datasette: Any, row: Any, chosen: dict[str, str]) -> str:
    """The page of a finding's check, the filter going with it."""
    return _address(f"{datasette.urls.table('budgets', 'checks')}/{_key(row)}", chosen)


def _key(row: Any) -> str:
    return ",".join(tilde_encode(row[name] or "") for name in ("sha256", "rule", "place"))


def _groups(rows: list[Any]) -> list[tuple[Any, list[Any]]]:
    """The rows in their order, those of one unit that follow one another together."""
    groups: list[tuple[Any, list[Any]]] = []
    for row in rows:
        whose = row["outcome"], row["unit_id"] or row["sha256"]
        if not groups or whose != (groups[-1][0]["outcome"], groups[-1][0]["unit_id"] or groups[-1][0]["sha256"]):
            groups.append((row, []))
        groups[-1][1].append(row)
    return groups


async def _choices(database: Any, path: str, chosen: dict[str, str], name: str) -> list[tuple[str, int, str, bool]]:
    """The values of a filter under the other filters: value, count, address, whether it is chosen."""
    others = {other: value for other, value in chosen.items() if other != name}
    where, values = _where(others)
    column = FILTERS[name][0]
    sql = (
        f'select f."{column}" as value, sum(number) as number from {_counts(others)} f'
        f' where {where} and f."{column}" <> \'\''
        f" group by 1 order by 2 desc, 1 limit {CHOICES}"
    )
    found = [(str(row["value"]), row["number"]) for row in await database.execute(sql, values)]
    return [
        (value, number, _address(path, others, **{name: "" if chosen.get(name) == value else value}),
         chosen.get(name) == value)
        for value, number in found
    ]  # fmt: skip


@hookimpl
def extra_template_vars(
    template: str, table: str | None, request: Any, datasette: Any
) -> dict[str, Callable[[Any], Any]]:
    """``beside_check(check)``, ``beside_figure(fact)``: the addresses of the findings before and after."""
    database = datasette.get_database("budgets")

    async def beside_check(check: Any) -> dict[str, Any]:
        chosen = _chosen(request) or {}
        key = [check[name] or "" for name in ("sha256", "rule", "place")]
        seq = (await database.execute(SEQ, key)).first()
        where, values = _where(chosen)
        found = {
            "list": _address(datasette.urls.path("/-/findings"), chosen),
            "key": _key(check),
            "permalink": datasette.absolute_url(request, _check_address(datasette, check, {})),
        }
        for name, side, order in (("previous", "<", "desc"), ("next", ">", "asc")):
            sql = BESIDE.format(where=where, side=side, order=order)
            row = (await database.execute(sql, [*values, seq["seq"]])).first() if seq else None
            found[name] = _check_address(datasette, row, chosen) if row else ""
        return found

    async def beside_figure(fact: Any) -> dict[str, str]:
        rows = (await database.execute(IN_DOCUMENT, [fact["sha256"]])).rows
        own = [number for number, row in enumerate(rows) if row["fact_id"] == fact["fact_id"]]
        cut = own[0] if own else sum((row["page"] or 0) < fact["page"] for row in rows)
        before, behind = rows[:cut], rows[cut + len(own[:1]):]
        return {
            name: _check_address(datasette, row, {"document": row["sha256"]})
            for name, row in (("previous", before[-1] if before else None), ("next", behind[0] if behind else None))
            if row
        }

    if template == "row.html" and table == "checks":
        return {"beside_check": beside_check}
    if template == "figure.html":
        return {"beside_figure": beside_figure, "check_address_of": lambda row: _check_address(datasette, row, {})}
    return {}


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/findings$", findings_page), (r"^/-/findings\.atom$", findings_feed)]
