"""Rows without rules: figures and codes give a row's height, and wrapped names stand around it.

The lines of one cell may be as far apart as two rows are, so that distance alone parts no names: the lines
of a column are cut into cells at the least cost, a cell around the height of figures costing nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from parsers.grid import is_amount
from parsers.words_on_page import Word, clustered, joined

WRAPPED = 1.75  # type sizes from line to line within a cell, at most
NEAR = 0.3  # type sizes: heights of one row
TALLEST = 8  # lines of a cell
CLOSER = 0.92  # of the distance of rows: lines of one cell that has no figures beside it
EVEN = 0.12  # type sizes by which the distances of lines in a cell differ
UNFIT, ALONE, PILE, RAGGED, CROWDED, TWICE, UNUSUAL = 1000.0, 1.0, 1.1, 1.1, 0.9, 2.0, 0.5
ALIGNMENTS = (0.5, 0.0, 1.0)  # where figures stand beside a wrapped name: in its middle, at its top, at its foot


BROKEN = re.compile(r"-?[\d,]+\.\d?|-?\d{1,3}(?:,\d{3})+")
TWO_DECIMALS = re.compile(r"-?[\d,]+\.\d\d")


@dataclass(frozen=True, slots=True)
class Ruler:
    """What tells the rows of a body: heights of figures, of rules across it, and the distances they allow."""

    anchors: tuple[float, ...]
    rules: tuple[float, ...]
    size: float
    pitch: float  # from row to row, at least; 0 where unknown
    alignment: float = ALIGNMENTS[0]

    @property
    def dense(self) -> bool:
        """Whether the rules part nearly all rows, as those of a form of three rules do not."""
        bands = [self.band(anchor) for anchor in self.anchors]
        crowded = sum(bands.count(band) > 1 for band in set(bands))
        return len(self.rules) > 3 and crowded <= 0.1 * len(self.rules)

    def band(self, y: float) -> int:
        return bisect_right(self.rules, y)

    def is_row(self, band: int) -> bool:
        """Whether what stands between two rules is one row."""
        alone = sum(self.band(anchor) == band for anchor in self.anchors) <= 1
        return self.dense and alone and 0 < band < len(self.rules)

    def anchor(self, y: float) -> int | None:
        """The anchor at a height, or None."""
        near = [i for i, anchor in enumerate(self.anchors) if abs(anchor - y) <= NEAR * self.size]
        return near[0] if near else None


def whole_figures(words: Sequence[Word], size: float) -> list[Word]:
    """The words of a column with figures joined that a narrow cell has broken: two decimals only together."""
    out: list[Word] = []
    for word in sorted(words, key=lambda w: w.y):
        torn = out and 0 < word.y - out[-1].y <= WRAPPED * size and word.plain.isdigit()
        if torn and BROKEN.fullmatch(out[-1].plain) and TWO_DECIMALS.fullmatch(out[-1].plain + word.plain):
            out[-1] = joined([out[-1], word])
        else:
            out.append(word)
    return out


def ruler(held: Sequence[Sequence[Word]], rules: Sequence[float], size: float) -> Ruler:
    """Measure a body, given as the words of each column."""
    figures = [word.y for words in held for word in words if is_amount(word.plain)]
    anchors = clustered(figures, NEAR * size)
    gaps = sorted(b - a for a, b in zip(anchors, anchors[1:], strict=False))
    return Ruler(tuple(anchors), tuple(rules), size, gaps[len(gaps) // 5] if gaps else 0.0)


def rows_of(held: Sequence[Sequence[Word]], ends: Sequence[float], measure: Ruler) -> list[list[tuple[int, Word]]]:
    """Rows from top to bottom as cells with the place of their column; ``ends`` are the columns' right edges."""
    tries = [replace(measure, alignment=alignment) for alignment in ALIGNMENTS]
    lines = [_free(words, measure) for words in held]
    pairs = list(zip(lines, ends, strict=True))
    measure = min(tries, key=lambda one: sum(_best(own, end, one)[-1][0] for own, end in pairs))
    cells = [
        (column, cell, height)
        for column, words in enumerate(held)
        for cell, height in _cells(words, lines[column], ends[column], measure)
    ]
    rows: list[list[tuple[int, Word]]] = []
    last, taken = (-1, 0.0), set[int]()
    for column, cell, height in sorted(cells, key=lambda entry: (entry[2], entry[0])):
        same = rows and _same(last, height, measure) and column not in taken
        if not same:
            rows.append([])
            taken = set()
        rows[-1].append((column, cell))
        taken.add(column)
        last = (measure.band(height), height)
    return rows


