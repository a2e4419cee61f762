"""What is drawn on a page: rulings, pictures and shaded boxes, from pdfium's page objects."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import pypdfium2.raw as raw

from datapackages.model import Box
from parsers import pdfium_calls as pdfium
from parsers.page import THIN, Ruling, straight
from parsers.view import View

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
DEEPEST = 8  # forms inside forms; hostile files nest them without end
MOST_SEGMENTS = 20_000  # of one path: a table has hundreds, a map has millions
TEXT, PATH, IMAGE, FORM = (
    raw.FPDF_PAGEOBJ_TEXT,
    raw.FPDF_PAGEOBJ_PATH,
    raw.FPDF_PAGEOBJ_IMAGE,
    raw.FPDF_PAGEOBJ_FORM,
)

POINT = pdfium.Answer(ctypes.c_float, "f")
COLOUR = pdfium.Answer(ctypes.c_uint, "I")  # red, green, blue, alpha


@dataclass(slots=True)
class Drawing:
    """Rulings, pictures and shaded boxes of one page as displayed."""

    rulings: list[Ruling] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    shades: list[Box] = field(default_factory=list)

    def shaded(self, x: float, y: float) -> bool:
        """Whether a point lies on a box filled with something other than white, or on a picture."""
        return any(x0 <= x <= x1 and top <= y <= bottom for x0, top, x1, bottom in (*self.shades, *self.images))


def read_drawing(page: Any, count: int, view: View) -> Drawing:
    """Walk the ``count`` objects of a loaded page, given by its pointer, forms included."""
    drawing = Drawing()
    _read(pdfium.page_objects(page, count), view, IDENTITY, drawing, 0)
    return drawing


def _read(things: list[int], view: View, matrix: Matrix, drawing: Drawing, depth: int) -> None:
    kinds = map(pdfium.object_type, things)
    drawn = [(thing, kind) for thing, kind in zip(things, kinds, strict=True) if kind != TEXT]
    paths = [thing for thing, kind in drawn if kind == PATH]
    pointers = list(map(pdfium.pointer, paths))
    filled, stroked = pdfium.columns(pdfium.draw_mode, pointers, 2, "i")
    outlines = zip(filled, stroked, _bounds(pointers, view, matrix), strict=True)
    for thing, kind in drawn:
        if kind == PATH:
            _path(thing, *next(outlines), view, matrix, drawing)
        elif kind == IMAGE:
            drawing.images.extend(_bounds([pdfium.pointer(thing)], view, matrix))
        elif kind == FORM and depth < DEEPEST:
            parts = map(pdfium.form_object, repeat(thing), range(pdfium.form_objects(thing)))
            _read(list(parts), view, _times(_matrix(thing), matrix), drawing, depth + 1)


def _path(thing: int, fill: int, stroke: int, box: Box, view: View, matrix: Matrix, drawing: Drawing) -> None:
    if not fill and not stroke:
        return  # a clip path
    x0, top, x1, bottom = box
    if x1 - x0 <= THIN or bottom - top <= THIN:
        drawing.rulings.extend(straight(x0, top, x1, bottom))
        return
    segments = pdfium.path_segments(thing)
    if segments > MOST_SEGMENTS:
        return
    if stroke:
        _stroked(thing, segments, view, matrix, drawing)
    elif segments > 6:
        for part in _parts(thing, segments, view, matrix):
            x0, x1 = min(x for x, _ in part), max(x for x, _ in part)
            top, bottom = min(y for _, y in part), max(y for _, y in part)
            drawing.rulings.extend(straight(x0, top, x1, bottom))
    if fill and not _is_white(thing):
        drawing.shades.append(box)


def _stroked(thing: int, segments: int, view: View, matrix: Matrix, drawing: Drawing) -> None:
    for part in _parts(thing, segments, view, matrix):
        for (xa, ya), (xb, yb) in zip(part, part[1:], strict=False):
            drawing.rulings.extend(straight(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)))


def _parts(thing: int, segments: int, view: View, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    """The subpaths as points on the displayed page, a closed one ending where it began."""
    to_page = _times(_matrix(thing), matrix)
    part: list[tuple[float, float]] = []
    for i in range(segments):
        segment = pdfium.path_segment(thing, i)
        if pdfium.segment_type(segment) == raw.FPDF_SEGMENT_MOVETO:
            if len(part) > 1:
                yield part
            part = []
        px, py = _apply(to_page, *_point(segment))
        part.append(view.box(px, py, px, py)[:2])
        if pdfium.segment_close(segment) and part[0] != part[-1]:
            part.append(part[0])
    if len(part) > 1:
        yield part


def _point(segment: int) -> tuple[float, float]:
    pdfium.segment_point(pdfium.pointer(segment), POINT.at[0], POINT.at[1])
    return POINT.numbers[0], POINT.numbers[1]


def clip_box(address: int, path: int, view: View, step: int) -> Box:
    """The box of each ``step``-th point of one path of the clip path at an address, on the displayed page."""
    clip = pdfium.pointer(address)
    points = [_point(pdfium.clip_segment(clip, path, i)) for i in range(0, pdfium.clip_segments(clip, path), step)]
    xs, ys = zip(*points or [(0.0, 0.0)], strict=True)
    return view.box(min(xs), min(ys), max(xs), max(ys))


def _is_white(thing: int) -> bool:
    if not pdfium.object_fill(pdfium.pointer(thing), *COLOUR.at):
        return True
    red, green, blue, alpha = COLOUR.numbers
    return bool(alpha == 0 or min(red, green, blue) >= 250)


def _bounds(things: list[Any], view: View, matrix: Matrix) -> list[Box]:
    """The boxes of page objects, given by their pointers, as displayed."""
    left, bottom, right, top = pdfium.columns(pdfium.object_bounds, things, 4, "f")
    if matrix is IDENTITY:
        return list(zip(*view.edges(left, bottom, right, top), strict=True))
    corners = zip(left, bottom, right, top, strict=True)
    return [view.box(*_apply(matrix, x0, y0), *_apply(matrix, x1, y1)) for x0, y0, x1, y1 in corners]


def _matrix(thing: int) -> Matrix:
    m = raw.FS_MATRIX()
    if not pdfium.object_matrix(thing, ctypes.addressof(m)):
        return IDENTITY
    return m.a, m.b, m.c, m.d, m.e, m.f


def _apply(m: Matrix, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _times(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that applies ``first`` and then ``then``."""
    if then is IDENTITY:
        return first
    a, b, c, d, e, f = first
    g, h, i, j, k, l_ = then
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l_
