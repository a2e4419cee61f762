"""Tables without rules, or with an outer box or horizontal rules only: columns from where words stand.

Figures of a column end at one right edge and names start at one left edge, so the body's words cover
the columns and leave the gaps between them free. A heading is centred over its cell: one known edge and
the centre of its heading give the other, and a heading of several columns is the one centred over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parsers.grid import Grid, Slot, is_amount, is_index
from parsers.vocabulary import meaning
from parsers.words_on_page import WRAPPED, Word, stacked

NEAR = 4.0  # points by which a centre may be off
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Region:
    """The lines of a page between a caption and what follows the table, as words."""

    page: int
    lines: tuple[tuple[Word, ...], ...]
    rules: tuple[float, ...]  # heights of horizontal rules through it
    size: float  # type size


def is_body_line(line: Sequence[Word]) -> bool:
    """Whether a line can be the first of the body: it has a figure, or opens as rows do."""
    texts = [word.plain for word in line]
    if any("." in text and is_amount(text) for text in texts):
        return True
    return bool(meaning("body_first", texts[0]))


def read_region(region: Region, edges: Sequence[float] | None = None) -> Grid | None:
    """The region as a grid; with ``edges`` as a page that goes on in these columns without a header.

    None where the words give no columns.
    """
    lines = [line for line in region.lines if not is_index([word.plain for word in line])]
    start = next((i for i, line in enumerate(lines) if is_body_line(line)), None)
    if start is None:
        return None
    body = [word for line in lines[start:] for word in line]
    if edges is not None and start == 0:
        columns = list(zip(edges, edges[1:], strict=False))
        return _grid(region, [()] * len(columns), columns, body)
    headings = _headings([word for line in lines[:start] for word in line], region.size)
    columns, leaves = _columns(headings, body, region.size)
    if len(columns) < 2:
        return None
    groups = [heading for heading in headings if heading not in leaves]
    return _grid(region, _paths(columns, leaves, groups), columns, body)


def _headings(words: Sequence[Word], size: float) -> list[Word]:
    """Header words as cells: wrapped lines share their centre."""
    columns: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.y):
        home = next((c for c in columns if abs(c[0].x - word.x) <= NEAR and _follows(c[-1], word, size)), None)
        if home is None:
            columns.append([word])
        else:
            home.append(word)
    return [cell for column in columns for cell in stacked(column, WRAPPED * size)]


def _follows(above: Word, word: Word, size: float) -> bool:
    return 0 < word.y - above.y <= WRAPPED * size


def _columns(headings: Sequence[Word], body: Sequence[Word], size: float) -> tuple[list[Span], list[Word | None]]:
    """Leaf columns from left to right with the heading of each."""
    covered = _covered([word for word in body if not meaning("total", word.plain)])
    leaves: list[Word | None] = []
    for span in covered:
        leaves.append(_lowest([h for h in headings if h.box[0] < span[1] and h.box[2] > span[0]]))
    columns = [
        (min(span[0], leaf.box[0]), max(span[1], leaf.box[2])) if leaf else span
        for span, leaf in zip(covered, leaves, strict=True)
    ]
    floor = max((leaf.y for leaf in leaves if leaf), default=0.0)
    for heading in headings:
        if heading not in leaves and _is_empty_column(heading, headings, columns, floor, size):
            columns.append((heading.box[0], heading.box[2]))
            leaves.append(heading)
    order = sorted(range(len(columns)), key=lambda i: columns[i])
    return _joined([columns[i] for i in order]), [leaves[i] for i in order]


def _covered(words: Sequence[Word]) -> list[Span]:
    """Stretches of the line that body words cover, from left to right."""
    spans: list[Span] = []
    for x0, x1 in sorted((word.box[0], word.box[2]) for word in words):
        if spans and x0 < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], x1))
        else:
            spans.append((x0, x1))
    return spans


def _lowest(headings: Sequence[Word]) -> Word | None:
    return max(headings, key=lambda heading: heading.box[3], default=None)


def _is_empty_column(
    heading: Word, headings: Sequence[Word], columns: Sequence[Span], floor: float, size: float
) -> bool:
    """A heading over no words of the body: of an empty column, unless it is the heading of a group."""
    if any(heading.box[0] < x1 and heading.box[2] > x0 for x0, x1 in columns):
        return False
    below = [h for h in headings if h.y > heading.y + 0.5 * size]
    if any(h.box[0] < heading.box[2] and h.box[2] > heading.box[0] for h in below):
        return False
    return heading.y > floor - 1.2 * size or not _between(heading, below)


def _between(heading: Word, below: Sequence[Word]) -> bool:
    """Whether lower headings stand close on both sides, as those of a group do under its middle."""
    width = max(heading.box[2] - heading.box[0], 40.0)
    left = any(0 < heading.x - h.x < 1.5 * width for h in below)
    right = any(0 < h.x - heading.x < 1.5 * width for h in below)
    return left and right


def _joined(spans: list[Span]) -> list[Span]:
    """Neighbouring columns meet half way between their words."""
    out = list(spans)
    for i in range(len(out) - 1):
        middle = (out[i][1] + out[i + 1][0]) / 2
        out[i] = (out[i][0], middle)
        out[i + 1] = (middle, out[i + 1][1])
    return out


def _paths(columns: Sequence[Span], leaves: Sequence[Word | None], groups: Sequence[Word]) -> list[tuple[str, ...]]:
    """Header paths: each group heading belongs to the columns over whose middle it stands."""
    paths: list[list[str]] = [[] for _ in columns]
    for group in sorted(groups, key=lambda g: g.y):
        for i in _members(group, columns, leaves, groups):
            paths[i].append(group.text)
    for i, leaf in enumerate(leaves):
        if leaf:
            paths[i].append(leaf.text)
    return [tuple(path) for path in paths]


def _members(
    group: Word, columns: Sequence[Span], leaves: Sequence[Word | None], groups: Sequence[Word]
) -> range:
    """The run of columns whose middle is the group's and that no other heading of its height claims."""
    best: tuple[float, range] = (float("inf"), range(0))
    for first in range(len(columns)):
        for last in range(first, len(columns)):
            if not all(_under(leaves[i], group) for i in range(first, last + 1)):
                break
            inside = columns[first][0] <= group.box[0] + NEAR and columns[last][1] >= group.box[2] - NEAR
            span = (columns[first][0], columns[last][1])
            beside = [g for g in groups if g is not group and abs(g.y - group.y) < NEAR]
            claimed = any(span[0] < other.x < span[1] for other in beside)
            if inside and not claimed and (off := _off(group, columns[first], columns[last])) < best[0] - 0.5:
                best = (off, range(first, last + 1))
    return best[1]


