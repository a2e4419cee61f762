"""What differs between two versions of a document, cell by cell, and whether the source or our reading made it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from datapackages import matching
from datapackages.codes import fold
from datapackages.compared import Compared
from datapackages.matching import figure
from datapackages.model import Document, Fact

UNCERTAIN = "second_reader_differs"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One cell that is not in both versions, or not with the same figure."""

    kind: str  # codes/change_kinds.csv: added, removed, altered
    cause: str  # codes/change_causes.csv: source, parser, correction
    before: Fact | None
    after: Fact | None

    @property
    def fact(self) -> Fact:
        """The figure as it is now, or as it was."""
        found = self.after or self.before
        assert found, "a change has at least one side"
        return found


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two versions held against one another."""

    before: str  # SHA-256
    after: str
    difference: str  # codes/differences.csv: none, bytes, wording, figures
    changes: tuple[Change, ...]
    same: Mapping[str, Fact]  # fact id in ``before`` → the same cell in ``after``, altered or not


def compare(before: Compared, after: Compared) -> Comparison:
    """Hold two versions of a document against one another.

    A figure counts as altered when its number of yuan (or its value) differs; another way of writing the same
    number, a reworded row or heading, and anything in the prose is a difference of the wording.
    """
    paired = list(matching.pairs(before, after))
    changes = sorted(_changes(before, after, paired), key=_place)
    return Comparison(
        before=before.sha256,
        after=after.sha256,
        difference=_difference(before, after, changes, paired),
        changes=tuple(changes),
        same={old.fact_id: new for old, new in paired},
    )


def may_be_versions(one: Document, other: Document) -> bool:
    """Whether nothing that two documents say of themselves contradicts that they are one disclosure."""
    pairs = (
        (one.fiscal_year, other.fiscal_year),
        (one.stage.removeprefix("unknown"), other.stage.removeprefix("unknown")),
        (one.scope.removeprefix("unknown"), other.scope.removeprefix("unknown")),
    )
    return not any(left and right and left != right for left, right in pairs)


def _changes(before: Compared, after: Compared, paired: list[matching.Pair]) -> Iterator[Change]:
    for old, new in paired:
        if figure(old) != figure(new):
            cause = "parser" if _uncertain(old) or _uncertain(new) else "source"
            yield Change(kind="altered", cause=cause, before=old, after=new)
    for fact in _left(before.facts, (old for old, _ in paired)):
        yield Change(kind="removed", cause=_cause(fact, after), before=fact, after=None)
    for fact in _left(after.facts, (new for _, new in paired)):
        yield Change(kind="added", cause=_cause(fact, before), before=None, after=fact)


def _left(facts: Iterable[Fact], paired: Iterable[Fact]) -> list[Fact]:
    taken = {fact.fact_id for fact in paired}
    return [fact for fact in facts if fact.fact_id not in taken]


def _cause(fact: Fact, other: Compared) -> str:
    """Why a figure is missing from the other version: taken out of it, or printed there and not read."""
    if _uncertain(fact) or not other.whole:
        return "parser"
    name, text = fold(fact.name), fold(fact.amount_text)
    printed = any(text in row and any(name in cell for cell in row) for row in other.unread)
    return "parser" if printed else "source"


def _uncertain(fact: Fact) -> bool:
    """Whether the figure was read off a picture, or two readers disagree: then nobody may blame the source."""
    return fact.reading == "ocr" or UNCERTAIN in fact.flags


def _difference(before: Compared, after: Compared, changes: list[Change], paired: list[matching.Pair]) -> str:
    if before.sha256 == after.sha256 and not changes:
        return "none"
    if changes:
        return "figures"
    if not (before.whole and after.whole):
        return "unknown"
    same = before.wording == after.wording and all(old.amount_text == new.amount_text for old, new in paired)
    return "bytes" if same else "wording"


def _place(change: Change) -> tuple[object, ...]:
    fact = change.fact
    return fact.page, fact.top, fact.x0, change.kind, fact.fact_id
