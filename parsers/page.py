"""The door between a PDF library and everything else: what a reader must say about one page.

All lengths are PDF points of the page as displayed (rotation applied), origin at the top left.
A reader drops slanted text (watermarks), text that nobody can see and characters drawn twice to look
bold; it folds nothing else, so that a figure's printed text stays what the page says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from datapackages.model import Box

# One visible character and its box: text, x0, top, x1, bottom. A document has hundreds of thousands, and a plain
# tuple is made in a quarter and taken apart in a third of the time of a named one.
Glyph = tuple[str, float, float, float, float]


def middle(glyph: Glyph) -> tuple[float, float]:
    """The point in the middle of a character's box."""
    _, x0, top, x1, bottom = glyph
    return (x0 + x1) / 2, (top + bottom) / 2


class Ruling(NamedTuple):
    """A drawn straight line: horizontal when ``top == bottom``, else vertical (``x0 == x1``)."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def horizontal(self) -> bool:
        return self.top == self.bottom


_new = tuple.__new__  # makes a named tuple in half the time of its own constructor
THIN = 2.5  # points: a filled box no thicker than this is drawn as a line (browsers and Excel do so)


def straight(x0: float, top: float, x1: float, bottom: float) -> tuple[Ruling, ...]:
    """A line, or a box thin enough to be one, along its middle; a slanted line is no ruling."""
    width, height = x1 - x0, bottom - top
    if height <= THIN and width > height:
        middle = (top + bottom) / 2
        return (_new(Ruling, (x0, middle, x1, middle)),)
    if width <= THIN and height > width:
        middle = (x0 + x1) / 2
        return (_new(Ruling, (middle, top, middle, bottom)),)
    return ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page: visible glyphs in content order, rulings, and the boxes of pictures."""

    number: int  # counts from 1
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rulings: tuple[Ruling, ...]
    images: tuple[Box, ...]
    reading: str = "fast"  # fast, second, ocr: how its characters were read

    @property
    def is_scan(self) -> bool:
        """No text, and pictures cover at least half of the page."""
        covered = sum((x1 - x0) * (bottom - top) for x0, top, x1, bottom in self.images)
        return not self.glyphs and covered >= 0.5 * self.width * self.height


class PasswordNeeded(Exception):
    """The file cannot be opened without a password."""


class Unreadable(Exception):
    """The file is no PDF, or damaged beyond opening; the text says what the reader found."""


class Reader(Protocol):
    """An open PDF. ``pages`` yields a page or, for one that cannot be read, its number and the reason."""

    page_count: int
    producer: str

    def pages(self) -> Iterator[Page | tuple[int, str]]: ...
