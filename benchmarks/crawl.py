"""Nights over the fault server: what is right after them, what was named, what a night without news costs.

Goals: after a faulty night and a clean one every document is right and every fault has its name; a night without
news asks for the lists alone; new bytes at an old address are found within the age limit of documents.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults import Fault
from benchmarks.faulty_site import FIRST_NIGHT, Asked, Province, served
from benchmarks.figures import Figure, at_least, at_most
from crawler import CrawlReport, blobs, crawl
from crawler.state import published_otherwise, sightings

DOCUMENTS = 2000
TITLE = f"Nights over a province of {DOCUMENTS} documents on a fault server: five in one run"
AGE = 30  # days: the limit of a document
MOST_REQUESTS = 110  # of a night without news
EMPTY_RUNS, A_REQUEST = 3, 0.06  # CPU: so many empty runs, and seconds for each request
GOOD = ("200", "304", "slow drip")  # what comes slowly comes whole


@dataclass(frozen=True, kw_only=True)
class Night:
    """One night: what the crawler reports, what the server was asked, what the crawling process took."""

    report: CrawlReport
    asked: tuple[Asked, ...]
    cpu: float
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The documents of the province, as they lie in a data directory."""

    right: int
    tables: int  # what is no PDF, and right
    lost: tuple[str, ...]  # addresses
    corrupt: tuple[str, ...]  # hashes of kept files whose bytes the province never published


def night(province: Province, data: Path, day: int) -> Night:
    """Crawl every site of the province on a day of its calendar."""
    province.day = day
    province.asked.clear()
    cpu, start = _cpu_of_children(), time.monotonic()
    report = crawl(province.names, data, hosts=province.hosts)
    spent = _cpu_of_children() - cpu
    return Night(report=report, asked=tuple(province.asked), cpu=spent, seconds=time.monotonic() - start)


def kept(province: Province, data: Path) -> Kept:
    """Compare what is kept, byte for byte, with what the province has published."""
    seen = {(sighting.url, sighting.sha256) for sighting in sightings(data) if not sighting.vanished_on}
    files = [file for file in (data / "documents").glob("??/*") if file.stem != blobs.sha256_of(file.read_bytes())]
    stored = {file.stem for file in blobs.all_documents(data)}
    wanted = province.documents
    lost = [url for url, sha256 in wanted.items() if (url, sha256) not in seen or sha256 not in stored]
    tables = {(other.url, other.sha256) for other in published_otherwise(data)}
    corrupt = [*(file.stem for file in files), *(stored - set(province.published))]
    return Kept(
        right=len(wanted) - len(lost),
        tables=len(tables & set(province.others.items())),
        lost=tuple(lost),
        corrupt=tuple(corrupt),
    )


def healed(faults: dict[tuple[str, str], Fault], asked: Sequence[Asked]) -> dict[str, tuple[int, int]]:
    """Faults that passed, by kind: addresses that came right in the same night, of those that met one."""
    last = {(one.host, one.key): one.answer for one in asked}
    passing = {place: fault.kind for place, fault in faults.items() if fault.shown and not fault.stays}
    met = Counter(passing.values())
    right = Counter(kind for place, kind in passing.items() if last[place] in GOOD)
    return {kind: (right[kind], met[kind]) for kind in sorted(met)}


def stayed(province: Province, night: Night) -> dict[str, int]:
    """What the events of a faulty night should count: faults that stayed, and traps that were stepped into."""
    staying = (fault for fault in province.faults.values() if fault.shown and fault.stays)
    faults = Counter(fault.event for fault in staying if fault.event)
    places = {(one.host, one.key) for one in night.asked}
    traps = Counter(event for place, event in province.traps.items() if place in places)
    return {event: count + traps[event] for event, count in sorted(faults.items())}


def every_night(province: Province) -> dict[str, int]:
    """The events of a night without faults: traps, and the tables that are no PDF."""
    return {**Counter(province.traps.values()), "other-format": len(province.others)}


def edit(province: Province, data: Path) -> dict[str, str]:
    """Publish other bytes at one address of each site that the first night read: address → hash of the old ones."""
    day = f"{FIRST_NIGHT:%Y-%m-%d}"
    known = {sighting.url for sighting in sightings(data) if sighting.first_seen.startswith(day)}
    return {url: province.edit(url) for url in province.editable(known)}


