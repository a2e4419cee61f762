"""Facts to CSV and to SQLite, against the bare libraries and frictionless, and the memory it takes."""

from __future__ import annotations

import csv
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from itertools import count, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.figures import Figure, at_least, at_most
from benchmarks.measured import apart, peak_megabytes
from datapackages import loading, schemas, tabular

ROWS = 50_000  # of speed
ROUNDS = 5  # each measures everything once, in turn, so that a busy machine burdens all alike
PUBLISHED = 10_000  # rows for frictionless, which takes a minute for many more
FEW, MANY = 100_000, 1_000_000  # of memory
TITLE = "Facts to CSV and SQLite, CPU in one run, medians of the ratios; memory"


SHA256 = "0123456789abcdef" * 4
FIGURE: dict[str, object] = {
    **dict.fromkeys(schemas.fields("facts"), ""),
    "sha256": SHA256, "table_id": f"{SHA256[:16]}-p1-x50-y80", "x1": 115.75, "bottom": 108.5,
    "jurisdiction": "999900", "unit_id": "cn-999900-u0001", "unit_name": "示例市教育局",
    "department_name": "示例市教育局", "document_year": 2026, "stage": "budget", "scope": "unit",
    "is_current": True, "fiscal_year": 2026, "phase": "approved", "measure": "amount", "canonical": "expenditure",
    "direction": "expenditure", "flow": "current", "fund": "general_public", "fund_text": "一般公共预算",
    "expenditure_type": "basic", "function_code": "2050202", "function_name": "小学教育", "code_text": "2050202",
    "code_basis": "printed", "classification_year": 2026, "name": "小学教育",
    "row_path": "教育支出/普通教育/小学教育", "column_label": "一般公共预算/基本支出", "row_role": "leaf",
    "column_role": "leaf", "additive": True, "value": None, "money_unit": "万元", "reading": "fast", "flags": (),
    "checks": 2,
}  # fmt: skip


def facts() -> Iterator[dict[str, object]]:
    """Rows of figures without end, eight columns a row and forty rows a page."""
    for number in count():
        row, column = divmod(number, 8)
        page, line = divmod(row, 40)
        place = {"page": page + 1, "row": line + 1, "column": column + 1}
        box = {"x0": 60.25 + 55 * column, "top": 90.5 + 18 * line}
        money = {"amount": Decimal(number) / 100, "amount_text": f"{number / 100:.2f}"}
        yield FIGURE | {"fact_id": f"{SHA256[:16]}-p{page}-x{column}-y{line}"} | place | box | money


def to_csv(rows: Sequence[dict[str, object]], path: Path) -> None:
    """Ours: checked against the schema and cleaned."""
    tabular.write(path, "facts", (tabular.values("facts", row) for row in rows))


def bare_csv(rows: Sequence[list[object]], path: Path) -> None:
    """The same rows, their values in order, through csv.writer."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def to_sqlite(folder: Path) -> None:
    """Ours: the CSV of a package, its empty cells NULL, its money in fen as well."""
    with closing(_database()) as connection:
        loading.fill_resource(connection, folder, "facts")


def bare_sqlite(path: Path) -> None:
    """The same CSV through csv.reader and executemany into the same table."""
    marks = ", ".join("?" * len(schemas.fields("facts")))
    with closing(_database()) as connection, path.open(encoding="utf-8", newline="") as file:
        columns = ", ".join(f'"{name}"' for name in schemas.fields("facts"))
        connection.executemany(f"INSERT INTO facts ({columns}) VALUES ({marks})", islice(csv.reader(file), 1, None))


def published(folder: Path, target: Path) -> None:
    """frictionless: the CSV to SQLite, with its schema but no keys of other tables.

    No patterns either: its checks of them fail on an empty cell.
    """
    import frictionless

    schema = {name: told for name, told in schemas.schema("facts").items() if name != "foreignKeys"}
    schema["fields"] = [{name: field[name] for name in ("name", "type")} for field in schema["fields"]]
    resource = frictionless.Resource(
        name="facts", path="facts.csv", basepath=str(folder), schema=frictionless.Schema.from_descriptor(schema)
    )
    frictionless.Package(resources=[resource]).publish(f"sqlite:///{target}")


def _database() -> sqlite3.Connection:
    connection = sqlite3.connect("")
    loading.create_tables(connection)
    return connection


def cpu(function: Callable[..., None], *arguments: Any) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def peak(rows: int) -> float:
    """The most memory of a process that writes that many rows as CSV and loads them."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir()
        lines = (tabular.values("facts", row) for row in islice(facts(), rows))
        tabular.write(folder / "data" / "facts.csv", "facts", lines)
        to_sqlite(folder)
    return peak_megabytes()


def measure(most: int) -> Iterator[Figure]:
    """``most`` is the number of rows whose memory is held against that of 100,000."""
    with TemporaryDirectory() as name:
        yield from _speeds(Path(name))
    few, many = apart(peak, FEW), apart(peak, most)
    yield Figure(what=f"memory, {FEW:,} facts", figure=f"{few:.1f} MB")
    yield at_most(f"memory, {most:,} facts against {FEW:,}", many / few, 1.2, " x")


def _speeds(folder: Path) -> Iterator[Figure]:
    (folder / "data").mkdir()
    path = folder / "data" / "facts.csv"
    rows = list(islice(facts(), ROWS))
    bare = [[row[name] for name in schemas.fields("facts")] for row in rows]
    written, loaded, against = [], [], []
    for _ in range(ROUNDS):
        written.append(cpu(bare_csv, bare, folder / "bare.csv") / cpu(to_csv, rows, path))
        ours = cpu(to_sqlite, folder)
        loaded.append(cpu(bare_sqlite, path) / ours)
    rate = ROWS / ours
    yield at_least("facts to CSV, of the speed of csv.writer", median(written), 0.5, " x")
    yield at_least("CSV to SQLite, of the speed of executemany", median(loaded), 0.6, " x")
    to_csv(rows[:PUBLISHED], path)
    for number in range(2):
        against.append(cpu(published, folder / "data", folder / f"{number}.db") / cpu(to_sqlite, folder))
    yield at_least(f"CSV to SQLite ({rate:,.0f} rows/s), over frictionless", median(against), 8, " x")
