"""The fast reader: pdfium behind the door of :mod:`parsers.page`, one call for each character and path.

pdfium works in the calling process and is not thread-safe: one thread reads at a time. It reads without the
machine's fonts (:mod:`parsers.box_font`).
"""

from __future__ import annotations

import ctypes
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import pairwise, repeat
from os import PathLike, fspath
from typing import Any

import pypdfium2.raw as raw
from pypdfium2 import PdfDocument, PdfiumError

from parsers import box_font
from parsers import pdfium_calls as pdfium
from parsers.page import Glyph, Page, PasswordNeeded, Unreadable, middle
from parsers.pdfium_paths import Drawing, clip_box, read_drawing
from parsers.view import View

PASSWORD = 4  # FPDF_ERR_PASSWORD
UNSEEN = (3, 7)  # text render modes: neither filled nor stroked; clipping only
BOLD = 0.2  # of its width: a character drawn again this close is imitation bold
FLAT = 0.75  # of its width: a character lower than this has the box of its ink
LARGE = 500_000  # bytes of a file: to hand memory back after each of the others would cost more than it saves
UPRIGHT = math.radians(3)
RIGHT_ANGLE = math.pi / 2
BLANK = frozenset(map(chr, range(ord(" ") + 1))) | frozenset("\u00a0\u3000\ufffe\ufeff")


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
    box_font.give()
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
        if os.path.getsize(path) > LARGE:
            pdfium.return_memory()


def _page(page: Any, number: int) -> Page:
    view = View.of(page)
    drawing = read_drawing(pdfium.pointer(pdfium.address(page)), raw.FPDFPage_CountObjects(page), view)
    text = raw.FPDFText_LoadPage(page)
    try:
        glyphs = tuple(_glyphs(text, view, drawing)) if text else ()
    finally:
        if text:
            raw.FPDFText_ClosePage(text)
    return Page(number, view.width, view.height, glyphs, tuple(drawing.rulings), tuple(drawing.images))


def _glyphs(text: Any, view: View, drawing: Drawing) -> list[Glyph]:
    """Visible characters in content order; whether a run of them can be seen is asked once for the run."""
    count = raw.FPDFText_CountChars(text)
    if count <= 0:
        return []
    chars = _chars(text, count)
    wanted = [i for i, char in enumerate(chars) if char not in BLANK]
    x0, top, x1, bottom = view.edges(*_edges(text, wanted))
    texts = [chars[i] for i in wanted]
    glyphs = list(zip(texts, x0, top, x1, bottom, strict=True))
    starts = _starts(x0, x1, bottom)
    unseen = _unseen(text, wanted, glyphs, starts, view, drawing)
    # As many different characters and places as characters: nothing is drawn twice.
    if _overlap(starts, glyphs) and len(set(zip(texts, map(int, x0), map(int, bottom), strict=True))) < len(glyphs):
        unseen |= _drawn_again(glyphs)
    return [glyph for place, glyph in enumerate(glyphs) if place not in unseen] if unseen else glyphs


def _starts(x0: list[float], x1: list[float], bottom: list[float]) -> list[int]:
    """Places where runs begin: characters that do not go on where the one before ends."""
    pairs = zip(range(1, len(x0)), x0[1:], x1, bottom[1:], bottom, strict=False)
    begun = [
        place
        for place, left, end, base, last in pairs
        if not (-1.0 <= left - end <= 1.0 and -0.5 <= base - last <= 0.5)
    ]
    return [0, *begun] if x0 else []


def _overlap(starts: list[int], glyphs: list[Glyph]) -> bool:
    """Whether runs lie over one another: on most pages none does, and no character is drawn twice."""
    parts = pairwise([*starts, len(glyphs)])
    runs = sorted([(int(glyphs[start][4]), glyphs[start][1], glyphs[stop - 1][3]) for start, stop in parts])
    line, reach = 0, 0.0
    for bottom, x0, x1 in runs:
        if bottom != line:
            line, reach = bottom, x1
        elif x0 < reach:
            return True
        elif x1 > reach:
            reach = x1
    return False


def _unseen(
    handle: Any, wanted: list[int], glyphs: list[Glyph], starts: list[int], view: View, drawing: Drawing
) -> set[int]:
    """Places of the characters of runs that nobody can see."""
    unseen: set[int] = set()
    text = pdfium.pointer(pdfium.address(handle))
    first = [wanted[start] for start in starts]
    things: list[int] = [thing or 0 for thing in map(pdfium.text_object, repeat(text), first)]
    runs = zip(pairwise([*starts, len(glyphs)]), things, _inks(text, first, things), strict=True)
    for (start, stop), thing, ink in runs:
        alone = stop == start + 1 and thing != 0
        if ink == "dark" and not alone:
            continue
        glyph = glyphs[start]
        covered = ink == "white" and not drawing.shaded(*middle(glyph))
        if ink == "none" or covered or (alone and _clipped(thing, view, glyph)):
            unseen.update(range(start, stop))
    return unseen


