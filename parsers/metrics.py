"""What a stated figure is about: the words before it to a metric, a fund and a side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from datapackages.codes import classifications
from parsers.prose import data, first, narrow

OTHER = "other"
FUNCTION = "function"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A line of ``metrics`` in ``data/prose.yaml``; ``facts`` say which facts state the same."""

    name: str
    of: str
    words: re.Pattern[str] | None
    fund: str
    side: str
    facts: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class About:
    """What a figure is about. ``fund`` and ``side`` are "" where the words do not say."""

    metric: str = OTHER
    fund: str = ""
    side: str = ""
    function: str = ""  # code of the 类 where the metric is one


@cache
def metrics() -> tuple[Metric, ...]:
    """All metrics in the order in which they are tried."""
    return tuple(_metric(entry) for entry in data()["metrics"])


@cache
def metric(name: str) -> Metric | None:
    """The first metric of that name."""
    return next((found for found in metrics() if found.name == name), None)


def kind_of(unit: str, words: str) -> str:
    """The kind of a unit: money, vehicle, people ...; 台 counts vehicles where the words name them."""
    kind = first("units", narrow(unit)) or "count"
    return "vehicle" if kind == "equipment" and names_vehicle(words) else kind


def names_vehicle(words: str) -> bool:
    """Whether words name a vehicle."""
    return bool(re.search(str(data()["vehicle_words"]), words))


def about(words: str, kind: str, *, fund: str = "", side: str = "") -> About:
    """What these words say a figure of that kind is; fund and side stand in where the words are silent."""
    said_fund, said_side = first("funds", words), first("sides", words)
    found = next(_matching(words, kind, said_fund, said_side or side), None)
    if found is None:
        return About(OTHER, said_fund or fund, said_side)
    function = _function(words) if found.name == FUNCTION else ""
    return About(found.name, found.fund or said_fund or fund, found.side or said_side, function)


def _matching(words: str, kind: str, fund: str, side: str) -> Iterator[Metric]:
    for entry in metrics():
        if entry.of != kind:
            continue
        if entry.name == FUNCTION:
            if not fund and _function(words):
                yield entry
        elif entry.words is not None:
            if entry.words.search(words):
                yield entry
        elif fund == entry.fund and entry.side == ("revenue" if side in ("", "both") else side):
            yield entry


def _metric(entry: Mapping[str, Any]) -> Metric:
    return Metric(
        name=entry["name"],
        of=entry["of"],
        words=re.compile(entry["words"]) if entry.get("words") else None,
        fund=entry.get("fund", ""),
        side=entry.get("side", ""),
        facts=tuple(entry.get("facts", ())),
    )


@cache
def _function(words: str) -> str:
    """The code of the 类 that words end in: 社会保障和就业（类）支出, “住房保障支出”科目."""
    core = _bare(words)
    found = (code for name, code in _functions() if core == name or (len(name) > 2 and core.endswith(name)))
    return next(found, "")


@cache
def _functions() -> Sequence[tuple[str, str]]:
    named = [(_bare(entry.name), entry.code) for entry in classifications() if _is_class(entry.scheme, entry.level)]
    return sorted(((name, code) for name, code in named if len(name) > 1), key=lambda pair: -len(pair[0]))


def _is_class(scheme: str, level: int) -> bool:
    return scheme == "functional" and level == 1


def _bare(words: str) -> str:
    return re.sub(str(data()["class_words"]), "", narrow(words))
