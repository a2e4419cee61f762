"""Figures of one quantity that stand in several tables of a document: they say the same.

Two figures are held against each other only where their forms leave no doubt. A form that does not say whether it
holds the balance of last year (不含上年结转 is often left out) may agree with either reading and contradicts
neither; a line of a classification is of the same quantity by what the totals prove only where the totals agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, equal, minus, one, place_of
from datapackages.checks.quantities import WHOLE, Quantity, forms, quantities
from datapackages.model import Fact

REST = "X21"
BOTH = ("all", "current")  # flows that a form may leave open
OPEN = "balance-open"


class Pair(NamedTuple):
    """Two figures of one quantity and the rule that holds them against each other."""

    rule: str
    left: Fact
    right: Fact


class Agreements:
    """All pairs of a document, and what holding them against each other gives."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known = quantities(book)
        self._of = {fact.fact_id: key for key, facts in self._known.strict.items() for fact in facts}
        self.findings: dict[str, list[Finding]] = defaultdict(list)
        for facts in self._groups().values():
            for pair in _pairs(facts, self._of):
                if finding := self._held(pair):
                    self.findings[pair.rule].append(finding)

    def _groups(self) -> Mapping[Quantity, list[Fact]]:
        """Figures of one quantity, whether or not the balance of last year is in it."""
        found: dict[Quantity, list[Fact]] = defaultdict(list)
        for key, facts in self._known.strict.items():
            simple = self._known.simplest(self._spent(key))
            open_key = simple._replace(flow="") if simple.flow in BOTH else simple
            found[open_key] += _unambiguous(facts)
        return found

    def _spent(self, key: Quantity) -> Quantity:
        """Revenue that a budget prints by function is what it spends on that function."""
        if self._book.document.stage == "final" or key.direction != "revenue" or not key.function_code:
            return key
        return key._replace(direction="expenditure", expenditure_type="total")

    def _held(self, pair: Pair) -> Finding | None:
        left, right = one(self._book, pair.left), one(self._book, pair.right)
        finding = equal(left, right)
        if finding.outcome != "fail":
            return finding
        same = self._of[pair.left.fact_id] == self._of[pair.right.fact_id]
        line = self._of[pair.left.fact_id].is_line
        if self._is_certain(pair) and (same or not line or self._totals_agree(pair)):
            return self._without_balance(pair) or finding
        return None if line else self._without_balance(pair) or self._left_open(pair, finding)

    def _is_certain(self, pair: Pair) -> bool:
        """Whether both figures hold the balance of last year, or neither."""
        keys = [self._of[fact.fact_id] for fact in pair[1:]]
        if all(self._known.has_no_balance(key) for key in keys):
            return True
        return keys[0].flow == keys[1].flow and all(_says_flow(fact) for fact in (pair.left, pair.right))

    def _totals_agree(self, pair: Pair) -> bool:
        wholes = [self._whole(fact) for fact in (pair.left, pair.right)]
        if wholes[0] is None or wholes[1] is None:
            return False
        return equal(one(self._book, wholes[0]), one(self._book, wholes[1])).outcome != "fail"

    def _whole(self, fact: Fact) -> Fact | None:
        """The figure of the whole body in the same column."""
        body = self._of[fact.fact_id].body
        column = [row[fact.column] for row in self._book.grids[fact.table_id].values() if fact.column in row]
        found = [
            other for other in column
            if (key := self._of.get(other.fact_id)) and key.body == body and not key.is_line and not key.item
        ]  # fmt: skip
        return next((other for other in found if other.row_role in WHOLE), found[0] if found else None)

    def _without_balance(self, pair: Pair) -> Finding | None:
        """The larger figure less a printed balance of last year equals the smaller."""
        if self._of[pair.left.fact_id].is_line:
            return None
        larger, smaller = sorted(pair[1:], key=lambda fact: -(fact.amount or 0))
        for balance in self._known.balances(self._of[larger.fact_id].body):
            whole = (*one(self._book, larger), *minus(one(self._book, balance)))
            finding = equal(whole, one(self._book, smaller))
            if finding.outcome != "fail":
                return finding
        return None

    def _left_open(self, pair: Pair, finding: Finding) -> Finding | None:
        if _says_flow(pair.left) and _says_flow(pair.right):
            return None  # two quantities that only a balance of nothing would make one
        return Finding(
            outcome="insufficient_data",
            key=OPEN,
            places=(place_of(pair.left), place_of(pair.right)),
            fact_ids=finding.fact_ids,
            table_ids=finding.table_ids,
            left=finding.left,
            right=finding.right,
        )


