"""One night after another over a small made-up site: what is published, held back, taken up and told."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.lock import hold
from yusuan import gates, retention, runs
from yusuan.cli import main
from yusuan.notify import notify, summary
from yusuan.refresh import night
from yusuan.runs import Run

DOCUMENTS = Path(__file__).parent / "documents"
NAMES = ("side_by_side", "four_blocks", "code_columns", "carried_down", "declared_empty")
HOST = "czj.nightcity.example"
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
assertions: {{documents: {{min: 4, max: 9}}}}
"""


class Site(ThreadingHTTPServer):
    """One list page with every document; it keeps its own calendar and counts what it is asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.date = "Thu, 12 Mar 2026 18:17:00 GMT"
        self.bodies = {f"/{name}.pdf": (DOCUMENTS / f"{name}.pdf").read_bytes() for name in NAMES}
        self.asked: list[tuple[str, int]] = []
        self.broken = False

    @property
    def hosts(self) -> dict[str, str]:
        return {HOST: f"127.0.0.1:{self.server_port}"}

    def body(self, path: str) -> bytes | None:
        if path == "/list.html":
            links = "".join(f'<li><a href="{path}">{path[1:]}</a></li>' for path in sorted(self.bodies))
            return f"<html><head><meta charset=utf-8><title>预算公开</title></head>{links}</html>".encode()
        return self.bodies.get(path)


class Visit(BaseHTTPRequestHandler):
    server: Site

    def date_time_string(self, timestamp: float | None = None) -> str:
        return self.server.date

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
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


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    place(tmp_path / "data")
    return tmp_path / "data"


def place(data: Path) -> None:
    (data / "sources").mkdir(parents=True)
    (data / "sources" / "night.yaml").write_text(SOURCE, encoding="utf-8")


def released(data: Path) -> dict[str, str]:
    """Every file of the released packages and the served database, by its hash."""
    files = [path for path in sorted((data / "packages").rglob("*")) if path.is_file()]
    files.append(data / "site" / "budgets.db")
    return {str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_nights_publish_what_is_new_and_leave_the_rest(site: Site, data: Path) -> None:
    first = night(data, ["night"], hosts=site.hosts, workers=1)
    assert (first.state, first.failed_gates) == ("published", [])
    assert sorted(found["url"] for found in first.nights["night"]["new"]) == [
        f"http://{HOST}/{name}.pdf" for name in sorted(NAMES)
    ]
    before = released(data)
    second = night(data, ["night"], hosts=site.hosts, workers=1)
    assert (second.state, second.nights["night"]["new"], released(data)) == ("unchanged", [], before)

    site.date = "Fri, 13 Mar 2026 18:17:00 GMT"
    site.bodies["/carried_down.pdf"] += b"% edited\n%%EOF\n"
    third = night(data, ["night"], hosts=site.hosts, workers=1)
    assert (third.state, [found["url"] for found in third.nights["night"]["changed"]]) == (
        "published", [f"http://{HOST}/carried_down.pdf"],
    )  # fmt: skip
    report = "\n".join(runs.markdown(third))
    assert "### changed: 1" in report and "published" in report
    assert json.loads((data / "runs" / f"{third.run}.json").read_text(encoding="utf-8"))["state"] == "published"


def test_a_failed_gate_keeps_yesterday_and_retry_takes_up_only_what_failed(site: Site, data: Path) -> None:
    night(data, ["night"], hosts=site.hosts, workers=1)
    before = released(data)
    site.broken = True
    held = night(data, ["night"], hosts=site.hosts, workers=1)
    assert (held.state, [gate["name"] for gate in held.failed_gates]) == ("held", ["lists_read night"])
    assert "http-503" in held.failed_gates[0]["found"]
    assert released(data) == before
    site.broken = False
    host = next(f"{name}={address}" for name, address in site.hosts.items())
    asked = ["refresh", "--retry", held.run, "--host", host, "--data", str(data), "--workers", "1"]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    assert released(data) == before
    again = CliRunner().invoke(main, ["refresh", "--retry", runs_of(data)[-1].run, "--data", str(data)])
    assert (again.exit_code, "nothing to repeat" in again.output) == (2, True)


def runs_of(data: Path) -> list[Run]:
    return list(runs.all_runs(data))


def test_documents_that_vanish_in_number_hold_the_release_back(site: Site, data: Path) -> None:
    night(data, ["night"], hosts=site.hosts, workers=1)
    before = released(data)
    for name in NAMES[:3]:
        del site.bodies[f"/{name}.pdf"]
    site.date = "Fri, 13 Mar 2026 18:17:00 GMT"
    (data / "sources" / "night.yaml").write_text(SOURCE.replace("min: 4", "min: 1"), encoding="utf-8")
    held = night(data, ["night"], hosts=site.hosts, workers=1)
    assert (held.state, [gate["name"] for gate in held.failed_gates]) == ("held", ["known_documents night"])
    assert held.failed_gates[0]["found"] == "3 of 5 documents vanished"
    assert released(data) == before


def test_a_second_refresh_leaves_with_75(site: Site, data: Path) -> None:
    with hold(data, "refresh"):
        result = CliRunner().invoke(main, ["refresh", "night", "--data", str(data)])
    assert result.exit_code == 75


@pytest.mark.parametrize("moment", ["documents", "parsed", "packages.next", "site/next"])
def test_a_night_killed_at_any_stage_ends_as_an_undisturbed_one(site: Site, tmp_path: Path, moment: str) -> None:
    calm, torn = tmp_path / "calm", tmp_path / "torn"
    for folder in (calm, torn):
        place(folder)
    night(calm, ["night"], hosts=site.hosts, workers=1)
    site.asked.clear()
    command = [sys.executable, "-m", "yusuan.cli", "refresh", "night", "--data", str(torn), "--workers", "1"]
    command += [f"--host={name}={address}" for name, address in site.hosts.items()]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (torn / moment).exists() and killed.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    taken_up = night(torn, ["night"], hosts=site.hosts, workers=1)
    assert taken_up.state == "published", taken_up.error
    assert released(torn) == released(calm)
    fetched = [path for path, status in site.asked if status == 200 and path.endswith(".pdf")]
    assert len(fetched) <= len(NAMES) + 1  # the one under way when the process died may be asked again


def test_the_operator_is_told_and_silence_of_the_service_fails_no_night(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, bytes]] = []
    with listening(told) as address:
        monkeypatch.setenv("YUSUAN_WEBHOOK", f"{address}/hook")
        monkeypatch.setenv("YUSUAN_PING", f"{address}/ping")
        run = Run(run="r", opened=0.0, sources=["night"], state="held")
        assert notify(run) == []
    assert [path for path, _ in told] == ["/hook", "/ping/fail"]
    assert json.loads(told[0][1]) == summary(run)
    monkeypatch.setenv("YUSUAN_WEBHOOK", "http://127.0.0.1:9/hook")
    monkeypatch.delenv("YUSUAN_PING")
    assert len(notify(run)) == 1


@contextmanager
def listening(told: list[tuple[str, bytes]]) -> Iterator[str]:
    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append((self.path, self.rfile.read(int(self.headers["Content-Length"] or 0))))
            self.send_response(204)
            self.end_headers()

        def do_GET(self) -> None:
            told.append((self.path, b""))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_tidying_keeps_what_is_served_and_the_latest(tmp_path: Path) -> None:
    for number in range(5):
        build = tmp_path / "site" / f"build-{number}"
        build.mkdir(parents=True)
        (build / "budgets.db").write_bytes(b"x")
        os.utime(build / "budgets.db", (number, number))
    (tmp_path / "site" / "current").symlink_to("build-0")
    (tmp_path / "parsed" / "0123456789ab").mkdir(parents=True)
    assert sorted(retention.tidy(tmp_path, builds=3)) == ["parsed/0123456789ab", "site/build-1", "site/build-2"]
    assert (tmp_path / "site" / "current" / "budgets.db").exists()


def test_facts_read_otherwise_than_before_hold_the_release_back(site: Site, data: Path, tmp_path: Path) -> None:
    night(data, ["night"], hosts=site.hosts, workers=1)
    package = next((data / "packages").glob("*/datapackage.json")).parent
    beside = tmp_path / "following" / package.name
    (beside / "data").mkdir(parents=True)
    for path in (package / "data").glob("*.csv"):
        (beside / "data" / path.name).write_bytes(path.read_bytes())
    (beside / "datapackage.json").write_bytes((package / "datapackage.json").read_bytes())
    others = [path.parent for path in (data / "packages").glob("*/datapackage.json") if path.parent != package]
    for other in others:
        (beside.parent / other.name).symlink_to(other)
    assert [gate for gate in gates.packaged(data / "packages", beside.parent) if not gate.held] == []
    facts = beside / "data" / "facts.csv"
    lines = facts.read_text(encoding="utf-8").splitlines(keepends=True)
    facts.write_text("".join(lines[:-1]), encoding="utf-8")
    failed = [gate for gate in gates.packaged(data / "packages", beside.parent) if not gate.held]
    assert [gate.name for gate in failed] == [f"parser_changes {package.name}"]
