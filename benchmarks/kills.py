"""A night killed at random moments of each of its stages, and taken up: what is published, asked twice, lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.figures import Figure, at_least, at_most
from benchmarks.night_site import NAME, Site, place, released, served
from yusuan import runs
from yusuan.refresh import night

DOCUMENTS = Path(__file__).parents[1] / "tests" / "documents"
STAGES = ("crawl", "parse", "package", "build")  # the switch is the end of the last
TITLE = "A refresh of 60 documents, killed and taken up: a third of them new, one edited, over a release"
COUNT = 60
KILLS = 20
SEED = 20260312
SLOWEST = 120  # seconds for one night


@dataclass(frozen=True, kw_only=True)
class Torn:
    """One killed night: the stage it died in, whether its release is that of a calm one, and what it cost."""

    stage: str
    same: bool
    in_vain: int  # documents asked again that the killed night had stored
    asked_again: int  # whole documents sent a second time
    without_database: int  # times that the site had none


def measure(kills: int = KILLS) -> Iterator[Figure]:
    """Kill nights, spread evenly over the stages, each at a random moment of its stage."""
    chance = random.Random(SEED)  # noqa: S311
    with tempfile.TemporaryDirectory() as folder, served(_documents()) as site:
        base, calm = place(Path(folder) / "base"), Path(folder) / "calm"
        (base / "gates.yaml").write_text("facts: {most: 99}\n", encoding="utf-8")  # one night brings a third
        later = dict(list(site.bodies.items())[::3])
        for path in later:
            del site.bodies[path]
        night(base, [NAME], hosts=site.hosts)
        site.bodies |= later
        site.bodies[min(site.bodies)] += b"% edited\n%%EOF\n"
        site.date = "Fri, 13 Mar 2026 18:17:00 GMT"
        shutil.copytree(base, calm, symlinks=True)
        undisturbed = night(calm, [NAME], hosts=site.hosts)
        assert undisturbed.state == "published", undisturbed.error
        torn = []
        for number in range(kills):
            stage = STAGES[number % len(STAGES)]
            moment = chance.random() * undisturbed.seconds[stage]
            torn.append(_tear(site, base, Path(folder) / f"torn-{number}", stage, moment, released(calm)))
    yield Figure(what="seconds of an undisturbed night", figure=f"{sum(undisturbed.seconds.values()):.1f}")
    for stage in STAGES:
        yield Figure(what=f"killed during {stage}", figure=str(sum(one.stage == stage for one in torn)))
    yield at_least("taken up to the same packages and database", sum(one.same for one in torn), kills)
    yield at_most("documents fetched again although they were stored", sum(one.in_vain for one in torn), 0)
    # At most two: one that was being stored and, because the pace is 0 here, the next one under way.
    yield at_most("documents sent twice, worst night", max(one.asked_again for one in torn), 2)
    yield at_most("times the site had no whole database", sum(one.without_database for one in torn), 0)


def _documents() -> dict[str, bytes]:
    """Documents of every form of the tests; copies differ in their last line."""
    files = sorted(DOCUMENTS.glob("*.pdf")) + sorted(DOCUMENTS.glob("demo/night1/**/*.pdf"))
    bodies = {}
    for number in range(COUNT):
        copy = b"" if number < len(files) else f"% copy {number}\n%%EOF\n".encode()
        bodies[f"/{number:02d}.pdf"] = files[number % len(files)].read_bytes() + copy
    return bodies


def _tear(site: Site, base: Path, data: Path, stage: str, moment: float, expected: dict[str, str]) -> Torn:
    shutil.copytree(base, data, symlinks=True)
    site.asked.clear()
    watch = Watch(data)
    died_in = _killed(site, data, stage, moment)
    stored, before = _stored(data), len(site.asked)
    taken_up = night(data, [NAME], hosts=site.hosts)
    missed = watch.ended()
    sent, in_vain = _sent(site.asked), sum(_sent(site.asked[before:])[path] for path in stored)
    same = taken_up.state == "published" and released(data) == expected
    shutil.rmtree(data)
    again = sum(sent.values()) - len(sent)
    return Torn(stage=died_in, same=same, in_vain=in_vain, asked_again=again, without_database=missed)


def _stored(data: Path) -> set[str]:
    """The paths of the documents that the newest run has stored, as crawl.db tells."""
    with closing(sqlite3.connect(data / "crawl.db")) as crawled:
        rows = crawled.execute("SELECT url FROM urls WHERE sha256 <> '' AND run = (SELECT max(run) FROM runs)")
        return {urlsplit(url).path for (url,) in rows}


def _sent(asked: list[tuple[str, int]]) -> Counter[str]:
    return Counter(path for path, status in asked if status == 200 and path.endswith(".pdf"))


def _killed(site: Site, data: Path, stage: str, moment: float) -> str:
    """Start a night, kill it and all its children that long after a stage began; the stage it died in."""
    command = [sys.executable, "-m", "yusuan.cli", "refresh", NAME, "--data", str(data)]
    command += [f"--host={name}={address}" for name, address in site.hosts.items()]
    silent = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=silent, stderr=silent, start_new_session=True)
    before, deadline = set(STAGES[: STAGES.index(stage)]), time.monotonic() + SLOWEST
    known = {run.run for run in runs.all_runs(data)}
    while process.poll() is None and time.monotonic() < deadline:
        done = [run.done for run in runs.all_runs(data) if run.run not in known]
        if done and before <= set(done[0]):
            break
        time.sleep(0.01)
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    reached = next((run.done for run in runs.all_runs(data) if run.run not in known), [])
    return next((name for name in STAGES if name not in reached), "none")


class Watch:
    """Asks the served database again and again, as a site does, and counts when there is none."""

    def __init__(self, data: Path) -> None:
        self.database, self.missed, self.over = data / "site" / "budgets.db", 0, threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        while not self.over.wait(0.01):
            try:
                with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as served_now:
                    served_now.execute("SELECT count(*) FROM documents").fetchone()
            except sqlite3.Error:
                self.missed += 1

    def ended(self) -> int:
        """Stop looking; how often there was no whole database."""
        self.over.set()
        self.thread.join()
        return self.missed
