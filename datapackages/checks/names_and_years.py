"""Whether the year and the names are the same throughout a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from datapackages.checks.asking import asks, at_form, at_section, at_table, holds
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding
from datapackages.checks.form_words import pattern
from datapackages.checks.rules import rule
from datapackages.codes import fold
from datapackages.model import Section, Table
from datapackages.units import own_level_folded

LAST_YEARS = ("performance_result", "projects_carryover")  # their titles may rightly name the year before
ALIKE = 0.8  # names of which one may be a slip of the other
SEVERAL = 3  # a name over so many tables is a unit of its own, not a slip


@rule("C4", "form")
def years_agree(book: Book) -> Iterator[Finding]:
    """封面、表名和文字标题的年度一致。
    The year is the same on the cover, in the titles of tables and in the headings of the text.
    """
    year = str(book.document.fiscal_year or "")
    if not year:
        return
    other = [*_other_titles(book, year), *_other_headings(book, year), *_other_cover(book, year)]
    yield from other
    if not other:
        yield holds(year)


def _other_titles(book: Book, year: str) -> Iterator[Finding]:
    for table in book.parsed.tables:
        match = pattern("leading_year").match(fold(table.title))
        if match and match[1] != year and not _rightly(table, book):
            yield asks("another-year", table.title, year, [at_table(table)], [table.table_id])


def _rightly(table: Table, book: Book) -> bool:
    """Whether a title may name another year: of last year's money, or of how it was spent."""
    spent = book.document.stage == "budget" and pattern("of_another_year").search(fold(table.title))
    return bool(spent) or table.canonical in LAST_YEARS


def _other_headings(book: Book, year: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for section in book.parsed.sections:
        for heading in _headings(section):
            match = pattern("heading_year").search(heading)
            if match and match[1] != year and heading not in seen:
                seen.add(heading)
                yield asks("another-year", heading, year, [at_section(section)])


def _headings(section: Section) -> list[str]:
    return [fold(part) for part in section.heading_path.split("/") if part]


def _other_cover(book: Book, year: str) -> Iterator[Finding]:
    match = pattern("heading_year").search(fold(book.document.title))
    if match and match[1] != year:
        yield asks("another-year", book.document.title, year, ["p1"])


@rule("C5", "form")
def names_agree(book: Book) -> Iterator[Finding]:
    """封面、各表“单位名称”和绩效表的单位名称一致。
    The unit's name is the same on the cover, over each table and on the performance forms.
    """
    over = [table for table in book.parsed.tables if table.unit_name]
    names = Counter(own_level_folded(table.unit_name) for table in over)
    known = {own_level_folded(name) for name in (book.document.unit_name, book.document.department_name) if name}
    if not names or not known or len([name for name in names if names[name] >= SEVERAL]) > 1:
        return
    other = [*_other_tables(book, over, known), *_other_forms(book, known)]
    yield from other
    if not other:
        yield holds(book.document.unit_name)


def _other_tables(book: Book, over: list[Table], known: set[str]) -> Iterator[Finding]:
    listed = {own_level_folded(fact.row_unit_name) for fact in book.facts if fact.row_unit_name}
    for table in over:
        name = own_level_folded(table.unit_name)
        of_others = any(name in other or other in name for other in known | listed)
        if not of_others and pattern("body").search(name) and _is_near(book, name, known):
            place, own = [at_table(table)], [table.table_id]
            yield asks("another-name", table.unit_name, book.document.unit_name, place, own)


def _is_near(book: Book, name: str, known: set[str]) -> bool:
    """In a department's document other names are its units', unless one is nearly its own."""
    alike = max(SequenceMatcher(None, name, other).ratio() for other in known)
    return book.document.scope == "unit" or alike >= ALIKE


def _other_forms(book: Book, known: set[str]) -> Iterator[Finding]:
    """Forms in the document of one unit that name another; a department's forms are those of its units."""
    if book.document.scope != "unit":
        return
    for form in book.parsed.performance:
        name = own_level_folded(form.unit)
        own = any(name in other or other in name for other in known)
        if not own and pattern("body").search(name):
            yield asks("another-name", form.unit, book.document.unit_name, [at_form(form)], [form.table_id])
