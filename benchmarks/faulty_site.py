"""A fault server on loopback: a made-up province of eleven sites, with a calendar of its own.

It serves what ``faulty_pages`` makes and spoils it as ``faults`` deals it out; it writes down every request.
"""

from __future__ import annotations

import hashlib
import socket
import struct
import threading
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.faults import ENDLESS, Place, deal
from benchmarks.faulty_lists import FAMILIES
from benchmarks.faulty_pages import FOREIGN, ROBOTS, SIGN, Page, Site, build, key_of
from benchmarks.small_files import pdf

FIRST_NIGHT = datetime(2026, 3, 12, 18, 17)
DRIPS = 20  # pieces of a body that comes slowly
PIECE = 0.1  # seconds between two of them
LOGIN = b"<!DOCTYPE html><html><body>please log in</body></html>"


NOBODY = Site(family=FAMILIES[0])  # what stands at a foreign host


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request and what became of it: ``answer`` is a status, or the kind of the fault that it met."""

    host: str
    key: str
    answer: str


class Province(ThreadingHTTPServer):
    """Eleven sites behind one port, told apart by the name that is asked for."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, documents: int, *, per_list: int = 25, endless: int = 0, seed: int = 1) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.sites = {
            family.host: build(replace(family, per_list=per_list), documents * family.share // 100, 2 * turn)
            for turn, family in enumerate(FAMILIES)
        }
        self.faults = deal(list(self.sites.values()), seed, endless)
        self.published = set(self.documents.values())  # also what was replaced since
        self.faulty = True
        self.day = 0
        self.asked: list[Asked] = []
        self.signatures = count(1)
        self.lock = threading.Lock()

    @property
    def hosts(self) -> dict[str, str]:
        """For the crawler: where each name is served, also one that it should never ask."""
        return dict.fromkeys([*self.sites, FOREIGN], f"127.0.0.1:{self.server_port}")

    @property
    def names(self) -> list[str]:
        """The sources."""
        return [site.family.name for site in self.sites.values()]

    @property
    def documents(self) -> dict[str, str]:
        """What a crawler should have: address → SHA-256."""
        return {url: sha256 for site in self.sites.values() for url, sha256 in site.documents.items()}

    @property
    def date(self) -> str:
        """The calendar: the same hour each day."""
        return (FIRST_NIGHT + timedelta(days=self.day)).strftime("%a, %d %b %Y %H:%M:%S GMT")

    @property
    def others(self) -> dict[str, str]:
        """Tables beside the documents, that are no PDF: address → SHA-256."""
        return {url: sha256 for site in self.sites.values() for url, sha256 in site.others.items()}

    @property
    def traps(self) -> dict[Place, str]:
        """What is wrong every night, by the event that it leaves."""
        return {(host, key): event for host, site in self.sites.items() for key, event in site.traps.items()}

    @property
    def forbidden_asked(self) -> list[Asked]:
        """What was asked and should not have been: of a foreign host, or forbidden by robots.txt.

        A robots.txt that is silent all night forbids everything.
        """
        staying = [place for place, fault in self.faults.items() if fault.stays and self.faulty]
        silent = {host for host, key in staying if key == ROBOTS}
        return [
            one
            for one in self.asked
            if one.host == FOREIGN
            or one.key in self.sites[one.host].forbidden
            or (one.host in silent and one.key != ROBOTS)
        ]

    def editable(self, known: Container[str]) -> list[str]:
        """One of the known documents of each site, not behind a redirect and in no archive."""
        found = {}
        for host, site in self.sites.items():
            for url in site.documents:
                if url in known and "#" not in url and site.pages[key_of(url)].status == 200:
                    found[host] = url
        return list(found.values())

    def edit(self, url: str) -> str:
        """Publish other bytes at the address of a document; returns the hash of the old ones."""
        site = self.sites[urlsplit(url).netloc]
        old, content = site.documents[url], pdf(f"{url}, edited")
        site.pages[key_of(url)].body = content
        site.documents[url] = hashlib.sha256(content).hexdigest()
        self.published.add(site.documents[url])
        return old

    def write_sources(self, data: Path) -> None:
        """The sources of all sites into a data directory."""
        (data / "sources").mkdir(parents=True, exist_ok=True)
        for site in self.sites.values():
            (data / "sources" / f"{site.family.name}.yaml").write_text(site.family.source(), "utf-8")

    def note(self, host: str, key: str, answer: str) -> None:
        """Write down what was asked."""
        with self.lock:
            self.asked.append(Asked(host=host, key=key, answer=answer))

    def fault(self, host: str, key: str) -> str:
        """The kind of fault that this visit meets; empty for none."""
        with self.lock:
            fault = self.faults.get((host, key)) if self.faulty else None
            if fault is None or fault.shown >= fault.visits:
                return ""
            fault.shown += 1
            return fault.kind

    def signature(self) -> bytes:
        """A new one at each visit, good for this day."""
        return b"day%04dvisit%012d" % (self.day, next(self.signatures))

    def is_signed(self, query: str) -> bool:
        """Whether the query holds a signature of this day."""
        return f"day{self.day:04d}visit" in query


