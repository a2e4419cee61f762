"""One night after another over a small made-up site: what is published, held back, taken up and told."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.night_site import HOST, SOURCE, Site, place, released, served
from crawler.errors import UsageError
from crawler.lock import hold
from yusuan import gates, retention, runs
from yusuan.cli import main
from yusuan.notify import notify, summary
from yusuan.reading import parse_stored
from yusuan.refresh import night
from yusuan.runs import Run

DOCUMENTS = Path(__file__).parent / "documents"
one_at_a_time = partial(parse_stored, workers=1)
NAMES = ("side_by_side", "four_blocks", "code_columns", "carried_down", "declared_empty")


@pytest.fixture
def site() -> Iterator[Site]:
    with served({f"/{name}.pdf": (DOCUMENTS / f"{name}.pdf").read_bytes() for name in NAMES}) as server:
        yield server


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return place(tmp_path / "data")


def test_nights_publish_what_is_new_and_leave_the_rest(site: Site, data: Path) -> None:
    first = night(data, ["night"], hosts=site.hosts, read=one_at_a_time)
    assert (first.state, first.failed_gates) == ("published", [])
    assert sorted(found["url"] for found in first.nights["night"]["new"]) == [
        f"http://{HOST}/{name}.pdf" for name in sorted(NAMES)
    ]
    before = released(data)
    second = night(data, ["night"], hosts=site.hosts, read=one_at_a_time)
    assert (second.state, second.nights["night"]["new"], released(data)) == ("unchanged", [], before)

    site.date = "Fri, 13 Mar 2026 18:17:00 GMT"
    site.bodies["/carried_down.pdf"] += b"% edited\n%%EOF\n"
    third = night(data, ["night"], hosts=site.hosts, read=one_at_a_time)
    assert (third.state, [found["url"] for found in third.nights["night"]["changed"]]) == (
        "published", [f"http://{HOST}/carried_down.pdf"],
    )  # fmt: skip
    report = "\n".join(runs.markdown(third))
    assert "### changed: 1" in report and "published" in report
    assert json.loads((data / "runs" / f"{third.run}.json").read_text(encoding="utf-8"))["state"] == "published"


def test_a_failed_gate_keeps_yesterday_and_retry_takes_up_only_what_failed(site: Site, data: Path) -> None:
    night(data, ["night"], hosts=site.hosts, read=one_at_a_time)
    before = released(data)
    site.broken = True
    held = night(data, ["night"], hosts=site.hosts, read=one_at_a_time)
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
    night(data, ["night"], hosts=site.hosts, read=one_at_a_time)
    before = released(data)
    for name in NAMES[:3]:
        del site.bodies[f"/{name}.pdf"]
    site.date = "Fri, 13 Mar 2026 18:17:00 GMT"
    (data / "sources" / "night.yaml").write_text(SOURCE.replace("min: 4", "min: 1"), encoding="utf-8")
    held = night(data, ["night"], hosts=site.hosts, read=one_at_a_time)
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
    night(calm, ["night"], hosts=site.hosts, read=one_at_a_time)
    site.asked.clear()
    command = [sys.executable, "-m", "yusuan.cli", "refresh", "night", "--data", str(torn), "--workers", "1"]
    command += [f"--host={name}={address}" for name, address in site.hosts.items()]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (torn / moment).exists() and killed.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    taken_up = night(torn, ["night"], hosts=site.hosts, read=one_at_a_time)
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
    night(data, ["night"], hosts=site.hosts, read=one_at_a_time)
    package = next((data / "packages").glob("*/datapackage.json")).parent
    beside = tmp_path / "following" / package.name
    (beside / "data").mkdir(parents=True)
    for path in (package / "data").glob("*.csv"):
        (beside / "data" / path.name).write_bytes(path.read_bytes())
    (beside / "datapackage.json").write_bytes((package / "datapackage.json").read_bytes())
    others = [path.parent for path in (data / "packages").glob("*/datapackage.json") if path.parent != package]
    for other in others:
        (beside.parent / other.name).symlink_to(other)
    assert failed(data, beside.parent) == []
    facts = beside / "data" / "facts.csv"
    lines = facts.read_text(encoding="utf-8").splitlines(keepends=True)
    facts.write_text("".join(lines[:-1]), encoding="utf-8")
    assert failed(data, beside.parent) == [f"parser_changes {package.name}"]


def failed(data: Path, following: Path) -> list[str]:
    gates_reached = gates.packaged(data / "packages", following, gates.limits(data))
    return [gate.name for gate in gates_reached if not gate.held]


def test_an_installation_sets_its_own_limits_and_its_disk_budget(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.pdf").write_bytes(b"x" * 1000)
    assert [(gate.name, gate.held) for gate in gates.disk(tmp_path)] == [("free_disk", True), ("used_disk", True)]
    (tmp_path / "gates.yaml").write_text("used_disk: {most: 900}\n", encoding="utf-8")
    used = list(gates.disk(tmp_path))[1]
    assert (used.held, used.expected, used.found) == (False, "<= 900 bytes", "1023")
    assert gates.limits(tmp_path)["facts"] == gates.limits(tmp_path / "elsewhere")["facts"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("used_disc: {most: 1}", "no gate 'used_disc'"),
        ("facts: {most: much}", "expected numbers for least, most, spare, found most: much"),
        ("facts: {none: 1}", "found none: 1"),
        ("facts: [", "not YAML"),
    ],
)
def test_a_wrong_limit_is_named(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "gates.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(said)):
        gates.limits(tmp_path)
