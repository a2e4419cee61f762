"""Words and patterns of the rules on form and of the questions (``form_words.yaml``), and the text to search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from datapackages.checks.book import Book
from datapackages.checks.data_files import loaded
from datapackages.codes import fold
from datapackages.model import Section

NARRATIVE = ("whole", "narrative")  # parts of a publication that hold its prose
ENOUGH = 5  # sentences: fewer are a cover and notes, not a narrative
AROUND = 24  # characters shown on either side of what was found


def form_words() -> Mapping[str, Any]:
    """Everything in ``form_words.yaml``."""
    return loaded("form_words")


@cache
def pattern(*path: str) -> re.Pattern[str]:
    """The pattern of that name, or of a name inside a group. Raises KeyError for one that is not there."""
    found: Any = form_words()
    for name in path:
        found = found[name]
    return re.compile(found)


def prose(book: Book) -> list[tuple[Section, str]]:
    """Each stretch of prose with its folded text; lists of contents and captions of charts are none."""
    return book.once(_prose)


def _prose(book: Book) -> list[tuple[Section, str]]:
    return [(section, fold(section.text)) for section in book.parsed.sections if section.kind == "prose"]


def withholds(book: Book) -> bool:
    """Whether the document says that secret items were left out of its lists."""
    return book.once(_withholds)


def _withholds(book: Book) -> bool:
    return any(pattern("withheld").search(words) for _, words in prose(book))


def narrative(book: Book) -> str:
    """Headings and prose as one folded text; "" where this part of the publication has no narrative."""
    return book.once(_narrative)


def _narrative(book: Book) -> str:
    if book.document.part not in NARRATIVE:
        return ""
    text = "\n".join(fold(section.heading_path) + ":" + words for section, words in prose(book))
    return text if len(pattern("sentence_end").findall(text)) >= ENOUGH else ""


def glossary(book: Book) -> list[tuple[Section, str]]:
    """The stretches of prose that explain terms."""
    named = pattern("glossary")
    return [(section, text) for section, text in prose(book) if named.search(fold(section.heading_path))]


def shown(text: str, match: re.Match[str], around: int = AROUND) -> str:
    """What was found with the words beside it, on one line."""
    start, end = max(0, match.start() - around), min(len(text), match.end() + around)
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
