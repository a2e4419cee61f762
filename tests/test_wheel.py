"""The wheel: what is in it, and that it works in an empty folder far from any checkout."""

import os
import socket
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("crawler", "datapackages", "parsers", "yusuan")
CITY = "tests/documents/demo"

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Installed:
    """An environment that sees this one's libraries but not the checkout, an empty folder, and a data directory."""

    bin: Path
    folder: Path
    data: Path

    def run(self, *command: str) -> str:
        done = subprocess.run([self.bin / command[0], *command[1:]], **self.surroundings(), capture_output=True)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout.decode("utf-8").strip()

    def surroundings(self) -> dict[str, object]:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "YUSUAN"))}
        return {"cwd": self.folder, "env": env}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, cwd=out, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    base = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", base / "venv"], check=True)
    python = base / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True)
    [packages] = (base / "venv").glob("lib/python*/site-packages")
    # A path in a .pth file is added as it is: the .pth files in there, the checkout's own among them, are not read.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    (base / "empty").mkdir()
    return Installed(bin=python.parent, folder=base / "empty", data=base / "data")


def files(folder: str, under: str = "") -> set[str]:
    """The files of a folder of the checkout, as they are named in the wheel."""
    root = ROOT / folder
    found = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {f"{under or folder}/{path.relative_to(root).as_posix()}" for path in found}


def test_the_wheel_holds_the_rooms_the_site_and_the_made_up_city_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == {
        *(name for room in ROOMS for name in files(room)),
        *files("datasette", "yusuan/_site/datasette"),
        *files(f"{CITY}/night1", "yusuan/_site/demo/night1"),
        *files(f"{CITY}/night2", "yusuan/_site/demo/night2"),
        "yusuan/_site/demo/README.md",
        "yusuan/_site/demo/corrections.csv",
        "yusuan/_site/metadata.yaml",
    }


def test_the_wheel_holds_the_data_that_the_rooms_read(wheel: Path) -> None:
    assert {
        "crawler/families.yaml",
        "crawler/sources/demo.yaml",
        "datapackages/codes/functional.csv",
        "datapackages/schemas/facts.json",
        "parsers/data/titles.csv",
        "yusuan/_site/datasette/plugins/search.py",
        "yusuan/_site/datasette/templates/figure.html",
        "yusuan/_site/datasette/static/site.css",
        "yusuan/_site/demo/night1/czxx/yjsgk/index.html",
    } <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_is_small_enough_to_be_fetched_in_passing(wheel: Path) -> None:
    assert wheel.stat().st_size < 5_000_000


def test_the_code_that_runs_is_the_wheel_s(installed: Installed) -> None:
    show = "import yusuan, crawler, parsers, datapackages, datasette as d; print(yusuan.__file__, d.__version__)"
    where, version = installed.run("python", "-c", show).split()
    assert Path(where).is_relative_to(installed.bin.parent)
    assert version.startswith("0.65.")
    assert installed.run("yusuan", "--version") == "yusuan, version 0.1.0"


def test_in_an_empty_folder_the_demo_is_made_and_served(installed: Installed) -> None:
    said = installed.run("yusuan", "demo", "--no-serve", "--data", str(installed.data)).splitlines()
    assert said[:3] == [
        "night 1: 36 new, 0 changed, 0 unchanged",
        "night 2: 0 new, 1 changed, 35 unchanged",
        "37 documents: 25 budget, 12 final",
    ]
    with serving(installed) as site:
        front = site.get("/")
        found = site.get("/budgets/facts.json", params={"_search": "三公", "_shape": "array", "_size": "3"})
        picture = site.get(f"/-/figure/{found.json()[0]['fact_id']}")
        style = site.get("/assets/site.css")
    assert [front.status_code, found.status_code, picture.status_code, style.status_code] == [200] * 4
    assert "示例市" in front.text
    assert len(found.json()) == 3
    assert list(installed.folder.iterdir()) == []


@contextmanager
def serving(installed: Installed) -> Iterator[httpx.Client]:
    """`yusuan serve` on a free port, asked until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [installed.bin / "yusuan", "serve", "--data", str(installed.data), "--port", str(port)]
    log, where = installed.data / "serve.log", installed.surroundings()
    with log.open("wb") as out, subprocess.Popen(command, **where, stdout=out, stderr=out) as server:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
                _wait(client, server, log)
                yield client
        finally:
            server.terminate()


def _wait(client: httpx.Client, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            client.get("/-/versions.json")
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(f"the site does not answer:\n{log.read_text(encoding='utf-8', errors='replace')}")
