"""What two versions of the parser read otherwise in the same document, figure by figure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from datapackages.codes import fold
from datapackages.matching import figure
from datapackages.model import Document, Fact, ParsedDocument

# Where a figure stands and how it was read; all other fields of a fact are what it says and means.
PLACE = {"fact_id", "sha256", "table_id", "page", "row", "column", "x0", "top", "x1", "bottom", "reading", "flags"}
FIGURE = {"amount", "value", "amount_text"}
MEANING = [field.name for field in fields(Fact) if field.name not in PLACE | FIGURE]
SAID = [field.name for field in fields(Document) if field.name not in ("sha256", "parser_version")]
PARTS = ("tables", "sections", "statements", "performance", "indicators", "covers", "projects", "purchases",
         "checks", "issues")  # fmt: skip
FAILING = ("fail", "question")  # outcomes of checks


@dataclass(frozen=True, kw_only=True)
class Reread:
    """One document as two versions of the parser read it. Pairs are the figure before and now."""

    sha256: str
    title: str
    facts: tuple[int, int]
    same: int  # figures with the same number and meaning, under the same id
    altered: tuple[tuple[Fact, Fact], ...]  # another number
    meant: tuple[tuple[Fact, Fact], ...]  # the same number with another meaning
    redrawn: tuple[tuple[Fact, Fact], ...]  # the same in a cell that is drawn otherwise, so under another id
    removed: tuple[Fact, ...]
    added: tuple[Fact, ...]
    said: dict[str, tuple[Any, Any]]  # fields of the document itself that differ
    parts: tuple[str, ...]  # of the document beside its figures that differ in any way
    failing: tuple[int, int]  # checks that fail or ask
    issues: tuple[int, int]

    @property
    def differs(self) -> bool:
        """Whether anything that is published differs."""
        return bool(self.parts or self.said or self.same != self.facts[0] or self.same != self.facts[1])


def reread(before: ParsedDocument, now: ParsedDocument) -> Reread:
    """Hold two readings of one document against one another.

    A figure is known by its id, which is its cell; one whose cell was drawn otherwise by its page, row and column.
    """
    old, new = ({fact.fact_id: fact for fact in side.facts} for side in (before, now))
    only = [[fact for key, fact in one.items() if key not in other] for one, other in ((old, new), (new, old))]
    redrawn = list(_redrawn(*only))
    paired = [(old[key], new[key]) for key in old if key in new]
    gone, come = ({pair[side].fact_id for pair in redrawn} for side in (0, 1))
    altered = tuple(pair for pair in (*paired, *redrawn) if figure(pair[0]) != figure(pair[1]))
    meant = tuple(pair for pair in (*paired, *redrawn) if pair not in altered and other_meaning(*pair))
    return Reread(
        sha256=now.document.sha256,
        title=now.document.title or now.document.unit_name,
        facts=(len(old), len(new)),
        same=sum(1 for pair in paired if figure(pair[0]) == figure(pair[1]) and not other_meaning(*pair)),
        altered=altered,
        meant=meant,
        redrawn=tuple(redrawn),
        removed=tuple(fact for fact in only[0] if fact.fact_id not in gone),
        added=tuple(fact for fact in only[1] if fact.fact_id not in come),
        said=_said(before.document, now.document),
        parts=tuple(name for name in PARTS if getattr(before, name) != getattr(now, name)),
        failing=(_failing(before), _failing(now)),
        issues=(len(before.issues), len(now.issues)),
    )


def fields_meant(found: Iterable[Reread]) -> Counter[str]:
    """Field of a fact → how many figures have another value in it."""
    return Counter(name for one in found for pair in one.meant for name in other_meaning(*pair))


def other_meaning(before: Fact, now: Fact) -> list[str]:
    """The fields beyond place and number in which two facts differ."""
    return [name for name in MEANING if getattr(before, name) != getattr(now, name)]


def _redrawn(gone: Iterable[Fact], come: Iterable[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Figures of one page with the same row, column and text, in their order."""
    waiting: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in come:
        waiting[_printed(fact)].append(fact)
    for fact in gone:
        if others := waiting[_printed(fact)]:
            yield fact, others.pop(0)


def _printed(fact: Fact) -> tuple[object, ...]:
    return fact.page, fold(fact.name), fold(fact.column_label), fact.amount_text


def _said(before: Document, now: Document) -> dict[str, tuple[Any, Any]]:
    pairs = {name: (getattr(before, name), getattr(now, name)) for name in SAID}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _failing(parsed: ParsedDocument) -> int:
    return sum(1 for check in parsed.checks if check.outcome in FAILING)
