"""The prose against the tables: a figure that is stated is the figure that is printed; shares are shares.

Rules whose numbers begin with S are the house's own: the handbook numbers no general rule for the prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from datapackages.checks.book import Book
from datapackages.checks.data_files import loaded
from datapackages.checks.findings import Finding, Side, Term, equal, plain, printed, term
from datapackages.checks.prose_terms import decimal_of, place_of_statement, told
from datapackages.checks.quantities import quantities
from datapackages.checks.rules import rule
from datapackages.codes import fold
from datapackages.model import Fact, Statement

PURCHASES = "procurement"
FAR = 2  # times
SLIPS = (1000, 10000, 100000000)  # what a wrong unit makes of a figure


def words() -> dict[str, Any]:
    """The patterns and lists of ``prose.yaml``."""
    return loaded("prose")


@rule("S1", "agreement")
def stated_and_printed(book: Book) -> Iterator[Finding]:
    """文字说明中的金额，与所述的表中数字相符。
    An amount that the prose states equals the figure of the table that it restates.

    Purchases are X14's; a figure that differs by its unit alone is S2's.
    """
    for statement, fact in _restated(book):
        finding = _held(book, statement, fact)
        slipped = finding.outcome == "fail" and _slip(statement, fact)
        if not statement.metric.startswith(PURCHASES) and not slipped:
            yield _sure(finding, statement, fact)


@rule("X14", "agreement")
def stated_purchases(book: Book) -> Iterator[Finding]:
    """文字说明中的政府采购金额，与政府采购表相符。
    Purchases stated in the prose equal those of the table of procurement.
    """
    for statement, fact in _restated(book):
        if statement.metric.startswith(PURCHASES):
            yield _sure(equal(((1, told(statement)),), ((1, term(book, fact)),)), statement, fact)


@rule("S2", "question")
def unit_of_stated(book: Book) -> Iterator[Finding]:
    """文字说明中的金额与表中数字同数而差一万倍等整倍数时，可能是单位写错。
    An amount of the prose that differs from the table by its unit alone may have the wrong unit (asked in C6).
    """
    for statement, fact in _restated(book):
        if not statement.metric.startswith(PURCHASES) and (times := _slip(statement, fact)):
            left, right = told(statement), term(book, fact)
            yield Finding(
                outcome="question",
                key="unit-slip",
                values={"times": times},
                places=(left.place, right.place),
                fact_ids=(fact.fact_id,),
                table_ids=(fact.table_id,),
                left=left.text + left.unit,
                right=right.text + right.unit,
            )


@rule("A19", "arithmetic")
def completion(book: Book) -> Iterator[Finding]:
    """决算说明中的完成率等于支出决算除以年初预算；年初预算为零时没有完成率。
    A rate of completion is the final account over the budget; over a budget of nothing there is none.
    """
    for section in book.parsed.sections:
        for match in re.finditer(words()["completion"], fold(section.text)):
            yield from _completed(match, f"p{section.pages[0]}/sections/{section.seq}")


@rule("A21", "arithmetic")
def shares(book: Book) -> Iterator[Finding]:
    """文字说明中的占比等于部分除以整体；一组完整的占比合计为百分之百。
    A stated share is the part over the whole; the shares of a complete list add up to a hundred per cent.
    """
    for _, group in groupby(book.parsed.statements, key=lambda statement: statement.section):
        yield from _shares([one for one in group if one.amount is not None])


def _restated(book: Book) -> Iterator[tuple[Statement, Fact]]:
    """Statements with the figure they restate; where that differs, one of another scope that agrees."""
    for statement in book.parsed.statements:
        fact = book.by_id.get(statement.fact_id)
        if statement.amount is None or fact is None or fact.amount is None or fact.measure != "amount":
            continue
        if re.search(words()["share_of"], fold(statement.metric_text)) or _is_other(statement, fact):
            continue
        agrees = equal(((1, told(statement)),), ((1, term(book, fact)),)).outcome != "fail"
        yield statement, fact if agrees else _of_other_scope(book, statement, fact)


def _held(book: Book, statement: Statement, fact: Fact) -> Finding:
    """Stated against printed; where they differ by a printed balance of last year, the prose leaves that out."""
    finding = equal(((1, told(statement)),), ((1, term(book, fact)),))
    if finding.outcome != "fail" or fact.flow != "all":
        return finding
    for balance in quantities(book).balances(""):
        less = equal(((1, told(statement)),), ((1, term(book, fact)), (-1, term(book, balance))))
        if less.outcome != "fail":
            return less
    return finding


def _sure(finding: Finding, statement: Statement, fact: Fact) -> Finding:
    """A figure far from the table's may speak of something else: then a person must look."""
    amounts = sorted((abs(statement.amount or Decimal(0)), abs(fact.amount or Decimal(0))))
    far = finding.outcome == "fail" and amounts[1] > amounts[0] * FAR
    return replace(finding, outcome="question", key="equal-question") if far else finding


