"""Tables without rules, or with an outer box or horizontal rules only: from where their words stand.

Header and body are told apart first, then columns (:mod:`parsers.unruled_columns`), the headings over them
(:mod:`parsers.unruled_header`) and rows (:mod:`parsers.unruled_rows`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from parsers.grid import Grid, Slot, is_amount, is_index
from parsers.page import Ruling
from parsers.text import fold
from parsers.unruled_columns import ruled_columns, worded_columns
from parsers.unruled_header import Column, Span, heading_cells, paths
from parsers.unruled_rows import rows_of, ruler, whole_figures
from parsers.vocabulary import meaning, words
from parsers.words_on_page import Word, clustered

WHOLE = 0.6  # of the region's width: a rule so long parts rows, a shorter one underlines a heading
OFTEN = 3  # lines of a form that begin at one place: a column of it begins there
ASTRIDE = 0.4  # of a figure's width in two columns each: its column is not known
JOINED = re.compile(r"\d\.\d\d(?![\d.%])")  # a figure of two decimals as part of a text
Lines = Sequence[Sequence[Word]]


@dataclass(frozen=True, slots=True)
class Region:
    """The lines of a page between a caption and what follows the table, as words."""

    page: int
    lines: tuple[tuple[Word, ...], ...]
    rules: tuple[Ruling, ...]  # horizontal ones through it, as drawn
    size: float  # type size

    @property
    def words(self) -> list[Word]:
        return [word for line in self.lines for word in line]

    @property
    def sides(self) -> Span:
        return min(word.box[0] for word in self.words), max(word.box[2] for word in self.words)

    def lengths(self) -> dict[float, float]:
        """For each height with rules how much of the line they cover."""
        out: dict[float, float] = {}
        for rule in sorted(self.rules, key=lambda r: r.top):
            height = next((h for h in out if abs(h - rule.top) <= 2.5), rule.top)
            out[height] = out.get(height, 0.0) + rule.x1 - rule.x0
        return out

    def underlines(self) -> list[Ruling]:
        """Rules that do not run across; pieces that touch are one."""
        across = self.heights()
        out: list[Ruling] = []
        for rule in sorted(self.rules, key=lambda r: (round(r.top), r.x0)):
            if any(abs(rule.top - height) <= 2.5 for height in across):
                continue
            if out and abs(out[-1].top - rule.top) <= 1.0 and rule.x0 - out[-1].x1 <= 1.5:
                out[-1] = out[-1]._replace(x1=max(rule.x1, out[-1].x1))
            else:
                out.append(rule)
        return out

    def heights(self) -> list[float]:
        """Heights of the rules that run across."""
        width = self.sides[1] - self.sides[0]
        return [height for height, length in self.lengths().items() if length >= WHOLE * width]


def read_region(region: Region) -> Grid | None:
    """The region as a table with a header; None where its words give no columns."""
    top, body = _parted(region)
    if not top:
        return None
    heights = region.heights()
    headings = heading_cells([word for line in top for word in line], region.size, heights)
    body_words = [word for line in body for word in line]
    columns = ruled_columns(region.rules, headings, body_words) or worded_columns(headings, body_words, region.size)
    if len(headings) < 2 or len(columns) < 2:
        return None
    leaves = [column.leaf for column in columns]
    groups = [heading for heading in headings if not any(heading is leaf for leaf in leaves)]
    header = paths(columns, groups, region.size, region.underlines())
    return _grid(region, header, _edges(columns), body_words, columns)


def read_onward(region: Region, first: Grid, *, titled: bool) -> Grid | None:
    """The region in the columns of its table's first page, or None where it is no next page of it.

    A next page repeats the header, or, unless it has a title, has none.
    """
    top, body = _parted(region)
    printed = {char for line in top for word in line for char in word.plain}
    known = {char for path in first.header for text in path for char in fold(text)}
    if (titled and not top) or (top and printed != known):
        return None
    return _grid(region, [()] * len(first.header), first.edges, [word for line in body for word in line], ())


def read_form(region: Region, edges: Sequence[float] = ()) -> Grid | None:
    """A form of labels beside values, which has no header: every line is body."""
    starts = edges[:-1] or _starts(region)
    if len(starts) < 2:
        return None
    held: list[list[Word]] = [[] for _ in starts]
    for word in region.words:
        held[max(i for i, start in enumerate([-1e9, *starts[1:]]) if start <= word.box[0] + 2.0)].append(word)
    return _assembled(region, [()] * len(starts), [*starts, region.sides[1]], held)


def _starts(region: Region) -> list[float]:
    """Places at which the words of several lines begin."""
    if pieces := ruled_columns(region.rules, (), ()):
        return [column.span[0] for column in pieces]
    lefts = [word.box[0] for word in region.words]
    return [x for x in clustered(lefts, 1.5) if sum(abs(x - left) <= 1.5 for left in lefts) >= OFTEN]


def doubt(grid: Grid) -> str:
    """What shows that a table was not read reliably: a figure between two columns, or joined with other text.

    An empty string where nothing does.
    """
    for row in grid.body:
        for slot in row:
            text = fold(slot.text)
            if slot.box and "." in text and is_amount(text) and _is_between(slot.box[0], slot.box[2], grid.edges):
                return text
            if JOINED.search(text) and not is_amount(text) and not meaning("percent", text):
                return text
    return ""


def _is_between(x0: float, x1: float, edges: Sequence[float]) -> bool:
    margin = ASTRIDE * (x1 - x0)
    return any(x0 + margin < edge < x1 - margin for edge in edges)


def _parted(region: Region) -> tuple[Lines, Lines]:
    """Lines of the header and lines of the body; rows that only number the columns are in neither."""
    lines = region.lines
    index = next((i for i, line in enumerate(lines) if is_index([word.plain for word in line])), None)
    start = next((i for i, line in enumerate(lines) if is_body_line(line)), len(lines))
    if index is not None and index <= start:
        return lines[:index], lines[index + 1 :]
    lefts = [word.box[0] for line in lines[start:] for word in line if not is_amount(word.plain)]
    while start and _is_row_like(lines[start - 1], lefts):
        start -= 1
    return lines[:start], lines[start:]


def is_body_line(line: Sequence[Word]) -> bool:
    """Whether a line can be the first of the body: it has a figure, or opens as rows do."""
    texts = [word.plain for word in line]
    if any("." in text and is_amount(text) for text in texts):
        return True
    if not meaning("body_first", texts[0]):
        return False
    return not meaning("total", texts[0]) or all(is_amount(t) or meaning("body_first", t) for t in texts)


def _is_row_like(line: Sequence[Word], lefts: Sequence[float]) -> bool:
    """Whether a line begins where the names of the body do, as centred headings do not."""
    heading = words()["list_head"].search(line[0].plain) or words()["text_column"].search(line[0].plain)
    return not heading and all(any(abs(word.box[0] - left) <= 0.7 for left in lefts) for word in line)


def _edges(columns: Sequence[Column]) -> list[float]:
    """Neighbouring columns meet half way between their contents."""
    spans = [column.span for column in columns]
    middles = [(a[1] + b[0]) / 2 for a, b in pairwise(spans)]
    return [spans[0][0], *middles, spans[-1][1]]


def _grid(
    region: Region,
    header: Sequence[tuple[str, ...]],
    edges: Sequence[float],
    body: Sequence[Word],
    columns: Sequence[Column],
) -> Grid:
    spans = list(pairwise(edges))
    held: list[list[Word]] = [[] for _ in spans]
    for word in body:
        held[_place(word, spans, columns, region.size)].append(word)
    return _assembled(region, header, edges, held)


def _place(word: Word, spans: Sequence[Span], columns: Sequence[Column], size: float) -> int:
    """The column that holds most of a word; 合计 in the middle over code and name goes to the first of them."""
    overlaps = [min(word.box[2], x1) - max(word.box[0], x0) for x0, x1 in spans]
    best = max(range(len(spans)), key=lambda i: overlaps[i])
    if meaning("total", word.plain):
        for first in (best - 1, best):
            if 0 <= first < len(columns) - 1:
                middle = (columns[first].span[0] + columns[first + 1].span[1]) / 2
                if abs(middle - word.x) <= 0.35 * size:
                    return first
    return best


def _assembled(
    region: Region, header: Sequence[tuple[str, ...]], edges: Sequence[float], held: Sequence[Sequence[Word]]
) -> Grid:
    held = [whole_figures(words, region.size) for words in held]
    measure = ruler(held, region.heights(), region.size)
    rows = rows_of(held, edges[1:], measure)
    slots = tuple(_slots(row, len(header)) for row in rows)
    tops = tuple(min(cell.box[1] for _, cell in row) for row in rows)
    box = (edges[0], region.words[0].box[1], edges[-1], max(word.box[3] for word in region.words))
    return Grid(region.page, box, tuple(edges), (), tuple(header), slots, tops, ())


def _slots(row: Sequence[tuple[int, Word]], width: int) -> tuple[Slot, ...]:
    slots = [Slot("", None)] * width
    for column, cell in row:
        slots[column] = Slot(cell.text, cell.box)
    return tuple(slots)
