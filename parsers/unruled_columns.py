"""Columns without vertical rules: from the ends of rules drawn cell by cell, else from where words stand.

The body's words cover the columns and leave the gaps between them free. Each stretch that they cover gets
the heading centred over it, in order; a heading over nothing is of a column in which nothing is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median, pstdev

from parsers.page import Ruling
from parsers.unruled_header import LOWER, Column, Span, is_over, members
from parsers.vocabulary import meaning
from parsers.words_on_page import Word, clustered

LEFT_OUT = (1.5, 1.0)  # cost of words without a heading, of a heading without words
ALIGNED = 3.0  # points by which an edge may be off
MEET = 2.5  # points between the ends of two rules that meet


def ruled_columns(rules: Sequence[Ruling], headings: Sequence[Word], body: Sequence[Word]) -> list[Column]:
    """Columns between the places where the pieces of horizontal rules meet.

    None when the rules are whole, or when they part fewer columns than the body's words do.
    """
    edges = _joints(rules)
    words = [word for word in body if not meaning("total", word.plain)]
    if len(edges) < 3 or len(edges) - 1 < len(covered(words)):
        return []
    return [Column(span, _own(span, headings), True) for span in pairwise(edges)]


def _joints(rules: Sequence[Ruling]) -> list[float]:
    """Left and right end of the rules, and where at least half of them have a joint."""
    heights: dict[int, list[Ruling]] = {}
    for rule in rules:
        heights.setdefault(round(rule.top), []).append(rule)
    pieced = [sorted(pieces, key=lambda r: r.x0) for pieces in heights.values() if len(pieces) > 2]
    if len(pieced) < 3 or len(pieced) < 0.5 * len(heights):
        return []
    joints = [b.x0 for pieces in pieced for a, b in pairwise(pieces) if abs(b.x0 - a.x1) <= MEET]
    inner = [x for x in clustered(joints, MEET) if sum(abs(x - j) <= MEET for j in joints) >= 0.5 * len(pieced)]
    return [min(r.x0 for r in rules), *inner, max(r.x1 for r in rules)]


def _own(span: Span, headings: Sequence[Word]) -> Word | None:
    """The lowest heading in the middle of a column."""
    width = span[1] - span[0]
    inside = [h for h in headings if span[0] <= h.x <= span[1] and abs(h.x - sum(span) / 2) <= 0.25 * width + 1.0]
    return max(inside, key=lambda h: h.y, default=None)


def worded_columns(headings: Sequence[Word], body: Sequence[Word], size: float) -> list[Column]:
    """Columns from left to right, from the words of the body and the headings over them."""
    tops = sorted((h for h in headings if not is_over(h, headings, size)), key=lambda h: h.x)
    words = [word for word in body if not meaning("total", word.plain)] or list(body)
    covers = covered(words)
    pairs = _paired(covers, tops, words, size)
    columns = [_column(cover, tops, pairs[i], words) for i, cover in enumerate(covers)]
    spare = [top for j, top in enumerate(tops) if j not in pairs and not any(top is c.leaf for c in columns)]
    for top in sorted(spare, key=lambda h: -h.y):
        if not _is_group(top, columns, headings, size):
            columns.append(Column((top.box[0], top.box[2]), top, False))
            columns.sort(key=lambda c: c.span)
    return _widened(columns)


def covered(words: Sequence[Word]) -> list[Span]:
    """Stretches of the line that words cover, from left to right."""
    spans: list[Span] = []
    for x0, x1 in sorted((word.box[0], word.box[2]) for word in words):
        if spans and x0 < spans[-1][1] - 0.3:
            spans[-1] = (spans[-1][0], max(spans[-1][1], x1))
        else:
            spans.append((x0, x1))
    return spans


def _paired(covers: Sequence[Span], tops: Sequence[Word], words: Sequence[Word], size: float) -> list[int | None]:
    """For each stretch the place of its heading, both kept in order, at the least cost."""
    width = len(tops) + 1
    best = [[0.0] * width for _ in range(len(covers) + 1)]
    costs = [[_cost(cover, top, tops, words, size) for top in tops] for cover in covers]
    for i in range(len(covers) + 1):
        for j in range(width):
            best[i][j] = min(_steps(best, costs, i, j), default=(0.0, 0))[0]
    out: list[int | None] = [None] * len(covers)
    i, j = len(covers), len(tops)
    while i and j:
        step = min(_steps(best, costs, i, j))[1]
        if step == 0:
            out[i - 1] = j - 1
        i, j = i - (step != 2), j - (step != 1)
    return out


def _steps(best: list[list[float]], costs: list[list[float]], i: int, j: int) -> list[tuple[float, int]]:
    """Costs up to here when the two are a pair (0), the stretch has no heading (1), the heading no words (2)."""
    out = []
    if i and j:
        out.append((best[i - 1][j - 1] + costs[i - 1][j - 1], 0))
    if i:
        out.append((best[i - 1][j] + LEFT_OUT[0], 1))
    if j:
        out.append((best[i][j - 1] + LEFT_OUT[1], 2))
    return out


def _cost(cover: Span, top: Word, tops: Sequence[Word], words: Sequence[Word], size: float) -> float:
    """Little where words and heading overlap, more where their column would only reach both."""
    left, right = _reach(cover, top, words)
    others = [t for t in tops if t is not top and t.y > top.y - LOWER * size]
    free = not any(t.box[0] < right - 1.0 and t.box[2] > left + 1.0 for t in others)
    apart = max(cover[0] - top.box[2], top.box[0] - cover[1])
    if apart >= 0:
        return 0.5 + 0.002 * apart if free else 100.0
    doubts = (not free, not _fits(cover, top, (left, right)), _stands_out(top, tops, size))
    return sum(doubt * cost for doubt, cost in zip(doubts, (0.3, 0.4, 0.4), strict=True)) + 0.001 * abs(
        sum(cover) / 2 - top.x
    )


def _fits(cover: Span, top: Word, reach: Span) -> bool:
    """Whether words and heading share an edge or their middle, or fill a cell around the heading's middle."""
    ends = abs(reach[0] - cover[0]) <= ALIGNED or abs(reach[1] - cover[1]) <= ALIGNED
    around = abs(sum(reach) / 2 - top.x) <= 0.5 and ends
    sides = min(abs(cover[0] - top.box[0]), abs(cover[1] - top.box[2]), abs(sum(cover) / 2 - top.x))
    return around or sides <= ALIGNED


