"""What one package holds: the lines of each resource, in the order they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from datapackages import codes, places, schemas, tabular, told_rows
from datapackages.history import History
from datapackages.ledger import Line
from datapackages.placing import Placing
from datapackages.shelving import Shelved
from datapackages.spool import Entry, Spool, issue_row, shared, without_scope
from datapackages.units import Units
from datapackages.versions import Placed

Lines = Iterator[Sequence[tabular.Cell]]
Rows = Iterator[tabular.Row]
# Pages of older versions are shown beside those of the current one, and people are no data there either.
OF_EVERY_VERSION = ("covers",)


@dataclass(frozen=True, kw_only=True)
class Contents:
    """The documents of one package, sorted by hash, and where the rest of its rows come from.

    Documents, sightings, slots, changes, corrections and covers tell of every version; the other resources hold
    the current ones.
    """

    documents: tuple[Placed, ...]
    placing: Placing
    entries: Mapping[str, Entry]
    units: Units
    spool: Spool
    history: History
    shelved: Shelved
    ledger: tuple[Line, ...] = ()

    def lines(self, resource: str) -> Lines:
        """Yield the lines of a resource."""
        made: dict[str, Callable[[], Rows]] = {
            "jurisdictions": self._jurisdictions,
            "units": self._units,
            "classifications": self._classifications,
            "documents": self._documents,
            "sightings": self._sightings,
            "slots": self._slots,
            "changes": lambda: self._of_each(self.history.changes),
            "corrections": lambda: self._of_each(self.history.corrections),
            "line_links": lambda: self._of_each(self._line_links),
            "ledger": lambda: map(tabular.as_row, self.ledger),
        }
        if resource in made:
            return (tabular.values(resource, row) for row in made[resource]())
        return self._spooled(resource)

    def is_current(self, placed: Placed) -> bool:
        """Tell whether this version of the document is in force."""
        return placed.sha256 not in self.placing.versions.superseded

    def _spooled(self, resource: str) -> Lines:
        at = list(schemas.fields(resource)).index("unit_id")
        documents = self.documents if resource in OF_EVERY_VERSION else filter(self.is_current, self.documents)
        for placed in documents:
            for line in self.spool.lines(placed.sha256, resource):
                line[at] = placed.unit_id
                yield line
            if resource == "checks":
                yield from self._checks_across(placed)
            if resource == "issues":
                yield from self._placing_issues(placed)

    def _checks_across(self, placed: Placed) -> Lines:
        """What the rules over several documents say of one; its other checks are those of the document alone."""
        common = without_scope(shared(placed.document, placed.jurisdiction, placed.unit_id))
        for outcome in self.shelved.outcomes(placed):
            yield tabular.values("checks", told_rows.check_row(outcome, common))

    def _line_links(self, placed: Placed) -> Rows:
        if self.is_current(placed):
            yield from self.shelved.line_links(placed)

    def _placing_issues(self, placed: Placed) -> Lines:
        document_fields = shared(placed.document, placed.jurisdiction, placed.unit_id)
        first = self.entries[placed.sha256].issue_count + 1
        for seq, issue in enumerate(self.placing.issues.get(placed.sha256, ()), start=first):
            yield tabular.values("issues", issue_row(issue, seq, document_fields))

    def _of_each(self, rows: Callable[[Placed], Rows]) -> Rows:
        for placed in self.documents:
            yield from rows(placed)

    def _documents(self) -> Rows:
        for placed in self.documents:
            joined = {
                "jurisdiction": placed.jurisdiction,
                "unit_id": placed.unit_id,
                "is_current": self.is_current(placed),
                "supersedes": self.placing.versions.supersedes.get(placed.sha256, ""),
                "difference": self.history.difference(placed.sha256),
            }
            yield {**tabular.as_row(placed.document), **joined}

    def _sightings(self) -> Rows:
        for placed in self.documents:
            for sighting in sorted(placed.sightings, key=lambda seen: (seen.url, seen.page_url)):
                yield tabular.as_row(sighting)

    def _slots(self) -> Rows:
        slotted = ((placed.slot, self._version(placed), placed) for placed in self.documents if placed.slot)
        for slot, version, placed in sorted(slotted, key=lambda entry: entry[:2]):
            unit_id, year, stage, scope, part = slot
            yield {
                "unit_id": unit_id,
                "document_year": year,
                "stage": stage,
                "scope": scope,
                "part": part,
                "version": version,
                "sha256": placed.sha256,
                "year_basis": placed.document.year_basis,
                "is_current": self.is_current(placed),
                "supersedes": self.placing.versions.supersedes.get(placed.sha256, ""),
            }

    def _version(self, placed: Placed) -> int:
        return self.placing.versions.number[placed.sha256]

    def _units(self) -> Rows:
        named = [placed.unit_id for placed in self.documents] + [line.unit_id for line in self.ledger]
        for unit in self.units.with_parents(named):
            yield tabular.as_row(unit)

    def _jurisdictions(self) -> Rows:
        own = {placed.jurisdiction for placed in self.documents}
        own |= {str(unit["jurisdiction"]) for unit in self._units()}
        needed = {code for place in own for code in places.ancestors(place)}
        for code in sorted(needed):
            yield tabular.as_row(codes.jurisdictions()[code])

    def _classifications(self) -> Rows:
        known = codes.classifications()
        waiting = [pair for placed in self.documents for pair in self.entries[placed.sha256].codes]
        needed: set[tuple[str, str]] = set()
        while waiting:
            scheme, code = waiting.pop()
            entry = known.get(scheme, code)
            if entry and (scheme, code) not in needed:
                needed.add((scheme, code))
                waiting.append((scheme, entry.parent))
        for scheme, code in sorted(needed):
            yield tabular.as_row(known.get(scheme, code))
