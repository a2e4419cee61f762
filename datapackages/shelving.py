"""Lay the documents of a release on the shelf that rules over several documents look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from datapackages import schemas
from datapackages.checks import (  # noqa: F401  they register their rules
    across,
    across_publication,
    across_units,
    across_years,
)
from datapackages.checks.shelf import Shelf, Volume
from datapackages.ledger import Line, existed
from datapackages.line_links import SCHEMES, Link, links
from datapackages.model import Outcome, Sighting, Statement
from datapackages.placing import Placing
from datapackages.spool import Spool
from datapackages.tabular import Row
from datapackages.units import Units
from datapackages.versions import Placed

TEXTS = (
    "section", "metric", "metric_text", "amount_text", "unit", "prior", "change", "change_percent", "share_percent",
    "direction", "compared_with", "reason", "fact_id", "agreement",
)  # fmt: skip
PHASES = {"budget": ("approved",), "final": ("final",)}  # of a document's own figures
Key = tuple[str, int | None, str]  # unit, year, stage


class Shelved:
    """The outcomes of the rules over several documents, for one document at a time."""

    def __init__(self, placing: Placing, units: Units, spool: Spool, ledger: Iterable[Line]) -> None:
        lines: dict[Key, Line] = {(line.unit_id, line.document_year, line.stage): line for line in ledger}
        standing = _standing(placing.documents)
        self._volumes = {
            placed.sha256: _volume(placed, placing, lines, standing.get(placed.sha256, frozenset()))
            for placed in placing.documents
        }
        self._units = units
        self._spool = spool
        self._shelf = Shelf(
            self._volumes.values(), lambda sha: spool.compared(sha, {}), self._below, self._statements
        )

    def outcomes(self, placed: Placed) -> Iterator[Outcome]:
        """What the rules say of a document in force."""
        yield from across.run(self._shelf, self._volumes[placed.sha256])

    def line_links(self, placed: Placed) -> Iterator[Row]:
        """The rows of ``line_links`` from a document in force to last year's of the same stage and scope."""
        volume, said = self._volumes[placed.sha256], placed.document
        if said.fiscal_year is None or said.stage not in PHASES:
            return
        for earlier in self._shelf.of(placed.unit_id, said.fiscal_year - 1, said.stage):
            if earlier.document.scope != said.scope:
                continue
            old, new = (self._shelf.compared(one.document.sha256).facts for one in (earlier, volume))
            for link in links(old, new, said.fiscal_year, PHASES[said.stage]):
                yield _link_row(link, placed, earlier)

    def _statements(self, sha256: str) -> tuple[Statement, ...]:
        """The stated figures of a document, without their boxes and spans."""
        names = list(schemas.fields("statements"))
        rows = (dict(zip(names, line, strict=True)) for line in self._spool.lines(sha256, "statements"))
        return tuple(_statement(row) for row in rows)

    def _below(self, volume: Volume) -> tuple[tuple[str, str], ...]:
        """The units that the department had in the document's year, as id and name."""
        if not volume.unit_id or volume.document.fiscal_year is None:
            return ()
        department, year, stage = (
            self._units.get(volume.unit_id),
            volume.document.fiscal_year,
            volume.document.stage,
        )
        return tuple(
            (unit.unit_id, unit.name)
            for unit in self._units.of(department.jurisdiction)
            if unit.parent == department.unit_id and existed(unit, year, stage)
        )


def _statement(row: dict[str, str]) -> Statement:
    texts: dict[str, Any] = {name: row[name] for name in TEXTS}
    amount, value = (Decimal(row[name]) if row[name] else None for name in ("amount", "value"))
    return Statement(seq=int(row["seq"]), page=int(row["page"]), amount=amount, value=value, **texts)


def _link_row(link: Link, placed: Placed, earlier: Volume) -> Row:
    code = SCHEMES[link.scheme]
    return {
        "sha256": placed.sha256,
        "canonical": link.after.canonical,
        "scheme": link.scheme,
        "code": getattr(link.after, code),
        "code_before": getattr(link.before, code),
        "rule": link.rule,
        "jurisdiction": placed.jurisdiction,
        "unit_id": placed.unit_id,
        "document_year": placed.document.fiscal_year,
        "stage": placed.document.stage,
        "name": link.after.name,
        "name_before": link.before.name,
        "amount": link.after.amount,
        "amount_before": link.before.amount,
        "fact_id": link.after.fact_id,
        "fact_id_before": link.before.fact_id,
        "sha256_before": earlier.document.sha256,
    }


def _volume(placed: Placed, placing: Placing, lines: Mapping[Key, Line], standing: frozenset[str]) -> Volume:
    said = placed.document
    line = lines.get((placed.unit_id, said.fiscal_year, said.stage))
    return Volume(
        document=said,
        unit_id=placed.unit_id,
        is_current=placed.sha256 not in placing.versions.superseded,
        approved_on=line.approved_on if line else "",
        due=line.due if line else "",
        published_on=line.published_on if line else "",
        addresses=standing,
    )


def _standing(documents: Iterable[Placed]) -> dict[str, frozenset[str]]:
    """SHA-256 → the addresses at which the document was the last one seen and from which it has not vanished."""
    last: dict[str, Sighting] = {}
    for placed in documents:
        for seen in placed.sightings:
            known = last.get(seen.url)
            if seen.url.startswith(("http://", "https://")) and (not known or seen.last_seen > known.last_seen):
                last[seen.url] = seen
    found: dict[str, set[str]] = {}
    for url, seen in last.items():
        if not seen.vanished_on:
            found.setdefault(seen.sha256, set()).add(url)
    return {sha: frozenset(urls) for sha, urls in found.items()}