def _stands_out(top: Word, tops: Sequence[Word], size: float) -> bool:
    """Whether the headings at both sides stand lower: then it is rather one over them."""
    place = next(i for i, other in enumerate(tops) if other is top)
    beside = [tops[i] for i in (place - 1, place + 1) if 0 <= i < len(tops)]
    return len(beside) == 2 and all(other.y > top.y + LOWER * size for other in beside)


def _reach(cover: Span, top: Word, words: Sequence[Word]) -> Span:
    """The contents of a column around the middle of its heading: from the edge at which its words align."""
    far = cover[1] if _ends_alike([word for word in words if cover[0] <= word.x <= cover[1]]) else cover[0]
    span = (min(far, 2 * top.x - far), max(far, 2 * top.x - far))
    whole = (min(cover[0], top.box[0]), max(cover[1], top.box[2]))
    holds = span[0] <= whole[0] + ALIGNED and span[1] >= whole[1] - ALIGNED
    return span if holds else whole


def _ends_alike(words: Sequence[Word]) -> bool:
    """Whether words are set against their right edge; where both edges are even, figures are."""
    lefts, rights = pstdev(word.box[0] for word in words), pstdev(word.box[2] for word in words)
    return rights < lefts if abs(rights - lefts) > 0.1 else all("." in word.text for word in words)


def _column(cover: Span, tops: Sequence[Word], place: int | None, words: Sequence[Word]) -> Column:
    if place is not None:
        return Column(_reach(cover, tops[place], words), tops[place], True)
    shared = (top for top in tops if top.box[0] < cover[1] and top.box[2] > cover[0])
    return Column(cover, next(shared, None), True)


def _is_group(top: Word, columns: Sequence[Column], headings: Sequence[Word], size: float) -> bool:
    """Whether a heading over no words and no other heading stands between those of its own columns."""
    left = max((c for c in columns if sum(c.span) / 2 < top.x), key=lambda c: c.span[1], default=None)
    right = min((c for c in columns if sum(c.span) / 2 >= top.x), key=lambda c: c.span[0], default=None)
    if not (left and right and left.leaf and right.leaf):
        return False
    if min(left.leaf.y, right.leaf.y) < top.y + LOWER * size:
        return False
    room = top.width + (0.0 if left.filled and right.filled else 2 * size)
    if right.span[0] - left.span[1] < room:
        return True
    highest = min(heading.y for heading in headings)
    return top.y <= highest + LOWER * size and len(members(top, columns, (), size)) > 1


def _widened(columns: Sequence[Column]) -> list[Column]:
    """Columns without words as wide as their neighbours and the middle of their heading allow."""
    gaps = [b.span[0] - a.span[1] for a, b in pairwise(columns) if a.filled and b.filled]
    gap = median([g for g in gaps if g > 0] or [0.0])
    out: list[Column] = []
    for i, column in enumerate(columns):
        if column.leaf and not column.filled:
            before = out[-1].span[1] + gap if out else column.span[0]
            after = columns[i + 1].span[0] - gap if i + 1 < len(columns) and columns[i + 1].filled else None
            half = max(column.leaf.x - before, column.leaf.width / 2)
            if after is not None:
                half = max(min(half, after - column.leaf.x), column.leaf.width / 2)
            column = Column((column.leaf.x - half, column.leaf.x + half), column.leaf, False)
        out.append(column)
    return out
