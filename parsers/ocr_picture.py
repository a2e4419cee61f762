"""The picture of a scanned page as grey values, without seals, turned level.

Only imported where the extra ``ocr`` is installed. Lengths are pixels of the picture; ``Picture.scale``
pixels make one point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2  # type: ignore[import-not-found, unused-ignore]  # the extra may be absent
import numpy as np  # type: ignore[import-not-found, unused-ignore]
from numpy.typing import NDArray  # type: ignore[import-not-found, unused-ignore]

Gray: TypeAlias = NDArray[np.uint8]

DPI = (150, 220)  # a scan is read at its own resolution within these bounds
LONGEST = 4400  # pixels: an A3 page at 220 dpi has 3,640
TILTS = 3.0  # degrees to either side in which a feeder draws a sheet in askew
REDDISH = 30  # of 255, by which red is stronger than green and blue in a stamp's ink
FADED = 0.75  # of the paper's brightness: in the red channel a stamp's ink is brighter, print is darker
SEAL = 60.0  # points: an official seal measures 40 mm or more, the largest letters half of it


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as grey values, turned so that its lines are level."""

    gray: Gray
    scale: float  # pixels for one point
    tilt: float  # degrees by which it was turned


def render(page: Any) -> Picture:
    """The picture of a loaded ``pypdfium2.PdfPage`` at the resolution of the scan on it, seals taken out."""
    scale = _scale(page)
    bitmap = page.render(scale=scale, draw_annots=False)
    colour = np.asarray(bitmap.to_numpy()[:, :, :3], dtype=np.uint8)
    gray = _without_seals(colour, scale)
    bitmap.close()
    return Picture(gray, scale, 0.0)


def _without_seals(colour: Gray, scale: float) -> Gray:
    """Grey values of a blue-green-red picture; a red stamp larger than any letter fades into the paper.

    A department's round seal lies over its name, its date and sometimes its figures. Red ink is bright in the
    red channel where black ink under it is dark. Red letterheads and red figures stay as they are.
    """
    gray = np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    blue, green, red = cv2.split(colour)
    reddish = (cv2.subtract(red, cv2.max(blue, green)) > REDDISH).astype(np.uint8)
    around = cv2.dilate(reddish, np.ones((round(6 * scale), round(6 * scale)), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(around, connectivity=8)
    seals = [
        i
        for i, (_, _, w, h, _) in enumerate(stats)
        if i and min(w, h) >= SEAL * scale and max(w, h) < 1.5 * min(w, h)
    ]
    if seals:
        stamped = np.isin(labels, seals)
        paper, ink = np.median(gray), np.median(red[stamped & (reddish > 0)])
        faded = red[stamped] * (paper / ink)
        gray[stamped] = np.where(faded > FADED * paper, paper, faded).astype(np.uint8)
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
