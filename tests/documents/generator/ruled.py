"""A grid as a ruled table: column widths from its contents, merged header cells, wrapped texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from generator.font import NAME, require
from generator.grid import Grid, Span, body, header
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Paragraph, Table

SIZE = 8.5
PADDING = 3.0
NUMBER = re.compile(r"-?[\d,]+(\.\d+)?%?")


class Ruled(Table):
    """A table that tells the page each of its parts is drawn on."""

    seen: Callable[[int], Any] | None = None

    def onSplit(self, part: Ruled, byRow: int = 1) -> None:  # noqa: N802, N803 (reportlab's names)
        part.seen = self.seen

    def draw(self) -> None:
        if self.seen:
            self.seen(self.canv.getPageNumber())
        super().draw()


def ruled(grid: Grid, room: float, drawable: frozenset[int], seen: Callable[[int], Any]) -> Ruled:
    """The grid's table, ``room`` points wide."""
    head, head_spans = header(grid)
    index = [list(grid.index)] if grid.index else []
    lines, spans = body(grid)
    top = len(head) + len(index)
    require("".join(cell for line in (*head, *lines) for cell in line), drawable)
    widths = grid.widths or _widths(head, lines, room)
    cells = [
        [
            _cell(text, width, centred=True)
            for text, width in zip(line, _merged(widths, head_spans, row), strict=True)
        ]
        for row, line in enumerate([*head, *index])
    ]
    cells += [
        [_cell(text, width) for text, width in zip(line, _merged(widths, spans, row), strict=True)]
        for row, line in enumerate(lines)
    ]
    table = Ruled(
        cells, colWidths=list(widths), repeatRows=top if grid.repeat_header else 0, splitInRow=int(grid.split_rows)
    )
    table.setStyle(
        [
            *_rules(),
            ("ALIGN", (0, 0), (-1, top - 1), "CENTER"),
            *_numbers(lines, top),
            *(("SPAN", *span) for span in head_spans),
            *([("VALIGN", (0, top), (-1, -1), "TOP")] if grid.split_rows else []),
            *(command for span in spans for command in _span(span, top)),
        ]
    )
    table.seen = seen
    return table


def spanned(cells: list[list[Any]], spans: list[Span], widths: tuple[float, ...], *, rules: bool) -> Ruled:
    """A table of free cells and merged cells, as forms are."""
    shown = [
        [
            _cell(cell, width) if isinstance(cell, str) else cell
            for cell, width in zip(line, _merged(widths, spans, row), strict=True)
        ]
        for row, line in enumerate(cells)
    ]
    table = Ruled(shown, colWidths=list(widths))
    table.setStyle([*(_rules() if rules else _unruled()), *(("SPAN", *span) for span in spans)])
    return table


def _unruled() -> list[tuple[Any, ...]]:
    return [command for command in _rules() if command[0] in ("FONT", "VALIGN")] + _tight(0.5)


def _rules() -> list[tuple[Any, ...]]:
    whole = ((0, 0), (-1, -1))
    return [
        ("GRID", *whole, 0.5, colors.black),
        ("FONT", *whole, NAME, SIZE, SIZE * 1.25),
        ("VALIGN", *whole, "MIDDLE"),
        *_tight(PADDING),
    ]


def _tight(padding: float) -> list[tuple[Any, ...]]:
    sides = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    return [(side, (0, 0), (-1, -1), padding) for side in sides]


def _span(span: Span, top: int) -> list[tuple[Any, ...]]:
    (left, row), (right, bottom) = span
    place = ((left, row + top), (right, bottom + top))
    return [("SPAN", *place), ("ALIGN", *place, "CENTER")]


def _numbers(lines: list[list[str]], top: int) -> list[tuple[Any, ...]]:
    """Amounts stand at the right; codes, which are digits without a point, at the left."""
    columns = len(lines[0]) if lines else 0
    return [
        ("ALIGN", (column, top), (column, -1), "RIGHT")
        for column in range(columns)
        if _amounts([line[column] for line in lines])
    ]


def _amounts(texts: list[str]) -> bool:
    shown = [text for text in texts if text]
    return (
        bool(shown)
        and all(NUMBER.fullmatch(text) for text in shown)
        and any("." in text or "," in text for text in shown)
    )


def _widths(head: list[list[str]], lines: list[list[str]], room: float) -> tuple[float, ...]:
    """Natural widths, names capped, stretched or squeezed to the room."""
    natural = [
        _natural([line[column] for line in lines], [line[column] for line in head])
        for column in range(len(head[0]))
    ]
    factor = room / sum(natural)
    if factor >= 1:
        return tuple(width * factor for width in natural)
    fixed = sum(width for width in natural if width < 90)
    rest = sum(natural) - fixed
    squeeze = (room - fixed) / rest if rest and room > fixed * 1.1 else 0
    if squeeze:
        return tuple(width * squeeze if width >= 90 else width for width in natural)
    return tuple(width * factor for width in natural)


def _natural(texts: list[str], heads: list[str]) -> float:
    longest = max((stringWidth(text, NAME, SIZE) for text in texts), default=0.0)
    words = max((min(stringWidth(text, NAME, SIZE), 4.2 * SIZE) for text in heads), default=0.0)
    return min(max(longest, words, 20.0), 170.0) + 2 * PADDING + 1


def _merged(widths: tuple[float, ...], spans: list[Span], row: int) -> list[float]:
    """Widths of one row's cells, a merged cell counting whole."""
    shown = list(widths)
    for (left, top), (right, _) in spans:
        if top == row:
            shown[left] = sum(widths[left : right + 1])
    return shown


def _cell(text: str, width: float, *, centred: bool = False) -> Any:
    """A string where it fits on one line, else a paragraph that wraps between any two characters."""
    if not text or ("\n" not in text and stringWidth(text, NAME, SIZE) <= width - 2 * PADDING):
        return text
    number = bool(NUMBER.fullmatch(text))
    alignment = TA_CENTER if centred else 2 if number else 0
    style = ParagraphStyle(
        "cell",
        fontName=NAME,
        fontSize=SIZE,
        leading=SIZE * 1.25,
        wordWrap="CJK",
        alignment=alignment,
        splitLongWords=1,
    )
    return Paragraph(text.replace("\n", "<br/>"), style)