def _under(leaf: Word | None, group: Word) -> bool:
    return leaf is None or leaf.y > group.y + 1.0


def _off(group: Word, first: Span, last: Span) -> float:
    return abs((first[0] + last[1]) / 2 - group.x)


def _grid(
    region: Region, header: Sequence[tuple[str, ...]], columns: Sequence[Span], body: Sequence[Word]
) -> Grid:
    held: list[list[Word]] = [[] for _ in columns]
    for word in body:
        held[_column(word, columns)].append(word)
    cells = [(i, cell) for i, words in enumerate(held) for cell in _cells(words, region)]
    rows = _rows(cells, region)
    slots = tuple(_slots(row, len(columns)) for row in rows)
    tops = tuple(min(cell.box[1] for _, cell in row) for row in rows)
    words = [word for line in region.lines for word in line]
    box = (columns[0][0], words[0].box[1], columns[-1][1], max(word.box[3] for word in words))
    edges = (*(left for left, _ in columns), columns[-1][1])
    return Grid(region.page, box, edges, (), tuple(header), slots, tops, ())


def _column(word: Word, columns: Sequence[Span]) -> int:
    """The column that holds most of a word; 合计 over code and name goes to the first of them."""
    overlaps = [min(word.box[2], x1) - max(word.box[0], x0) for x0, x1 in columns]
    best = max(range(len(columns)), key=lambda i: overlaps[i])
    if meaning("total", word.plain) and best and overlaps[best - 1] > 0:
        return best - 1
    return best


def _cells(words: Sequence[Word], region: Region) -> list[Word]:
    if len(region.rules) > 2:
        bands: dict[int, list[Word]] = {}
        for word in sorted(words, key=lambda w: (w.y, w.box[0])):
            bands.setdefault(sum(rule < word.y for rule in region.rules), []).append(word)
        return [cell for band in bands.values() for cell in stacked(band, 1000.0)]
    return stacked(words, WRAPPED * region.size)


def _rows(cells: Sequence[tuple[int, Word]], region: Region) -> list[list[tuple[int, Word]]]:
    """Cells whose middles stand at one height; between horizontal rules whatever stands there."""
    rows: list[list[tuple[int, Word]]] = []
    for column, cell in sorted(cells, key=lambda entry: entry[1].y):
        if rows and _same_row(rows[-1], column, cell, region):
            rows[-1].append((column, cell))
        else:
            rows.append([(column, cell)])
    return rows


def _same_row(row: Sequence[tuple[int, Word]], column: int, cell: Word, region: Region) -> bool:
    if len(region.rules) > 2:
        return sum(rule < cell.y for rule in region.rules) == sum(rule < row[-1][1].y for rule in region.rules)
    middle = sum(other.y for _, other in row) / len(row)
    return abs(cell.y - middle) <= 0.5 * region.size and column not in {taken for taken, _ in row}


def _slots(row: Sequence[tuple[int, Word]], width: int) -> tuple[Slot, ...]:
    slots = [Slot("", None)] * width
    for column, cell in row:
        slots[column] = Slot(cell.text, cell.box)
    return tuple(slots)
