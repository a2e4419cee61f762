"""Rules over several documents: a registry beside that of one document, looked at when packages are made.

A rule takes the shelf and the document in question, and yields findings as the others do. Two documents that
disagree are reported as a question: which of them holds, or whether the basis was changed, no figure tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from datapackages.checks import outcomes
from datapackages.checks.findings import Finding
from datapackages.checks.rules import Said, public_statements
from datapackages.checks.shelf import Shelf, Volume
from datapackages.model import Outcome

LookAcross = Callable[[Shelf, Volume], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class AcrossRule(Said):
    """A check of one document against others."""

    look: LookAcross


ACROSS: dict[str, AcrossRule] = {}


def across(id: str, kind: str, severity: str = "warning") -> Callable[[LookAcross], LookAcross]:
    """Register a function that yields a finding for each place it looked at; its docstring as for ``rule``."""

    def register(look: LookAcross) -> LookAcross:
        statement_zh, statement = public_statements(id, look.__doc__)
        if id in ACROSS:
            raise ValueError(f"rule {id} is registered twice: {ACROSS[id].look.__name__} and {look.__name__}")
        ACROSS[id] = AcrossRule(
            id=id, kind=kind, severity=severity, statement_zh=statement_zh, statement=statement, look=look
        )
        return look

    return register


def run(shelf: Shelf, volume: Volume) -> Iterable[Outcome]:
    """The outcomes of all rules over several documents for one of them; none for what is no budget."""
    if volume.document.kind not in outcomes.BUDGETS:
        return
    for entry in ACROSS.values():
        for outcome in outcomes.of_rule(entry, partial(entry.look, shelf, volume)):
            # What fails without a figure of a page, a deadline for instance, no second reading can decide.
            is_read = bool(outcome.fact_ids) or outcome.outcome != "fail"
            yield outcome if is_read else replace(outcome, fault="source")


def questioned(finding: Finding, key: str, **values: object) -> Finding:
    """A finding of figures that differ, as a question with a message of its own; others stay as they are."""
    if finding.outcome != "fail":
        return finding
    return replace(finding, outcome="question", key=key, values={**finding.values, **values})
