"""New builds switched to under constant load: what fails, which versions are seen, how stale an answer is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from benchmarks.figures import Figure, at_least, at_most
from datapackages import whole_file
from datapackages.build import build
from yusuan import switching

SWITCHES = 50
VERSION = "/budgets/packages.json?_shape=array&_col=version"
PATHS = (  # what each client asks for in turn; the first loop tells the version
    (VERSION,),
    ("/", "/budgets/facts"),
    ("/budgets/facts?_search=%E7%BB%8F%E8%B4%B9", "/-/downloads"),
    ("/budgets/facts.csv?_stream=on&_size=max", "/budgets/documents"),
)
YUSUAN = (sys.executable, "-m", "yusuan.cli")
PATIENCE = 60.0  # seconds for a switch to be seen
TITLE = f"{SWITCHES} new builds switched to under the load of {len(PATHS)} clients"


@dataclass(kw_only=True)
class Seen:
    """What the clients saw; ``published`` is the number of the newest build, as the clients' clock."""

    published: int = 0
    answers: int = 0
    failures: list[str] = field(default_factory=list)
    versions: set[int] = field(default_factory=set)
    stalest: int = 0
    slowest: float = 0.0


def measure(switches: int = SWITCHES) -> Iterator[Figure]:
    """Publish one build after another, each as soon as the one before was seen."""
    seen = Seen()
    with TemporaryDirectory() as name:
        data = Path(name)
        subprocess.run([*YUSUAN, "demo", "--no-serve", "--data", name], check=True, stdout=subprocess.DEVNULL)
        _publish(data, 0)
        with _served(data) as address, _asked(address, seen):
            started = time.monotonic()
            for number in range(1, switches + 1):
                _publish(data, number)
                seen.published = number
                _wait_for(seen, number)
            seconds = time.monotonic() - started
    yield Figure(what="requests answered", figure=f"{seen.answers:,}")
    yield at_most("requests failed", len(seen.failures), 0)
    yield at_least("versions seen", len(seen.versions), switches + 1)
    yield at_most("builds behind the newest, at most", seen.stalest, 1)
    yield Figure(what="seconds from one build to the next, the build included", figure=f"{seconds / switches:.1f}")
    yield Figure(what="slowest answer", figure=f"{1000 * seen.slowest:.0f} ms")
    for failure in seen.failures[:5]:
        yield Figure(what=failure, figure="")


def _publish(data: Path, number: int) -> None:
    """Build as a night does, under a version of its own."""
    for path in (data / "packages").glob("*/datapackage.json"):
        described = json.loads(path.read_text(encoding="utf-8"))
        whole_file.replace(path, json.dumps({**described, "version": str(number)}))
    build(data, run_id=f"run-{number:03d}")


def _wait_for(seen: Seen, number: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while number not in seen.versions:
        if time.monotonic() > deadline:
            raise RuntimeError(f"build {number} was published and not served within {PATIENCE:.0f} s")
        time.sleep(0.02)


@contextmanager
def _served(data: Path) -> Iterator[str]:
    """``yusuan serve`` on a free port."""
    with switching.listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    silent = subprocess.DEVNULL
    command = [*YUSUAN, "serve", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(command, stdout=silent, stderr=silent, env={**os.environ, "NO_PROXY": "127.0.0.1"})
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for_answer(process, address)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for_answer(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(address, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"{address}: `yusuan serve` does not answer")


@contextmanager
def _asked(address: str, seen: Seen) -> Iterator[None]:
    """Clients that ask without a pause, each over a connection that it keeps."""
    over, lock = threading.Event(), threading.Lock()
    clients = [threading.Thread(target=_ask, args=(address, paths, seen, over, lock)) for paths in PATHS]
    for client in clients:
        client.start()
    try:
        yield
    finally:
        over.set()
        for client in clients:
            client.join()


def _ask(address: str, paths: tuple[str, ...], seen: Seen, over: threading.Event, lock: threading.Lock) -> None:
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        for path in cycle(paths):
            if over.is_set():
                return
            newest, began = seen.published, time.monotonic()
            try:
                answer = client.get(path)
                failure = "" if answer.status_code == 200 else f"{path}: {answer.status_code}"
            except httpx.TransportError as error:
                answer, failure = None, f"{path}: {type(error).__name__} {error}"
            with lock:
                _note(seen, path, newest, time.monotonic() - began, answer, failure)


def _note(seen: Seen, path: str, newest: int, seconds: float, answer: httpx.Response | None, failure: str) -> None:
    if answer is None or failure:
        seen.failures.append(failure)
        return
    seen.answers += 1
    seen.slowest = max(seen.slowest, seconds)
    if path == VERSION:
        versions = {int(row["version"]) for row in answer.json()}
        seen.versions |= versions
        seen.stalest = max(seen.stalest, newest - min(versions))
