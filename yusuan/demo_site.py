"""Serves the bundled made-up city on loopback, as its web server stood on one of two nights.

The clock of that server is fixed, so that whatever a crawl writes down of it is the same on every machine.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

HOST = "demo.yusuan.example"
# The crawl runs at 02:17 China Standard Time, 20 and 21 March 2026; files changed on the evening before.
DATES = {1: "Thu, 19 Mar 2026 18:17:00 GMT", 2: "Fri, 20 Mar 2026 18:17:00 GMT"}
MODIFIED = {1: "Wed, 18 Mar 2026 10:00:00 GMT", 2: "Fri, 20 Mar 2026 10:00:00 GMT"}
TYPES = {".html": "text/html", ".pdf": "application/pdf", ".txt": "text/plain"}
REFUSALS = (HTTPStatus.FORBIDDEN, HTTPStatus.PRECONDITION_FAILED)
CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.IGNORECASE)


@contextmanager
def serve(night: int, root: Path) -> Iterator[str]:
    """Serve ``root/night1``, with the files of ``root/night2`` in their places on the second night.

    Yields ``127.0.0.1:<free port>``. The site's own name is ``HOST``: send a request with an absolute
    address there, as to a proxy, or map the name. Raises ``ValueError`` for another night and
    ``FileNotFoundError`` where the site is not under ``root``.
    """
    if night not in DATES:
        raise ValueError(f"night {night}: the demo city has the nights 1 and 2")
    if not (root / "night1").is_dir():
        raise FileNotFoundError(f"{root}: expected the folder night1 of the demo city; give its parent as root")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, night=night, root=root.resolve()))
    server.daemon_threads = True  # an open keep-alive connection must not hold the end up
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """GET and HEAD of files, with validators."""

    protocol_version = "HTTP/1.1"
    server_version = "demo"
    sys_version = ""

    def __init__(self, *args: object, night: int, root: Path) -> None:
        self.night, self.root = night, root
        super().__init__(*args)  # type: ignore[arg-type]  # the socket server's own arguments, handed on

    def do_GET(self) -> None:  # noqa: N802 (the library's name)
        """Answer with the file, 304 when the client has it, 301 to a folder's slash, else 404."""
        path = unquote(urlsplit(self.path).path) or "/"
        found = self._find(path)
        if found is None:
            if refused := self._refusal(path):
                return self._send(*refused)
            return self._send(HTTPStatus.NOT_FOUND, {"Content-Type": "text/plain; charset=utf-8"}, b"Not found\n")
        night, file = found
        if file.is_dir():
            return self._send(HTTPStatus.MOVED_PERMANENTLY, {"Location": f"{path}/"}, b"")
        body = file.read_bytes()
        headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"', "Last-Modified": MODIFIED[night]}
        if self._has(headers):
            return self._send(HTTPStatus.NOT_MODIFIED, headers, b"")
        return self._send(HTTPStatus.OK, {**headers, "Content-Type": content_type(file, body)}, body)

    do_HEAD = do_GET  # noqa: N815

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The fixed time of the night, for the ``Date`` header."""
        return DATES[self.night]

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the crawl reports every request itself."""

    def _find(self, path: str) -> tuple[int, Path] | None:
        """The night whose file answers and the file; a path with a slash at its end is its index.html."""
        name = path.lstrip("/") + ("index.html" if path.endswith("/") else "")
        for night in range(self.night, 0, -1):
            folder = self.root / f"night{night}"
            file = (folder / name).resolve()
            if file.is_relative_to(folder) and (file.is_file() or (night == 1 and file.is_dir())):
                return night, file
        return None

    def _refusal(self, path: str) -> tuple[HTTPStatus, dict[str, str], bytes] | None:
        """The answer to an address that the site does not give: ``<file>.412`` holds the page sent with 412."""
        for status in REFUSALS:
            if found := self._find(f"{path}.{status.value}"):
                return status, {"Content-Type": "text/html; charset=utf-8"}, found[1].read_bytes()
        return None

    def _has(self, headers: dict[str, str]) -> bool:
        """Whether the client's copy is current; the entity tag outranks the date."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return headers["ETag"] in tags or tags.strip() == "*"
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            return parsedate_to_datetime(since) >= parsedate_to_datetime(headers["Last-Modified"])
        except (TypeError, ValueError):
            return False  # an unreadable date asks for the file

    def _send(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def content_type(file: Path, body: bytes) -> str:
    """The type by the file's ending, with the encoding a page declares in its head."""
    kind = TYPES.get(file.suffix, "application/octet-stream")
    declared = CHARSET.search(body[:1024]) if kind == "text/html" else None
    if declared:
        return f"{kind}; charset={declared[1].decode('ascii')}"
    return f"{kind}; charset=utf-8" if kind == "text/plain" else kind
