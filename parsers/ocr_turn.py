"""How a scanned page was turned to be read, and the way back to the page as displayed.

A sheet is fed in askew, sideways or upside down; its text is recognised level, in the *reading frame*,
but a figure's place must be marked where the page shows it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from datapackages.model import Box


@dataclass(frozen=True, slots=True)
class Turn:
    """Quarter turns counter-clockwise, then ``tilt`` degrees counter-clockwise about the middle."""

    quarters: int
    tilt: float
    width: float  # of the reading frame, in points
    height: float

    def displayed(self, box: Box) -> Box:
        """A box of the reading frame where the displayed page has it; its size is kept."""
        x, y = self._untilted((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        half = ((box[2] - box[0]) / 2, (box[3] - box[1]) / 2)
        width, height = self.width, self.height
        for _ in range(self.quarters):
            x, y = height - y, x
            width, height = height, width
            half = (half[1], half[0])
        return x - half[0], y - half[1], x + half[0], y + half[1]

    def _untilted(self, x: float, y: float) -> tuple[float, float]:
        angle = math.radians(self.tilt)
        dx, dy = x - self.width / 2, y - self.height / 2
        return (
            math.cos(angle) * dx - math.sin(angle) * dy + self.width / 2,
            math.sin(angle) * dx + math.cos(angle) * dy + self.height / 2,
        )
