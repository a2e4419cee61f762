"""The fast reader: pdfium behind the door of :mod:`parsers.page`, one call for each character and path.

pdfium works in the calling process and is not thread-safe: one thread reads at a time.
"""

from __future__ import annotations

import ctypes
import math
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from os import PathLike, fspath
from typing import Any

import pypdfium2.raw as raw
from pypdfium2 import PdfDocument, PdfiumError

from datapackages.model import Box
from parsers.page import Glyph, Page, PasswordNeeded, Unreadable
from parsers.pdfium_paths import Drawing, clip_box, read_drawing
from parsers.view import View

PASSWORD = 4  # FPDF_ERR_PASSWORD
UNSEEN = (3, 7)  # text render modes: neither filled nor stroked; clipping only
BOLD = 0.2  # of its width: a character drawn again this close is imitation bold
FLAT = 0.75  # of its width: a character lower than this has the box of its ink
UPRIGHT = math.radians(3)


class PdfiumReader:
    """Pages of one PDF as pdfium sees them."""

    def __init__(self, pdf: PdfDocument) -> None:
        self._pdf = pdf
        self.page_count = len(pdf)
        self.producer = str(pdf.get_metadata_value("Producer"))

    def pages(self) -> Iterator[Page | tuple[int, str]]:
        for index in range(self.page_count):
            page = raw.FPDF_LoadPage(self._pdf.raw, index)
            if not page:
                yield index + 1, "pdfium cannot load the page"
                continue
            try:
                yield _page(page, index + 1)
            finally:
                raw.FPDF_ClosePage(page)


@contextmanager
def open_pdf(path: str | PathLike[str]) -> Iterator[PdfiumReader]:
    """Open a PDF. Raises PasswordNeeded, or Unreadable for a file that is no PDF."""
    try:
        pdf = PdfDocument(fspath(path))
    except PdfiumError as error:
        if raw.FPDF_GetLastError() == PASSWORD or "password" in str(error).lower():
            raise PasswordNeeded(fspath(path)) from error
        raise Unreadable(str(error)) from error
    try:
        yield PdfiumReader(pdf)
    finally:
        pdf.close()


def _page(page: Any, number: int) -> Page:
    view = View.of(page)
    drawing = read_drawing(page, view)
    text = raw.FPDFText_LoadPage(page)
    try:
        glyphs = tuple(_glyphs(text, view, drawing)) if text else ()
    finally:
        if text:
            raw.FPDFText_ClosePage(text)
    return Page(number, view.width, view.height, glyphs, tuple(drawing.rulings), tuple(drawing.images))


def _glyphs(text: Any, view: View, drawing: Drawing) -> Iterator[Glyph]:
    """Visible characters in content order; whether a run of them can be seen is asked once for the run."""
    count = raw.FPDFText_CountChars(text)
    if count <= 0:
        return
    chars = _chars(text, count)
    wanted = [i for i, char in enumerate(chars) if char > " " and char not in "\u00a0\u3000\ufffe\ufeff"]
    seen = True
    end, base = float("inf"), 0.0
    boxes = _boxes(text, wanted, view)
    again = _drawn_again([chars[i] for i in wanted], boxes)
    for place, (i, box) in enumerate(zip(wanted, boxes, strict=True)):
        x0, _, x1, bottom = box
        if not (-1.0 <= x0 - end <= 1.0 and -0.5 <= bottom - base <= 0.5):
            seen = _visible(text, i, box, drawing) and not (_alone(boxes, place) and _clipped(text, i, view, box))
        end, base = x1, bottom
        if seen and place not in again:
            yield Glyph(chars[i], *box)


def _alone(boxes: list[Box], place: int) -> bool:
    """Whether the next character does not go on where this one ends."""
    return place + 1 == len(boxes) or abs(boxes[place + 1][0] - boxes[place][2]) > 1.0


