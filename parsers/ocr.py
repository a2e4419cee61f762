"""Scanned pages, where the extra ``ocr`` is installed: the door between the parser and recognition.

A scan becomes a :class:`Page` like any other, with ``reading="ocr"``: rulings found on its picture, glyphs
recognised line by line. Nothing that is recognised is corrected; what the model was not sure of is an issue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.util import find_spec
from os import PathLike, fspath

from pypdfium2 import PdfDocument

from datapackages.issues import issue
from datapackages.model import Cell, Issue, Table
from parsers.ocr_turn import Turn
from parsers.page import Page

NEEDED = ("cv2", "onnxruntime", "rapidocr")


@cache
def is_installed() -> bool:
    """Whether the extra ``ocr`` is there."""
    return all(find_spec(name) for name in NEEDED)


@dataclass(slots=True)
class Scans:
    """The scans of one PDF, read as its pages pass: what was doubtful, and how each scan was turned.

    Each scan that stays unread, because the extra is not installed or nothing was recognised on it, has an
    issue of its own.
    """

    path: str | PathLike[str]
    issues: list[Issue] = field(default_factory=list)
    turns: dict[int, Turn] = field(default_factory=dict)  # page number → turn
    _pdf: PdfDocument | None = None

    def read(self, page: Page) -> Page:
        """A scan as a page with text; as it is where it cannot be recognised."""
        if not is_installed():
            self.issues.append(issue("scanned-page", page=page.number))
            return page
        try:
            return self._recognised(page)
        except Exception as error:  # one page that a library cannot take must not cost the others
            self.issues.append(issue("page-failed", page=page.number, error=f"{type(error).__name__}: {error}"))
            return page

    def close(self) -> None:
        """Let go of the file."""
        if self._pdf:
            self._pdf.close()
            self._pdf = None

    def displayed(self, tables: Iterable[Table]) -> Iterator[Table]:
        """The tables with the boxes of their cells where the displayed pages have them."""
        for table in tables:
            if self.turns.keys() & set(table.pages):
                yield replace(table, rows=tuple(tuple(map(self._displayed, row)) for row in table.rows))
            else:
                yield table

    def _displayed(self, cell: Cell) -> Cell:
        turn = self.turns.get(cell.page)
        return replace(cell, box=turn.displayed(cell.box)) if turn and cell.box else cell

    def _recognised(self, page: Page) -> Page:
        from parsers.ocr_page import read_scan  # its libraries are those of the extra

        self._pdf = self._pdf or PdfDocument(fspath(self.path))
        scan = read_scan(self._pdf[page.number - 1], page)
        self.turns[page.number] = scan.turn
        self.issues.extend(_doubts(scan.page, scan.doubtful))
        return scan.page


def _doubts(page: Page, figures: Iterable[str]) -> Iterator[Issue]:
    if not page.glyphs:
        yield issue("nothing-recognised", page=page.number)
    for text in figures:
        yield issue("doubtful-reading", page=page.number, found=text)


def without_table(recognised: Iterable[int], tables: Iterable[Table]) -> Iterator[Issue]:
    """An issue for each recognised page that no table stands on: its text went to the sections only."""
    covered = {number for table in tables for number in table.pages}
    for number in sorted(recognised):
        if number not in covered:
            yield issue("scan-without-table", page=number)
