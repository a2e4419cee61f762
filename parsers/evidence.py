"""A picture of what a check is about: the left side outlined in one colour, the right side in another."""

from __future__ import annotations

import io
from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING

from datapackages.model import Box, Outcome, ParsedDocument
from parsers.cited import Cited, Printed
from parsers.explain import SCALE, rendered

if TYPE_CHECKING:
    from PIL import Image

LEFT, RIGHT = (200, 30, 30), (20, 90, 200)
SEAM, COVERED = (120, 120, 120), (214, 217, 222)
AROUND = 60.0  # points shown above and below what is marked: the words of the row and of rows beside it
PAGES = 6  # of a sum over more pages the first ones and the last


class NothingToShow(ValueError):
    """The outcome names no place of the document."""


def evidence(path: str | PathLike[str], parsed: ParsedDocument, outcome: Outcome) -> bytes:
    """A PNG of the places of one outcome: strips of their pages, one below the other, both sides marked.

    Red is the left side of the check, blue the right; cells that name a person are painted over. ``path`` is the
    file that ``parsed`` was read from.
    Raises NothingToShow for an outcome without a place.
    """
    cited = Printed(parsed).cited(outcome)
    pages = _shown(list(dict.fromkeys(one.page for one in cited)))
    if not pages:
        raise NothingToShow(f"{outcome.rule}@{outcome.place}: the check names no place of the document")
    strips = [
        _strip(
            rendered(path, page),
            [one for one in cited if one.page == page],
            [cover.box for cover in parsed.covers if cover.page == page],
        )
        for page in pages
    ]
    out = io.BytesIO()
    _stacked(strips).save(out, "PNG")
    return out.getvalue()


def _shown(pages: list[int]) -> list[int]:
    return pages if len(pages) <= PAGES else [*pages[: PAGES - 1], pages[-1]]


def _strip(picture: Image.Image, cited: Sequence[Cited], covers: Sequence[Box]) -> Image.Image:
    """The part of a page around what is marked on it; the whole page where nothing on it has a place."""
    from PIL import ImageDraw

    pen = ImageDraw.Draw(picture)
    for box in covers:
        pen.rectangle(_pixels(box), fill=COVERED)
    boxes = [(one.box, LEFT if one.on_left else RIGHT) for one in cited if one.box]
    for box, colour in reversed(boxes):  # the left side last, so that it is never covered
        pen.rectangle(_pixels(box), outline=colour, width=3)
    if not boxes:
        return picture
    top = max(0.0, min(box[1] for box, _ in boxes) - AROUND)
    bottom = max(box[3] for box, _ in boxes) + AROUND
    return picture.crop((0, round(top * SCALE), picture.width, min(picture.height, round(bottom * SCALE))))


def _pixels(box: Box) -> list[float]:
    return [edge * SCALE for edge in box]


def _stacked(strips: Sequence[Image.Image]) -> Image.Image:
    """Strips one below the other with a grey seam between them."""
    seam = 4
    width, height = max(strip.width for strip in strips), sum(strip.height + seam for strip in strips) - seam
    from PIL import Image

    whole = Image.new("RGB", (width, height), SEAM)
    top = 0
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height + seam
    return whole
