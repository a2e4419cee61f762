"""Lines of a classification over the years: which line of a list goes on with which of last year's, and why.

A line that keeps its code is the same line, under a new name if it has one. Of the lines left over, one that bears
the same name under another code has moved; one has split (or several have merged) only where this year's document
prints last year's figures and they add up to the yuan. Whatever else is gone or new stays without a link.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from datapackages.codes import fold
from datapackages.model import Fact

SCHEMES = {"functional": "function_code", "economic_department": "econ_dept_code"}
LISTS = ("expenditure", "general_function", "fund", "state_capital", "basic_economic", "general_economic")
WHOLE = ("total", "not_stated")  # columns that hold a line's whole amount
LEADING_CODE = re.compile(r"^[(]?\d+[)]?")
LEVEL = 2  # digits of one level of a code below the first


@dataclass(frozen=True, kw_only=True)
class Link:
    """A line of the earlier document and the line of the later one that goes on with it."""

    rule: str  # codes/link_rules.csv
    scheme: str
    before: Fact
    after: Fact


@dataclass(frozen=True, kw_only=True)
class _Lines:
    """The lines of one list: code → figure of the whole line, for its own year and for the year before."""

    own: Mapping[str, Fact]
    last: Mapping[str, Decimal]


def links(earlier: Iterable[Fact], later: Iterable[Fact], year: int, phases: tuple[str, ...]) -> Iterator[Link]:
    """Link the lines of two documents of consecutive years, ``year`` being the later; lists in their order."""
    old, new = list(earlier), list(later)
    for canonical in LISTS:
        for scheme, code in SCHEMES.items():
            before = _lines(old, canonical, code, year - 1, phases)
            after = _lines(new, canonical, code, year, phases)
            for rule, one, other in _linked(before, after):
                yield Link(rule=rule, scheme=scheme, before=before.own[one], after=after.own[other])


def _lines(facts: Iterable[Fact], canonical: str, code: str, year: int, phases: tuple[str, ...]) -> _Lines:
    own: dict[str, list[Fact]] = defaultdict(list)
    last: dict[str, list[Decimal]] = defaultdict(list)
    for fact in facts:
        if not _is_line(fact, canonical, phases) or not getattr(fact, code) or fact.amount is None:
            continue
        if fact.fiscal_year == year:
            own[getattr(fact, code)].append(fact)
        elif fact.fiscal_year == year - 1:
            last[getattr(fact, code)].append(fact.amount)
    return _Lines(
        own={line: some[0] for line, some in own.items() if len(some) == 1},
        last={line: some[0] for line, some in last.items() if len(some) == 1},
    )


def _is_line(fact: Fact, canonical: str, phases: tuple[str, ...]) -> bool:
    whole = fact.column_role == "total" or fact.expenditure_type in WHOLE
    no_part = not fact.row_unit_name and not fact.project_name and fact.row_role in ("leaf", "subtotal")
    return fact.canonical == canonical and fact.measure == "amount" and fact.phase in phases and whole and no_part


def _linked(before: _Lines, after: _Lines) -> Iterator[tuple[str, str, str]]:
    """Rule, code before and code after, in the order of the codes after."""
    found = [
        ("same" if name_of(before.own[code]) == name_of(after.own[code]) else "renamed", code, code)
        for code in after.own
        if code in before.own
    ]
    gone = [code for code in before.own if code not in after.own]
    come = [code for code in after.own if code not in before.own]
    moved = list(_moved(before, after, gone, come))
    gone = [code for code in gone if code not in {one for _, one, _ in moved}]
    come = [code for code in come if code not in {other for _, _, other in moved}]
    yield from sorted([*found, *moved, *_added_up(before, after, gone, come)], key=lambda link: link[2:0:-1])


def _moved(
    before: _Lines, after: _Lines, gone: Sequence[str], come: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Lines of one name and level, where no other line that is gone or new bears it."""
    ours, theirs = _by_name(before.own, gone), _by_name(after.own, come)
    for name, codes in ours.items():
        others = theirs.get(name, [])
        if len(codes) == len(others) == 1:
            yield "moved", codes[0], others[0]


def _by_name(lines: Mapping[str, Fact], codes: Iterable[str]) -> dict[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for code in codes:
        if lines[code].row_role == "leaf" and name_of(lines[code]):
            found[name_of(lines[code]), len(code)].append(code)
    return found


def _added_up(
    before: _Lines, after: _Lines, gone: Sequence[str], come: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """One line for several under the same parent, where last year's figures prove it."""
    for parent in dict.fromkeys(code[:-LEVEL] for code in come):
        old = [code for code in gone if _is_below(code, parent, before)]
        new = [code for code in come if _is_below(code, parent, after)]
        if not (parent and old and new) or not all(code in after.last for code in new):
            continue
        total = sum((before.own[code].amount or Decimal(0) for code in old), Decimal(0))
        if (len(old) == 1) == (len(new) == 1) or total != sum((after.last[code] for code in new), Decimal(0)):
            continue
        rule = "split" if len(old) == 1 else "merged"
        if 1 in (len(old), len(new)):
            yield from ((rule, one, other) for one in old for other in new)


def _is_below(code: str, parent: str, lines: _Lines) -> bool:
    return code[:-LEVEL] == parent and lines.own[code].row_role == "leaf"


def name_of(fact: Fact) -> str:
    """The printed name of a line, folded, without the code that may stand before it."""
    return LEADING_CODE.sub("", fold(fact.name))
