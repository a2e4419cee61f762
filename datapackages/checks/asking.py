"""Findings on form and questions: where they stand, and what was printed there."""

from __future__ import annotations

from collections.abc import Iterable

from datapackages.checks.findings import Finding
from datapackages.model import Indicator, Performance, Section, Statement, Table

LONGEST = 160  # characters of what is shown as printed


def at_table(table: Table) -> str:
    """Where a table begins."""
    return f"p{table.pages[0]}/{table.table_id}"


def at_section(section: Section) -> str:
    """Where a stretch of prose begins."""
    return f"p{section.pages[0]}/sections/{section.seq}"


def at_statement(statement: Statement) -> str:
    """Where a figure is stated."""
    return f"p{statement.page}/statements/{statement.seq}"


def at_form(form: Performance) -> str:
    """Where a performance form begins."""
    return f"p{form.pages[0]}/{form.table_id}"


def at_indicator(indicator: Indicator, form: Performance) -> str:
    """The form of an indicator, on the indicator's own page."""
    return f"p{indicator.page}/{form.table_id}"


def holds(printed: str, places: Iterable[str] = (), table_ids: Iterable[str] = ()) -> Finding:
    """A pass, with what was found."""
    return _finding("pass", "form-pass", printed, "", places, table_ids, (), {})


def asks(
    key: str, printed: str, other: str = "", places: Iterable[str] = (), table_ids: Iterable[str] = (),
    fact_ids: Iterable[str] = (), **values: object,
) -> Finding:  # fmt: skip
    """A question: ``printed`` against ``other``, with a message of ``messages.csv``."""
    return _finding("question", key, printed, other, places, table_ids, fact_ids, values)


def untold(what: str, places: Iterable[str] = (), table_ids: Iterable[str] = ()) -> Finding:
    """What would be needed is not there: it cannot be told."""
    return _finding("insufficient_data", "insufficient-data", what, "", places, table_ids, (), {"what": _cut(what)})


def _finding(
    outcome: str, key: str, printed: str, other: str, places: Iterable[str], table_ids: Iterable[str],
    fact_ids: Iterable[str], values: dict[str, object],
) -> Finding:  # fmt: skip
    texts = {"printed": _cut(printed), "other": _cut(other)}
    return Finding(
        outcome=outcome,
        key=key,
        values={**texts, **values},
        places=tuple(dict.fromkeys(places)),
        table_ids=tuple(dict.fromkeys(filter(None, table_ids))),
        fact_ids=tuple(dict.fromkeys(fact_ids)),
        left=_cut(printed),
        right=_cut(other),
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
