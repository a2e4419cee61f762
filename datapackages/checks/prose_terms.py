"""Figures of the prose as they are held against others."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from datapackages.checks.book import decimals
from datapackages.checks.findings import Term, printed, stated
from datapackages.codes import fold, money_factors
from datapackages.model import Section, Statement


def told(statement: Statement) -> Term:
    """A stated figure, off by up to one of its last decimal: prose rounds and cuts what tables print in full.

    A plain 0 says that there is none and is exact.
    """
    term = stated(statement)
    return term._replace(slack=term.slack * 2 if term.amount or decimals(term.text) else Decimal(0))


def figure(statement: Statement, text: str) -> Term | None:
    """Another figure of the same statement (prior, change) in its unit, None where none is printed."""
    number = decimal_of(text)
    if number is None:
        return None
    factor = money_factors().get(statement.unit, Decimal(1))
    return printed(text, number * factor, statement.unit, place_of_statement(statement))


def decimal_of(text: str) -> Decimal | None:
    """The number of a printed text without separators and per cent sign, None where it is none."""
    try:
        return Decimal(fold(text).replace(",", "").rstrip("%"))
    except InvalidOperation:
        return None


def place_of_statement(statement: Statement) -> str:
    """Where a statement stands."""
    return f"p{statement.page}/statements/{statement.seq}"


def sentence(sections: tuple[Section, ...], statement: Statement) -> str:
    """The sentence a statement is read from, "" where its section is not found."""
    start, end = statement.span
    for section in sections:
        if section.heading_path == statement.section and statement.amount_text in section.text[start:end]:
            return next(part for begin, part in _parts(section.text) if begin + len(part) > start)
    return ""


def _parts(text: str) -> Iterator[tuple[int, str]]:
    begin = 0
    for part in text.replace("。", "。\n").split("\n"):
        yield begin, part
        begin += len(part)
    yield begin, text[begin:] + " "
