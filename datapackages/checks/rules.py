"""The registry of rules: what each says in public, of what kind it is, and the function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from datapackages.checks.book import Book
from datapackages.checks.findings import Finding

Look = Callable[[Book], Iterator[Finding]]
L = TypeVar("L", bound=Callable[..., Iterator[Finding]])


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a check says of itself. The statements are the first two lines of its docstring."""

    id: str  # A1, X5, C3, Q2: domain.md section 6
    kind: str  # arithmetic, agreement, form, question
    severity: str  # of a fail: error, warning
    statement_zh: str
    statement: str


@dataclass(frozen=True, kw_only=True)
class Rule(Said, Generic[L]):
    """A check, and the function that yields a finding for each place it looked at."""

    look: L


RULES: dict[str, Rule[Look]] = {}


def rule(id: str, kind: str, severity: str = "error") -> Callable[[Look], Look]:
    """Register a check on one document; its docstring and errors as for ``registered``."""
    return registered(RULES, id, kind, severity)


def registered(rules: dict[str, Rule[L]], id: str, kind: str, severity: str) -> Callable[[L], L]:
    """Add the decorated function to the rules.

    The first line of its docstring is the rule in Chinese, the second in English; both are published.
    Raises ValueError for an id that is taken or a docstring without the two lines.
    """

    def register(look: L) -> L:
        statement_zh, statement = _public_statements(id, look.__doc__)
        if id in rules:
            raise ValueError(f"rule {id} is registered twice: {rules[id].look.__name__} and {look.__name__}")
        rules[id] = Rule(
            id=id, kind=kind, severity=severity, statement_zh=statement_zh, statement=statement, look=look
        )
        return look

    return register


def _public_statements(id: str, docstring: str | None) -> tuple[str, str]:
    """The first two lines of a rule's docstring, Chinese and English; ValueError where they are not there."""
    lines = [line.strip() for line in (docstring or "").strip().splitlines()]
    if len(lines) < 2 or not (lines[0] and lines[1]) or lines[0].isascii():
        raise ValueError(f"rule {id}: its docstring must begin with a line in Chinese and one in English")
    return lines[0], lines[1]
