"""A table as it is printed: lists side by side under one frame, headers that merge, notes below.

``columns`` are leaf header paths joined with "/"; the merged header cells follow from them.
Leading ideographic spaces in a cell indent it on paper and are no part of the truth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Row = tuple[str, ...]
Span = tuple[tuple[int, int], tuple[int, int]]  # (first column, first row), (last column, last row)


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One list. The last ``foot`` rows stand at the bottom of the frame when a neighbour is longer."""

    columns: Row
    rows: tuple[Row, ...]
    block: str = ""
    heading: str = ""
    foot: int = 0
    merged: int = 0  # the 合计 stands in one cell over so many columns


@dataclass(frozen=True, kw_only=True)
class Grid:
    """One ruled frame with its title, owner line, money unit and notes."""

    canonical: str
    title: str
    listings: tuple[Listing, ...]
    label: str = ""
    owner: str = ""  # the line over the table at the left
    money_line: str = ""
    money_unit: str = ""
    notes: Row = ()
    index: Row = ()  # a row of column numbers under the header; it is no data
    empty: bool = False
    landscape: bool = False
    rotated: bool = False  # drawn lying on an upright page that the viewer turns
    repeat_header: bool = True
    split_rows: bool = False
    widths: tuple[float, ...] = ()
    page_size: tuple[float, float] | None = None
    new_page: bool = True
    note: str = ""  # what a reader of the truth must know

    @property
    def columns(self) -> Row:
        return tuple(path for listing in self.listings for path in listing.columns)


def plain(text: str) -> str:
    """The cell without white space, as the truth holds it."""
    return re.sub(r"\s", "", text)


def header(grid: Grid) -> tuple[list[list[str]], list[Span]]:
    """Header rows and merged cells that follow from the columns' paths."""
    paths = [_path(listing, column) for listing in grid.listings for column in listing.columns]
    owners = [number for number, listing in enumerate(grid.listings) for _ in listing.columns]
    depth = max(len(path) for path in paths)
    cells = [["" for _ in paths] for _ in range(depth)]
    spans: list[Span] = []
    for level in range(depth):
        for first, last in _groups(paths, owners, level):
            cells[level][first] = paths[first][level]
            bottom = depth - 1 if len(paths[first]) == level + 1 else level
            if (first, level) != (last, bottom):
                spans.append(((first, level), (last, bottom)))
    return cells, spans


def body(grid: Grid) -> tuple[list[list[str]], list[Span]]:
    """Body rows over the whole width (shorter lists padded) and merged cells, rows counted from 0."""
    height = max(len(listing.rows) for listing in grid.listings)
    lines: list[list[str]] = [[] for _ in range(height)]
    spans: list[Span] = []
    for listing in grid.listings:
        for number, row in enumerate(_padded(listing, height)):
            left = len(lines[number])
            lines[number].extend(row)
            if listing.merged > 1 and row[0].endswith("合计") and not any(row[1 : listing.merged]):
                spans.append(((left, number), (left + listing.merged - 1, number)))
    return lines, spans


def truth(grid: Grid, pages: list[int]) -> list[dict[str, Any]]:
    """The grid's lists in the form of cell truth: one entry for each list."""
    note = "; ".join(part for part in (grid.label and f"label {grid.label}", grid.note, *grid.notes) if part)
    return [
        {
            "canonical": grid.canonical,
            "title": plain(grid.title),
            "pages": pages,
            "money_unit": grid.money_unit,
            "block": listing.block,
            "columns": [plain(path) for path in listing.columns],
            "rows": [[plain(cell) for cell in row] for row in listing.rows if any(row)],
            "partial": False,
            "note": note,
            "empty": grid.empty,
        }
        for listing in grid.listings
    ]


def _path(listing: Listing, column: str) -> list[str]:
    return [listing.heading, *column.split("/")] if listing.heading else column.split("/")


def _groups(paths: list[list[str]], owners: list[int], level: int) -> list[tuple[int, int]]:
    """Runs of neighbouring columns that share the header cell of this level."""
    runs: list[tuple[int, int]] = []
    for column, path in enumerate(paths):
        if len(path) <= level:
            continue
        before = runs[-1][1] if runs else -2
        same = before == column - 1 and owners[before] == owners[column]
        if same and len(path) > level + 1 and paths[before][: level + 1] == path[: level + 1]:
            runs[-1] = (runs[-1][0], column)
        else:
            runs.append((column, column))
    return runs


def _padded(listing: Listing, height: int) -> list[Row]:
    cut = len(listing.rows) - listing.foot
    blank: Row = ("",) * len(listing.columns)
    return [*listing.rows[:cut], *[blank] * (height - len(listing.rows)), *listing.rows[cut:]]
