"""Rules over several documents: a registry beside that of one document, looked at when packages are made.

A rule takes the shelf and the document in question, and yields findings as the others do. Two documents that
disagree are reported as a question: which of them holds, or whether the basis was changed, no figure tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from datapackages.checks import outcomes
from datapackages.checks.findings import Finding
from datapackages.checks.rules import Rule, registered
from datapackages.checks.shelf import Shelf, Volume
from datapackages.model import Outcome

LookAcross = Callable[[Shelf, Volume], Iterator[Finding]]


ACROSS: dict[str, Rule[LookAcross]] = {}


def across(id: str, kind: str, severity: str = "warning") -> Callable[[LookAcross], LookAcross]:
    """Register a check of one document against others; its docstring and errors as for ``registered``."""
    return registered(ACROSS, id, kind, severity)


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
