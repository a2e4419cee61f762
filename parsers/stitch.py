"""Frames on pages to printed tables: captions joined to their frame, continuation pages to their table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from parsers.captions import Caption, is_title, read_caption
from parsers.grid import Grid, Parted, Slot, is_amount
from parsers.lattice import Frame, frames
from parsers.page import Page
from parsers.regions import find_regions, is_form_title, may_hold_rows
from parsers.text import Line, fold, lines
from parsers.unruled import Region, doubt, read_form, read_onward, read_region
from parsers.vocabulary import canonical, words

LIST_HEADINGS = 5  # a performance list has at least so many headings side by side, a form fewer
ALIGNED = 8.0  # points by which a column's edge may move from page to page


@dataclass(slots=True)
class Printed:
    """One printed table: its grids page by page under the header of the first."""

    caption: Caption
    grids: list[Grid]
    notes: list[str] = field(default_factory=list)
    unruled: bool = False
    doubt: str = ""  # the text that shows that it was not read reliably

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
        goes_on = bool(tables) and tables[-1].unruled and tables[-1].grids[-1].page == page.number - 1
        outside = lines(rest)
        regions: list[Region] = []
        if goes_on or (any(_may_open(line.text) for line in outside) and may_hold_rows(outside)):
            regions, rest = find_regions(page, rest, found, tables[-1].caption.title if goes_on else None)
            outside = lines(rest) if regions else outside
        texts.append(PageText(page.number, tuple(outside)))
        fresh = False  # whether something that opens a new table was seen on this page
        for item in _flow(outside, found, regions):
            if isinstance(item, Line):
                if words()["page_number"].search(fold(item.text)):
                    continue
                _note(tables, item.text)
                above.append(item.text)
                fresh = fresh or is_title(item.text)
            else:
                if isinstance(item, Region):
                    _place_region(tables, item, above)
                else:
                    _place(tables, item, above, fresh)
                above, fresh = [], True
        above = above[-4:]
    return tables, texts


def _may_open(text: str) -> bool:
    """Whether a line could stand over a table: most pages of prose have none and need no closer look."""
    return len(text) <= 80 and (words()["money_unit"].search(fold(text)) is not None or is_title(text))


def _flow(
    outside: Sequence[Line], found: Sequence[Frame], regions: Sequence[Region]
) -> list[Line | Frame | Region]:
    """Lines and frames from top to bottom; a line beside a frame counts as standing before it."""
    items: list[tuple[float, int, Line | Frame | Region]] = []
    for order, line in enumerate(outside):
        items.append((line.top, order, line))
    for order, frame in enumerate(found):
        items.append((frame.box[1] + 1.0, len(outside) + order, frame))
    for order, region in enumerate(regions):
        items.append((region.lines[0][0].box[1] + 1.0, len(outside) + len(found) + order, region))
    return [item for _, _, item in sorted(items, key=lambda entry: entry[:2])]


def _note(tables: list[Printed], text: str) -> None:
    """A line right under a table that is a note, or the declaration that there is no data."""
    plain = fold(text)
    if tables and len(tables[-1].notes) < 6 and (words()["note"].search(plain) or _declares(plain)):
        tables[-1].notes.append(text)


def _declares(plain: str) -> bool:
    return len(plain) <= 80 and bool(words()["declared"].search(plain))


def _place(tables: list[Printed], frame: Frame, above: list[str], fresh: bool) -> None:
    parted = Parted(frame)
    grid = parted.grid()
    caption = read_caption(above, grid.above)
    if is_form(frame, caption.title):
        grid = parted.grid(headless=True)
    if not grid.header:  # a frame around nothing but notes
        for text in (*grid.above, *grid.below):
            _note(tables, text)
        return
    last = tables[-1] if tables else None
    if last and (onward := _continuation(last, parted, grid, caption, fresh)):
        _mend(last, onward)
        last.notes.extend(grid.below)
        return
    if last and not caption.title and _follows(last, grid, fresh):
        caption = replace(last.caption, unit_name=caption.unit_name or last.caption.unit_name)
    tables.append(Printed(caption, [grid], list(grid.below)))


def _place_region(tables: list[Printed], region: Region, above: list[str]) -> None:
    """A table without a grid of rules: with a header a table of its own, without one the last one's next page."""
    caption = read_caption(above, ())
    last = tables[-1] if tables and tables[-1].unruled else None
    same = last is not None and caption.title in ("", last.caption.title)
    if last and same and region.page == last.grids[-1].page + 1:
        first = last.grids[0]
        form = not any(first.header) and not caption.title
        onward = read_form(region, first.edges) if form else read_onward(region, first, titled=bool(caption.title))
        if onward:
            last.grids.append(onward)
            last.doubt = last.doubt or ("" if form else doubt(onward))
            return
    form = is_form_title(caption.title) and len(region.lines[0]) < LIST_HEADINGS
    grid = read_form(region) if form else read_region(region)
    if grid:
        tables.append(Printed(caption, [grid], unruled=True, doubt=doubt(grid) if any(grid.header) else ""))


def _continuation(last: Printed, parted: Parted, grid: Grid, caption: Caption, fresh: bool) -> Grid | None:
    """The grid in the columns of the last table when it is its next page, else None."""
    before = last.grids[-1]
    if grid.page not in (before.page, before.page + 1):
        return None
    if not any(last.header):
        same_sides = abs(grid.box[0] - before.box[0]) <= ALIGNED and abs(grid.box[2] - before.box[2]) <= ALIGNED
        onward = not caption.title and not fresh and same_sides and grid.page > before.page
        return parted.grid(headless=True) if onward else None
    fitted = fit(grid, last.grids[0].edges)
    same_header = fitted is not None and _words_of(fitted) == _words_of(last.grids[0])
    if caption.title:
        same_unit = caption.unit_name in ("", last.caption.unit_name)
        same = same_unit and fold(caption.title) == fold(last.caption.title) and grid.page > before.page
        return fitted if same and same_header else None
    if same_header:
        return fitted
    if fresh or grid.page == before.page:
        return None
    return fit(parted.grid(headless=True), last.grids[0].edges)


