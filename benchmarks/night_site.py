"""A made-up site on loopback for whole nights: one list of documents, its own calendar, what it was asked."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "czj.nightcity.example"
NAME = "night"  # of the source
SOURCE = f"""
state: verified
place: 夜市（虚构）
jurisdiction: "999901"
publisher: 夜市财政局（虚构）
family: generic
details: "never"
entries: ["http://{HOST}/list.html"]
hosts: ["{HOST}"]
pace: 0
detail_days: 0
file_days: 0
assertions: {{documents: {{min: 4, max: 99}}}}
"""


class Site(ThreadingHTTPServer):
    """Documents by path, all linked from ``/list.html``; ``asked`` has each path with the status it got."""

    daemon_threads = True

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.date = "Thu, 12 Mar 2026 18:17:00 GMT"
        self.bodies = dict(documents)
        self.asked: list[tuple[str, int]] = []
        self.broken = False  # a document then gets 503

    @property
    def hosts(self) -> dict[str, str]:
        """Where the site's name is served: for ``hosts`` of a crawl."""
        return {HOST: f"127.0.0.1:{self.server_port}"}

    def body(self, path: str) -> bytes | None:
        """The list, a document, or None."""
        if path == "/list.html":
            links = "".join(f'<li><a href="{path}">{path[1:]}</a></li>' for path in sorted(self.bodies))
            return f"<html><head><meta charset=utf-8><title>预算公开</title></head>{links}</html>".encode()
        return self.bodies.get(path)


class Visit(BaseHTTPRequestHandler):
    """One request; what the client has already is not sent again."""

    server: Site

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The site's calendar, for the ``Date`` header."""
        return self.server.date

    def log_message(self, *_: object) -> None:
        """Silence."""

    def do_GET(self) -> None:
        """Answer."""
        body = self.server.body(self.path)
        status = 404 if body is None else 503 if self.server.broken else 200
        body = body or b"no such page"
        tag = f'"{hashlib.sha256(body).hexdigest()[:8]}"'
        if status == 200 and self.headers["If-None-Match"] == tag:
            status = 304
        self.server.asked.append((self.path, status))
        self.send_response(status)
        self.send_header("ETag", tag)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304:
            self.wfile.write(body)


@contextmanager
def served(documents: Mapping[str, bytes]) -> Iterator[Site]:
    """The site with these documents, as long as the ``with`` lasts."""
    server = Site(documents)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def place(data: Path) -> Path:
    """A data directory that knows the site."""
    (data / "sources").mkdir(parents=True)
    (data / "sources" / f"{NAME}.yaml").write_text(SOURCE, encoding="utf-8")
    return data


def released(data: Path) -> dict[str, str]:
    """Every file of the released packages and the served database, by its hash."""
    files = [path for path in sorted((data / "packages").rglob("*")) if path.is_file()]
    files.append(data / "site" / "budgets.db")
    return {str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
