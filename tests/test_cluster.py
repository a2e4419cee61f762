"""Reading on a cluster: real schedulers and workers on loopback, one of them killed, and the same bytes as here."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import parsers
from benchmarks import night_site, poison
from benchmarks.dask_cluster import MAY_START_PROCESSES, cluster, worker_ids
from crawler import blobs
from yusuan import cluster as door
from yusuan.cli import main
from yusuan.reading import folder

ROOT = Path(__file__).parents[1]
FIXTURES = sorted((ROOT / "tests" / "documents").glob("*.pdf"))
COPIES = 3


def yusuan(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with documents of every form, some of them several times under new hashes."""
    data = tmp_path_factory.mktemp("stored")
    for path in FIXTURES:
        for number in range(COPIES):
            blobs.store(data, path.read_bytes() + f"% copy {number}\n".encode())
    return data


@pytest.fixture(scope="module")
def read_here(stored: Path) -> dict[str, bytes]:
    """What two threads of this machine make of them."""
    data = stored.with_name("here")
    shutil.copytree(stored, data)
    assert yusuan("parse", "--workers", "2", "--data", data).exit_code == 0
    return results(data)


FALL_FOR_POISON = """
import importlib
from benchmarks import poison
isolated = importlib.import_module("parsers.isolated")
isolated.parse, isolated.parsed_and_triaged = poison.parse, poison.parsed_and_triaged
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster with two workers, which fall for the documents of benchmarks.poison."""
    place = tmp_path_factory.mktemp("cluster")
    (place / "preload.py").write_text(FALL_FOR_POISON, encoding="utf-8")
    preload = {"DASK_DISTRIBUTED__WORKER__PRELOAD": str(place / "preload.py"), "PYTHONPATH": str(ROOT)}
    with cluster(place, workers=2, environment={**MAY_START_PROCESSES, **preload}) as address:
        yield address


def results(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder(data).glob("*.json")}


