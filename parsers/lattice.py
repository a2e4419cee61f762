"""Rulings to cells: the elementary cells of a ruled frame, joined wherever no ruling parts them.

Row and column spans come out of the joining, so a merged header cell is known as such. A glyph belongs
to the cell that holds its middle, and to the innermost frame when frames are nested.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from datapackages.model import Box
from parsers.page import Glyph, Page, Ruling, middle
from parsers.text import FIGURE, bounds, cell_text

SNAP = 2.5  # rules closer than this are one rule drawn twice
REACH = 3.0  # a rule that ends this close to another meets it
_new = tuple.__new__  # makes a named tuple in half the time of its own constructor
_Placed = tuple[int, list[Glyph]]  # a printed cell and characters in it that follow one another in the file
_Around = Sequence[Sequence[int | None]]  # the printed cell of each elementary cell, and None around them all
Interval = tuple[float, float]


class GridCell(NamedTuple):
    """A printed cell: it covers rows ``row`` to ``row_end`` and columns to ``column_end``, ends excluded."""

    row: int
    column: int
    row_end: int
    column_end: int
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Frame:
    """One connected set of rulings on a page, as a grid of cells."""

    page: int
    box: Box
    columns: int
    rows: int
    cells: tuple[GridCell, ...]


@dataclass(slots=True)
class _Mesh:
    """Rule positions of one frame and, for each, the stretches that are drawn."""

    xs: list[float]
    ys: list[float]
    vertical: list[list[Interval]]
    horizontal: list[list[Interval]]


def frames(page: Page) -> tuple[list[Frame], list[Glyph]]:
    """The frames of a page from top to bottom, and the glyphs that stand in none of them."""
    meshes = [mesh for group in _connected(_merged(page.rulings)) if (mesh := _mesh(group))]
    meshes.sort(key=lambda m: (m.xs[-1] - m.xs[0]) * (m.ys[-1] - m.ys[0]))
    glyphs, found = list(page.glyphs), []
    for mesh in meshes:
        if len(mesh.xs) == 2:
            continue  # a box around something parts no columns
        owner = _regions(mesh)
        held, glyphs = _hold(mesh, owner, glyphs)
        frame = _frame(page.number, mesh, owner, held)
        if any(cell.text for cell in frame.cells):
            found.append(frame)
    return sorted(found, key=lambda f: (f.box[1], f.box[0])), glyphs


def _merged(rulings: Iterable[Ruling]) -> list[Ruling]:
    """Collinear stretches that touch become one ruling; positions are snapped together."""
    flat = [(top, x0, x1) for x0, top, x1, bottom in rulings if top == bottom]
    upright = [(x0, top, bottom) for x0, top, _, bottom in rulings if top != bottom]
    out = [_new(Ruling, (low, place, high, place)) for place, low, high in _stretches(flat)]
    out.extend([_new(Ruling, (place, low, place, high)) for place, low, high in _stretches(upright)])
    return out


def _stretches(lines: Sequence[tuple[float, float, float]]) -> Iterator[tuple[float, float, float]]:
    """(position, start, end) of parallel lines, snapped and joined."""
    places = _snap([place for place, _, _ in lines])
    for place, intervals in _by_place([(places[place], low, high) for place, low, high in lines]).items():
        for low, high in _joined(intervals):
            yield place, low, high


def _by_place(lines: Iterable[tuple[float, float, float]]) -> dict[float, list[Interval]]:
    at: dict[float, list[Interval]] = defaultdict(list)
    for place, low, high in lines:
        at[place].append((low, high))
    return at


def _snap(values: Sequence[float]) -> dict[float, float]:
    out: dict[float, float] = {}
    group: list[float] = []
    for value in sorted(set(values)):
        if group and value - group[0] > SNAP:
            out.update(dict.fromkeys(group, sum(group) / len(group)))
            group = []
        group.append(value)
    out.update(dict.fromkeys(group, sum(group) / len(group) if group else 0.0))
    return out


def _joined(intervals: list[Interval]) -> list[Interval]:
    if len(intervals) == 1:
        return intervals
    out: list[Interval] = []
    (start, end), *others = sorted(intervals)
    for low, high in others:
        if low > end + REACH:
            out.append((start, end))
            start, end = low, high
        elif high > end:
            end = high
    return [*out, (start, end)]


def _connected(rulings: list[Ruling]) -> list[list[Ruling]]:
    """Groups of rulings that cross or touch."""
    number = list(range(len(rulings)))  # of the group of each
    flat = [(j, x0 - REACH, x1 + REACH, top) for j, (x0, top, x1, bottom) in enumerate(rulings) if top == bottom]
    for i, (x, top, _, bottom) in enumerate(rulings):
        if top == bottom:
            continue
        low, high = top - REACH, bottom + REACH
        met = {number[j] for j, x0, x1, y in flat if low <= y <= high and x0 <= x <= x1}
        if len(met) > 1:
            number = [i if own in met else own for own in number]
        elif met:
            (number[i],) = met
    groups: dict[int, list[Ruling]] = defaultdict(list)
    for own, ruling in zip(number, rulings, strict=True):
        groups[own].append(ruling)
    return list(groups.values())


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _mesh(group: list[Ruling]) -> _Mesh | None:
    """The mesh of a group, or None when it is only underlines or a lone stroke.

    Many forms leave out the outermost vertical rules: where the horizontal ones reach further, the
    side is closed there.
    """
    flat = [r for r in group if r.horizontal]
    upright = [r for r in group if not r.horizontal]
    if len({r.top for r in flat}) < 2 or not upright:
        return None
    flat.extend(_closing(flat, upright))
    across = _by_place([(r.top, r.x0, r.x1) for r in flat])
    ys = sorted(across)
    left, right = min(r.x0 for r in flat), max(r.x1 for r in flat)
    for side in (left, right):
        if all(abs(r.x0 - side) > 2 * REACH for r in upright):
            upright.append(Ruling(side, ys[0], side, ys[-1]))
    down = _by_place([(r.x0, r.top, r.bottom) for r in upright])
    xs = sorted(down)
    return _Mesh(xs, ys, [down[x] for x in xs], [across[y] for y in ys]) if len(xs) > 1 else None


def _closing(flat: list[Ruling], upright: list[Ruling]) -> list[Ruling]:
    """Where a page break tears a row, the upright rules run on past the last horizontal one: it is closed there."""
    left, right = min(r.x0 for r in flat), max(r.x1 for r in flat)
    out = []
    for edge, ends in (
        (min(r.top for r in flat), [r.top for r in upright]),
        (max(r.top for r in flat), [-r.bottom for r in upright]),
    ):
        beyond = [end for end in ends if end < (edge if end >= 0 else -edge) - 2 * REACH]
        if len(beyond) >= 0.6 * len(ends):
            height = abs(min(beyond))
            out.append(Ruling(left, height, right, height))
    return out


def _drawn(intervals: list[Interval], marks: list[float]) -> list[bool]:
    """For each stretch between two marks whether a rule is drawn over at least half of it."""
    whole = [False] * (len(marks) - 1)
    for start, end in intervals:
        first = bisect_left(marks, start)
        last = max(first, bisect_right(marks, end) - 1)
        whole[first:last] = [True] * (last - first)
    stretches = zip(whole, pairwise(marks), strict=True)
    return [known or _is_half_drawn(stretch, intervals) for known, stretch in stretches]


def _is_half_drawn(stretch: Interval, intervals: list[Interval]) -> bool:
    low, high = stretch
    lengths = [min(high, end) - max(low, start) for start, end in intervals if start < high and end > low]
    return sum(lengths) >= 0.5 * (high - low)


def _regions(mesh: _Mesh) -> list[list[int]]:
    """For each elementary cell the number of the printed cell that it belongs to."""
    rows, columns = len(mesh.ys) - 1, len(mesh.xs) - 1
    upright = [_drawn(intervals, mesh.ys) for intervals in mesh.vertical[1:-1]]
    flat = [_drawn(intervals, mesh.xs) for intervals in mesh.horizontal[1:-1]]
    parent = list(range(rows * columns))
    open_sides = [
        (i * columns + j, 1) for j, rule in enumerate(upright, 1) for i, drawn in enumerate(rule) if not drawn
    ]
    open_tops = [
        (i * columns + j, columns) for i, rule in enumerate(flat, 1) for j, drawn in enumerate(rule) if not drawn
    ]
    for here, step in sorted([*open_sides, *open_tops]):
        parent[_root(parent, here)] = _root(parent, here - step)
    region = [above if parent[above] == above else _root(parent, above) for above in parent]
    return [region[start : start + columns] for start in range(0, rows * columns, columns)]


def _hold(mesh: _Mesh, owner: list[list[int]], glyphs: list[Glyph]) -> tuple[dict[int, list[Glyph]], list[Glyph]]:
    """Glyphs by printed cell, and those outside the frame.

    Text that is wider than its cell is clipped on paper but whole in the file: a run of characters set
    without a gap stays together, in the cell that holds most of it.
    """
    placed: list[_Placed] = []
    outside: list[Glyph] = []
    around = _surrounded(owner)
    for run in _runs(glyphs):
        region = _region(mesh, around, run[0])
        if len(run) > 1 and region != _region(mesh, around, run[-1]):
            for part in _parted(run):
                _hold_part(mesh, around, part, placed, outside)
        elif region is None:  # and so are the glyphs between: they share a baseline
            outside.extend(run)
        elif placed and placed[-1][0] == region:
            placed[-1][1].extend(run)
        else:
            placed.append((region, run))
    return _gathered(placed, len(mesh.xs) - 1), outside


def _hold_part(
    mesh: _Mesh, around: _Around, part: list[Glyph], placed: list[_Placed], outside: list[Glyph]
) -> None:
    regions = [_region(mesh, around, glyph) for glyph in part]
    counts = Counter(region for region in regions if region is not None)
    if not counts:
        outside.extend(part)
    elif len(counts) == 1 and None in regions:
        (only,) = counts
        outside.extend(glyph for glyph, region in zip(part, regions, strict=True) if region is None)
        placed.append((only, [glyph for glyph, region in zip(part, regions, strict=True) if region is not None]))
    else:
        placed.append((counts.most_common(1)[0][0], part))


def _gathered(placed: list[_Placed], columns: int) -> dict[int, list[Glyph]]:
    """Glyphs by printed cell. A wrapped text may be taller than its cell and spill into the cell below.

    In the file its tail stands between its cell and the next one of its row; on the page it lies over the
    lower cell's own text.
    """
    if len(whole := dict(placed)) == len(placed):  # no cell's text has two parts
        return whole
    held: dict[int, list[Glyph]] = defaultdict(list)
    parts: dict[int, list[list[Glyph]]] = defaultdict(list)
    for region, glyphs in placed:
        parts[region].append(glyphs)
    for i, (region, glyphs) in enumerate(placed):
        if len(parts[region]) > 1 and 0 < i < len(placed) - 1:
            before, after = placed[i - 1][0], placed[i + 1][0]
            in_between = region == before + columns and before < after < before - before % columns + columns
            if in_between and any(_overlap(glyphs, other) for other in parts[region] if other is not glyphs):
                region = before
        held[region].extend(glyphs)
    return held


def _overlap(one: list[Glyph], other: list[Glyph]) -> bool:
    (x0, top, x1, bottom), (left, above, right, below) = bounds(one), bounds(other)
    return x0 < right and left < x1 and top < below and above < bottom


def _runs(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Characters that follow one another in the file on one baseline without a gap.

    Squeezed characters, each drawn over the box of the one before, follow by pitch and not by box: one that
    begins where the last box ends begins another text.
    """
    starts = []
    end, base, squeezed = float("inf"), 0.0, False
    for place, (_, x0, top, x1, bottom) in enumerate(glyphs):
        gap = 0.08 * (bottom - top)
        level = bottom == base or -0.5 < bottom - base < 0.5
        if squeezed or not (level and -gap <= x0 - end <= gap):
            starts.append(place)
            squeezed = level and x0 < end - gap < x1
        end, base = x1, bottom
    return [glyphs[start:stop] for start, stop in pairwise([*starts, len(glyphs)])]


