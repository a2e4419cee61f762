"""A document in fonts that are not in the file reads the same on every machine."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
from PIL import ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from parsers.box_font import box_font, give, system_fonts
from parsers.page import Page
from parsers.pdfium import open_pdf

PRINTED = "政府性基金12.50"


def unembedded(folder: Path) -> Path:
    """A page in 10 points that names its font and does not hold it."""
    out = folder / "unembedded.pdf"
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(out), pagesize=(200, 100))
    canvas.setFont("STSong-Light", 10)
    canvas.drawString(20, 50, PRINTED)
    canvas.save()
    return out


def test_characters_have_the_height_of_the_box_and_the_width_the_file_says(tmp_path: Path) -> None:
    with open_pdf(unembedded(tmp_path)) as reader:
        (page,) = reader.pages()
    assert isinstance(page, Page)
    assert "".join(char for char, *_ in page.glyphs) == PRINTED
    assert [round(x1 - x0) for _, x0, _, x1, _ in page.glyphs] == [10] * 5 + [5] * 5
    assert {round(bottom - top) for _, _, top, _, bottom in page.glyphs} == {11}  # of the box that the file names


def test_the_font_is_two_boxes_and_small() -> None:
    font = ImageFont.truetype(io.BytesIO(box_font()), 100)
    assert [font.getlength(char) for char in "A1é政，一"] == [50, 50, 50, 100, 100, 100]
    assert font.getbbox("一") == font.getbbox("政")
    assert len(box_font()) < 8192


def test_a_picture_is_drawn_in_the_fonts_of_the_machine(tmp_path: Path) -> None:
    path = unembedded(tmp_path)
    give()
    boxes = picture(path)
    with system_fonts():
        drawn = picture(path)
    assert drawn != boxes
    assert picture(path) == boxes


def picture(path: Path) -> bytes:
    pdf = pypdfium2.PdfDocument(path)
    try:
        pixels: bytes = pdf[0].render(scale=2).to_pil().tobytes()
        return pixels
    finally:
        pdf.close()
