"""The documents of one release laid side by side: those of a unit over the years, those of a department's units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from datapackages.checks.book import Book
from datapackages.compared import Compared
from datapackages.model import Document, ParsedDocument, Statement

Units = tuple[tuple[str, str], ...]  # id and name
READ = ("parsed", "blank")
KEPT = 64  # documents whose figures are held in memory at a time


@dataclass(frozen=True, kw_only=True)
class Volume:
    """One document, whose it is, and what is known of its publication. Dates are ISO dates or ""."""

    document: Document
    unit_id: str
    is_current: bool = True
    approved_on: str = ""
    due: str = ""  # last day in time
    published_on: str = ""
    addresses: frozenset[str] = frozenset()  # where it still stands, as far as the latest visits tell

    @property
    def slot(self) -> tuple[str, int | None, str]:
        """Unit, year and stage."""
        return self.unit_id, self.document.fiscal_year, self.document.stage


class Shelf:
    """Finds documents by what they are, and lends their figures a few at a time."""

    def __init__(
        self,
        volumes: Iterable[Volume],
        load: Callable[[str], Compared],
        below: Callable[[Volume], Units],
        statements: Callable[[str], tuple[Statement, ...]] = lambda sha: (),
    ) -> None:
        """``load`` and ``statements`` read a document by its hash, ``below`` gives the units of its department."""
        self._slots: dict[tuple[str, int | None, str], list[Volume]] = defaultdict(list)
        for volume in volumes:
            self._slots[volume.slot].append(volume)
        self._below = below
        self.statements = statements
        self.compared = lru_cache(maxsize=KEPT)(load)

    def of(self, unit_id: str, year: int, stage: str) -> list[Volume]:
        """The documents in force of a unit, year and stage; nothing is found for an unknown unit."""
        return [volume for volume in self._slots.get((unit_id, year, stage), ()) if unit_id and volume.is_current]

    def others(self, volume: Volume) -> list[Volume]:
        """Every other document of the same unit, year, stage, scope and part, also those that were succeeded."""
        said = volume.document
        return [
            other
            for other in self._slots[volume.slot]
            if volume.unit_id
            and other.document.sha256 != said.sha256
            and (other.document.scope, other.document.part) == (said.scope, said.part)
        ]

    def units_below(self, volume: Volume) -> Units:
        """The units of the department whose document this is, as id and name; none for a unit's own document."""
        return self._below(volume) if volume.document.scope == "department" else ()

    def book(self, volume: Volume) -> Book:
        """The figures of a document for comparison; its tables and prose are not in it."""
        facts = self.compared(volume.document.sha256).facts
        return Book(ParsedDocument(document=volume.document, facts=facts))

    def forms(self, volume: Volume) -> frozenset[str]:
        """The canonical ids of the lists of a document, also of empty ones; not of those that were not read."""
        lists = self.compared(volume.document.sha256).lists
        unread = {listed.canonical for listed in lists if listed.state not in READ}
        return frozenset(listed.canonical for listed in lists) - unread
