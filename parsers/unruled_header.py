"""Headings without rules: wrapped lines joined into cells, and for each column the headings over it.

A heading is centred over its cell. So a heading of one column gives, with the edge at which the column's
figures end or its names begin, the column's other edge; and a heading of several columns is the one whose
middle is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parsers.page import Ruling
from parsers.words_on_page import Word, joined

WRAPPED = 1.6  # type sizes from line to line within a heading, at most
LOWER = 0.6  # type sizes: a heading that stands so much lower is of another row
CENTRED = 0.35  # type sizes by which a middle may be off
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Column:
    """One leaf column: where its contents reach, equally far from both its edges, and its own heading."""

    span: Span
    leaf: Word | None
    filled: bool  # whether the body has words in it, so that its width is known


def heading_cells(words: Sequence[Word], size: float, rules: Sequence[float]) -> list[Word]:
    """Words of the header as cells: lines that follow closely around one middle belong together."""
    cells: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.y):
        home = next((cell for cell in cells if _goes_on(cell[-1], word, size, rules)), None)
        if home is None:
            cells.append([word])
        else:
            home.append(word)
    return [joined(cell) for cell in cells]


def _goes_on(above: Word, word: Word, size: float, rules: Sequence[float]) -> bool:
    """Whether a line goes on the heading above; the upper line of a wrapped heading is the longer one."""
    return (
        0 < word.y - above.y <= WRAPPED * size
        and abs(above.x - word.x) <= 0.5 * size
        and word.width <= above.width + 1.5 * size
        and not any(above.y < rule < word.y for rule in rules)
    )


def is_over(heading: Word, others: Sequence[Word], size: float) -> bool:
    """Whether a lower heading stands under this one, which is then of a group."""
    return any(
        other.y > heading.y + LOWER * size
        and min(other.box[2], heading.box[2]) - max(other.box[0], heading.box[0]) > 0.1 * size
        for other in others
    )


def paths(
    columns: Sequence[Column], groups: Sequence[Word], size: float, lines: Sequence[Ruling]
) -> list[tuple[str, ...]]:
    """Header paths from top to bottom; ``lines`` are rules that underline some headings only."""
    out: list[list[str]] = [[] for _ in columns]
    for group in sorted(groups, key=lambda g: g.y):
        for i in members(group, columns, groups, size, lines):
            out[i].append(group.text)
    for path, column in zip(out, columns, strict=True):
        if column.leaf:
            path.append(column.leaf.text)
    return [tuple(path) for path in out]


def members(
    group: Word, columns: Sequence[Column], groups: Sequence[Word], size: float, lines: Sequence[Ruling] = ()
) -> range:
    """The columns of a group: those its underline covers, else the widest run around its middle.

    A point off the middle weighs as much as a column.
    """
    if under := _underlined(group, columns, size, lines):
        return under
    whole = _whole(group, columns, groups, size)
    if whole and not all(columns[i].filled for i in (whole[0], whole[-1])):
        return whole
    runs = _runs(group, columns, groups, size)
    fitting = [run for run in runs if _off(group, columns, run) <= CENTRED * size]
    if fitting:
        return max(fitting, key=lambda run: len(run) - _off(group, columns, run))
    near = min(runs, key=lambda run: _off(group, columns, run), default=range(0))
    return near if near and _off(group, columns, near) <= 3 * size else _beneath(group, columns)


def _whole(group: Word, columns: Sequence[Column], groups: Sequence[Word], size: float) -> range:
    """All neighbouring columns with headings of a lower row, where no other group stands beside this one."""
    if any(g is not group and abs(g.y - group.y) < LOWER * size for g in groups):
        return range(0)
    return max(_runs(group, columns, groups, size), key=len, default=range(0))


def _underlined(group: Word, columns: Sequence[Column], size: float, lines: Sequence[Ruling]) -> range:
    for line in lines:
        if group.y < line.top < group.y + 1.5 * size and line.x0 < group.x < line.x1:
            inside = [i for i, c in enumerate(columns) if line.x0 <= sum(c.span) / 2 <= line.x1]
            middle = abs((line.x0 + line.x1) / 2 - group.x) <= size
            if inside and middle:
                return range(inside[0], inside[-1] + 1)
    return range(0)


def _runs(group: Word, columns: Sequence[Column], groups: Sequence[Word], size: float) -> list[range]:
    """Neighbouring columns that reach under the whole heading and under no other of its height."""
    beside = [g.x for g in groups if g is not group and abs(g.y - group.y) < LOWER * size]
    lowest = group.y + 0.75 * _row_below(group, columns, groups, size)
    out = []
    for first in range(len(columns)):
        for last in range(first, len(columns)):
            leaf = columns[last].leaf
            if leaf is not None and leaf.y < lowest:
                break
            left, right = columns[first].span[0], columns[last].span[1]
            reaches = left <= group.box[0] + size and right >= group.box[2] - size
            if reaches and not any(left < x < right for x in beside):
                out.append(range(first, last + 1))
    return out


def _row_below(group: Word, columns: Sequence[Column], groups: Sequence[Word], size: float) -> float:
    """How much lower the next row of headings under a group stands."""
    leaves = [column.leaf for column in columns if column.leaf]
    lower = [h for h in (*leaves, *groups) if h.y > group.y + LOWER * size]
    nearest = sorted(lower, key=lambda h: abs(h.x - group.x))[:2]
    return min((h.y for h in nearest), default=group.y) - group.y


def _off(group: Word, columns: Sequence[Column], run: range) -> float:
    return abs((columns[run[0]].span[0] + columns[run[-1]].span[1]) / 2 - group.x)


def _beneath(group: Word, columns: Sequence[Column]) -> range:
    inside = [i for i, c in enumerate(columns) if c.span[0] < group.box[2] and c.span[1] > group.box[0]]
    return range(inside[0], inside[-1] + 1) if inside else range(0)
