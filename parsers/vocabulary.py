"""The words of the forms, loaded from ``parsers/data``: titles, headings, sentences."""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from parsers.text import REPEATED, fold

DATA = files("parsers") / "data"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is ten times as fast


@cache
def load(name: str) -> dict[str, Any]:
    """The data file of that name as it is written."""
    loaded: dict[str, Any] = yaml.load((DATA / f"{name}.yaml").read_text("utf-8"), Loader=LOADER)
    return loaded


@cache
def _entries() -> dict[str, str | dict[str, str]]:
    """All entries of the data files: a pattern, or an ordered list of words of the contract with patterns."""
    out: dict[str, str | dict[str, str]] = {}
    for name in ("words", "meanings", "documents", "purchases"):
        out.update(load(name))
    return out


@cache
def words() -> dict[str, re.Pattern[str]]:
    """The single patterns by name."""
    return {name: re.compile(pattern) for name, pattern in _entries().items() if isinstance(pattern, str)}


@cache
def groups() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """The ordered lists: for each, the word of the contract and its pattern."""
    return {
        name: [(word, re.compile(pattern)) for word, pattern in entries.items()]
        for name, entries in _entries().items()
        if isinstance(entries, dict)
    }


@cache
def titles() -> list[tuple[str, re.Pattern[str]]]:
    """The known table titles in the order in which they are tried."""
    lines = (DATA / "titles.csv").read_text("utf-8").splitlines()
    return [(row["canonical"], re.compile(row["pattern"])) for row in csv.DictReader(lines)]


@cache
def other_names() -> dict[tuple[str, str], list[str]]:
    """Codes by scheme and folded name, for names that a classification had in other years or has in some forms."""
    lines = (DATA / "other_names.csv").read_text("utf-8").splitlines()
    out: dict[tuple[str, str], list[str]] = {}
    for row in csv.DictReader(lines):
        out.setdefault((row["scheme"], fold(row["name"])), []).append(row["code"])
    return out


@cache
def canonical(title: str) -> str:
    """The canonical id of a printed title; "unrecognised" when no form of that title is known."""
    plain = fold(title)
    return next((name for name, pattern in titles() if pattern.search(plain)), "unrecognised")


@lru_cache(REPEATED)
def first(group: str, text: str) -> str:
    """The first word of a group whose pattern is found in the text, or an empty string."""
    return next((word for word, pattern in groups()[group] if pattern.search(text)), "")


@lru_cache(REPEATED)
def meaning(name: str, text: str) -> bool:
    """Whether a pattern of that name is found in folded text."""
    return bool(words()[name].search(text))
