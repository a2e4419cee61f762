"""Many documents from few: whole files repeated under new hashes, so that sizes are spread as the real ones are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.corpus import real_budgets
from crawler import blobs

MADE_UP = Path(__file__).parents[1] / "tests" / "documents"


def originals() -> list[Path]:
    """The real budgets where there are any, else the made-up documents of the tests."""
    if "YUSUAN_SHARED" in os.environ:
        return real_budgets()
    return sorted([*MADE_UP.glob("*.pdf"), *MADE_UP.glob("demo/night1/**/*.pdf")])


def drawn(count: int) -> list[Path]:
    """About ``count`` originals: each equally often, or an even choice of them where that is fewer than all."""
    paths = sorted(originals(), key=lambda path: path.stat().st_size)
    if count < len(paths):
        return [paths[number * len(paths) // count] for number in range(count)]
    return paths * round(count / len(paths))


def copy(path: Path, number: int) -> bytes:
    """The document with a comment behind its end: the same pages under a hash of its own."""
    return path.read_bytes() + f"\n% copy {number}\n%%EOF\n".encode()


def stored(data: Path, paths: list[Path], first: int = 0) -> Iterator[str]:
    """Store a copy of each path, numbered from ``first``, and yield their hashes."""
    for number, path in enumerate(paths, first):
        yield blobs.store(data, copy(path, number))
