"""Run a function in a fresh process of its own, so that no measurement warms or burdens the next."""

from __future__ import annotations

import multiprocessing
import os
import re
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def apart(function: Callable[..., T], *arguments: object) -> T:
    """What the function returns, called in a new process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def cpu_seconds() -> float:
    """The CPU of this process and of its children that have ended."""
    return sum(os.times()[:4])


def children_peak_megabytes() -> float:
    """The most memory of any child that has ended; no less than this process held when it started it."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def peak_megabytes() -> float:
    """The most memory that this process ever held.

    Read from /proc: ``getrusage`` counts what the parent held before this program was started.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found, "Linux tells the peak of a process as VmHWM"
    return int(found[1]) / 1024
