"""One run over one source, kept in ``crawl.db`` so that it can be killed at any moment and taken up again.

An address is answered in a run when its row carries the run's number; the row is written in the same
transaction as the links of the page, or after the blob of the file is in place. What is answered is not
asked again: its links are taken from the table, as they are when the server says "not modified", or when
it was read lately.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crawler import blobs
from crawler.state import State

RESUMED_FOR = 24 * 3600  # seconds: an older open run would mix pages of two nights
UNREAD = ("file", "other")  # kinds that are kept as they are, whoever reads them
YOUNG = "young"  # not asked in this run: what an earlier one read has not reached its age
READ = ("new", "changed", "unchanged", YOUNG)  # answers after which what stands at an address is known

SEE = f"""
INSERT INTO sightings (sha256, url, page_url, title, publisher, source, jurisdiction, published_on,
                       first_seen, last_seen, retrieved_at, vanished_on, run)
SELECT file.sha256, link.url, link.page_url, link.title, link.publisher, :source, :jurisdiction, link.published_on,
       file.checked, max(page.checked, file.checked), file.changed, '', :run
FROM links AS link
JOIN urls AS page ON page.source = link.source AND page.url = link.page_url AND page.run = :run
JOIN urls AS file ON file.source = link.source AND file.url = link.url AND file.run = :run
WHERE link.source = :source AND link.kind = 'file' AND (link.url = :url OR link.page_url = :url)
  AND file.answer IN {READ} AND file.kind = 'file'
ON CONFLICT (sha256, url, page_url) DO UPDATE SET title = excluded.title, publisher = excluded.publisher,
  published_on = excluded.published_on, jurisdiction = excluded.jurisdiction, last_seen = excluded.last_seen,
  vanished_on = '', run = excluded.run
"""


@dataclass(frozen=True, kw_only=True)
class Link:
    """An address to ask and what the page that names it says about it.

    ``kind``: list, detail or file; a file that proves to be no PDF is answered as ``other`` or ``archive``.
    ``url`` is without the signature that some sites write anew at each visit; ``ask`` is with it.
    """

    url: str
    kind: str
    ask: str = ""
    page_url: str = ""
    title: str = ""
    publisher: str = ""
    published_on: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server said, without the body. ``date`` is its own clock as ISO 8601."""

    status: int
    date: str
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    form: str = ""


