"""Versions: which documents claim the same slot or address, in which order, and which one is in force.

A document succeeds another only in the same slot and part, or at the same address; the one seen
last is current. A file that cannot be read succeeds nothing: what was known stays in force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from datapackages.model import Document, Sighting

Slot = tuple[str, int, str, str, str]  # unit_id, document_year, stage, scope, part
Seen = tuple[str, str]  # first seen, sha256


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A document with its place and unit, and what its sightings say."""

    document: Document
    sightings: tuple[Sighting, ...]
    jurisdiction: str
    unit_id: str

    @property
    def sha256(self) -> str:
        return self.document.sha256

    @property
    def first_seen(self) -> str:
        """The earliest date of its sightings, "" when none is known."""
        return min(filter(None, (sighting.first_seen for sighting in self.sightings)), default="")

    @property
    def slot(self) -> Slot | None:
        """What the document is, or None when unit, year or stage is not known."""
        said = self.document
        if not self.unit_id or said.fiscal_year is None or said.stage == "unknown":
            return None
        return self.unit_id, said.fiscal_year, said.stage, said.scope, said.part


@dataclass(frozen=True, kw_only=True)
class Versions:
    """The order of versions among all documents of a run; every name is a SHA-256."""

    number: dict[str, int]  # version within its slot, from 1
    supersedes: dict[str, str]  # document → the version before it
    superseded: frozenset[str]
    undated: dict[str, str]  # document → the version before it, where no date tells their order


def order(documents: Iterable[Placed]) -> Versions:
    """Return who succeeds whom; the order is that of first sight, then of the hash."""
    slots, addresses = _groups(documents)
    chains = [*addresses.values(), *(chain for slot, chain in slots.items() if slot[3] != "unknown")]
    pairs = [pair for chain in chains for pair in _pairs(chain)]
    return Versions(
        number={sha: at for chain in slots.values() for at, (_, sha) in enumerate(_sorted(chain), start=1)},
        supersedes={later: earlier for (_, earlier), (_, later) in pairs},
        superseded=frozenset(earlier for (_, earlier), _ in pairs),
        undated={later: earlier for (seen, earlier), (seen_later, later) in pairs if seen == seen_later},
    )


def _groups(documents: Iterable[Placed]) -> tuple[dict[Slot, dict[str, str]], dict[str, dict[str, str]]]:
    """Return slot → sha256 → first seen, and address → sha256 → first seen there."""
    slots: dict[Slot, dict[str, str]] = defaultdict(dict)
    addresses: dict[str, dict[str, str]] = defaultdict(dict)
    for placed in documents:
        if placed.slot:
            slots[placed.slot][placed.sha256] = placed.first_seen
        for sighting in placed.sightings:
            if is_address(sighting.url) and placed.document.kind != "broken":
                at = addresses[sighting.url]
                at[placed.sha256] = min(sighting.first_seen, at.get(placed.sha256, sighting.first_seen))
    return slots, addresses


def _sorted(chain: dict[str, str]) -> list[Seen]:
    return sorted((seen, sha) for sha, seen in chain.items())


def _pairs(chain: dict[str, str]) -> Iterator[tuple[Seen, Seen]]:
    in_order = _sorted(chain)
    yield from zip(in_order, in_order[1:], strict=False)


def is_address(url: str) -> bool:
    """Whether documents that stood there one after another may be versions of one another."""
    # An import names its files file:<name>, and two folders may hold files of the same name.
    return bool(url) and not url.startswith("file:")
