"""Printed texts held against what the second reader sees at their places, and what only that reader sees."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from typing import NamedTuple

from datapackages.issues import issue
from datapackages.model import Box, Issue, Table
from parsers.amounts import read
from parsers.cited import Cited, Printed, frame
from parsers.plumber import Reread, Seen, read_again
from parsers.text import fold

NOTHING = "—"
SAME_CELL = 0.5  # two boxes are one cell when what they share is more than this part of what they cover together
NEAR = 1.0  # points by which the two libraries may place the same character apart
CLOSE = 1.5  # heights of a line of prose by which a figure in it may begin before or end after its box
UNDECODED = "(cid:"  # pdfplumber's word for a character whose font says nothing about it
NO_FIGURE = re.compile(r"[^-\d.,%]")  # in the cell of a figure: a name beside it that is too long for its own
LONG = 4  # digits: a shorter whole number may be a year's day, a count of a header row or a page number


class Held(NamedTuple):
    """A cited text and what the second reader has at its place."""

    cited: Cited
    text: str  # the second reader's, white space removed
    verdict: str  # agrees, differs, blind


@dataclass(frozen=True)
class Reading:
    """What a second reading of some pages found."""

    held: dict[Cited, Held] = field(default_factory=dict)
    more: dict[int, tuple[Seen, ...]] = field(default_factory=dict)  # page → figures that only it sees
    broken: dict[int, str] = field(default_factory=dict)  # page → why it cannot be read

    def verdict(self, cited: Cited) -> str:
        """agrees, differs or blind."""
        found = self.held.get(_place(cited))
        return found.verdict if found else "blind"

    def of_fact(self, fact_id: str) -> str:
        """The verdict on a fact; "" for one that was not looked at."""
        return self._facts.get(fact_id, "")

    def reason(self, page: int) -> Issue | None:
        """Why something on this page could not be compared; None where all could."""
        if page in self.broken:
            return issue("second-reader-page", page=page, error=self.broken[page])
        count = self._blind[page]
        return issue("second-reader-blind", page=page, count=count) if count else None

    def issues(self) -> Iterator[Issue]:
        """Every difference, every figure that was not read, and the pages that could not be compared."""
        for cited, found in self.held.items():
            if found.verdict == "differs":
                yield issue(
                    "second-reader-differs",
                    page=cited.page,
                    table=cited.table_id,
                    row=cited.row,
                    column=cited.column,
                    fast=cited.text,
                    second=found.text or NOTHING,
                )
        for page, seen in self.more.items():
            for word in seen:
                yield issue("second-reader-more", page=page, found=word.text)
        for page in sorted({*self.broken, *self._blind}):
            if reason := self.reason(page):
                yield reason

    @cached_property
    def doubted_columns(self) -> set[tuple[str, int | None]]:
        """List and column of the figures on which the readers differ."""
        return {
            (cited.table_id, cited.column)
            for cited, found in self.held.items()
            if found.verdict == "differs" and cited.fact_id
        }

    @cached_property
    def _facts(self) -> dict[str, str]:
        return {cited.fact_id: found.verdict for cited, found in self.held.items() if cited.fact_id}

    @cached_property
    def _blind(self) -> Counter[int]:
        return Counter(cited.page for cited, found in self.held.items() if found.verdict == "blind")


def read_twice(path: str | PathLike[str], cited: Iterable[Cited], printed: Printed, tables: set[str]) -> Reading:
    """Compare the cited texts, and all pages of these lists because a sum may miss a row that was never read.

    Each page is read once. Raises PasswordNeeded or Unreadable when the second reader cannot open the file.
    """
    wanted: dict[int, dict[Cited, None]] = defaultdict(dict)
    for one in cited:
        wanted[one.page][_place(one)] = None
    pages = {page for name in tables for page in printed.tables[name].pages}
    reading = Reading()
    for page in read_again(path, pages | set(wanted)):
        if not isinstance(page, Reread):
            reading.broken[page[0]] = page[1]
            continue
        for one in wanted[page.number]:
            reading.held[one] = _unless_torn(held(one, page), printed)
        if more := tuple(unread(printed.on_page(page.number), page)):
            reading.more[page.number] = more
    return reading


def _place(cited: Cited) -> Cited:
    """The same place whichever side of a check it is on."""
    return cited._replace(on_left=True)


def _unless_torn(found: Held, printed: Printed) -> Held:
    """The second reader does not join what a page break has torn: it cannot tell, rather than differ."""
    torn = (
        found.verdict == "differs"
        and fold(found.cited.text).startswith(found.text)
        and printed.goes_on(found.cited)
    )
    return found._replace(verdict="blind") if torn else found


def held(cited: Cited, page: Reread) -> Held:
    """Compare one text. ``blind`` where the second reader cannot see text: a picture, an unknown font."""
    if page.is_picture or cited.box is None:
        return Held(cited, "", "blind")
    wanted = fold(cited.text)
    if cited.among_others:
        found = fold("".join(_within(cited.box, page.chars)))
        agrees = bool(re.search(rf"(?<![\d.,]){re.escape(wanted)}(?![\d.])", found))
    else:
        found = fold(_in_cell(cited.box, wanted, page))
        agrees = found == wanted or (read(wanted) is not None and NO_FIGURE.sub("", found) == wanted)
    if agrees:
        return Held(cited, found, "agrees")
    # Of words the two libraries differ in order and in what runs over: only figures can be told to differ.
    told = UNDECODED not in found and (cited.among_others or read(wanted) is not None)
    return Held(cited, found, "differs" if told else "blind")


def _in_cell(box: Box, wanted: str, page: Reread) -> str:
    """The text of pdfplumber's cell at that place; of its words where it has no such cell."""
    cell = max(page.cells, key=lambda cell: _shared(cell.box, box), default=None)
    words = "".join(word.text for word in page.words if _centre_in(word.box, box))
    if cell is None or _shared(cell.box, box) <= SAME_CELL:
        return words
    if fold(cell.text) != wanted and fold(words) == wanted and fold(cell.text) in wanted:
        return words  # a figure wider than its cell: pdfplumber cuts it at the rule, the page shows it whole
    return cell.text