@contextmanager
def served(province: Province) -> Iterator[Province]:
    """The province as long as the ``with`` lasts."""
    threading.Thread(target=province.serve_forever, daemon=True).start()
    try:
        yield province
    finally:
        province.shutdown()
        province.server_close()


class Visit(BaseHTTPRequestHandler):
    """One connection."""

    server: Province
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The calendar of the province."""
        return self.server.date

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer as the page says, or as its fault does."""
        host, key = self.headers["Host"], key_of(self.path)
        site = self.server.sites.get(host, NOBODY)
        kind = self.server.fault(host, key)
        if kind:
            self.server.note(host, key, kind)
            self._spoiled(kind, site.pages[key])
        else:
            self._whole(host, key, site.pages.get(key, Page(kind="none", body=b"not here", status=404)))

    def _whole(self, host: str, key: str, page: Page) -> None:
        body, status = page.body, page.status
        if SIGN in body:
            body = body.replace(SIGN, self.server.signature())
        if page.signed and not self.server.is_signed(urlsplit(self.path).query):
            body, status = b"your link has expired", 403
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if status == 200 and self.headers["If-None-Match"] == tag:
            body, status = b"", 304
        self.server.note(host, key, str(status))
        self._answer(status, body, {"ETag": tag, **({"Location": page.location} if page.location else {})})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _spoiled(self, kind: str, page: Page) -> None:
        body = page.body.replace(SIGN, self.server.signature())
        if kind == "reset":
            self._reset()
        elif kind.startswith("503"):
            pause = str(len(self.path) % 2)  # seconds: none or one
            self._answer(503, b"busy", {"Retry-After": pause} if "Retry" in kind else {})
        elif kind == "HTML for PDF":
            self._answer(200, LOGIN, {})
        elif kind == "empty":
            self._answer(200, b"", {})
        else:
            self._unfinished(kind, body)

    def _reset(self) -> None:
        """Close the connection with a reset and not with an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _unfinished(self, kind: str, body: bytes) -> None:
        """A body that ends early, comes slowly, or does not end."""
        self.send_response(200)
        if not kind.startswith("cut"):
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if "drip" in kind:
            self._drip(body, endless=kind == ENDLESS)
        else:
            self.wfile.write(body[: len(body) * 2 // 3])
        self.close_connection = True

    def _drip(self, body: bytes, endless: bool) -> None:
        size = len(body) // DRIPS
        for place in range(DRIPS - 1):
            self.wfile.write(body[place * size : (place + 1) * size])
            self.wfile.flush()
            time.sleep(PIECE)
        if endless:
            with suppress(ConnectionError):
                self.connection.recv(1)  # until who asked has gone
        else:
            self.wfile.write(body[(DRIPS - 1) * size :])
