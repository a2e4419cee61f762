"""Where on a page a table without a grid of rules stands: between its caption and what follows it."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.captions import is_title, split_label
from parsers.grid import is_amount
from parsers.lattice import Frame
from parsers.page import Glyph, Page, middle
from parsers.text import Line, fold
from parsers.unruled import Region
from parsers.vocabulary import canonical, meaning, words
from parsers.words_on_page import Word, type_size, words_of

PROSE = 45  # characters without a gap: a sentence, no cell
HEADING = 30  # characters: the longest of a heading
TALL = 4.0  # type sizes of white: the table has ended ...
TALLEST = 30.0  # ... unless a line of several words or a figure follows within so many: rows may be blank
SUBTITLES = 2  # lines such as （2026年度） under the title of a form, or over the rows of a next page
FORM_LINES = 6  # of several words: a form has at least so many
Lines = list[list[Word]]


def is_form_title(title: str) -> bool:
    """Whether a title is of a form to fill in (labels beside values) when its table has no header."""
    return canonical(split_label(title)[1]).startswith("performance")


def find_regions(
    page: Page, glyphs: Sequence[Glyph], found: Sequence[Frame], goes_on: str | None
) -> tuple[list[Region], list[Glyph]]:
    """Regions from top to bottom, and the glyphs in none of them.

    ``goes_on`` is the title of the table without rules in which the page before ended, or None.
    """
    lines = words_of(glyphs)
    size = type_size(glyphs)
    regions = []
    for first, last in _stretches(lines, found, size, goes_on):
        held = lines[first:last]
        top, bottom = held[0][0].box[1] - 1.5 * size, held[-1][0].box[3] + size
        rules = tuple(r for r in page.rulings if r.horizontal and top <= r.top <= bottom)
        own = type_size([glyph for glyph in glyphs if top < middle(glyph)[1] < bottom])
        regions.append(Region(page.number, tuple(tuple(line) for line in held), rules, own))
    if not regions:
        return [], list(glyphs)
    return regions, [glyph for glyph in glyphs if not any(_within(glyph, region) for region in regions)]


def may_hold_rows(lines: Sequence[Line]) -> bool:
    """Whether anything but captions, notes and page numbers is printed outside the frames of a page."""
    return not all(_stands_alone(fold(line.text)) for line in lines)


def _stands_alone(plain: str) -> bool:
    names = ("unit_line", "named_unit", "note", "page_number")
    return is_title(plain) or any(meaning(name, plain) for name in names) or bool(words()["label"].fullmatch(plain))


def _within(glyph: Glyph, region: Region) -> bool:
    x, y = middle(glyph)
    return any(word.box[1] - 1 <= y <= word.box[3] + 1 and word.box[0] <= x <= word.box[2]
               for line in region.lines for word in line)  # fmt: skip


def _stretches(lines: Lines, found: Sequence[Frame], size: float, goes_on: str | None) -> list[tuple[int, int]]:
    """First and last-but-one line of each stretch of table rows."""
    out = []
    caption: Lines = []
    title, skipped, i = goes_on, 0, 0
    if goes_on is not None and _is_running_head(lines):
        i = 1
    while i < len(lines):
        if _is_caption(lines[i]):
            caption.append(lines[i])
            title = _title(lines[i]) or title
            skipped = 0
        else:
            form = title is not None and is_form_title(title)
            opened = form or title is not None or _is_whole(caption)
            end = _end(lines, i, found, size, form) if opened else 0
            subtitle = form and bool(caption) and len(lines[i]) == 1 and skipped < SUBTITLES
            if (
                end
                and not subtitle
                and _is_table(lines[i:end], _is_whole(caption), form, goes_on is not None and not caption)
            ):
                out.append((i, end))
                i = end - 1
            elif subtitle or (goes_on is not None and not caption and skipped < SUBTITLES):
                skipped, i = skipped + 1, i + 1
                continue
            title, caption = None, []
        i += 1
    return out


def _is_running_head(lines: Lines) -> bool:
    """Whether the first line of a page stands apart from the rows below it."""
    if len(lines) < 3 or len(lines[0]) > 1:
        return False
    first, second, third = (line[0].y for line in lines[:3])
    return second - first > 1.25 * (third - second)


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


def _title(line: Sequence[Word]) -> str:
    """The title of a known form in a line, or an empty string."""
    text = _text(line)
    return text if is_title(text) and canonical(split_label(text)[1]) != "unrecognised" else ""


def _is_whole(caption: Lines) -> bool:
    """Whether a caption says the unit of money: what follows it is a table, be it empty."""
    return any(meaning("money_unit", fold(_text(line))) for line in caption)


def _end(lines: Lines, first: int, found: Sequence[Frame], size: float, form: bool) -> int:
    """The line that no longer belongs to the rows from ``first`` on."""
    for i in range(first, len(lines)):
        line = lines[i]
        plain = fold(_text(line))
        above = lines[i - 1][0].box[3] if i > first else line[0].box[1]
        framed = any(frame.box[1] < line[0].y and frame.box[3] > lines[first][0].y for frame in found)
        close = line[0].box[1] - above < 0.5 * size
        numbers = (len(line) > 1 or close) and all(is_amount(word.plain) for word in line)
        if (
            framed
            or (_is_caption(line) and not form)
            or (is_title(_text(line)) and len(line) == 1)
            or meaning("note", plain)
            or (meaning("page_number", plain) and not numbers)
            or (len(line) == 1 and len(plain) > PROSE and not form)
            or line[0].box[1] - above > (TALLEST if len(line) > 1 else TALL) * size
        ):
            return i
    return len(lines)


def _is_table(lines: Lines, captioned: bool, form: bool, onward: bool) -> bool:
    """Whether lines are rows: several words in a line, and figures or short headings side by side."""
    wide = [line for line in lines if len(line) > 1]
    if form:
        return len(wide) >= FORM_LINES or (onward and bool(wide))
    figures = sum(is_amount(word.plain) for line in lines for word in line)
    headings = [line for line in wide if all(len(word.plain) <= HEADING and "。" not in word.text for word in line)]
    if captioned and len(headings) == len(wide) and sum(len(line) for line in lines) >= 3 and headings:
        return True
    return len(wide) >= 2 and (figures >= 1 or max(len(line) for line in wide) >= 3)
