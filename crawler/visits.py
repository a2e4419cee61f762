"""What the latest run of each source looked for in vain, read from ``crawl.db``: for the ledger."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from crawler.catalogue import sources
from crawler.nights import kind
from crawler.state import State
from datapackages.ledger import BLOCKED, NO_DOCUMENT, OTHER_FORMAT, UNREAD, Missed, Visit

READ_ALL_THE_SAME = (
    "truncated-page", "part-not-loaded", "more-documents-than-asserted", "fewer-documents-than-asserted",
)  # fmt: skip
MISSED = """
SELECT e.name, e.url, coalesce(l.title, '') AS title, coalesce(page.title, '') AS page_title,
       e.page_url = '' OR coalesce(l.kind, '') = 'list' AS is_list
FROM events AS e
LEFT JOIN links AS l ON l.source = :source AND l.page_url = e.page_url AND l.url = e.url
LEFT JOIN links AS page ON page.source = :source AND page.url = e.page_url AND page.kind = 'detail'
WHERE e.run = :run GROUP BY e.name, e.url, e.page_url ORDER BY e.name, e.url, e.page_url
"""


def visits(data: Path) -> tuple[Visit, ...]:
    """The latest run of each known source, sorted by source; none before the first crawl."""
    if not (data / "crawl.db").exists():
        return ()
    known = sources(data)
    with closing(State(data)) as state:
        runs = state.db.execute(
            "SELECT run, source, outcome, ended FROM runs WHERE run IN (SELECT max(run) FROM runs GROUP BY source)"
            " ORDER BY source"
        ).fetchall()
        return tuple(
            Visit(
                source=row["source"],
                jurisdiction=known[row["source"]].jurisdiction,
                finished=row["outcome"] == "finished",
                ended=row["ended"],
                missed=_missed(state, row["source"], row["run"]),
            )
            for row in runs
            if row["source"] in known
        )


def _missed(state: State, source: str, run: int) -> tuple[Missed, ...]:
    rows = state.db.execute(MISSED, {"source": source, "run": run})
    return tuple(
        Missed(
            kind=_kind(row["name"]),
            url=row["url"],
            title=row["title"],
            page_title=row["page_title"],
            is_list=bool(row["is_list"]),
        )
        for row in rows
        if row["name"] not in READ_ALL_THE_SAME
    )


def _kind(name: str) -> str:
    if name in ("other-format", "inline-budget"):
        return OTHER_FORMAT
    if name == "no-attachment":
        return NO_DOCUMENT
    return BLOCKED if kind(name) == "blocked" else UNREAD
