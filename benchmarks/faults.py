"""What goes wrong on the fault server, and how it is dealt out to addresses: by fixed shares and a fixed seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.faulty_pages import ROBOTS, Site, key_of

ALL_NIGHT = 1_000_000  # visits
Place = tuple[str, str]  # host and key of an address


@dataclass(kw_only=True)
class Fault:
    """What goes wrong at an address, and for how many visits still."""

    kind: str
    visits: int
    event: str  # what the crawler should call it when it stays all night
    shown: int = 0  # visits that met it

    @property
    def stays(self) -> bool:
        """Whether it ends only with the night."""
        return self.visits > ALL_NIGHT // 2


@dataclass(frozen=True, kw_only=True)
class Share:
    """Of a thousand addresses so many have the fault, and so many of a thousand have it all night."""

    kind: str
    of: tuple[str, ...]
    some_visits: float
    all_night: float = 0
    event: str = ""


EVERYWHERE = ("list", "detail", "file")
SHARES = (
    Share(kind="503", of=EVERYWHERE, some_visits=87, all_night=8, event="http-503"),
    Share(kind="503 and Retry-After", of=EVERYWHERE, some_visits=5),
    Share(kind="reset", of=EVERYWHERE, some_visits=36, all_night=4, event="download-DownloadFailedError"),
    Share(kind="short of its length", of=EVERYWHERE, some_visits=36, all_night=4,
          event="download-ResponseDataLossError"),
    Share(kind="cut, list", of=("list",), some_visits=36, all_night=4, event="truncated-page"),
    Share(kind="cut, detail page", of=("detail",), some_visits=36, all_night=4, event="truncated-page"),
    Share(kind="cut, file", of=("file",), some_visits=34, all_night=6, event="truncated-pdf"),
    Share(kind="HTML for PDF", of=("file",), some_visits=7, all_night=3, event="html-instead-of-pdf"),
    Share(kind="empty", of=("file",), some_visits=3, all_night=2, event="empty-body"),
    Share(kind="slow drip", of=("file",), some_visits=4),
)  # fmt: skip
ENDLESS = "endless drip"


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a fault may be dealt out to; ``may_stay``: also one that stays all night."""

    place: Place
    kind: str
    may_stay: bool


def deal(sites: Sequence[Site], seed: int, endless: int) -> dict[Place, Fault]:
    """The faults of the first night, at most one for each address, each kind at least once.

    ``endless`` bodies never come to an end at the first visit. The robots.txt of the last site is silent all night,
    so that nothing else there is asked.
    """
    chance = random.Random(seed)
    left = [address for site in sites[:-1] for address in _addresses(site)]
    of_kind = Counter(address.kind for address in left)
    chance.shuffle(left)
    drawn = _drawn(left, ("file",), endless, stays=False)
    faults = {address.place: Fault(kind=ENDLESS, visits=1, event="") for address in drawn}
    for site, visits in ((sites[0], 1), (sites[1], 2), (sites[-1], ALL_NIGHT)):
        faults[site.family.host, ROBOTS] = Fault(kind="503, robots.txt", visits=visits, event="")
    for share in SHARES:
        total = sum(of_kind[kind] for kind in share.of)
        for per_mille, stays in ((share.all_night, True), (share.some_visits, False)):
            number = max(int(per_mille > 0), round(total * per_mille / 1000))
            for address in _drawn(left, share.of, number, stays):
                visits = ALL_NIGHT if stays else chance.choice((1, 2))
                faults[address.place] = Fault(kind=share.kind, visits=visits, event=share.event)
    return faults


def _drawn(left: list[Address], kinds: Sequence[str], number: int, stays: bool) -> list[Address]:
    """Take the first that fit out of what is left."""
    fitting = [address for address in left if address.kind in kinds and (address.may_stay or not stays)]
    drawn = fitting[:number]
    for address in drawn:
        left.remove(address)
    return drawn


def _addresses(site: Site) -> Iterator[Address]:
    """Every good address. Entries and archives do not fail all night: too much would hang on them."""
    entry = key_of(site.family.entry)
    for key, page in sorted(site.pages.items()):
        if page.status == 200 and key not in site.traps:
            may_stay = key != entry and (page.kind != "file" or page.body.startswith(b"%PDF"))
            yield Address(place=(site.family.host, key), kind=page.kind, may_stay=may_stay)
