"""Rows of what a document tells apart from the figures of its tables.

Statements of the prose, performance forms and their indicators, projects, purchases, checks: one function for
each resource, all with the fields that :func:`datapackages.spool.shared` takes over from the document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from datapackages import codes, tabular
from datapackages.model import Box, Fact, Outcome, ParsedDocument, Performance, Project, Purchase

Row = dict[str, object]
Common = Mapping[str, object]

FIGURE = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
PAGE = re.compile(r"p([1-9]\d*)/")
PERIODS = ("year", "implementation")  # the year's words and money come before those of the whole term


def rows(parsed: ParsedDocument, facts: Iterable[Fact], common: Common) -> dict[str, list[Row]]:
    """Return resource → rows, in order of their keys; ``facts`` are those that the package keeps."""
    tables = {fact.fact_id: fact for fact in facts}
    return {
        "statements": [_boxed(statement, common) for statement in parsed.statements],
        "performance": [_performance(form, common) for form in parsed.performance],
        "indicators": [_boxed(indicator, common) for indicator in parsed.indicators],
        "covers": [{"seq": seq, **_boxed(cover, common)} for seq, cover in enumerate(parsed.covers, 1)],
        "projects": [_project(project, tables, common) for project in parsed.projects],
        "purchases": [_purchase(purchase, common) for purchase in _once(parsed.purchases)],
        "checks": [check_row(outcome, common) for outcome in parsed.checks],
    }


def _boxed(record: object, common: Common) -> Row:
    """A record with a box: its edges become four fields."""
    own = tabular.as_row(record)
    box = own.pop("box")
    return {**own, **_edges(box if isinstance(box, tuple) else None), **common}


def _edges(box: Box | None) -> Row:
    return dict(zip(("x0", "top", "x1", "bottom"), box or (None,) * 4, strict=True))


def _performance(form: Performance, common: Common) -> Row:
    own = tabular.as_row(form)
    return {
        **own,
        "funds": _listed(form.funds),
        "texts": _listed(form.texts),
        "amount": _yuan(_first(form.funds, "total"), form.money_unit),
        "goal": _first(form.texts, "goal"),
        **common,
    }


def _listed(entries: Iterable[tuple[str, str, str]]) -> str:
    """The entries as a JSON array of objects, empty text for none."""
    told = [{"period": period, "name": name, "text": tabular.text(text)} for period, name, text in entries]
    return json.dumps(told, ensure_ascii=False) if told else ""


def _first(entries: Iterable[tuple[str, str, str]], wanted: str) -> str:
    found = {period: text for period, name, text in reversed(tuple(entries)) if name == wanted}
    return next((found[period] for period in PERIODS if found.get(period)), "")


def _yuan(text: str, money_unit: str) -> Decimal | None:
    """A figure as printed in yuan, exact; None where the text is no figure or its unit is not known."""
    if money_unit not in codes.money_factors() or not FIGURE.fullmatch(text):
        return None
    return Decimal(text.replace(",", "")) * codes.money_factors()[money_unit]


def _project(project: Project, facts: Mapping[str, Fact], common: Common) -> Row:
    funds = dict(project.funds)
    own = {name: value for name, value in tabular.as_row(project).items() if name != "funds"}
    fact = next((facts[fact_id] for fact_id in project.fact_ids if fact_id in facts), None)
    return {
        **own,
        "table_id": fact.table_id if fact else "",
        "canonical": fact.canonical if fact else "",
        "amount": funds.get("total"),
        **{f"amount_{fund}": funds.get(fund) for fund in codes.labels("funds") if fund != "total"},
        **common,
    }


def _once(purchases: Iterable[Purchase]) -> Iterator[Purchase]:
    """The first line of each place: a table read twice is reported as such and counts once."""
    seen = set()
    for purchase in purchases:
        place = (purchase.table_id, purchase.row)
        if place not in seen:
            seen.add(place)
            yield purchase


def _purchase(purchase: Purchase, common: Common) -> Row:
    return {**tabular.as_row(purchase), **common}


def check_row(outcome: Outcome, common: Common) -> Row:
    """An outcome, and the first of the pages, tables and figures it is about as fields of their own."""
    at = PAGE.match(outcome.place)
    return {
        **tabular.as_row(outcome),
        "page": int(at[1]) if at else None,
        "table_id": next(iter(outcome.table_ids), ""),
        "fact_id": next(iter(outcome.fact_ids), ""),
        **common,
    }
