"""A stated figure and the fact that it should equal, chosen by what both mean, never by the amount alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from datapackages.model import Document, Fact
from parsers import amounts
from parsers.metrics import About, metric
from parsers.prose import narrow

AGREEMENTS = ("equal", "rounding", "differs")
TOTAL = ("total", "subtotal")


class Facts:
    """The facts of the document's own year, by canonical table."""

    def __init__(self, document: Document, facts: Iterable[Fact]) -> None:
        self._by_canonical: dict[str, list[Fact]] = defaultdict(list)
        for fact in facts:
            own = fact.fiscal_year in (None, document.fiscal_year) and fact.phase in ("approved", "final", "")
            if own and fact.measure in ("amount", "count"):
                self._by_canonical[fact.canonical].append(fact)

    def of(self, selector: Mapping[str, Any], meant: About, name: str) -> list[Fact]:
        """The facts that a selector of ``metrics`` in ``data/prose.yaml`` names for this meaning."""
        if "when" in selector and meant.fund not in _values(selector["when"]):
            return []
        found = [fact for canonical in _values(selector["canonical"]) for fact in self._by_canonical[canonical]]
        for key, wanted in selector.items():
            if key not in ("when", "canonical"):
                found = [fact for fact in found if _fits(fact, key, wanted, meant, name)]
        return found


def agree(meant: About, name: str, amount: Decimal | None, half: Decimal, facts: Facts) -> tuple[str, str]:
    """The id of the fact that states the same, and equal, rounding (within ``half``), differs or not_found.

    Several facts may state it (the same total stands in many tables): the one that agrees best is taken.
    """
    defined = metric(meant.metric)
    if defined is None or amount is None:
        return "", "not_found"
    best: tuple[int, Fact] | None = None
    for selector in defined.facts:
        for fact in facts.of(selector, meant, name):
            rank = AGREEMENTS.index(_agreement(fact, amount, half))
            if best is None or rank < best[0]:
                best = rank, fact
    return (best[1].fact_id, AGREEMENTS[best[0]]) if best else ("", "not_found")


def half_of_last_decimal(printed: str, money_unit: str) -> Decimal:
    """Half a unit of the last printed decimal, in yuan where the unit is one of money."""
    half = Decimal(5).scaleb(-amounts.decimals(printed) - 1)
    return amounts.yuan(half, money_unit) if money_unit in amounts.FACTOR else half


def _agreement(fact: Fact, amount: Decimal, half: Decimal) -> str:
    stated = fact.amount if fact.amount is not None else fact.value
    if stated is None or stated == amount:
        return "equal" if stated is not None else "differs"
    return "rounding" if abs(stated - amount) <= half else "differs"


def _values(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _fits(fact: Fact, key: str, wanted: Any, meant: About, name: str) -> bool:
    """``=`` the fund that is meant, ``*`` the metric's own word, ``#`` its function, ``~`` a part of the name."""
    if wanted == "=":
        return bool(fact.fund == meant.fund)
    if wanted == "#":
        return fact.function_code == meant.function
    if wanted == "~":
        return bool(fact.name) and f"{narrow(fact.name)}(" in narrow(name)
    if wanted == "*":
        return bool(getattr(fact, key) == meant.metric)
    return getattr(fact, key) in _values(wanted)
