"""The further pages of a list, as its scripts, links and answers announce them. Pure functions on text.

Each publishing system announces them in its own way; a page is asked for all of them, because one page of a
system looks like another's often enough and the address of a page says little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from crawler import forms
from crawler.announcing import Catalogue, DataProxy, Numbered, Units
from crawler.pages import absolute, link_label, tree
from crawler.platforms import Answers, Posted
from crawler.words import Words

ARROWS = re.compile(r"[\s<>«»‹›→\[\]【】|]+")
NUMBER = re.compile(r"[=_/-]\d+(\.\w+)?$|[?&]\w+=\d+")  # of a page, in its address


class Announcement(Protocol):
    """How one kind of publishing system says which other pages a list has."""

    def pages(self, text: str, url: str, words: Words) -> Iterator[str]:
        """The addresses that ``text``, the answer of ``url``, announces; none when it is of another kind."""


ANNOUNCEMENTS: tuple[Announcement, ...] = (Numbered(), DataProxy(), Units(), Catalogue(), Answers(), Posted())


def further_pages(html: str, url: str, words: Words) -> tuple[str, ...]:
    """Addresses of the other pages of this list, with the form of those asked by POST, in order and each once."""
    found = [_resolved(url, page) for announced in ANNOUNCEMENTS for page in announced.pages(html, url, words)]
    found.extend(_next_links(html, url, words))
    return tuple(page for page in dict.fromkeys(found) if page not in ("", url))


def _resolved(url: str, page: str) -> str:
    bare, kind, written = forms.split(page)
    address = absolute(url, bare)
    return f"{address}#{kind}:{written}" if kind and address else address


def _next_links(html: str, url: str, words: Words) -> list[str]:
    found = []
    for link in tree(html).xpath("//a[@href]"):
        text = "".join(link.xpath(".//text()").getall()).strip()
        said = {ARROWS.sub("", text), link_label(link, words), link.root.get("aria-label", "")}
        href = link.root.get("href").strip()
        points = said & set(words.next) or (text.lower() in words.arrows and NUMBER.search(href))
        if (points or link.root.get("rel") == "next") and not href.lower().startswith(("javascript:", "#")):
            found.append(_resolved(url, href))
    return [page for page in found if page]
