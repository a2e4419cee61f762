"""Reading stored documents by many hands: threads of this process, or the workers of a cluster.

Both are an executor with ``submit``; a hand gets a hash and the address of the store, and gives back the parsed
document as JSON. Every thread that reads has a child process with limits of time and memory (``parsers.Reader``),
so that a document which hangs or kills costs nobody else anything, here or on another machine.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing.util import Finalize

import parsers
from crawler import stores
from datapackages.parsed import dumps
from yusuan.options import Unparsed


class Misfit(Unparsed):
    """A worker that can read no document for us; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a hand does with a document. It is sent to where the work is done, so it is small."""

    store: str  # an address of crawler.stores
    version: str  # of the parser: a document read by another is not the one that was asked for
    seconds: float = parsers.SECONDS  # for one document

    def __call__(self, sha256: str) -> str:
        """The parsed document as JSON; one that the store lost or spoiled says so in an issue.

        Raises Misfit, or OSError when the store is out of reach.
        """
        self._check()
        try:
            with stores.opened(self.store).on_disk(sha256) as path:
                return _readers.own(self.seconds).text(path, sha256)
        except stores.Missing as error:
            return dumps(parsers.unreadable("copy-missing", sha256=sha256, place=error))
        except stores.Damaged as error:
            return dumps(parsers.unreadable("copy-damaged", sha256=sha256, found=error))

    def _check(self) -> None:
        if (own := parsers.parser_version()) != self.version:
            raise Misfit(f"a worker reads with version {own} of the parser, this command with {self.version}:"
                         " install the same release on every machine")  # fmt: skip
        if multiprocessing.current_process().daemon:
            raise Misfit("a worker may start no processes, so documents would have no limits there:"
                         " start it with DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment")  # fmt: skip


class _Readers:
    """The readers of this process: each thread that reads has its own, for each limit of time."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, float], parsers.Reader] = {}
        self._lock = threading.Lock()
        self._over = False

    def own(self, seconds: float) -> parsers.Reader:
        """The reader of the calling thread. Raises CancelledError when reading is over."""
        key = threading.get_ident(), seconds
        with self._lock:
            if self._over:
                raise CancelledError
            if key not in self._made or not self._made[key].is_alive():
                self._made[key] = parsers.Reader(seconds=seconds, triaged=True)
            return self._made[key]

    def begin(self) -> None:
        """Let threads read."""
        self._over = False

    def end(self) -> None:
        """End every child at once, and let no thread make another."""
        with self._lock:
            self._over = True
            while self._made:
                self._made.popitem()[1].close()


_readers = _Readers()
# A worker of dask is a child itself, which runs no atexit handlers and waits for its own children before it ends.
Finalize(None, _readers.end, exitpriority=1)


@contextmanager
def here(workers: int) -> Iterator[Executor]:
    """Threads of this process, each with its child. Left early, it lets go of what is being read."""
    _readers.begin()
    with ThreadPoolExecutor(workers) as executor:
        try:
            yield executor
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            _readers.end()


def as_they_come(
    executor: Executor, work: Callable[[str], str], hashes: Iterable[str], ahead: int
) -> Iterator[tuple[str, Future[str]]]:
    """Each hash with its finished future, the quick ones first; at most ``ahead`` are handed out at a time."""
    waiting: dict[Future[str], str] = {}
    left = iter(hashes)
    while True:
        for sha256 in islice(left, ahead - len(waiting)):
            waiting[executor.submit(work, sha256)] = sha256
        if not waiting:
            return
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            yield waiting.pop(future), future
