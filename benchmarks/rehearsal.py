"""A part of the nation's documents from files to a site by place, by the commands themselves, and what all cost.

A few dozen documents, drawn evenly by size, are repeated under new hashes; each round of them is another county, so
that there are as many units as documents. Of each stage the CPU and the largest process are told, for a thousandth
of the nation's documents and for a three-hundredth, how it grows between them, and what that says of the whole.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.copies import copy, drawn
from benchmarks.figures import Figure, at_most
from benchmarks.nation import EXPONENT, MEMORY, counties, exponent

NATION = 300_000  # documents a year
PARTS = (NATION // 1000, NATION // 300)
DRAWN = 36
TITLE = f"Documents on their way to a site by place, and what the {NATION:,} of a year would cost"
STAGES = {
    "import": ("import", "--manifest", "manifest.csv"),
    "parse": ("parse",),
    "package": ("package",),
    "build by place": ("build", "--by-place"),
    "build, nothing changed": ("build", "--by-place"),
}


class Cost(NamedTuple):
    """What a command took: seconds of CPU with its children's, seconds, and the largest process in MB.

    The system counts what this process held when it started the command: less is never told.
    """

    cpu: float
    seconds: float
    peak: float


def measure(most: int = PARTS[-1]) -> Iterator[Figure]:
    """The parts of up to ``most`` documents; two of them or more tell how the stages grow."""
    parts = [part for part in PARTS if part <= most] or [most]
    costs: dict[str, list[tuple[int, Cost]]] = {stage: [] for stage in STAGES}
    for documents in parts:
        with TemporaryDirectory() as name:
            _laid_out(Path(name), documents)
            for stage, command in STAGES.items():
                cost = _run(Path(name), *command)
                costs[stage].append((documents, cost))
                told = f"ours: CPU {cost.cpu:,.1f} s in {cost.seconds:,.1f} s"
                yield at_most(f"{documents:,}: {stage}, largest process", cost.peak, MEMORY, " MB", peer=told)
    for stage, found in costs.items():
        yield from _extrapolated(stage, found)


def _extrapolated(stage: str, found: list[tuple[int, Cost]]) -> Iterator[Figure]:
    documents, cost = found[-1]
    yield Figure(what=f"{stage}: CPU for 1,000 documents", figure=f"{1000 * cost.cpu / documents:,.1f} s")
    if len(found) < 2:
        return
    growth = exponent([(count, each.cpu) for count, each in found])
    yield at_most(f"{stage}: growth, exponent", growth, EXPONENT)
    hours = cost.cpu * (NATION / documents) ** growth / 3600
    yield Figure(what=f"{stage}: CPU for the nation at that growth", figure=f"{hours:,.1f} h")


def _laid_out(folder: Path, documents: int) -> None:
    """The documents as files, and the manifest that says which county published them where."""
    paths = drawn(DRAWN)
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("path", "url", "page_url", "title", "publisher", "published_on", "jurisdiction"))
        for number in range(documents):
            round, place = divmod(number, len(paths))
            name = f"{number}.pdf"
            (folder / name).write_bytes(copy(paths[place], number))
            url = f"http://made-up.example/{name}"
            writer.writerow((name, url, "http://made-up.example/", "", "", "", counties()[round]))


def _run(folder: Path, *command: str) -> Cost:
    """A command of ours in ``folder``. Raises RuntimeError with what it said where it fails."""
    said = folder / "said.txt"
    with said.open("w", encoding="utf-8") as file:
        begun = time.monotonic()
        child = subprocess.Popen(
            [sys.executable, "-m", "yusuan.cli", *command, "--data", "data"], cwd=folder, stdout=file, stderr=file
        )
        _, status, used = os.wait4(child.pid, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"yusuan {command[0]} ended with {code}: {said.read_text('utf-8')[-2000:]}")
    return Cost(used.ru_utime + used.ru_stime, time.monotonic() - begun, used.ru_maxrss / 1024)
