"""Parse in child processes with limits: the caller survives whatever a file does."""

from __future__ import annotations

import hashlib
import multiprocessing
import resource
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import TimeoutError
from os import PathLike, cpu_count
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from datapackages.issues import issue
from datapackages.model import Issue, ParsedDocument
from parsers.document import broken, parse, unreadable

SECONDS = 300  # for one document; the largest real one (262 pages) takes 40 on one core
MEGABYTES = 2048  # of address space for one worker
DOCUMENTS = 50  # after which a worker is replaced, so that nothing a library leaks can grow
AHEAD = 16  # documents for each worker that may wait or be finished before the caller takes them


def isolated(path: str | PathLike[str], *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> ParsedDocument:
    """Parse one file in a child process; a hang, a crash or too much memory becomes a named issue."""
    return next(many([Path(path)], workers=1, seconds=seconds, megabytes=megabytes))[1]


def many(
    paths: Iterable[Path], *, workers: int = 0, seconds: float = SECONDS, megabytes: int = MEGABYTES
) -> Iterator[tuple[Path, ParsedDocument]]:
    """Parse files in a pool, ``workers`` at a time (0: one for each core), in the order given.

    A worker that dies or hangs takes only its own document with it.
    """
    workers = workers or cpu_count() or 1
    with ProcessPool(
        max_workers=workers,
        max_tasks=DOCUMENTS,
        initializer=_limit,
        initargs=(megabytes,),
        context=multiprocessing.get_context("spawn"),  # a fork of a process with threads may hang
    ) as pool:
        waiting: deque[tuple[Path, Any]] = deque()
        try:
            for path in paths:
                waiting.append((path, pool.schedule(parse, args=(path,), timeout=seconds)))
                if len(waiting) > AHEAD * workers:
                    yield _outcome(*waiting.popleft(), seconds, megabytes)
            while waiting:
                yield _outcome(*waiting.popleft(), seconds, megabytes)
        except BaseException:  # the caller stops early: leaving the pool would wait for all that was scheduled
            pool.stop()  # type: ignore[no-untyped-call]
            raise


def _outcome(path: Path, future: Any, seconds: float, megabytes: int) -> tuple[Path, ParsedDocument]:
    """What a worker made of its document, or the issue that says how it ended."""
    try:
        return path, future.result()
    except TimeoutError:
        return path, _lost(path, issue("time-limit", seconds=round(seconds)))
    except MemoryError:
        return path, _lost(path, issue("memory-limit", megabytes=megabytes))
    except ProcessExpired as error:
        return path, _lost(path, issue("worker-died", code=error.exitcode))
    except Exception as error:  # an error of ours: the document is kept and says so
        return path, _lost(path, issue("parser-error", error=f"{type(error).__name__}: {error}"))


def _limit(megabytes: int) -> None:
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _lost(path: Path, reason: Issue) -> ParsedDocument:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return unreadable("file-missing", path=path)
    except OSError as error:  # it is there, but the system does not hand its bytes over
        return unreadable("broken-file", error=error)
    return broken(hashlib.sha256(content).hexdigest(), content, reason)
