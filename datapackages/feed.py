"""The Atom feed of releases (RFC 4287): one entry each, the newest first, with its own dates only."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from datapackages import descriptor, whole_file

NAME = "feed.atom"
ATOM = "http://www.w3.org/2005/Atom"
UNDATED = "1970-01-01T00:00:00Z"  # a feed must say when; releases of undated documents cannot


def write(path: Path, manifests: Iterable[Mapping[str, Any]]) -> None:
    """Write the feed of these releases, the oldest of which comes first. Links are relative to the feed."""
    newest_first = list(manifests)[::-1]
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "zh"})
    texts = descriptor.texts()["feed"]
    _add(feed, "title", texts["title"])
    _add(feed, "id", _id("releases"))
    _add(feed, "updated", _moment(newest_first[0]["created"]))
    _add(feed, "link", rel="self", href=NAME)
    for contributor in descriptor.texts()["contributors"]:
        _add(_add(feed, "author"), "name", contributor["title"])
    for manifest in newest_first:
        _entry(feed, manifest, texts)
    ElementTree.indent(feed)
    text = ElementTree.tostring(feed, encoding="unicode")
    whole_file.replace(path, f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n')


def _entry(feed: ElementTree.Element, manifest: Mapping[str, Any], texts: Mapping[str, str]) -> None:
    entry = _add(feed, "entry")
    _add(entry, "title", texts["entry"].format(release=manifest["release"]))
    _add(entry, "id", _id(f"releases/{manifest['release']}"))
    _add(entry, "updated", _moment(manifest["created"]))
    _add(entry, "link", rel="alternate", type="application/json", href=f"{manifest['release']}/manifest.json")
    counts = {name: manifest["rows"][name] for name in ("documents", "facts")}
    said = texts["holds"].format(packages=len(manifest["packages"]), **counts)
    if manifest["previous"]:
        said += texts["differs"].format(previous=manifest["previous"], **manifest["delta"]["facts"])
    _add(entry, "summary", said)


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    added = ElementTree.SubElement(parent, name, attributes)
    added.text = text or None
    return added


def _id(of: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'yusuan:{of}')}"


def _moment(created: str) -> str:
    return created or UNDATED
