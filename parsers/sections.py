"""The prose of a document, cut at its headings, with the place of every stretch of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from datapackages.model import Box, Section, Table
from parsers.prose import ProseLine, narrow, pattern, patterns, prose_lines
from parsers.stitch import PageText

HEADING = 60  # characters: a longer title is a sentence
SHORT = 24  # characters of a heading with an Arabic number, which lists have too
WRAPPED = 2.6  # characters by which a line may fall short of the margin and still go on in the next
MOST_LINES = 3  # of one heading
DEEP = 4  # levels from here on are numbered with Arabic figures
PROSE, CONTENTS, CHART = "prose", "contents", "chart"  # codes/section_kinds.csv
PICTURE = 40.0  # points: less room than this beside a caption holds no picture


@dataclass(slots=True)
class Passage:
    """A section and the lines it was joined from, each with its first character's place in the text."""

    section: Section
    lines: list[tuple[int, ProseLine]]

    def place(self, start: int, end: int) -> tuple[int, Box | None]:
        """Page and box of a stretch of the text, as far as it stands on the line of its first character."""
        index = max((i for i, (at, _) in enumerate(self.lines) if at <= start), default=None)
        if index is None:
            return 0, None
        at, found = self.lines[index]
        return found.page, _part(found, start - at, min(end - at, len(found.text)))


@dataclass(slots=True)
class _Draft:
    """What is gathered until the next heading."""

    path: list[tuple[int, str]] = field(default_factory=list)
    lines: list[ProseLine] = field(default_factory=list)
    kind: str = PROSE
    box: Box | None = None  # of the picture, where the passage is the caption of one


def read_sections(texts: Sequence[PageText], tables: Sequence[Table] = ()) -> list[Section]:
    """Sections in reading order: prose under its headings, lists of contents, captions of charts."""
    return [passage.section for passage in read_passages(texts, tables)]


def read_passages(texts: Sequence[PageText], tables: Sequence[Table] = ()) -> list[Passage]:
    """Sections with the lines they were read from; page numbers, running lines and captions are left out."""
    drafts: list[_Draft] = []
    lines = list(prose_lines(texts, tables))
    entries: list[str] = []
    for kind, run in _runs(lines):
        if kind == CONTENTS:
            drafts.append(_Draft([(1, run[0].text)] if _opens_contents(run[0]) else [], run, CONTENTS))
            entries += [_core(_entry(line)) for line in run]
        else:
            drafts += _cut(run, _Margins(run), {entry for entry in entries if len(entry) >= DEEP}, drafts)
    numbered = (draft for draft in drafts if draft.lines)
    return [_passage(seq, draft) for seq, draft in enumerate(numbered, start=1)]


def _part(found: ProseLine, start: int, end: int) -> Box:
    """The box of some characters of a line: Latin ones are about half as wide as Chinese ones."""
    x0, top, x1, bottom = found.line.box
    whole = _width(found.text) or 1.0
    scale = (x1 - x0) / whole
    return x0 + scale * _width(found.text[:start]), top, x0 + scale * _width(found.text[:end]), bottom


def _width(text: str) -> float:
    return sum(0.5 if char < "\u2000" else 1.0 for char in text)


# ---- contents ----


def _runs(lines: Sequence[ProseLine]) -> Iterator[tuple[str, list[ProseLine]]]:
    """Stretches of contents and of prose. A list of contents ends where its first entry comes again."""
    i = 0
    while i < len(lines):
        j = i
        if _is_leader(lines[i]) or _opens_contents(lines[i]):
            j = _contents_end(lines, i)
            yield CONTENTS, list(lines[i:j])
        else:
            while j < len(lines) and not (_is_leader(lines[j]) or _opens_contents(lines[j])):
                j += 1
            yield PROSE, list(lines[i:j])
        i = j


def _opens_contents(line: ProseLine) -> bool:
    return bool(pattern("sections", "contents").match(line.plain))


def _is_leader(line: ProseLine) -> bool:
    return bool(pattern("sections", "leaders").search(line.plain))


def _contents_end(lines: Sequence[ProseLine], start: int) -> int:
    opened = _opens_contents(lines[start])
    leading = any(_is_leader(line) for line in lines[start : start + 4])
    opening = _entry(lines[start + opened]) if start + opened < len(lines) else ""
    i = start + opened + 1
    while i < len(lines):
        entry = _entry(lines[i])
        again = _comes_again(opening, entry)
        if leading and not _is_leader(lines[i]):
            again = not any(_is_leader(line) for line in lines[i : i + 3])
        if again or len(entry) > HEADING or entry.endswith("。") or lines[i].page > lines[start].page + 2:
            break
        i += 1
    return min(i, len(lines))


def _comes_again(opening: str, entry: str) -> bool:
    """Whether a line is the heading that the first entry names: whole, its beginning, or without its number."""
    if not opening or len(entry) < DEEP:
        return False
    core = _core(opening)
    return opening.startswith(entry) or (len(core) >= DEEP and entry.endswith(core))


def _entry(line: ProseLine) -> str:
    """An entry of the contents without dots and page number."""
    return re.sub(r"(?:[.…·_—-]{2,}|\s)*\d{0,3}$", "", line.plain)


