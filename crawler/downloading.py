"""Between the spider and the network: conditional requests, hosts that may be asked, names mapped to loopback."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.utils.misc import build_from_crawler

from crawler import blobs
from crawler.night import Answer


class LeftTheSite(IgnoreRequest):
    """A redirect led to a host that the source does not list."""


class Revalidation:
    """Ask with the validators of the last good answer, so that what did not change is not sent again.

    Scrapy's own HTTP cache is no choice here: its RFC 2616 policy calls a page of last February
    fresh for weeks, so that a nightly run would see nothing new.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Revalidation:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Set If-None-Match and If-Modified-Since; raise LeftTheSite after a redirect to a foreign host."""
        link = request.cb_kwargs.get("link")
        spider: Any = self.crawler.spider
        if urlsplit(request.url).netloc in self.crawler.settings.getdict("MAPPED_HOSTS"):
            request.meta["proxy"] = None  # a proxy from the environment cannot know a made-up host
        if link is None:
            return  # robots.txt
        if not spider.source.is_allowed(request.url):
            raise LeftTheSite(f"redirected to {request.url}")
        if request.method != "GET":
            return  # to a form with validators a server may answer that its condition failed (412)
        known = spider.night.known(link.url, spider.reader)
        if known and (link.kind != "file" or blobs.holds(spider.data, known.sha256)):
            for header, value in (("If-None-Match", known.etag), ("If-Modified-Since", known.last_modified)):
                if value:
                    request.headers[header] = value


class Patience:
    """Wait as long as a busy server asks for (Retry-After), instead of coming back at the usual pace.

    The pause holds for the whole host; AutoThrottle shortens it again when the host answers.
    """

    LONGEST = 300.0  # seconds; who asks for more is asked again next night

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Patience:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Lengthen the pause of the host; the answer itself goes on as it is."""
        asked = seconds(_header(response, "Retry-After"), _header(response, "Date"))
        engine: Any = self.crawler.engine
        slot = engine.downloader.slots.get(request.meta.get("download_slot", ""))
        if asked and slot and response.status in (429, 503):
            slot.delay = max(slot.delay, min(asked, self.LONGEST))
        return response


def seconds(retry_after: str, date: str) -> float:
    """``120`` or an HTTP date → seconds from the server's own ``Date``; 0 when it says nothing readable."""
    if re.fullmatch(r"[0-9]{1,6}", retry_after):
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - parsedate_to_datetime(date)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


class Throttle(AutoThrottle):
    """AutoThrottle that takes "not modified" for the good answer that it is.

    Scrapy's own shortens a pause after status 200 alone, so that in a night without news one slow answer, or one
    Retry-After, would hold back every request after it.
    """

    def _adjust_delay(self, slot: Any, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response.replace(status=200) if response.status == 304 else response)


class Robots(RobotsTxtMiddleware):
    """A robots.txt that cannot be had forbids everything (RFC 9309, 2.3.1.4); with Scrapy's own it allows all."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.unknown = build_from_crawler(self._parserimpl, crawler, b"")

    def process_request_2(self, rp: Any, request: Request) -> None:
        """Raise IgnoreRequest for what is forbidden, or not known to be allowed."""
        if rp is self.unknown:
            raise IgnoreRequest("robots.txt cannot be had")
        super().process_request_2(rp, request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            self._robots_error(OSError(f"robots.txt: status {response.status}"), netloc)
        else:
            await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        waiting: Any = self._parsers[netloc]
        self._parsers[netloc] = self.unknown
        waiting.callback(self.unknown)


class MappedHttpHandler(HTTP11DownloadHandler):
    """HTTP with some host names served elsewhere: addresses in the data keep the name, the socket uses the port."""

    async def download_request(self, request: Request) -> Response:
        """Ask the mapped address with the original Host header and give the answer its original address back."""
        parts = urlsplit(request.url)
        target = self._crawler.settings.getdict("MAPPED_HOSTS").get(parts.netloc)
        if target is None:
            return await super().download_request(request)
        asked = request.replace(url=urlunsplit(parts._replace(netloc=target)))
        asked.headers["Host"] = parts.netloc
        response = await super().download_request(asked)
        request.meta.update(asked.meta)
        return response.replace(url=request.url)


def answer_of(response: Response, fallback_date: str, sha256: str = "") -> Answer:
    """The server's words about a response; ``fallback_date`` where it sends no readable Date."""
    return Answer(
        status=response.status,
        date=iso_date(_header(response, "Date")) or fallback_date,
        etag=_header(response, "ETag"),
        last_modified=_header(response, "Last-Modified"),
        sha256=sha256,
    )


def iso_date(http_date: str) -> str:
    """``Thu, 12 Mar 2026 02:17:00 GMT`` → ``2026-03-12T02:17:00Z``; empty when it is no date."""
    try:
        return parsedate_to_datetime(http_date).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return ""


def _header(response: Response, name: str) -> str:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else ""
