"""Headings: which lines name what follows, how deep they stand, and what follows them on the same line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.prose import ProseLine, narrow, pattern, patterns

HEADING = 60  # characters: a longer title is a sentence
SHORT = 24  # characters of a heading with an Arabic number, which lists have too
NARROW_PAGE = 16  # characters of a heading that fills a line: only on a page with short lines
WRAPPED = 2.6  # characters by which a line may fall short of the margin and still go on in the next
MOST_LINES = 3  # of one heading
DEEP = 4  # levels from here on are numbered with Arabic figures
CENTRED = 6.0  # points between the middles of two lines that stand one below the other


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level from 1, its words, the lines it takes, and the text behind it on the last of them."""

    level: int
    title: str
    taken: int
    rest: ProseLine | None = None


class Margins:
    """The left and right edges of the text on each page."""

    def __init__(self, lines: Sequence[ProseLine]) -> None:
        self._edges: dict[int, tuple[float, float]] = {}
        for line in lines:
            x0, _, x1, _ = line.line.box
            left, right = self._edges.get(line.page, (x0, x1))
            self._edges[line.page] = (min(left, x0), max(right, x1))

    def of(self, page: int) -> tuple[float, float]:
        """Left and right edge."""
        return self._edges[page]

    def goes_on(self, line: ProseLine, after: ProseLine) -> bool:
        """Whether a line is full and the next one begins at the margin, so that both are one paragraph."""
        size = (line.line.bottom - line.line.top) or 1.0
        right = self._edges[line.page][1]
        left = self._edges[after.page][0]
        return line.line.box[2] >= right - WRAPPED * size and after.line.box[0] <= left + 0.8 * size


def read_heading(lines: Sequence[ProseLine], i: int, margins: Margins, entries: set[str]) -> Heading | None:
    """The heading that begins with a line, or None for text; ``entries`` are the names in the contents."""
    level, number = numbering(lines[i].plain)
    if not level:
        return _unnumbered(lines, i, entries)
    most = _paragraph(lines, i, level, number, margins)
    for taken in range(most, 0, -1):
        joined = _join(lines[i : i + taken])
        title = narrow(joined)[len(number) :]
        short = len(title) <= NARROW_PAGE and "," not in title and (level < DEEP or title.endswith(":"))
        if taken < most and not short:
            continue  # the beginning of a sentence
        if _is_name(title) and (level < DEEP or _stands_alone(lines, i, taken, level, title)):
            return Heading(level, joined.rstrip(":："), taken)
    if level == 1 and lines[i].plain == number:
        return Heading(level, number, 1)  # its name is the title of the tables that follow
    return _run_in(lines[i : i + most], level, number) if level < DEEP else None


def _run_in(lines: Sequence[ProseLine], level: int, number: str) -> Heading | None:
    """A heading with its text behind it: 一、基本支出：指…, also where its name goes on in the next line."""
    joined = _join(lines)
    found = pattern("sections", "run_in").match(narrow(joined)[len(number) :])
    if not found or not _names(found["title"], found[0][-1]):
        return None
    cut, taken = len(number) + found.end(), 1
    title = joined[: cut - 1]
    while cut > len(lines[taken - 1].text):
        cut -= len(lines[taken - 1].text)
        taken += 1
    return Heading(level, title, taken, lines[taken - 1].after(cut))


def _join(lines: Sequence[ProseLine]) -> str:
    return "".join(line.text for line in lines)


def _paragraph(lines: Sequence[ProseLine], i: int, level: int, number: str, margins: Margins) -> int:
    """How many lines may belong to a heading: full lines, and of 第三部分 the name centred below it."""
    taken = 1
    while taken < MOST_LINES and i + taken < len(lines) and numbering(lines[i + taken].plain) == (0, ""):
        last, following = lines[i + taken - 1], lines[i + taken]
        below = level == 1 and taken == 1 and _names_part(last, following, number)
        if not below and not margins.goes_on(last, following):
            break
        taken += 1
    return taken


def _names_part(line: ProseLine, following: ProseLine, number: str) -> bool:
    """Whether the next line goes on with the name of a part: it stands centred below, or the number is bare."""
    if len(following.text) >= HEADING / 2 or re.search("[,。;:]", following.plain):
        return False
    middles = [(other.line.box[0] + other.line.box[2]) / 2 for other in (line, following)]
    return line.plain == number or abs(middles[0] - middles[1]) <= CENTRED


def numbering(plain: str) -> tuple[int, str]:
    """Level and words of the number that a line begins with; (0, "") where it has none."""
    for level, numbers in patterns("sections", "levels"):
        if found := numbers.match(plain):
            return int(level), found[0]
    return 0, ""


def _is_name(title: str) -> bool:
    """Whether words are the name of a section: no sentence, no figure of money."""
    bare = title.rstrip(":")
    if len(bare) > HEADING or re.search("[。;:!?]", bare) or pattern("sentences", "figure").search(bare):
        return False
    return not (bare.endswith(",") or ("," in bare and pattern("sections", "sentence").search(bare)))


def _names(title: str, mark: str) -> bool:
    """Whether the words before a full stop or colon name what follows; a duty or a step does not."""
    if pattern("sentences", "figure").search(title):
        return False
    return mark == ":" or not pattern("sections", "sentence").search(title)


def _stands_alone(lines: Sequence[ProseLine], i: int, taken: int, level: int, title: str) -> bool:
    """Lists have Arabic numbers too: a heading is short and text follows it, not the next number."""
    if len(title) > SHORT or re.search("[,、(]", title) or i + taken >= len(lines):
        return False
    following = numbering(lines[i + taken].plain)[0]
    return not following or following > level


def _unnumbered(lines: Sequence[ProseLine], i: int, entries: set[str]) -> Heading | None:
    """A heading without its number is known from the list of contents (Shanghai)."""
    plain = lines[i].plain
    short = len(plain) <= HEADING / 2 and not re.search("[,。;:]", plain)
    return Heading(2, lines[i].text, 1) if short and any(plain.endswith(entry) for entry in entries) else None