def empty_run(data: Path, name: str) -> float:
    """CPU seconds of a Scrapy process that asks for nothing."""
    cpu = _cpu_of_children()
    command = [sys.executable, "-m", "benchmarks.empty_crawl", str(data / "sources" / f"{name}.yaml")]
    subprocess.run(command, check=True, capture_output=True)
    return _cpu_of_children() - cpu


def measure(documents: int = DOCUMENTS) -> Iterator[Figure]:
    """Five nights over the province."""
    with TemporaryDirectory() as folder, served(Province(documents, endless=1)) as province:
        data = Path(folder)
        province.write_sources(data)
        yield from _faulty(province, data)
        yield from _clean(province, data)
        yield from _quiet(province, data)
        yield from _edited(province, data)


def _faulty(province: Province, data: Path) -> Iterator[Figure]:
    first = night(province, data, 0)
    yield _told("faulty night: documents right", f"{kept(province, data).right} of {len(province.documents)}")
    yield _told("  requests, seconds, CPU seconds", f"{len(first.asked)}, {first.seconds:.0f}, {first.cpu:.0f}")
    for kind, (right, met) in healed(province.faults, first.asked).items():
        yield _told(f"  {kind}: healed by asking again", f"{right} of {met}")
    for event, count in stayed(province, first).items():
        yield _exactly(f"  all night: events {event}", first.report.events.get(event, 0), count)
    yield _exactly("  corrupt files kept", len(kept(province, data).corrupt), 0)
    yield _exactly("  forbidden addresses asked", len(province.forbidden_asked), 0)


def _clean(province: Province, data: Path) -> Iterator[Figure]:
    province.faulty = False
    second = night(province, data, 1)
    found = kept(province, data)
    yield at_least("clean night: documents right", found.right, len(province.documents))
    yield at_least("  tables that are no PDF right", found.tables, len(province.others))
    yield _exactly("  lost", len(found.lost), 0)
    yield _exactly("  corrupt files kept", len(found.corrupt), 0)
    yield _exactly("  forbidden addresses asked", len(province.forbidden_asked), 0)
    yield _told("  requests, seconds, CPU seconds", f"{len(second.asked)}, {second.seconds:.0f}, {second.cpu:.0f}")
    expected = every_night(province)
    for event, count in sorted(expected.items()):
        yield _exactly(f"  every night: events {event}", second.report.events.get(event, 0), count)
    yield _exactly("  events that nothing explains", len(set(second.report.events) - set(expected)), 0)


def _quiet(province: Province, data: Path) -> Iterator[Figure]:
    third = night(province, data, 2)
    broken = [one for one in third.asked if (one.host, one.key) in province.traps]
    empty = empty_run(data, province.names[0])
    allowed = EMPTY_RUNS * empty + A_REQUEST * len(third.asked)
    yield at_most("night without news: requests", len(third.asked) - len(broken), MOST_REQUESTS)
    yield _told("  and to what is broken every night", str(len(broken)))
    yield at_most(f"  CPU seconds (an empty run takes {empty:.2f})", third.cpu, allowed)
    yield _exactly("  new or changed", third.report.new + third.report.changed, 0)


def _edited(province: Province, data: Path) -> Iterator[Figure]:
    old = edit(province, data)
    night(province, data, AGE)
    now = {(sighting.url, sighting.sha256) for sighting in sightings(data)}
    found = [url for url in old if (url, province.documents[url]) in now]
    both = [url for url, sha256 in old.items() if blobs.holds(data, sha256) and (url, sha256) in now]
    yield at_least(f"edited at the same address: found within {AGE} days", len(found), len(old))
    yield at_least("  and the old bytes kept", len(both), len(old))
    yield _exactly("  corrupt files kept", len(kept(province, data).corrupt), 0)


def _told(what: str, figure: str) -> Figure:
    return Figure(what=what, figure=figure)


def _exactly(what: str, value: int, goal: int) -> Figure:
    return Figure(what=what, figure=str(value), goal=str(goal), reached=value == goal)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
