"""The picture of a scanned page: upright, its ruled lines, and the boxes of its lines of text.

Only imported where the extra ``ocr`` is installed. Lengths are pixels of the picture; ``Picture.scale``
pixels make one point.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2  # type: ignore[import-not-found, unused-ignore]  # the extra may be absent
import numpy as np  # type: ignore[import-not-found, unused-ignore]
from numpy.typing import NDArray  # type: ignore[import-not-found, unused-ignore]

Gray = NDArray[np.uint8]
PixelBox = tuple[int, int, int, int]  # x0, top, x1, bottom; ends excluded

DPI = (150, 220)  # a scan is read at its own resolution within these bounds
LONGEST = 4400  # pixels: an A3 page at 220 dpi has 3,640
TILTS = 3.0  # degrees to either side in which a feeder draws a sheet in askew
STROKE = {"across": 18.0, "down": 8.5}  # points: what is drawn shorter may be part of a character
SEAL = 60.0  # points: an official seal measures 40 mm or more, the largest letters half of it
THICK = 4.0  # points: the thickest rule
LONG = 60.0  # points: no character has a stroke as long
JOIN = 1.2  # of the height of the text: the widest gap inside one line of text


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as grey values, turned so that its lines are level."""

    gray: Gray
    scale: float  # pixels for one point
    tilt: float  # degrees by which it was turned

    @property
    def shape(self) -> tuple[int, int]:
        return self.gray.shape[0], self.gray.shape[1]


def render(page: Any) -> Picture:
    """The picture of a loaded ``pypdfium2.PdfPage`` at the resolution of the scan on it, seals taken out."""
    scale = _scale(page)
    bitmap = page.render(scale=scale, draw_annots=False)
    colour = np.asarray(bitmap.to_numpy()[:, :, :3], dtype=np.uint8)
    gray = _without_seals(colour, scale)
    bitmap.close()
    return Picture(gray, scale, 0.0)


def _without_seals(colour: Gray, scale: float) -> Gray:
    """Grey values of a blue-green-red picture; a red stamp larger than any letter becomes paper.

    A department's round seal lies over its name and date; red letterheads and red figures stay.
    """
    gray = np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    blue, green, red = cv2.split(colour)
    reddish = (cv2.subtract(red, cv2.max(blue, green)) > 40).astype(np.uint8)
    if not reddish.any():
        return gray
    near = cv2.dilate(reddish, np.ones((3, 3), np.uint8), iterations=max(1, round(scale)))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    seals = [i for i, (_, _, w, h, _) in enumerate(stats) if i and min(w, h) >= SEAL * scale and w < 2 * h < 4 * w]
    gray[(reddish > 0) & np.isin(labels, seals)] = int(np.median(gray))
    return gray


def turned(picture: Picture, quarters: int) -> Picture:
    """The picture after quarter turns counter-clockwise, made level."""
    gray = np.ascontiguousarray(np.rot90(picture.gray, quarters))
    tilt = _tilt(gray)
    return Picture(_turned(gray, tilt) if tilt else gray, picture.scale, tilt)


def _scale(page: Any) -> float:
    """Pixels for a point: those of the finest picture that covers a tenth of the page, within bounds."""
    width, height = page.get_size()
    finest = 0.0
    for image in page.get_objects(filter=[3], max_depth=8):  # FPDF_PAGEOBJ_IMAGE
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) >= 0.1 * width * height:
            finest = max(finest, math.sqrt(math.prod(image.get_px_size()) / ((right - left) * (top - bottom))))
    scale = min(max(finest, DPI[0] / 72), DPI[1] / 72)
    return float(min(scale, LONGEST / max(width, height, 1.0)))


def _tilt(gray: Gray) -> float:
    """Degrees clockwise that level the text: rows of pixels are then either full or empty."""
    factor = 600 / max(gray.shape)
    small = cv2.resize(255 - gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    dark = np.where(small > 70, small, 0).astype(np.uint8)
    best, step = 0.0, 0.5
    for reach in (TILTS, 0.5, 0.1):
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max(angles, key=lambda angle: _levelness(dark, float(angle))))
        step /= 5
    return round(best, 2) if abs(best) >= 0.04 else 0.0


def _levelness(dark: Gray, angle: float) -> float:
    rows = _turned(dark, angle, border=0).sum(axis=1, dtype=np.float64)
    return float(np.square(np.diff(rows)).sum())


def _turned(gray: Gray, angle: float, border: int = 255) -> Gray:
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    out = cv2.warpAffine(gray, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(border,))
    return np.asarray(out, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Layout:
    """What is where: ruled lines and lines of text as boxes, and the picture without the rules."""

    across: list[PixelBox]
    down: list[PixelBox]
    lines: list[PixelBox]
    text: Gray


def read_layout(picture: Picture) -> Layout:
    """Find the rulings, paint them out, and find the lines of text between them."""
    ink = _ink(picture)
    flat, upright = _strokes(ink, picture.scale, across=True), _strokes(ink, picture.scale, across=False)
    across, down = _boxes(flat), _boxes(upright)
    across, down = _ruled(across, down, picture.scale)
    rules = np.zeros_like(ink)
    for x0, top, x1, bottom in (*across, *down):
        rules[top:bottom, x0:x1] = 255
    rules = np.asarray(cv2.dilate(rules & ink, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    paper = int(np.median(picture.gray))
    text = np.where(rules > 0, paper, picture.gray).astype(np.uint8)
    return Layout(across, down, list(_lines(ink & ~rules, rules, picture.scale)), text)


def _ink(picture: Picture) -> Gray:
    """255 where a pixel is darker than its surroundings: uneven light and grey fills drop out."""
    block = int(picture.scale * 12) | 1
    smooth = cv2.GaussianBlur(picture.gray, (3, 3), 0)
    ink = cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 18)
    return np.asarray(ink, dtype=np.uint8)


def _strokes(ink: Gray, scale: float, *, across: bool) -> Gray:
    """Only what is drawn straight for longer than a character's stroke; small breaks are closed."""
    length = round(STROKE["across" if across else "down"] * scale)
    short, long = np.ones((1, max(3, round(scale))), np.uint8), np.ones((1, length), np.uint8)
    if not across:
        short, long = short.T, long.T
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, short)
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, long), dtype=np.uint8)