def _is_other(statement: Statement, fact: Fact) -> bool:
    """A row of a classification is no kind of purchase (工程建设管理), a project no fund."""
    if statement.metric.startswith(PURCHASES) and fact.function_code:
        return True
    return bool(re.search(words()["joined_name"], statement.metric_text)) and not fact.project_name


def _of_other_scope(book: Book, statement: Statement, fact: Fact) -> Fact:
    """A figure of the same line for other funds or of another table, if one agrees: the prose means that."""
    own = quantities(book).of(fact)
    for key, facts in quantities(book).strict.items() if own else ():
        if own and (key.function_code, key.economic, key.government, key.item) == own[7:] and key[:4] == own[:4]:
            for other in facts:
                same_type = other.expenditure_type == fact.expenditure_type or key.is_line
                if same_type and equal(((1, told(statement)),), ((1, term(book, other)),)).outcome != "fail":
                    return other
    return fact


def _slip(statement: Statement, fact: Fact) -> int:
    """How many times one is the other, where they are the same digits in another unit; else 0."""
    amounts = abs(statement.amount or Decimal(0)), abs(fact.amount or Decimal(0))
    larger, smaller = max(amounts), min(amounts)
    if not smaller or larger < smaller * SLIPS[0] // 2:
        return 0
    ratio = larger / smaller
    return next((times for times in SLIPS if abs(ratio / times - 1) < Decimal("0.001")), 0)


def _completed(match: re.Match[str], place: str) -> Iterator[Finding]:
    budget, final, rate = (decimal_of(match[name]) for name in ("budget", "final", "rate"))
    if budget is None or final is None or rate is None or match["unit"] != match["unit2"]:
        return
    texts = {"part": match["final"], "whole": match["budget"], "unit": match["unit"]}
    if not budget:
        yield Finding(
            outcome="fail",
            key="rate-of-nothing",
            values=texts,
            places=(place,),
            left=f"{match['rate']}%",
            right=match["budget"],
        )
        return
    part = printed(match["final"], final, "", place)
    whole = printed(match["budget"], budget, "", place)
    yield percentage(part, whole, match["rate"], place)


def percentage(part: Term, whole: Term, text: str, place: str) -> Finding:
    """Whether a printed per cent is the part over the whole, as far as the decimals of all three can tell."""
    stated = decimal_of(text) or Decimal(0)
    true = part.amount / whole.amount * 100
    own = printed(text, stated, "", place).slack * 2
    carried = (part.slack + true / 100 * whole.slack) / whole.amount * 100
    difference = stated - true
    outcome = "pass" if abs(difference) <= own / 2 else "rounding" if abs(difference) <= own + carried else "fail"
    return Finding(
        outcome=outcome,
        key=f"percentage-{outcome}",
        values={"part": part.text + part.unit, "whole": whole.text + whole.unit},
        places=tuple(dict.fromkeys((place, whole.place))),
        left=text.rstrip("%％") + "%",
        right=plain(true.quantize(Decimal("0.0001"))) + "%",
        difference=plain(difference.quantize(Decimal("0.0001"))),
        tolerance=plain((own + abs(carried)).quantize(Decimal("0.0001"))),
        fact_ids=tuple(name for name in (part.fact_id, whole.fact_id) if name),
    )


def _shares(stated: Sequence[Statement]) -> Iterator[Finding]:
    """Each share of the figure before its list; a share that does not fit is wrong only where the list is whole."""
    whole: Statement | None = None
    parts: list[Statement] = []
    for statement in stated:
        if statement.share_percent and whole is not None:
            parts.append(statement)
        else:
            yield from _list(whole, parts)
            parts = []
            whole = statement if statement.metric in words()["wholes"] else None
    yield from _list(whole, parts)


def _list(whole: Statement | None, parts: Sequence[Statement]) -> Iterator[Finding]:
    if whole is None or not whole.amount:
        return
    for _, same in groupby(parts, key=lambda one: _kind(one.metric)):
        some = list(same)
        complete = equal(_side([whole]), _side(some)).outcome != "fail"
        found = [percentage(told(one), told(whole), one.share_percent, place_of_statement(one)) for one in some]
        yield from (finding for finding in found if complete or finding.outcome != "fail")
        if complete and len(some) > 1:
            yield _hundred(some)


def _hundred(some: Sequence[Statement]) -> Finding:
    """The printed shares of a whole list together."""
    terms = [printed(one.share_percent, decimal_of(one.share_percent) or Decimal(0), "", place_of_statement(one))
             for one in some]  # fmt: skip
    return equal(tuple((1, one._replace(slack=one.slack * 2)) for one in terms), ((1, _whole_of(terms)),))


def _whole_of(terms: Sequence[Term]) -> Term:
    return Term("100%", Decimal(100), Decimal("0.005"), "", terms[0].place)


def _kind(metric: str) -> int:
    return next((number for number, names in enumerate(words()["lists"]) if metric in names), -1)


def _side(stated: Sequence[Statement]) -> Side:
    return tuple((1, told(one)) for one in stated)
