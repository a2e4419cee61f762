"""The words of performance forms, loaded from ``parsers/data/performance.yaml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from parsers.text import fold
from parsers.vocabulary import load


@dataclass(frozen=True, slots=True)
class Label:
    """What a printed label announces.

    ``kind`` is field, person, fund, phase, part or text; ``period`` is empty where the label names none.
    """

    kind: str
    name: str
    period: str = ""


@cache
def _groups() -> dict[str, dict[str, re.Pattern[str]]]:
    return {
        name: {word: re.compile(pattern) for word, pattern in entries.items()}
        for name, entries in load("performance").items()
        if isinstance(entries, dict)
    }


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A single pattern by its name in the data file."""
    return re.compile(str(load("performance")[name]))


def group(name: str) -> dict[str, re.Pattern[str]]:
    """An ordered group of patterns by its name in the data file."""
    return _groups()[name]


def is_like(name: str, text: str) -> bool:
    """Whether the whole folded text is what a pattern describes."""
    return bool(pattern(name).fullmatch(text))


def _name(name: str, text: str) -> str:
    return next((word for word, found in group(name).items() if found.fullmatch(text)), "")


def _stripped(text: str) -> str:
    """A label without colon, numbering, 其中 and unit of money."""
    plain = fold(text).rstrip(":;.")
    head, _, tail = plain.partition(":")
    if tail and pattern("label_start").match(tail) and _stripped(head):  # 1、资金来源：（1）财政性资金
        plain = tail
    plain = pattern("label_end").sub("", plain)
    return pattern("label_start").sub("", plain, count=1).rstrip(":") or plain


@cache
def _with_period(name: str, plain: str) -> tuple[str, str]:
    """The word of a group and the period said before it: 年度资金总额 is the total of the year."""
    for period, found in group("periods").items():
        if (match := found.match(plain)) and (word := _name(name, plain[match.end() :])):
            return word, period
    return _name(name, plain), ""


@cache
def label(text: str) -> Label | None:
    """What a cell announces as a label, or None where it is a value."""
    plain = _stripped(text)
    if not plain or len(plain) > 40:
        return None
    if is_like("person", plain):
        return Label("person", "")
    if found := _name("fields", plain):
        return Label("field", found)
    for kind, name in (("text", "texts"), ("phase", "phases"), ("part", "parts"), ("fund", "funds")):
        word, period = _with_period(name, plain)
        if word:
            return Label(kind, word, period)
    return None


@cache
def column(text: str) -> tuple[str, str]:
    """The role of a heading over indicators and its period, both empty where it is none."""
    return _with_period("columns", _stripped(text))


def said_beside(text: str) -> tuple[Label, str] | None:
    """A label and its value printed in one cell: 填报日期：20251120."""
    head, colon, tail = text.replace("：", ":", 1).partition(":")
    found = label(head) if colon and tail else None
    return (found, tail) if found else None


def level1_of(level2: str) -> str:
    """The first level to which a second one belongs, or an empty string."""
    plain = fold(level2)
    return next((word for word, found in group("level1_of").items() if found.fullmatch(plain)), "")
