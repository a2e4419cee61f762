"""What the prose says of change: the difference, its direction and its rate against the figures it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, Term, equal, plain, term
from datapackages.checks.prose import percentage, words
from datapackages.checks.prose_terms import decimal_of, figure, place_of_statement, told
from datapackages.checks.rules import rule
from datapackages.codes import fold, labels
from datapackages.model import Fact, Statement

WORDS = "change_directions"
SIGNS = {"increase": 1, "decrease": -1, "flat": 0}


@rule("A22", "arithmetic")
def changes(book: Book) -> Iterator[Finding]:
    """文字说明中的增减额等于本年数减上年数，增加、减少、持平与差额的正负一致，增减率与增减额一致。
    A stated change is this year's figure less last year's, its words agree with the sign, its rate with both.
    """
    for statement in book.parsed.statements:
        if statement.amount is not None and statement.direction in SIGNS:
            yield from _difference(book, statement)
            yield from _rate(statement)


def _difference(book: Book, statement: Statement) -> Iterator[Finding]:
    """This year less the prior figure that the sentence or the same row of the table prints."""
    prior = figure(statement, statement.prior) if statement.prior else _prior_in_table(book, statement)
    change = figure(statement, statement.change)
    if statement.direction == "flat":
        change = None
    if prior is None:
        if statement.direction == "flat" and (said := figure(statement, statement.change)) and said.amount:
            yield _told(statement, "fail", said.text + said.unit)
        return
    now = told(statement)
    if change is None:
        yield from _direction(statement, now, prior)
        return
    sign = SIGNS[statement.direction] * (-1 if change.amount < 0 else 1)
    yield equal(((1, now),), ((1, prior), (sign, change._replace(amount=abs(change.amount)))))


def _direction(statement: Statement, now: Term, prior: Term) -> Iterator[Finding]:
    """The words against the sign, where the change itself is not printed."""
    difference = now.amount - prior.amount
    if abs(difference) <= now.slack + prior.slack:
        yield _told(statement, "pass", f"{now.text} − {prior.text}", prior)
    elif statement.direction == "flat" or (difference > 0) != (SIGNS[statement.direction] > 0):
        yield _told(statement, "fail", f"{now.text} − {prior.text}", prior)
    else:
        yield _told(statement, "pass", f"{now.text} − {prior.text}", prior)


def _rate(statement: Statement) -> Iterator[Finding]:
    """The rate: the change over this year's figure without the change, or over a prior figure."""
    change, rate = figure(statement, statement.change), decimal_of(statement.change_percent)
    if change is None or rate is None or statement.direction == "flat" or not change.amount:
        return
    now = told(statement)
    base = now.amount - SIGNS[statement.direction] * abs(change.amount)
    if base <= 0:
        return
    part = change._replace(amount=abs(change.amount))
    shown = plain(base / (now.amount / (decimal_of(now.text) or Decimal(1)))) if now.amount else plain(base)
    prior = figure(statement, statement.prior) or now._replace(
        text=shown, amount=base, slack=now.slack + part.slack
    )
    yield percentage(part, prior, plain(abs(rate)), place_of_statement(statement))


def _prior_in_table(book: Book, statement: Statement) -> Term | None:
    """Last year's figure in the row of the fact restated, where the row prints one and the words speak of it."""
    fact = book.by_id.get(statement.fact_id)
    if fact is None or fact.amount is None or not book.document.fiscal_year or not book.own_year(fact):
        return None
    if not re.search(words()["last_budget"], fold(statement.compared_with)):
        return None
    row = book.grids[fact.table_id][fact.row].values()
    found = [other for other in row if _is_prior(other, fact, book.document.fiscal_year - 1)]
    return term(book, found[0]) if len(found) == 1 else None


def _is_prior(other: Fact, fact: Fact, year: int) -> bool:
    same = ("measure", "phase", "direction", "fund", "expenditure_type", "item", "function_code", "row_unit_name")
    return other.fiscal_year == year and all(getattr(other, name) == getattr(fact, name) for name in same)


def _told(statement: Statement, outcome: str, left: str, prior: Term | None = None) -> Finding:
    return Finding(
        outcome=outcome,
        key=f"direction-{outcome}",
        values={
            f"direction{end}": labels(WORDS, lang)[statement.direction] for end, lang in (("", "en"), ("_zh", "zh"))
        },
        places=(place_of_statement(statement), *((prior.place,) if prior else ())),
        fact_ids=(prior.fact_id,) if prior and prior.fact_id else (),
        left=left,
    )
