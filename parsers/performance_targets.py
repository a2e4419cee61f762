"""A printed target in its pieces: ≥560元/人/天 is an operator, a number and a unit."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from parsers.performance_words import group, pattern
from parsers.text import fold


class Target(NamedTuple):
    """``operator`` is one of >=, <=, >, <, = or empty; ``value`` the number, or all the words."""

    operator: str
    value: str
    unit: str


@cache
def _before() -> list[tuple[str, re.Pattern[str]]]:
    return [(sign, re.compile(f"(?:{found.pattern})")) for sign, found in group("operators_before").items()]


@cache
def _number() -> re.Pattern[str]:
    return re.compile(f"^({pattern('number').pattern})(.{{0,16}})$")


def read_target(raw: str, name: str = "") -> Target:
    """Split a target as printed; words stay whole. A unit that is missing may end the name: 数量（个）."""
    plain = fold(raw)
    operator, rest = _sign(plain)
    number, unit = _counted(rest)
    if not number:
        return Target(operator, rest, "") if _is_bound(plain, rest) else Target("", raw, "")
    if not operator and unit:
        operator, unit = _sign_after(unit)
    if not operator and _is_words(number, unit):
        return Target("", raw, "")
    return Target(operator, number, unit or _unit_in(name))


def _is_bound(plain: str, rest: str) -> bool:
    """Whether one sign stands before words: ≦核定人数; of ≥45、≥1000 or 不超过预算 nothing is taken away."""
    sign = plain[: len(plain) - len(rest)]
    return bool(sign and rest) and not sign[0].isalpha() and not any(found.search(rest) for _, found in _before())


def _sign(plain: str) -> tuple[str, str]:
    for sign, found in _before():
        if match := found.match(plain):
            return sign, plain[match.end() :]
    return "", plain


def _counted(rest: str) -> tuple[str, str]:
    """The number at the start and what follows it, where that can be a unit."""
    match = _number().match(rest)
    if not match:
        return "", ""
    number, unit = match[1], match[2]
    bare, after = (_sign_after(unit)[1], True) if unit and _sign_after(unit)[0] else (unit, False)
    if pattern("not_unit").search(bare):
        return "", ""
    return number, unit if after else bare


def _sign_after(unit: str) -> tuple[str, str]:
    for sign, found in group("operators_after").items():
        if match := re.search(f"(?:{found.pattern})$", unit):
            return sign, unit[: match.start()]
    return "", unit


def _is_words(number: str, unit: str) -> bool:
    """A year is a date, no count: 2026年."""
    return bool(pattern("a_year").fullmatch(number)) and unit[:1] == pattern("year_sign").pattern


def _unit_in(name: str) -> str:
    match = pattern("unit_in_name").search(fold(name))
    return match["unit"] if match else ""