def _clipped(text: Any, index: int, view: View, box: Box) -> bool:
    """Whether a single character lies wholly outside its clip path: nobody can see it.

    Longer text is kept where a cell clips it, because what is cut off on paper is meant to be read.
    """
    thing = raw.FPDFText_GetTextObject(text, index)
    clip = raw.FPDFPageObj_GetClipPath(thing) if thing else None
    for path in range(max(raw.FPDFClipPath_CountPaths(clip), 0) if clip else 0):
        x0, top, x1, bottom = clip_box(clip, path, view)
        if box[0] >= x1 or box[2] <= x0 or box[1] >= bottom or box[3] <= top:
            return True
    return False


def _drawn_again(chars: list[str], boxes: list[Box]) -> set[int]:
    """Places of characters that stand where the same one stands already, drawn again to look bold.

    Most pages have none: as many different characters and places as characters settles it.
    """
    if len({(char, round(box[0]), round(box[3])) for char, box in zip(chars, boxes, strict=True)}) == len(chars):
        return set()
    again: set[int] = set()
    stand: dict[str, list[Box]] = {}
    for place, (char, box) in enumerate(zip(chars, boxes, strict=True)):
        near = BOLD * (box[2] - box[0])
        if any(abs(box[0] - o[0]) < near and abs(box[3] - o[3]) < near for o in stand.get(char, ())):
            again.add(place)
        stand.setdefault(char, []).append(box)
    return again


def _chars(text: Any, count: int) -> list[str]:
    """The characters by index; in one call where every one is a single UTF-16 unit."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if raw.FPDFText_GetText(text, 0, count, buffer) == count + 1 and 0 not in buffer[:count]:
        units = bytes(buffer)[: 2 * count].decode("utf-16-le", "replace")
        if len(units) == count:
            return list(units)
    return [_char(code) for code in map(raw.FPDFText_GetUnicode, repeat(text), range(count))]


def _char(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _boxes(text: Any, wanted: list[int], view: View) -> list[Box]:
    """Em boxes of the characters as displayed.

    pdfium's loose box stands on the baseline with the font's size as height, so that a comma's box lies
    beside its neighbours' and 一 is as tall as 二.
    """
    store = (ctypes.c_float * (4 * len(wanted)))()
    start = ctypes.addressof(store)
    pointers = (raw.FS_RECTF * len(wanted)).from_address(start)
    deque(map(raw.FPDFText_GetLooseCharBox, repeat(text), wanted, pointers), maxlen=0)
    flat = list(store)
    left, top, right, bottom = flat[0::4], flat[1::4], flat[2::4], flat[3::4]
    for place, i in enumerate(wanted):
        if top[place] - bottom[place] < FLAT * (right[place] - left[place]):
            bottom[place], top[place] = _em_square(text, i, right[place] - left[place])
    return view.boxes(left, bottom, right, top)


def _em_square(text: Any, index: int, width: float) -> tuple[float, float]:
    """Bottom and top of a character whose font gives only its ink: 一 would lie above its line."""
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, index, x, y)
    return y.value - 0.12 * width, y.value + 0.88 * width


def _visible(text: Any, index: int, box: Box, drawing: Drawing) -> bool:
    """Not slanted (a watermark), not of an unseen render mode, not transparent, not white on white."""
    angle = raw.FPDFText_GetCharAngle(text, index)
    if min(angle % (math.pi / 2), -angle % (math.pi / 2)) > UPRIGHT:
        return False
    thing = raw.FPDFText_GetTextObject(text, index)
    if thing and raw.FPDFTextObj_GetTextRenderMode(thing) in UNSEEN:
        return False
    colour = drawing.colour
    if not raw.FPDFText_GetFillColor(text, index, *colour):
        return True
    red, green, blue, alpha = (part.value for part in colour)
    if alpha == 0:
        return False
    white = min(red, green, blue) >= 250
    return not white or drawing.shaded((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
