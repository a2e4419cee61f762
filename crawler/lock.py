"""One crawl or import at a time in a data directory. The kernel frees the lock of a killed process."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.errors import Locked

PATIENCE = 2.0  # seconds: the child of a run that was killed a moment ago needs a little time to notice


@contextmanager
def hold(data: Path, name: str = "crawl") -> Iterator[None]:
    """Hold ``data/<name>.lock``; raises :class:`Locked` when somebody else does."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / f"{name}.lock").open("a") as file:
        _acquire(file.fileno(), data)
        yield


def _acquire(descriptor: int, data: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Locked(f"{data}: another run is at work here; wait for it to end") from None
            time.sleep(0.05)
