"""``yusuan parse --cluster`` on two workers of dask, one of them killed in the middle, beside the pool."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.copies import drawn, stored
from benchmarks.dask_cluster import cluster, worker_ids
from benchmarks.figures import Figure, at_least, at_most

DOCUMENTS = 200
WORKERS = 2
EMPTY_TASKS = 1000
OVERHEAD = 10  # ms for a document; to read one takes hundreds
TITLE = f"Documents read by {WORKERS} workers of dask on one machine, one of them killed when a third is read"


def measure(documents: int = DOCUMENTS) -> Iterator[Figure]:
    """The same documents by the pool and by the cluster."""
    with TemporaryDirectory() as name:
        here, there = Path(name, "here"), Path(name, "there")
        count = len(list(stored(here, drawn(documents))))
        shutil.copytree(here, there)
        pool = _seconds(_command(here, "--workers", str(WORKERS)))
        (logs := Path(name, "dask")).mkdir()
        with cluster(logs, WORKERS) as address:
            empty = _empty_tasks(address)
            victim = worker_ids(address)[0]
            seconds = _killing(victim, there, count // 3, _command(there, "--cluster", address))
            replaced = victim not in worker_ids(address, WORKERS)
        made, expected = _results(there), _results(here)
    yield Figure(what="documents", figure=str(count))
    yield Figure(what="seconds, pool of this machine", figure=f"{pool:.1f}")
    yield Figure(what="seconds, cluster, with the death of a worker", figure=f"{seconds:.1f}")
    same = sum(made.get(name) == text for name, text in expected.items())
    yield at_least("documents with the same bytes as here", same, count)
    yield at_least("workers that died and were replaced", int(replaced), 1)
    yield at_most("overhead for a document: wall time of an empty task", 1000 * empty[0], OVERHEAD, " ms")
    yield Figure(what="of it CPU of this process", figure=f"{1000 * empty[1]:.2f} ms")


def _command(data: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "yusuan.cli", "parse", "--data", str(data), *options]


def _seconds(command: list[str]) -> float:
    start = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - start


def _killing(victim: int, data: Path, when: int, command: list[str]) -> float:
    """Run the command, and kill the worker as soon as so many documents are read."""
    start = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as reading:
        while len(list(data.glob("parsed/*/*.json"))) < when and reading.poll() is None:
            time.sleep(0.1)
        os.kill(victim, signal.SIGKILL)
        _, errors = reading.communicate()
    if reading.returncode:
        raise RuntimeError(errors)
    return time.monotonic() - start


def _empty_tasks(address: str) -> tuple[float, float]:
    """Seconds, and CPU seconds of this process, that an empty task takes on its way through the same door."""
    from yusuan.cluster import workers_of
    from yusuan.reading import AHEAD
    from yusuan.work import as_they_come

    with workers_of(address) as (executor, threads):
        start, cpu = time.monotonic(), time.process_time()
        for _, future in as_they_come(executor, str, map(str, range(EMPTY_TASKS)), AHEAD * threads):
            future.result()
        return (time.monotonic() - start) / EMPTY_TASKS, (time.process_time() - cpu) / EMPTY_TASKS


def _results(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in data.glob("parsed/*/*.json")}
