"""Apply corrections to a parsed document, last of all: the figure, what restates it, and every check anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from datapackages import checks, codes
from datapackages.checks.book import decimals
from datapackages.checks.findings import CORRECTED
from datapackages.corrections import Correction, overlap
from datapackages.matching import figure
from datapackages.model import Fact, Outcome, ParsedDocument, Project, Purchase, Statement

SAME_CELL = 0.5  # share of the boxes that must overlap; a later parser may draw a cell's edge a little elsewhere


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one correction when it was held against its document."""

    correction: Correction
    state: str  # codes/correction_states.csv
    reason: str = ""  # codes/correction_reasons.csv
    before: Fact | None = None  # the figure found at its place, as printed


def correct(parsed: ParsedDocument, corrections: Iterable[Correction]) -> tuple[ParsedDocument, tuple[Result, ...]]:
    """Return the document as corrected, and what became of each correction; checks run again on what changed."""
    results = tuple(_held(correction, parsed.facts) for correction in corrections)
    after = {
        result.before.fact_id: _with(result.before, result.correction.after)
        for result in results
        if result.state == "applied" and result.before
    }
    if not after:
        return parsed, results
    before = {fact.fact_id: fact for fact in parsed.facts if fact.fact_id in after}
    changed = replace(
        parsed,
        facts=tuple(after.get(fact.fact_id, fact) for fact in parsed.facts),
        statements=tuple(_restated(statement, after) for statement in parsed.statements),
        projects=tuple(_project(project, before, after) for project in parsed.projects),
        purchases=tuple(_purchase(purchase, before, after) for purchase in parsed.purchases),
    )
    rechecked = checks.checked(changed)
    return replace(rechecked, checks=_with_faults(rechecked.checks, parsed.checks)), results


def _held(correction: Correction, facts: tuple[Fact, ...]) -> Result:
    """Look for the cell a correction means: its page, its box, its text and its figure must all be there."""
    if correction.withdrawn:
        return Result(correction=correction, state="withdrawn")
    on_page = [fact for fact in facts if fact.page == correction.page]
    found = max(on_page, key=lambda fact: overlap(box_of(fact), correction.box), default=None)
    if found is None or overlap(box_of(found), correction.box) <= SAME_CELL:
        return Result(correction=correction, state="review", reason="place_empty")
    if found.amount_text != correction.amount_text:
        return Result(correction=correction, state="review", reason="text_differs", before=found)
    if figure(found) != correction.before:
        return Result(correction=correction, state="review", reason="figure_differs", before=found)
    return Result(correction=correction, state="applied", before=found)


def box_of(fact: Fact) -> tuple[float, float, float, float]:
    """The cell of a figure."""
    return fact.x0, fact.top, fact.x1, fact.bottom


def _with(fact: Fact, number: Decimal) -> Fact:
    """The fact with another number; its printed text stays, for that is what the document says."""
    money = fact.amount is not None
    flags = (*(flag for flag in fact.flags if flag != CORRECTED), CORRECTED)
    return replace(fact, amount=number if money else None, value=None if money else number, flags=flags)


def _restated(statement: Statement, after: Mapping[str, Fact]) -> Statement:
    """The statement with its agreement as it is with the corrected figure."""
    fact = after.get(statement.fact_id)
    stated = statement.amount if statement.amount is not None else statement.value
    if fact is None or stated is None:
        return statement
    now = figure(fact)
    factor = codes.money_factors().get(statement.unit, Decimal(1))
    half = Decimal(5).scaleb(-decimals(statement.amount_text) - 1) * factor
    agreement = "differs" if now is None or abs(now - stated) > half else "equal" if now == stated else "rounding"
    return replace(statement, agreement=agreement)


def _project(project: Project, before: Mapping[str, Fact], after: Mapping[str, Fact]) -> Project:
    """The project with the money that was read from a corrected figure."""
    funds = dict(project.funds)
    for fact_id in project.fact_ids:
        for fund in ("total", before[fact_id].fund) if fact_id in after else ():
            now = after[fact_id].amount
            if now is not None and funds.get(fund) == before[fact_id].amount:
                funds[fund] = now
    return replace(project, funds=tuple(funds.items()))


def _purchase(purchase: Purchase, before: Mapping[str, Fact], after: Mapping[str, Fact]) -> Purchase:
    """The purchase with its total, where that was read from a corrected figure."""
    for fact_id in purchase.fact_ids:
        if fact_id in after and purchase.amount == before[fact_id].amount:
            return replace(purchase, amount=after[fact_id].amount)
    return purchase


def _with_faults(outcomes: Iterable[Outcome], earlier: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Outcomes with what a second reader decided on those that did not change."""
    known = {(outcome.rule, outcome.place, outcome.left, outcome.right): outcome.fault for outcome in earlier}
    return tuple(
        replace(
            outcome, fault=known.get((outcome.rule, outcome.place, outcome.left, outcome.right)) or outcome.fault
        )
        for outcome in outcomes
    )
