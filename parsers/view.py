"""From PDF space (origin at the bottom left, page unrotated) to the page as displayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as raw

from datapackages.model import Box


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

    def boxes(
        self, x0: Sequence[float], y0: Sequence[float], x1: Sequence[float], y1: Sequence[float]
    ) -> list[Box]:
        """Boxes as displayed from edges in PDF space (``y0`` below ``y1``), many at a time."""
        left, bottom, right, top = self.left, self.bottom, self.right, self.top
        edges = zip(x0, y0, x1, y1, strict=True)
        if self.turns == 0:
            return [(a - left, top - d, c - left, top - b) for a, b, c, d in edges]
        if self.turns == 1:
            return [(b - bottom, a - left, d - bottom, c - left) for a, b, c, d in edges]
        if self.turns == 2:
            return [(right - c, b - bottom, right - a, d - bottom) for a, b, c, d in edges]
        return [(top - d, right - c, top - b, right - a) for a, b, c, d in edges]

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """One box as displayed; corners may come in any order."""
        return self.boxes([min(x0, x1)], [min(y0, y1)], [max(x0, x1)], [max(y0, y1)])[0]
