"""Say of each document whose it is: place, unit and order of versions, with an issue for every doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from datapackages import codes, places, versions
from datapackages.issues import issue
from datapackages.model import Document, Issue, Sighting
from datapackages.spool import Entry
from datapackages.units import Unit, Units, Unknown
from datapackages.versions import Placed, Versions

NO_DISCLOSURE = ("not_a_budget", "government_report", "broken")
Sightings = Mapping[str, tuple[Sighting, ...]]  # by document


class Group(NamedTuple):
    """Places whose documents have nothing to do with those of other groups, and their documents (sha256)."""

    places: set[str]
    documents: list[str]


@dataclass(frozen=True, kw_only=True)
class Placing:
    """The documents of a run, each with its place and unit, and the issues that arose from it."""

    documents: tuple[Placed, ...]
    versions: Versions
    issues: Mapping[str, list[Issue]]  # sha256 → issues


def jurisdiction_of(document: Document, sightings: Iterable[Sighting]) -> str:
    """Return the division code: what its source declares, else the place its names begin with, else ""."""
    seen = list(sightings)
    declared = {sighting.jurisdiction for sighting in seen} & set(codes.jurisdictions())
    if len(declared) == 1:
        return declared.pop()
    announced = [name for sighting in seen for name in (sighting.title, sighting.publisher)]
    own = [document.unit_name, document.department_name, document.title]
    return places.place_of([*own, *announced]) or min(declared, default="")


def grouped(jurisdictions: Mapping[str, str], sightings: Sightings, others: Iterable[str] = ()) -> list[Group]:
    """The places of the documents (sha256 → place) and ``others``, each with its documents; all in order.

    Places at one of whose addresses documents of both stood go together: those may be versions of one another.
    """
    joined = {place: place for place in sorted({*jurisdictions.values(), *others})}
    first: dict[str, str] = {}  # address → a place
    for sha, place in jurisdictions.items():
        for seen in sightings.get(sha, ()):
            if versions.is_address(seen.url):
                _join(joined, first.setdefault(seen.url, place), place)
    groups: dict[str, Group] = {}
    for place in joined:
        groups.setdefault(_leading(joined, place), Group(set(), [])).places.add(place)
    for sha in sorted(jurisdictions):
        groups[_leading(joined, jurisdictions[sha])].documents.append(sha)
    return list(groups.values())


def _join(joined: dict[str, str], one: str, other: str) -> None:
    first, second = sorted((_leading(joined, one), _leading(joined, other)))
    joined[second] = first


def _leading(joined: Mapping[str, str], place: str) -> str:
    while joined[place] != place:
        place = joined[place]
    return place


def place(entries: Iterable[Entry], sightings: Sightings, units: Units) -> Placing:
    """Return the placed documents, sorted by hash."""
    by_sha = {entry.document.sha256: entry for entry in sorted(entries, key=lambda entry: entry.document.sha256)}
    found = {sha: units.find(entry.jurisdiction, body_name(entry.document)) for sha, entry in by_sha.items()}
    documents = tuple(
        Placed(
            document=entry.document,
            sightings=sightings.get(sha, ()),
            jurisdiction=entry.jurisdiction,
            unit_id=found[sha][0].unit_id if len(found[sha]) == 1 else "",
        )
        for sha, entry in by_sha.items()
    )
    ordered = versions.order(documents)
    raised: dict[str, list[Issue]] = defaultdict(list)
    for sha, entry in by_sha.items():
        raised[sha] += _doubts(entry, found[sha])
    for later, earlier in ordered.undated.items():
        raised[later].append(issue("version-order-unknown", other=earlier))
    return Placing(documents=documents, versions=ordered, issues=raised)


def body_name(document: Document) -> str:
    """Return the name of the body that publishes: the department for a department's document."""
    names = (document.unit_name, document.department_name)
    first, second = reversed(names) if document.scope == "department" else names
    return first or second


def named(entry: Entry) -> Unknown | None:
    """Return who publishes the document as it names itself, where that is a body of a known place."""
    name = body_name(entry.document)
    if not name or not entry.jurisdiction or entry.document.kind in NO_DISCLOSURE:
        return None
    kind = "" if entry.document.scope == "unknown" else entry.document.scope
    return Unknown(jurisdiction=entry.jurisdiction, name=name, kind=kind)


def _doubts(entry: Entry, found: list[Unit]) -> list[Issue]:
    said, name = entry.document, body_name(entry.document)
    if not entry.jurisdiction:
        return [issue("jurisdiction-unknown", name=name or said.title or said.sha256)]
    if len(found) > 1:
        return [issue("unit-ambiguous", name=name, unit_ids=", ".join(unit.unit_id for unit in found))]
    if found and found[0].state == "proposed":
        return [issue("unit-proposed", name=name, unit_id=found[0].unit_id)]
    if not name and said.kind not in NO_DISCLOSURE and "unit-unknown" not in entry.issue_types:
        return [issue("unit-unknown")]
    return []
