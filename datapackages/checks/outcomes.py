"""From findings to the rows of ``checks``, and what they say of the figures they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache, partial

from datapackages.checks.book import Book
from datapackages.checks.data_files import rows_of
from datapackages.checks.findings import Finding
from datapackages.checks.rules import RULES, Said
from datapackages.model import Fact, Outcome, ParsedDocument

PROVED = ("pass", "rounding", "fail")  # outcomes of a check that held two figures against each other
COUNTED = ("arithmetic", "agreement")
FAILED = "check_failed"
BUDGETS = ("budget", "final", "tables_only", "narrative_only", "performance_only")


def run(parsed: ParsedDocument, kinds: Iterable[str] = ()) -> tuple[Outcome, ...]:
    """The outcomes of all rules (of these kinds) on one document, in their order; none for what is no budget."""
    if parsed.document.kind not in BUDGETS:
        return ()
    book = Book(parsed)
    rules = [rule for rule in RULES.values() if not kinds or rule.kind in kinds]
    return tuple(outcome for rule in rules for outcome in of_rule(rule, partial(rule.look, book)))


def checked(parsed: ParsedDocument) -> ParsedDocument:
    """The document with its outcomes, and its facts marked where a check on them fails."""
    outcomes = run(parsed)
    return replace(parsed, checks=outcomes, facts=flagged(parsed.facts, outcomes))


def flagged(facts: Iterable[Fact], outcomes: Iterable[Outcome]) -> tuple[Fact, ...]:
    """Facts with ``check_failed`` among their flags exactly where a check on them fails."""
    failed = {name for outcome in outcomes if outcome.outcome == "fail" for name in outcome.fact_ids}
    return tuple(_flagged(fact, fact.fact_id in failed) for fact in facts)


def _flagged(fact: Fact, failed: bool) -> Fact:
    if failed == (FAILED in fact.flags):
        return fact
    others = tuple(flag for flag in fact.flags if flag != FAILED)
    return replace(fact, flags=(*others, FAILED) if failed else others)


def coverage(outcomes: Iterable[Outcome]) -> Counter[str]:
    """Fact id → in how many arithmetic and agreement checks it was held against another figure."""
    return Counter(
        name
        for outcome in outcomes
        if outcome.kind in COUNTED and outcome.outcome in PROVED
        for name in outcome.fact_ids
    )


def of_rule(rule: Said, look: Callable[[], Iterable[Finding]]) -> Iterator[Outcome]:
    """The outcomes of one rule on what ``look`` is bound to: one for each finding, or that there was nothing."""
    try:
        findings = list(look())
    except Exception as error:  # one broken rule must not silence the others; it is published as what it is
        findings = [Finding(outcome="error", key="error", values={"error": f"{type(error).__name__}: {error}"})]
    if not findings:
        findings = [Finding(outcome="not_applicable", key="not-applicable")]
    taken: set[str] = set()
    for finding in findings:
        place = _place(finding, taken)
        taken.add(place)
        yield _outcome(rule, finding, place)


def _place(finding: Finding, taken: set[str]) -> str:
    """The finding's place, told apart from others of the rule: the same total may be proved in several ways."""
    place = ",".join(finding.places)
    if place not in taken:
        return place
    return next(name for number in range(2, len(taken) + 3) if (name := f"{place}#{number}") not in taken)


def _outcome(rule: Said, finding: Finding, place: str) -> Outcome:
    texts = {
        "statement": rule.statement,
        "statement_zh": rule.statement_zh.removesuffix("。"),
        "left": finding.left,
        "right": finding.right,
        "difference": finding.difference,
        "tolerance": finding.tolerance,
        **finding.values,
    }
    template = messages()[finding.key]
    return Outcome(
        rule=rule.id,
        place=place,
        kind=rule.kind,
        outcome=finding.outcome,
        severity=_severity(rule, finding.outcome),
        table_ids=finding.table_ids,
        fact_ids=finding.fact_ids,
        left=finding.left,
        right=finding.right,
        difference=finding.difference,
        tolerance=finding.tolerance,
        fault="undecided" if finding.outcome == "fail" else "",
        message=template["en"].format_map(texts),
        message_zh=template["zh"].format_map(texts),
    )


def _severity(rule: Said, outcome: str) -> str:
    if outcome in ("fail", "error"):
        return rule.severity
    return "warning" if outcome == "question" else "info"


@cache
def messages() -> dict[str, dict[str, str]]:
    """Key → its templates in Chinese and English (``messages.csv``)."""
    return {row["key"]: row for row in rows_of("messages")}
