"""Look up classification codes, closed word lists and jurisdictions.

The lists are CSV files in ``codes/``; they are read once and kept. Names are compared after
:func:`fold`, because documents wrap them, pad them and mix full-width with half-width brackets.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("codes")
SCHEMES = ("functional", "economic_department", "economic_government")
BRACKETS = str.maketrans("〔〕［］【】[]{}", "()" * 5)


@dataclass(frozen=True, kw_only=True)
class Classification:
    """One line of 政府收支分类科目; ``level`` is 1 for 类, 2 for 款, 3 for 项."""

    scheme: str
    year: int
    code: str
    name: str
    parent: str
    level: int
    basis: str  # codes/classification_bases.csv: how far the pair of code and name can be trusted


@dataclass(frozen=True, kw_only=True)
class Jurisdiction:
    """An administrative division (GB/T 2260); 000000 stands for central bodies."""

    code: str
    name: str
    names: tuple[str, ...]  # other words that open the names of its bodies
    level: str
    parent: str
    note: str


def fold(name: str) -> str:
    """Return a name for comparison: NFKC, no white space, one style of brackets."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).translate(BRACKETS)


@cache
def money_factors() -> dict[str, Decimal]:
    """Yuan in one of each unit of money."""
    return {row["code"]: Decimal(row["yuan"]) for row in rows("money_units")}


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the lines of ``codes/<name>.csv``; a name that is no list raises ValueError with the choices."""
    path = FOLDER / f"{name}.csv"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.csv")))
        raise ValueError(f"datapackages/codes: no list {name!r}; there are {known}")
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


class Classifications:
    """The three classifications of expenditure: functional, departmental economic, government economic."""

    def __init__(self) -> None:
        self._by_code: dict[tuple[str, str], Classification] = {}
        self._by_name: dict[tuple[str, str], list[Classification]] = defaultdict(list)
        for scheme in SCHEMES:
            for row in rows(scheme):
                self._add(_classification(scheme, row))

    def _add(self, entry: Classification) -> None:
        self._by_code[entry.scheme, entry.code] = entry
        if entry.name:
            self._by_name[entry.scheme, fold(entry.name)].append(entry)

    def get(self, scheme: str, code: str) -> Classification | None:
        """Return the entry of one code, or None; codes the lists lack are reported, never rejected."""
        return self._by_code.get((_known(scheme), code))

    def find(self, scheme: str, name: str, parent: str = "") -> list[Classification]:
        """Return the entries of that name below ``parent``, in order of their codes.

        A name is no key: 行政运行 stands under dozens of 款, so give the parent's code where one is known.
        """
        found = self._by_name.get((_known(scheme), fold(name)), [])
        return [entry for entry in found if entry.code != parent and entry.code.startswith(parent)]

    def __iter__(self) -> Iterator[Classification]:
        return iter(self._by_code.values())


def _classification(scheme: str, row: dict[str, str]) -> Classification:
    return Classification(
        scheme=scheme,
        year=int(row["year"]),
        code=row["code"],
        name=row["name"],
        parent=row["parent"],
        level=int(row["level"]),
        basis=row["basis"],
    )


def _known(scheme: str) -> str:
    if scheme not in SCHEMES:
        raise ValueError(f"classification scheme {scheme!r} is not one of {', '.join(SCHEMES)}")
    return scheme


@cache
def classifications() -> Classifications:
    """Return the classifications, read once."""
    return Classifications()


@cache
def _vocabulary(vocabulary: str) -> tuple[dict[str, str], ...]:
    entries = tuple(rows(vocabulary))
    if not entries or "label_zh" not in entries[0]:
        raise ValueError(f"datapackages/codes/{vocabulary}.csv is not a word list (code, label_zh, label_en)")
    return entries


def labels(vocabulary: str, lang: str = "zh") -> dict[str, str]:
    """Return code → label of a closed word list, in the list's order; ``lang`` is zh or en."""
    if lang not in ("zh", "en"):
        raise ValueError(f"labels({vocabulary!r}): language {lang!r} is not zh or en")
    return {row["code"]: row[f"label_{lang}"] for row in _vocabulary(vocabulary)}


@cache
def vocabularies() -> tuple[str, ...]:
    """Return the names of all closed word lists, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.csv") if _is_word_list(path)))


def _is_word_list(path: Path) -> bool:
    with path.open(encoding="utf-8") as file:
        return file.readline().startswith("code,label_zh")


@cache
def jurisdictions() -> dict[str, Jurisdiction]:
    """Return code → jurisdiction, in order of the codes."""
    return {row["code"]: _jurisdiction(row) for row in rows("jurisdictions")}


def _jurisdiction(row: dict[str, str]) -> Jurisdiction:
    names = tuple(filter(None, row["names"].split("|")))
    return Jurisdiction(
        code=row["code"], name=row["name"], names=names, level=row["level"], parent=row["parent"], note=row["note"]
    )
