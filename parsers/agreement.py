"""A stated figure and the fact that it should equal, chosen by what both mean, never by the amount alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from datapackages.model import Document, Fact
from parsers import amounts
from parsers.metrics import About, metric
from parsers.prose import narrow, pattern

AGREEMENTS = ("equal", "rounding", "differs")
WHOLE = ("total", "repeat")  # rows of all bodies of a table together


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a stated figure says: its meaning, its words, whose it is ("" for the document's own), its amount."""

    about: About
    name: str
    owner: str
    amount: Decimal
    half: Decimal  # of the last printed decimal
    measure: str  # amount for money, count for anything else


class Facts:
    """The facts of the document's own year, by canonical table."""

    def __init__(self, document: Document, facts: Iterable[Fact]) -> None:
        self._final = document.stage == "final"
        self._by_canonical: dict[str, list[Fact]] = defaultdict(list)
        self._by_selector: dict[int, list[Fact]] = {}  # by identity: the selectors are read once
        self._bodies: dict[str, set[str]] = defaultdict(set)  # named by the rows of a table
        for fact in facts:
            if fact.row_unit_name:
                self._bodies[fact.table_id].add(fact.row_unit_name)
            if fact.fiscal_year in (None, document.fiscal_year) and fact.measure in ("amount", "count"):
                self._by_canonical[fact.canonical].append(fact)

    def of(self, selector: Mapping[str, Any], claim: Claim) -> list[Fact]:
        """The facts that a selector of ``metrics`` in ``data/prose.yaml`` names for a figure."""
        if "when" in selector and claim.about.fund not in _values(selector["when"]):
            return []
        dynamic = [(key, wanted) for key, wanted in _tests(selector) if _depends(wanted)]
        return [
            fact
            for fact in self._named(selector)
            if fact.measure == claim.measure
            and all(_fits(fact, key, wanted, claim) for key, wanted in dynamic)
            and self._is_of(fact, claim)
        ]

    def _named(self, selector: Mapping[str, Any]) -> list[Fact]:
        """The facts that fit a selector whatever the figure is, looked for once."""
        if id(selector) not in self._by_selector:
            found = [fact for canonical in _values(selector["canonical"]) for fact in self._by_canonical[canonical]]
            for key, wanted in _tests(selector):
                if not _depends(wanted):
                    found = [fact for fact in found if _has(fact, key, _values(wanted))]
            self._by_selector[id(selector)] = found
        return self._by_selector[id(selector)]

    def _is_of(self, fact: Fact, claim: Claim) -> bool:
        """Whether a fact is of the body and of the phase that the words speak of."""
        if self._final:
            budgeted = bool(pattern("sentences", "budgeted").search(narrow(claim.name)))
            if (fact.phase in ("approved", "adjusted")) != budgeted:
                return False
        if claim.owner:
            return narrow(fact.row_unit_name) == claim.owner
        return fact.row_role in WHOLE or len(self._bodies[fact.table_id]) < 2 or not fact.row_unit_name


def agree(claim: Claim, facts: Facts) -> tuple[str, str]:
    """The id of the fact that states the same, and equal, rounding, differs or not_found.

    Several facts may state it (the same total stands in many tables): the one that agrees best is taken.
    """
    defined = metric(claim.about.metric)
    best: tuple[int, Fact] | None = None
    for selector in defined.facts if defined else ():
        for fact in facts.of(selector, claim):
            rank = AGREEMENTS.index(_agreement(fact, claim))
            if selector.get("weak") and AGREEMENTS[rank] == "differs":
                continue
            if best is None or rank < best[0]:
                best = rank, fact
    return (best[1].fact_id, AGREEMENTS[best[0]]) if best else ("", "not_found")


def half_of_last_decimal(printed: str, money_unit: str) -> Decimal:
    """Half a unit of the last printed decimal, in yuan where the unit is one of money."""
    half = Decimal(5).scaleb(-amounts.decimals(printed) - 1)
    return amounts.yuan(half, money_unit) if money_unit in amounts.FACTOR else half


def _agreement(fact: Fact, claim: Claim) -> str:
    stated = fact.amount if fact.amount is not None else fact.value
    if stated is None:
        return "differs"
    if stated == claim.amount:
        return "equal"
    return "rounding" if abs(stated - claim.amount) <= claim.half else "differs"


def _values(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _tests(selector: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, wanted) for key, wanted in selector.items() if key not in ("when", "canonical", "weak")]


def _depends(wanted: Any) -> bool:
    """Whether a test of a selector depends on the figure."""
    return wanted in ("=", "*", "#", "~", "%")


def _has(fact: Fact, key: str, wanted: Sequence[Any]) -> bool:
    """Whether a fact has one of the values; the one line of a body is a total too."""
    if getattr(fact, key) in wanted:
        return True
    line = key == "row_role" and bool(fact.row_unit_name) and not (fact.function_code or fact.project_name)
    return line and "total" in wanted


def _fits(fact: Fact, key: str, wanted: str, claim: Claim) -> bool:
    """``=`` is the fund meant, ``*`` the metric's own word, ``#`` its function, ``~`` and ``%`` are in the name."""
    if wanted == "=":
        return bool(fact.fund == claim.about.fund)
    if wanted == "#":
        return fact.function_code == claim.about.function
    if wanted == "~":
        return bool(fact.name) and f"{narrow(fact.name)}(" in narrow(claim.name)
    if wanted == "%":
        return _has_code(fact, key, narrow(claim.name))
    return bool(getattr(fact, key) == claim.about.metric)


def _has_code(fact: Fact, key: str, name: str) -> bool:
    """Whether the economic class is the one printed behind the name, or the one that the name says."""
    if printed := re.search(r"\(([35]\d\d)\)", name):
        return bool(getattr(fact, key) == printed[1])
    official = fact.econ_dept_name if key == "econ_dept_code" else fact.econ_gov_name
    return len(getattr(fact, key)) == 3 and bool(official) and narrow(official) in name
