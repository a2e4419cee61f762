"""A stated figure while it is read, and how the words around a number are taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.metrics import About, names_vehicle
from parsers.prose import pattern


@dataclass(slots=True, kw_only=True)
class Stated:
    """One stated figure while it is read; ``start`` and ``end`` are places in the text of its section."""

    start: int
    end: int
    amount_text: str
    unit: str
    kind: str  # of the unit
    name: str  # the words before it
    about: About
    itemised: bool = False
    prior: str = ""
    change: str = ""
    change_percent: str = ""
    share_percent: str = ""
    direction: str = ""
    compared_with: str = ""
    reason: str = ""

    @property
    def compared(self) -> bool:
        """Whether something was said about its change."""
        return bool(self.change or self.change_percent or self.direction)


@dataclass(slots=True)
class Group:
    """The parts that 其中 or a bracket opened: of what, and how many so far without a comparison."""

    head: Stated
    parts: int = 0
    plain: bool = True  # only commas so far, and no part has been compared


def denied_kinds(clause: str) -> tuple[str, ...]:
    """The kinds of figures that a sentence may deny, in the order in which its words are tried."""
    if pattern("sentences", "counted").search(clause):
        return ("count",)
    return ("equipment", "money", "vehicle") if names_vehicle(clause) else ("equipment", "money")


def sentences(plain: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence; a full stop inside brackets ends none."""
    start = 0
    for found in re.finditer(r"。(?!\))", plain):
        yield start, found.start()
        start = found.end()
    if start < len(plain):
        yield start, len(plain)


def figures(plain: str, start: int, end: int) -> list[re.Match[str]]:
    figures = list(pattern("sentences", "figure").finditer(plain, start, end))
    zeros = pattern("sentences", "bare_zero").finditer(plain, start, min(end + 1, len(plain)))
    return sorted([*figures, *zeros], key=lambda figure: figure.start())


def direction_of(words: str) -> str:
    if pattern("sentences", "increase").search(words) or pattern("sentences", "direction_increase").search(words):
        return "increase"
    return "decrease" if pattern("sentences", "direction_decrease").search(words) else ""


def same_metric(one: About, other: About) -> bool:
    """Whether two figures are of one metric; silence about the fund agrees with any."""
    if one.metric != other.metric or one.function != other.function:
        return False
    return not other.fund or other.fund == one.fund or one.fund == "total"


def subject_of(words: str) -> str:
    """What a comparison is said of: the words before it without comparison and direction."""
    plain = pattern("sentences", "compared").sub("", pattern("sentences", "reason").sub("", words))
    plain = pattern("sentences", "comparison").sub("", plain)
    return name_of(plain)


def name_of(words: str) -> str:
    """The name of a figure: its clause without what opens it (其中, 2026年, 本部门)."""
    cut = words.rfind("(") + 1 if words.count("(") > words.count(")") else 0
    name = words[cut:]
    while (found := pattern("sentences", "lead").match(name)) and found.end():
        name = name[found.end() :]
    return name
