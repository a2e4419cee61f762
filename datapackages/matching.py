"""Which list and which figure of one document is which of another: by meaning and place, not by page.

Lists and figures are paired in steps, each looser than the one before and only among what is left, so that a row
that moved, a heading that was reworded or a list that slid to the next page does not look like another figure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from datapackages.codes import fold
from datapackages.compared import Compared, Listed
from datapackages.model import Fact

MOST_PAIRINGS = 2500  # of lists of one kind that are held against one another; beyond, their order decides
T = TypeVar("T")
Key = Callable[[Fact], Hashable]
Pair = tuple[Fact, Fact]
Content = Counter[Hashable]


def figure(fact: Fact) -> Decimal | None:
    """The number of a fact: yuan, or the value of another measure."""
    return fact.amount if fact.amount is not None else fact.value


def pairs(before: Compared, after: Compared) -> Iterator[Pair]:
    """Yield the figures that are the same cell in both documents, whatever number stands in it."""
    ours, theirs = _by_list(before.facts), _by_list(after.facts)
    for old, new in _lists(before, after, ours, theirs):
        yield from _figures(ours[old], theirs[new])


def _by_list(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.table_id].append(fact)
    return found


# ---- lists ----


def _lists(
    before: Compared, after: Compared, ours: Mapping[str, list[Fact]], theirs: Mapping[str, list[Fact]]
) -> Iterator[tuple[str, str]]:
    """Yield the ids of the lists that are the same list."""
    old = [listed for listed in before.lists if listed.table_id in ours]
    new = [listed for listed in after.lists if listed.table_id in theirs]
    contents = {table: Counter(map(_cell, facts)) for table, facts in (*ours.items(), *theirs.items())}
    for key, least in (
        (lambda one: (one.canonical, one.block, one.unit_name, one.title), 0.0),
        (lambda one: (one.canonical, one.block, one.unit_name), 0.0),
        (lambda one: (one.canonical, one.block), 0.5),
        (lambda one: "", 0.5),
    ):
        found = list(_alike(old, new, key, least, contents))
        yield from found
        old = [listed for listed in old if listed.table_id not in {one for one, _ in found}]
        new = [listed for listed in new if listed.table_id not in {one for _, one in found}]


def _cell(fact: Fact) -> Hashable:
    return fold(fact.name), fold(fact.column_label), fact.amount_text


def _alike(
    old: Sequence[Listed],
    new: Sequence[Listed],
    key: Callable[[Listed], Hashable],
    least: float,
    contents: Mapping[str, Content],
) -> Iterator[tuple[str, str]]:
    """Pair the lists of the same key; ``least`` is the share of equal cells that this asks for."""
    ours, theirs = _grouped(old, key), _grouped(new, key)
    for name, group in ours.items():
        others = theirs.get(name, [])
        if len(group) * len(others) > MOST_PAIRINGS:
            yield from ((one.table_id, other.table_id) for one, other in zip(group, others, strict=False))
            continue
        yield from _best(group, others, least, contents)


def _best(
    group: Sequence[Listed], others: Sequence[Listed], least: float, contents: Mapping[str, Content]
) -> Iterator[tuple[str, str]]:
    """Pair those with most cells in common first; of equals those whose places in the order are nearest."""
    ranked = sorted(
        (-_share(contents[one.table_id], contents[other.table_id]), abs(at - place), at, place)
        for at, one in enumerate(group)
        for place, other in enumerate(others)
    )
    taken: set[int] = set()
    used: set[int] = set()
    for share, _, at, place in ranked:
        if at not in taken and place not in used and -share >= least:
            taken.add(at)
            used.add(place)
            yield group[at].table_id, others[place].table_id


def _share(one: Content, other: Content) -> float:
    """Cells in common, as a share of the larger list."""
    return (one & other).total() / max(one.total(), other.total(), 1)


def _grouped(items: Iterable[T], key: Callable[[T], Hashable]) -> dict[Hashable, list[T]]:
    found: dict[Hashable, list[T]] = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    return found


# ---- figures of one list ----


def _row(fact: Fact) -> tuple[str, ...]:
    """What names a row besides its own name: the unit and project it belongs to."""
    return fact.row_unit_code, fold(fact.row_unit_name), fold(fact.project_name), fact.code_text


def _column(fact: Fact) -> tuple[object, ...]:
    return fold(fact.column_label), fact.measure, fact.fiscal_year


def _meaning_of_column(fact: Fact) -> tuple[object, ...]:
    return fact.measure, fact.fiscal_year, fact.phase, fact.direction, fact.flow, fact.fund, fact.expenditure_type


def _here(fact: Fact) -> Hashable:
    return fold(fact.row_path), _row(fact), _column(fact)


def _under_another_parent(fact: Fact) -> Hashable:
    return fold(fact.name), _row(fact), _column(fact)


def _under_another_heading(fact: Fact) -> Hashable:
    return fold(fact.row_path), _row(fact), _meaning_of_column(fact)


def _by_code(fact: Fact) -> Hashable:
    return (fact.code_text, _column(fact)) if fact.code_text else None


def _at_the_same_place(fact: Fact) -> Hashable:
    return fact.row, fact.column


def _figures(old: list[Fact], new: list[Fact]) -> Iterator[Pair]:
    """Pair the figures of one list, equal ones first wherever several have the same key."""
    left, right = old, new
    for key, differing in (
        (_here, True),
        (_under_another_heading, False),
        (_under_another_parent, False),
        (_by_code, False),
        (_at_the_same_place, False),  # the row was renamed
        (_under_another_heading, True),
        (_under_another_parent, True),
        (_by_code, True),
    ):
        found = [*_same(left, right, key)]
        left, right = _without(left, right, found)
        yield from found
        if differing:
            found = [*_in_order(left, right, key, alone=key is not _here, of=(old, new))]
            left, right = _without(left, right, found)
            yield from found


def _same(left: Iterable[Fact], right: Iterable[Fact], key: Key) -> Iterator[Pair]:
    """Pairs of one key and one number, in printed order."""
    waiting = _grouped(right, lambda fact: (key(fact), figure(fact)))
    for fact in left:
        at = key(fact)
        others = waiting.get((at, figure(fact)))
        if at is not None and others:
            yield fact, others.pop(0)


def _in_order(
    left: Iterable[Fact], right: Iterable[Fact], key: Key, alone: bool, of: tuple[list[Fact], list[Fact]]
) -> Iterator[Pair]:
    """Pairs of one key with different numbers; ``alone`` asks that the key names one figure in each whole list."""
    ours, theirs = _grouped(left, key), _grouped(right, key)
    counts = [Counter(map(key, facts)) for facts in of]
    for at, facts in ours.items():
        others = theirs.get(at, [])
        if at is None or (alone and (counts[0][at], counts[1][at]) != (1, 1)):
            continue
        yield from zip(facts, others, strict=False)


def _without(left: list[Fact], right: list[Fact], found: Sequence[Pair]) -> tuple[list[Fact], list[Fact]]:
    ours = {one.fact_id for one, _ in found}
    theirs = {other.fact_id for _, other in found}
    return [fact for fact in left if fact.fact_id not in ours], [
        fact for fact in right if fact.fact_id not in theirs
    ]
