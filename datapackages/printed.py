"""The tables of documents as they are printed: one CSV each, cells as they stand, no meaning read into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from datapackages import tabular
from datapackages.model import ParsedDocument, Table

INDEX = "tables.csv"


def write(package: Path, folder: Path, parsed: Callable[[str], ParsedDocument]) -> int:
    """Write ``<sha256>/<table_id>.csv`` for each table of a package, and its ``tables.csv`` as their index.

    ``parsed`` gives the document of a hash. Returns how many tables there are.
    """
    index = list(tabular.rows(package, "tables"))
    for sha256, rows in groupby(index, key=lambda row: row["sha256"]):
        tables = {table.table_id: table for table in parsed(sha256).tables}
        (folder / sha256).mkdir(parents=True, exist_ok=True)
        for row in rows:
            with tabular.writing(folder / sha256 / f"{row['table_id']}.csv") as writer:
                writer.writerows(lines(tables[row["table_id"]]))
    (folder / INDEX).write_bytes((package / "data" / INDEX).read_bytes())
    return len(index)


def lines(table: Table) -> Iterator[list[str]]:
    """The header paths of the columns, then the cells of each row."""
    yield [tabular.text(label) for label in table.columns]
    for row in table.rows:
        yield [tabular.text(cell.text) for cell in row]
