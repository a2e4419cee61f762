"""What is left of the template: placeholders, blanks before a sign, instructions to whoever fills it in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from datapackages.checks.asking import asks, at_form, at_section, at_table, holds
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding
from datapackages.checks.form_words import form_words, prose, shown
from datapackages.checks.rules import rule
from datapackages.codes import fold


@rule("C14", "form")
def template_remains(book: Book) -> Iterator[Finding]:
    """文中没有留下模板字样：XX、……、空着的“占 %”、填写说明。
    Nothing of the template remains: placeholders, a percent sign without a number, instructions.
    """
    found = dict(_remains(book))
    for place, (text, matches) in found.items():
        remains = " ".join(dict.fromkeys(match[0] for match in matches))
        yield asks("template-remains", shown(text, matches[0]), remains, [place], count=len(matches))
    if not found and prose(book):
        yield holds(book.document.title)


def _remains(book: Book) -> Iterator[tuple[str, tuple[str, list[re.Match[str]]]]]:
    """Each place with its text and what remains in it."""
    for place, text in _texts(book):
        if matches := list(_pattern().finditer(text)):
            yield place, (text, matches)


def _texts(book: Book) -> Iterator[tuple[str, str]]:
    """Prose with its headings, statements under empty tables and the words of performance forms."""
    for section, text in prose(book):
        heading = fold(section.heading_path.rpartition("/")[2])
        yield at_section(section), f"{heading}:{text}"
    for form in book.parsed.performance:
        for _, _, words in form.texts:
            yield at_form(form), fold(words)
    inside = "\n".join(text for _, text in prose(book))
    for table in book.parsed.tables:
        if table.declared and fold(table.declared) not in inside:
            yield at_table(table), fold(table.declared)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in form_words()["template_remains"]), re.MULTILINE)
