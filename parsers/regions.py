"""Where on a page a table without a grid of rules stands: between its caption and what follows it."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.captions import is_title, split_label
from parsers.grid import is_amount
from parsers.lattice import Frame
from parsers.page import Glyph, Page
from parsers.text import fold
from parsers.unruled import Region
from parsers.vocabulary import canonical, meaning, words
from parsers.words_on_page import Word, type_size, words_of

PROSE = 45  # characters without a gap: a sentence, no cell
TALL = 4.0  # type sizes of white: the table has ended
Lines = list[list[Word]]


def find_regions(
    page: Page, glyphs: Sequence[Glyph], found: Sequence[Frame], *, goes_on: bool
) -> tuple[list[Region], list[Glyph]]:
    """Regions from top to bottom, and the glyphs in none of them.

    ``goes_on`` says that the page before ended inside such a table, so that one may start at the top.
    """
    lines = words_of(glyphs)
    size = type_size(glyphs)
    regions = []
    for first, last in _stretches(lines, found, size, goes_on):
        held = lines[first:last]
        top, bottom = held[0][0].box[1] - 1.5 * size, held[-1][0].box[3] + size
        rules = tuple(sorted({r.top for r in page.rulings if r.horizontal and top <= r.top <= bottom}))
        regions.append(Region(page.number, tuple(tuple(line) for line in held), _whole(rules), size))
    return regions, [glyph for glyph in glyphs if not any(_within(glyph, region) for region in regions)]


def _whole(rules: Sequence[float]) -> tuple[float, ...]:
    """Rules at heights of their own; one drawn cell by cell counts once."""
    out: list[float] = []
    for rule in rules:
        if not out or rule - out[-1] > 2.5:
            out.append(rule)
    return tuple(out)


def _within(glyph: Glyph, region: Region) -> bool:
    return any(word.box[1] - 1 <= glyph.y <= word.box[3] + 1 and word.box[0] <= glyph.x <= word.box[2]
               for line in region.lines for word in line)  # fmt: skip


def _stretches(
    lines: Lines, found: Sequence[Frame], size: float, goes_on: bool
) -> list[tuple[int, int]]:
    """First and last-but-one line of each stretch of table rows."""
    out = []
    i, open_ = 0, goes_on
    while i < len(lines):
        if _is_caption(lines[i]):
            open_ = open_ or _names_table(lines[i])
            i += 1
            continue
        if open_ and (end := _end(lines, i, found, size)) and _is_tabular(lines[i:end]):
            out.append((i, end))
            i = end
        else:
            i += 1
        open_ = False
    return out


def _text(line: Sequence[Word]) -> str:
    return "".join(word.text for word in line)


def _is_caption(line: Sequence[Word]) -> bool:
    text = _text(line)
    plain = fold(text)
    return bool(
        is_title(text)
        or meaning("unit_line", plain)
        or (meaning("named_unit", plain) and len(line) <= 3 and len(plain) < 60)
        or words()["label"].fullmatch(plain)
    )


def _names_table(line: Sequence[Word]) -> bool:
    text = _text(line)
    if meaning("unit_line", fold(text)):
        return True
    return is_title(text) and canonical(split_label(text)[1]) != "unrecognised"


def _end(lines: Lines, first: int, found: Sequence[Frame], size: float) -> int:
    """The line that no longer belongs to the rows from ``first`` on."""
    for i in range(first, len(lines)):
        line = lines[i]
        plain = fold(_text(line))
        above = lines[i - 1][0].box[3] if i > first else line[0].box[1]
        framed = any(frame.box[1] < line[0].y and frame.box[3] > lines[first][0].y for frame in found)
        if (
            framed
            or _is_caption(line)
            or meaning("note", plain)
            or meaning("page_number", plain)
            or (len(line) == 1 and len(plain) > PROSE)
            or line[0].box[1] - above > TALL * size
        ):
            return i
    return len(lines)


def _is_tabular(lines: Lines) -> bool:
    """At least two lines of several words, and figures or a row of headings."""
    wide = [line for line in lines if len(line) > 1]
    figures = sum(is_amount(word.plain) for line in lines for word in line)
    return len(wide) >= 2 and (figures >= 1 or max(len(line) for line in wide) >= 3)
