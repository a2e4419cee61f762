"""The prose of a document, cut at its headings, with the place of every stretch of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from datapackages.model import Box, Section, Table
from parsers.headings import HEADING, Margins, numbering, read_heading
from parsers.prose import ProseLine, pattern, prose_lines, rounded
from parsers.stitch import PageText

CONTENTS_PAGES = 2  # a list of contents goes on at most so many pages further
CORE = 4  # characters: a shorter name of the contents is too common to be known again
PROSE, CONTENTS, CHART = "prose", "contents", "chart"  # codes/section_kinds.csv
PAGE_NUMBER = re.compile(r"[0-9]{1,3}$")
LEADERS = ".…·_—-"  # between an entry of the contents and its page
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
        return found.page, found.part(start - at, min(end - at, len(found.text)))


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
            if len(run) > 1 or _is_leader(run[0]):
                drafts.append(_Draft([(1, run[0].text)] if _opens_contents(run[0]) else [], run, CONTENTS))
            entries += [_core(_entry(line)) for line in run]
        else:
            drafts += _cut(run, Margins(run), {entry for entry in entries if len(entry) >= CORE}, drafts)
    numbered = (draft for draft in drafts if draft.lines)
    return [_passage(seq, draft) for seq, draft in enumerate(numbered, start=1)]


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
    """Behind the last entry of the list of contents that begins with a line."""
    first = start + _opens_contents(lines[start])
    opening = _entry(lines[first]) if first < len(lines) else ""
    leading = any(_is_leader(line) for line in lines[start : start + 4])
    i = first
    while i < len(lines):
        entry = _entry(lines[i])
        again = i > first and _comes_again(opening, entry)
        if leading and not _is_leader(lines[i]):
            again = not any(_is_leader(line) for line in lines[i : i + 3])
        if (
            again
            or len(entry) > HEADING
            or _is_sentence(entry)
            or lines[i].page > lines[start].page + CONTENTS_PAGES
        ):
            break
        i += 1
    return max(i, start + 1)


def _is_sentence(entry: str) -> bool:
    return entry.endswith("。") and not numbering(entry)[0]


def _comes_again(opening: str, entry: str) -> bool:
    """Whether a line is the heading that the first entry names: whole, its beginning, or without its number."""
    if not opening or len(entry) < CORE:
        return False
    core = _core(opening)
    return opening.startswith(entry) or (len(core) >= CORE and entry.endswith(core))


def _entry(line: ProseLine) -> str:
    """An entry of the contents without dots and page number."""
    entry = PAGE_NUMBER.sub("", line.plain)
    bare = entry.rstrip(LEADERS)
    return entry if len(entry) - len(bare) == 1 else bare  # one dash belongs to the words


def _core(title: str) -> str:
    return pattern("sections", "core").sub("", title)


# ---- sections ----


def _cut(lines: list[ProseLine], margins: Margins, entries: set[str], before: Sequence[_Draft]) -> list[_Draft]:
    drafts = [_Draft(list(before[-1].path) if before and before[-1].kind == PROSE else [])]
    i = 0
    while i < len(lines):
        heading = read_heading(lines, i, margins, entries)
        if _is_chart(lines[i], lines[i + 1 : i + 2]):
            path, box = drafts[-1].path, _picture(lines, i, margins)
            drafts += [_Draft(list(path), [lines[i]], CHART, box), _Draft(list(path))]
            i += 1
            continue
        if heading:
            path = [entry for entry in drafts[-1].path if entry[0] < heading.level]
            rest = [heading.rest] if heading.rest else []
            drafts.append(_Draft([*path, (heading.level, heading.title)], rest))
        else:
            drafts[-1].lines.append(lines[i])
        i += heading.taken if heading else 1
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


def _is_chart(line: ProseLine, after: Sequence[ProseLine]) -> bool:
    if not pattern("sections", "figure_chart").match(line.plain):
        return False
    return not after or after[0].page != line.page or after[0].line.box[0] < line.line.box[0]


def _picture(lines: Sequence[ProseLine], i: int, margins: Margins) -> Box | None:
    """Where the picture of a caption is: the room between it and the next text above or below it."""
    page, line = lines[i].page, lines[i].line
    over = max((o.line.bottom for o in lines if o.page == page and o.line.bottom <= line.top), default=line.top)
    under = min((o.line.top for o in lines if o.page == page and o.line.top >= line.bottom), default=line.bottom)
    left, right = margins.of(page)
    if max(line.top - over, under - line.bottom) < PICTURE:
        return None
    if under - line.bottom >= line.top - over:
        return rounded((left, line.bottom, right, under))
    return rounded((left, over, right, line.top))


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
