"""Purchases stated in the prose: the total and its kinds. The rule is A20, which holds tables to the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, Side, equal
from datapackages.checks.prose_terms import told
from datapackages.model import Statement

WHOLE = "procurement_total"
KINDS = ("procurement_goods", "procurement_works", "procurement_services")


def findings(book: Book) -> Iterator[Finding]:
    """For each section that states a total and all three kinds once, whether these add up to it."""
    for _, group in groupby(book.parsed.statements, key=lambda statement: statement.section):
        stated = [one for one in group if one.amount is not None]
        wholes = [one for one in stated if one.metric == WHOLE]
        parts = [one for kind in KINDS for one in stated if one.metric == kind]
        if len(wholes) == 1 and [one.metric for one in parts] == list(KINDS):
            yield equal(_side(wholes), _side(parts))


def _side(stated: Sequence[Statement]) -> Side:
    return tuple((1, told(one)) for one in stated)
