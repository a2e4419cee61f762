"""Pages whose lists a script builds, as a browser shows them: for sources with ``browser: true``.

The browser has no network. A page is asked as any other; unless it is a refusal or a challenge, Chromium gets
it, and what its scripts ask for (more scripts, answers in JSON) the crawler asks itself: from the source's hosts
alone, as robots.txt allows, one at a time, at the source's pace. Pictures, fonts, media and frames are not asked.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from html import escape
from typing import Any

from playwright.async_api import Error, Page, Route
from playwright.async_api import Request as Wish
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from crawler import bodies, forms, seen
from crawler.downloading import LeftTheSite
from crawler.listings import parsed
from crawler.night import Link
from crawler.pages import decode, read_page

PARTS = ("script", "xhr", "fetch")  # what a page may load; its styles are taken for empty
QUIET = 0.5  # seconds without a wish: the page is built
MOST = 200  # requests of one page
REPEATED = 3  # times that one page may ask for the same; more is a clock that asks for ever
MOST_BYTES = 20_000_000  # of a rendered page, and of the scripts kept for the next ones
JSON = re.compile(r'\s*(\{\s*"|\[\s*[\["{])')
WINDOW = {"width": 1280, "height": 4000}  # lists may be built when they come into sight
OURS = ("accept-encoding", "connection", "content-length", "cookie", "host", "user-agent")  # headers of a request
HERS = ("connection", "content-encoding", "content-length", "set-cookie", "transfer-encoding")  # of an answer


class Renderer(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """One page after another, each in a context of its own: no cookie and nothing stored is left for the next."""

    async def shown(self, showing: Showing, seconds: float) -> str:
        """The page as HTML once it has come to rest; TimeoutError, and a new browser, where it never does."""
        request = showing.request()
        try:
            async with asyncio.timeout(seconds):
                await self.download_request(request)
                page: Page = request.meta["playwright_page"]
                await showing.rest()
                return await page.content()
        except TimeoutError:
            if hasattr(self, "browser"):
                await self.browser.close()  # a script in a loop answers nothing: nothing less ends it
            raise TimeoutError(f"the page was not built in {seconds} s (page_seconds)") from None
        finally:
            for opened in list(self.context_wrappers.values()):
                await opened.context.close()


class Rendering:
    """Scrapy's middleware nearest to the spider: list and detail pages go through the browser, files do not."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.renderer = Renderer(crawler)
        self.turn = asyncio.Lock()
        self.scripts: dict[str, Response] = {}
        crawler.signals.connect(self.renderer.close, signal=signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Rendering:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Hold redirects of what a page asks for to the source's hosts too."""
        if not self.spider.source.is_allowed(request.url):
            raise LeftTheSite(f"{request.url} is on none of the source's hosts")

    async def process_response(self, request: Request, response: Response) -> Response:
        """The rendered page in place of its shell. A part that fails for now fails the page: it is asked again."""
        link = request.cb_kwargs.get("link")
        if link is None or link.kind not in ("list", "detail") or not self._may_be_shown(response):
            return response
        showing = Showing(self, response)
        async with self.turn:
            html = await self.renderer.shown(showing, self.spider.source.page_seconds)
        if isinstance(showing.failed, Exception):
            raise showing.failed
        if isinstance(showing.failed, Response):
            return showing.failed.replace(url=response.url, request=request)
        if len(html) > MOST_BYTES:
            raise DownloadCancelledError(f"a rendered page of {len(html)} characters")
        if link.kind == "list":
            begun, end, rest = html.rpartition("</body>")
            html = begun + showing.announced() + end + rest
        # A rendered page has no validators: those of its shell say nothing about its list.
        headers = {"Content-Type": "text/html; charset=utf-8", "Date": response.headers.get("Date", b"")}
        return HtmlResponse(url=response.url, headers=headers, body=html.encode(), request=request)

    @property
    def spider(self) -> Any:
        return self.crawler.spider

    def keep(self, script: Response) -> None:
        """Scripts are the same on every page of a site, so they are asked once in a crawl."""
        if sum(len(kept.body) for kept in self.scripts.values()) + len(script.body) <= MOST_BYTES:
            self.scripts[script.url] = script

    def _may_be_shown(self, response: Response) -> bool:
        if response.status != 200 or not isinstance(response, HtmlResponse):
            return False
        html = decode(response.body, (response.headers.get("Content-Type") or b"").decode("latin-1"))
        # A browser would end a page that was cut short, and run the scripts of a challenge: neither is its task.
        is_whole = "Content-Length" in response.headers or not bodies.is_cut_short(html)
        return is_whole and bodies.page_fault(html, "", self.spider.words) is None


class Showing:
    """One page in the browser: what it asks for, and whether all of it came."""

    def __init__(self, rendering: Rendering, shell: Response) -> None:
        self.rendering, self.shell = rendering, shell
        self.failed: Exception | Response | None = None
        self.waiting, self.shown = 0, False
        self.asked: Counter[tuple[str, str]] = Counter()
        self.told: dict[str, str] = {}  # address, with its form → answer

    def request(self) -> Request:
        """What the renderer is asked for; the server is not."""
        context = {
            "user_agent": self.rendering.crawler.settings["USER_AGENT"], "locale": "zh-CN", "viewport": WINDOW,
            "service_workers": "block", "accept_downloads": False,
        }  # fmt: skip
        return Request(forms.split(self.shell.url)[0], meta={
            "playwright": True, "playwright_include_page": True, "playwright_context_kwargs": context,
            "playwright_page_init_callback": self.attach, "playwright_page_goto_kwargs": {"wait_until": "commit"},
        })  # fmt: skip

    async def attach(self, page: Page, request: Request) -> None:
        """Before the page is opened: everything it wishes for comes to us."""
        await page.route("**/*", self.answer)

    async def rest(self) -> None:
        """Wait until the page has wished for nothing for a while; its "load" never comes where a script jumps."""
        quiet = 0.0
        while quiet < QUIET:
            await asyncio.sleep(0.1)
            quiet = 0.0 if self.waiting else quiet + 0.1

    def announced(self) -> str:
        """Links to the other pages of the lists that this page shows the first page of: its script asks on a click.

        Such a list is an answer in JSON that leads to detail pages or documents; the others are ornaments.
        """
        spider: Any = self.rendering.spider
        found: list[str] = []
        for address, text in self.told.items():
            page = read_page(text, address, spider.words)
            links = seen.links(text, page, address, Link(url=address, kind="list"), spider.source, spider.words)
            if any(link.kind != "list" for link in links):
                found.extend(link.url for link in links if link.kind == "list")
        return "".join(f'<a rel="next" href="{escape(page)}"></a>' for page in found)

    async def answer(self, route: Route) -> None:
        """Give the page itself, its scripts and its data; nothing else."""
        wish = route.request
        self.waiting += 1
        try:
            if wish.is_navigation_request():
                await self._navigate(route)
            elif wish.resource_type == "stylesheet":
                await route.fulfill(status=200, content_type="text/css", body="")
            elif wish.resource_type in PARTS and (found := await self._part(wish)):
                await route.fulfill(status=found.status, headers=_headers(found), body=found.body)
            else:
                await route.abort()
        except Error:
            pass  # the page was closed while its wish was on the way
        finally:
            self.waiting -= 1

    async def _navigate(self, route: Route) -> None:
        """The page that was asked; a script that leads elsewhere, and frames, stay where they are."""
        if self.shown:
            await route.fulfill(status=204)
        else:
            self.shown = True
            await route.fulfill(status=200, headers=_headers(self.shell), body=self.shell.body)

    async def _part(self, wish: Wish) -> Response | None:
        key = (wish.url, wish.post_data or "")
        self.asked[key] += 1
        if self.asked[key] > REPEATED or self.asked.total() > MOST:
            self._missed(wish, f"asked more than {REPEATED} times, or after {MOST} requests of one page")
            return None
        if kept := self.rendering.scripts.get(wish.url):
            return kept
        try:
            found = await self._ask(wish)
        except IgnoreRequest as refused:  # by robots.txt, or another host
            self._missed(wish, str(refused) or "robots.txt forbids it")
            return None
        except Exception as error:
            self._missed(wish, str(error))
            self.failed = error
            return None
        if found.status >= 400:
            self._missed(wish, f"http-{found.status}")
            self.failed = self.failed if found.status in (404, 410) else found
        elif wish.resource_type == "script":
            self.rendering.keep(found)
        elif is_cut_json(decode(found.body)):
            self._missed(wish, "cut short")
            self.failed = EOFError(f"{wish.url} ends in the middle")
        else:
            address = forms.written(wish.url, wish.post_data) if wish.post_data else wish.url
            self.told[address] = decode(found.body)
        return found

    async def _ask(self, wish: Wish) -> Response:
        headers = {name: value for name, value in wish.headers.items() if name not in OURS}
        engine: Any = self.rendering.crawler.engine
        found: Response = await engine.download_async(
            Request(wish.url, method=wish.method, headers=headers, body=wish.post_data_buffer or b"")
        )
        return found

    def _missed(self, wish: Wish, why: str) -> None:
        part = Link(url=wish.url.partition("?")[0], kind="part")
        self.rendering.spider.night.event("part-not-loaded", part, why, self.rendering.spider.date)


def is_cut_json(text: str) -> bool:
    """Whether this begins as an answer in JSON does and is none: a script would take it for an empty list."""
    return bool(JSON.match(text)) and parsed(text) is None


def _headers(response: Response) -> dict[str, str]:
    told = ((str(name), str(value)) for name, value in response.headers.to_unicode_dict().items())
    return {name: value for name, value in told if name.lower() not in HERS}
