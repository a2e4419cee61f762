"""The runs of the night on the site: what each brought, what held it back, which site was slow."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

import site_city
from yusuan import runs, runs_table
from yusuan.runs import Run
from yusuan.site_files import site_file

NIGHT: dict[str, Any] = {
    "source": "city", "run": 3, "outcome": "incomplete", "began": "2026-03-12T18:17:00Z",
    "ended": "2026-03-12T18:40:00Z", "requests": 41, "known": 30,
    "new": [{"url": "http://c.example/n.pdf", "page_url": "http://c.example/", "title": "新", "sha256": "1" * 64}],
    "changed": [], "vanished": [],
    "troubles": [
        {"name": "http-412", "kind": "blocked", "url": "http://c.example/x", "page_url": "", "detail": "9 bytes"},
        {"name": "http-503", "kind": "failed", "url": "http://c.example/y", "page_url": "", "detail": "0 bytes"},
    ],
    "hosts": {"c.example": {"new": 1, "young": 29}},
    "waits": [{"host": "c.example", "answers": 10, "seconds": 25.0, "longest": 9.5, "url": "http://c.example/n.pdf"}],
}  # fmt: skip


def reported(data: Path) -> list[Run]:
    """A published night, then one that a gate held back and that names a place on this machine."""
    gate = {"name": "free_disk", "held": False, "expected": ">= 9", "found": "1", "remedy": f"make room on {data}"}
    first = Run(run="20260311T181700Z", opened=0.0, sources=["city"], state="published", packages={"cn-x": 7})
    held = Run(
        run="20260312T181700Z", opened=1.0, sources=["city"], state="held", nights={"city": NIGHT},
        gates=[gate], error=f"no room in {data.resolve()}/packages", seconds={"crawl": 2.0, "parse": 1.5},
    )  # fmt: skip
    for run in (first, held):
        runs.keep(data, run)
    return [first, held]


def rows(database: Path, table: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(database)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]


def test_each_report_is_rows_and_places_of_the_machine_stay_out(tmp_path: Path) -> None:
    reported(tmp_path)
    for _ in range(2):  # filled anew each night, in place
        database = runs_table.tabulate(tmp_path)
    first, held = rows(database, "runs")
    assert (first["state"], first["facts"], held["state"]) == ("published", 7, "held")
    assert {name: held[name] for name in ("requests", "new", "blocked", "failed", "bad", "seconds")} == {
        "requests": 41, "new": 1, "blocked": 1, "failed": 1, "bad": 0, "seconds": 3.5,
    }  # fmt: skip
    assert (held["failed_gates"], held["error"]) == ("free_disk", "no room in data/packages")
    assert rows(database, "run_gates")[0]["remedy"] == "make room on data"
    [host] = rows(database, "run_hosts")
    assert (host["mean_seconds"], host["longest_seconds"], host["young"]) == (2.5, 9.5, 29)
    assert [(row["name"], row["reason"]) for row in rows(database, "run_troubles")] == [
        ("http-412", "脚本验证"), ("http-503", "http-503"),
    ]  # fmt: skip


def test_a_report_that_is_tidied_away_leaves_the_tables(tmp_path: Path) -> None:
    first, _ = reported(tmp_path)
    (runs.folder(tmp_path) / f"{first.run}.json").unlink()
    assert [row["run"] for row in rows(runs_table.tabulate(tmp_path), "runs")] == ["20260312T181700Z"]


def test_every_table_and_column_is_described() -> None:
    metadata = yaml.safe_load(site_file("metadata.yaml").read_text(encoding="utf-8"))
    described = metadata["databases"]["runs"]["tables"]
    assert set(described) == set(runs_table.TABLES)
    with closing(sqlite3.connect(":memory:")) as db:
        for table, columns in runs_table.TABLES.items():
            db.execute(f"CREATE TABLE {table} ({columns})")
            names = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
            assert names <= set(described[table]["columns"]), table


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    data = site_city.make(tmp_path_factory.mktemp("runs")).data
    reported(data)
    with site_city.served(data) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def test_a_reader_finds_why_last_night_was_not_published(site: httpx.Client) -> None:
    home = site.get("/").text
    assert 'href="/runs"' in home
    listed = site.get("/runs/runs").text
    assert "未发布（闸门未过）" in listed and "free_disk" in listed
    row = site.get("/runs/runs/20260312T181700Z").text
    assert "/runs/run_gates?run=20260312T181700Z" in row and "没有得到的：2 条" in row
    troubles = json.loads(site.get("/runs/run_troubles.json?_shape=array&kind=blocked").text)
    assert [trouble["url"] for trouble in troubles] == ["http://c.example/x"]
    assert site.get("/runs.db").status_code in (403, 404), "an open file is not handed out"
    assert site.get("/runs?sql=select+1").status_code == 403
