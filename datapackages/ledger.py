"""The ledger: for each unit, year and stage whether the document is there, late, missing or kept from us.

Nobody is called late without both dates and the rule that sets the deadline, nor missing while an address
that may hold the document was not read. What a source expects and what a crawl met come in as plain data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from datapackages import places
from datapackages.announced import Announcement, Names
from datapackages.deadlines import Deadline, Expected, china_day, deadline_of, iso_day
from datapackages.model import Sighting
from datapackages.placing import NO_DISCLOSURE
from datapackages.units import Unit, Units
from datapackages.versions import Placed

BLOCKED, OTHER_FORMAT, UNREAD, UNPLACED = "blocked", "other_format", "unread", "unplaced"
NO_DOCUMENT = "no_document"
NO_BUDGET = ("not_a_budget", "government_report")


@dataclass(frozen=True, kw_only=True)
class Missed:
    """An address that gave no document, or none that is settled, and what the page that names it says about it.

    ``kind``: blocked (refused or challenged), other_format, unread, no_document (a page that was read and links
    to none), unplaced (stored, but not settled whose it is).
    """

    kind: str
    url: str
    title: str = ""
    page_title: str = ""
    is_list: bool = False


@dataclass(frozen=True, kw_only=True)
class Visit:
    """The latest look at a source: whether all its lists were read, when it ended, and what gave no document."""

    source: str
    jurisdiction: str
    finished: bool
    ended: str  # ISO 8601 with time zone; "" when no server told the time
    missed: tuple[Missed, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What is known beside the documents."""

    expected: tuple[Expected, ...] = ()
    visits: tuple[Visit, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the resource ``ledger``; dates are ISO dates or ""."""

    unit_id: str
    document_year: int
    stage: str
    jurisdiction: str
    state: str  # codes/ledger_states.csv
    due: str = ""
    approved_on: str = ""
    published_on: str = ""
    looked_on: str = ""
    basis: str  # codes/ledger_bases.csv
    source: tuple[str, ...] = ()
    url: str = ""
    evidence: str = ""
    sha256: str = ""


class Slot(NamedTuple):
    jurisdiction: str
    unit_id: str
    year: int
    stage: str


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One slot and all that bears on it."""

    slot: Slot
    unit: Unit
    documents: tuple[Placed, ...]
    rounds: tuple[Expected, ...]
    visits: tuple[Visit, ...]
    missed: tuple[tuple[Missed, Announcement], ...] = field(default=())


def lines(
    documents: Iterable[Placed], units: Units, outlook: Outlook, unparsed: Iterable[Sighting] = ()
) -> list[Line]:
    """Every unit, year and stage that was seen or that a source expects, sorted by unit, year and stage.

    ``unparsed`` are the sightings of stored documents that are not among ``documents``.
    """
    seen: dict[Slot, list[Placed]] = defaultdict(list)
    doubtful = [*unparsed]
    for placed in documents:
        if placed.slot and placed.document.kind not in NO_DISCLOSURE:
            seen[Slot(placed.jurisdiction, *placed.slot[:3])].append(placed)
        if placed.document.kind not in NO_BUDGET and not _is_settled(placed, units):
            doubtful += [replace(sighting, jurisdiction=placed.jurisdiction) for sighting in placed.sightings]
    places_expected = {entry.jurisdiction for entry in outlook.expected}
    read = {place: _read(place, units, outlook, doubtful) for place in places_expected}
    slots = sorted({*seen, *_expected(units, outlook)}, key=lambda slot: slot[1:])
    cases = (
        _case(slot, units, outlook, tuple(seen.get(slot, ())), read.get(slot.jurisdiction, ())) for slot in slots
    )
    return [_line(case) for case in cases]


def _expected(units: Units, outlook: Outlook) -> Iterator[Slot]:
    """All accepted units of a place in each round; those that no round covers cannot be told."""
    for entry in outlook.expected:
        for unit in units.of(entry.jurisdiction):
            yield Slot(entry.jurisdiction, unit.unit_id, entry.year, entry.stage)


def _is_settled(placed: Placed, units: Units) -> bool:
    """Whether it is known what a document is and whose; a unit that is only proposed may be another's new name."""
    return placed.slot is not None and units.get(placed.unit_id).state == "accepted"


def _read(
    place: str, units: Units, outlook: Outlook, doubtful: Iterable[Sighting]
) -> tuple[tuple[Missed, Announcement], ...]:
    """What the visits to a place missed and which documents are not settled, with what their titles announce."""
    names = Names(units.of(place))
    missed = [miss for visit in outlook.visits if visit.jurisdiction == place for miss in visit.missed]
    missed += [
        Missed(kind=UNPLACED, url=sighting.url, title=sighting.title)
        for sighting in doubtful
        if (sighting.jurisdiction or places.place_of([sighting.title, sighting.publisher])) in ("", place)
    ]
    read = ((miss, _announced(miss, names)) for miss in missed)
    return tuple((miss, said) for miss, said in read if not _is_other_news(miss, said))


def _is_other_news(miss: Missed, said: Announcement) -> bool:
    """A page without a document whose title names neither a unit nor a budget: notices stand in the same lists."""
    return miss.kind == NO_DOCUMENT and bool(miss.title) and not said.unit_id and not said.stage


def _announced(missed: Missed, names: Names) -> Announcement:
    """What the link says, and of the rest what its page says: one page may hold the documents of several units."""
    said, page = names.read(missed.title), names.read(missed.page_title)
    return Announcement(said.unit_id or page.unit_id, said.year or page.year, said.stage or page.stage)


def _case(
    slot: Slot, units: Units, outlook: Outlook, documents: tuple[Placed, ...],
    read: tuple[tuple[Missed, Announcement], ...],
) -> _Case:  # fmt: skip
    unit = units.get(slot.unit_id)
    rounds = tuple(
        entry
        for entry in outlook.expected
        if (entry.jurisdiction, entry.year, entry.stage) == (slot.jurisdiction, slot.year, slot.stage)
        and entry.covers(unit)
    )
    sources = {entry.source for entry in rounds}
    return _Case(
        slot=slot,
        unit=unit,
        documents=documents,
        rounds=rounds,
        visits=tuple(visit for visit in outlook.visits if visit.source in sources),
        missed=tuple(pair for pair in read if _may_be(pair[1], slot)),
    )


def _may_be(said: Announcement, slot: Slot) -> bool:
    """Whether a title may announce this slot: it names nobody else, no other year and no other stage."""
    return said.unit_id in ("", slot.unit_id) and said.year in (None, slot.year) and said.stage in ("", slot.stage)


def _line(case: _Case) -> Line:
    deadline = _deadline(case)
    line = Line(
        unit_id=case.slot.unit_id,
        document_year=case.slot.year,
        stage=case.slot.stage,
        jurisdiction=case.slot.jurisdiction,
        state="unknown",
        basis="not_expected",
        due=deadline.due.isoformat() if deadline else "",
        approved_on=deadline.approved_on if deadline else "",
        looked_on=_looked_on(case),
        source=tuple(sorted({entry.source for entry in case.rounds})),
        evidence=deadline.evidence if deadline else "",
    )
    return _published(line, case, deadline) if case.documents else _absent(line, case, deadline)


def _published(line: Line, case: _Case, deadline: Deadline | None) -> Line:
    """Published, or late where the day of publication is known and lies behind the deadline."""
    first = min(case.documents, key=lambda placed: (placed.first_seen, placed.sha256))
    latest = max(case.documents, key=lambda placed: (placed.first_seen, placed.sha256))
    published_on = min(filter(None, map(_day_of, case.documents)), default="")
    late = bool(deadline and published_on and published_on > deadline.due.isoformat())
    return replace(
        line,
        state="late" if late else "published",
        published_on=published_on,
        basis=deadline.basis if deadline and published_on else "seen",
        url=next((seen.page_url or seen.url for seen in first.sightings), ""),
        sha256=latest.sha256,
    )


def _day_of(placed: Placed) -> str:
    """The first day on which a document is known to have been public: as its page says, or when it was seen."""
    stated = [day for seen in placed.sightings if (day := iso_day(seen.published_on))]
    met = china_day(placed.first_seen)
    return min([*stated, met]) if stated and met else min(stated, default="")


def _absent(line: Line, case: _Case, deadline: Deadline | None) -> Line:
    if not existed(case.unit, case.slot.year, case.slot.stage):
        return replace(line, state="not_applicable", basis="not_there")
    if told := _told_by_missed(line, case):
        return told
    if not case.rounds:
        return line
    refused = next((miss for visit in case.visits for miss in visit.missed if _refused_list(miss)), None)
    if refused:
        return replace(line, state="blocked", basis="list_refused", url=refused.url)
    return _missing(line, case, deadline)


def _missing(line: Line, case: _Case, deadline: Deadline | None) -> Line:
    """Missing, unless something was not read or the deadline has not passed."""
    looked = {visit.source for visit in case.visits if visit.finished}
    if not line.looked_on or looked != {entry.source for entry in case.rounds}:
        return replace(line, basis="not_looked")
    if case.missed:
        miss = case.missed[0][0]
        return replace(line, basis=UNPLACED if miss.kind == UNPLACED else "not_read", url=miss.url)
    if deadline and line.looked_on <= deadline.due.isoformat():
        return replace(line, basis="not_due")
    return replace(line, state="missing", basis=deadline.basis if deadline else "expected")


def _told_by_missed(line: Line, case: _Case) -> Line | None:
    """What an address says that surely is about this slot: unit, year and stage stand in its title."""
    slot = case.slot
    own = [miss for miss, said in case.missed if said == Announcement(slot.unit_id, slot.year, slot.stage)]
    for kind, state, basis in (
        (OTHER_FORMAT, "published_not_as_pdf", "other_format"),
        (BLOCKED, "blocked", "refused"),
        (UNPLACED, "unknown", "unplaced"),
        (UNREAD, "unknown", "not_read"),
        (NO_DOCUMENT, "unknown", "not_read"),
    ):
        for miss in own:
            if miss.kind == kind:
                return replace(line, state=state, basis=basis, url=miss.url)
    return None


def _refused_list(miss: Missed) -> bool:
    return miss.kind == BLOCKED and miss.is_list


def existed(unit: Unit, year: int, stage: str) -> bool:
    """Whether a unit was there when the budget of a year was made, or at the end of the year of accounts."""
    first = f"{year + 1 if stage == 'final' else year}-01-01"
    last = f"{year + 1 if stage == 'final' else year}-12-31"
    began, ended = iso_day(unit.valid_from), iso_day(unit.valid_to)
    return began <= first and not (ended and ended < last)


def _looked_on(case: _Case) -> str:
    """The day of the earliest of the latest looks at the sources that should have it, in China."""
    return min((china_day(visit.ended) for visit in case.visits), default="")


def _deadline(case: _Case) -> Deadline | None:
    """The latest deadline that any of the rounds sets for the unit."""
    set_by = [found for entry in case.rounds if (found := deadline_of(entry, case.unit))]
    return max(set_by, default=None)
