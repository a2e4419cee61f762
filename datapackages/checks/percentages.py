"""Percentages that can be."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from datapackages.checks.asking import asks, at_statement, holds
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding
from datapackages.checks.rules import rule
from datapackages.codes import fold
from datapackages.model import Statement

HUNDRED = Decimal(100)


@rule("C16", "form")
def percentages_can_be(book: Book) -> Iterator[Finding]:
    """占比不超过100%，下降不超过100%，上年为零的不算增长率。
    A share is at most 100 %, nothing falls by more than 100 %, and from zero there is no rate of growth.
    """
    stated = [one for one in book.parsed.statements if one.share_percent or one.change_percent]
    found = [finding for one in stated if (finding := _doubt(one))]
    yield from found
    if stated and not found:
        yield holds(" ".join(dict.fromkeys(one.share_percent or one.change_percent for one in stated)))


def _doubt(one: Statement) -> Finding | None:
    what = f"{one.metric_text} {one.amount_text}{one.unit}"
    share, change = _number(one.share_percent), _number(one.change_percent)
    if share is not None and share > HUNDRED:
        return asks("share-above-whole", f"{what} {one.share_percent}", "", [at_statement(one)], (), _facts(one))
    if change is None or not change:
        return None
    if one.direction == "decrease" and change > HUNDRED and (one.amount is None or one.amount >= 0):
        return asks("fall-above-whole", f"{what} {one.change_percent}", "", [at_statement(one)], (), _facts(one))
    if one.direction == "increase" and _from_zero(one):
        return asks("growth-from-zero", f"{what} {one.change_percent}", "0", [at_statement(one)], (), _facts(one))
    return None


def _from_zero(one: Statement) -> bool:
    """Whether the year compared with had nothing: printed as zero, or the change is the whole amount."""
    prior, change, amount = _number(one.prior), _number(one.change), _number(one.amount_text)
    if prior is not None:
        return prior == 0 and bool(amount)
    return bool(amount) and change == amount and _number(one.change_percent) == HUNDRED


def _facts(one: Statement) -> tuple[str, ...]:
    return (one.fact_id,) if one.fact_id else ()


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(fold(text).replace(",", "").rstrip("%")) if text else None
    except InvalidOperation:
        return None
