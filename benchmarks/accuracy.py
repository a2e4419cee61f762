"""How much of the truth is read: the typed real documents and the made-up ones, by one scorer."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import parsers
from benchmarks.corpus import shared, synthetic
from benchmarks.figures import Figure, at_least, at_most
from benchmarks.truth import converted
from datapackages.parsed import dumps

REAL_GOALS = {
    "numbers": ("numbers", 100, "66 %"),
    "keys": ("row keys", 99.8, "43 %"),
    "tables": ("lists wholly right", 98, "4 %"),
    "canonical": ("canonical id", 100, "none"),
    "unit": ("money unit", 100, "none"),
    "headers": ("header words", 99.5, "none"),
    "paths": ("whole header paths", 97, "none"),
}
MOST_SPURIOUS = 50
SYNTHETIC_GOALS = {True: (100, 99.5, "99.8 %", "92.5 %"), False: (98, 80, "93.5 %", "18 %")}
SCORE = re.compile(r"(\w+) ([\d.]+)%")


def real() -> Iterator[Figure]:
    """The real documents of which every cell was typed."""
    folder = shared() / "real"
    truth = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (folder / "truth").glob("*.json")}
    paths = [folder / "documents" / f"{name}.pdf" for name in sorted(truth)]
    size, found = scores(paths, truth)
    for name, (what, goal, peer) in REAL_GOALS.items():
        yield at_least(what, found[name], goal, " %", peer=peer)
    yield at_most("spurious numbers", int(found["spurious"]), MOST_SPURIOUS, peer="none")
    yield at_least("facts of the right page, yuan and row", found["facts"], 0, " %", peer="none")
def made_up(*, ruled: bool) -> Iterator[Figure]:
    """The made-up documents with text, by whether their tables are ruled."""
    paths = synthetic(ruled=ruled)
    size, found = scores(paths, {path.stem: converted(path) for path in paths})
    numbers, tables, *peers = SYNTHETIC_GOALS[ruled]
    word = "ruled" if ruled else "unruled and half-ruled"
    yield at_least(f"{word}: numbers", found["numbers"], float(numbers), " %", peer=str(peers[0]))
    yield at_least(f"{word}: tables wholly right", found["tables"], float(tables), " %", peer=f"{peers[1]}; {size}")


def scores(paths: Iterable[Path], truth: dict[str, dict[str, Any]]) -> tuple[str, dict[str, float]]:
    """Parse the files and let the scorer compare them with the truth of their names.

    Returns what was compared in words, and percentages by the scorer's names with the count ``spurious``.
    """
    with TemporaryDirectory() as folder:
        wanted, got = Path(folder, "truth"), Path(folder, "parsed")
        wanted.mkdir()
        got.mkdir()
        for name, one in truth.items():
            (wanted / f"{name}.json").write_text(json.dumps(one, ensure_ascii=False), encoding="utf-8")
        for path, parsed in parsers.many(list(paths)):
            (got / f"{path.stem}.json").write_text(dumps(parsed), encoding="utf-8")
        return _scored(wanted, got)


def _scored(wanted: Path, got: Path) -> tuple[str, dict[str, float]]:
    scorer = shared() / "tools" / "score_truth.py"
    environment = os.environ | {"TRUTH_DIR": str(wanted), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, str(scorer), str(got)], env=environment, capture_output=True, text=True, check=True
    )
    size, _, line = done.stdout.strip().partition(" | ")
    found = {name: float(value) for name, value in SCORE.findall(line)}
    return size, found | {"spurious": float(line.rpartition(" ")[2])}
