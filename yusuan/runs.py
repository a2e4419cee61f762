"""The report of each run of ``yusuan refresh``: ``data/runs/<run id>.json`` and the same to read, ``.md``."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.nights import Brought
from datapackages import whole_file

RESUMED_FOR = 24 * 3600  # seconds; as long as the crawler takes an unfinished run up
MANY = 30  # lines of one kind in the report to read; the JSON has all


@dataclass(kw_only=True)
class Run:
    """One night. ``state``: open, published, unchanged, held (a gate failed), failed, abandoned."""

    run: str
    opened: float
    sources: list[str]
    state: str = "open"
    ended: str = ""
    done: list[str] = field(default_factory=list)  # stages that are finished
    seconds: dict[str, float] = field(default_factory=dict)
    nights: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: dict[str, int] = field(default_factory=dict)  # parsed, by kind
    unread: list[str] = field(default_factory=list)  # hashes whose reading ended at a limit
    gates: list[dict[str, Any]] = field(default_factory=list)
    packages: dict[str, int] = field(default_factory=dict)  # name → facts
    database: str = ""
    removed: list[str] = field(default_factory=list)
    error: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def failed_gates(self) -> list[dict[str, Any]]:
        """The gates that did not hold."""
        return [gate for gate in self.gates if not gate["held"]]

    def keep_night(self, night: Brought) -> None:
        """Take over what a source brought, as the plain JSON types that a kept run has."""
        self.nights[night.source] = json.loads(json.dumps(asdict(night)))


def folder(data: Path) -> Path:
    """Where reports lie."""
    return data / "runs"


def opened(data: Path, sources: Iterable[str]) -> Run:
    """The unfinished run of the same sources of the last day, or a new one; other unfinished ones are closed."""
    names = sorted(sources)
    resumed = None
    for run in reversed(list(all_runs(data))):
        if run.state != "open":
            continue
        if resumed is None and run.sources == names and time.time() - run.opened < RESUMED_FOR:
            resumed = run
        else:
            run.state = "abandoned"
            keep(data, run)
    if resumed:
        resumed.notes.append("taken up after it had been cut short")
        return resumed
    run = Run(run=_new_id(data), opened=time.time(), sources=names)
    keep(data, run)
    return run


def load(data: Path, name: str) -> Run:
    """The run of that id. Raises FileNotFoundError with the ids there are."""
    path = folder(data) / f"{name}.json"
    if not path.is_file():
        known = ", ".join(run.run for run in all_runs(data)) or "none"
        raise FileNotFoundError(f"no run {name!r} in {folder(data)}; there are: {known}")
    return Run(**json.loads(path.read_text(encoding="utf-8")))


def all_runs(data: Path) -> Iterator[Run]:
    """Every run, the oldest first."""
    for path in sorted(folder(data).glob("*.json")):
        yield Run(**json.loads(path.read_text(encoding="utf-8")))


def keep(data: Path, run: Run) -> None:
    """Write both reports, each by one rename."""
    whole_file.replace(folder(data) / f"{run.run}.md", "\n".join(markdown(run)) + "\n")
    told = json.dumps(asdict(run), ensure_ascii=False, indent=1) + "\n"
    whole_file.replace(folder(data) / f"{run.run}.json", told)


def _new_id(data: Path) -> str:
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    taken = {path.stem for path in folder(data).glob("*.json")}
    return now if now not in taken else next(f"{now}-{n}" for n in range(2, 1000) if f"{now}-{n}" not in taken)


def now() -> str:
    """This machine's time, as ISO 8601: reports may hold it, packages may not."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def markdown(run: Run) -> Iterator[str]:
    """The report as a person reads it."""
    yield f"# Run {run.run}: {run.state}"
    yield ""
    yield f"Sources: {', '.join(run.sources) or 'none'}. Ended: {run.ended or 'not yet'}."
    if run.error:
        yield f"\nError: {run.error}"
    yield from (f"\nNote: {note}" for note in run.notes)
    yield from _gates(run)
    for name, night in run.nights.items():
        yield from _night(name, night)
    if run.documents:
        yield "\n## Documents\n"
        yield from (f"- {count} {kind}" for kind, count in run.documents.items())
        yield from (f"- not read within the limits: {sha256}" for sha256 in run.unread)
    if run.packages:
        yield "\n## Packages\n"
        yield from (f"- {name}: {facts} facts" for name, facts in run.packages.items())
    yield "\n## Stages\n"
    yield from (f"- {name}: {seconds:.1f} s" for name, seconds in run.seconds.items())


def _gates(run: Run) -> Iterator[str]:
    yield "\n## Gates\n"
    for gate in run.gates:
        mark = "held" if gate["held"] else "**FAILED**"
        yield f"- {gate['name']}: {mark}; expected {gate['expected']}, found {gate['found']}"
        if not gate["held"]:
            yield f"  - {gate['remedy']}"
    if not run.gates:
        yield "- none reached"


def _night(name: str, night: dict[str, Any]) -> Iterator[str]:
    yield f"\n## {name}: {night['outcome']}\n"
    yield f"{night['requests']} requests; {night['known']} documents were known."
    for word in ("new", "changed", "vanished"):
        yield from _listed(word, [f"{entry['title'] or entry['url']} <{entry['url']}>" for entry in night[word]])
    for kind in ("blocked", "failed", "bad", "gone", "noted"):
        found = [trouble for trouble in night["troubles"] if trouble["kind"] == kind]
        yield from _listed(kind, [f"{trouble['name']}: <{trouble['url']}>" for trouble in found])
    waits = {wait["host"]: wait for wait in night["waits"]}
    yield "\n### hosts\n"
    for host, answers in night["hosts"].items():
        said = ", ".join(f"{count} {answer}" for answer, count in answers.items())
        yield f"- {host}: {said}{_slow(waits.get(host))}"


def _slow(wait: dict[str, Any] | None) -> str:
    if not wait:
        return ""
    mean = wait["seconds"] / wait["answers"]
    return f"; {mean:.1f} s an answer, at most {wait['longest']:.1f} s for <{wait['url']}>"


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"\n### {title}: {len(lines)}\n"
        yield from (f"- {line}" for line in lines[:MANY])
        if len(lines) > MANY:
            yield f"- and {len(lines) - MANY} more in the JSON"
