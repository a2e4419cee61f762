"""The real budgets and the document the project started from as data packages: valid, and read by other tools."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas

from benchmarks.corpus import real_budgets, shared
from benchmarks.figures import Figure, at_least, at_most
from crawler import import_paths
from datapackages import descriptor, sums
from datapackages.build import build
from datapackages.validate import validate
from yusuan.publish import packages
from yusuan.reading import parse_stored, survey

TITLE = "Data packages of the real budgets and of the first document"


def measure() -> Iterator[Figure]:
    """Import, read, package and build all of them, then read every package with frictionless, DuckDB and pandas."""
    documents = [*real_budgets(), *sorted((shared() / "seed").glob("*.pdf"))]
    with TemporaryDirectory() as name:
        data = Path(name)
        import_paths(documents, data)
        parse_stored(data)
        yield at_least("documents read", sum(survey(data)[0].values()), len(documents))
        packages(data)
        build(data)
        folders = sorted(path.parent for path in (data / "packages").glob("*/datapackage.json"))
        facts = [descriptor.rows(folder)["facts"] for folder in folders]
        yield Figure(what="packages", figure=str(len(folders)))
        yield Figure(what="facts", figure=f"{sum(facts):,}")
        valid = sum(validate(folder).valid for folder in folders)
        yield at_least("valid in frictionless and SQL", valid, len(folders))
        yield at_least("extracted whole by frictionless", _whole(folders, facts, _frictionless), len(folders))
        yield at_least("read whole by DuckDB", _whole(folders, facts, _duckdb), len(folders))
        yield at_least("read whole by pandas", _whole(folders, facts, _pandas), len(folders))
        asked = [sums.ask(folder) for folder in folders]
        lists, unmade = sum(one.lists for one in asked), sum(one.lists - one.add_up for one in asked)
        yield at_most(f"lists of {lists:,} that do not make their printed total", unmade, lists // 20)


def _whole(folders: list[Path], facts: list[int], read: Callable[[Path], int]) -> int:
    return sum(read(folder / "data" / "facts.csv") == rows for folder, rows in zip(folders, facts, strict=True))


def _frictionless(path: Path) -> int:
    command = [sys.executable, "-m", "frictionless", "extract", "--csv", "--name", "facts", "datapackage.json"]
    told = subprocess.run(command, cwd=path.parents[1], capture_output=True, check=True).stdout
    return max(told.decode("utf-8").count("\n") - 1, 0)


def _duckdb(path: Path) -> int:
    with duckdb.connect() as connection:
        asked = "SELECT count(*) FROM read_csv(?, all_varchar = true, header = true)"
        [(counted,)] = connection.execute(asked, [str(path)]).fetchall()
    return int(counted)


def _pandas(path: Path) -> int:
    facts = pandas.read_csv(path, dtype=str, keep_default_na=False)
    assert all(Decimal(amount).is_finite() for amount in facts["amount"] if amount)
    return len(facts)
