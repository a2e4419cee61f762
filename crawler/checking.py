"""What changed at a source: its entry pages, asked once, beside what the last crawl found on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crawler.asking import Asked, Visitor
from crawler.catalogue import Source, families
from crawler.kinds import DETAIL, INLINE, LIST, SHELL, kind_of
from crawler.pages import identity, named_links, read_page
from crawler.paging import further_pages
from crawler.state import State
from crawler.words import words

READABLE = (LIST, DETAIL, INLINE)
RENDERED = "its list is built in the browser: what it holds is seen when it is crawled"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is as it was or not. ``serious``: the source must be looked at before it is crawled again."""

    source: str
    entry: str
    name: str  # answered, new, gone, not-answered, left-the-site, page-is-…, empty-list, no-sign-of-family
    detail: str
    serious: bool = False


def check(source: Source, visitor: Visitor, data: Path) -> list[Finding]:
    """Ask each entry page of the source once and compare it with the last crawl, if there was one."""
    found: list[Finding] = []
    for entry in source.entries:
        asked = visitor.ask(entry)
        found.extend(_refused(source, entry, asked) or _compared(source, entry, asked, data))
    return found


def _refused(source: Source, entry: str, asked: Asked) -> list[Finding]:
    if asked.status != 200:
        told = asked.error or f"status {asked.status}"
        return [Finding(source=source.name, entry=entry, name="not-answered", detail=told, serious=True)]
    if not source.is_allowed(asked.url):
        return [Finding(source=source.name, entry=entry, name="left-the-site", detail=asked.url, serious=True)]
    kind = kind_of(asked.text, read_page(asked.text, asked.url, words()), words(), asked.url)
    if kind not in READABLE and not (kind == SHELL and source.browser):
        told = f"{len(asked.body)} bytes"
        return [Finding(source=source.name, entry=entry, name=f"page-is-{kind}", detail=told, serious=True)]
    return []


def _compared(source: Source, entry: str, asked: Asked, data: Path) -> Iterator[Finding]:
    if source.browser:
        yield Finding(source=source.name, entry=entry, name="answered", detail=RENDERED)
        return
    now, before = links_now(source, asked), links_before(source, entry, data)
    told = ", ".join(f"{len(links)} {kind}" for kind, links in now.items())
    yield Finding(source=source.name, entry=entry, name="answered", detail=told)
    if not any(now.values()):
        told = "no detail page, document or further page; look at the page and correct the source"
        yield Finding(source=source.name, entry=entry, name="empty-list", detail=told, serious=True)
    signs = families()[source.family]["signs"]
    if signs and not any(re.search(sign, asked.text) or re.search(sign, asked.url) for sign in signs):
        told = f"nothing on the page speaks of {source.family} any more"
        yield Finding(source=source.name, entry=entry, name="no-sign-of-family", detail=told, serious=True)
    for kind, links in now.items() if any(before.values()) else ():
        for name, changed in (("new", links - before[kind]), ("gone", before[kind] - links)):
            if changed:
                told = f"{len(changed)} {kind}: {', '.join(sorted(changed)[:3])}{' …' * (len(changed) > 3)}"
                serious = name == "gone" and changed == before[kind]
                yield Finding(source=source.name, entry=entry, name=name, detail=told, serious=serious)


def links_now(source: Source, asked: Asked) -> dict[str, set[str]]:
    """Addresses on the page by kind: list, detail, file."""
    known = words()
    page, names = read_page(asked.text, asked.url, known), named_links(asked.text, asked.url, known)
    lists = [*further_pages(asked.text, asked.url, known), *filter(source.is_list, page.links)]
    named = {url for url, name in names.items() if source.is_named(url, name, known)}
    return {
        "list": {url for url in lists if urlsplit(url).netloc in source.hosts},
        "detail": {url for url in page.links if source.is_detail(url)} | named,
        "file": {identity(file.url, known) for file in page.attachments},
    }


def links_before(source: Source, entry: str, data: Path) -> dict[str, set[str]]:
    """The same as the last crawl kept them; empty before the first."""
    found: dict[str, set[str]] = {"list": set(), "detail": set(), "file": set()}
    if (data / "crawl.db").exists():
        with closing(State(data)) as state:
            query = "SELECT kind, url FROM links WHERE source = ? AND page_url = ?"
            for row in state.db.execute(query, (source.name, entry)):
                found.setdefault(row["kind"], set()).add(row["url"])
    return found
