"""Frames on pages to printed tables: captions joined to their frame, continuation pages to their table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from parsers.captions import Caption, is_title, read_caption
from parsers.grid import Grid, read_grid
from parsers.lattice import Frame, frames
from parsers.page import Page
from parsers.text import Line, fold, lines
from parsers.vocabulary import words

ALIGNED = 8.0  # points by which a column's edge may move from page to page


@dataclass(slots=True)
class Printed:
    """One printed table: its grids page by page under the header of the first."""

    caption: Caption
    grids: list[Grid]
    notes: list[str] = field(default_factory=list)

    @property
    def header(self) -> tuple[tuple[str, ...], ...]:
        return self.grids[0].header


@dataclass(frozen=True, slots=True)
class PageText:
    """The lines of a page outside its tables."""

    number: int
    lines: tuple[Line, ...]


def printed_tables(pages: Iterable[Page]) -> tuple[list[Printed], list[PageText]]:
    """All ruled tables of a document in order, and the text around them."""
    tables: list[Printed] = []
    texts: list[PageText] = []
    above: list[str] = []
    for page in pages:
        found, rest = frames(page)
        outside = lines(rest)
        texts.append(PageText(page.number, tuple(outside)))
        fresh = False  # whether something that opens a new table was seen on this page
        for item in _flow(outside, found):
            if isinstance(item, Line):
                if words()["page_number"].search(fold(item.text)):
                    continue
                _note(tables, item.text)
                above.append(item.text)
                fresh = fresh or is_title(item.text)
            else:
                _place(tables, item, above, fresh)
                above, fresh = [], True
        above = above[-4:]
    return tables, texts


def _flow(outside: Sequence[Line], found: Sequence[Frame]) -> list[Line | Frame]:
    """Lines and frames from top to bottom; a line beside a frame counts as standing before it."""
    items: list[tuple[float, int, Line | Frame]] = []
    for order, line in enumerate(outside):
        items.append((line.top, order, line))
    for order, frame in enumerate(found):
        items.append((frame.box[1] + 1.0, len(outside) + order, frame))
    return [item for _, _, item in sorted(items, key=lambda entry: entry[:2])]


def _note(tables: list[Printed], text: str) -> None:
    """A line right under a table that is a note, or the declaration that there is no data."""
    plain = fold(text)
    if tables and len(tables[-1].notes) < 6 and (words()["note"].search(plain) or _declares(plain)):
        tables[-1].notes.append(text)


def _declares(plain: str) -> bool:
    return len(plain) <= 80 and bool(words()["declared"].search(plain))


def _place(tables: list[Printed], frame: Frame, above: list[str], fresh: bool) -> None:
    grid = read_grid(frame)
    caption = read_caption(above, grid.above)
    last = tables[-1] if tables else None
    if last and _continues(last, grid, caption, fresh):
        last.grids.append(_continuation(last, frame, grid))
        last.notes.extend(grid.below)
        return
    if last and not caption.title and _follows(last, grid, fresh):
        caption = replace(last.caption, unit_name=caption.unit_name or last.caption.unit_name)
    tables.append(Printed(caption, [grid], list(grid.below)))


def _continues(last: Printed, grid: Grid, caption: Caption, fresh: bool) -> bool:
    """Whether a grid is the next page of the last table."""
    before = last.grids[-1]
    if grid.page not in (before.page, before.page + 1) or not _aligned(before, grid):
        return False
    same_header = _words_of(grid) == _words_of(last.grids[0])
    if caption.title:
        same_unit = caption.unit_name in ("", last.caption.unit_name)
        return same_header and same_unit and fold(caption.title) == fold(last.caption.title) and grid.page > before.page
    return same_header or (not fresh and grid.page > before.page)


def _follows(last: Printed, grid: Grid, fresh: bool) -> bool:
    """A frame of another width right behind a table, without a title of its own, is part of its form."""
    return not fresh and grid.page <= last.grids[-1].page + 1


def _aligned(before: Grid, grid: Grid) -> bool:
    if len(before.edges) != len(grid.edges):
        return False
    return all(abs(a - b) <= ALIGNED for a, b in zip(before.edges, grid.edges, strict=True))


def _words_of(grid: Grid) -> list[list[str]]:
    return [[fold(text) for text in path] for path in grid.header]


def _continuation(last: Printed, frame: Frame, grid: Grid) -> Grid:
    return grid if _words_of(grid) == _words_of(last.grids[0]) else read_grid(frame, headless=True)
