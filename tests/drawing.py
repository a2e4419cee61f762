"""Pages drawn from a few lines of text, and lists without a page, for the tests of the parsers.

    科目编码 | 科目名称 | 合计   | 其中 | <
    ^        | ^        | ^      | 基本 | 项目
    201      | 公共服务 | 10.00  | 6.00 | 4.00

``<`` belongs to the cell at its left, ``^`` to the cell above it, ``¶`` breaks a line inside a cell.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from datapackages.model import Cell, Document, Table
from parsers.page import Glyph, Page, Ruling
from parsers.stitch import printed_tables
from parsers.tables import read_tables

WIDTH, HEIGHT, SIZE = 80.0, 24.0, 8.0  # of a column, a row and a character, in points
SHA256 = "ab" * 32
Part = Glyph | Ruling


def words(text: str, x: float, top: float) -> list[Glyph]:
    """Characters set without gaps: Latin ones half as wide as Chinese ones; white space moves on."""
    out = []
    for char in text:
        wide = SIZE if char > "\u2000" else SIZE / 2
        if char.strip():
            out.append((char, x, top, x + wide, top + SIZE))
        x += wide
    return out


def ruled(text: str, *, left: float = 50.0, top: float = 100.0, widths: Sequence[float] = ()) -> list[Part]:
    """Rulings and characters of a table drawn as text; every cell has its four rules."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    xs = _edges(left, widths or [WIDTH] * len(rows[0]))
    ys = _edges(top, [HEIGHT] * len(rows))
    return [*_rulings(rows, xs, ys), *_characters(rows, xs, ys)]


def _edges(start: float, lengths: Sequence[float]) -> list[float]:
    return [start + sum(lengths[:i]) for i in range(len(lengths) + 1)]


def _rulings(rows: list[list[str]], xs: list[float], ys: list[float]) -> Iterator[Ruling]:
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            if text != "<":
                yield Ruling(xs[j], ys[i], xs[j], ys[i + 1])
            if not _hangs(rows, i, j):
                yield Ruling(xs[j], ys[i], xs[j + 1], ys[i])
    yield from (Ruling(xs[j], ys[-1], xs[j + 1], ys[-1]) for j in range(len(xs) - 1))
    yield Ruling(xs[-1], ys[0], xs[-1], ys[-1])


def _hangs(rows: list[list[str]], i: int, j: int) -> bool:
    while rows[i][j] == "<":
        j -= 1
    return rows[i][j] == "^"


def _characters(rows: list[list[str]], xs: list[float], ys: list[float]) -> Iterator[Glyph]:
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            if text not in ("<", "^"):
                for line, part in enumerate(text.split("¶")):
                    yield from words(part, xs[j] + 3, ys[i] + 3 + line * (SIZE + 1))


def page(*parts: Part | Sequence[Part], number: int = 1) -> Page:
    """A page with these characters and rulings."""
    flat = [part for some in parts for part in ([some] if isinstance(some, tuple) and some else some)]
    return Page(
        number=number,
        width=900.0,
        height=1200.0,
        glyphs=tuple(part for part in flat if not isinstance(part, Ruling)),
        rulings=tuple(part for part in flat if isinstance(part, Ruling)),
        images=(),
    )


def tables(*pages: Page) -> list[Table]:
    """The lists of these pages."""
    return list(read_tables(printed_tables(pages)[0], SHA256))


def texts(table: Table) -> list[list[str]]:
    """The rows of a list as text."""
    return [[cell.text for cell in row] for row in table.rows]


def listing(canonical: str, text: str, **changes: object) -> Table:
    """A list without a page: the first line names its columns ("/" between levels), the others are rows."""
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    made = Table(
        table_id=f"{SHA256[:16]}-p1-x50-y100",
        label="",
        title="",
        canonical=canonical,
        block="",
        unit_name="示例市水务局",
        money_unit="万元",
        pages=(1,),
        columns=tuple(head),
        rows=tuple(tuple(_cell(text, i, j) for j, text in enumerate(row)) for i, row in enumerate(rows)),
        state="parsed",
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def _cell(text: str, i: int, j: int) -> Cell:
    x, y = 50.0 + j * WIDTH, 100.0 + i * HEIGHT
    return Cell(text=text, page=1, box=(x, y, x + WIDTH, y + HEIGHT))


def document(**changes: object) -> Document:
    """The budget of 2026 of a made-up unit."""
    made = Document(
        sha256=SHA256, bytes=1000, pages=1, text_layer="text", kind="budget", fiscal_year=2026,
        year_basis="cover", stage="budget", scope="unit", part="whole", unit_name="示例市水务局",
        department_name="", title="", producer="", language="zh", parser_version="made-up",
    )  # fmt: skip
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def shown(values: Iterable[object], *names: str) -> list[tuple[object, ...]]:
    """These attributes of each value, to compare many at once."""
    return [tuple(getattr(value, name) for name in names) for value in values]
