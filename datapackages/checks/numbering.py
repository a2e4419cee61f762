"""The list of contents against what follows it, and the printed numbers of the tables."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from datapackages.checks.asking import asks, at_section, at_table, holds
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding
from datapackages.checks.form_words import form_words, pattern
from datapackages.checks.rules import rule
from datapackages.codes import fold
from datapackages.model import Table

NOT_NUMBERED = ("performance_project", "performance_overall", "performance_result", "unrecognised")
A_ROW = 3  # numbers: fewer are an extract, in which others may rightly lack
SLIPS = 2  # more of a kind than so many are another way of numbering, not slips
WHOLE_PARTS = ("whole", "tables")


@rule("C3", "form")
def contents_and_labels(book: Book) -> Iterator[Finding]:
    """目录所列的表都在，表号写法一致、不缺号、不重号。
    The tables of the list of contents follow; their numbers are written one way, without gaps or repeats.
    """
    if book.document.part in WHOLE_PARTS:
        yield from _contents(book)
        for tables in _by_unit(book).values():
            yield from _labels(book, tables)


def _contents(book: Book) -> Iterator[Finding]:
    titles = [_bare_title(table.title) for table in book.parsed.tables if table.title]
    found = []
    for section in book.parsed.sections:
        entries = _entries(section.text) if section.kind == "contents" else []
        for entry in entries:
            if any(entry in title or title in entry for title in titles):
                found.append(entry)
            else:
                yield asks("contents-without-table", entry, "", [at_section(section)])
    if found:
        yield holds(" ".join(found))


def _entries(text: str) -> list[str]:
    """Titles of tables that a list of contents names under a number of their own."""
    lines = [pattern("contents_dots").sub("", fold(line)) for line in text.splitlines()]
    numbered = [line for line in lines if pattern("contents_number").match(line)]
    tables = [line for line in numbered if pattern("ends_as_table").search(line)]
    named = [line for line in tables if not pattern("contents_part").search(line)]
    return [title for line in named if (title := _bare_title(pattern("contents_number").sub("", line)))]


def _bare_title(title: str) -> str:
    return pattern("leading_year").sub("", fold(title))


def _by_unit(book: Book) -> dict[str, list[Table]]:
    """The tables that may carry a number, by the unit whose they are; a title over several lists counts once."""
    units: dict[str, dict[tuple[str, str], Table]] = defaultdict(dict)
    names = list(dict.fromkeys(fold(table.unit_name) for table in book.parsed.tables if table.unit_name))
    for table in book.parsed.tables:
        if table.canonical not in NOT_NUMBERED or table.label or table.title:
            unit = fold(table.unit_name) if len(names) > 1 else ""
            units[unit].setdefault((table.title or table.table_id, table.label), table)
    return {unit: list(tables.values()) for unit, tables in units.items()}


def _labels(book: Book, tables: list[Table]) -> Iterator[Finding]:
    own = [table for table in tables if table.canonical not in NOT_NUMBERED]
    labelled = [table for table in own if table.label]
    if not labelled:
        return
    questions = [
        *_other_words(labelled),
        *_without_label(own),
        *_repeats(labelled),
        *(_gaps(book, tables) if len(labelled) == len(own) else ()),
    ]
    yield from questions
    if not questions:
        yield holds(" ".join(dict.fromkeys(table.label for table in labelled)))


def _other_words(labelled: list[Table]) -> Iterator[Finding]:
    """Labels whose words are not those of most."""
    words = Counter(_words(label) for label in sorted({table.label for table in labelled}))
    usual, count = words.most_common(1)[0]
    for table in labelled:
        if _words(table.label) != usual and words[_words(table.label)] * 2 <= count:
            usual_label = next(other.label for other in labelled if _words(other.label) == usual)
            yield asks("label-in-other-words", table.label, usual_label, [at_table(table)], [table.table_id])


def _words(label: str) -> str:
    return pattern("label_number").sub("#", fold(label))


def _without_label(own: list[Table]) -> Iterator[Finding]:
    bare = [table for table in own if not table.label]
    if bare:
        titles = list(dict.fromkeys(table.title for table in bare))
        yield asks(
            "tables-without-label",
            " ".join(titles),
            "",
            map(at_table, bare),
            (table.table_id for table in bare),
            count=len(titles),
        )


def _repeats(labelled: list[Table]) -> list[Finding]:
    """Two tables under one label. Many such pairs are several sets of tables in one file, and no slip."""
    found = list(_repeated(labelled))
    return found if len(found) <= SLIPS else []


def _repeated(labelled: list[Table]) -> Iterator[Finding]:
    first: dict[str, Table] = {}
    for table in labelled:
        before = first.setdefault(table.label, table)
        if before.canonical != table.canonical and before.title != table.title:
            yield asks(
                "label-repeated", f"{table.label} {before.title}", f"{table.label} {table.title}",
                [at_table(before), at_table(table)], [before.table_id, table.table_id],
            )  # fmt: skip


def _gaps(book: Book, tables: list[Table]) -> Iterator[Finding]:
    """Numbers that no table carries; not asked where a table could not be read or words differ."""
    labels = {table.label for table in tables if table.label}
    heads = {match[0] for table in tables if (match := pattern("label_in_title").match(fold(table.title)))}
    numbers = {number for label in labels | heads if (number := label_number(label))}
    unread = any(table.state == "failed" or table.canonical == "unrecognised" for table in book.parsed.tables)
    if unread or len({_words(label) for label in labels}) > 1 or len(numbers) < A_ROW:
        return
    missing = sorted(set(range(1, max(numbers))) - numbers)
    if 0 < len(missing) <= SLIPS:
        yield asks("label-numbers-missing", " ".join(sorted(labels)), " ".join(map(str, missing)))


def label_number(label: str) -> int:
    """The number of a label, 0 where it has none: 预算公开表5, 公开05表, 表十二."""
    match = re.search(pattern("label_number"), fold(label))
    return _number(match[0]) if match else 0


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    digits, ten = form_words()["numerals"]["digits"], form_words()["numerals"]["ten"]
    tens, is_ten, units = text.rpartition(ten)
    value = {sign: number for number, sign in enumerate(digits, start=1)}
    return (value.get(tens, 1) * 10 if is_ten else 0) + value.get(units, 0)
