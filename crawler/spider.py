"""The one spider: list pages → detail pages → attachments, driven by a source and by what crawl.db knows."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler import archives, blobs, bodies, forms, kinds, pages
from crawler.catalogue import Source
from crawler.downloading import LeftTheSite, answer_of
from crawler.night import READ, Answer, Link, Night
from crawler.seen import MEMBER, Seen, is_member, look
from crawler.state import State
from crawler.words import fingerprint, words

GONE = (404, 410)
LOOP = "max redirections reached"  # what Scrapy says of one
ISO = "%Y-%m-%dT%H:%M:%SZ"
EMPTY = "no detail page, document or further page (a {}); check the source"
PRINTED = "html"  # the form of a budget that stands in the page itself
BODY_RETRIES = 2  # a bad body is asked for this often again; connections and 5xx have their own, longer patience


class DisclosureSpider(Spider):
    """Crawl one source. Its frontier is crawl.db; Scrapy's queue holds only what is asked next."""

    name = "disclosures"

    def __init__(self, source: Source, state: State, recheck: bool = False) -> None:
        super().__init__()
        self.source, self.data = source, state.data
        self.night = Night(state, source.name, source.jurisdiction)
        self.words, self.reader = words(), fingerprint(repr(source))
        self.asked: dict[str, str] = {}  # address → kind
        self.homes: dict[str, frozenset[str]] = {}  # home page → its links, once it was needed
        self.beside: dict[str, list[tuple[Response, Link, Answer]]] = {}  # home page → answers that wait for it
        self.recheck = recheck  # ask everything, however young
        self.date = self.night.last_date()  # of the site's clock
        self.defects = 0
        self.result: dict[str, Any] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> DisclosureSpider:
        spider: DisclosureSpider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.failed_on, signal=signals.spider_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Begin with the source's entries; what an earlier, killed process has done is walked, not asked."""
        for request in self.ask(Link(url=entry, kind="list") for entry in self.source.entries):
            yield request

    def ask(self, links: Iterable[Link]) -> Iterator[Request]:
        """Requests for what this run has no answer for, through all that it has answers for."""
        pending = list(links)[::-1]
        while pending:
            link = pending.pop()
            if link.url in self.asked:
                continue
            self.asked[link.url] = link.kind
            if self.night.answer(link.url):
                pending.extend(found for found in self.night.links(link.url)[::-1] if not is_member(found))
            elif self._is_young(link):
                yield from self._stands(link, self.date)
            elif self._may_ask(link):
                yield self._request(link)

    def _request(self, link: Link) -> Request:
        address = link.ask or link.url
        body, mediatype = forms.body(address) or (b"", "")
        headers = {"Referer": link.page_url.partition("#")[0], "Content-Type": mediatype}
        return Request(address, self.answered, errback=self.failed, cb_kwargs={"link": link}, dont_filter=True,
                       method="POST" if mediatype else "GET", body=body,
                       headers={name: value for name, value in headers.items() if value})  # fmt: skip

    def answered(self, response: Response, link: Link) -> Iterator[Request]:
        """Sort an answer by its status; only 200 has a body worth reading."""
        answer = answer_of(response, self.date)
        self.date = answer.date
        self.night.waited(urlsplit(link.url).netloc, response.meta.get("download_latency", 0.0), link.url)
        if response.status == 304:
            yield from self._stands(link, answer.date, answer)
        elif response.status in GONE:
            self.night.event(f"http-{response.status}", link, date=answer.date)
            self.night.not_taken(link, answer, "missing")
        elif response.status != 200:
            # Challenges and refusals (412, 521, 403) and what stays broken after retries: asked again next time.
            self.night.event(f"http-{response.status}", link, f"{len(response.body)} bytes", answer.date)
        elif link.kind in ("file", "other"):
            yield from self._file(response, link, answer)
        else:
            yield from self._page(response, link, answer)

    def _is_young(self, link: Link) -> bool:
        days = 0 if self.recheck else self.source.days(link.kind, link.url)
        if not days or not self.date:
            return False
        since = datetime.strptime(self.date, ISO) - timedelta(days=days)
        if not self.night.is_young(link, self.reader, since.strftime(ISO)):
            return False
        # The signature of an earlier visit may have expired: a document that is due needs its page.
        signed = [found for found in self.night.links(link.url) if found.ask]
        return all(self.night.answer(found.url) or self._is_young(found) for found in signed)

    def _stands(self, link: Link, date: str, answer: Answer | None = None) -> Iterator[Request]:
        """Not modified, or too young to be asked: what is no PDF is named again in each run."""
        links, form = self.night.links(link.url), self.night.form(link.url)
        members = [found for found in links if is_member(found)]
        for member in members:
            if member.kind != "file":
                self.night.event("other-format", member, archives.NEITHER, date)
        if form == PRINTED:
            self.night.event("inline-budget", link, link.title, date)
        elif form not in ("", "pdf", *bodies.ARCHIVES):
            self.night.event("other-format", link, f"{form}: {link.title}", date)
        for found in (*(member for member in members if member.kind == "file"), link):
            if answer:
                self.night.unchanged(found, answer)
            else:
                self.night.leave(found)
        yield from self._follow(link, links, date)

    def failed(self, failure: Failure) -> None:
        """No answer came: name why."""
        link: Link = failure.request.cb_kwargs["link"]  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, LeftTheSite):
            name = "left-the-site"
        elif isinstance(error, IgnoreRequest):
            name = "redirect-loop" if LOOP in str(error) else "robots-forbidden"
        else:
            name = "too-large" if isinstance(error, DownloadCancelledError) else f"download-{type(error).__name__}"
        self.night.event(name, link, str(error), self.date)
        if isinstance(error, IgnoreRequest):
            self.night.not_taken(link, Answer(status=0, date=self.date), "refused")

    def failed_on(self, failure: Failure, response: Response, spider: Spider) -> None:
        """Our own code failed on a page: the run is not complete, and says so."""
        self.defects += 1
        asked = response.request.cb_kwargs if response.request else {}
        link = asked.get("link") or Link(url=response.url, kind="detail")
        self.night.event("crawler-error", link, failure.getErrorMessage(), self.date)

    def closed(self, reason: str) -> None:
        """Close the run, unless the process was asked to stop: then the next one takes it up."""
        requests = int(self.crawler.stats.get_value("downloader/request_count", 0))
        complete = reason == "finished" and self._is_complete()
        counts = self.night.counts()
        vanished = self.night.close(complete, requests) if reason == "finished" else 0
        self.result = {
            "finished": complete, "requests": requests, "vanished": vanished,
            **{word: counts[word] for word in READ}, "events": dict(self.night.events()),
        }  # fmt: skip

    def _is_complete(self) -> bool:
        lists = [url for url, kind in self.asked.items() if kind == "list"]
        unread = [url for url in lists if self.night.answer(url) not in READ]
        for url in unread:
            self.night.event("list-not-read", Link(url=url, kind="list"), date=self.date)
        return not unread and not self.defects and self._meets_assertions()

    def _meets_assertions(self) -> bool:
        limits = self.source.assertions.get("documents", {})
        counts = self.night.counts()
        documents = sum(counts[word] for word in READ)
        entry = Link(url=self.source.entries[0], kind="list")
        found = f"{documents}, expected {limits}"
        if documents > limits.get("max", documents):
            self.night.event("more-documents-than-asserted", entry, found, self.date)
        if documents < limits.get("min", 0):
            self.night.event("fewer-documents-than-asserted", entry, found, self.date)
            return False
        return True

    def _may_ask(self, link: Link) -> bool:
        if not self.source.is_allowed(link.url):
            self.night.event(
                "foreign-host", link, "add the host to the source if its documents belong to it", self.date
            )
            return False
        if link.kind == "list" and sum(kind == "list" for kind in self.asked.values()) > self.source.max_pages:
            self.night.event("too-many-list-pages", link, f"max_pages is {self.source.max_pages}", self.date)
            return False
        return True

    def _file(self, response: Response, link: Link, answer: Answer) -> Iterator[Request]:
        fault = bodies.file_fault(response.body)
        if fault and fault.name != "other-format":
            yield from self._again_or_refuse(response, link, answer, fault)
            return
        form = bodies.form_of(response.body)
        kept = replace(answer, sha256=blobs.store(self.data, response.body, form), form=form)
        if fault is None:
            self.night.read(link, kept)
        elif form in bodies.ARCHIVES:
            members = list(self._members(response.body, link, kept))
            self.night.read(replace(link, kind="archive"), kept, members, self.reader)
        else:
            self.night.event("other-format", link, f"{form}: {link.title}", answer.date)
            self.night.read(replace(link, kind="other"), kept)

    def _members(self, archive: bytes, link: Link, answer: Answer) -> Iterator[Link]:
        """The PDFs in an archive, each at the archive's address with its name behind; the rest is named."""
        for found in archives.unpacked(archive, answer.form, ""):
            name = found.name.removeprefix("/")
            member = replace(link, url=link.url + MEMBER + quote(name), ask="", page_url=link.url,
                             title=name.rpartition(".")[0] or name)  # fmt: skip
            if isinstance(found, archives.LeftOut):
                other = found.reason == archives.NEITHER
                self.night.event("other-format" if other else "left-in-archive", member, found.reason, answer.date)
                if other:
                    yield replace(member, kind="other")
            elif self._member(found.read(), member, answer):
                yield member

    def _member(self, content: bytes, member: Link, answer: Answer) -> bool:
        fault = bodies.file_fault(content)
        if fault:
            self.night.event(fault.name, member, fault.detail, answer.date)
            return False
        sha256 = blobs.store(self.data, content)
        self.night.read(member, Answer(status=answer.status, date=answer.date, sha256=sha256, form="pdf"))
        return True

    def _page(self, response: Response, link: Link, answer: Answer) -> Iterator[Request]:
        seen = look(response, link, self.source, self.words)
        again = self._again(response, "truncated-page") if seen.cut else None
        if again:
            yield again
            return
        home = urljoin(response.url, "/")
        if seen.may_be_home and home not in self.homes and not kinds.is_home(response.url):
            yield from self._wait_for_home(home, (response, link, answer))
            return
        fault = self._page_fault(seen, response.url, link)
        if seen.cut:
            self.night.event("truncated-page", link, f"{len(response.body)} bytes", answer.date)
        if fault:
            yield from self._again_or_refuse(response, link, answer, fault)
            return
        self._keep_page(seen, response, link, answer)
        yield from self._follow(link, seen.links, answer.date)

    def _page_fault(self, seen: Seen, url: str, link: Link) -> bodies.Fault | None:
        home = urljoin(url, "/")
        if seen.may_be_home and (
            kinds.is_home(url) or kinds.is_same_page(kinds.addresses(seen.html), self.homes[home])
        ):
            return bodies.Fault(name="soft-404", detail=f"the home page {home}")
        if not seen.fault and link.kind == "list" and not seen.links:
            kind = kinds.kind_of(seen.html, seen.page, self.words, url)
            return bodies.Fault(name="empty-list", detail=EMPTY.format(kind))
        return seen.fault

    def _keep_page(self, seen: Seen, response: Response, link: Link, answer: Answer) -> None:
        # A rendered page has the hour on it and no validators: it is known by what it links to.
        known = repr(seen.links).encode() if self.source.browser else response.body
        sha256, form = hashlib.sha256(known).hexdigest(), ""
        if kinds.is_printed_only(seen.html, seen.page, self.words):
            sha256, form = blobs.store(self.data, response.body, PRINTED), PRINTED
            self.night.event("inline-budget", link, seen.page.title, answer.date)
        # What a page cut short may have lost is looked for in the next run; such a list proves nothing to be gone.
        reader = "" if seen.cut else self.reader
        self.night.read(link, replace(answer, sha256=sha256, form=form), seen.links, reader)
        if seen.cut and link.kind == "list":
            self.night.not_taken(link, answer, "refused")

    def _wait_for_home(self, home: str, page: tuple[Response, Link, Answer]) -> Iterator[Request]:
        self.beside.setdefault(home, []).append(page)
        if len(self.beside[home]) == 1:
            yield Request(home, self.at_home, errback=self.not_at_home, cb_kwargs={"home": home}, dont_filter=True)

    def at_home(self, response: Response, home: str) -> Iterator[Request]:
        """The home page, beside which pages are read that may be it: some sites send it in place of a 404."""
        self.homes[home] = kinds.addresses(pages.decode(response.body)) if response.status == 200 else frozenset()
        for waiting in self.beside.pop(home):
            yield from self._page(*waiting)

    def not_at_home(self, failure: Failure) -> Iterator[Request]:
        """No home page came: the pages are read as they are."""
        home = failure.request.cb_kwargs["home"]  # type: ignore[attr-defined]
        self.homes[home] = frozenset()
        for waiting in self.beside.pop(home):
            yield from self._page(*waiting)

    def _follow(self, link: Link, links: list[Link], date: str) -> Iterator[Request]:
        """Ask on; name a detail page that links to nothing."""
        if link.kind == "detail" and not links:
            self.night.event("no-attachment", link, date=date)
        yield from self.ask(found for found in links if not is_member(found))

    def _again_or_refuse(
        self, response: Response, link: Link, answer: Answer, fault: bodies.Fault
    ) -> Iterator[Request]:
        again = self._again(response, fault.name) if fault.retried else None
        if again:
            yield again
            return
        self.night.event(fault.name, link, fault.detail, answer.date)
        self.night.not_taken(link, answer, "refused")

    def _again(self, response: Response, reason: str) -> Request | None:
        request = response.request
        return request and get_retry_request(request, spider=self, reason=reason, max_retry_times=BODY_RETRIES)
