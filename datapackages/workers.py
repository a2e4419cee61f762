"""Processes at work beside this one: how many there may be, and that none outlives it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

QUOTA = Path("/sys/fs/cgroup/cpu.max")  # a container's share: microseconds of CPU, or "max", in a period of so many
LARGE = 2_000_000  # bytes of tables: to start a process takes longer than the work on fewer


class WorkerDied(Exception):
    """A process at work beside this one was killed, so the work is not done; the text says what to do."""


Begin = Callable[..., Future[Any]]
T = TypeVar("T")


class Shown(Protocol):
    """Yields ``results``, of which there will be ``length``, and shows somebody how far they are."""

    def __call__(self, results: Iterable[T], length: int, label: str) -> Iterator[T]: ...


def unseen(results: Iterable[T], length: int, label: str) -> Iterator[T]:
    """Nobody watches."""
    yield from results


@contextmanager
def beside() -> Iterator[Begin]:
    """``begin(size, function, *arguments)`` calls the function here where there are few bytes to work on.

    Large work is begun in another process, one for each core, and not waited for. What ``begin`` returns has the
    ``result`` of either; all is done when the context ends, which raises what the work raised. Raises WorkerDied
    when a process was killed.
    """
    begun: list[Future[Any]] = []
    with _told(), ExitStack() as stack:

        @cache
        def pool() -> ProcessPoolExecutor:
            spawned = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
            made = ProcessPoolExecutor(cores(), spawned, initializer=end_with_parent)
            stack.callback(made.shutdown, cancel_futures=True)
            return made

        def begin(size: int, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
            if size >= LARGE:
                begun.append(pool().submit(function, *arguments))
                return begun[-1]
            done: Future[Any] = Future()
            done.set_result(function(*arguments))
            return done

        yield begin
        for work in begun:
            work.result()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise WorkerDied(
            "a process at work on packages or databases was killed, perhaps for want of memory; what is released"
            " stays as it is. Free memory and repeat the command"
        ) from error


def cores() -> int:
    """The cores that this process may use: those it is bound to, and no more than its container's share."""
    bound = len(os.sched_getaffinity(0))
    try:
        quota, period = QUOTA.read_text(encoding="ascii").split()
    except (OSError, ValueError):  # no container of this kind
        return bound
    return bound if quota == "max" else max(1, min(bound, round(int(quota) / int(period))))


def end_with_parent() -> None:
    """To be called in a child: it ends as soon as the process that started it is gone."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    # A child at work does not look at its pipe: it would finish, or hang, for nobody.
    parent = multiprocessing.parent_process()
    assert parent
    parent.join()
    os._exit(1)
