"""The newest documents that a search finds, for its Atom feed; a document is as old as its first sighting."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datapackages import search_figures
from datapackages.search_figures import Narrow, numbers, rows
from datapackages.search_terms import Asked

ENTRIES = 30
FEW_HITS = 5000  # so many are looked up; of more, the newest documents are asked one after another
WALKED = 1000  # documents
TOLD = 3  # figures of a document in the summary of its entry

DOCUMENTS = """
SELECT d.sha256, d.title, d.unit_name, min(s.first_seen) AS first_seen
FROM documents d JOIN sightings s ON s.sha256 = d.sha256
WHERE d.is_current AND (:place = '' OR d.jurisdiction = :place) AND (:stage = '' OR d.stage = :stage)
  AND (:year = '' OR d.fiscal_year = CAST(:year AS INTEGER)) {of}
GROUP BY d.sha256 ORDER BY first_seen DESC, d.sha256 LIMIT :most
"""
FIGURES = """
SELECT f.* FROM facts_fts JOIN facts f ON f.rowid = facts_fts.rowid
WHERE facts_fts MATCH :words AND f.sha256 = :sha256 AND facts_fts.rowid BETWEEN
  (SELECT min(rowid) FROM facts WHERE sha256 = :sha256) AND (SELECT max(rowid) FROM facts WHERE sha256 = :sha256)
ORDER BY facts_fts.rowid LIMIT :most
"""
SECTIONS = """
SELECT s.heading_path FROM sections_fts JOIN sections s ON s.rowid = sections_fts.rowid
WHERE sections_fts MATCH :words AND s.sha256 = :sha256 AND sections_fts.rowid BETWEEN
  (SELECT min(rowid) FROM sections WHERE sha256 = :sha256)
  AND (SELECT max(rowid) FROM sections WHERE sha256 = :sha256)
ORDER BY sections_fts.rowid LIMIT :most
"""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A document with something that was searched for: where to read it, and what it is in a few words."""

    sha256: str
    title: str
    first_seen: str
    path: str
    summary: str


def newest(connection: sqlite3.Connection, asked: Asked, narrow: Narrow) -> Iterator[Found]:
    """The documents in force that the search finds, the newest first, at most ``ENTRIES``."""
    left = ENTRIES if asked.terms else 0
    for document in _candidates(connection, asked, narrow) if left else ():
        if found := _found(connection, asked, narrow, document):
            yield found
            left -= 1
        if left == 0:
            return


def _candidates(connection: sqlite3.Connection, asked: Asked, narrow: Narrow) -> list[sqlite3.Row]:
    values = {"place": narrow.place, "year": narrow.year, "stage": narrow.stage}
    if (hashes := _hashes(connection, asked, narrow)) is None:
        return rows(connection, DOCUMENTS.format(of=""), {**values, "most": WALKED})
    listed = ", ".join(f"'{sha256}'" for sha256 in hashes)
    return rows(connection, DOCUMENTS.format(of=f"AND d.sha256 IN ({listed})"), {**values, "most": WALKED})


def _hashes(connection: sqlite3.Connection, asked: Asked, narrow: Narrow) -> list[str] | None:
    """The documents of all hits; None where these are too many to look up."""
    if asked.is_amount:
        return _of(connection, "facts", search_figures.of_amount(connection, asked, narrow))
    found = set()
    for table in ("facts", "sections"):
        sql = f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH ? LIMIT ?"
        hits = [rowid for (rowid,) in connection.execute(sql, (asked.expression(), FEW_HITS + 1))]
        if len(hits) > FEW_HITS:
            return None
        found |= set(_of(connection, table, hits))
    return sorted(found)


def _of(connection: sqlite3.Connection, table: str, rowids: Sequence[int]) -> list[str]:
    sql = f"SELECT DISTINCT sha256 FROM {table} WHERE rowid IN ({numbers(rowids)}) ORDER BY 1"
    return [sha256 for (sha256,) in connection.execute(sql)]


def _found(
    connection: sqlite3.Connection, asked: Asked, narrow: Narrow, document: sqlite3.Row
) -> Found | None:
    wanted = {"words": asked.expression(), "sha256": document["sha256"], "most": TOLD}
    if asked.is_amount:
        figures = search_figures.of_amount_in(connection, asked, narrow, document["sha256"])[:TOLD]
    else:
        figures = rows(connection, FIGURES, wanted)
    sections = [] if figures else rows(connection, SECTIONS, wanted)
    if not figures and not sections:
        return None
    told = [_figure(figure) for figure in figures] or [section["heading_path"] or "" for section in sections]
    return Found(
        sha256=document["sha256"], title=document["title"] or document["unit_name"] or document["sha256"][:16],
        first_seen=document["first_seen"],
        path=f"/-/figure/{figures[0]['fact_id']}" if figures else f"/-/document/{document['sha256']}",
        summary="; ".join(filter(None, [document["unit_name"], *told])),
    )  # fmt: skip


def _figure(figure: sqlite3.Row) -> str:
    called = figure["name"] or figure["project_name"] or figure["row_path"] or ""
    amount = f"{figure['amount_text'] or ''}{figure['money_unit'] or ''}"
    return " ".join(filter(None, (called, figure["column_label"], amount)))
