"""Parse in child processes with limits: the caller survives whatever a file does."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, TimeoutError
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from datapackages.issues import issue
from datapackages.model import Issue, ParsedDocument
from datapackages.parsed import dumps
from datapackages.workers import cores, end_with_parent
from parsers.document import broken, parse, unreadable
from parsers.triage import lost, triage

SECONDS = 300  # for one document; the largest real one (262 pages) takes 40 on one core
MEGABYTES = 2048  # of address space for one worker
DOCUMENTS = 50  # after which a worker is replaced, so that nothing a library leaks can grow
AHEAD = 16  # documents for each worker that may wait or be finished before the caller takes them


def isolated(
    path: str | os.PathLike[str], *, seconds: float = SECONDS, megabytes: int = MEGABYTES, triaged: bool = False
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
    workers = workers or cores()
    reader = Reader(workers, seconds=seconds, megabytes=megabytes, triaged=triaged)
    waiting: deque[tuple[Path, Future[Any]]] = deque()
    try:
        for path in paths:
            waiting.append((path, reader.begin(path)))
            if len(waiting) > AHEAD * workers:
                yield waiting[0][0], reader.end(*waiting.popleft())
        while waiting:
            yield waiting[0][0], reader.end(*waiting.popleft())
    finally:
        reader.close()


class Reader:
    """A pool of child processes that read files; whoever makes one closes it."""

    def __init__(
        self, workers: int = 1, *, seconds: float = SECONDS, megabytes: int = MEGABYTES, triaged: bool = False
    ) -> None:
        self._seconds, self._megabytes, self._triaged = seconds, megabytes, triaged
        self._begun: set[Future[Any]] = set()
        self._closed = False
        self._pool = ProcessPool(
            max_workers=workers,
            max_tasks=DOCUMENTS,
            initializer=_limit,
            initargs=(megabytes,),
            context=multiprocessing.get_context("spawn"),  # a fork of a process with threads may hang
        )

    def begin(self, path: Path) -> Future[Any]:
        """Let the next free child parse a file; its time begins when the child takes it."""
        return self._schedule(self._job, path)

    def end(self, path: Path, begun: Future[Any]) -> ParsedDocument:
        """The document as its child left it, or the issue that says how the child ended."""
        found, reason = self._outcome(path, begun)
        return self._without_triage(path, found, reason) if reason else found

    def text(self, path: Path, sha256: str) -> str:
        """Read what is stored under a hash, as JSON made by the child: this process holds nothing else of it.

        Bytes with another hash are not read as that document; the issue ``copy-damaged`` says so.
        """
        found, reason = self._outcome(path, self._schedule(_text, self._job, path, sha256))
        return _written(self._without_triage(path, found, reason), sha256) if reason else str(found)

    def is_alive(self) -> bool:
        """Whether it can read: pebble gives up its pool when a child is killed while it has nothing to do."""
        return bool(self._pool.active)

    def close(self) -> None:
        """End the children at once, whatever they are at, and let go of who waits for them."""
        self._closed = True
        for future in tuple(self._begun):
            future.cancel()
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    @property
    def _job(self) -> Callable[[Path], ParsedDocument]:
        return parsed_and_triaged if self._triaged else parse

    def _schedule(self, job: Callable[..., object], *arguments: object) -> Future[Any]:
        future: Future[Any] = self._pool.schedule(job, args=arguments, timeout=self._seconds)
        self._begun.add(future)
        future.add_done_callback(self._begun.discard)
        if self._closed:  # by another thread in this moment, so nobody would ever finish it
            future.cancel()
        return future

    def _without_triage(self, path: Path, found: ParsedDocument, reason: str) -> ParsedDocument:
        """What ended badly, read again without the second reader where there was one."""
        if not self._triaged:
            return found
        alone, still = self._outcome(path, self._schedule(parse, path))
        return alone if still else lost(alone, reason)

    def _outcome(self, path: Path, future: Future[Any]) -> tuple[Any, str]:
        """What a child made of its document, or the issue that says how it ended, and the same as a text."""
        try:
            return future.result(), ""
        except TimeoutError:
            reason = issue("time-limit", seconds=round(self._seconds))
        except MemoryError:
            reason = issue("memory-limit", megabytes=self._megabytes)
        except ProcessExpired as error:
            reason = issue("worker-died", code=error.exitcode)
        except Exception as error:  # an error of ours: the document is kept and says so
            reason = issue("parser-error", error=f"{type(error).__name__}: {error}")
        return _lost(path, reason), reason.message


def parsed_and_triaged(path: Path) -> ParsedDocument:
    """What a worker does with a document that is read twice."""
    return triage(parse(path), path)


def _text(job: Callable[[Path], ParsedDocument], path: Path, sha256: str) -> str:
    return _written(job(path), sha256)


def _written(found: ParsedDocument, sha256: str) -> str:
    same = found.document.sha256 == sha256
    return dumps(found if same else unreadable("copy-damaged", sha256=sha256, found=found.document.sha256))


def _limit(megabytes: int) -> None:
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    end_with_parent()


def _lost(path: Path, reason: Issue) -> ParsedDocument:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return unreadable("file-missing", path=path)
    except OSError as error:  # it is there, but the system does not hand its bytes over
        return unreadable("broken-file", error=error)
    return broken(hashlib.sha256(content).hexdigest(), content, reason)
