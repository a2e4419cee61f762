"""What the latest run of a source brought, read from ``crawl.db``: for reports, gates and the ledger."""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from crawler.state import State

EVENTS = Path(__file__).with_name("events.csv")
FAILED = "failed"  # the kind of an event that the list does not name: download-* and http-5xx


@dataclass(frozen=True, kw_only=True)
class Found:
    """A document that is new, changed or gone: its address, the page that names it, its name there, its hash."""

    url: str
    page_url: str
    title: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something that did not go as it should, by name and kind (``events.csv``)."""

    name: str
    kind: str
    url: str
    page_url: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Wait:
    """How long a host took: ``seconds`` for all its ``answers``, ``longest`` for the one at ``url``."""

    host: str
    answers: int
    seconds: float
    longest: float
    url: str


@dataclass(frozen=True, kw_only=True)
class Brought:
    """One run of one source. ``known`` counts the documents that were listed before it."""

    source: str
    run: int
    outcome: str  # open, finished, incomplete, abandoned
    began: str
    ended: str
    requests: int
    known: int
    new: tuple[Found, ...]
    changed: tuple[Found, ...]
    vanished: tuple[Found, ...]
    troubles: tuple[Trouble, ...]
    hosts: dict[str, dict[str, int]]  # host → answer → addresses
    waits: tuple[Wait, ...]


def brought(data: Path, source: str) -> Brought | None:
    """The latest run of a source; None before its first."""
    if not (data / "crawl.db").exists():
        return None
    with closing(State(data)) as state:
        row = state.db.execute(
            "SELECT run, outcome, began, ended, requests FROM runs WHERE source = ? ORDER BY run DESC LIMIT 1",
            (source,),
        ).fetchone()
        if row is None:
            return None
        run = int(row["run"])
        vanished = _vanished(state, source, run, str(row["ended"])[:10])
        return Brought(
            source=source,
            **dict(row),
            known=_listed(state, source, run) + len({found.url for found in vanished}),
            new=_documents(state, source, run, "new"),
            changed=_documents(state, source, run, "changed"),
            vanished=vanished,
            troubles=_troubles(state, run),
            hosts=_hosts(state, source, run),
            waits=_waits(state, run),
        )


@cache
def _events() -> dict[str, dict[str, str]]:
    with EVENTS.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def kind(event: str) -> str:
    """The kind of an event: blocked, gone, bad, failed or noted."""
    return _events().get(event, {"kind": FAILED})["kind"]


def label(event: str) -> str:
    """The event in Chinese; the name itself where the list does not know it."""
    return _events().get(event, {"label_zh": event})["label_zh"]


def _listed(state: State, source: str, run: int) -> int:
    """Documents listed after the run that were listed before it."""
    listed = "SELECT count(DISTINCT url) FROM sightings WHERE source = ? AND vanished_on = ''"
    fresh = "SELECT count(*) FROM urls WHERE source = ? AND run = ? AND kind = 'file' AND answer = 'new'"
    return int(state.db.execute(listed, (source,)).fetchone()[0]) - int(
        state.db.execute(fresh, (source, run)).fetchone()[0]
    )


def _documents(state: State, source: str, run: int, answer: str) -> tuple[Found, ...]:
    rows = state.db.execute(
        """SELECT u.url, coalesce(l.page_url, '') AS page_url, coalesce(l.title, '') AS title, u.sha256
           FROM urls AS u LEFT JOIN links AS l ON l.source = u.source AND l.url = u.url
           WHERE u.source = ? AND u.run = ? AND u.kind = 'file' AND u.answer = ?
           GROUP BY u.url ORDER BY u.url""",
        (source, run, answer),
    )
    return tuple(Found(**dict(row)) for row in rows)


def _vanished(state: State, source: str, run: int, day: str) -> tuple[Found, ...]:
    """Marked on the day the run ended; no other run of the source marks on it unless it is repeated that day."""
    rows = state.db.execute(
        """SELECT url, page_url, title, sha256 FROM sightings
           WHERE source = ? AND vanished_on = ? AND vanished_on <> '' AND run <> ? ORDER BY url, page_url""",
        (source, day, run),
    )
    return tuple(Found(**dict(row)) for row in rows)


def _troubles(state: State, run: int) -> tuple[Trouble, ...]:
    rows = state.db.execute(
        "SELECT name, url, page_url, detail FROM events WHERE run = ? ORDER BY name, url, page_url", (run,)
    )
    return tuple(Trouble(kind=kind(row["name"]), **dict(row)) for row in rows)


def _hosts(state: State, source: str, run: int) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for row in state.db.execute("SELECT url, answer FROM urls WHERE source = ? AND run = ?", (source, run)):
        found.setdefault(urlsplit(row["url"]).netloc, Counter())[row["answer"]] += 1
    return {host: dict(sorted(count.items())) for host, count in sorted(found.items())}


def _waits(state: State, run: int) -> tuple[Wait, ...]:
    rows = state.db.execute(
        "SELECT host, answers, seconds, longest, url FROM waits WHERE run = ? ORDER BY host", (run,)
    )
    return tuple(Wait(**dict(row)) for row in rows)
