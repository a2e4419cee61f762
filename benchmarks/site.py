"""The site over many made-up facts, beside plain Datasette on the same file: warm, one client, one process each.

Each address is asked of both in turn, so that a busy machine burdens both alike, and the CPU of both servers is
told beside, which it does not burden; then eight clients ask ours for a minute. Plain Datasette is given the search
index, the three facets in the address and nothing else.
"""

from __future__ import annotations

import json
import math
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import httpx

from benchmarks import made_up_nation
from benchmarks.figures import Figure, at_most
from yusuan.serve import database

TITLE = "The site over made-up facts: p95 of one warm client; at the right plain Datasette and the facets it shows"
ROUNDS, PLAIN_ROUNDS, WARM = 20, 5, 2
CLIENTS, SECONDS = 8, 60
TERMS = ("住房", "三公", "2081")  # in a fifth of all rows, in few, a code with all that it begins
FACETS = ("jurisdiction", "document_year", "function_name")
MANY = 1_000_000  # more rows have other goals
OUR_FACET, PLAIN_FACET = re.compile('<section class="facet"'), re.compile('class="facet-info ')
PLAIN = {"databases": {"budgets": {"tables": {"facts": {"fts_table": "facts_fts", "fts_pk": "rowid"}}}}}


@dataclass(frozen=True)
class Server:
    """A process with those that it started, and a client of it."""

    pid: int
    client: httpx.Client

    @property
    def cpu(self) -> float:
        """Milliseconds of CPU since their start."""
        ticks = sum(int(each.stat[11]) + int(each.stat[12]) for each in _with_children(self.pid))
        return ticks * 1000 / os.sysconf("SC_CLK_TCK")

    @property
    def peak(self) -> float:
        """The most megabytes that each of them ever held, added up; what they share counts more than once."""
        return sum(each.peak_kilobytes for each in _with_children(self.pid)) / 1024


@dataclass(frozen=True)
class Process:
    """What the system tells of a process."""

    pid: int

    @property
    def stat(self) -> list[str]:
        """The fields of ``/proc/PID/stat`` from the state on; the second is the parent."""
        return Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()

    @property
    def peak_kilobytes(self) -> int:
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) if found else 0


def _with_children(pid: int) -> list[Process]:
    """The process and all that it started, and they."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")  # each thread names those that it started
    children = [child for thread in threads for child in thread.read_text(encoding="ascii").split()]
    return [Process(pid), *(each for child in children for each in _with_children(int(child)))]


@dataclass
class Times:
    """How long answers took, in milliseconds, and how long the server worked."""

    took: list[float] = field(default_factory=list)
    worked: float = 0.0

    @property
    def cpu(self) -> float:
        return self.worked / len(self.took)

    def add(self, server: Server, path: str, *, must_answer: bool = True) -> None:
        before, start = server.cpu, time.perf_counter()
        answer = server.client.get(path)
        self.took.append((time.perf_counter() - start) * 1000)
        self.worked += server.cpu - before
        assert answer.status_code == 200 or not must_answer, f"{path}: {answer.status_code}"


def measure(rows: int, folder: Path | None = None) -> Iterator[Figure]:
    """``folder`` keeps the made-up databases for the next run; without one they are made and thrown away."""
    with TemporaryDirectory() as name:
        data = made_up_nation.make(folder or Path(name), rows)
        yield from _size(data)
        metadata = Path(name) / "plain.json"
        metadata.write_text(json.dumps(PLAIN), encoding="utf-8")
        plain = ["-m", "datasette", "serve", "-i", str(database(data)), "-m", str(metadata)]
        with (
            _server(["-m", "yusuan.cli", "serve", "--data", str(data)]) as ours,
            _server(plain) as beside,
        ):
            yield from _tables(data, rows, ours, beside)
            yield from _pages(data, rows, ours)
            yield from _crowd(data, ours)
            yield at_most("memory, peaks of its processes added up", ours.peak, 400, " MB")


def _size(data: Path) -> Iterator[Figure]:
    with closing(sqlite3.connect(database(data))) as connection:
        (facts,) = connection.execute("SELECT count(*) FROM facts").fetchone()
    size = database(data).stat().st_size
    each = f"{size / facts:,.0f} bytes a fact"
    yield Figure(what=f"database of {facts:,} facts", figure=f"{size / 1e6:,.0f} MB", peer=each)


def _tables(data: Path, rows: int, ours: Server, beside: Server) -> Iterator[Figure]:
    goal = 150 if rows <= MANY else 300
    for what, arguments in _asked(data):
        path, plain = (f"/budgets/facts?{urlencode(pairs)}" for pairs in (arguments, [*arguments, *_faceted()]))
        mine, others = _in_turn(ours, path, beside, plain)
        shown = len(PLAIN_FACET.findall(beside.client.get(plain).text))
        assert len(OUR_FACET.findall(ours.client.get(path).text)) >= len(FACETS), f"{path}: facets are missing"
        yield at_most(f"figures, {what}", _p95(mine.took), goal, " ms")
        peer = f"{_p95(others.took):,.0f} ms, CPU {others.cpu:,.0f} ms, {shown} of 3 facets"
        yield Figure(what="  its CPU", figure=f"{mine.cpu:.0f} ms", peer=peer)


def _faceted() -> list[tuple[str, str]]:
    return [("_facet", name) for name in FACETS]


def _asked(data: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What the filters and searches are called, and their arguments."""
    with closing(sqlite3.connect(database(data))) as connection:
        sql = "SELECT jurisdiction, document_year, unit_id FROM headlines ORDER BY 1 DESC, 2, 3 LIMIT 1"
        place, year, unit = connection.execute(sql).fetchone()
    slot = [("jurisdiction", place), ("document_year", year)]
    yield "unfiltered", []
    yield "one place", [("jurisdiction", place)]
    yield "one place and year", slot
    yield "one unit", [("unit_id", unit)]
    for term in TERMS:
        yield f"search {term}", [("_search", term)]
    yield f"search {TERMS[0]} in one place and year", [("_search", TERMS[0]), *slot]
    yield f"search {TERMS[0]} in one unit", [("_search", TERMS[0]), ("unit_id", unit)]


