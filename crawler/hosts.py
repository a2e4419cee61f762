"""Which sources meet at a host, and which of several machines crawls them: no host is asked by two at a time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from crawler.catalogue import Source
from crawler.errors import UsageError

SHARD = re.compile(r"([1-9]\d*)/([1-9]\d*)")


def hosts(source: Source) -> set[str]:
    """The hosts of a source without their ports: one machine answers at all of these."""
    return {urlsplit(f"//{netloc}").hostname or netloc for netloc in source.hosts}


def grouped(chosen: Iterable[Source], *, browsers: bool = True) -> list[list[Source]]:
    """Group sources that share a host, and those that need a browser: the machine bears one of them at a time."""
    chains: list[list[Source]] = []
    for source in chosen:
        sharing = [chain for chain in chains if any(_share(source, other, browsers) for other in chain)]
        merged = [other for chain in sharing for other in chain]
        chains = [chain for chain in chains if chain not in sharing] + [[*merged, source]]
    return chains


def shard(known: Iterable[Source], words: str) -> set[str]:
    """The names of the sources that are the part ``words`` (``3/8``: the third of eight) of all that are known.

    Sources that share a host, be it by way of a third, are in one part. Machines with the same list of sources
    agree on the parts, whatever else they know of one another. Raises UsageError for words of another form.
    """
    found = SHARD.fullmatch(words)
    if not found or int(found[1]) > int(found[2]):
        raise UsageError(f"--shard should be K/N with K from 1 to N (3/8: the third of eight), found {words!r}")
    return {
        source.name
        for chain in grouped(known, browsers=False)
        if _number(chain) % int(found[2]) == int(found[1]) - 1
        for source in chain
    }


def _share(one: Source, other: Source, browsers: bool) -> bool:
    return bool(hosts(one) & hosts(other)) or (browsers and one.browser and other.browser)


def _number(chain: list[Source]) -> int:
    """A number that is the same everywhere (``hash`` differs in each process), from the first host by name."""
    name = min(host for source in chain for host in hosts(source))
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
