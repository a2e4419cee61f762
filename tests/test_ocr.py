"""Scanned pages: read like any other where the extra is installed, named as unread where it is not."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw
from pypdfium2 import PdfDocument

import parsers.ocr
from datapackages.model import Box, Cell, ParsedDocument
from parsers import parse
from parsers.lattice import frames
from parsers.ocr import Scans
from parsers.ocr_turn import Turn
from parsers.pdfium import open_pdf
from parsers.text import fold

DOCUMENTS = Path(__file__).parent / "documents"
FINAL = DOCUMENTS / "demo" / "night1" / "czxx" / "jsgk" / "202509" / "P020250903304200003.pdf"
CODES = DOCUMENTS / "code_columns.pdf"
DPI = 150


@pytest.fixture
def recognition() -> None:
    """The extra; a test without it is skipped, with that reason."""
    pytest.importorskip("rapidocr", reason="the extra ocr is not installed")


@pytest.fixture
def no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra."""
    monkeypatch.setattr(parsers.ocr, "is_installed", lambda: False)


def scanned(
    source: Path, folder: Path, page: int = 0, change: Callable[[Image.Image], Image.Image] = Image.Image.copy
) -> Path:
    """A PDF whose page of that index is nothing but its picture, changed as a scanner may change it."""
    with PdfDocument(source) as pdf:
        picture = change(pdf[page].render(scale=DPI / 72).to_pil().convert("RGB"))
        picture.save(folder / "picture.pdf", resolution=DPI, quality=60)
        with PdfDocument(folder / "picture.pdf") as sheet:
            pdf.del_page(page)
            pdf.import_pages(sheet, index=page)
            pdf.save(folder / "scanned.pdf")
    return folder / "scanned.pdf"


def askew_and_sealed(picture: Image.Image) -> Image.Image:
    """Drawn in half a degree askew, a red seal stamped over the figures."""
    seal = Image.new("RGB", picture.size, "white")
    ImageDraw.Draw(seal).ellipse((680, 300, 940, 560), outline=(225, 60, 60), width=9)
    stamped = ImageChops.multiply(picture, seal)  # ink over ink: what is printed shows through
    return stamped.rotate(0.5, resample=Image.Resampling.BICUBIC, fillcolor="white")


def lists(document: ParsedDocument) -> list[object]:
    """What the tables of a document say, without where it stands."""
    return [
        (table.title, table.label, table.unit_name, table.money_unit, table.columns, texts(table.rows))
        for table in document.tables
    ]


def texts(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    return [[fold(cell.text) for cell in row] for row in rows]


def prose(document: ParsedDocument) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(fold(section.heading_path), fold(section.text), section.pages) for section in document.sections]


def boxes(document: ParsedDocument) -> list[Box]:
    return [cell.box for table in document.tables for row in table.rows for cell in row if cell.box and cell.text]


def furthest(one: Sequence[Box], other: Sequence[Box]) -> float:
    """The largest distance in points between the middles of boxes that belong together."""
    return max(abs(a[i] + a[i + 2] - b[i] - b[i + 2]) / 2 for a, b in zip(one, other, strict=True) for i in (0, 1))


def test_a_scanned_page_among_others_gives_the_same_facts_marked_as_recognised(
    recognition: None, tmp_path: Path
) -> None:
    printed, read = parse(FINAL), parse(scanned(FINAL, tmp_path, page=4))
    keys = [
        (f.page, f.name, f.column_label, f.amount_text, f.amount, f.function_code, f.row_role) for f in read.facts
    ]
    assert keys == [
        (f.page, f.name, f.column_label, f.amount_text, f.amount, f.function_code, f.row_role)
        for f in printed.facts
    ]
    assert {(f.page, f.reading) for f in read.facts if f.page in (5, 6)} == {(5, "ocr"), (6, "fast")}
    assert (read.document.kind, read.document.text_layer) == ("final", "mixed")


def test_a_sheet_that_lies_askew_under_a_seal_reads_as_printed_and_marks_the_cells_where_they_are(
    recognition: None, tmp_path: Path
) -> None:
    printed, read = parse(CODES), parse(scanned(CODES, tmp_path, change=askew_and_sealed))
    assert lists(read) == lists(printed)
    assert furthest(boxes(read), boxes(printed)) < 4  # half a degree moves the page's edge by 2.6 points


@pytest.mark.parametrize("degrees", [90, 180])
def test_a_sheet_that_lies_sideways_or_upside_down_reads_as_printed(
    recognition: None, tmp_path: Path, degrees: int
) -> None:
    printed = parse(CODES)
    read = parse(scanned(CODES, tmp_path, change=lambda picture: picture.rotate(degrees, expand=True)))
    assert lists(read) == lists(printed)
    width, height = 600, 420  # points of the upright page
    turned = [
        (b, width - a) if degrees == 90 else (width - a, height - b)
        for a, b in (((x0 + x1) / 2, (top + bottom) / 2) for x0, top, x1, bottom in boxes(printed))
    ]
    assert furthest(boxes(read), [(x, y, x, y) for x, y in turned]) < 2


