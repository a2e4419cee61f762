"""``yusuan parse`` over many documents on two cores: what the pool costs, and what bad documents cost the others.

Rounds alternate between one process that reads each document once and the command's own pool over many copies of
the same documents, so that both meet the same machine. In the first one document more kills its child, one hangs.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.copies import drawn, stored
from benchmarks.figures import Figure, at_least, at_most
from benchmarks.measured import apart, cpu_seconds
from benchmarks.poison import HANGS, KILLS
from crawler import blobs

DOCUMENTS = 2000
ROUNDS = 3
WORKERS = 2
SECONDS = 60  # for one document; the longest real one takes 20 alone
DEARER = 1.25
GROWTH = 20  # MB of the parent from the second quarter of a round to its last: about one large document as JSON
CYCLES = 4  # times that each document comes in a round that can show growth
TITLE = f"The pool of `yusuan parse` on {WORKERS} cores beside one process that reads the same documents"


@dataclass(frozen=True, kw_only=True)
class Round:
    """One run of the pool."""

    documents: int
    pages: int
    seconds: float
    cpu: float  # seconds of parent and children, their start included
    parent: list[int]  # resident memory in KB, by time
    children: list[int]  # the largest child, by time
    lost: dict[str, str]  # of documents that were not read: hash and issue


def measure(documents: int = DOCUMENTS, seconds: float = SECONDS, count: int = ROUNDS) -> Iterator[Figure]:
    """Rounds over a part of the documents each; medians are compared."""
    paths = drawn(max(documents // count, 2))
    alone: list[tuple[float, int]] = []
    rounds: list[Round] = []
    bad: set[str] = set()
    for number in range(count):
        with TemporaryDirectory() as name:
            alone.append(apart(single, sorted(set(paths))))
            list(stored(Path(name), paths, number * len(paths)))
            if number == 0:
                bad = set(_poisoned(Path(name), paths[0]))
            rounds.append(apart(pooled, Path(name), seconds))
    single_cost = median(1000 * cpu / pages for cpu, pages in alone)
    pool_cost = median(1000 * each.cpu / each.pages for each in rounds)
    lost = {sha256: name for each in rounds for sha256, name in each.lost.items()}
    yield Figure(what="documents", figure=f"{sum(each.documents for each in rounds):,}")
    yield Figure(what="pages", figure=f"{sum(each.pages for each in rounds):,}")
    yield Figure(what="pages per second", figure=f"{median(each.pages / each.seconds for each in rounds):.1f}")
    yield Figure(what="CPU per page, one process", figure=f"{single_cost:.2f} ms")
    yield Figure(what="CPU per page, the pool and its parent", figure=f"{pool_cost:.2f} ms")
    yield at_most("times the CPU of one process", pool_cost / single_cost, DEARER)
    yield Figure(what="peak memory, largest child", figure=_peak([each.children for each in rounds]))
    yield Figure(what="peak memory, parent", figure=_peak([each.parent for each in rounds]))
    if len(paths) >= CYCLES * len(set(paths)):  # else the largest documents may come last, and that is no growth
        grown = _growth([each.parent for each in rounds])
        yield at_most("its growth from second to last quarter", grown, GROWTH, " MB")
    yield at_least("documents that kill or hang, and say so", len(bad & set(lost)), len(bad), peer=_names(lost))
    yield at_most("other documents lost", len(set(lost) - bad), 0, peer=" ".join(sorted(set(lost) - bad)))


def single(paths: Sequence[Path]) -> tuple[float, int]:
    """CPU seconds and pages of one process that reads each document as a child does, imports excluded."""
    from datapackages.parsed import dumps
    from parsers.isolated import parsed_and_triaged

    start, pages = time.process_time(), 0
    for path in paths:
        found = parsed_and_triaged(path)
        dumps(found)
        pages += found.document.pages
    return time.process_time() - start, pages


def pooled(data: Path, limit: float) -> Round:
    """Read what is stored by the pool of the command."""
    from benchmarks import poison
    from yusuan.reading import folder, parse_stored

    isolated = importlib.import_module("parsers.isolated")  # `parsers.isolated` is the function of that name
    isolated.parse, isolated.parsed_and_triaged = poison.parse, poison.parsed_and_triaged  # type: ignore[attr-defined]
    memory, over = Memory(), threading.Event()
    watch = threading.Thread(target=memory.watch, args=(over,))
    watch.start()
    began, before = time.monotonic(), cpu_seconds()
    with contextlib.redirect_stderr(io.StringIO()):
        parse_stored(data, WORKERS, seconds=limit)
    seconds, cpu = time.monotonic() - began, cpu_seconds() - before
    over.set()
    watch.join()
    told = {path.stem: path.read_text(encoding="utf-8") for path in folder(data).glob("*.json")}
    return Round(
        documents=len(told),
        pages=sum(int(found[1]) for text in told.values() if (found := re.search(r'"pages": (\d+)', text))),
        seconds=seconds,
        cpu=cpu,
        parent=memory.parent,
        children=memory.children,
        lost={sha256: _issue(text) for sha256, text in told.items() if '"kind": "broken"' in text[:2000]},
    )


class Memory:
    """The resident memory of this process and of its largest child, looked at twice a second."""

    def __init__(self) -> None:
        self.parent: list[int] = []
        self.children: list[int] = []

    def watch(self, over: threading.Event) -> None:
        """Look until it is over."""
        while not over.wait(0.5):
            self.parent.append(_resident(os.getpid()))
            lists = [path.read_text(encoding="ascii") for path in Path("/proc/self/task").glob("*/children")]
            self.children.append(max((_resident(int(pid)) for text in lists for pid in text.split()), default=0))


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError):  # a child that has just ended
        if found := re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii")):
            return int(found[1])
    return 0


def _poisoned(data: Path, path: Path) -> Iterator[str]:
    for ending in (KILLS, HANGS):
        yield blobs.store(data, path.read_bytes() + b"\n" + ending)


def _issue(text: str) -> str:
    found = re.search(r'"issues": \[\n\{"type": "([a-z-]+)"', text)
    return found[1] if found else "unnamed"


def _names(lost: dict[str, str]) -> str:
    return ", ".join(sorted(set(lost.values())))


def _peak(rounds: list[list[int]]) -> str:
    return f"{max(map(max, rounds)) / 1024:.0f} MB"


def _growth(rounds: list[list[int]]) -> float:
    """By how many MB the peak of the last quarter is above that of the second, in the worst round."""
    quarters = [(series[len(series) // 4 : len(series) // 2], series[-(len(series) // 4) :]) for series in rounds]
    return max(max(last) - max(second) for second, last in quarters) / 1024