def _boxes(mask: Gray) -> list[PixelBox]:
    """Boxes of the connected marks of a mask."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in stats[1:]]


def _ruled(across: list[PixelBox], down: list[PixelBox], scale: float) -> tuple[list[PixelBox], list[PixelBox]]:
    """Rulings without strokes of characters: long lines, and short ones whose two ends meet rulings."""
    across = [b for b in across if b[3] - b[1] <= THICK * scale]
    down = [b for b in down if b[2] - b[0] <= THICK * scale]
    sure = [b for b in (*across, *down) if max(b[2] - b[0], b[3] - b[1]) > LONG * scale]
    known = 0
    while known < len(sure):
        known = len(sure)
        sure += [b for b in (*across, *down) if b not in sure and _meets(b, sure, scale) == 2]
    return [b for b in across if b in sure], [b for b in down if b in sure]


def _meets(box: PixelBox, others: Sequence[PixelBox], scale: float) -> int:
    """At how many of its two ends a line comes within two points of another."""
    reach = 2 * scale
    x0, top, x1, bottom = box
    x, y = (x0 + x1) / 2, (top + bottom) / 2
    ends = [(x0, y), (x1, y)] if x1 - x0 > bottom - top else [(x, top), (x, bottom)]
    return sum(
        any(b[0] - reach <= x <= b[2] + reach and b[1] - reach <= y <= b[3] + reach for b in others if b != box)
        for x, y in ends
    )


def _lines(ink: Gray, rules: Gray, scale: float) -> Iterator[PixelBox]:
    """Boxes of lines of text from top to bottom; no line crosses a rule."""
    em = _text_height(ink, scale)
    bridge = np.ones((1, max(3, round(JOIN * em))), np.uint8)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, bridge)
    joined[rules > 0] = 0
    marks = [part for box in _boxes(np.asarray(joined, dtype=np.uint8)) for part in _cut(box, ink, em)]
    whole = _gathered([mark for mark in marks if mark], rules, em)
    yield from sorted((b for b in whole if _is_text(b, em)), key=lambda b: (b[1], b[0]))


def _text_height(ink: Gray, scale: float) -> float:
    """The height of most lines of the page in pixels."""
    near = cv2.dilate(ink, np.ones((1, max(3, round(4 * scale))), np.uint8))
    tall = [b[3] - b[1] for b in _boxes(np.asarray(near, dtype=np.uint8)) if 4 * scale <= b[3] - b[1] <= 24 * scale]
    return float(np.median(tall)) if tall else 9 * scale


def _cut(box: PixelBox, ink: Gray, em: float) -> list[PixelBox]:
    """A mark of several lines that touch, cut where the rows between them are all but empty."""
    x0, top, x1, bottom = box
    rows = (ink[top:bottom, x0:x1] > 0).sum(axis=1)
    filled = np.flatnonzero(rows)
    if not filled.size:
        return []
    top, bottom, rows = top + int(filled[0]), top + int(filled[-1]) + 1, rows[filled[0] : filled[-1] + 1]
    box = (x0, top, x1, bottom)
    if bottom - top < 1.7 * em:
        return [box]
    edge = round(0.6 * em)
    middle = rows[edge:-edge]
    place = int(np.argmin(middle))
    if middle[place] > 0.06 * rows.max():
        return [box]
    cut = top + edge + place
    return [*_cut((x0, top, x1, cut), ink, em), *_cut((x0, cut, x1, bottom), ink, em)]


def _gathered(marks: list[PixelBox], rules: Gray, em: float) -> list[PixelBox]:
    """Marks that are parts of one line put together: the strokes of a lone 二, a comma under its line."""
    out: list[PixelBox] = []
    for mark in sorted(marks, key=lambda b: (b[0] - b[2]) * (b[3] - b[1])):
        hosts = [b for b in out if _belongs(mark, b, rules, em)]
        for host in hosts:
            out.remove(host)
            mark = _union(mark, host)
        out.append(mark)
    return out


def _belongs(mark: PixelBox, line: PixelBox, rules: Gray, em: float) -> bool:
    """Whether a mark stands beside, over or under a line, no further than its characters stand apart."""
    x0, top, x1, bottom = _union(mark, line)
    if bottom - top > max(1.35 * em, 1.1 * max(line[3] - line[1], mark[3] - mark[1])):
        return False
    aside = max(mark[0], line[0]) - min(mark[2], line[2])
    if aside > JOIN * em:
        return False
    left, right = sorted((max(mark[0], line[0]), min(mark[2], line[2])))
    return not rules[top:bottom, left : max(right, left + 1)].any()


def _union(a: PixelBox, b: PixelBox) -> PixelBox:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _is_text(box: PixelBox, em: float) -> bool:
    """Not a speck: a lone dash is wide enough, a speck of dust neither wide nor tall."""
    return box[2] - box[0] >= 0.25 * em or box[3] - box[1] >= 0.5 * em
