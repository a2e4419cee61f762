"""What is drawn on a page: rulings, pictures and shaded boxes, from pdfium's page objects."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as raw

from datapackages.model import Box
from parsers.page import THIN, Ruling, straight
from parsers.view import View

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
DEEPEST = 8  # forms inside forms; hostile files nest them without end
MOST_SEGMENTS = 20_000  # of one path: a table has hundreds, a map has millions


@dataclass(slots=True)
class Drawing:
    """Rulings, pictures and shaded boxes of one page as displayed."""

    rulings: list[Ruling] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    shades: list[Box] = field(default_factory=list)
    colour: tuple[ctypes.c_uint, ...] = field(default_factory=lambda: tuple(ctypes.c_uint() for _ in range(4)))

    def shaded(self, x: float, y: float) -> bool:
        """Whether a point lies on a box filled with something other than white, or on a picture."""
        return any(x0 <= x <= x1 and top <= y <= bottom for x0, top, x1, bottom in (*self.shades, *self.images))


def read_drawing(page: Any, view: View) -> Drawing:
    """Walk the objects of a loaded pdfium page, forms included."""
    drawing = Drawing()
    objects = (raw.FPDFPage_GetObject(page, i) for i in range(raw.FPDFPage_CountObjects(page)))
    for thing in objects:
        _read(thing, view, IDENTITY, drawing, 0)
    return drawing


def _read(thing: Any, view: View, matrix: Matrix, drawing: Drawing, depth: int) -> None:
    kind = raw.FPDFPageObj_GetType(thing)
    if kind == raw.FPDF_PAGEOBJ_PATH:
        _path(thing, view, matrix, drawing)
    elif kind == raw.FPDF_PAGEOBJ_IMAGE:
        drawing.images.append(_bounds(thing, view, matrix))
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth < DEEPEST:
        inner = _times(_matrix(thing), matrix)
        for i in range(raw.FPDFFormObj_CountObjects(thing)):
            _read(raw.FPDFFormObj_GetObject(thing, i), view, inner, drawing, depth + 1)


def _path(thing: Any, view: View, matrix: Matrix, drawing: Drawing) -> None:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(thing, fill, stroke)
    if not fill.value and not stroke.value:
        return  # a clip path
    box = _bounds(thing, view, matrix)
    if min(box[2] - box[0], box[3] - box[1]) <= THIN:
        drawing.rulings.extend(straight(*box))
        return
    segments = raw.FPDFPath_CountSegments(thing)
    if segments > MOST_SEGMENTS:
        return
    if stroke.value:
        _stroked(thing, segments, view, matrix, drawing)
    elif segments > 6:
        for part in _parts(thing, segments, view, matrix):
            x0, x1 = min(x for x, _ in part), max(x for x, _ in part)
            top, bottom = min(y for _, y in part), max(y for _, y in part)
            drawing.rulings.extend(straight(x0, top, x1, bottom))
    if fill.value and not _is_white(thing):
        drawing.shades.append(box)


def _stroked(thing: Any, segments: int, view: View, matrix: Matrix, drawing: Drawing) -> None:
    for part in _parts(thing, segments, view, matrix):
        for (xa, ya), (xb, yb) in zip(part, part[1:], strict=False):
            drawing.rulings.extend(straight(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)))


def _parts(thing: Any, segments: int, view: View, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    """The subpaths as points on the displayed page, a closed one ending where it began."""
    to_page = _times(_matrix(thing), matrix)
    part: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for i in range(segments):
        segment = raw.FPDFPath_GetPathSegment(thing, i)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO:
            if len(part) > 1:
                yield part
            part = []
        px, py = _apply(to_page, x.value, y.value)
        shown = view.box(px, py, px, py)
        part.append((shown[0], shown[1]))
        if raw.FPDFPathSegment_GetClose(segment) and part[0] != part[-1]:
            part.append(part[0])
    if len(part) > 1:
        yield part


def clip_box(clip: Any, path: int, view: View) -> Box:
    """The box of one path of a clip path on the displayed page."""
    x, y = ctypes.c_float(), ctypes.c_float()
    points = []
    for i in range(raw.FPDFClipPath_CountPathSegments(clip, path)):
        raw.FPDFPathSegment_GetPoint(raw.FPDFClipPath_GetPathSegment(clip, path, i), x, y)
        points.append((x.value, y.value))
    xs, ys = [px for px, _ in points] or [0.0], [py for _, py in points] or [0.0]
    return view.box(min(xs), min(ys), max(xs), max(ys))


def _is_white(thing: Any) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(thing, red, green, blue, alpha):
        return True
    return alpha.value == 0 or min(red.value, green.value, blue.value) >= 250


def _bounds(thing: Any, view: View, matrix: Matrix) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(thing, left, bottom, right, top)
    if matrix is IDENTITY:
        return view.box(left.value, bottom.value, right.value, top.value)
    xa, ya = _apply(matrix, left.value, bottom.value)
    xb, yb = _apply(matrix, right.value, top.value)
    return view.box(xa, ya, xb, yb)


def _matrix(thing: Any) -> Matrix:
    m = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(thing, m):
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
