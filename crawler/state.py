"""``crawl.db``: what was asked, when, with which answer. SQLite in WAL mode, migrated by ``user_version``.

Every date in it comes from the server's ``Date`` header, so that the same site gives the same data on
every machine. This machine's clock made only ``runs.opened``, by which a run is resumed, and ``waits``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

from datapackages.model import Sighting

SIGHTING = tuple(field.name for field in fields(Sighting))

MIGRATIONS = (
    """
    CREATE TABLE runs (
        run INTEGER PRIMARY KEY, source TEXT NOT NULL, opened REAL NOT NULL, outcome TEXT NOT NULL DEFAULT 'open',
        began TEXT NOT NULL DEFAULT '', ended TEXT NOT NULL DEFAULT '', requests INTEGER NOT NULL DEFAULT 0,
        vanished INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE urls (
        source TEXT NOT NULL, url TEXT NOT NULL, kind TEXT NOT NULL, answer TEXT NOT NULL, status INTEGER NOT NULL,
        etag TEXT NOT NULL DEFAULT '', last_modified TEXT NOT NULL DEFAULT '', sha256 TEXT NOT NULL DEFAULT '',
        checked TEXT NOT NULL, changed TEXT NOT NULL DEFAULT '', reader TEXT NOT NULL DEFAULT '',
        run INTEGER NOT NULL,
        PRIMARY KEY (source, url));
    CREATE TABLE links (
        source TEXT NOT NULL, page_url TEXT NOT NULL, url TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL,
        publisher TEXT NOT NULL, published_on TEXT NOT NULL, position INTEGER NOT NULL,
        PRIMARY KEY (source, page_url, url));
    CREATE INDEX links_url ON links (source, url);
    CREATE TABLE sightings (
        sha256 TEXT NOT NULL, url TEXT NOT NULL, page_url TEXT NOT NULL, title TEXT NOT NULL,
        publisher TEXT NOT NULL,
        source TEXT NOT NULL, jurisdiction TEXT NOT NULL, published_on TEXT NOT NULL, first_seen TEXT NOT NULL,
        last_seen TEXT NOT NULL, retrieved_at TEXT NOT NULL, vanished_on TEXT NOT NULL, run INTEGER,
        PRIMARY KEY (sha256, url, page_url));
    CREATE INDEX sightings_url ON sightings (url, page_url);
    CREATE TABLE events (
        run INTEGER NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL, page_url TEXT NOT NULL, detail TEXT NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (run, name, url, page_url));
    """,
    """
    ALTER TABLE links ADD COLUMN ask TEXT NOT NULL DEFAULT '';
    ALTER TABLE urls ADD COLUMN form TEXT NOT NULL DEFAULT '';
    """,
    """
    CREATE TABLE waits (
        run INTEGER NOT NULL, host TEXT NOT NULL, answers INTEGER NOT NULL, seconds REAL NOT NULL,
        longest REAL NOT NULL, url TEXT NOT NULL, PRIMARY KEY (run, host));
    """,
)


class State:
    """An open ``crawl.db``; made on first use. Close it, or use it in a ``with`` statement."""

    def __init__(self, data: Path) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.data = data
        self.db = sqlite3.connect(data / "crawl.db", timeout=30)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing; after a power cut the last rows may be missing, and are asked again.
        self.db.execute("PRAGMA synchronous = NORMAL")
        self._migrate()

    def __enter__(self) -> State:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; the write-ahead log is folded into it."""
        self.db.close()

    def record(self, found: Iterable[Sighting]) -> None:
        """Insert sightings made outside a crawl, or replace those at the same addresses."""
        names, marks = ", ".join(SIGHTING), ", ".join("?" * len(SIGHTING))
        with self.db:
            self.db.executemany(
                f"INSERT OR REPLACE INTO sightings ({names}) VALUES ({marks})",
                [tuple(getattr(sighting, name) for name in SIGHTING) for sighting in found],
            )

    def _migrate(self) -> None:
        version: int = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise sqlite3.DatabaseError(
                f"{self.data / 'crawl.db'} has version {version}, this program knows {len(MIGRATIONS)}: update it"
            )
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            self.db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")


def sightings(data: Path) -> list[Sighting]:
    """Every sighting recorded under ``data``, sorted by hash, address and page; empty before the first crawl."""
    if not (data / "crawl.db").exists():
        return []
    with closing(State(data)) as state:
        rows = state.db.execute(f"SELECT {', '.join(SIGHTING)} FROM sightings ORDER BY sha256, url, page_url")
        return [Sighting(**dict(row)) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Otherwise:
    """Something published that is no PDF: kept under its hash, or printed in the page itself (form ``html``)."""

    source: str
    url: str
    page_url: str
    title: str
    publisher: str
    published_on: str
    form: str
    sha256: str


def published_otherwise(data: Path) -> list[Otherwise]:
    """What sites publish in another form than PDF, by source and address; an archive's members are not in it."""
    if not (data / "crawl.db").exists():
        return []
    with closing(State(data)) as state:
        rows = state.db.execute(
            """SELECT urls.source, urls.url, coalesce(link.page_url, '') AS page_url,
                      coalesce(link.title, '') AS title, coalesce(link.publisher, '') AS publisher,
                      coalesce(link.published_on, '') AS published_on, urls.form, urls.sha256
               FROM urls LEFT JOIN links AS link ON link.source = urls.source AND link.url = urls.url
               WHERE urls.form NOT IN ('', 'pdf') AND urls.sha256 <> ''
               GROUP BY urls.source, urls.url ORDER BY urls.source, urls.url"""
        )
        return [Otherwise(**dict(row)) for row in rows]


def last_runs(data: Path) -> dict[str, dict[str, str | int]]:
    """The latest run of each source: outcome, began, ended, requests and the documents at its addresses now."""
    if not (data / "crawl.db").exists():
        return {}
    with closing(State(data)) as state:
        rows = state.db.execute(
            """SELECT source, outcome, began, ended, requests, (
                   SELECT count(*) FROM urls
                   WHERE urls.source = runs.source AND kind = 'file' AND sha256 <> '') AS documents
               FROM runs WHERE run IN (SELECT max(run) FROM runs GROUP BY source) ORDER BY source"""
        )
        return {row["source"]: {name: row[name] for name in row.keys() if name != "source"} for row in rows}  # noqa: SIM118
