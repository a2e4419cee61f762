"""Codes and names of the classifications."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from datapackages.checks.asking import asks, holds, untold
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, place_of
from datapackages.checks.rules import rule
from datapackages.codes import classifications, fold
from datapackages.model import Fact

SCHEMES = (
    ("functional", "function_code"),
    ("economic_department", "econ_dept_code"),
    ("economic_government", "econ_gov_code"),
)
# Rows of these are named for what is bought or done, not for their code.
OTHER_NAMES = ("procurement", "purchased_services", "projects", "projects_carryover")
ALIKE = 0.6  # wordings of one name; 住房公积金 and 代缴社会保险费 have nothing in common
CODE = re.compile(r"(?<![\d.,])[35]\d{4}(?![\d.,])")
ITEM = 5  # digits of an economic 款, the level that both classifications must be given at


@rule("C19", "form")
def codes_are_classified(book: Book) -> Iterator[Finding]:
    """科目编码在当年的分类中，编码与名称相符。
    Codes are in the classification of the year, under the names they have there.
    """
    known: set[str] = set()
    unknown: set[str] = set()
    for (scheme, code, name), fact in _printed(book).items():
        entry = classifications().get(scheme, code)
        if entry is None or entry.year != book.document.fiscal_year:
            unknown.add(f"{code} {name}")
        elif _same_name(name, entry.name) or entry.basis != "observed":
            known.add(code)
        else:
            here = f"{code} {name}", f"{code} {entry.name}"
            yield asks("code-of-another-name", *here, [place_of(fact)], [fact.table_id], [fact.fact_id])
    for fact in _under_another_code(book):
        right = _resolved(fact)
        here = f"{fact.code_text} {fact.name}", f"{right} {fact.name}"
        yield asks("name-of-another-code", *here, [place_of(fact)], [fact.table_id], [fact.fact_id])
    if known:
        yield holds(f"{len(known)}: {' '.join(sorted(known))}")
    if unknown:
        yield untold(f"{book.document.fiscal_year}: {' '.join(sorted(unknown))}")


def _printed(book: Book) -> dict[tuple[str, str, str], Fact]:
    """Each code that a row prints beside its own name, with the first such fact."""
    found: dict[tuple[str, str, str], Fact] = {}
    for fact in book.facts:
        if fact.code_basis == "printed" and fact.canonical not in OTHER_NAMES and not fact.row_unit_name:
            code = "".join(filter(str.isdigit, fact.code_text))
            for scheme, field in SCHEMES:
                if code and getattr(fact, field) == code:
                    found.setdefault((scheme, code, fold(fact.name)), fact)
    return found


def _under_another_code(book: Book) -> Iterator[Fact]:
    """The first figure of each row whose printed code is not the one that its name has."""
    rows: set[tuple[str, int]] = set()
    for fact in book.facts:
        code, at = "".join(filter(str.isdigit, fact.code_text)), (fact.table_id, fact.row)
        if fact.code_basis == "looked_up" and code and _resolved(fact) not in ("", code) and at not in rows:
            rows.add(at)
            yield fact


def _resolved(fact: Fact) -> str:
    return fact.function_code or fact.econ_dept_code or fact.econ_gov_code


def _same_name(printed: str, known: str) -> bool:
    """Whether both are wordings of one name: cut off by a cell, with or without a bracket, an older wording."""
    ours = fold(known)
    return not ours or printed in ours or ours in printed or SequenceMatcher(None, printed, ours).ratio() >= ALIKE


@rule("C21", "form")
def both_economic_codes(book: Book) -> Iterator[Finding]:
    """表中同列部门和政府支出经济分类的，每行两种编码都有。
    Where a form has both economic classifications, each line carries a code of both.
    """
    for table_id, grid in book.grids.items():
        lines = [fact for row in grid.values() if (fact := _line(row.values()))]
        if sum(_has_both(fact) for fact in lines) * 2 <= len(lines):
            continue
        for fact in lines:
            if not _has_both(fact) and _prints_one(book, fact):
                printed = f"{fact.econ_dept_code or fact.econ_gov_code} {fact.name}"
                yield asks("one-economic-code", printed, "", [place_of(fact)], [table_id], [fact.fact_id])
        yield holds(str(sum(map(_has_both, lines))), (), [table_id])


def _line(row: Iterable[Fact]) -> Fact | None:
    """The first figure of a row that is a line of an economic classification down to its 款."""
    codes = [fact for fact in row if max(len(fact.econ_dept_code), len(fact.econ_gov_code)) >= ITEM]
    return next((fact for fact in codes if fact.row_role == "leaf" and fact.code_basis == "printed"), None)


def _prints_one(book: Book, fact: Fact) -> bool:
    """Whether no other cell of the row prints a code that was not read as one."""
    own = (fact.econ_dept_code, fact.econ_gov_code, fact.function_code)
    cells = [fold(cell.text) for cell in book.tables[fact.table_id].rows[fact.row - 1]]
    return not any(code not in own for text in cells for code in CODE.findall(text))


def _has_both(fact: Fact) -> bool:
    return bool(fact.econ_dept_code and fact.econ_gov_code)