def unread(tables: Sequence[Table], page: Reread) -> Iterator[Seen]:
    """Figures that only the second reader sees inside the frames of these lists, or of its own tables over them.

    ``tables`` are all lists of the document on that page, so that a figure of a list beside is no surprise.
    """
    own = [box for table in tables if (box := frame(table, page.number))]
    frames = [*own, *(box for box in page.frames if any(_touch(box, other) for other in own))]
    cells = [
        (cell.box, fold(cell.text))
        for table in tables
        for row in table.rows
        for cell in row
        if cell.page == page.number and cell.box and cell.text
    ]
    for word in page.words:
        text = fold(word.text)
        if not _is_amount(text) or not any(_centre_in(word.box, box) for box in frames):
            continue
        touched = sorted((box, printed) for box, printed in cells if _touch(word.box, box))
        if text not in "".join(printed for _, printed in touched):  # figures that run into one another are one word
            yield word


def beside(seen: Iterable[Seen], cited: Sequence[Cited]) -> bool:
    """Whether one of the figures stands in a row or a column of the cited ones, so that it may belong to a sum."""
    boxes = [one.box for one in cited if one.box]
    return any(
        _overlap(word.box[0], word.box[2], box[0], box[2]) or _overlap(word.box[1], word.box[3], box[1], box[3])
        for word in seen
        for box in boxes
    )


def _is_amount(text: str) -> bool:
    number = read(text)
    return number is not None and ("." in text or "," in text or len(text) >= LONG)


def _within(box: Box, seen: Iterable[Seen]) -> Iterator[str]:
    """Characters in a box and close by: the box of a figure in a sentence is measured, not printed."""
    x0, top, x1, bottom = box
    close = (bottom - top) * CLOSE
    wider = x0 - close, top - NEAR, x1 + close, bottom + NEAR
    return (one.text for one in seen if _centre_in(one.box, wider))


def _centre_in(inner: Box, outer: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def _touch(one: Box, other: Box) -> bool:
    return _overlap(one[0], one[2], other[0], other[2]) and _overlap(one[1], one[3], other[1], other[3])


def _overlap(low: float, high: float, other_low: float, other_high: float) -> bool:
    return min(high, other_high) > max(low, other_low)


def _shared(one: Box, other: Box) -> float:
    """What two boxes share, as a part of what they cover together."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (_area(one) + _area(other) - shared)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
