"""What stands where on the picture of a page: its ruled lines and the boxes of its lines of text.

Only imported where the extra ``ocr`` is installed. Lengths are pixels of the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2  # type: ignore[import-not-found, unused-ignore]  # the extra may be absent
import numpy as np  # type: ignore[import-not-found, unused-ignore]

from parsers.ocr_picture import Gray, Picture

PixelBox = tuple[int, int, int, int]  # x0, top, x1, bottom; ends excluded
STROKE = {"across": 18.0, "down": 8.5}  # points: what is drawn shorter may be part of a character
THICK = 4.0  # points: the thickest rule
LONG = 60.0  # points: no character has a stroke as long
TALL = 2.4  # of the height of the text: a stroke that touches the rules over and under its row is shorter
TWIG = 1.5  # points: a stroke that grows out of another is longer
MEETS = 0.7  # points: a rule reaches the rules at its ends, a character leaves a gap
JOIN = 1.2  # of the height of the text: the widest gap inside one line of text


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
    em = _text_height(ink & ~flat & ~upright, picture.scale)
    across, down = _ruled(ink, _thin(flat, picture.scale), _thin(upright, picture.scale), picture.scale, em)
    rules = _kept(flat, across) | _kept(upright, down)
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


def _thin(mask: Gray, scale: float) -> list[PixelBox]:
    """Boxes of the marks that are lines: a rule on a sheet that is drawn in unevenly leans, so that its box is
    wider than the rule is thick."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [
        (int(x), int(y), int(x + w), int(y + h))
        for x, y, w, h, area in stats[1:]
        if area <= THICK * scale * max(w, h) and min(w, h) <= 3 * THICK * scale
    ]


def _kept(mask: Gray, boxes: Sequence[PixelBox]) -> Gray:
    """The mask with only the marks of these boxes."""
    out = np.zeros_like(mask)
    for x0, top, x1, bottom in boxes:
        out[top:bottom, x0:x1] = mask[top:bottom, x0:x1]
    return out


def _ruled(
    ink: Gray, across: list[PixelBox], down: list[PixelBox], scale: float, em: float
) -> tuple[list[PixelBox], list[PixelBox]]:
    """Rulings without strokes of characters: long lines, and short ones whose two ends meet rulings; those
    no longer than a character is tall must be bare as well."""
    lines = [(b, max(b[2] - b[0], b[3] - b[1])) for b in (*across, *down)]
    sure = [b for b, length in lines if length > LONG * scale]
    short = [b for b, length in lines if b not in sure and (length > TALL * em or _is_bare(ink, b, scale))]
    known = 0
    while known < len(sure):
        known = len(sure)
        sure += [b for b in short if b not in sure and _meets(b, sure, scale) == 2]
    return [b for b in across if b in sure], [b for b in down if b in sure]


def _is_bare(ink: Gray, box: PixelBox, scale: float) -> bool:
    """Whether no other stroke grows out of the middle half of a line, as from the upright of 计."""
    x0, top, x1, bottom = box
    if x1 - x0 > bottom - top:
        ink, (x0, top, x1, bottom) = ink.T, (top, x0, bottom, x1)
    quarter, reach = (bottom - top) // 4, max(3, round(TWIG * scale))
    middle = ink[top + quarter : bottom - quarter] > 0
    twigs = (middle[:, max(0, x0 - reach) : x0], middle[:, x1 : x1 + reach])
    return not any(twig.all(axis=1).any() for twig in twigs if twig.size)


def _meets(box: PixelBox, others: Sequence[PixelBox], scale: float) -> int:
    """At how many of its two ends a line touches another."""
    reach = MEETS * scale
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
