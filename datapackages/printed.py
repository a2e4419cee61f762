"""The tables of documents as they are printed: cells as they stand, no meaning read into them.

They are rows of the resource ``printed``, which the site lays beside the page, and one CSV for each table. Cells
that print people's names or numbers are withheld from both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from datapackages import tabular
from datapackages.corrections import overlap
from datapackages.model import Cell, Cover, ParsedDocument, Table

INDEX = "tables.csv"


def write(package: Path, folder: Path, parsed: Callable[[str], ParsedDocument]) -> int:
    """Write ``<sha256>/<table_id>.csv`` for each table of a package, and its ``tables.csv`` as their index.

    ``parsed`` gives the document of a hash. Returns how many tables there are.
    """
    index = list(tabular.rows(package, "tables"))
    for sha256, rows in groupby(index, key=lambda row: row["sha256"]):
        document = parsed(sha256)
        tables = {table.table_id: table for table in document.tables}
        (folder / sha256).mkdir(parents=True, exist_ok=True)
        for row in rows:
            with tabular.writing(folder / sha256 / f"{row['table_id']}.csv") as writer:
                writer.writerows(lines(tables[row["table_id"]], document.covers))
    (folder / INDEX).write_bytes((package / "data" / INDEX).read_bytes())
    return len(index)


def lines(table: Table, covers: Iterable[Cover]) -> Iterator[list[str]]:
    """The header paths of the columns, then the cells of each row, empty where a cell is withheld."""
    yield [tabular.text(label) for label in table.columns]
    yield from ([text or "" for text in cells] for _, cells in _rows(table, list(covers)))


def rows(tables: Iterable[Table], covers: Iterable[Cover], common: Mapping[str, object]) -> Iterator[tabular.Row]:
    """Yield the rows of ``printed``: what stands of a table on one page."""
    people = list(covers)
    for table in tables:
        numbered = [(page, number, cells) for number, (page, cells) in enumerate(_rows(table, people), 1)]
        for page, some in groupby(sorted(numbered, key=lambda row: row[:2]), key=lambda row: row[0]):
            _, numbers, cells = zip(*some, strict=True)
            yield {
                "table_id": table.table_id,
                "page": page,
                "rows": numbers,
                "cells": json.dumps(cells, ensure_ascii=False, separators=(",", ":")),
                **common,
            }


def _rows(table: Table, covers: list[Cover]) -> Iterator[tuple[int, list[str | None]]]:
    """The page and the texts of each row; None for a cell that is withheld."""
    for row in table.rows:
        page = min((cell.page for cell in row), default=min(table.pages, default=1))
        yield page, [None if _is_covered(cell, covers) else tabular.text(cell.text) for cell in row]


def _is_covered(cell: Cell, covers: list[Cover]) -> bool:
    return cell.box is not None and any(
        cover.page == cell.page and overlap(cover.box, cell.box) > 0.5 for cover in covers
    )
