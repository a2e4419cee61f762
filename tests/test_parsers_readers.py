"""Two PDF libraries behind one door: the same page, as a person sees it."""

import logging
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from datapackages.model import Table
from parsers import pdfium, plumber
from parsers.page import Page, PasswordNeeded
from parsers.stitch import printed_tables
from parsers.tables import read_tables

DOCUMENTS = Path(__file__).parent / "documents"
READERS = [pytest.param(pdfium, id="pdfium"), pytest.param(plumber, id="pdfplumber")]
logging.getLogger("pdfminer").setLevel(logging.ERROR)


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[[Callable[[Canvas], None]], Path]:
    """A one-page PDF on which the given function draws."""

    def make(draw: Callable[[Canvas], None]) -> Path:
        path = tmp_path / "drawn.pdf"
        canvas = Canvas(str(path), pagesize=A4, invariant=1)
        canvas.setFont("Helvetica", 10)
        draw(canvas)
        canvas.save()
        return path

    return make


def pages(reader: ModuleType, path: Path) -> list[Page]:
    with reader.open_pdf(path) as document:
        return [page for page in document.pages() if isinstance(page, Page)]


def text(page: Page) -> str:
    return "".join(char for char, *_ in page.glyphs)


def lists(reader: ModuleType, path: Path) -> list[Table]:
    return list(read_tables(printed_tables(pages(reader, path))[0], "ab" * 32))


@pytest.mark.parametrize("name", ["four_blocks", "merged_headers", "rotated", "side_by_side", "wrapped_numbers"])
def test_both_readers_find_the_same_lists_in_the_same_places(name: str) -> None:
    fast, second = (lists(reader, DOCUMENTS / f"{name}.pdf") for reader in (pdfium, plumber))
    assert [[[cell.text for cell in row] for row in table.rows] for table in fast] == [
        [[cell.text for cell in row] for row in table.rows] for table in second
    ]
    for mine, other in zip(fast, second, strict=True):
        assert (mine.canonical, mine.block, mine.columns, mine.title) == (
            *(other.canonical, other.block),
            *(other.columns, other.title),
        )
        boxes = [cell.box for row in mine.rows for cell in row]
        others = [cell.box for row in other.rows for cell in row]
        assert all(
            box == pytest.approx(its, abs=1.0) for box, its in zip(boxes, others, strict=True) if box and its
        )


@pytest.mark.parametrize("reader", READERS)
def test_characters_and_rules_stand_where_the_page_shows_them(
    reader: ModuleType, drawn: Callable[[Callable[[Canvas], None]], Path]
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 700, "12.50")
        canvas.line(100, 690, 200, 690)
        canvas.rect(300, 600, 50, 1, stroke=0, fill=1)

    (page,) = pages(reader, drawn(draw))
    height = A4[1]
    _, x0, top, _, bottom = page.glyphs[0]
    assert (page.number, page.width, page.height) == (
        1,
        pytest.approx(A4[0], abs=0.1),
        pytest.approx(height, abs=0.1),
    )
    assert (text(page), x0, bottom - top) == (
        *("12.50", pytest.approx(100, abs=1)),
        pytest.approx(10, abs=2.5),
    )
    assert top < height - 700 < bottom
    line, box = sorted(page.rulings)
    assert tuple(line) == pytest.approx((100, height - 690, 200, height - 690), abs=1.1)
    assert tuple(box) == pytest.approx((300, height - 600.5, 350, height - 600.5), abs=1.1)
    assert line.horizontal and box.horizontal


@pytest.mark.parametrize("reader", READERS)
def test_a_slanted_watermark_is_not_read(
    reader: ModuleType, drawn: Callable[[Callable[[Canvas], None]], Path]
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 700, "12.50")
        canvas.saveState()
        canvas.translate(150, 650)
        canvas.rotate(35)
        canvas.drawString(0, 0, "DRAFT")
        canvas.restoreState()

    assert [text(page) for page in pages(reader, drawn(draw))] == ["12.50"]


@pytest.mark.parametrize("reader", READERS)
def test_italics_lean_on_a_level_line_and_are_read(
    reader: ModuleType, drawn: Callable[[Callable[[Canvas], None]], Path]
) -> None:
    def italic(canvas: Canvas) -> None:
        words = canvas.beginText()
        words.setTextTransform(1, 0, 0.34, 1, 100, 500)
        words.textOut("8.85")
        canvas.drawText(words)

    assert [text(page) for page in pages(reader, drawn(italic))] == ["8.85"]


@pytest.mark.parametrize("reader", READERS)
def test_a_character_drawn_twice_to_look_bold_is_one_character(
    reader: ModuleType, drawn: Callable[[Callable[[Canvas], None]], Path]
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 700, "12.50")
        canvas.drawString(100.3, 700, "12.50")

    assert [text(page) for page in pages(reader, drawn(draw))] == ["12.50"]


def invisible(canvas: Canvas) -> None:
    words = canvas.beginText(100, 650)
    words.setTextRenderMode(3)
    words.textLine("77.00")
    canvas.drawText(words)


def transparent(canvas: Canvas) -> None:
    canvas.setFillAlpha(0)
    canvas.drawString(100, 650, "77.00")


def white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(100, 650, "77.00")


UNSEEN = [invisible, transparent, white]


@pytest.mark.parametrize("hide", UNSEEN)
def test_text_that_nobody_can_see_is_not_read(
    hide: Callable[[Canvas], None], drawn: Callable[[Callable[[Canvas], None]], Path]
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 700, "12.50")
        hide(canvas)

    assert [text(page) for page in pages(pdfium, drawn(draw))] == ["12.50"]


def test_white_text_on_a_dark_heading_is_read(drawn: Callable[[Callable[[Canvas], None]], Path]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(0.1, 0.2, 0.5)
        canvas.rect(90, 640, 100, 30, stroke=0, fill=1)
        white(canvas)

    assert [text(page) for page in pages(pdfium, drawn(draw))] == ["77.00"]


@pytest.mark.parametrize("reader", READERS)
def test_a_page_that_is_one_picture_is_a_scan(
    reader: ModuleType, drawn: Callable[[Callable[[Canvas], None]], Path], tmp_path: Path
) -> None:
    image = pytest.importorskip("PIL.Image")
    picture = tmp_path / "scan.png"
    image.new("L", (60, 80), 200).save(picture)

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(str(picture), 0, 0, *A4)

    (page,) = pages(reader, drawn(draw))
    assert (page.is_scan, page.glyphs) == (True, ())


@pytest.mark.parametrize("reader", READERS)
def test_a_file_with_a_password_asks_for_it(reader: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    canvas = Canvas(str(path), encrypt="secret")
    canvas.drawString(100, 700, "12.50")
    canvas.save()
    with pytest.raises(PasswordNeeded, match="locked"):
        pages(reader, path)
