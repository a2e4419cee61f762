"""What the prose says of last year, against the document of last year: this year's figure less the change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from datapackages import codes
from datapackages.checks.across import questioned
from datapackages.checks.book import Book
from datapackages.checks.data_files import loaded
from datapackages.checks.findings import Finding, Side, equal, one
from datapackages.checks.prose_terms import figure, told
from datapackages.checks.same_line import Index, index, line_of
from datapackages.checks.shelf import Shelf, Volume
from datapackages.codes import fold
from datapackages.model import Statement

PHASES = {"budget": "approved", "final": "final"}
SIGNS = {"increase": -1, "decrease": 1, "flat": 0}  # of the change, to come back to last year's figure
AGREEING = ("equal", "rounding")
YEAR = re.compile(r"20\d\d")


def last_year_in_prose(shelf: Shelf, volume: Volume, book: Book) -> Iterator[Finding]:
    """Hold each stated change against the same figure of last year's document of the same stage and scope.

    A sentence that does not say which version of last year's figure it means proves nothing when it differs.
    """
    said, year = volume.document, volume.document.fiscal_year
    if year is None or said.stage not in PHASES:
        return
    sources = [one for one in shelf.of(volume.unit_id, year - 1, said.stage) if one.document.scope == said.scope]
    if len(sources) != 1:
        return
    there = shelf.book(sources[0])
    published = index(there.facts, year - 1, (PHASES[said.stage],))
    for statement in shelf.statements(said.sha256):
        if (compared := _compared_with(statement, said.stage, year - 1)) and (before := _last_year(statement)):
            yield from _against(statement, before, book, there, published, compared == "published")


def _against(
    statement: Statement, before: Side, book: Book, there: Book, published: Index, is_clear: bool
) -> Iterator[Finding]:
    fact = book.by_id.get(statement.fact_id)
    counterpart = published.get(line_of(fact)) if fact else None
    if not fact or not counterpart or fact.fiscal_year != book.document.fiscal_year:
        return
    values = {"year": counterpart.fiscal_year, "what": codes.labels("stages")[book.document.stage]}
    line = statement.metric_text or fact.name
    finding = questioned(equal(before, one(there, counterpart), line=line), "other-year-differs", **values)
    yield doubted(replace(finding, fact_ids=(fact.fact_id, counterpart.fact_id)), is_clear)


def doubted(finding: Finding, is_clear: bool) -> Finding:
    """A difference proves nothing where the document does not say which version of a figure it repeats."""
    if finding.outcome == "question" and not is_clear:
        return replace(finding, outcome="insufficient_data", key="other-year-unclear")
    return finding


def _last_year(statement: Statement) -> Side:
    """Last year's figure as the sentence gives it, printed or as this year's less the change; () without it."""
    if statement.agreement not in AGREEING or statement.amount is None:
        return ()
    if prior := figure(statement, statement.prior):
        return ((1, prior),)
    now = (1, told(statement))
    if statement.direction == "flat":
        return (now,)
    change = figure(statement, statement.change)
    if change is None or statement.direction not in SIGNS:
        return ()
    return (now, (SIGNS[statement.direction], change._replace(amount=abs(change.amount))))


def _compared_with(statement: Statement, stage: str, year: int) -> str:
    """published or unclear; "" where the sentence speaks of another year or of what no document published."""
    text = fold(statement.compared_with)
    if any(int(found) != year for found in YEAR.findall(text)):
        return ""
    if re.fullmatch(across_words()["published"][stage], text):
        return "published"
    return "unclear" if re.fullmatch(across_words()["unclear"], text) else ""


def across_words() -> dict[str, Any]:
    """The words of ``across.yaml``."""
    return loaded("across")
