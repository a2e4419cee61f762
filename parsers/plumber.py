"""pdfplumber behind the door of :mod:`parsers.page`: the only module that imports it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from datapackages.model import Box
from parsers.page import THIN, Glyph, Page, PasswordNeeded, Ruling, Unreadable, straight

if TYPE_CHECKING:
    from pdfplumber.pdf import PDF

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # thousands of FontBBox warnings for Noto CJK


class PlumberReader:
    """Pages of one PDF as pdfplumber sees them."""

    def __init__(self, pdf: PDF) -> None:
        self._pdf = pdf
        self.page_count = len(pdf.pages)
        self.producer = str(pdf.metadata.get("Producer") or "")

    def pages(self) -> Iterator[Page | tuple[int, str]]:
        for number, page in enumerate(self._pdf.pages, start=1):
            try:
                yield _page(page, number)
            except Exception as error:  # any page of a damaged file may raise anything; the caller reports it
                yield number, f"{type(error).__name__}: {error}"
            finally:
                page.close()


class Seen(NamedTuple):
    """A text and its box."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Reread:
    """One page as pdfplumber alone makes it out: the cells of its tables, its words and characters.

    Nothing of this comes from our own lattice, so an error there does not repeat itself here.
    """

    number: int
    frames: tuple[Box, ...]  # of its tables
    cells: tuple[Seen, ...]
    words: tuple[Seen, ...]
    chars: tuple[Seen, ...]
    is_picture: bool  # pictures and no text


@contextmanager
def open_pdf(path: str | PathLike[str]) -> Iterator[PlumberReader]:
    """Open a PDF. Raises PasswordNeeded, or Unreadable for a file that is no PDF."""
    with _opened(path, None) as pdf:
        yield PlumberReader(pdf)


def read_again(path: str | PathLike[str], numbers: Collection[int]) -> Iterator[Reread | tuple[int, str]]:
    """These pages (from 1) with pdfplumber's own tables; for one that cannot be read its number and why.

    Raises PasswordNeeded, or Unreadable for a file that is no PDF.
    """
    with _opened(path, sorted(numbers)) as pdf:
        for page in pdf.pages:
            try:
                yield _reread(page)
            except Exception as error:  # as above: whatever a damaged page raises is reported by the caller
                yield page.page_number, f"{type(error).__name__}: {error}"
            finally:
                page.close()


@contextmanager
def _opened(path: str | PathLike[str], numbers: list[int] | None) -> Iterator[PDF]:
    import pdfplumber  # here, because most documents are read once and do without its 25 MB
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    try:
        pdf = pdfplumber.open(Path(path), pages=numbers)
        len(pdf.pages)  # the tree of pages is only read when it is asked for
    except Exception as error:
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in (error, *error.args)):
            raise PasswordNeeded(str(path)) from error
        raise Unreadable(f"{type(error).__name__}: {error}") from error
    with pdf:
        yield pdf


def _reread(page: Any) -> Reread:
    left, top = float(page.bbox[0]), float(page.bbox[1])
    kept = {id(char) for char in _each_once(page.chars)}
    for char in page.chars:  # pdfplumber puts a character into a cell by the middle of its box
        _, char["top"], _, char["bottom"] = _em_box(char, 0, 0)
    seen = page.filter(lambda thing: thing["object_type"] != "char" or id(thing) in kept)
    tables = seen.find_tables()
    cells = [
        (text, box)
        for table in tables
        for row, texts in zip(table.rows, table.extract(), strict=True)
        for box, text in zip(row.cells, texts, strict=True)
        if box is not None
    ]
    return Reread(
        number=page.page_number,
        frames=tuple(_moved(table.bbox, left, top) for table in tables),
        cells=tuple(Seen(text or "", _moved(box, left, top)) for text, box in cells),
        words=tuple(Seen(word["text"], _box(word, left, top)) for word in seen.extract_words()),
        chars=tuple(Seen(char["text"], _box(char, left, top)) for char in seen.chars),
        is_picture=bool(page.images) and not kept,
    )


def _page(page: Any, number: int) -> Page:
    left, top = float(page.bbox[0]), float(page.bbox[1])
    return Page(
        number=number,
        width=float(page.width),
        height=float(page.height),
        glyphs=tuple(_glyphs(page.chars, left, top)),
        rulings=tuple(_rulings(page, left, top)),
        images=tuple(_box(image, left, top) for image in page.images),
    )


def _box(thing: dict[str, Any], left: float, top: float) -> Box:
    return thing["x0"] - left, thing["top"] - top, thing["x1"] - left, thing["bottom"] - top


def _moved(box: Box, left: float, top: float) -> Box:
    return box[0] - left, box[1] - top, box[2] - left, box[3] - top


def _glyphs(chars: list[dict[str, Any]], left: float, top: float) -> Iterator[Glyph]:
    for char in _each_once(chars):
        yield char["text"], *_em_box(char, left, top)


def _each_once(chars: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Characters of the text proper: no blanks, no slanted watermark, none drawn a second time."""
    seen: set[tuple[str, int, int]] = set()
    for char in chars:
        text = char["text"]
        if not text.strip() or _slanted(char["matrix"]):
            continue
        # A character drawn again within half a point is imitation bold, not a second character.
        key = (text, round(char["x0"] * 2), round(char["top"] * 2))
        if key in seen or (text, key[1] - 1, key[2]) in seen or (text, key[1] + 1, key[2]) in seen:
            continue
        seen.add(key)
        yield char


def _em_box(char: dict[str, Any], left: float, top: float) -> Box:
    """The box of a character's em square on its baseline.

    Fonts disagree about ascent and descent, so that a comma's box may lie a line below its neighbours';
    baseline and size do not.
    """
    if not char["upright"]:
        return _box(char, left, top)
    base = char["bottom"] - top + char["y0"] - char["matrix"][5]
    size = char["size"]
    return char["x0"] - left, base - 0.88 * size, char["x1"] - left, base + 0.12 * size


def _slanted(matrix: tuple[float, ...]) -> bool:
    a, b, c, d = (abs(value) for value in matrix[:4])
    return min(max(a, d), max(b, c)) > 0.1 * max(a, b, c, d) and min(a, d) > 0 and min(b, c) > 0


def _rulings(page: Any, left: float, top: float) -> Iterator[Ruling]:
    for line in page.lines:
        yield from straight(*_box(line, left, top))
    for rect in page.rects:
        yield from _rect(rect, _box(rect, left, top))
    for curve in page.curves:
        box = _box(curve, left, top)
        if curve.get("fill") and min(box[2] - box[0], box[3] - box[1]) <= THIN:
            yield from straight(*box)  # a border drawn as a mitred polygon
        elif curve.get("stroke") and len(curve["pts"]) > 1:
            points = [(x - left, y - top) for x, y in curve["pts"]]
            for (xa, ya), (xb, yb) in zip(points, points[1:], strict=False):
                yield from straight(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))


def _rect(rect: dict[str, Any], box: Box) -> Iterator[Ruling]:
    x0, top, x1, bottom = box
    if min(x1 - x0, bottom - top) <= THIN:
        if rect.get("fill") or rect.get("stroke"):
            yield from straight(*box)
    elif rect.get("stroke"):
        yield Ruling(x0, top, x1, top)
        yield Ruling(x0, bottom, x1, bottom)
        yield Ruling(x0, top, x0, bottom)
        yield Ruling(x1, top, x1, bottom)
