"""A department against its units: its totals are theirs added up, where all of them have published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from datapackages import codes
from datapackages.checks.across import across, questioned
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, Side, equal, one, sum_of
from datapackages.checks.same_line import Column, Index, Line, index
from datapackages.checks.shelf import Shelf, Volume
from datapackages.codes import fold

# Lists that a department and its units print in the same form; projects and purchases are lists of their own.
FORMS = (
    "overall", "income", "expenditure", "fiscal_overall", "general_function", "basic_economic", "fund",
    "state_capital", "three_public",
)  # fmt: skip
TRANSFERS = ("to_subordinates", "remitted_up")  # money between a department's units, left out of its own totals


class Unit(NamedTuple):
    """A unit of the department with its document's figures."""

    name: str
    book: Book
    figures: Index
    forms: frozenset[str]  # lists of its document, also empty ones
    filled: frozenset[str]  # those with figures
    columns: frozenset[Column]


@across("X18", "agreement")
def department_is_its_units(shelf: Shelf, volume: Volume) -> Iterator[Finding]:
    """部门的数字等于所属各单位之和。
    A department's figures are the sum of its units'."""
    below, year = shelf.units_below(volume), volume.document.fiscal_year
    if not below or year is None or volume.document.stage not in ("budget", "final"):
        return
    documents = {name: shelf.of(unit_id, year, volume.document.stage) for unit_id, name in below}
    if missing := [name for name, found in documents.items() if len(found) != 1]:
        values = {"count": len(below), "missing": "、".join(missing)}
        yield Finding(outcome="insufficient_data", key="units-not-seen", values=values)
        return
    units = [_unit(shelf, name, found[0]) for name, found in documents.items()]
    yield from _compared(shelf.book(volume), units)


def _unit(shelf: Shelf, name: str, volume: Volume) -> Unit:
    book = shelf.book(volume)
    figures = _own(book)
    return Unit(
        name=name,
        book=book,
        figures=figures,
        forms=shelf.forms(volume),
        filled=frozenset(fact.canonical for fact in book.facts),
        columns=frozenset(line.column for line in figures),
    )


def _own(book: Book) -> Index:
    """The figures of the document's own year that are no row of one unit and no project."""
    phases = ("final",) if book.document.stage == "final" else ("approved",)
    found = index(book.facts, book.document.fiscal_year, phases)
    return {
        line: fact
        for line, fact in found.items()
        if line.column.canonical in FORMS and not line.unit and not line.project
    }


def _compared(book: Book, units: list[Unit]) -> Iterator[Finding]:
    own = _own(book)
    certain = _lists_all(book, units) and not _transfers(units)
    for form in FORMS:
        lines = {line: fact for line, fact in own.items() if line.column.canonical == form}
        if lines and (missing := [unit.name for unit in units if form not in unit.forms]):
            values = {"missing": "、".join(missing), "what": codes.labels("canonicals").get(form, form)}
            yield Finding(outcome="insufficient_data", key="units-without-table", values=values)
            continue
        for line, fact in lines.items():
            if parts := _parts(line, units):
                finding = equal(one(book, fact), parts)
                yield finding if certain else questioned(finding, "units-differ", line=fact.name)


def _parts(line: Line, units: list[Unit]) -> Side:
    """What the units print of a line; nothing where one of them prints it more than once or in another form."""
    if not any(line in unit.figures for unit in units):
        return ()
    if not all(_has_column(line, unit) for unit in units):
        return ()
    return tuple(term for unit in units if line in unit.figures for term in sum_of(unit.book, [unit.figures[line]]))


def _has_column(line: Line, unit: Unit) -> bool:
    """Whether a unit prints the line, or prints its list in the same columns without it."""
    return line.column in unit.columns or line.column.canonical not in unit.filled  # an empty table has no columns


def _lists_all(book: Book, units: list[Unit]) -> bool:
    """Whether the department's own tables list exactly these units as rows, so that none can be lacking."""
    printed = {fold(fact.row_unit_name) for fact in book.facts if fact.row_unit_name}
    return printed == {fold(unit.name) for unit in units}


def _transfers(units: list[Unit]) -> bool:
    figures = (pair for unit in units for pair in unit.figures.items())
    return any(line.column.expenditure_type in TRANSFERS and fact.amount for line, fact in figures)