class Night:
    """The open run of one source; an unfinished one of the last day is continued."""

    def __init__(self, state: State, source: str, jurisdiction: str = "") -> None:
        self.state, self.source, self.jurisdiction = state, source, jurisdiction
        self.run = self._resumed() or self._opened()

    def answer(self, url: str) -> str:
        """The answer that this run has for an address, or an empty string."""
        query = "SELECT answer FROM urls WHERE source = ? AND url = ? AND run = ?"
        row = self._one(query, self.source, url, self.run)
        return str(row[0]) if row else ""

    def links(self, page_url: str) -> list[Link]:
        """What the page named when it was last read, in its order."""
        rows = self.state.db.execute(
            "SELECT url, kind, ask, page_url, title, publisher, published_on FROM links"
            " WHERE source = ? AND page_url = ? ORDER BY position",
            (self.source, page_url),
        )
        return [Link(**dict(row)) for row in rows]

    def known(self, url: str, reader: str) -> Answer | None:
        """The last good answer for conditional requests; None when a page was read by another reader."""
        row = self._one("SELECT * FROM urls WHERE source = ? AND url = ?", self.source, url)
        if row is None or not row["sha256"] or (row["kind"] not in UNREAD and row["reader"] != reader):
            return None
        return Answer(status=row["status"], date=row["checked"], etag=row["etag"],
                      last_modified=row["last_modified"], sha256=row["sha256"])  # fmt: skip

    def form(self, url: str) -> str:
        """The form of what was last kept from an address: pdf, zip, xls …, or html where a page prints a budget."""
        row = self._one("SELECT form FROM urls WHERE source = ? AND url = ?", self.source, url)
        return str(row[0]) if row else ""

    def read(self, link: Link, answer: Answer, links: Sequence[Link] = (), reader: str = "") -> None:
        """A page was read, or a file's blob is in place: one transaction makes it known."""
        moved = self._moved(link, answer.sha256)
        word = self._word(link, answer.sha256, moved)
        with self.state.db:
            self._put(link, answer, word, reader)
            if link.kind != "file":
                self._replace_links(link.url, links)
            self._see(link.url)
            for place in moved:
                self._forget(place, link, answer.sha256)

    def unchanged(self, link: Link, answer: Answer) -> None:
        """The server said 304: what is stored stands."""
        with self.state.db:
            self.state.db.execute(
                """UPDATE urls SET answer = 'unchanged', status = 304, checked = ?, run = ?
                   WHERE source = ? AND url = ?""",
                (answer.date, self.run, self.source, link.url),
            )
            self._began(answer.date)
            self._see(link.url)

    def is_young(self, link: Link, reader: str, since: str) -> bool:
        """Whether what stands at an address was read after ``since`` (ISO 8601), by this reader, and is kept."""
        row = self._one("SELECT * FROM urls WHERE source = ? AND url = ?", self.source, link.url)
        if row is None or row["answer"] not in READ or not row["sha256"] or row["checked"] <= since:
            return False
        read_alike = row["kind"] in UNREAD or row["reader"] == reader
        return read_alike and (link.kind != "file" or blobs.holds(self.state.data, row["sha256"]))

    def leave(self, link: Link) -> None:
        """Do not ask: what an earlier run read stands, with the day on which it was read."""
        with self.state.db:
            self.state.db.execute(
                "UPDATE urls SET answer = ?, run = ? WHERE source = ? AND url = ?",
                (YOUNG, self.run, self.source, link.url),
            )
            self._see(link.url)

    def not_taken(self, link: Link, answer: Answer, word: str) -> None:
        """The server gave a final answer that is no document or page: ``word`` is missing or refused."""
        with self.state.db:
            self.state.db.execute(
                """INSERT INTO urls (source, url, kind, answer, status, checked, run) VALUES (?, ?, ?, ?, ?, ?, ?)
                   ON CONFLICT DO UPDATE SET answer = excluded.answer, status = excluded.status,
                     checked = excluded.checked, run = excluded.run""",
                (self.source, link.url, link.kind, word, answer.status, answer.date, self.run),
            )

    def event(self, name: str, link: Link, detail: str = "", date: str = "") -> None:
        """Keep what went wrong or was left alone, by name: once in a run for each address and page."""
        with self.state.db:
            self.state.db.execute(
                "INSERT OR IGNORE INTO events (run, name, url, page_url, detail, at) VALUES (?, ?, ?, ?, ?, ?)",
                (self.run, name, link.url, link.page_url, detail[:500], date),
            )

    def waited(self, host: str, seconds: float, url: str) -> None:
        """Keep how long a host took to answer; ``url`` stands in the report while no answer takes longer."""
        with self.state.db:
            self.state.db.execute(
                """INSERT INTO waits VALUES (?, ?, 1, ?, ?, ?)
                   ON CONFLICT DO UPDATE SET answers = answers + 1, seconds = seconds + excluded.seconds,
                     url = iif(excluded.longest > longest, excluded.url, url),
                     longest = max(longest, excluded.longest)""",
                (self.run, host, seconds, seconds, url),
            )

    def counts(self) -> Counter[str]:
        """Addresses of documents by their answer in this run."""
        return self._count("SELECT answer, count(*) FROM urls WHERE run = ? AND kind = 'file' GROUP BY answer")

    def events(self) -> Counter[str]:
        """Events of this run by name."""
        return self._count("SELECT name, count(*) FROM events WHERE run = ? GROUP BY name")

    def close(self, finished: bool, requests: int) -> int:
        """End the run; after a complete one mark what is no longer there. Returns how many vanished."""
        ended = self.last_date()
        with self.state.db:
            vanished = self._mark_vanished(ended[:10]) if finished else 0
            self.state.db.execute(
                "UPDATE runs SET outcome = ?, ended = ?, requests = requests + ?, vanished = ? WHERE run = ?",
                ("finished" if finished else "incomplete", ended, requests, vanished, self.run),
            )
        return vanished

    def _resumed(self) -> int:
        with self.state.db:
            self.state.db.execute(
                "UPDATE runs SET outcome = 'abandoned' WHERE source = ? AND outcome = 'open' AND opened < ?",
                (self.source, time.time() - RESUMED_FOR),
            )
        row = self._one("SELECT max(run) FROM runs WHERE source = ? AND outcome = 'open'", self.source)
        return int(row[0] or 0) if row else 0

    def _opened(self) -> int:
        with self.state.db:
            row = (self.source, time.time())
            cursor = self.state.db.execute("INSERT INTO runs (source, opened) VALUES (?, ?)", row)
        return int(cursor.lastrowid or 0)

    def _put(self, link: Link, answer: Answer, word: str, reader: str) -> None:
        self._began(answer.date)
        self.state.db.execute(
            """INSERT INTO urls (source, url, kind, answer, status, etag, last_modified, sha256, checked, changed,
                 reader, run, form)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT DO UPDATE SET kind = excluded.kind, answer = excluded.answer, status = excluded.status,
                 etag = excluded.etag, last_modified = excluded.last_modified, checked = excluded.checked,
                 changed = iif(sha256 = excluded.sha256, changed, excluded.changed),
                 sha256 = excluded.sha256, reader = excluded.reader, run = excluded.run,
                 form = excluded.form""",
            (self.source, link.url, link.kind, word, answer.status, answer.etag, answer.last_modified,
             answer.sha256, answer.date, answer.date, reader, self.run, answer.form),
        )  # fmt: skip

    def _replace_links(self, page_url: str, links: Iterable[Link]) -> None:
        self.state.db.execute("DELETE FROM links WHERE source = ? AND page_url = ?", (self.source, page_url))
        self.state.db.executemany(
            "INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    self.source,
                    page_url,
                    link.url,
                    link.kind,
                    link.title,
                    link.publisher,
                    link.published_on,
                    place,
                    link.ask,
                )
                for place, link in enumerate(links)
            ],  # fmt: skip
        )

    def _word(self, link: Link, sha256: str, moved: Sequence[str]) -> str:
        """New, changed or unchanged since the last run; what this run has said of the same bytes stands."""
        before = self._one(
            "SELECT sha256, run, answer FROM urls WHERE source = ? AND url = ?", self.source, link.url
        )
        if before is None or not before["sha256"]:
            return "unchanged" if moved else "new"
        if before["sha256"] != sha256:
            return "changed"
        stands = before["run"] == self.run and before["answer"] in READ
        return str(before["answer"]) if stands else "unchanged"

    def _moved(self, link: Link, sha256: str) -> list[str]:
        """Addresses at which the page showed the same bytes under the same name and which it no longer links to.

        A site may sign its links anew at each visit: a document is its page, its name and its bytes.
        """
        known = self._one("SELECT sha256 FROM urls WHERE source = ? AND url = ?", self.source, link.url)
        if link.kind != "file" or (known and known["sha256"]):
            return []
        rows = self.state.db.execute(
            """SELECT s.url FROM sightings AS s
               WHERE s.source = ? AND s.page_url = ? AND s.title = ? AND s.sha256 = ? AND s.url <> ?
                 AND NOT EXISTS (SELECT 1 FROM links AS l
                                 WHERE l.source = s.source AND l.page_url = s.page_url AND l.url = s.url)""",
            (self.source, link.page_url, link.title, sha256, link.url),
        )
        return [str(row["url"]) for row in rows]

    def _forget(self, url: str, link: Link, sha256: str) -> None:
        """The document has another address now: the first day it was seen goes with it."""
        old = (sha256, url, link.page_url)
        self.state.db.execute(
            """UPDATE sightings SET (first_seen, retrieved_at) =
                 (SELECT first_seen, retrieved_at FROM sightings WHERE sha256 = ? AND url = ? AND page_url = ?)
               WHERE sha256 = ? AND url = ? AND page_url = ?""",
            (*old, sha256, link.url, link.page_url),
        )
        self.state.db.execute("DELETE FROM sightings WHERE sha256 = ? AND url = ? AND page_url = ?", old)
        self.state.db.execute("DELETE FROM urls WHERE source = ? AND url = ?", (self.source, url))

    def _see(self, url: str) -> None:
        self.state.db.execute(
            SEE, {"source": self.source, "jurisdiction": self.jurisdiction, "run": self.run, "url": url}
        )

    def _began(self, date: str) -> None:
        self.state.db.execute("UPDATE runs SET began = ? WHERE run = ? AND began = ''", (date, self.run))

    def last_date(self) -> str:
        """The server's clock at its latest answer in this run; empty before the first."""
        row = self._one("SELECT max(checked) FROM urls WHERE run = ?", self.run)
        return str(row[0] or "") if row else ""

    def _mark_vanished(self, day: str) -> int:
        candidates = self.state.db.execute(
            """SELECT s.sha256, s.url, s.page_url FROM sightings AS s
               JOIN urls AS u ON u.source = s.source AND u.url = s.url AND u.sha256 = s.sha256
               WHERE s.source = ? AND s.run <> ? AND s.vanished_on = ''""",
            (self.source, self.run),
        ).fetchall()
        gone = [(day, *row) for row in candidates if self._is_gone(row["url"], row["page_url"])]
        self.state.db.executemany(
            "UPDATE sightings SET vanished_on = ? WHERE sha256 = ? AND url = ? AND page_url = ?", gone
        )
        return len(gone)

    def _is_gone(self, url: str, page_url: str) -> bool:
        """A document is gone when it is no longer listed or its address says so; a failure proves nothing."""
        page = self.answer(page_url)
        if page in READ:
            return not self._is_named(url, page_url) or self.answer(url) == "missing"
        return page == "missing" or (page == "" and not self._is_named(page_url))

    def _is_named(self, url: str, page_url: str = "") -> bool:
        """Whether a page read in this run (or the given one) links to the address."""
        row = self._one(
            f"""SELECT 1 FROM links JOIN urls AS page ON page.source = links.source AND page.url = links.page_url
                WHERE links.source = ? AND links.url = ? AND page.run = ? AND page.answer IN {READ}
                  AND (? = '' OR links.page_url = ?)""",
            self.source, url, self.run, page_url, page_url,
        )  # fmt: skip
        return row is not None

    def _count(self, query: str) -> Counter[str]:
        return Counter(dict(self.state.db.execute(query, (self.run,)).fetchall()))

    def _one(self, query: str, *values: object) -> Any:
        return self.state.db.execute(query, values).fetchone()
