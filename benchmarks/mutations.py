"""Damaged files: bytes flipped, cut and spliced. Each must end as a result that says what happened.

A file that fails is named by its number; ``list(mutated(number + 1))[-1]`` makes it again.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import parsers
from benchmarks.corpus import real_budgets, synthetic
from benchmarks.figures import Figure, at_most
from datapackages.model import ParsedDocument

COUNT = 5000
PARENTS = 20
SECONDS = 10  # for one file
MINUTES = 25  # for all of them
SEED = 20261122
BATCH = 100  # files that lie on the disk at one time
FAILURES = {
    "hangs (stopped by the limit)": "time-limit",
    "unnamed results: nothing read and no issue": "unnamed",
    "unnamed results: an exception of ours": "parser-error",
}


def measure(count: int = COUNT) -> Iterator[Figure]:
    """Parse ``count`` damaged files; figures are the failures, and what became of the files."""
    start, died = time.monotonic(), 0
    outcomes: dict[str, list[str]] = defaultdict(list)
    for paths in _batches(count):
        try:
            for path, found in parsers.many(paths, seconds=SECONDS):
                outcomes[outcome(found)].append(path.stem)
        except Exception as error:  # what no file may cause: counted here as a crash of the parent
            died += 1
            print(f"files {paths[0].stem} to {paths[-1].stem}: {type(error).__name__}: {error}", flush=True)
    yield at_most(f"{count} files: crashes of the parent", died, 0)
    for what, name in FAILURES.items():
        yield at_most(what, len(numbers := outcomes.get(name, [])), 0, peer=" ".join(numbers))
    yield at_most("minutes", (time.monotonic() - start) / 60, MINUTES)
    for name in sorted(outcomes, key=lambda name: -len(outcomes[name])):
        yield Figure(what=f"  {name}", figure=str(len(outcomes[name])))


def outcome(found: ParsedDocument) -> str:
    """In one word what became of a file: "read", or the issue that names what is wrong with it."""
    types = {issue.type for issue in found.issues}
    lost = types & {"time-limit", "memory-limit", "worker-died", "parser-error"}
    if lost:
        return min(lost)
    if found.facts:
        return "read, with issues" if types else "read"
    if not types:
        return "unnamed"
    return "no facts: " + next(issue.type for issue in found.issues)


def parents() -> list[bytes]:
    """Real and made-up documents by turns, the smallest first: many makers, and quick to read."""
    real = sorted(real_budgets(), key=_size)[: PARENTS // 2]
    made = sorted([*synthetic(ruled=True), *synthetic(ruled=False)], key=_size)[: PARENTS // 2]
    return [path.read_bytes() for path in (*real, *made)]


def _size(path: Path) -> int:
    return path.stat().st_size


def mutated(count: int) -> Iterator[bytes]:
    """``count`` damaged files, always the same ones."""
    chance, whole = random.Random(SEED), parents()
    for number in range(count):
        content = whole[number % len(whole)]
        damage = (flipped, cut, spliced)[number // len(whole) % 3]
        yield damage(content, chance, chance.choice(whole))


def flipped(content: bytes, chance: random.Random, other: bytes) -> bytes:
    """From one to a thousand bytes replaced by others."""
    out = bytearray(content)
    for _time in range(10 ** chance.randint(0, 3)):
        out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def cut(content: bytes, chance: random.Random, other: bytes) -> bytes:
    """The end is gone, or a stretch in the middle."""
    start, end = sorted(chance.randrange(len(content)) for _ in range(2))
    return content[:start] if chance.random() < 0.5 else content[:start] + content[end:]


def spliced(content: bytes, chance: random.Random, other: bytes) -> bytes:
    """A stretch of another file put in, over as much of this one or between its bytes."""
    start, end = sorted(chance.randrange(len(other)) for _ in range(2))
    at = chance.randrange(len(content))
    rest = content[at:] if chance.random() < 0.5 else content[at + end - start :]
    return content[:at] + other[start:end] + rest


def _batches(count: int) -> Iterator[list[Path]]:
    files = enumerate(mutated(count))
    while batch := list(islice(files, BATCH)):
        with TemporaryDirectory() as folder:
            paths = []
            for number, content in batch:
                paths.append(Path(folder, f"{number}.pdf"))
                paths[-1].write_bytes(content)
            yield paths
