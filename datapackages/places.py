"""Tell which place a body belongs to from its name: the longest division name the name begins with."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from datapackages import codes

# 2026年度大同市…: the year before the place; （2026年）大同市….
LEADING_YEAR = re.compile(r"^[(]?(?:[0-9]{4}|[〇零一二三四五六七八九]{4})(?:-[0-9]{4})?年?度?[)]?")
SHORTEST_BARE_COUNTY = 3  # 城区, 郊区 and 矿区 open too many other names


def place_of(names: Iterable[str]) -> str:
    """Return the GB/T 2260 code of the first name that begins with one division's name, or ""."""
    return next(filter(None, map(_place_in, names)), "")


def ancestors(code: str) -> list[str]:
    """Return the code and its parents up to the province; an unknown code raises ValueError."""
    known = codes.jurisdictions()
    chain = []
    while code:
        if code not in known:
            raise ValueError(f"jurisdiction {code!r} is not in datapackages/codes/jurisdictions.csv; add its line")
        chain.append(code)
        code = known[code].parent
    return chain


def _place_in(name: str) -> str:
    bare = LEADING_YEAR.sub("", codes.fold(name))
    return _longest(bare) or next(filter(None, (_longest(rest) for rest in _without_prefix(bare))), "")


def _without_prefix(name: str) -> list[str]:
    prefixes = (row["text"] for row in codes.rows("name_affixes") if row["kind"] == "place_prefix")
    return [name.removeprefix(prefix) for prefix in prefixes if name.startswith(prefix)]


def _longest(name: str) -> str:
    known = _names()
    for length in range(min(len(name), _longest_name()), 1, -1):
        found = known.get(name[:length], ())
        if len(found) == 1:
            return next(iter(found))
    return ""


@cache
def _longest_name() -> int:
    return max(map(len, _names()))


@cache
def _names() -> dict[str, frozenset[str]]:
    """Return every way to write a place → codes: alone, after its city, after its province and city."""
    found: dict[str, set[str]] = defaultdict(set)
    for code, place in codes.jurisdictions().items():
        parents = [codes.jurisdictions()[parent].name for parent in ancestors(code)[1:]]
        for name in (place.name, *place.names):
            for written in _written(name, parents, county=place.level == "county"):
                found[written].add(code)
    return {name: frozenset(places) for name, places in found.items()}


def _written(name: str, parents: list[str], *, county: bool) -> set[str]:
    ways = {parent + name for parent in parents} | {"".join(reversed(parents)) + name}
    if county and len(name) < SHORTEST_BARE_COUNTY:
        ways.discard(name)
        return ways if parents else set()
    return ways | {name}
