"""A small made-up site on loopback: pages by path, its own calendar, and a list of what it was asked."""

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "czj.testcity.example"
ROOT = f"http://{HOST}/czxx/yjsgk/"
FIRST_NIGHT = "Thu, 12 Mar 2026 18:17:00 GMT"
SECOND_NIGHT = "Fri, 13 Mar 2026 18:17:00 GMT"
SOURCE = f"""
state: verified
place: 测试市
jurisdiction: "999901"
publisher: 测试市财政局
family: trs
entries: ["{ROOT}index.html"]
hosts: ["{HOST}"]
pace: 0
detail_days: 0
file_days: 0
"""


def pdf(text: str) -> bytes:
    return f"%PDF-1.4\n% {text}\n%%EOF\n".encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def page(body: str, title: str = "", date: str = "2026-03-12", encoding: str = "utf-8") -> bytes:
    tags = f'<meta name=" ArticleTitle " content="{title}"><meta name="PubDate" content="{date}">' if title else ""
    return f'<html><head><meta charset="{encoding}"><title>{title}</title>{tags}</head>{body}</html>'.encode(
        encoding
    )


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: bool = True


class Site(ThreadingHTTPServer):
    """Pages by path. It keeps its own calendar and a list of what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.date = FIRST_NIGHT
        self.pages: dict[str, Answer | list[Answer]] = {}
        self.asked: list[tuple[str, int]] = []
        self.times: list[tuple[str, float]] = []
        self.agents: set[str] = set()
        self.files_until_stall = 10**9
        self.stalled = threading.Event()

    @property
    def hosts(self) -> dict[str, str]:
        return {HOST: f"127.0.0.1:{self.server_port}"}

    def put(self, path: str, body: bytes, status: int = 200, **options: object) -> None:
        self.pages["/czxx/yjsgk/" + path if not path.startswith("/") else path] = Answer(body, status, **options)

    def statuses(self) -> Counter[int]:
        return Counter(status for path, status in self.asked if path != "/robots.txt")


class Visit(BaseHTTPRequestHandler):
    server: "Site"

    def date_time_string(self, timestamp: float | None = None) -> str:
        return self.server.date

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        assert self.headers["Host"] == HOST, "the site must see its own name, not the port it is mapped to"
        answer = self.server.pages.get(self.path, Answer(b"not here", 404))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        tag = f'"{sha256(answer.body)[:8]}"'
        unchanged = answer.status == 200 and self.headers["If-None-Match"] == tag
        self.server.asked.append((self.path, 304 if unchanged else answer.status))
        self.server.times.append((self.path, time.monotonic()))
        self.server.agents.add(self.headers["User-Agent"])
        if sum(path.endswith(".pdf") for path, _ in self.server.asked) > self.server.files_until_stall:
            self.server.stalled.set()
            time.sleep(0.3)
        self.send_response(304 if unchanged else answer.status)
        for name, value in {"ETag": tag, **answer.headers}.items():
            self.send_header(name, value)
        if unchanged:
            self.end_headers()
            return
        if answer.length:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)


@contextmanager
def served(fill: Callable[[Site], None]) -> Iterator[Site]:
    """The site with the pages that ``fill`` puts on it, as long as the ``with`` lasts."""
    server = Site()
    fill(server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def new_data(folder: Path, source: str = SOURCE) -> Path:
    """A data directory before the first crawl."""
    (folder / "sources").mkdir(parents=True)
    (folder / "sources" / "testcity.yaml").write_text(source, "utf-8")
    return folder
