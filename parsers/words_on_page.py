"""Words as placed on a page: glyphs of a line that stand together, and stacks of wrapped lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from datapackages.model import Box
from parsers.page import Glyph
from parsers.text import bounds, cluster, fold, tidy

APART = 0.55  # of the type size: a wider gap parts two cells
TURN = 0.25  # of the type size: enough where a figure meets words
WRAPPED = 1.5  # of the type size: lines of one cell are no further apart
FIGURE = frozenset("0123456789.,-")


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
    def plain(self) -> str:
        return fold(self.text)


def type_size(glyphs: Sequence[Glyph]) -> float:
    """The usual height of the characters."""
    return median(glyph.bottom - glyph.top for glyph in glyphs) if glyphs else 0.0


def words_of(glyphs: Iterable[Glyph]) -> list[list[Word]]:
    """Lines from top to bottom, each as its words from left to right."""
    return [_split(row) for row in cluster(glyphs)]


def _split(row: Sequence[Glyph]) -> list[Word]:
    size = type_size(row)
    parts: list[list[Glyph]] = [[row[0]]]
    for before, glyph in zip(row, row[1:], strict=False):
        gap = glyph.x0 - before.x1
        turns = (before.text in FIGURE) != (glyph.text in FIGURE)
        if gap > APART * size or (turns and gap > TURN * size):
            parts.append([])
        parts[-1].append(glyph)
    return [Word(tidy("".join(g.text for g in part)), bounds(part)) for part in parts]


def stacked(words: Sequence[Word], reach: float) -> list[Word]:
    """Words of one column as cells: lines that follow within ``reach`` points belong together."""
    cells: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.y):
        if cells and word.y - cells[-1][-1].y <= reach:
            cells[-1].append(word)
        else:
            cells.append([word])
    return [joined(cell) for cell in cells]


def joined(words: Sequence[Word]) -> Word:
    """Words as one, read in the order given."""
    boxes = [word.box for word in words]
    box = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    return Word("".join(word.text for word in words), box)
