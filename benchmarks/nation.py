"""A nation of made-up facts: packages, a database for each place and the summary, and how they grow with the facts.

The demonstration's documents are repeated under other hashes, units and places, one parsed document in memory at a
time, as ``yusuan package`` reads them. More facts are more places, each of about the same size. Every stage runs in
a process of its own, and its CPU is told, which a busy machine does not burden.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks import made_up_nation
from benchmarks.figures import Figure, at_most
from benchmarks.measured import apart, children_peak_megabytes, cpu_seconds, peak_megabytes
from datapackages import by_place, codes
from datapackages import parsed as parsed_json
from datapackages.build import DATABASE
from datapackages.model import ParsedDocument, Sighting
from datapackages.spooling import Unread
from datapackages.workers import cores
from datapackages.write import write_packages

TITLE = "Tables of a nation of made-up facts: CPU and memory of each stage, and its growth"
SIZES = (100_000, 1_000_000, 10_000_000)
ROUNDS = 3  # of the demonstration's documents to a place, some 28,000 facts
MEMORY, EXPONENT = 1024, 1.1
COSTS = "costs.json"


class Original(NamedTuple):
    """A document of the demonstration as JSON, and what in it becomes another document's."""

    path: Path
    sha256: str
    unit: str
    facts: int


class Cost(NamedTuple):
    """What a stage took: seconds of CPU and of time, the most megabytes, and what it made: facts or bytes.

    The memory is that of this process and of as many children, each the largest, as there are cores.
    """

    cpu: float
    seconds: float
    peak: float
    made: int


def measure(most: int, folder: Path | None = None) -> Iterator[Figure]:
    """``most`` is the largest of the sizes that is measured; ten million facts take hours.

    ``folder`` keeps what the stages made and cost, so that a run may be ended and taken up after its last stage.
    """
    costs: dict[str, list[tuple[int, Cost]]] = {}
    with TemporaryDirectory() as name:
        base = folder or Path(name)
        seed = made_up_nation.demonstration(base / "seed")
        for rows in (size for size in SIZES if size <= most):
            data, made = base / str(rows), rows
            for stage, work in STAGES.items():
                cost = _once(data / COSTS, stage, partial(apart, work, seed, data, rows))
                made = cost.made if stage == "packages" else made
                costs.setdefault(stage, []).append((made, cost))
                yield _told(f"{stage}, {made:,} facts", made, cost)
            if not folder:
                shutil.rmtree(data)
    for stage, told in costs.items():
        if len(told) > 1:
            yield at_most(f"growth of {stage}, exponent", exponent([(n, cost.cpu) for n, cost in told]), EXPONENT)


def _once(path: Path, stage: str, measured: Callable[[], Cost]) -> Cost:
    """What a stage cost, as the file has it or as it is measured now."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if stage not in known:
        path.parent.mkdir(parents=True, exist_ok=True)
        known[stage] = measured()
        path.write_text(json.dumps(known), encoding="utf-8")
    return Cost(*known[stage])


def _told(what: str, facts: int, cost: Cost) -> Figure:
    speed = f"ours: CPU {cost.cpu:,.1f} s in {cost.seconds:,.1f} s, {facts / cost.cpu:,.0f} facts/s of CPU"
    return at_most(f"{what}: memory", cost.peak, MEMORY, " MB", peer=speed)


def exponent(points: list[tuple[int, float]]) -> float:
    """The slope of the straight line through the logarithms: 1 is linear, 2 is square."""
    logs = [(math.log(size), math.log(cost)) for size, cost in points]
    x, y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    return sum((a - x) * (b - y) for a, b in logs) / sum((a - x) ** 2 for a, _ in logs)


def _measured(work: Callable[[], int]) -> Cost:
    start, begun = cpu_seconds(), time.monotonic()
    made = work()
    peak = peak_megabytes() + cores() * children_peak_megabytes()
    return Cost(cpu_seconds() - start, time.monotonic() - begun, peak, made)


def packages(seed: Path, data: Path, rows: int) -> Cost:
    """Documents with about ``rows`` facts → packages, validated; returns how many facts they hold."""

    def work() -> int:
        originals = _originals(seed)
        seen = [_sighting(round, number, sha256) for round, number, sha256 in _copies(originals, rows)]
        reports = write_packages(_unread(originals, rows), seen, data)
        return sum(report.rows["facts"] for report in reports)

    return _measured(work)


def places(_: Path, data: Path, __: int) -> Cost:
    """Packages → Parquet, a database for each place, and the summary."""
    # A run that was ended left places here that this one would not make again: their cost is not known.
    shutil.rmtree(data / "site" / "next", ignore_errors=True)
    return _measured(lambda: by_place.build_by_place(data).stat().st_size)


def unchanged(seed: Path, data: Path, rows: int) -> Cost:
    """The night after, when no package has changed: places keep their files, Parquet and summary are made anew."""
    return places(seed, data, rows)


def summary(_: Path, data: Path, __: int) -> Cost:
    """The databases of the places → the summary."""
    found = sorted((data / "site" / "current" / by_place.FOLDER).glob(f"*/{DATABASE}"))
    target = data / "summary.db"

    def work() -> int:
        by_place.summarize(target, {path.parent.name: path for path in found})
        return target.stat().st_size

    return _measured(work)


STAGES: dict[str, Callable[[Path, Path, int], Cost]] = {
    "packages": packages,
    "databases of places, Parquet, summary": places,
    "the same, nothing changed": unchanged,
    "summary": summary,
}


def _originals(seed: Path) -> list[Original]:
    found = []
    for path in sorted((seed / "parsed").glob("*/*.json")):
        text = path.read_text(encoding="utf-8")
        parsed = parsed_json.loads(text)
        if parsed.facts and parsed.document.unit_name:
            found.append(Original(path, parsed.document.sha256, parsed.document.unit_name, len(parsed.facts)))
    return found


def _copies(originals: list[Original], rows: int) -> Iterator[tuple[int, int, str]]:
    """Round, number in the round and hash of each copy, until there are so many facts."""
    made = 0
    for copy in count():
        round, number = divmod(copy, len(originals))
        if made >= rows:
            return
        yield round, number, hashlib.sha256(b"%d" % copy).hexdigest()
        made += originals[number].facts


def _unread(originals: list[Original], rows: int) -> Iterator[Unread]:
    for round, number, sha256 in _copies(originals, rows):
        original = originals[number]
        yield Unread(sha256, original.path.stat().st_size, partial(_copy, original, round, sha256))


def _copy(original: Original, round: int, sha256: str) -> ParsedDocument:
    """The document under another hash; a unit of one round keeps its name over the years."""
    text = original.path.read_text(encoding="utf-8")
    text = text.replace(original.sha256, sha256).replace(original.sha256[:16], sha256[:16])
    return parsed_json.loads(text.replace(original.unit, f"{original.unit}{round}"))


def _sighting(round: int, number: int, sha256: str) -> Sighting:
    """The site of a place, some rounds to each, names the copy; the codes are those of counties."""
    seen = "2026-03-20T00:00:00Z"
    return Sighting(
        sha256=sha256, url=f"http://made-up.example/{round}/{number}.pdf", page_url="http://made-up.example/",
        source="made-up", jurisdiction=counties()[round // ROUNDS], first_seen=seen, last_seen=seen,
        retrieved_at=seen,
    )  # fmt: skip


@cache
def counties() -> list[str]:
    """The codes of all counties."""
    return sorted(code for code, place in codes.jurisdictions().items() if place.level == "county")