def _clipped(thing: int, view: View, glyph: Glyph) -> bool:
    """Whether a single character lies wholly outside its clip path: nobody can see it.

    Longer text is kept where a cell clips it, because what is cut off on paper is meant to be read.
    """
    _, left, above, right, below = glyph
    clip: int = pdfium.clip_path(thing) or 0
    for path in range(max(pdfium.clip_paths(clip), 0) if clip else 0):
        # A box of some of its points may show that the clip path reaches the character; most do.
        for step in (2, 1):
            x0, top, x1, bottom = clip_box(clip, path, view, step)
            if left < x1 and right > x0 and above < bottom and below > top:
                break
        else:
            return True
    return False


def _drawn_again(glyphs: list[Glyph]) -> set[int]:
    """Places of characters that stand where the same one stands already, drawn again to look bold."""
    again: set[int] = set()
    stand: dict[str, list[tuple[float, float]]] = {}
    for place, (text, x0, _, x1, bottom) in enumerate(glyphs):
        near = BOLD * (x1 - x0)
        others = stand.setdefault(text, [])
        if any(abs(x0 - x) < near and abs(bottom - y) < near for x, y in others):
            again.add(place)
        others.append((x0, bottom))
    return again


def _chars(text: Any, count: int) -> list[str]:
    """The characters by index; in one call where every one is a single UTF-16 unit."""
    room = bytearray(2 * (count + 1))
    if raw.FPDFText_GetText(text, 0, count, ctypes.c_ushort.from_buffer(room)) == count + 1:
        units = room[: 2 * count].decode("utf-16-le", "replace")
        if len(units) == count and "\0" not in units:
            return list(units)
    return [_char(code) for code in map(raw.FPDFText_GetUnicode, repeat(text), range(count))]


def _char(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _edges(text: Any, wanted: list[int]) -> tuple[list[float], list[float], list[float], list[float]]:
    """Left, bottom, right and top of the em boxes of characters, in PDF space.

    pdfium's loose box stands on the baseline with the font's size as height, so that a comma's box lies
    beside its neighbours' and 一 is as tall as 二.
    """
    left, top, right, bottom = pdfium.loose_boxes(pdfium.pointer(pdfium.address(text)), wanted)
    boxes = zip(range(len(wanted)), left, bottom, right, top, strict=True)
    for place in [place for place, x0, y0, x1, y1 in boxes if y1 - y0 < FLAT * (x1 - x0)]:
        bottom[place], top[place] = _em_square(text, wanted[place], right[place] - left[place])
    return left, bottom, right, top


def _em_square(text: Any, index: int, width: float) -> tuple[float, float]:
    """Bottom and top of a character whose font gives only its ink: 一 would lie above its line."""
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, index, x, y)
    return y.value - 0.12 * width, y.value + 0.88 * width


def _is_slanted(text: Any, index: int) -> bool:
    """Whether the line a character stands on is slanted. Italics lean, on a level line, and are kept."""
    matrix = raw.FS_MATRIX()
    if not pdfium.char_matrix(text, index, ctypes.addressof(matrix)):
        return True
    angle = math.atan2(matrix.b, matrix.a)
    return min(angle % RIGHT_ANGLE, -angle % RIGHT_ANGLE) > UPRIGHT


def _inks(text: Any, indices: list[int], things: list[int]) -> list[str]:
    """How characters are drawn, each given with its text object (0 for none).

    "none" when slanted (a watermark), of an unseen render mode or transparent, "white", else "dark".
    """
    angles = map(pdfium.char_angle, repeat(text), indices)
    colours = zip(*pdfium.columns(partial(pdfium.fill_colour, text), indices, 4, "I"), strict=True)
    drawn = zip(indices, angles, map(pdfium.render_mode, things), colours, strict=True)
    return [
        "none" if angle and _is_slanted(text, index) else _ink(mode, colour)
        for index, angle, mode, colour in drawn
    ]


@lru_cache
def _ink(mode: int, colour: tuple[int, int, int, int]) -> str:
    if mode == raw.FPDF_TEXTRENDERMODE_UNKNOWN:  # of no text object: pdfium put the character in
        return "dark"
    red, green, blue, alpha = colour
    if mode in UNSEEN or alpha == 0:
        return "none"
    return "white" if min(red, green, blue) >= 250 else "dark"
