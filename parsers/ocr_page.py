"""One scanned page to glyphs and rulings.

Only imported where the extra ``ocr`` is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import cv2  # type: ignore[import-not-found, unused-ignore]  # the extra may be absent

from parsers.ocr_layout import Layout, PixelBox, read_layout
from parsers.ocr_picture import Gray, Picture, render, turned
from parsers.ocr_recognise import FIGURE, Character, recogniser
from parsers.ocr_turn import Turn
from parsers.page import Glyph, Page, Ruling

cv2.setNumThreads(1)  # the command runs a worker for each core
MARGIN = 0.3  # of a line's height, left around it: the model was trained on lines with air
GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?%?")
SURE = 0.6  # of a figure's character; on clean scans the model is above 0.9
DIRT = 0.5  # of a lone letter; below this the model names a speck of dust
SMALLEST = 7.0  # points: the height of small print; a mark that is flatter is a stroke
SAMPLE = 6  # lines by which it is told whether a page stands upright
UPRIGHT = 0.6  # of the room in lines that is filled with certain characters on an upright page


@dataclass(frozen=True, slots=True)
class Scan:
    """A page as recognised, how it was turned, and the figures of which the model was not sure."""

    page: Page
    turn: Turn
    doubtful: tuple[str, ...]


def read_scan(pdf_page: Any, page: Page) -> Scan:
    """Recognise a loaded ``pypdfium2.PdfPage``; ``page`` is what the fast reader said of it."""
    sheet = _upright(render(pdf_page))
    scale, turns = sheet.picture.scale, sheet.quarters
    width, height = (page.height, page.width) if turns % 2 else (page.width, page.height)
    read = [(box, sheet.read(box)) for box in sheet.layout.lines]
    found = replace(
        page,
        width=width,
        height=height,
        glyphs=tuple(glyph for box, line in read for glyph in _glyphs(box, line, scale)),
        rulings=tuple(_rulings(sheet.layout, scale)),
        reading="ocr",
    )
    doubtful = tuple(_text(line) for _, line in read if is_doubtful(line))
    return Scan(found, Turn(turns, sheet.picture.tilt, width, height), doubtful)


@dataclass(slots=True)
class _Sheet:
    """A page in one of the four ways it may lie, and the lines read so far."""

    quarters: int
    picture: Picture
    layout: Layout
    lines: dict[PixelBox, list[Character]] = field(default_factory=dict)

    def read(self, box: PixelBox) -> list[Character]:
        if box not in self.lines:
            line = recogniser().read(_crop(self.layout.text, box))
            self.lines[box] = [] if _is_dirt(line) else line
        return self.lines[box]

    def confidence(self) -> float:
        """How much of the room of the longest lines is read with certainty: about 1 when upright, else near 0."""
        longest = sorted(self.layout.lines, key=lambda b: -self._room(b))[:SAMPLE]
        sure = sum(char.confidence for box in longest for char in self.read(box))
        return sure / sum(map(self._room, longest)) if longest else 0.0

    def _room(self, box: PixelBox) -> float:
        """For how many square characters a line has room."""
        width, height = box[2] - box[0], box[3] - box[1]
        return max(width, height) / max(min(width, height), SMALLEST * self.picture.scale)


def _upright(picture: Picture) -> _Sheet:
    """The page the right way up: as displayed unless its text reads better after quarter turns."""
    tries: list[tuple[float, _Sheet]] = []
    for quarters in range(4):
        level = turned(picture, quarters)
        sheet = _Sheet(quarters, level, read_layout(level))
        tries.append((sheet.confidence(), sheet))
        if tries[-1][0] >= UPRIGHT:
            return sheet
    return max(tries, key=lambda tried: tried[0])[1]


def _crop(text: Gray, box: PixelBox) -> Gray:
    x0, top, x1, bottom = box
    margin = max(2, round(MARGIN * (bottom - top)))
    return text[max(0, top - margin) : bottom + margin, max(0, x0 - margin) : x1 + margin]


def _glyphs(box: PixelBox, line: list[Character], scale: float) -> Iterator[Glyph]:
    """Characters with boxes in points: each reaches half way to its neighbours, but is no wider than tall."""
    x0, top, x1, bottom = (side / scale for side in box)
    margin = max(2, round(MARGIN * (box[3] - box[1]))) / scale
    start, width = x0 - margin, x1 - x0 + 2 * margin
    middles = [min(max(start + char.place * width, x0), x1) for char in line]
    for i, char in enumerate(line):
        left = (middles[i - 1] + middles[i]) / 2 if i else x0
        right = (middles[i] + middles[i + 1]) / 2 if i + 1 < len(line) else x1
        half = (bottom - top) / 2
        yield char.text, max(left, middles[i] - half), top, min(right, middles[i] + half), bottom


def _rulings(layout: Layout, scale: float) -> Iterator[Ruling]:
    for x0, top, x1, bottom in layout.across:
        middle = (top + bottom) / 2 / scale
        yield Ruling(x0 / scale, middle, x1 / scale, middle)
    for x0, top, x1, bottom in layout.down:
        middle = (x0 + x1) / 2 / scale
        yield Ruling(middle, top / scale, middle, bottom / scale)


def _text(line: list[Character]) -> str:
    return "".join(char.text for char in line)


def _is_dirt(line: list[Character]) -> bool:
    """Whether a mark is a speck or a smear: a letter or two, no digit, that the model would hardly name."""
    return 0 < len(line) <= 2 and FIGURE.isdisjoint(_text(line)) and max(char.confidence for char in line) < DIRT


def is_doubtful(line: list[Character]) -> bool:
    """Whether a figure has a character of which the model was not sure, or commas where no figure has them."""
    text = _text(line)
    if not text or not FIGURE.issuperset(text):
        return False
    return min(char.confidence for char in line) < SURE or ("," in text and not GROUPED.fullmatch(text))
