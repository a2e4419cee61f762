"""A picture of a page with what the parser saw on it: rulings, lists, cells and their texts' places."""

from __future__ import annotations

import io
from os import PathLike, fspath
from typing import TYPE_CHECKING

import pypdfium2

from datapackages.model import Box, ParsedDocument
from parsers.box_font import system_fonts
from parsers.document import parse
from parsers.page import Page
from parsers.pdfium import open_pdf

if TYPE_CHECKING:
    from PIL import Image

SCALE = 2.0  # pixels for a point
RULING, KNOWN, UNKNOWN, FIGURE = (0, 90, 220), (0, 140, 60), (210, 60, 0), (250, 210, 0, 90)


class NoSuchPage(ValueError):
    """The page asked for is not in the document."""


def explain(path: str | PathLike[str], number: int) -> tuple[bytes, list[str]]:
    """A PNG of page ``number`` (from 1), and a line for each list on it.

    Blue: rulings as read. Green and orange: cells of recognised and unrecognised lists. Yellow: facts.
    """
    with open_pdf(path) as reader:
        page = next((p for p in reader.pages() if isinstance(p, Page) and p.number == number), None)
        if page is None:
            raise NoSuchPage(f"{fspath(path)}: page {number} is not one of its {reader.page_count} readable pages")
    parsed = parse(path)
    picture = rendered(path, number)
    _draw(picture, page, parsed)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue(), _lines(parsed, number)


def rendered(path: str | PathLike[str], number: int) -> Image.Image:
    """Page ``number`` (from 1) as a person sees it, ``SCALE`` pixels for a point."""
    pdf = pypdfium2.PdfDocument(fspath(path))
    try:
        with system_fonts():
            image: Image.Image = pdf[number - 1].render(scale=SCALE).to_pil().convert("RGB")
        return image
    finally:
        pdf.close()


def _draw(picture: Image.Image, page: Page, parsed: ParsedDocument) -> None:
    from PIL import ImageDraw

    pen = ImageDraw.Draw(picture, "RGBA")
    for fact in parsed.facts:
        if fact.page == page.number:
            pen.rectangle(_scaled((fact.x0, fact.top, fact.x1, fact.bottom)), fill=FIGURE)
    for ruling in page.rulings:
        pen.line(_scaled((ruling.x0, ruling.top, ruling.x1, ruling.bottom)), fill=RULING, width=1)
    for table in parsed.tables:
        colour = UNKNOWN if table.canonical == "unrecognised" else KNOWN
        for cell in (cell for row in table.rows for cell in row if cell.page == page.number and cell.box):
            pen.rectangle(_scaled(cell.box or (0, 0, 0, 0)), outline=colour, width=2)


def _scaled(box: Box) -> list[float]:
    return [edge * SCALE for edge in box]


def _lines(parsed: ParsedDocument, number: int) -> list[str]:
    out = []
    for table in parsed.tables:
        if number in table.pages:
            block = f"/{table.block}" if table.block else ""
            unit = table.money_unit or "no money unit"
            out.append(f"{table.canonical}{block}: {table.title or 'no title'} ({unit}, {len(table.rows)} rows)")
            out.append("  " + " | ".join(table.columns))
    found = [issue for issue in parsed.issues if issue.page in (None, number)]
    return [*out, *(f"{issue.severity}: {issue.message} {issue.remedy}" for issue in found)]
