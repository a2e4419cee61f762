"""What a rule found at one place, and the two comparisons of figures that most rules make.

Figures are compared in yuan, so that a table in 万元 can be held against one in 元. The tolerance is half of
the last decimal printed in a figure's column, once for each figure on both sides: for one sum in one unit
0.5 × 10^(−decimals) × (addends + 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from datapackages.checks.book import Book, decimals
from datapackages.codes import money_factors
from datapackages.model import Fact, Statement

CORRECTED = "corrected"  # codes/flags.csv: the number is no longer the printed one
SHOWN = 6  # addends printed one by one; of more only the first and the last


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One place a rule looked at. ``key`` and ``values`` choose and fill the message (``messages.csv``)."""

    outcome: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    fact_ids: tuple[str, ...] = ()
    table_ids: tuple[str, ...] = ()
    left: str = ""
    right: str = ""
    difference: str = ""
    tolerance: str = ""


class Term(NamedTuple):
    """One printed figure of a comparison, of a table, the prose or a form."""

    text: str
    amount: Decimal  # yuan, or the figure itself for what is not money
    slack: Decimal  # half of the last decimal, in the same unit as ``amount``
    unit: str  # as printed; "" for what is not money
    place: str
    fact_id: str = ""
    table_id: str = ""


Side = tuple[tuple[int, Term], ...]  # sign and figure


def place_of(fact: Fact) -> str:
    """Where a fact is printed: page, table, row and column."""
    return f"p{fact.page}/{fact.table_id}/{fact.row}/{fact.column}"


def term(book: Book, fact: Fact) -> Term:
    """A fact as a figure to compare, a corrected one as corrected. A fact without a number raises ValueError."""
    number = fact.amount if fact.amount is not None else fact.value
    if number is None:
        raise ValueError(f"fact {fact.fact_id} has no number to compare")
    factor = money_factors().get(fact.money_unit, Decimal(1)) if fact.amount is not None else Decimal(1)
    unit = fact.money_unit if fact.amount is not None else ""
    slack = book.step(fact) / 2 * factor
    text = plain(number / factor) if CORRECTED in fact.flags else fact.amount_text
    return Term(text, number, slack, unit, place_of(fact), fact.fact_id, fact.table_id)


def stated(statement: Statement) -> Term:
    """A figure of the prose that has an amount. One without raises ValueError."""
    if statement.amount is None:
        raise ValueError(f"statement {statement.seq} states no amount")
    return printed(
        statement.amount_text, statement.amount, statement.unit, f"p{statement.page}/statements/{statement.seq}"
    )


def printed(text: str, amount: Decimal, unit: str, place: str, table_id: str = "") -> Term:
    """A figure that is no fact, in yuan when ``unit`` is one of money."""
    factor = money_factors().get(unit, Decimal(1))
    slack = Decimal(5).scaleb(-decimals(text) - 1) * factor
    return Term(text, amount, slack, unit if unit in money_factors() else "", place, "", table_id)


def one(book: Book, fact: Fact) -> Side:
    """A side of one fact."""
    return ((1, term(book, fact)),)


def sum_of(book: Book, facts: Iterable[Fact]) -> Side:
    """A side that adds up facts."""
    return tuple((1, term(book, fact)) for fact in facts)


def minus(side: Side) -> Side:
    """The side with its signs turned: ``(*sum_of(a), *minus(sum_of(b)))`` is a − b."""
    return tuple((-sign, figure) for sign, figure in side)


def equal(left: Side, right: Side, **values: object) -> Finding:
    """Whether both sides say the same: pass, rounding or fail, with both printed."""
    difference = value_of(left) - value_of(right)
    slack = _slack(left) + _slack(right)
    outcome = "pass" if not difference else "rounding" if abs(difference) <= slack else "fail"
    return _compared(outcome, f"equal-{outcome}", left, right, values)


def at_most(left: Side, right: Side, **values: object) -> Finding:
    """Whether the left side is no more than the right: pass, rounding or fail."""
    difference = value_of(left) - value_of(right)
    slack = _slack(left) + _slack(right)
    outcome = "pass" if difference <= 0 else "rounding" if difference <= slack else "fail"
    return _compared(outcome, f"at-most-{outcome}", left, right, values)


def value_of(side: Side) -> Decimal:
    """What a side adds up to, in yuan."""
    return sum((sign * figure.amount for sign, figure in side), Decimal(0))


def _slack(side: Side) -> Decimal:
    return sum((figure.slack for _, figure in side), Decimal(0))


def _compared(outcome: str, key: str, left: Side, right: Side, values: Mapping[str, object]) -> Finding:
    unit = left[0][1].unit
    factor = money_factors().get(unit, Decimal(1))
    other_unit = any(figure.unit != unit for _, figure in (*left, *right))
    texts = [_text(side, other_unit) for side in (left, right)]
    difference = plain((value_of(left) - value_of(right)) / factor)
    tolerance = plain((_slack(left) + _slack(right)) / factor)
    figures = [figure for _, figure in (*left, *right)]
    return Finding(
        outcome=outcome,
        key=key,
        values={**values, "unit": unit},
        places=_places(left, right),
        fact_ids=_each_once(figure.fact_id for figure in figures),
        table_ids=_each_once(figure.table_id for figure in figures),
        left=texts[0],
        right=texts[1],
        difference=difference,
        tolerance=tolerance,
    )


def _places(left: Side, right: Side) -> tuple[str, ...]:
    """The first figure of each side; of a sum the others stand in ``fact_ids``."""
    return tuple(dict.fromkeys(side[0][1].place for side in (left, right) if side))


def _each_once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, ids)))


def _text(side: Side, with_unit: bool) -> str:
    """A side as a person would write it: 45.75 + 437.93 = 483.68."""
    if not side:
        return "0"
    figures = [figure for _, figure in side]
    unit = figures[0].unit if with_unit else ""
    if len(side) == 1 and side[0][0] > 0:
        return figures[0].text + unit
    shown = [*side[: SHOWN - 1], None, side[-1]] if len(side) > SHOWN else [*side]
    mixed = len({figure.unit for figure in figures}) > 1
    words = "".join(" + …" if entry is None else _signed(*entry, mixed) for entry in shown).removeprefix(" + ")
    factor = money_factors().get(figures[0].unit, Decimal(1))
    result = plain(value_of(side) / factor)
    return f"{words} = {result}{unit}" + (f" ({len(side)})" if len(side) > SHOWN else "")


def _signed(sign: int, figure: Term, with_unit: bool) -> str:
    return f" {'+' if sign > 0 else '−'} {figure.text}{figure.unit if with_unit else ''}"


def plain(number: Decimal) -> str:
    """A decimal without exponent and needless zeros."""
    text = format(number.quantize(Decimal("0.0000000001")).normalize(), "f")
    return "0" if text in ("-0", "0") else text
