"""The registry of rules: what each says in public, of what kind it is, and the function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from datapackages.checks.book import Book
from datapackages.checks.findings import Finding

Look = Callable[[Book], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a check says of itself. The statements are the first two lines of its docstring."""

    id: str  # A1, X5, C3, Q2: domain.md section 6
    kind: str  # arithmetic, agreement, form, question
    severity: str  # of a fail: error, warning
    statement_zh: str
    statement: str


@dataclass(frozen=True, kw_only=True)
class Rule(Said):
    """A check on one document."""

    look: Look


RULES: dict[str, Rule] = {}


def rule(id: str, kind: str, severity: str = "error") -> Callable[[Look], Look]:
    """Register a function that yields a finding for each place it looked at.

    The first line of its docstring is the rule in Chinese, the second in English; both are published.
    Raises ValueError for an id that is taken or a docstring without the two lines.
    """

    def register(look: Look) -> Look:
        statement_zh, statement = public_statements(id, look.__doc__)
        if id in RULES:
            raise ValueError(f"rule {id} is registered twice: {RULES[id].look.__name__} and {look.__name__}")
        RULES[id] = Rule(
            id=id, kind=kind, severity=severity, statement_zh=statement_zh, statement=statement, look=look
        )
        return look

    return register


def public_statements(id: str, docstring: str | None) -> tuple[str, str]:
    """The first two lines of a rule's docstring, Chinese and English; ValueError where they are not there."""
    lines = [line.strip() for line in (docstring or "").strip().splitlines()]
    if len(lines) < 2 or not (lines[0] and lines[1]) or lines[0].isascii():
        raise ValueError(f"rule {id}: its docstring must begin with a line in Chinese and one in English")
    return lines[0], lines[1]
