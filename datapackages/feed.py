"""Atom feeds (RFC 4287): of releases, and of what changes on the site; newest first, no date of our own."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from datapackages import descriptor, whole_file

NAME = "feed.atom"
ATOM = "http://www.w3.org/2005/Atom"
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold
UNDATED = "1970-01-01T00:00:00Z"  # a feed must say when; releases of undated documents cannot


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry. ``of`` names what it is about for ever: its id is made of it; ``link`` is where it can be read."""

    title: str
    of: str
    updated: str  # ISO 8601; "" where no date is known
    link: str
    summary: str
    link_type: str = "text/html"


def document(
    title: str, of: str, address: str, entries: Iterable[Entry], *, page: str = "", language: str = "zh"
) -> str:
    """The feed at ``address`` as XML; ``page`` is the page that it goes with. It is as old as its newest entry."""
    listed = list(entries)
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _add(feed, "title", title)
    _add(feed, "id", _id(of))
    _add(feed, "updated", max((_moment(entry.updated) for entry in listed), default=UNDATED))
    _add(feed, "link", rel="self", href=address)
    if page:
        _add(feed, "link", rel="alternate", type="text/html", href=page)
    for contributor in descriptor.texts()["contributors"]:
        _add(_add(feed, "author"), "name", contributor["title"])
    for entry in listed:
        _entry(feed, entry)
    ElementTree.indent(feed)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(feed, encoding="unicode")}\n'


def write(path: Path, manifests: Iterable[Mapping[str, Any]]) -> None:
    """Write the feed of these releases, the oldest of which comes first. Links are relative to the feed."""
    texts = descriptor.texts()["feed"]
    entries = [_release(manifest, texts) for manifest in list(manifests)[::-1]]
    whole_file.replace(path, document(texts["title"], "releases", NAME, entries))


def _release(manifest: Mapping[str, Any], texts: Mapping[str, str]) -> Entry:
    counts = {name: manifest["rows"][name] for name in ("documents", "facts")}
    said = texts["holds"].format(packages=len(manifest["packages"]), **counts)
    if manifest["previous"]:
        said += texts["differs"].format(previous=manifest["previous"], **manifest["delta"]["facts"])
    return Entry(
        title=texts["entry"].format(release=manifest["release"]),
        of=f"releases/{manifest['release']}",
        updated=manifest["created"],
        link=f"{manifest['release']}/manifest.json",
        link_type="application/json",
        summary=said,
    )


def _entry(feed: ElementTree.Element, told: Entry) -> None:
    entry = _add(feed, "entry")
    _add(entry, "title", told.title)
    _add(entry, "id", _id(told.of))
    _add(entry, "updated", _moment(told.updated))
    _add(entry, "link", rel="alternate", type=told.link_type, href=told.link)
    _add(entry, "summary", told.summary)


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    added = ElementTree.SubElement(parent, name, attributes)
    added.text = NO_XML.sub("", text) or None
    return added


def _id(of: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'yusuan:{of}')}"


def _moment(moment: str) -> str:
    """An instant of RFC 3339; a mere day begins in China."""
    return f"{moment}T00:00:00+08:00" if len(moment) == len("2026-03-20") else moment or UNDATED
