"""A new build is served without a lost request; one that does not come up leaves the old one."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

import site_city
from yusuan import switching
from yusuan.serve import serve

VERSION = "/budgets/packages.json?_shape=array&_col=version"




@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(site_city.make(tmp_path_factory.mktemp("switched")).data)


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "data", symlinks=True))


def publish(data: Path, number: int) -> Path:
    """A build that tells its number as the version of its packages, made current as ``datapackages.build`` does."""
    site = data / "site"
    beside = site / f"run-{number}"
    beside.mkdir()
    shutil.copy((site / "current").resolve() / "budgets.db", beside / "budgets.db")
    with closing(sqlite3.connect(beside / "budgets.db")) as database, database:
        database.execute("UPDATE packages SET version = ?", [str(number)])
    make_current(site, beside.name)
    return beside


def make_current(site: Path, name: str) -> None:
    (site / "next.link").symlink_to(name)
    os.replace(site / "next.link", site / "current")


def version(client: httpx.Client) -> str:
    answer = client.get(VERSION)
    assert answer.status_code == 200
    return str(answer.json()[0]["version"])


def wait_for(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def serving(parent: int) -> list[int]:
    """The processes that the command has started, by number."""
    told = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(parent)], capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in told.splitlines() if "site_process" in line]


@pytest.fixture
def site(data: Path) -> Iterator[tuple[httpx.Client, int, Path]]:
    """A client of ``yusuan serve``, the command's number and its standard output."""
    log, port = data / "serve.log", site_city.free_port()
    command = [sys.executable, "-m", "yusuan.cli", "serve", "--port", str(port), "--data", str(data)]
    with log.open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
        try:
            wait_for(lambda: log.read_text().startswith("http"))
            assert client.get("/").status_code == 200
            yield client, process.pid, log
        finally:
            process.terminate()
            assert process.wait(30) == 0


def test_builds_are_switched_under_load_without_a_lost_request(
    site: tuple[httpx.Client, int, Path], data: Path
) -> None:
    client, _, log = site
    address, over = str(client.base_url), threading.Event()
    answers: list[int | str] = []

    def ask(path: str) -> None:
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as other:
            while not over.is_set():
                try:
                    answers.append(other.get(path).status_code)
                except httpx.TransportError as error:
                    answers.append(f"{path}: {error!r}")

    clients = [threading.Thread(target=ask, args=(path,)) for path in (VERSION, "/budgets/facts")]
    for other in clients:
        other.start()
    seen = []
    for number in (1, 2, 3):
        publish(data, number)
        wait_for(lambda number=number: version(client) == str(number))  # type: ignore[misc]
        seen.append(version(client))
    over.set()
    for other in clients:
        other.join()
    assert seen == ["1", "2", "3"]
    assert set(answers) == {200}, log.read_text()[-2000:]


def test_a_build_that_does_not_come_up_leaves_the_old_one(site: tuple[httpx.Client, int, Path], data: Path) -> None:
    client, _, log = site
    publish(data, 1)
    wait_for(lambda: version(client) == "1")
    broken = publish(data, 2)
    (broken / "budgets.db").write_bytes(b"no database")
    wait_for(lambda: "run-2 does not come up" in log.read_text())
    assert version(client) == "1"
    shutil.rmtree(broken)
    make_current(data / "site", "run-1")
    publish(data, 3)
    wait_for(lambda: version(client) == "3")


def test_a_process_that_dies_is_replaced_and_its_readers_wait(site: tuple[httpx.Client, int, Path]) -> None:
    client, parent, log = site
    [serves] = serving(parent)
    os.kill(serves, signal.SIGKILL)
    with httpx.Client(base_url=client.base_url, trust_env=False, timeout=60) as another:
        assert another.get("/").status_code == 200
    [other] = serving(parent)
    assert other != serves
    assert "starting another" in log.read_text()


def test_what_serves_ends_with_the_command_even_when_that_is_killed(data: Path) -> None:
    port = site_city.free_port()
    command = [sys.executable, "-m", "yusuan.cli", "serve", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: bool(serving(process.pid)))
    [serves] = serving(process.pid)
    process.kill()
    process.wait()
    wait_for(lambda: not Path(f"/proc/{serves}").exists() or "Z" in Path(f"/proc/{serves}/stat").read_text())


def test_a_port_that_is_taken_is_said_so(data: Path) -> None:
    with switching.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(serve, ["--port", str(port), "--data", str(data)])
    assert result.exit_code == 1
    assert f"127.0.0.1:{port}: Address already in use; choose another --port" in result.output
