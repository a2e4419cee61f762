"""Words as placed on a page: the characters of a line that stand together, as boxes with a text."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from datapackages.model import Box
from parsers.page import Glyph
from parsers.text import FIGURE, bounds, cluster, fold, tidy
from parsers.vocabulary import meaning

APART = 0.55  # of the type size: a wider gap parts two cells
TURN = 0.4  # of the type size: enough where a figure meets words
EVENLY = 1.25  # character widths between the characters of 本　年　收　入
OVERLAP = 0.3  # of the type size: text that begins so much before the end of the last is of another cell
COMMON = 3  # lines that begin or end at one place: the edge of a column
WHOLE = re.compile(r"\d\.\d\d$")  # a figure that another may touch


@dataclass(frozen=True, slots=True)
class Word:
    """Text that stands together, in one line or in the wrapped lines of one cell."""

    text: str
    box: Box

    @property
    def x(self) -> float:
        return (self.box[0] + self.box[2]) / 2

    @property
    def y(self) -> float:
        return (self.box[1] + self.box[3]) / 2

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def plain(self) -> str:
        return fold(self.text)


def type_size(glyphs: Sequence[Glyph]) -> float:
    """The usual width of a Chinese character, which is the type size; of other text its height."""
    wide = [x1 - x0 for text, x0, _, x1, _ in glyphs if text > "\u2e80"]
    return median(wide or [bottom - top for _, _, top, _, bottom in glyphs] or [0.0])


def words_of(glyphs: Iterable[Glyph]) -> list[list[Word]]:
    """Lines from top to bottom, each as its words from left to right.

    A figure may touch the words of the next column: where other lines end or begin at that place, the
    two are parted too.
    """
    lines = [_spread(_parts(line)) for line in _lines(_runs(glyphs))]
    starts = Counter([round(_left(part[0])) for line in lines for part in line])
    ends = Counter([round(_right(part[-1])) for line in lines for part in line])
    return [[_word(cell) for part in line for cell in _at_edges(part, starts, ends)] for line in lines]


def _runs(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Characters that follow one another in the file and on the page: the texts of two cells may overlap."""
    runs: list[list[Glyph]] = []
    start = end = base = math.inf  # of the character before, whose box may be wider than its advance
    for glyph in glyphs:
        _, x0, top, x1, bottom = glyph
        near = 0.2 * (bottom - top)
        if start < x0 <= end + near and abs(bottom - base) <= near:
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
        start, end, base = x0, x1, bottom
    return runs


def _lines(runs: Sequence[list[Glyph]]) -> list[list[list[Glyph]]]:
    """Runs grouped by line, each from left to right."""
    boxes = [(str(i), *bounds(run)) for i, run in enumerate(runs)]
    return [[runs[int(number)] for number, *_ in line] for line in cluster(boxes)]


def _parts(line: Sequence[list[Glyph]]) -> list[list[Glyph]]:
    """The runs of a line, joined where neither a gap nor an overlap parts them."""
    size = type_size([glyph for run in line for glyph in run])
    parts = [list(line[0])]
    for run in line[1:]:
        before, glyph = parts[-1][-1], run[0]
        within = TURN if _turns(before, glyph) else APART
        if -OVERLAP * size <= _left(glyph) - _right(before) <= within * size:
            parts[-1].extend(run)
        else:
            parts.append(list(run))
    return parts


def _spread(parts: list[list[Glyph]]) -> list[list[Glyph]]:
    """Lone characters set apart as one text: evenly (本　年　收　入), or words two by two (收　　入　支　　出)."""
    out: list[list[Glyph]] = []
    for lone, group in groupby(parts, key=lambda part: len(part) == 1 and part[0][0] > "\u2e80"):
        run = list(group)
        out.extend(_together(run) if lone and len(run) > 1 else run)
    return out


def _together(run: list[list[Glyph]]) -> list[list[Glyph]]:
    gaps = [_left(b[0]) - _right(a[0]) for a, b in pairwise(run)]
    width = _right(run[0][0]) - _left(run[0][0])
    if len(run) > 2 and max(gaps) - min(gaps) <= 2.0 and max(gaps) <= EVENLY * width:
        return [[glyph for part in run for glyph in part]]
    out = [run[0]]
    for i, part in enumerate(run[1:]):
        closest = all(gaps[i] < 0.8 * gap for gap in gaps[max(i - 1, 0) : i + 2] if gap != gaps[i])
        alone = gaps[max(i - 1, 0) : i + 2].count(gaps[i]) == 1
        if len(out[-1]) == 1 and closest and alone and _is_word(fold(out[-1][0][0] + part[0][0])):
            out[-1] = [*out[-1], *part]
        else:
            out.append(part)
    return out


def _is_word(text: str) -> bool:
    return any(meaning(name, text) for name in ("total", "side_head", "list_head"))


def _turns(before: Glyph, glyph: Glyph) -> bool:
    return (before[0] in FIGURE) != (glyph[0] in FIGURE)


def _left(glyph: Glyph) -> float:
    return glyph[1]


def _right(glyph: Glyph) -> float:
    return glyph[3]


def _at_edges(part: Sequence[Glyph], starts: Counter[int], ends: Counter[int]) -> Iterator[list[Glyph]]:
    """A run cut where a figure meets words at the edge of a column."""
    cell = [part[0]]
    for before, glyph in pairwise(part):
        turning, edges = _turns(before, glyph), 0
        if turning or glyph[0] in FIGURE:  # nowhere else is a run cut
            edges = _common(ends, _right(before)) + _common(starts, _left(glyph))
        if edges:
            figure = cell if before[0] in FIGURE else part
            turns = turning and edges >= (1 if any(g[0] == "." for g in figure) else 2)
            if turns or (glyph[0] in FIGURE and WHOLE.search("".join([g[0] for g in cell]))):
                yield cell
                cell = []
        cell.append(glyph)
    yield cell


def _common(places: Counter[int], x: float) -> bool:
    return places[round(x) - 1] + places[round(x)] + places[round(x) + 1] >= COMMON


def _word(glyphs: Sequence[Glyph]) -> Word:
    return Word(tidy("".join([glyph[0] for glyph in glyphs])), bounds(glyphs))


def joined(words: Sequence[Word]) -> Word:
    """Words as one, read in the order given."""
    boxes = [word.box for word in words]
    box = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    return Word("".join(word.text for word in words), box)


def clustered(values: Iterable[float], reach: float) -> list[float]:
    """Means of values that lie within ``reach`` of the one before, in rising order."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= reach:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]