def _in_turn(ours: Server, path: str, beside: Server, plain: str) -> tuple[Times, Times]:
    for _ in range(WARM):
        ours.client.get(path)
        beside.client.get(plain)
    mine, others = Times(), Times()
    for number in range(ROUNDS):
        mine.add(ours, path)
        if number < PLAIN_ROUNDS:
            others.add(beside, plain, must_answer=False)
    return mine, others


def _pages(data: Path, rows: int, ours: Server) -> Iterator[Figure]:
    for term in TERMS:
        path, what = f"/-/search?{urlencode({'q': term})}", f"search page, {term}"
        if (status := ours.client.get(path).status_code) != 200:
            missing = status == 404  # a site without a search page
            peer = f"/-/search answers {status}"
            yield Figure(what=what, figure="skipped", reached=None if missing else False, peer=peer)
            continue
        yield _repeated(what, ours, [path], 150 if rows <= MANY else 400)
    yield _repeated("page of a unit", ours, _units(data), 200)
    cells = _cells(data)
    for state, goal in (("cold", 250), ("cached", 30)):
        times = Times()
        for path in cells:
            times.add(ours, path)
        yield at_most(f"marked page, {state}", _p95(times.took), goal, " ms", peer=f"ours: CPU {times.cpu:.0f} ms")


def _units(data: Path) -> list[str]:
    """Units that have checks, sentences and projects too."""
    sql = "SELECT DISTINCT unit_id FROM checks WHERE unit_id <> '' ORDER BY 1 LIMIT 10"
    with closing(sqlite3.connect(database(data))) as connection:
        return [f"/-/unit/{unit_id}" for (unit_id,) in connection.execute(sql)]


def _cells(data: Path) -> list[str]:
    """A cell of each of some documents whose PDF is there."""
    stored = [path.stem for path in sorted((data / "documents").glob("*/*.pdf"))][:ROUNDS]
    sql = "SELECT page, x0, top, x1, bottom FROM facts WHERE sha256 = ? ORDER BY rowid LIMIT 1 OFFSET 20"
    with closing(sqlite3.connect(database(data))) as connection:
        found = [(sha256, connection.execute(sql, [sha256]).fetchone()) for sha256 in stored]
    return [f"/-/page/{sha256}/{row[0]}.png?cell={','.join(map(str, row[1:]))}" for sha256, row in found if row]


def _crowd(data: Path, ours: Server) -> Iterator[Figure]:
    """Eight clients, each on its own way through the same addresses."""
    tables = [f"/budgets/facts?{urlencode(arguments)}" for _, arguments in _asked(data)]
    paths = [*tables, *_units(data)[:4], *_cells(data)[:4]]
    address, until = str(ours.client.base_url), time.monotonic() + SECONDS
    with ThreadPoolExecutor(CLIENTS) as pool:
        jobs = [pool.submit(_visit, address, paths[at:] + paths[:at], until) for at in range(CLIENTS)]
        answers = [answer for job in jobs for answer in job.result()]
    wrong = [f"{answer} from {path}" for path, answer, _ in answers if answer != "200"]
    told = [f"{len(answers):,} answers, p95 {_p95([took for *_, took in answers]):,.0f} ms", *sorted(set(wrong))]
    yield at_most(f"errors of {CLIENTS} clients in {SECONDS} s", len(wrong), 0, peer="; ".join(told))


def _visit(address: str, paths: Sequence[str], until: float) -> list[tuple[str, str, float]]:
    """What was asked, the status or the fault of each answer, and the milliseconds that it took."""
    answers = []
    with _client(address) as client:
        for path in cycle(paths):
            if time.monotonic() > until:
                return answers
            start = time.perf_counter()
            try:
                answer = str(client.get(path).status_code)
            except httpx.HTTPError as error:
                answer = type(error).__name__
            answers.append((path, answer, (time.perf_counter() - start) * 1000))
    return answers


def _repeated(what: str, server: Server, paths: Sequence[str], goal: float) -> Figure:
    for path in paths:
        server.client.get(path)
    times = Times()
    for path, _ in zip(cycle(paths), range(ROUNDS), strict=False):
        times.add(server, path)
    return at_most(what, _p95(times.took), goal, " ms", peer=f"ours: CPU {times.cpu:.0f} ms")


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]


def _client(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, trust_env=False, timeout=120)


@contextmanager
def _server(command: Sequence[str]) -> Iterator[Server]:
    """A server in a process of its own, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, *command, "--port", port], **quiet)
    try:
        with _client(f"http://127.0.0.1:{port}") as client:
            _wait(process, client)
            yield Server(process.pid, client)
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], client: httpx.Client) -> None:
    for _ in range(3000):
        assert process.poll() is None, f"{process.args} ended with {process.returncode}"
        try:
            client.get("/")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(f"{client.base_url} does not answer")
