"""The lines of a document that are prose, and the words by which prose is read (``data/prose.yaml``)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from datapackages.model import Box, Table
from parsers.amounts import NARROW
from parsers.captions import is_title, split_label
from parsers.stitch import PageText
from parsers.text import Line, fold
from parsers.vocabulary import load, words

EDGE = 2  # lines at the top and the bottom of a page that may be a running header or footer
RUNNING = 3  # pages on which a line stands at the edge to be a running one
LONGEST_CAPTION = 60  # characters of a line over a table that names unit and money
NEAR = 200.0  # points above the first row of a table in which its header and caption stand
PAIRS = str.maketrans("〔〕［］【】", "()()()")


@dataclass(frozen=True, slots=True)
class ProseLine:
    """A line of prose; ``plain`` is its text with full-width forms narrowed, character by character."""

    page: int
    line: Line
    plain: str

    @property
    def text(self) -> str:
        """The text as printed."""
        return self.line.text

    def part(self, start: int, end: int) -> Box:
        """The box of some characters of the line: Latin ones are about half as wide as Chinese ones."""
        x0, top, x1, bottom = self.line.box
        scale = (x1 - x0) / (_width(self.text) or 1.0)
        left, right = (x0 + scale * _width(self.text[:at]) for at in (start, end))
        return rounded((left, top, right, bottom))

    def after(self, cut: int) -> ProseLine | None:
        """What stands behind the first characters of the line; None where nothing does."""
        rest = Line(self.text[cut:], self.part(cut, len(self.text)))
        return ProseLine(self.page, rest, self.plain[cut:]) if rest.text else None


def data() -> Mapping[str, Any]:
    """``data/prose.yaml`` as it is written."""
    return load("prose")


@cache
def pattern(group: str, name: str) -> re.Pattern[str]:
    """A pattern of the file; it matches :func:`narrow` text."""
    return re.compile(data()[group][name])


@cache
def patterns(group: str, name: str = "") -> list[tuple[str, re.Pattern[str]]]:
    """An ordered list of the file: the word of the contract and its pattern."""
    entries = data()[group][name] if name else data()[group]
    return [(word, re.compile(entry)) for word, entry in entries.items()]


def first(group: str, text: str) -> str:
    """The first word of a list whose pattern is found in narrow text, or an empty string."""
    return next((word for word, entry in patterns(group) if entry.search(text)), "")


def narrow(text: str) -> str:
    """Full-width forms as plain ones, one character for one, so that places in the text stay."""
    return text.translate(NARROW).translate(PAIRS)


def rounded(box: Box) -> Box:
    """To a hundredth of a point, as boxes are written."""
    x0, top, x1, bottom = (round(edge, 2) for edge in box)
    return x0, top, x1, bottom


def _width(text: str) -> float:
    return sum(0.5 if char < "\u2000" else 1.0 for char in text)


def prose_lines(texts: Sequence[PageText], tables: Iterable[Table]) -> Iterator[ProseLine]:
    """Lines outside tables without page numbers, running headers and footers, and captions of tables."""
    running = _running(texts)
    reach = _reach(tables)
    for page in texts:
        open_note: Line | None = None  # a note under a table whose sentence goes on in the next line
        for line in page.lines:
            plain = narrow(line.text)
            if not plain or pattern("sections", "page_number").search(plain) or _key(plain) in running:
                continue
            note = _is_note(line, plain, reach[page.number]) or (
                open_note is not None and _goes_on(open_note, line)
            )
            open_note = line if note and not plain.endswith("。") else None
            if not note and not _is_caption(line, plain, reach[page.number]):
                yield from _without_people(page.number, line, plain)


def _without_people(page: int, line: Line, plain: str) -> Iterator[ProseLine]:
    """The line without the names and telephone numbers of the persons to be asked: people are not data."""
    contact = pattern("sections", "contact").search(plain)
    keep = line.text[: contact.start()] if contact else line.text
    if keep:
        yield ProseLine(page, Line(keep, line.box), plain[: len(keep)])


def _key(plain: str) -> str:
    return re.sub(r"\d+", "#", plain)


def _running(texts: Sequence[PageText]) -> set[str]:
    """Texts that stand at the edge of several pages: the running header and footer."""
    pages: Counter[str] = Counter()
    for page in texts:
        edge = [*page.lines[:EDGE], *page.lines[-EDGE:]]
        pages.update({_key(narrow(line.text)) for line in edge if len(line.text) < LONGEST_CAPTION})
    return {key for key, count in pages.items() if count >= RUNNING and not _starts_part(key)}


def _starts_part(plain: str) -> bool:
    return bool(dict(patterns("sections", "levels"))["1"].match(plain.replace("#", "1")))


def _reach(tables: Iterable[Table]) -> dict[int, list[tuple[float, float]]]:
    """For each page the top and bottom of its tables."""
    reach: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for table in tables:
        edges: dict[int, list[float]] = {number: [] for number in table.pages}
        for row in table.rows:
            for cell in row:
                if cell.box:
                    edges[cell.page] += (cell.box[1], cell.box[3])
        for number, found in edges.items():
            reach[number].append((min(found, default=0.0), max(found, default=0.0)))
    return reach


def _is_note(line: Line, plain: str, tables: Sequence[tuple[float, float]]) -> bool:
    """A note under a table: its sentences belong to the table."""
    under = any(line.top >= bottom - 1 for _, bottom in tables)
    return under and bool(words()["note"].search(plain))


def _goes_on(above: Line, line: Line) -> bool:
    """Whether a line stands right below another and opens nothing new."""
    size = line.bottom - line.top
    numbered = any(numbers.match(narrow(line.text)) for _, numbers in patterns("sections", "levels"))
    return line.top - above.bottom <= 1.5 * size and not numbered


def _is_caption(line: Line, plain: str, tables: Sequence[tuple[float, float]]) -> bool:
    """A title, label or unit of a table; right over a table lines that only look like one count too."""
    if _starts_part(plain):
        return False
    if is_title(line.text) or words()["unit_line"].search(fold(plain)):
        return True
    if pattern("sections", "caption").match(plain):
        return True
    if "。" in plain or len(plain) > LONGEST_CAPTION:
        return False
    over = any(top - NEAR < line.top < top + 1 for top, _ in tables)
    named = words()["named_unit"].search(plain) or split_label(plain)[0]
    return bool(words()["money_unit"].search(plain) or (over and named))
