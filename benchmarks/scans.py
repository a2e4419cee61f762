"""Scanned pages of the synthetic set: cells and numbers read exactly, CPU seconds a page, peak memory.

``python -m benchmarks.scans`` needs the extra ``ocr`` and the folder of ``YUSUAN_SHARED``. Every
document is read in a process of its own, as a worker reads it, so that its peak memory is its own. A cell is
right when its text stands in the same row and column as in the truth; nothing is aligned or forgiven.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import shared
from benchmarks.figures import Figure, at_least, at_most, show
from benchmarks.measured import apart, peak_megabytes
from parsers.lattice import frames
from parsers.ocr import Scans, is_installed
from parsers.page import Page
from parsers.pdfium import open_pdf
from parsers.text import fold

DOCUMENTS = ("s02_150clean", "s04_150noisy", "s07_150hybrid")
NUMBER = re.compile(r"-?[\d,]+(\.\d+)?%?")
TITLE = "Scanned pages, each document in a process of its own"
Grid = dict[tuple[int, int], str]


@dataclass(frozen=True, slots=True)
class Score:
    """What was read of one document."""

    pages: int
    cells: int
    cells_right: int
    numbers: int
    numbers_right: int
    spurious: int  # numbers where the truth has none
    doubtful: int  # figures that the parser itself names as uncertain
    seconds: float  # of CPU, all threads, model loading included
    megabytes: float


def read_document(pdf: Path) -> Score:
    """Read the scanned pages of one PDF and compare them with the truth beside it."""
    started = time.process_time()
    with open_pdf(pdf) as reader:
        pages = [page for page in reader.pages() if isinstance(page, Page) and page.is_scan]
    with closing(Scans(pdf)) as scans:
        recognised = [scans.read(page) for page in pages]
    seconds = time.process_time() - started
    read = {page.number: _largest(page) for page in recognised}
    truth = _truth(pdf.with_suffix(".truth.json"))
    pairs = [(cells, read[number]) for number, cells in truth.items() if number in read]
    return Score(
        pages=len(pages),
        cells=sum(len(true) for true, _ in pairs),
        cells_right=sum(found.get(place) == text for true, found in pairs for place, text in true.items()),
        numbers=sum(_is_number(text) for true, _ in pairs for text in true.values()),
        numbers_right=sum(
            _is_number(text) and found.get(place) == text for true, found in pairs for place, text in true.items()
        ),
        spurious=sum(
            _is_number(text) and not _is_number(true.get(place, ""))
            for true, found in pairs
            for place, text in found.items()
        ),
        doubtful=sum(issue.type == "doubtful-reading" for issue in scans.issues),
        seconds=seconds,
        megabytes=peak_megabytes(),
    )


def _largest(page: Page) -> Grid:
    found = max(frames(page)[0], key=lambda frame: len(frame.cells), default=None)
    return {(cell.row, cell.column): fold(cell.text) for cell in found.cells if cell.text} if found else {}


def _truth(path: Path) -> dict[int, Grid]:
    """Page number → the printed cells of its table; every table of these documents fills one page."""
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"]
    return {
        table["pages"][0]: {
            (i, j): fold(text) for i, row in enumerate(table["rows"]) for j, text in enumerate(row) if text.strip()
        }
        for table in tables
    }


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None


def measure() -> Iterator[Figure]:
    """Figures of each document in turn."""
    folder = shared() / "synthetic"
    if not is_installed():
        yield Figure(what='not measured: pip install "yusuan[ocr]"', figure="-", reached=False)
        return
    for name in DOCUMENTS:
        score = apart(read_document, folder / f"{name}.pdf")
        yield from _figures(f"{name}, {score.pages} pages", score)


def _figures(what: str, score: Score) -> Iterator[Figure]:
    share = 100 * score.numbers_right / score.numbers
    yield at_least(
        f"{what}: numbers ({score.numbers_right}/{score.numbers})", share, 99.9, " %", peer="none reads them"
    )
    yield Figure(what="  all cells", figure=f"{score.cells_right}/{score.cells}")
    yield at_most("  numbers where the truth has none", score.spurious, 0)
    yield Figure(what="  figures named as doubtful", figure=str(score.doubtful))
    yield at_most("  CPU seconds a page, models loaded", score.seconds / score.pages, 6, " s")
    yield at_most("  peak memory of the worker", score.megabytes, 400, " MB")


if __name__ == "__main__":
    show(TITLE, measure())