def _core(title: str) -> str:
    return pattern("sections", "core").sub("", title)


# ---- headings ----


class _Margins:
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


def _cut(lines: list[ProseLine], margins: _Margins, entries: set[str], before: Sequence[_Draft]) -> list[_Draft]:
    drafts = [_Draft(list(before[-1].path) if before and before[-1].kind == PROSE else [])]
    i = 0
    while i < len(lines):
        level, title, taken, rest = _heading(lines, i, margins, entries)
        if _is_chart(lines[i], lines[i + 1 : i + 2]):
            path, box = drafts[-1].path, _picture(lines, i, margins)
            drafts += [_Draft(list(path), [lines[i]], CHART, box), _Draft(list(path))]
            i += 1
            continue
        if level:
            path = [entry for entry in drafts[-1].path if entry[0] < level]
            drafts.append(_Draft([*path, (level, title)], [rest] if rest else []))
        else:
            drafts[-1].lines.append(lines[i])
        i += taken
    return _joined(drafts)


def _joined(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Prose that a chart's caption interrupts goes on behind it."""
    out: list[_Draft] = []
    for draft in drafts:
        last = next((other for other in reversed(out) if other.kind == PROSE), None)
        goes_on = last is not None and out[-1].kind == CHART and draft.path == last.path and draft.kind == PROSE
        if goes_on and last:
            last.lines += draft.lines
        else:
            out.append(draft)
    return out


def _heading(
    lines: Sequence[ProseLine], i: int, margins: _Margins, entries: set[str]
) -> tuple[int, str, int, ProseLine | None]:
    """Level (0 for text), title, lines it takes, and what stands behind it on its last line."""
    line = lines[i]
    level, number = _number(line.plain)
    if not level:
        return _unnumbered(lines, i, entries)
    joined, taken = line.text, 1
    while taken < MOST_LINES and i + taken < len(lines) and _number(lines[i + taken].plain) == (0, ""):
        bare = level == 1 and len(joined) <= len(number) + 1 and len(lines[i + taken].text) < HEADING / 2
        if not bare and not margins.goes_on(lines[i + taken - 1], lines[i + taken]):
            break
        joined += lines[i + taken].text
        taken += 1
    title = narrow(joined)[len(number) :]
    if _is_name(title) and (level < DEEP or _stands_alone(lines, i, taken, level, title)):
        return level, joined.rstrip(":："), taken, None
    if level == 1 and line.plain == number:
        return level, number, 1, None  # its name is the title of the tables that follow
    run_in = pattern("sections", "run_in").match(line.plain[len(number) :])
    if run_in and level < DEEP and _names(run_in["title"], line.plain[len(number) + run_in.end() - 1]):
        cut = len(number) + run_in.end()
        return level, line.text[: cut - 1], 1, _rest(line, cut)
    return 0, "", 1, None


def _number(plain: str) -> tuple[int, str]:
    for level, numbering in patterns("sections", "levels"):
        if found := numbering.match(plain):
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
    following = _number(lines[i + taken].plain)[0]
    return not following or following > level


def _unnumbered(lines: Sequence[ProseLine], i: int, entries: set[str]) -> tuple[int, str, int, ProseLine | None]:
    """A heading without its number is known from the list of contents (Shanghai)."""
    plain = lines[i].plain
    short = len(plain) <= HEADING / 2 and not re.search("[,。;:]", plain)
    if short and any(plain.endswith(entry) for entry in entries):
        return 2, lines[i].text, 1, None
    return 0, "", 1, None


def _rest(line: ProseLine, cut: int) -> ProseLine:
    box = _part(line, cut, len(line.text))
    text = line.text[cut:]
    return ProseLine(line.page, type(line.line)(text, box), narrow(text))


def _is_chart(line: ProseLine, after: Sequence[ProseLine]) -> bool:
    if not pattern("sections", "figure_chart").match(line.plain):
        return False
    return not after or after[0].page != line.page or after[0].line.box[0] < line.line.box[0]


def _picture(lines: Sequence[ProseLine], i: int, margins: _Margins) -> Box | None:
    """Where the picture of a caption is: the room between it and the next text above or below it."""
    page, line = lines[i].page, lines[i].line
    over = max((o.line.bottom for o in lines if o.page == page and o.line.bottom <= line.top), default=line.top)
    under = min((o.line.top for o in lines if o.page == page and o.line.top >= line.bottom), default=line.bottom)
    left, right = margins.of(page)
    if max(line.top - over, under - line.bottom) < PICTURE:
        return None
    if under - line.bottom >= line.top - over:
        return left, line.bottom, right, under
    return left, over, right, line.top


def _passage(seq: int, draft: _Draft) -> Passage:
    lines: list[tuple[int, ProseLine]] = []
    at = 0
    between = "\n" if draft.kind == CONTENTS else ""
    for line in draft.lines:
        lines.append((at, line))
        at += len(line.text) + len(between)
    section = Section(
        seq=seq,
        heading_path="/".join(heading for _, heading in draft.path),
        text=between.join(line.text for line in draft.lines),
        pages=tuple(dict.fromkeys(line.page for line in draft.lines)),
        kind=draft.kind,
        box=draft.box,
    )
    return Passage(section, lines)
