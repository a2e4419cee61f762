"""Whether the year and the names are the same throughout a document."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from datapackages.checks.asking import asks, at_form, at_section, at_table, holds, untold
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding
from datapackages.checks.form_words import glossary, pattern, prose
from datapackages.checks.rules import rule
from datapackages.codes import fold
from datapackages.model import Section, Table
from datapackages.places import place_of
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


class Named(NamedTuple):
    """A name of a body as printed, and where."""

    name: str
    place: str
    table_id: str = ""


@rule("C5", "form")
def names_agree(book: Book) -> Iterator[Finding]:
    """封面、各表“单位名称”、绩效表和文字中的单位名称一致。
    The unit's name is the same on the cover, over each table, on the performance forms and in the text.
    """
    known = {own_level_folded(name) for name in (book.document.unit_name, book.document.department_name) if name}
    if not known or _holds_several(book):
        return
    places = [*_over_tables(book), *_on_forms(book), *_in_prose(book)]
    printed = list({named.name: named for named in reversed(places)}.values())  # the first place of each name
    own = [named for named in printed if _is_one_of(named.name, known)]
    other = [named for named in printed if _is_another(book, named.name, known)] if own else []
    for named in other:
        yield asks("another-name", named.name, book.document.unit_name, [named.place], [named.table_id])
    if own and not other:
        yield holds(book.document.unit_name)
    elif printed and not own:  # the cover itself may have been misread
        yield untold(book.document.unit_name, [printed[0].place], [printed[0].table_id])


def _holds_several(book: Book) -> bool:
    """Whether a file holds the tables of several units: one form stands there under several names."""
    names: dict[str, set[str]] = defaultdict(set)
    for table in book.parsed.tables:
        if table.unit_name:
            names[table.canonical].add(own_level_folded(table.unit_name))
    over = Counter(own_level_folded(table.unit_name) for table in book.parsed.tables if table.unit_name)
    return any(len(own) > 1 for own in names.values()) or sum(count >= SEVERAL for count in over.values()) > 1


def _over_tables(book: Book) -> list[Named]:
    return [
        Named(table.unit_name, at_table(table), table.table_id) for table in book.parsed.tables if table.unit_name
    ]


def _on_forms(book: Book) -> list[Named]:
    return [Named(form.unit, at_form(form), form.table_id) for form in book.parsed.performance if form.unit]


def _in_prose(book: Book) -> list[Named]:
    """Whose revenue, expenditure, purchases and cars the prose says they are, where a place begins the name."""
    subject = pattern("subject")
    terms = {section.seq for section, _ in glossary(book)}
    found = [
        Named(match[1], at_section(section))
        for section, text in prose(book)
        if section.seq not in terms
        for match in subject.finditer(text)
    ]
    return [named for named in found if place_of([named.name])]


def _is_one_of(name: str, known: set[str]) -> bool:
    """Whether a name is one of those, a part of one, or an abbreviation of one (人社局)."""
    own = own_level_folded(name)
    return any(own in other or other in own or _abbreviates(own, other) for other in known)


def _abbreviates(short: str, name: str) -> bool:
    signs = iter(name)
    return all(sign in signs for sign in short)


def _listed(book: Book) -> set[str]:
    """The bodies that rows of the tables name."""
    return {own_level_folded(name) for name in {fact.row_unit_name for fact in book.facts} if name}


def _is_another(book: Book, name: str, known: set[str]) -> bool:
    """Whether a name is of no body of the document. Names of a department's units are, unless nearly its own."""
    if _is_one_of(name, known | book.once(_listed)) or not pattern("body").search(fold(name)):
        return False
    alike = max(SequenceMatcher(None, own_level_folded(name), other).ratio() for other in known)
    return book.document.scope == "unit" or alike >= ALIKE