def is_form(frame: Frame, title: str) -> bool:
    """Whether a frame is a form to fill in (labels beside values) and no list: it has no header then."""
    if not canonical(title).startswith("performance"):
        return False
    top = min(cell.row for cell in frame.cells if cell.text)
    return sum(1 for cell in frame.cells if cell.row == top and cell.text) < LIST_HEADINGS


def _follows(last: Printed, grid: Grid, fresh: bool) -> bool:
    """A frame of another width right behind a table, without a title of its own, is part of its form."""
    return not fresh and grid.page <= last.grids[-1].page + 1


def _mend(last: Printed, onward: Grid) -> None:
    """Append a page; a row that the page break tore in two becomes one row of the earlier page."""
    before = last.grids[-1]
    next_page = any(last.header) and onward.page > before.page
    if next_page and before.body and onward.body and is_torn(last.grids, onward.body[0]):
        whole = tuple(_glued(a, b) for a, b in zip(before.body[-1], onward.body[0], strict=True))
        last.grids[-1] = replace(before, body=(*before.body[:-1], whole))
        onward = replace(onward, body=onward.body[1:])
    last.grids.append(onward)


def _glued(upper: Slot, lower: Slot) -> Slot:
    return upper._replace(text=upper.text + lower.text, box=upper.box or lower.box)


def is_torn(grids: Sequence[Grid], row: Sequence[Slot]) -> bool:
    """Whether the first row of a page only completes the last row of the page before.

    Either a figure is cut (all others of the table have decimals, the two halves have them together), or
    the row has words but no figure in a table where every other row has one.
    """
    above = grids[-1].body[-1]
    pairs = [(a.text, b.text) for a, b in zip(above, row, strict=True) if b.text]
    if not pairs or not all(a for a, _ in pairs):
        return False
    if any(is_amount(fold(b)) for _, b in pairs):
        return all(_cut(a, b) for a, b in pairs if is_amount(fold(b)))
    rows = [r for grid in grids for r in grid.body]
    return len(rows) > 3 and len(row) > 2 and all(_figures(r) for r in rows)


def _figures(row: Sequence[Slot]) -> int:
    return sum(1 for slot in row if slot.text and is_amount(fold(slot.text)) and not slot.text.isdigit())


def _cut(upper: str, lower: str) -> bool:
    """Whether two texts are one figure with two decimals only together."""
    joined = fold(upper + lower)
    return bool(re.fullmatch(r"-?[\d,]+\.\d{2}", joined)) and not re.fullmatch(r"-?[\d,]+\.\d{2}", fold(upper))


def _words_of(grid: Grid) -> list[list[str]]:
    return [[fold(text) for text in path] for path in grid.header]


def fit(grid: Grid, edges: Sequence[float]) -> Grid | None:
    """The grid in the columns with these left edges, or None where it has a filled column beside them.

    A page without a header may lack a column's rule or have an empty column more: what counts is that
    every edge of the grid that parts text is an edge of the table.
    """
    places = [_nearest(edges, edge) for edge in grid.edges]
    spare = [i for i, place in enumerate(places) if place is None]
    if any(_parts_text(grid, i) for i in spare) or all(place is None for place in places):
        return None
    target = _targets(places, len(edges) - 1)
    if target is None:
        return None
    if len(edges) == len(grid.edges) and target == list(range(len(target))):  # column by column, as most pages are
        return replace(grid, edges=tuple(edges))
    body = tuple(_moved(row, target, len(edges) - 1) for row in grid.body)
    header = _moved_header(grid, target, len(edges) - 1)
    return replace(grid, edges=tuple(edges), header=header, body=body)


def _nearest(edges: Sequence[float], edge: float) -> int | None:
    gaps = [abs(other - edge) for other in edges]
    return gaps.index(min(gaps)) if min(gaps) <= ALIGNED else None


def _parts_text(grid: Grid, i: int) -> bool:
    """Whether there is text on both sides of an edge, so that leaving it out would join two cells."""
    if i in (0, len(grid.edges) - 1):
        return any(row[0 if i == 0 else -1].text for row in grid.body)
    return any(row[i - 1].text and row[i].text for row in grid.body)


def _targets(places: Sequence[int | None], width: int) -> list[int] | None:
    """For each column of the grid the column of the table that it belongs to."""
    target: list[int] = []
    current = 0
    for place in places[:-1]:
        if place is not None:
            if target and place < current:
                return None
            current = place
        target.append(min(current, width - 1))
    return target


def _moved(row: Sequence[Slot], target: Sequence[int], width: int) -> tuple[Slot, ...]:
    out = [Slot("", None)] * width
    for slot, column in zip(row, target, strict=True):
        if slot.text or out[column].box is None:
            out[column] = Slot(out[column].text + slot.text, slot.box, min(slot.span, width - column))
    return tuple(out)


def _moved_header(grid: Grid, target: Sequence[int], width: int) -> tuple[tuple[str, ...], ...]:
    out: list[tuple[str, ...]] = [()] * width
    for path, column in zip(grid.header, target, strict=True):
        out[column] = out[column] or path
    return tuple(out)
