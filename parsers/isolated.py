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
from parsers.triage import lost, triage

SECONDS = 300  # for one document; the largest real one (262 pages) takes 40 on one core
MEGABYTES = 2048  # of address space for one worker
DOCUMENTS = 50  # after which a worker is replaced, so that nothing a library leaks can grow
AHEAD = 16  # documents for each worker that may wait or be finished before the caller takes them


def isolated(
    path: str | PathLike[str], *, seconds: float = SECONDS, megabytes: int = MEGABYTES, triaged: bool = False
) -> ParsedDocument:
    """Parse one file in a child process; a hang, a crash or too much memory becomes a named issue."""
    return next(many([Path(path)], workers=1, seconds=seconds, megabytes=megabytes, triaged=triaged))[1]


def many(
    paths: Iterable[Path],
    *,
    workers: int = 0,
    seconds: float = SECONDS,
    megabytes: int = MEGABYTES,
    triaged: bool = False,
) -> Iterator[tuple[Path, ParsedDocument]]:
    """Parse files in a pool, ``workers`` at a time (0: one for each core), in the order given.

    A worker that dies or hangs takes only its own document with it. ``triaged``: the second reader looks at
    failing checks at once; where it is the one that hangs or dies, the document is parsed without it.
    """
    job = parsed_and_triaged if triaged else parse
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
                waiting.append((path, pool.schedule(job, args=(path,), timeout=seconds)))
                if len(waiting) > AHEAD * workers:
                    yield waiting[0][0], _finished(pool, *waiting.popleft(), seconds, megabytes, triaged)
            while waiting:
                yield waiting[0][0], _finished(pool, *waiting.popleft(), seconds, megabytes, triaged)
        except BaseException:  # the caller stops early: leaving the pool would wait for all that was scheduled
            pool.stop()  # type: ignore[no-untyped-call]
            raise


def parsed_and_triaged(path: Path) -> ParsedDocument:
    """What a worker does with a document that is read twice."""
    return triage(parse(path), path)


def _finished(
    pool: ProcessPool, path: Path, future: Any, seconds: float, megabytes: int, triaged: bool
) -> ParsedDocument:
    """A document as its worker left it; without the second reader where that was too much for the worker."""
    found, reason = _outcome(path, future, seconds, megabytes)
    if not (triaged and reason):
        return found
    again = pool.schedule(parse, args=(path,), timeout=seconds)
    alone, still = _outcome(path, again, seconds, megabytes)
    return alone if still else lost(alone, reason)


def _outcome(path: Path, future: Any, seconds: float, megabytes: int) -> tuple[ParsedDocument, str]:
    """What a worker made of its document, or the issue that says how it ended, and the same as a text."""
    try:
        return future.result(), ""
    except TimeoutError:
        reason = issue("time-limit", seconds=round(seconds))
    except MemoryError:
        reason = issue("memory-limit", megabytes=megabytes)
    except ProcessExpired as error:
        reason = issue("worker-died", code=error.exitcode)
    except Exception as error:  # an error of ours: the document is kept and says so
        reason = issue("parser-error", error=f"{type(error).__name__}: {error}")
    return _lost(path, reason), reason.message


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
