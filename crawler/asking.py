"""One page, asked for politely and at once: for a person who looks at a site, not for a crawl."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import urljoin, urlsplit, urlunsplit
from urllib.robotparser import RobotFileParser

from crawler import forms
from crawler.errors import UsageError
from crawler.pages import decode
from crawler.run import contact_for

SECONDS = 60
MOST_BYTES = 20_000_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a site answered. ``status`` 0: nothing came, or robots.txt forbids to ask; ``error`` says which."""

    url: str  # where the answer came from, after redirects
    status: int
    text: str = ""
    body: bytes = b""
    error: str = ""


class Visitor:
    """Asks single pages, one after another, with a pause; robots.txt is asked first and obeyed."""

    def __init__(self, hosts: Mapping[str, str] | None = None, pace: float = 3) -> None:
        self.hosts, self.pace = dict(hosts or {}), pace
        self.robots: dict[str, RobotFileParser] = {}
        self.last = 0.0

    def ask(self, url: str) -> Asked:
        """One page. Raises UsageError when a real host is to be asked without an address of the operator."""
        host = urlsplit(url).netloc
        if urlsplit(url).scheme not in ("http", "https") or not host:
            raise UsageError(f"{url!r} is no address of a page; write http://… or https://…")
        contact = contact_for([host], self.hosts)
        if not self._allowed(url, host, contact):
            return Asked(url=url, status=0, error="robots-forbidden")
        return self._get(url, contact)

    def _allowed(self, url: str, host: str, contact: str) -> bool:
        if host not in self.robots:
            told = self._get(urljoin(url, "/robots.txt"), contact)
            self.robots[host] = RobotFileParser()
            self.robots[host].parse(told.text.splitlines() if told.status == 200 else [])
        return self.robots[host].can_fetch("Yusuan", url)

    def _get(self, url: str, contact: str) -> Asked:
        parts = urlsplit(url)
        target = self.hosts.get(parts.netloc, parts.netloc)
        form, mediatype = forms.body(url) or (None, "")
        headers = {"Host": parts.netloc, "User-Agent": f"Yusuan/{version('yusuan')} (+{contact})"}
        headers |= {"Content-Type": mediatype} if mediatype else {}
        asked = urlunsplit(parts._replace(netloc=target, fragment=""))
        request = urllib.request.Request(asked, data=form, headers=headers)
        self._wait(target)
        try:
            with self._opener(target).open(request, timeout=SECONDS) as answer:
                body = answer.read(MOST_BYTES)
                final = urlsplit(answer.url)
                came = final._replace(netloc=parts.netloc) if final.netloc == target else final
                came = parts if answer.url == asked else came  # the form of a list belongs to its address
                text = decode(body, answer.headers.get("Content-Type", ""))
                return Asked(url=urlunsplit(came), status=answer.status, text=text, body=body)
        except urllib.error.HTTPError as error:
            return Asked(url=url, status=error.code, error=f"http-{error.code}")
        except (OSError, ValueError) as error:
            return Asked(url=url, status=0, error=f"no answer: {error}")

    def _opener(self, target: str) -> urllib.request.OpenerDirector:
        # A proxy from the environment cannot know a host that is served elsewhere.
        mapped = target in self.hosts.values()
        return urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if mapped else []))

    def _wait(self, target: str) -> None:
        if target not in self.hosts.values():
            time.sleep(max(0.0, self.last + self.pace - time.monotonic()))
        self.last = time.monotonic()
