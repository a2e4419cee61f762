"""Parquet holds what the packages hold, typed, and other libraries read it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars
import pytest

import made_up_city as city
from datapackages import descriptor, parquet, schemas, tabular
from datapackages.model import Section
from datapackages.write import write_packages

TEXT = 'a, "b"\n=1+1;\'|\t' + "很长" * 100_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One unit in two years; one figure finer than a fen, one long and unruly chapter."""
    made = tmp_path_factory.mktemp("o'clock")
    now = city.parsed("a")
    finer = replace(now.facts[0], amount=Decimal("1234.5678"))
    chapter = Section(seq=1, heading_path="'", text=TEXT, pages=(1, 2))
    now = replace(now, facts=(finer, *now.facts[1:]), sections=(chapter,))
    write_packages([now, city.parsed("b", fiscal_year=2025)], [city.sighting("a")], made)
    parquet.write(packages(made), made / "parquet")
    return made


def packages(data: Path) -> list[Path]:
    return [path.parent for path in (data / "packages").glob("*/datapackage.json")]


def test_the_rows_lie_by_year_and_place_and_shared_ones_once(data: Path) -> None:
    made = {path.relative_to(data / "parquet").as_posix() for path in (data / "parquet").rglob("*.parquet")}
    shared = ("jurisdictions", "units", "classifications")
    assert made == {f"{resource}/all.parquet" for resource in shared} | {
        f"{resource}/year={year}/place=999900/budget.parquet"
        for resource in schemas.RESOURCES
        if resource not in shared
        for year in (2025, 2026)
    }
    check = ["sha256sum", "-c", "--quiet", "SHA256SUMS"]
    done = subprocess.run(check, cwd=data / "parquet", capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("resource", schemas.RESOURCES)
def test_every_row_is_there_in_order(data: Path, resource: str) -> None:
    expected = [row for folder in sorted(packages(data)) for row in tabular.rows(folder, resource)]
    names = list(schemas.fields(resource))
    listed = {name for name in names if schemas.fields(resource)[name]["type"] == "list"}
    shown = ", ".join(f"array_to_string(\"{name}\", '|')" if name in listed else f'"{name}"' for name in names)
    files = f"{data}/parquet/{resource}/**/*.parquet".replace("'", "''")
    found = duckdb.sql(f"SELECT {shown} FROM read_parquet('{files}', hive_partitioning = false)").fetchall()
    as_text = [[tabular.text(value) for value in line] for line in found]
    once = {tuple(row[name] for name in schemas.key(resource)): list(row.values()) for row in expected}
    assert as_text == list(once.values())


def test_money_is_an_exact_decimal_and_prose_is_whole(data: Path) -> None:
    facts = polars.read_parquet(data / "parquet" / "facts" / "year=2026", hive_partitioning=False)
    assert sorted(facts["amount"].to_list()) == [Decimal("1234.5678"), Decimal(305000)]
    assert facts.schema["amount"] == polars.Decimal(38, 10)
    assert facts.schema["additive"] == polars.Boolean
    assert facts["flags"].to_list() == [None, None]
    sections = polars.read_parquet(data / "parquet" / "sections" / "year=2026", hive_partitioning=False)
    assert sections["text"].to_list() == [TEXT]


def test_a_file_says_what_it_is_and_which_packages_it_is_from(data: Path) -> None:
    path = str(data / "parquet" / "facts" / "year=2026" / "place=999900" / "budget.parquet").replace("'", "''")
    told = duckdb.sql(f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{path}')").fetchall()
    assert dict(told) == {
        "title": "数据",
        "description": "One row for each printed figure",
        "packages": "cn-999900-2026-budget@2026.3.19",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
    }


def test_of_each_package_the_descriptor_is_read_once_and_not_for_every_file(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = descriptor.read
    descriptors: list[Path] = []

    def counted(folder: Path) -> dict[str, Any]:
        descriptors.append(folder)
        return read(folder)

    monkeypatch.setattr(descriptor, "read", counted)
    parquet.write(packages(data), tmp_path / "parquet")
    assert descriptors == sorted(packages(data))


def test_a_year_or_place_that_could_not_be_told_has_a_partition_too(tmp_path: Path) -> None:
    lost = city.parsed("a", unit_name="教育局", title="单位预算", fiscal_year=None)
    write_packages([lost], [], tmp_path)
    parquet.write(packages(tmp_path), tmp_path / "parquet")
    assert (tmp_path / "parquet" / "facts" / "year=0" / "place=unplaced" / "budget.parquet").is_file()


SCRIPT = """
import sys
from pathlib import Path
from datapackages import parquet
data, target = map(Path, sys.argv[1:])
parquet.write([path.parent for path in (data / "packages").glob("*/datapackage.json")], target)
"""


def test_the_same_packages_give_the_same_bytes_anywhere(data: Path, tmp_path: Path) -> None:
    env = {**os.environ, "TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    target = tmp_path / "deeper" / "elsewhere"
    subprocess.run([sys.executable, "-c", SCRIPT, str(data), str(target)], check=True, env=env, timeout=60)
    assert (target / "SHA256SUMS").read_bytes() == (data / "parquet" / "SHA256SUMS").read_bytes()


def test_what_nothing_belongs_to_any_more_disappears(tmp_path: Path) -> None:
    write_packages([city.parsed("a"), city.parsed("b", fiscal_year=2025)], [], tmp_path)
    parquet.write(packages(tmp_path), tmp_path / "parquet")
    write_packages([city.parsed("a")], [], tmp_path)
    parquet.write(packages(tmp_path), tmp_path / "parquet")
    assert not list((tmp_path / "parquet").rglob("year=2025"))
    assert [path.name for path in tmp_path.glob("parquet*")] == ["parquet"]