def test_a_cluster_that_loses_a_worker_makes_the_same_bytes_as_this_machine(
    stored: Path, read_here: dict[str, bytes], scheduler: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(stored, data)
    victim = worker_ids(scheduler)[0]
    command = [sys.executable, "-m", "yusuan.cli", "parse", "--cluster", scheduler, "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reading:
        deadline = time.monotonic() + 60
        while not results(data) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)
        done_then = len(results(data))
        output, errors = reading.communicate(timeout=120)
    assert (reading.returncode, output) == (0, "48 documents: 48 tables_only\n"), errors
    assert 0 < done_then < len(read_here), "killed in the middle"
    assert victim not in worker_ids(scheduler)
    assert results(data) == read_here


def test_a_second_run_finds_nothing_to_do_and_asks_no_cluster(read_here: dict[str, bytes], stored: Path) -> None:
    data = stored.with_name("here")
    assert yusuan("parse", "--cluster", "tcp://127.0.0.1:1", "--data", data).exit_code == 0


def test_a_document_that_its_store_has_lost_or_spoiled_says_so_and_is_read_again_on_demand(
    stored: Path, scheduler: str, tmp_path: Path
) -> None:
    data, place = tmp_path / "data", tmp_path / "place"
    sound, spoiled = [blobs.store(data, FIXTURES[0].read_bytes() + ending) for ending in (b"% a", b"% b")]
    shutil.copytree(data / "documents", place)
    (place / spoiled[:2] / f"{spoiled}.pdf").write_bytes(b"%PDF-1.4 something else")
    asked = ("parse", "--cluster", scheduler, "--store", place, "--data", data)
    assert yusuan(*asked).output.endswith("2 documents: 1 broken, 1 tables_only\n")
    found = json.loads(results(data)[f"{spoiled}.json"])
    issues = [issue["type"] for issue in found["issues"]]
    assert (found["document"]["sha256"], issues) == (spoiled, ["copy-damaged"])
    shutil.copy(blobs.path(data, spoiled), place / spoiled[:2])
    assert yusuan(*asked, "--again").output.endswith("2 documents: 2 tables_only\n")
    assert f"{sound}.json" in results(data)


def test_the_limits_stand_inside_the_worker_which_lives_on(scheduler: str, tmp_path: Path) -> None:
    contents = [FIXTURES[0].read_bytes() + ending for ending in (poison.KILLS, poison.HANGS, b"% sound")]
    names = [f"{blobs.store(tmp_path, content)}.json" for content in contents]
    before = sorted(worker_ids(scheduler, 2))
    done = yusuan("parse", "--cluster", scheduler, "--seconds", 3, "--data", tmp_path)
    assert (done.exit_code, sorted(worker_ids(scheduler, 2))) == (0, before)
    kills, hangs, sound = [json.loads(results(tmp_path)[name]) for name in names]
    assert [issue["type"] for issue in kills["issues"] + hangs["issues"]] == ["worker-died", "time-limit"]
    assert sound["document"]["kind"] == "tables_only"


def test_the_night_reads_on_a_cluster_too(scheduler: str, tmp_path: Path) -> None:
    killer = FIXTURES[0].read_bytes() + poison.KILLS  # kills in the cluster's workers, and would be sound here
    documents = {f"/{path.name}": path.read_bytes() for path in FIXTURES[1:5]} | {"/killer.pdf": killer}
    with night_site.served(documents) as site:
        data = night_site.place(tmp_path / "data")
        [host] = [f"{name}={address}" for name, address in site.hosts.items()]
        done = yusuan("refresh", "night", "--host", host, "--cluster", scheduler, "--data", data, "--json")
    run = json.loads(done.stdout)
    assert (done.exit_code, run["state"], len(run["unread"])) == (0, "published", 1), done.output
    refused = yusuan("refresh", "night", "--store", "s3://bucket", "--data", data)
    assert (refused.exit_code, "--store needs --cluster" in refused.output) == (2, True)


def test_workers_with_another_parser_are_refused(
    stored: Path, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(stored, tmp_path / "data")
    monkeypatch.setattr("parsers.parser_version", lambda: "of-tomorrow")
    refused = yusuan("parse", "--cluster", scheduler, "--data", tmp_path / "data")
    assert refused.exit_code == 1
    assert "this command with of-tomorrow: install the same release on every machine" in refused.output
    assert results(tmp_path / "data") == {}


def test_a_worker_that_may_start_no_processes_is_refused(stored: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(stored, data)
    with cluster(tmp_path, workers=1, environment={}) as address:
        refused = yusuan("parse", "--cluster", address, "--data", data)
    assert (refused.exit_code, results(data)) == (1, {})
    assert "DASK_DISTRIBUTED__WORKER__DAEMON=False" in refused.output


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--cluster", "127.0.0.1"), 2, "the address of a scheduler (tcp://host:8786), found '127.0.0.1'"),
        (("--cluster", "tcp://127.0.0.1:1"), 1, "no scheduler answers at tcp://127.0.0.1:1"),
        (("--store", "s3://bucket"), 2, "--store needs --cluster"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(
    arguments: tuple[str, ...], code: int, said: str, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "PATIENCE", 1)
    refused = yusuan("parse", *arguments, "--data", stored)
    assert (refused.exit_code, said in refused.output) == (code, True), refused.output


class Gone(Executor):
    """What the executor of a client does when its scheduler has gone."""

    def submit(self, *_: object) -> Future[str]:  # type: ignore[override]
        future: Future[str] = Future()
        future.cancel()
        future.set_running_or_notify_cancel()
        return future


def test_a_cluster_that_goes_away_ends_the_command_and_says_so(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(stored, tmp_path / "data")
    monkeypatch.setattr(door, "workers_of", lambda address: nullcontext((Gone(), 2)))
    ended = yusuan("parse", "--cluster", "tcp://127.0.0.1:1", "--data", tmp_path / "data")
    assert (ended.exit_code, "the cluster has gone; what was read is kept" in ended.output) == (1, True)


def test_without_the_extra_the_command_names_it(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    refused = yusuan("parse", "--cluster", "tcp://127.0.0.1:1", "--data", stored)
    assert (refused.exit_code, "pip install 'yusuan[cluster]'" in refused.output) == (2, True)


def test_the_version_is_part_of_what_is_asked(stored: Path) -> None:
    assert folder(stored).name == parsers.parser_version()
