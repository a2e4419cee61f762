"""Rows that several packages repeat (places, units, classifications): each once, and only those referred to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from datapackages import schemas
from datapackages.spool import SCHEME_OF

Line = list[str]
Id = tuple[str, ...]


class _Reference(NamedTuple):
    at: int  # which cell of a line refers
    resource: str
    scheme: tuple[str, ...]  # that its codes belong to, for classifications


class Needed:
    """What the rows written so far refer to."""

    def __init__(self) -> None:
        self._ids: dict[str, set[Id]] = {"units": set(), "jurisdictions": set(), "classifications": set()}

    def watched(self, resource: str, lines: Iterator[Line]) -> Iterator[Line]:
        """The same lines; what they refer to is kept in mind."""
        references = list(_references(resource))
        for line in lines:
            for at, target, scheme in references:
                if line[at]:
                    self._ids[target].add((*scheme, line[at]))
            yield line

    def of(self, resource: str, lines: Iterator[Line]) -> Iterator[Line]:
        """The lines of a shared resource that are referred to, with those above them."""
        known = {_id(resource, line): line for line in lines}
        parent, waiting = list(schemas.fields(resource)).index("parent"), list(self._ids[resource])
        needed: set[Id] = set()
        while waiting:
            name = waiting.pop()
            if name in known and name not in needed:
                needed.add(name)
                waiting.append((*name[:-1], known[name][parent]))
        kept = (line for name, line in known.items() if name in needed)
        return self.watched(resource, kept)


def once(resource: str, lines: Iterator[Line]) -> Iterator[Line]:
    """Each row once, in the order of the keys."""
    return (line for _, line in sorted({_key(resource, line): line for line in lines}.items()))


def _references(resource: str) -> Iterator[_Reference]:
    fields = list(schemas.fields(resource))
    for key in schemas.schema(resource).get("foreignKeys", ()):
        if (target := key["reference"]["resource"]) in ("units", "jurisdictions"):
            yield _Reference(fields.index(key["fields"][0]), target, ())
    if resource == "facts":
        for name, scheme in SCHEME_OF.items():
            yield _Reference(fields.index(name), "classifications", (scheme,))


def _key(resource: str, line: Line) -> Id:
    fields = list(schemas.fields(resource))
    return tuple(line[fields.index(name)] for name in schemas.key(resource))


def _id(resource: str, line: Line) -> Id:
    """The key by which rows refer to a line: a classification's without the year of its list."""
    key = _key(resource, line)
    return (key[0], key[2]) if resource == "classifications" else key
