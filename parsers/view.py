"""From PDF space (origin at the bottom left, page unrotated) to the page as displayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as raw

from datapackages.model import Box

Edges = list[float]


@dataclass(frozen=True, slots=True)
class View:
    """A page's crop box in PDF space and its /Rotate as quarter turns clockwise."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @classmethod
    def of(cls, page: Any) -> View:
        """The view of a loaded pdfium page."""
        box = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(page, box)
        return cls(box.left, box.bottom, box.right, box.top, raw.FPDFPage_GetRotation(page) % 4)

    @property
    def width(self) -> float:
        return self.top - self.bottom if self.turns % 2 else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.turns % 2 else self.top - self.bottom

    def edges(self, x0: Edges, y0: Edges, x1: Edges, y1: Edges) -> tuple[Edges, Edges, Edges, Edges]:
        """Left, top, right and bottom as displayed of many boxes in PDF space (``y0`` below ``y1``)."""
        if self.turns == 0:
            return _less(x0, self.left), _from(self.top, y1), _less(x1, self.left), _from(self.top, y0)
        if self.turns == 1:
            return _less(y0, self.bottom), _less(x0, self.left), _less(y1, self.bottom), _less(x1, self.left)
        if self.turns == 2:
            return _from(self.right, x1), _less(y0, self.bottom), _from(self.right, x0), _less(y1, self.bottom)
        return _from(self.top, y1), _from(self.right, x1), _from(self.top, y0), _from(self.right, x0)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """One box as displayed; corners may come in any order."""
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        if self.turns == 0:
            return x0 - self.left, self.top - y1, x1 - self.left, self.top - y0
        left, top, right, bottom = self.edges([x0], [y0], [x1], [y1])
        return left[0], top[0], right[0], bottom[0]


def _less(values: Edges, origin: float) -> Edges:
    return [value - origin for value in values] if origin else values


def _from(origin: float, values: Edges) -> Edges:
    return [origin - value for value in values]
