"""Reading what is stored by many hands: as results come, within limits, taken up after a death, told as it goes."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import parsers
from benchmarks import poison
from crawler import blobs
from datapackages import workers
from datapackages.parsed import dumps
from parsers.isolated import parsed_and_triaged
from yusuan.progress import line, shown, spoken, when_long
from yusuan.reading import ENDED, folder, parse_stored
from yusuan.work import Work, as_they_come, here

FIXTURES = sorted((Path(__file__).parent / "documents").glob("*.pdf"))
isolated = importlib.import_module("parsers.isolated")


def stored(data: Path, copies: int) -> list[str]:
    contents = [path.read_bytes() + b"%% copy %d" % number for path in FIXTURES for number in range(copies)]
    return [blobs.store(data, content) for content in contents]


def issues(data: Path, sha256: str) -> list[str]:
    found = json.loads((folder(data) / f"{sha256}.json").read_text("utf-8"))
    assert found["document"]["sha256"] == sha256
    return [issue["type"] for issue in found["issues"]]


# ---- the order and the number ----


def test_a_slow_document_holds_no_other_back() -> None:
    others_are_done = threading.Event()

    def work(sha256: str) -> str:
        if sha256 == "slow":
            assert others_are_done.wait(30)
        return sha256.upper()

    seen = []
    with here(2) as executor:
        for sha256, future in as_they_come(executor, work, ["slow", *"abcdefghijklmnopqrstuvwxyz"], ahead=4):
            seen.append((sha256, future.result()))
            if len(seen) == 26:
                others_are_done.set()
    assert sorted(seen[:26]) == [(letter, letter.upper()) for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert seen[26:] == [("slow", "SLOW")]


def test_no_more_is_handed_out_than_may_wait() -> None:
    taken: list[str] = []

    def hashes() -> object:
        while True:
            taken.append(str(len(taken)))
            yield taken[-1]

    with here(2) as executor:
        results = as_they_come(executor, str.upper, hashes(), ahead=5)  # type: ignore[arg-type]
        for _ in range(10):
            next(results)
    assert len(taken) <= 10 + 5


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("max 100000\n", 6), ("200000 100000\n", 2), ("50000 100000\n", 1), ("900000 100000", 6), ("?", 6), (None, 6)],
)
def test_cores_are_those_that_this_process_may_use(
    quota: str | None, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)))
    monkeypatch.setattr(workers, "QUOTA", tmp_path / "cpu.max")
    if quota:
        (tmp_path / "cpu.max").write_text(quota, "ascii")
    assert parsers.cores() == expected


# ---- what becomes of documents ----


def test_what_is_written_is_what_one_process_reads(tmp_path: Path) -> None:
    sha256 = blobs.store(tmp_path, FIXTURES[0].read_bytes())
    parse_stored(tmp_path, 1)
    written = (folder(tmp_path) / f"{sha256}.json").read_text("utf-8")
    assert written == dumps(parsed_and_triaged(FIXTURES[0]))


def test_documents_that_kill_or_hang_or_are_spoiled_lose_only_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolated, "parse", poison.parse)
    monkeypatch.setattr(isolated, "parsed_and_triaged", poison.parsed_and_triaged)
    sound = stored(tmp_path, 1)
    kills, hangs = [blobs.store(tmp_path, FIXTURES[0].read_bytes() + end) for end in (poison.KILLS, poison.HANGS)]
    spoiled = blobs.store(tmp_path, b"%PDF-1.4 as it was")
    blobs.path(tmp_path, spoiled).write_bytes(FIXTURES[0].read_bytes())
    parse_stored(tmp_path, 2, seconds=4)
    assert issues(tmp_path, kills) == ["worker-died"]
    assert issues(tmp_path, hangs) == ["time-limit"]
    assert issues(tmp_path, spoiled) == ["copy-damaged"]
    assert [sha256 for sha256 in sound if ENDED.intersection(issues(tmp_path, sha256))] == []


def test_a_killed_run_leaves_no_child_and_is_taken_up_where_it_was(tmp_path: Path) -> None:
    hashes = stored(tmp_path, 4)
    command = [sys.executable, "-m", "yusuan.cli", "parse", "--workers", "2", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as reading:
        until(lambda: len(list(folder(tmp_path).glob("*.json"))) > 5)
        children = children_of(reading.pid)
        os.kill(reading.pid, signal.SIGKILL)
    before = {path: path.stat().st_mtime_ns for path in folder(tmp_path).glob("*.json")}
    assert 5 < len(before) < len(hashes), "killed in the middle"
    assert len(children) >= 2
    until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in children))
    parse_stored(tmp_path, 2)
    assert {path.stem for path in folder(tmp_path).glob("*.json")} == set(hashes)
    assert {path: path.stat().st_mtime_ns for path in before} == before, "read once"


@pytest.mark.parametrize("begun", [False, True])
def test_who_stops_early_does_not_wait_for_what_is_being_read(
    begun: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolated, "parsed_and_triaged", poison.parsed_and_triaged)
    hangs = blobs.store(tmp_path, FIXTURES[0].read_bytes() + poison.HANGS)
    work = Work(store=str(tmp_path / "documents"), version=parsers.parser_version())
    with here(1) as executor:
        executor.submit(work, hangs)
        until(lambda: not begun or any(map(is_reader, children_of(os.getpid()))))
        began = time.monotonic()
    assert time.monotonic() - began < 30


def children_of(pid: int) -> list[int]:
    lists = [path.read_text("ascii") for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for text in lists for child in text.split()]


def is_reader(pid: int) -> bool:
    return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# ---- what a person sees ----


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (61, "1 min"), (3540, "59 min"), (11_100, "3 h 05 min")]
)
def test_a_time_is_told_as_a_person_says_it(seconds: float, text: str) -> None:
    assert spoken(seconds) == text


def test_a_line_tells_how_far_the_work_is_and_how_long_the_rest_will_take() -> None:
    assert line("Reading", 120, 2000, 120.0) == "Reading: 120 of 2000 in 2 min, about 31 min left"
    assert line("Reading", 2000, 2000, 1980.0) == "Reading: 2000 of 2000 in 33 min"


def test_without_a_terminal_there_are_lines_now_and_then_and_one_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert list(shown("abc", 3, "Reading")) == ["a", "b", "c"]
    assert capsys.readouterr().err == "Reading: 3 of 3 in 0 s\n"
    assert list(shown("abc", 3, "Reading", every=0)) == ["a", "b", "c"]
    assert capsys.readouterr().err.splitlines()[0] == "Reading: 1 of 3 in 0 s, about 0 s left"


def test_without_a_terminal_brief_work_of_the_kind_that_may_take_hours_leaves_no_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert list(when_long("abc", 3, "Packing places")) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""
    assert list(shown("ab", 2, "Packing places", every=0, brief=False)) == ["a", "b"]
    assert capsys.readouterr().err.splitlines()[-1] == "Packing places: 2 of 2 in 0 s"
