"""A document against what was published before: last year's figures, and the budget that final accounts repeat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from datapackages import codes
from datapackages.checks.across import across, questioned
from datapackages.checks.across_prose import across_words, doubted, last_year_in_prose
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, equal, one
from datapackages.checks.same_line import Index, Line, index
from datapackages.checks.shelf import Shelf, Volume
from datapackages.codes import fold
from datapackages.model import Fact

THREE_PUBLIC = "three_public"
# One and the same money of the 三公 table, which forms of different stages call by a wider or a narrower name.
FISCAL = ("general_public", "fiscal", "not_stated", "total")


class Repeated(NamedTuple):
    """Figures of another document that this one repeats: of which year and stage, and how they are marked."""

    years_before: int
    stage: str
    phase: str


# Estimates of execution (上年执行数) repeat no published document.
REPEATED = {
    "budget": (Repeated(1, "budget", "approved"),),
    "final": (Repeated(0, "budget", "approved"), Repeated(1, "final", "final")),
}


@across("X19", "agreement")
def repeats_what_was_published(shelf: Shelf, volume: Volume) -> Iterator[Finding]:
    """文件所列、所说的上年数和年初预算数与原来公布的文件一致。
    Last year's figures, in tables and prose, and the budget in final accounts are those of their own documents."""
    book, year = shelf.book(volume), volume.document.fiscal_year
    if year is None or not volume.unit_id:
        return
    for repeated in REPEATED.get(volume.document.stage, ()):
        own = index(book.facts, year - repeated.years_before, (repeated.phase,))
        if own:
            yield from _against(shelf, volume, book, own, repeated)
    yield from last_year_in_prose(shelf, volume, book)


def _against(shelf: Shelf, volume: Volume, book: Book, own: Index, repeated: Repeated) -> Iterator[Finding]:
    year = (volume.document.fiscal_year or 0) - repeated.years_before
    values = {"year": year, "what": codes.labels("stages")[repeated.stage]}
    sources = [
        source
        for source in shelf.of(volume.unit_id, year, repeated.stage)
        if source.document.scope == volume.document.scope
    ]
    if not sources:
        yield Finding(outcome="insufficient_data", key="document-not-seen", values=values)
    for source in sources:
        there = shelf.book(source)
        published = index(there.facts, year, (repeated.phase,))
        for fact, counterpart in _pairs(own, published):
            finding = equal(one(book, fact), one(there, counterpart), line=fact.name or fact.column_label)
            yield doubted(questioned(finding, "other-year-differs", **values), _is_clear(fact, repeated))


def _is_clear(fact: Fact, repeated: Repeated) -> bool:
    """Whether the column says that it repeats what was published, not an adjusted budget or an estimate."""
    words = across_words()["columns"]["last_year" if repeated.years_before else "this_year"]
    return words[repeated.stage] in fold(fact.column_label)


def _pairs(own: Index, published: Index) -> Iterator[tuple[Fact, Fact]]:
    """Each repeated figure with the one that means the same in the other document."""
    loose = _by_loose_fund(published)
    for line, fact in own.items():
        counterpart = published.get(line) or loose.get(_loosened(line))
        if counterpart:
            yield fact, counterpart


def _by_loose_fund(published: Index) -> Index:
    """Lines of the 三公 table under one name of their money; those that then collide are left out."""
    found: dict[Line, list[Fact]] = {}
    for line, fact in published.items():
        if line.column.canonical == THREE_PUBLIC and line.column.fund in FISCAL:
            found.setdefault(_loosened(line), []).append(fact)
    return {line: some[0] for line, some in found.items() if len(some) == 1}


def _loosened(line: Line) -> Line:
    if line.column.canonical != THREE_PUBLIC or line.column.fund not in FISCAL:
        return line
    return line._replace(column=line.column._replace(fund="", flow="", block=""))
