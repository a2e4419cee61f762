"""Scanned pages, where the extra ``ocr`` is installed: the door between the parser and recognition.

A scan becomes a :class:`Page` like any other, with ``reading="ocr"``: rulings found on its picture, glyphs
recognised line by line. Nothing that is recognised is corrected; what the model was not sure of is an issue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Scans:
    """The pages of a document, its scans read; what was doubtful; how each scan was turned."""

    pages: list[Page]
    issues: list[Issue] = field(default_factory=list)
    turns: dict[int, Turn] = field(default_factory=dict)  # page number → turn

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


def read_scans(path: str | PathLike[str], pages: Sequence[Page]) -> Scans:
    """Recognise every scan among the pages of the PDF at ``path``.

    Each scan that stays unread, because the extra is not installed or nothing was recognised on it, has an
    issue of its own. Raises PdfiumError where the file cannot be opened.
    """
    scans = [page for page in pages if page.is_scan]
    if not scans:
        return Scans(list(pages))
    if not is_installed():
        return Scans(list(pages), [issue("scanned-page", page=page.number) for page in scans])
    return _recognised(fspath(path), pages)


def _recognised(path: str, pages: Sequence[Page]) -> Scans:
    from parsers.ocr_page import read_scan  # its libraries are those of the extra

    out = Scans([])
    with PdfDocument(path) as pdf:
        for page in pages:
            if not page.is_scan:
                out.pages.append(page)
                continue
            try:
                scan = read_scan(pdf[page.number - 1], page)
            except Exception as error:  # one page that a library cannot take must not cost the others
                out.pages.append(page)
                out.issues.append(issue("page-failed", page=page.number, error=f"{type(error).__name__}: {error}"))
            else:
                out.pages.append(scan.page)
                out.turns[page.number] = scan.turn
                out.issues.extend(_doubts(scan.page, scan.doubtful))
    return out


def _doubts(page: Page, figures: Iterable[str]) -> Iterator[Issue]:
    if not page.glyphs:
        yield issue("nothing-recognised", page=page.number)
    for text in figures:
        yield issue("doubtful-reading", page=page.number, found=text)


def without_table(pages: Iterable[Page], tables: Iterable[Table]) -> Iterator[Issue]:
    """An issue for each recognised page that no table stands on: its text went to the sections only."""
    covered = {number for table in tables for number in table.pages}
    for page in pages:
        if page.reading == "ocr" and page.glyphs and page.number not in covered:
            yield issue("scan-without-table", page=page.number)
