"""Corrected documents → rows on disk, by every core where there are many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple

from datapackages import placing, workers
from datapackages.correcting import Result, correct
from datapackages.corrections import Correction
from datapackages.ledger import NO_BUDGET
from datapackages.model import ParsedDocument, Sighting
from datapackages.placing import Sightings
from datapackages.spool import Spool
from datapackages.units import Unknown
from datapackages.workers import Begin, Shown


class Unread(NamedTuple):
    """A document that is read when its turn comes, perhaps in another process."""

    sha256: str
    size: int  # bytes of what is read
    read: Callable[[], ParsedDocument]


Given = ParsedDocument | Unread
Corrections = Mapping[str, list[Correction]]  # by document


@dataclass(kw_only=True)
class Spooled:
    """What is remembered of documents whose rows are on disk."""

    places: dict[str, str] = field(default_factory=dict)  # sha256 → jurisdiction
    results: dict[str, tuple[Result, ...]] = field(default_factory=dict)  # of corrections
    named: set[Unknown] = field(default_factory=set)
    unplaced: list[Sighting] = field(default_factory=list)

    def add(self, other: Spooled) -> None:
        """Remember also what another has."""
        self.places |= other.places
        self.results |= other.results
        self.named |= other.named
        self.unplaced += other.unplaced


def keep(
    documents: Iterable[Given], spool: Spool, seen: Sightings, entered: Corrections, begin: Begin, shown: Shown
) -> Spooled:
    """Correct each document and put its rows on disk.

    Those that are given unread go in batches to the processes that ``begin`` has. Raises ValueError for a document
    that is given twice or whose rows cannot be written.
    """
    kept = Spooled()
    begun, unread = [], 0
    for given in _batched(documents):
        if isinstance(given, ParsedDocument):
            kept.add(_keep(given, spool, seen, entered))
        else:
            unread += len(given)
            some = {document.sha256 for document in given}
            narrowed = ({sha: known[sha] for sha in some if sha in known} for known in (seen, entered))
            begun.append(begin(sum(document.size for document in given), _read, given, spool, *narrowed))
    for some in shown(chain.from_iterable(work.result() for work in begun), unread, "Preparing documents"):
        kept.add(some)
    return kept


def _batched(documents: Iterable[Given]) -> Iterator[ParsedDocument | list[Unread]]:
    """Unread documents in batches that are worth another process, all others as they come."""
    batch: list[Unread] = []
    for document in documents:
        if isinstance(document, ParsedDocument):
            yield document
            continue
        batch.append(document)
        if sum(unread.size for unread in batch) >= workers.LARGE:
            yield batch
            batch = []
    if batch:
        yield batch


def _read(batch: list[Unread], spool: Spool, seen: Sightings, entered: Corrections) -> list[Spooled]:
    return [_keep(unread.read(), spool, seen, entered) for unread in batch]


def _keep(document: ParsedDocument, spool: Spool, seen: Sightings, entered: Corrections) -> Spooled:
    sha = document.document.sha256
    found = seen.get(sha, ())
    corrected, results = correct(document, entered.get(sha, ()))
    before = (result.before for result in results if result.state == "applied")
    printed = {fact.fact_id: fact for fact in before if fact}
    entry = spool.add(corrected, placing.jurisdiction_of(document.document, found), printed)
    name = placing.named(entry)
    lost = not entry.jurisdiction and document.document.kind not in NO_BUDGET
    return Spooled(
        places={sha: entry.jurisdiction},
        results={sha: results} if results else {},
        named={name} if name else set(),
        unplaced=[replace(sighting, jurisdiction="") for sighting in found] if lost else [],
    )
