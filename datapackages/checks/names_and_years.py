"""Whether the year and the names are the same throughout a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from datapackages.checks.asking import asks, at_form, at_section, at_table, holds
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding
from datapackages.checks.form_words import pattern
from datapackages.checks.rules import rule
from datapackages.codes import fold
from datapackages.model import Section, Table
from datapackages.units import own_level_folded

LAST_YEARS = ("performance_result", "projects_carryover")  # their titles may rightly name the year before
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
        if match and match[1] != year and table.canonical not in LAST_YEARS:
            yield asks("another-year", table.title, year, [at_table(table)], [table.table_id])


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
    other = [*_other_tables(book, over, names, known), *_other_forms(book, known)]
    yield from other
    if not other:
        yield holds(book.document.unit_name)


def _other_tables(book: Book, over: list[Table], names: Counter[str], known: set[str]) -> Iterator[Finding]:
    listed = {own_level_folded(fact.row_unit_name) for fact in book.facts if fact.row_unit_name}
    for table in over:
        name = own_level_folded(table.unit_name)
        if not any(name in other or other in name for other in known | listed):
            place, own = [at_table(table)], [table.table_id]
            yield asks("another-name", table.unit_name, book.document.unit_name, place, own)


def _other_forms(book: Book, known: set[str]) -> Iterator[Finding]:
    """Forms in the document of one unit that name another; a department's forms are those of its units."""
    if book.document.scope != "unit":
        return
    for form in book.parsed.performance:
        name = own_level_folded(form.unit)
        if name and not any(name in other or other in name for other in known):
            yield asks("another-name", form.unit, book.document.unit_name, [at_form(form)], [form.table_id])
