"""The prose of a document, cut at its headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from datapackages.model import Section
from parsers.captions import is_title
from parsers.stitch import PageText
from parsers.text import fold
from parsers.vocabulary import first, meaning, words

HEADING = 45  # characters: a longer line that starts with a number is a sentence


def read_sections(texts: Sequence[PageText]) -> Iterator[Section]:
    """Sections in reading order; contents lists, page numbers and table captions are left out."""
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    pages: list[int] = []
    seq = 0
    for page, line in _prose(texts):
        level = _level(line)
        if not level:
            lines.append(line)
            pages.append(page)
            continue
        if lines:
            seq += 1
            yield _section(seq, path, lines, pages)
        lines, pages = [], []
        path = [entry for entry in path if entry[0] < level] + [(level, line)]
    if lines:
        yield _section(seq + 1, path, lines, pages)


def _prose(texts: Sequence[PageText]) -> Iterator[tuple[int, str]]:
    for page in texts:
        for line in page.lines:
            plain = fold(line.text)
            if plain and not (
                meaning("page_number", plain) or meaning("toc_line", plain) or _is_caption(line.text, plain)
            ):
                yield page.number, line.text


def _is_caption(text: str, plain: str) -> bool:
    return is_title(text) or bool(words()["unit_line"].search(plain))


def _level(line: str) -> int:
    """1 for 第一部分, 2 for 一、, 3 for （一）; 0 for a line of text."""
    plain = fold(line)
    if len(plain) > HEADING or plain.endswith(("。", ";", ":")):
        return 0
    return int(first("heading", plain) or 0)


def _section(seq: int, path: Sequence[tuple[int, str]], lines: Sequence[str], pages: Sequence[int]) -> Section:
    return Section(
        seq=seq,
        heading_path="/".join(heading for _, heading in path),
        text="".join(lines),
        pages=tuple(dict.fromkeys(pages)),
    )
