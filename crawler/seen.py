"""What an answer for a page holds: its links in the order in which they are asked, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from scrapy.http import Response

from crawler import bodies, forms, kinds, pages, paging, records
from crawler.catalogue import Source
from crawler.night import Link
from crawler.words import Words

MEMBER = "#"  # between the address of an archive and the name of a document in it


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An answer for a page. ``cut``: its end may be missing; ``may_be_home``: it is no article."""

    html: str
    page: pages.Page
    links: list[Link]
    fault: bodies.Fault | None
    cut: bool
    may_be_home: bool


def look(response: Response, link: Link, source: Source, words: Words) -> Seen:
    """Read an answer with status 200 for a list or a detail page."""
    html = pages.decode(response.body, (response.headers.get("Content-Type") or b"").decode("latin-1"))
    page = pages.read_page(html, response.url, words)
    fault = bodies.page_fault(html, page.title, words)
    named = [] if fault else links(html, page, response.url, link, source, words)
    listed = link.kind == "list" and bool(named)
    in_doubt = not fault and not listed and not source.browser
    return Seen(
        html=html, page=page, links=named, fault=fault,
        cut=fault is None and "partial" in response.flags and bodies.is_cut_short(html),
        may_be_home=in_doubt and kinds.may_be_home(html, page, words, link.url),
    )  # fmt: skip


def links(html: str, page: pages.Page, url: str, link: Link, source: Source, words: Words) -> list[Link]:
    """What is to be asked of all that the answer of ``url`` names: lists, detail pages, documents."""
    made = [
        Link(url=found.address, kind=found.kind, page_url=link.url, title=found.title, publisher=source.publisher)
        for found in records.made(html, url, source.records)
    ]
    files = [_attached(found, page, link, source, words) for found in page.attachments]
    if link.kind != "list":
        return [*files, *(found for found in made if found.kind == "file")]
    further = [*paging.further_pages(html, url, words), *filter(source.is_list, page.links)]
    lists = [Link(url=found, kind="list", page_url=link.url) for found in further if found != link.url]
    named = pages.named_links(html, url, words)  # of a page that cannot be had, this is all there is
    details = [
        Link(url=found, kind="detail", page_url=link.url, title=named.get(found, ""))
        for found in (named if source.browser else page.links)  # a script may read the fragment: #/show/7
        if source.is_detail(found) or source.is_named(found, named.get(found, ""), words)
    ]
    return [*lists, *details, *files, *made]


def is_member(link: Link) -> bool:
    """Whether the link is a document in an archive; other fragments are forms, or say what a script shows."""
    return link.kind in ("file", "other") and MEMBER in link.url and not forms.body(link.url)


def _attached(found: pages.Attachment, page: pages.Page, link: Link, source: Source, words: Words) -> Link:
    url = pages.identity(found.url, words)
    return Link(
        url=url, kind="file", ask="" if found.url == url else found.url, page_url=link.url,
        title=pages.readable(found, page, words),
        publisher=page.publisher or source.publisher, published_on=page.published_on,
    )  # fmt: skip
