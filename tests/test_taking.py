"""Others read what we write: the examples of the README, frictionless, and programs that gather datasets."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas
import pytest

import made_up_city as city
from datapackages import build, catalog, descriptor, dictionary, loading, schemas, tabular
from datapackages.exports import export
from datapackages.selection import Selection
from datapackages.write import write_packages

BUDGET = "cn-999900-2026-budget"
EXAMPLES = re.findall(r"^```(python|r)\n# (\w+): .*?\n(.*?)^```", dictionary.README.read_text("utf-8"), re.M | re.S)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data/, packages, Parquet and database of two documents of 2026 and one of 2025."""
    made = tmp_path_factory.mktemp("taken")
    parsed = [city.parsed("a"), city.parsed("b", unit_name="示例市民政所"), city.parsed("c", fiscal_year=2025)]
    write_packages(parsed, [city.sighting(name) for name in "abc"], made / "data")
    build.build(made / "data")
    return made


# ---- examples ----


def test_the_readme_has_an_example_for_each_tool() -> None:
    assert [tool for _, tool, _ in EXAMPLES] == ["pandas", "polars", "DuckDB", "R"]


@pytest.mark.parametrize(("language", "tool", "code"), EXAMPLES, ids=[tool for _, tool, _ in EXAMPLES])
def test_an_example_adds_up_what_the_lists_print(folder: Path, language: str, tool: str, code: str) -> None:
    program = [sys.executable, "-c"] if language == "python" else ["Rscript", "-e"]
    if not shutil.which(program[0]):
        pytest.skip(f"{tool} is not installed")
    env = {**os.environ, "LC_ALL": "C.UTF-8", "POLARS_FMT_STR_LEN": "100"}
    done = subprocess.run([*program, code], cwd=folder, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    shown = re.findall(r"([0-9a-f]{16}-p1-x50-y80).*?(\d{6})(?:\.0+)?\b", done.stdout)
    assert sorted(shown) == sorted((f"{city.sha(name)[:16]}-p1-x50-y80", "305000") for name in "ab")


# ---- peers ----


def test_frictionless_extracts_what_the_csv_says(folder: Path) -> None:
    import frictionless

    package = frictionless.Package(str(folder / "data" / "packages" / BUDGET / "datapackage.json"))
    facts = package.extract(name="facts")["facts"]
    written = list(tabular.rows(folder / "data" / "packages" / BUDGET, "facts"))
    assert [fact["fact_id"] for fact in facts] == [row["fact_id"] for row in written]
    assert {(fact["amount"], fact["is_current"], fact["fiscal_year"]) for fact in facts} == {
        (Decimal(305000), True, 2026)
    }


@pytest.mark.parametrize("resource", schemas.RESOURCES)
def test_duckdb_and_pandas_read_every_csv_without_being_told_how(folder: Path, resource: str) -> None:
    path = folder / "data" / "packages" / BUDGET / "data" / f"{resource}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    found = duckdb.sql(f"SELECT * FROM read_csv('{path}', header = true, all_varchar = true)")
    assert found.columns == header
    assert [[text or "" for text in row] for row in found.fetchall()] == lines
    table = pandas.read_csv(path, dtype=str, keep_default_na=False)
    assert (list(table.columns), table.values.tolist()) == (header, lines)


# ---- the way back ----


def test_the_database_can_be_made_again_from_the_packages_alone(folder: Path, tmp_path: Path) -> None:
    first = build.build(folder / "data")
    for packed in (folder / "data" / "packages").glob("*.zip"):
        unpacked = tmp_path / "data" / "packages" / packed.stem
        shutil.unpack_archive(packed, unpacked)
        shutil.copy(packed, unpacked.parent)
    assert build.build(tmp_path / "data").read_bytes() == first.read_bytes()


def test_everything_as_one_package_fills_the_same_tables(folder: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.unpack_archive(export(Selection(), folder / "data" / "packages", tmp_path), whole)
    with closing(sqlite3.connect("")) as again, closing(sqlite3.connect(folder / "data/site/budgets.db")) as site:
        loading.create_tables(again)
        loading.fill(again, whole)
        for resource in schemas.RESOURCES:
            rows = [set(database.execute(f'SELECT * FROM "{resource}"')) for database in (again, site)]
            assert rows[0] == rows[1], resource


# ---- catalogs ----


def test_the_catalog_describes_each_package_and_where_to_take_it(folder: Path) -> None:
    packages = folder / "data" / "packages"
    told = json.loads((packages / "catalog.jsonld").read_text(encoding="utf-8"))
    earlier, dataset = told["dcat:dataset"]
    assert (told["@type"], earlier["dct:identifier"]) == ("dcat:Catalog", "cn-999900-2025-budget")
    packed = packages / f"{BUDGET}.zip"
    assert dataset["dcat:distribution"] == {
        "@type": "dcat:Distribution",
        "dcat:downloadURL": {"@id": packed.name},
        "dcat:mediaType": {"@id": "https://www.iana.org/assignments/media-types/application/zip"},
        "dct:conformsTo": {"@id": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "dcat:byteSize": packed.stat().st_size,
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": descriptor.sha256(packed),
        },
    }
    assert dataset["dct:issued"] == {"@value": "2026-03-19T18:17:00Z", "@type": "xsd:dateTime"}
    assert dataset["dct:spatial"]["dct:identifier"] == "999900"
    assert dataset["dct:temporal"]["dcat:startDate"]["@value"] == "2026-01-01"
    used = set(re.findall(r'"(\w+):\w+"', json.dumps(told))) - {"urn"}
    assert used == set(catalog.CONTEXT)


def test_language_models_are_told_what_there_is_and_the_rules(folder: Path) -> None:
    text = (folder / "data" / "packages" / "llms.txt").read_text(encoding="utf-8")
    title, _, summary, *_ = text.splitlines()
    assert title.startswith("# 预算公开数据") and summary.startswith("> Figures, tables, prose")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert links == ["cn-999900-2025-budget.zip", f"{BUDGET}.zip", "catalog.jsonld", "SHA256SUMS"]
    assert all((folder / "data" / "packages" / link).is_file() for link in links)
    assert "never add figures of different tables" in text
