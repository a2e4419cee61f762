"""The CSV files of packages → tables of SQLite, their money in fen as well."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from datapackages import codes, ddl, schemas, tabular

# Rows that several packages repeat; every other row belongs to one package.
SHARED = ("jurisdictions", "units", "classifications")


class BuildFailed(ValueError):
    """A gate found the new database wanting; the current one stays in use."""


def create_tables(connection: sqlite3.Connection) -> None:
    """Create every table, and fill those of the closed word lists."""
    for statement in ddl.tables():
        connection.execute(statement)
    for vocabulary in codes.vocabularies():
        rows = ((row["code"], row["label_zh"], row["label_en"]) for row in codes.rows(vocabulary))
        connection.executemany(f'INSERT INTO "{vocabulary}" VALUES (?, ?, ?)', rows)


def fill(connection: sqlite3.Connection, folder: Path) -> None:
    """Load the CSV files of a package. Raises BuildFailed for a row that contradicts one already there."""
    for resource in schemas.RESOURCES:
        fill_resource(connection, folder, resource)


def fill_resource(connection: sqlite3.Connection, folder: Path, resource: str) -> None:
    """Load one CSV file of a package; errors as for ``fill``."""
    verb = "INSERT OR IGNORE" if resource in SHARED else "INSERT"
    statement = f'{verb} INTO "{resource}" VALUES ({_values(resource)})'
    try:
        connection.executemany(statement, _rows(folder, resource))
    except sqlite3.IntegrityError as error:
        raise BuildFailed(
            f"{folder.name}/data/{resource}.csv: {error}; a row contradicts another package. "
            "Run `yusuan package` to write all packages anew"
        ) from error


def _values(resource: str) -> str:
    """What SQLite stores of a line: a cell that is empty is NULL, and SQLite makes it so in half Python's time.

    A key may be printed empty (a sighting without a page), and fen are counted here.
    """
    kept = {*schemas.key(resource), "amount_fen"}
    return ", ".join("?" if name in kept else "nullif(?, '')" for name in ddl.columns(resource))


def _rows(folder: Path, resource: str) -> Iterator[list[Any]]:
    lines = tabular.read(folder / "data" / f"{resource}.csv")
    names = list(schemas.fields(resource))
    if next(lines, None) != names:
        raise BuildFailed(
            f"{folder.name}/data/{resource}.csv: its columns are not those of schemas/{resource}.json; "
            "run `yusuan package` to write it with this version"
        )
    amount = names.index("amount") if "amount" in names else None
    for line in lines:
        if len(line) != len(names):
            expected = f"{len(names)} cells in each row, found {len(line)}"
            raise BuildFailed(f"{folder.name}/data/{resource}.csv: expected {expected}: {line}")
        if amount is None:
            yield line
        else:
            yield [*line[: amount + 1], fen(line[amount]), *line[amount + 1 :]]


def fen(amount: str) -> int | None:
    """Return an amount in yuan as whole fen; one finer than a fen is rounded half to even."""
    if not amount:
        return None
    whole, _, part = amount.partition(".")
    if len(part) <= 2:
        return int(f"{whole}{part:0<2}")
    return int((Decimal(amount) * 100).to_integral_value(ROUND_HALF_EVEN))
