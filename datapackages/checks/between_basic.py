"""Basic expenditure where its table prints the totals of personnel and public expenses apart (final accounts)."""

from __future__ import annotations

from collections.abc import Iterator

from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, equal, one, sum_of
from datapackages.checks.quantities import Quantity, quantities
from datapackages.model import Fact

FORM, WHOLE_FORM = "basic_economic", "general_function"
PARTS = ("personnel", "public")


def findings(book: Book) -> Iterator[Finding]:
    """For each body and year, whether both totals add up to basic expenditure of the table by function."""
    known = quantities(book)
    for key, facts in known.strict.items():
        wholes = [fact for fact in facts if fact.canonical == WHOLE_FORM]
        if key.expenditure_type != "basic" or key.is_line or len(wholes) != 1:
            continue
        parts = [_parts(book, key, kind) for kind in PARTS]
        if all(len(some) == 1 for some in parts) and not _parts(book, key, "basic"):
            finding = equal(sum_of(book, [some[0] for some in parts]), one(book, wholes[0]))
            if finding.outcome != "fail" or known.has_no_balance(key) or key.phase == "final":
                yield finding


def _parts(book: Book, whole: Quantity, kind: str) -> list[Fact]:
    """The total of one type in the table of basic expenditure, whether or not it names the flow."""
    return [
        fact
        for flow in ("all", "current")
        for fact in quantities(book).strict.get(whole._replace(expenditure_type=kind, flow=flow), [])
        if fact.canonical == FORM
    ]