def _parted(run: list[Glyph]) -> list[list[Glyph]]:
    """A run over several cells, cut where words meet figures: a clipped name may touch the next figure."""
    parts = [[run[0]]]
    for before, glyph in zip(run, run[1:], strict=False):
        if (before[0] in FIGURE) != (glyph[0] in FIGURE):
            parts.append([])
        parts[-1].append(glyph)
    return parts


def _surrounded(owner: list[list[int]]) -> _Around:
    outer = [None] * (len(owner[0]) + 2)
    return [outer, *[[None, *line, None] for line in owner], outer]


def _region(mesh: _Mesh, around: _Around, glyph: Glyph) -> int | None:
    _, x0, top, x1, bottom = glyph
    return around[bisect_right(mesh.ys, (top + bottom) / 2)][bisect_right(mesh.xs, (x0 + x1) / 2)]


def _frame(page: int, mesh: _Mesh, owner: list[list[int]], held: dict[int, list[Glyph]]) -> Frame:
    members: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for i, line in enumerate(owner):
        for j, region in enumerate(line):
            members[region].append((i, j))
    cells = []
    for region, places in members.items():
        glyphs = held.get(region, [])
        blocks = _rectangles(places) if len(places) > 1 else [places]
        if len(blocks) == 1:
            cells.append(_cell(mesh, blocks[0], cell_text(glyphs) if glyphs else ""))
            continue
        for block in blocks:
            cells.append(_cell(mesh, block, cell_text([g for g in glyphs if _within(mesh, block, g)])))
    cells.sort()  # by row and column
    box = (mesh.xs[0], mesh.ys[0], mesh.xs[-1], mesh.ys[-1])
    return Frame(page, box, len(mesh.xs) - 1, len(mesh.ys) - 1, tuple(cells))


def _within(mesh: _Mesh, block: list[tuple[int, int]], glyph: Glyph) -> bool:
    x, y = middle(glyph)
    return (bisect_right(mesh.ys, y) - 1, bisect_right(mesh.xs, x) - 1) in block


def _rectangles(places: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """A region as rectangles: itself where it is one, else its rows, each run of columns apart."""
    rows = {i for i, _ in places}
    columns = {j for _, j in places}
    if len(places) == len(rows) * len(columns) == (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1):
        return [places]
    runs: list[list[tuple[int, int]]] = []
    for i, j in sorted(places):
        if runs and runs[-1][-1] == (i, j - 1):
            runs[-1].append((i, j))
        else:
            runs.append([(i, j)])
    return runs


def _cell(mesh: _Mesh, block: list[tuple[int, int]], text: str) -> GridCell:
    (row, column), (last_row, last_column) = block[0], block[-1]  # a rectangle from its first to its last corner
    row_end, column_end = last_row + 1, last_column + 1
    box = (mesh.xs[column], mesh.ys[row], mesh.xs[column_end], mesh.ys[row_end])
    return _new(GridCell, (row, column, row_end, column_end, text, box))
