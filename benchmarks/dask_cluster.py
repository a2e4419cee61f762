"""A scheduler and workers of dask on loopback, as real processes: what a compose file or two machines would run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

DASK = str(Path(sys.executable).with_name("dask"))
MAY_START_PROCESSES = {"DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
PATIENCE = 60.0  # seconds


@contextmanager
def cluster(folder: Path, workers: int, environment: Mapping[str, str] = MAY_START_PROCESSES) -> Iterator[str]:
    """The address of a scheduler with so many workers, each of one thread under a nanny that replaces it."""
    told = folder / "scheduler.json"
    with ExitStack() as stack:
        scheduler = ("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", told)
        stack.enter_context(_running(folder / "scheduler.log", environment, *scheduler))
        address = _address(told)
        for number in range(workers):
            scratch = folder / f"worker-{number}"
            scratch.mkdir()
            options = ("--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1", "--local-directory", scratch)
            stack.enter_context(_running(folder / f"worker-{number}.log", environment, "worker", address, *options))
        worker_ids(address, workers)
        yield address


@contextmanager
def _running(log: Path, environment: Mapping[str, str], *command: object) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [DASK, *map(str, command)], stdout=output, stderr=output, env={**os.environ, **environment}
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(told: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if told.exists() and (text := told.read_text(encoding="utf-8")):
            return str(json.loads(text)["address"])
        time.sleep(0.1)
    raise RuntimeError(f"no scheduler within {PATIENCE:.0f} s: see {told.with_suffix('.log')}")


def worker_ids(address: str, workers: int = 1) -> list[int]:
    """The process ids of the workers, as soon as so many are there."""
    from distributed import Client

    with Client(address, set_as_default=False, timeout=PATIENCE) as client:
        client.wait_for_workers(workers, timeout=PATIENCE)
        return [int(number) for number in client.run(os.getpid).values()]
