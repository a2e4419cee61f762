"""A frame as a table: caption rows, header levels and body rows, from spans and from where data starts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from datapackages.model import Box
from parsers.lattice import Frame, GridCell
from parsers.text import REPEATED, fold
from parsers.vocabulary import words

SLIVER = 4.0  # points: a column narrower than this and empty is a rule drawn as a box


class Slot(NamedTuple):
    """What a body row has in one leaf column: a cell, or its place under a cell that spans it."""

    text: str
    box: Box | None
    span: int = 1  # leaf columns covered, counted at the first of them


_new = tuple.__new__  # makes a named tuple in half the time of its own constructor
COVERED = Slot("", None)


@dataclass(frozen=True, slots=True)
class Grid:
    """One frame on one page, read as a table."""

    page: int
    box: Box
    edges: tuple[float, ...]  # left edge of each leaf column, and the right edge of the last
    above: tuple[str, ...]  # title, unit and unit-of-money rows that stand inside the frame
    header: tuple[tuple[str, ...], ...]  # for each leaf column its header cells from top to bottom
    body: tuple[tuple[Slot, ...], ...]
    tops: tuple[float, ...]  # top of each body row
    below: tuple[str, ...]  # notes that stand in the last rows of the frame


class Parted:
    """A frame without its caption and notes, in columns: what does not hang on whether it has a header."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        rows = _rows(frame)
        self._above = _captions(rows, frame.columns)
        self._below = _notes(rows[len(self._above) :], frame.columns)
        self._inner = _trimmed(rows[len(self._above) : len(rows) - len(self._below)])
        self._edges, self._spans = _columns(self._inner)
        self._width = len(self._edges) - 1
        self._height = _header_height(self._inner, self._spans, self._width)
        self._body = self._slots(self._height, len(self._inner))

    def grid(self, *, headless: bool = False) -> Grid:
        """The frame as a table, with the header that it seems to have or as body throughout."""
        height = 0 if headless else self._height
        return Grid(
            self._frame.page,
            self._frame.box,
            tuple(self._edges),
            tuple("".join(cell.text for cell in row) for row in self._above),
            _header(self._inner[:height], self._spans, self._width),
            self._body if height == self._height else (*self._slots(0, self._height), *self._body),
            tuple(row[0].box[1] for row in self._inner[height:] if row),
            tuple("".join(cell.text for cell in row) for row in self._below),
        )

    def _slots(self, first: int, last: int) -> tuple[tuple[Slot, ...], ...]:
        return tuple(_slots(row, self._spans, self._width) for row in self._inner[first:last] if row)


def _rows(frame: Frame) -> list[list[GridCell]]:
    rows: list[list[GridCell]] = [[] for _ in range(frame.rows)]
    for cell in frame.cells:
        rows[cell.row].append(cell)
    return rows


def _captions(rows: Sequence[list[GridCell]], columns: int) -> list[list[GridCell]]:
    """Leading rows that are no header: a title, a label, a unit line, or nothing at all."""
    out: list[list[GridCell]] = []
    for row in rows:
        texts = [cell.text for cell in row if cell.text]
        if texts and not _is_caption(fold("".join(texts)), texts, row, columns):
            break
        out.append(row)
    return out if len(out) < len(rows) else []


def _is_caption(joined: str, texts: list[str], row: list[GridCell], columns: int) -> bool:
    word = words()
    if len(joined) > 90:
        return False
    if word["unit_line"].search(joined) or (word["named_unit"].search(joined) and len(texts) <= 3):
        return True
    if len(texts) > 1:
        return bool(len(texts) <= 3 and word["money_unit"].search(joined))
    whole = any(cell.text and cell.column_end - cell.column >= 0.8 * columns for cell in row) or len(row) == 1
    sparse = columns > 2 and len(row) > 1
    return bool((whole or sparse) and (word["title_end"].search(joined) or word["label"].fullmatch(joined)))


def _notes(rows: Sequence[list[GridCell]], columns: int) -> list[list[GridCell]]:
    """Trailing rows that hold one sentence over the whole width, 注：… among them, and empty ones after it."""
    out: list[list[GridCell]] = []
    for row in reversed(rows):
        texts = [cell.text for cell in row if cell.text]
        if texts and not (len(texts) == 1 and words()["note"].search(fold(texts[0]))):
            break
        out.append(row)
    while out and not any(cell.text for cell in out[-1]):
        out.pop()
    return out[::-1]