def agreed(book: Book, name: str) -> Iterator[Finding]:
    """The findings of one rule; all are worked out at the first question."""
    yield from book.once(Agreements).findings.get(name, [])


def _says_flow(fact: Fact) -> bool:
    return fact.flow != "all" or fact.canonical in forms()["whole_forms"]


def _unambiguous(facts: Sequence[Fact]) -> list[Fact]:
    """The figures of each form, unless it prints several that differ, or several lines of one class in a table."""
    by_form: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        by_form[fact.canonical, fact.block].append(fact)
    return [
        fact
        for some in by_form.values()
        if len({fact.amount for fact in some}) == 1 and not _repeats_lines(some)
        for fact in some
    ]


def _repeats_lines(facts: Sequence[Fact]) -> bool:
    return _is_line(facts[0]) and len({fact.table_id for fact in facts}) < len(facts)


def _is_line(fact: Fact) -> bool:
    return bool(fact.function_code or fact.econ_dept_code or fact.econ_gov_code)


def _pairs(facts: Sequence[Fact], of: Mapping[str, Quantity]) -> Iterator[Pair]:
    """Every two tables that a rule names, then each figure that is left with the first of another table."""
    tables: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        tables[fact.table_id].append(fact)
    done: set[str] = set()
    for first, second in combinations(tables.values(), 2):
        for left, right in _matched(first, second, of):
            if named := _named(left, right):
                done |= {left.fact_id, right.fact_id}
                yield named
    yield from _rest(tables, of, done)


def _rest(tables: Mapping[str, Sequence[Fact]], of: Mapping[str, Quantity], done: set[str]) -> Iterator[Pair]:
    for fact in [fact for some in tables.values() for fact in some if fact.fact_id not in done]:
        others = [other for name, some in tables.items() if name != fact.table_id for other in some]
        if others and fact.fact_id not in done:
            partner = _partner(fact, others, of)
            done |= {fact.fact_id, partner.fact_id}
            yield Pair(REST, partner, fact)


def _matched(
    first: Sequence[Fact], second: Sequence[Fact], of: Mapping[str, Quantity]
) -> Iterable[tuple[Fact, Fact]]:
    """Each figure of two tables with the one of the other that is nearest in meaning, each pair once."""
    pairs = [(fact, _partner(fact, second, of)) for fact in first]
    pairs += [(_partner(fact, first, of), fact) for fact in second]
    return dict.fromkeys(pairs)


def _partner(fact: Fact, others: Sequence[Fact], of: Mapping[str, Quantity]) -> Fact:
    """Of the same quantity; else, where forms leave open which is, the one that agrees; else the first."""
    own = of[fact.fact_id]
    return next(
        (other for other in others if of[other.fact_id] == own),
        next((other for other in others if other.amount == fact.amount), others[0]),
    )


def _named(left: Fact, right: Fact) -> Pair | None:
    kind = "line" if _is_line(left) else "total"
    for entry in forms()["rules"]:
        if entry.get("of", kind) != kind:
            continue
        if left.canonical in entry["left"] and right.canonical in entry["right"]:
            return Pair(entry["rule"], left, right)
        if right.canonical in entry["left"] and left.canonical in entry["right"]:
            return Pair(entry["rule"], right, left)
    return None
