"""Characters to text: folding, and lines made by our own clustering.

Content order is not reading order, and a flat character such as 一 sits far from the middle of its
line's box in some readers, so lines are found from overlapping vertical extents.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from datapackages.model import Box
from parsers.page import Glyph

RADICALS = "\u2e80-\u2fdf\uf900-\ufaff"  # some fonts map them in place of the character itself
FIGURE = frozenset("0123456789.,-")  # the characters of a printed figure
SPACES = r"\s\u200b\ufeff\u00ad\u3000"
RADICAL = re.compile(f"[{RADICALS}]")
WHITE = re.compile(f"[{SPACES}]+")
FROM_LEFT = itemgetter(1)  # x0 of a glyph
ODD = re.compile(f"[{SPACES}{RADICALS}]")
REPEATED = 2048  # texts remembered with what was found of them: forms print few words and figures over and over


@lru_cache(REPEATED)
def fold(text: str) -> str:
    """Compatibility forms, full-width digits and Kangxi radicals to plain ones; white space removed."""
    if text.isascii() and " " not in text:  # a figure: most of what is asked
        return text if text.isprintable() else WHITE.sub("", text)
    if text.isalnum() and unicodedata.is_normalized("NFKC", text):  # a name
        return text
    return WHITE.sub("", unicodedata.normalize("NFKC", text))


def fold_keep(text: str, count: int) -> str:
    """The text after its first ``count`` folded characters."""
    taken, i = 0, 0
    while i < len(text) and taken < count:
        taken += len(fold(text[i]))
        i += 1
    return text[i:]


def tidy(text: str) -> str:
    """Printed text without white space; radicals folded, but full-width punctuation kept as printed."""
    if text.isascii() and text.isprintable() and " " not in text:  # a figure: most of what is asked
        return text
    if not ODD.search(text):
        return text
    return WHITE.sub("", RADICAL.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text with its box, white space removed."""

    text: str
    box: Box

    @property
    def top(self) -> float:
        return self.box[1]

    @property
    def bottom(self) -> float:
        return self.box[3]


def lines(glyphs: Iterable[Glyph]) -> list[Line]:
    """Cluster glyphs into lines, top to bottom, each read from left to right."""
    return [_line(row) for row in cluster(glyphs)]


def cluster(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Glyphs grouped by line: a glyph belongs to the line whose middle lies within its own height."""
    glyphs = list(glyphs)
    if _one_line(glyphs):
        return [glyphs]
    level: dict[float, list[Glyph]] = defaultdict(list)  # by middles, which most characters of a line share
    for glyph in glyphs:
        level[(glyph[2] + glyph[4]) / 2].append(glyph)
    rows: list[list[Glyph]] = []
    row: list[Glyph] = []
    middle = float("-inf")
    for y, same in sorted(level.items()):
        same.sort(key=FROM_LEFT)
        taken = 0
        for glyph in same:
            if y - middle > _reach(glyph):
                break
            taken += 1
            middle += (y - middle) / (len(row) + taken)
        row.extend(same[:taken])
        if taken < len(same):
            row, middle = same[taken:], y
            rows.append(row)
    for row in rows:
        row.sort(key=FROM_LEFT)
    return rows


def _reach(glyph: Glyph) -> float:
    """How far below the middle of a line a character's own may lie."""
    height = glyph[4] - glyph[2]
    return 0.5 * height if height > 4.0 else 2.0


def _one_line(glyphs: Sequence[Glyph]) -> bool:
    """Whether glyphs stand in one line in reading order already, as in most cells."""
    if not glyphs:
        return False
    _, last, top, _, bottom = glyphs[0]
    for _, x0, other, _, _ in glyphs:
        if x0 < last or (other != top and abs(other - top) > 0.2 * (bottom - top)):
            return False
        last = x0
    return True


def _line(row: Sequence[Glyph]) -> Line:
    return Line(tidy("".join([g[0] for g in row])), bounds(row))


def bounds(glyphs: Sequence[Glyph]) -> Box:
    _, x0, top, x1, bottom = zip(*glyphs, strict=True)
    return min(x0), min(top), max(x1), max(bottom)


def cell_text(glyphs: Sequence[Glyph]) -> str:
    """The text of one cell: its lines in order, joined, because a wrapped name or number is one value."""
    if _one_line(glyphs):
        return tidy("".join([glyph[0] for glyph in glyphs]))
    return tidy("".join([glyph[0] for row in cluster(glyphs) for glyph in row]))
