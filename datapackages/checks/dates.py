"""Dates that are possible, and terms of projects that are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from datapackages.checks.asking import asks, at_form, at_section, holds
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding
from datapackages.checks.form_words import pattern, prose, shown
from datapackages.checks.rules import rule
from datapackages.model import Performance

STAMP = 8  # digits of a date at the head of 20251120142919
APART = 180  # days: forms of one budget are filled in within one season
LAST_MONTH = 6  # a budget is published in the first months of its year, so what it tells of is not later


@rule("C15", "form")
def dates_are_possible(book: Book) -> Iterator[Finding]:
    """日期真实存在，填报日期与其他绩效表相近，预算公开不叙述当年年末的情况。
    Dates exist, forms are filled in in one season, and a budget does not tell of the end of its own year.
    """
    found = [*_forms(book), *_prose(book)]
    yield from found
    told = [*(form.filled_on for form in book.parsed.performance if form.filled_on), *_printed_dates(book)]
    if told and not found:
        yield holds(" ".join(dict.fromkeys(told)))


def _forms(book: Book) -> Iterator[Finding]:
    dated = [(form, day) for form in book.parsed.performance if (day := _stamped(form.filled_on))]
    for form in book.parsed.performance:
        if len(form.filled_on) >= STAMP and form.filled_on[:STAMP].isdigit() and not _stamped(form.filled_on):
            yield asks("no-such-date", form.filled_on, "", [at_form(form)], [form.table_id])
    for form, day in dated:
        others = [other for one, other in dated if one.filled_on != form.filled_on]
        if _is_apart(book, day, others):
            usual = " ".join(dict.fromkeys(one.filled_on for one, _ in dated if one.filled_on != form.filled_on))
            yield asks("date-apart", form.filled_on, usual, [at_form(form)], [form.table_id], project=form.project)


def _is_apart(book: Book, day: date, others: list[date]) -> bool:
    """Whether a form is dated far from most others, or, alone, far from the year of its budget."""
    if others:
        return sum(abs((day - other).days) > APART for other in others) * 2 > len(others)
    year = book.document.fiscal_year
    return year is not None and book.document.stage == "budget" and not year - 1 <= day.year <= year


def _stamped(text: str) -> date | None:
    return _day(text[:4], text[4:6], text[6:STAMP]) if text[:STAMP].isdigit() and len(text) >= STAMP else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _prose(book: Book) -> Iterator[Finding]:
    year = book.document.fiscal_year
    for section, text in prose(book):
        for match in pattern("date").finditer(text):
            day = _day(match[1], match[2], match[3])
            if day is None:
                yield asks("no-such-date", shown(text, match), match[0], [at_section(section)])
            elif year and book.document.stage == "budget" and _is_later(day, year, text[: match.start()]):
                yield asks("date-to-come", shown(text, match), str(year), [at_section(section)])


def _is_later(day: date, year: int, before: str) -> bool:
    """Whether the text states how things stood on a day after the budget was published."""
    return bool(pattern("as_of").search(before)) and day > date(year, LAST_MONTH, 30)


def _printed_dates(book: Book) -> list[str]:
    return [match[0] for _, text in prose(book) for match in pattern("date").finditer(text)]


def years_of(form: Performance) -> int:
    """The years that a form prints as its project's term, 0 where it prints none."""
    match = pattern("years_of_term").match(form.term)
    return int(match[1]) if match else 0