def test_a_scan_without_a_table_says_so_and_its_prose_is_read_as_printed(recognition: None, tmp_path: Path) -> None:
    printed, read = parse(FINAL), parse(scanned(FINAL, tmp_path, page=12))
    assert prose(read) == prose(printed)
    assert [i.page for i in read.issues if i.type == "scan-without-table"] == [13]


def test_a_blank_sheet_is_named_and_yields_nothing(recognition: None, tmp_path: Path) -> None:
    read = parse(scanned(CODES, tmp_path, change=lambda picture: Image.new("RGB", picture.size, "white")))
    assert (read.document.kind, read.tables, read.facts) == ("scan", (), ())
    assert [(i.type, i.page) for i in read.issues] == [("nothing-recognised", 1), ("scanned-document", None)]


def test_a_page_that_the_recogniser_cannot_take_costs_no_other_page(
    recognition: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import parsers.ocr_page

    def fails(*_: object) -> None:
        raise MemoryError("no room for the picture")

    monkeypatch.setattr(parsers.ocr_page, "render", fails)
    read = parse(scanned(FINAL, tmp_path, page=4))
    assert [i.message for i in read.issues if i.type == "page-failed"] == [
        "Page 5 could not be read: MemoryError: no room for the picture."
    ]
    assert 5 not in {fact.page for fact in read.facts} and 6 in {fact.page for fact in read.facts}


def test_without_the_extra_each_scan_names_what_to_install_and_no_figure_is_made_up(
    no_extra: None, tmp_path: Path
) -> None:
    read = parse(scanned(CODES, tmp_path))
    assert (read.document.kind, read.document.text_layer, read.tables, read.facts) == ("scan", "scan", (), ())
    assert [(i.type, i.page) for i in read.issues] == [("scanned-page", 1), ("scanned-document", None)]
    for told in read.issues:
        assert 'pip install "yusuan[ocr]"' in told.remedy and 'pip install "yusuan[ocr]"' in told.remedy_zh


@pytest.mark.shared
@pytest.mark.parametrize(("name", "page"), [("s02_150clean", 10), ("s04_150noisy", 2)])
def test_every_cell_of_a_scan_is_read_exactly(
    recognition: None, shared: Path, tmp_path: Path, name: str, page: int
) -> None:
    truth = json.loads((shared / "synthetic" / f"{name}.truth.json").read_text())
    (expected,) = [table["rows"] for table in truth["tables"] if table["pages"] == [page, page]]
    with PdfDocument(shared / "synthetic" / f"{name}.pdf") as pdf, PdfDocument.new() as sheet:
        sheet.import_pages(pdf, [page - 1])
        sheet.save(tmp_path / "sheet.pdf")
    with open_pdf(tmp_path / "sheet.pdf") as reader:
        (sheet_page,) = reader.pages()
        assert not isinstance(sheet_page, tuple)
    with closing(Scans(tmp_path / "sheet.pdf")) as scans:
        (frame,), _ = frames(scans.read(sheet_page))
    read = {(cell.row, cell.column): fold(cell.text) for cell in frame.cells if cell.text}
    assert read == {(i, j): fold(text) for i, row in enumerate(expected) for j, text in enumerate(row) if text}


@pytest.mark.parametrize(
    ("text", "confidence", "doubtful"),
    [
        ("1,234,567.89", 0.99, False),
        ("-12.50", 0.99, False),
        ("0", 0.55, True),
        ("92,165.133.95", 0.99, True),
        ("1,23", 0.99, True),
        ("示例市博物馆", 0.3, False),
    ],
)
def test_a_figure_is_doubtful_when_the_model_is_unsure_or_its_commas_group_no_thousands(
    recognition: None, text: str, confidence: float, doubtful: bool
) -> None:
    from parsers.ocr_page import is_doubtful
    from parsers.ocr_recognise import Character

    assert is_doubtful([Character(letter, 0.5, confidence) for letter in text]) is doubtful


@given(
    quarters=st.integers(0, 3),
    tilt=st.floats(-3, 3),
    x=st.floats(0, 500),
    y=st.floats(0, 700),
)
def test_the_way_back_to_the_displayed_page_keeps_a_box_its_size(
    quarters: int, tilt: float, x: float, y: float
) -> None:
    shown = Turn(quarters, tilt, 600.0, 800.0).displayed((x, y, x + 50, y + 10))
    assert (shown[2] - shown[0], shown[3] - shown[1]) == pytest.approx((10, 50) if quarters % 2 else (50, 10))


@pytest.mark.parametrize(
    ("turn", "shown"),
    [
        (Turn(0, 0.0, 600.0, 800.0), (10, 20, 110, 30)),
        (Turn(1, 0.0, 600.0, 800.0), (770, 10, 780, 110)),
        (Turn(2, 0.0, 600.0, 800.0), (490, 770, 590, 780)),
        (Turn(3, 0.0, 600.0, 800.0), (20, 490, 30, 590)),
    ],
)
def test_a_box_at_the_top_left_of_the_upright_text_is_found_where_the_page_shows_it(turn: Turn, shown: Box) -> None:
    assert turn.displayed((10, 20, 110, 30)) == pytest.approx(shown)