def _same(last: tuple[int, float], height: float, measure: Ruler) -> bool:
    """Whether a height is that of the row before: equal, or between the same two rules."""
    band = measure.band(height)
    return band == last[0] and (height - last[1] <= 0.5 * measure.size or measure.is_row(band))


def _cells(words: Sequence[Word], lines: Sequence[Word], end: float, measure: Ruler) -> list[tuple[Word, float]]:
    """The words of one column as cells, each with the height of its row."""
    banded = [word for word in words if measure.is_row(measure.band(word.y))]
    return [*_banded(banded, measure), *_cut(lines, _best(lines, end, measure), measure)]


def _free(words: Sequence[Word], measure: Ruler) -> list[Word]:
    """The lines of a column that no rules make a row."""
    return _lines([word for word in words if not measure.is_row(measure.band(word.y))], measure)


def _best(lines: Sequence[Word], end: float, measure: Ruler) -> list[tuple[float, int, int | None]]:
    """For each number of lines from the top: the least cost, where the last cell starts, and its anchor."""
    full = max([end - measure.size, *(line.box[2] for line in lines)]) - 2.0 * measure.size
    gaps = sorted(below.y - above.y for above, below in pairwise(lines))
    usual = gaps[3 * len(gaps) // 4] if gaps else 0.0
    best: list[tuple[float, int, int | None]] = [(0.0, 0, None)]
    for last in range(1, len(lines) + 1):
        options = []
        for start in range(max(0, last - TALLEST), last):
            cost, anchor = _cost(lines[start:last], full, usual, measure)
            twice = TWICE if anchor is not None and anchor == best[start][2] else 0.0
            options.append((best[start][0] + cost + twice, start, anchor))
        best.append(min(options, key=lambda option: option[0]))
    return best


def _banded(words: Sequence[Word], measure: Ruler) -> list[tuple[Word, float]]:
    """What a column has between two rules is one cell."""
    bands: dict[int, list[Word]] = {}
    for word in words:
        bands.setdefault(measure.band(word.y), []).append(word)
    return [
        (joined(_lines(held, measure)), (measure.rules[band - 1] + measure.rules[band]) / 2)
        for band, held in bands.items()
    ]


def _lines(words: Sequence[Word], measure: Ruler) -> list[Word]:
    """Words at one height of one column are one line."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.y, w.box[0])):
        if lines and word.y - lines[-1][-1].y <= 0.2 * measure.size:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [joined(sorted(line, key=lambda w: w.box[0])) for line in lines]


def _cut(
    lines: Sequence[Word], best: Sequence[tuple[float, int, int | None]], measure: Ruler
) -> list[tuple[Word, float]]:
    out = []
    end = len(lines)
    while end:
        _, start, anchor = best[end]
        cell = joined(lines[start:end])
        out.append((cell, cell.y if anchor is None else measure.anchors[anchor]))
        end = start
    return out[::-1]


def _cost(lines: Sequence[Word], full: float, usual: float, measure: Ruler) -> tuple[float, int | None]:
    """What taking these lines as one cell costs, and the figures' height beside which they stand."""
    first, last = lines[0], lines[-1]
    anchor = measure.anchor(first.y + measure.alignment * (last.y - first.y))
    if len(lines) == 1:
        return (0.0 if anchor is not None else ALONE), anchor
    gaps = [below.y - above.y for above, below in pairwise(lines)]
    uneven = max(gaps) - min(gaps) > EVEN * measure.size
    figures = any(is_amount(above.plain) and is_amount(below.plain) for above, below in pairwise(lines))
    if figures or uneven or max(gaps) > WRAPPED * measure.size or measure.band(first.y) != measure.band(last.y):
        return UNFIT, None
    ragged = RAGGED * sum(line.box[2] < full for line in lines[:-1])
    margin = NEAR * measure.size
    beside = sum(first.y - margin < height < last.y + margin for height in measure.anchors)
    if anchor is not None and beside == 1:
        crowded = CROWDED * sum(gap > CLOSER * usual for gap in gaps)
        return ragged + crowded + (UNUSUAL if measure.alignment != ALIGNMENTS[0] else 0.0), anchor
    if beside or ragged or max(gaps) > CLOSER * min(measure.pitch or usual, usual):
        return UNFIT, None
    return PILE + 0.1 * max(gaps) / measure.size, None