def _trimmed(rows: Sequence[list[GridCell]]) -> list[list[GridCell]]:
    """Rows without the columns at either side in which nothing at all is printed, header included."""
    filled = [cell for row in rows for cell in row if cell.text]
    if not filled:
        return list(rows)
    left, right = min(cell.column for cell in filled), max(cell.column_end for cell in filled)
    return [[cell for cell in row if cell.column_end > left and cell.column < right] for row in rows]


def _columns(rows: Sequence[list[GridCell]]) -> tuple[list[float], dict[int, int]]:
    """Leaf columns: the edges that some cell of these rows has, without empty slivers."""
    places: dict[int, float] = {}
    for row in rows:
        for _, column, _, column_end, _, (x0, _, x1, _) in row:
            places[column], places[column_end] = x0, x1
    order = sorted(places)
    full = {(cell.column, cell.column_end) for row in rows for cell in row if cell.text}
    keep = [order[0]] if order else []
    for place in order[1:]:
        sliver = places[place] - places[keep[-1]] < SLIVER and (keep[-1], place) not in full
        if not sliver:
            keep.append(place)
        elif place == order[-1]:
            keep[-1] = place
    leaf = {place: max(bisect_right(keep, place) - 1, 0) for place in order}
    return [places[place] for place in keep], leaf


def _leaves(cell: GridCell, spans: dict[int, int]) -> range:
    first = spans[cell.column]
    return range(first, max(spans[cell.column_end], first + 1))


def _header_height(rows: Sequence[list[GridCell]], spans: dict[int, int], width: int) -> int:
    """Rows above the first in which every leaf column has met a cell of its own and no cell hangs down."""
    own: set[int] = set()
    hanging = 0
    for i, row in enumerate(rows):
        if i and _is_body(row):
            return i
        for cell in row:
            hanging = max(hanging, cell.row_end - rows[0][0].row if rows[0] else 0)
            leaves = _leaves(cell, spans)
            if len(leaves) == 1:
                own.add(leaves[0])
        if len(own) >= width and i + 1 >= hanging:
            return i + 1 + _index_rows(rows[i + 1 :])
    return 0 if rows and rows[0] and _is_body(rows[0]) else min(1, len(rows))


def _index_rows(rows: Sequence[list[GridCell]]) -> int:
    count = 0
    for row in rows:
        if not is_index([cell.text for cell in row]):
            break
        count += 1
    return count


def is_index(texts: Sequence[str]) -> bool:
    """Whether a row only numbers the columns: 栏次 1 2 3, ** 1 2 3."""
    cell, filled = words()["index_cell"], []
    for text in filter(None, map(fold, texts)):
        if not cell.search(text):
            return False  # as most rows at their first cell
        filled.append(text)
    if len(filled) < 2:
        return False
    digits = [int(text) for text in filled if text.isdigit()]
    return (
        len(digits) >= 2
        and digits == sorted(set(digits))
        and digits[-1] - digits[0] == len(digits) - 1
        or bool(filled[0] and words()["index_first"].fullmatch(filled[0]))
    )


def _is_body(row: Sequence[GridCell]) -> bool:
    filled = [text for cell in row if (text := fold(cell.text))]
    if is_index(filled):
        return True
    if any("." in text and is_amount(text) for text in filled):
        return True
    return bool(filled and words()["body_first"].search(filled[0]) and sum(is_amount(t) for t in filled[1:]) >= 1)


@lru_cache(REPEATED)
def is_amount(text: str) -> bool:
    """Whether folded text is a printed number."""
    return not text.isalpha() and words()["amount"].search(text) is not None


def _header(rows: Sequence[list[GridCell]], spans: dict[int, int], width: int) -> tuple[tuple[str, ...], ...]:
    paths: list[list[str]] = [[] for _ in range(width)]
    for row in rows:
        if is_index([cell.text for cell in row]):
            continue
        for cell in row:
            if cell.text:
                for leaf in _leaves(cell, spans):
                    paths[leaf].append(cell.text)
    return tuple(tuple(path) for path in paths)


def _slots(row: Sequence[GridCell], spans: dict[int, int], width: int) -> tuple[Slot, ...]:
    slots = [COVERED] * width
    for _, column, _, column_end, text, box in row:
        first = spans[column]
        slots[first] = _new(Slot, (text, box, spans[column_end] - first or 1))
    return tuple(slots)
