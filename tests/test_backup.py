"""A backup is one moment of a data directory in use; what is restored gives the same packages and database."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

import loaded
from crawler import blobs
from crawler.state import State, sightings
from datapackages.model import Sighting
from folders import files

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "deploy" / "backup.py"
DEMO = ROOT / "tests/documents/demo/night1"


backup = loaded.script(SCRIPT)


def run(*arguments: str | Path) -> tuple[int, str]:
    """The script as an operator calls it: exit code, and what it says."""
    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, timeout=120)
    return done.returncode, (done.stdout + done.stderr).strip()


def sighting(sha256: str) -> Sighting:
    said = dict.fromkeys(Sighting.__dataclass_fields__, "")
    return Sighting(**{**said, "sha256": sha256, "url": f"https://budgets.example/{sha256}.pdf"})


def add(data: Path, state: State, content: bytes) -> str:
    """Store a document and record it, in the order in which the crawler does."""
    sha256 = blobs.store(data, content)
    state.record([sighting(sha256)])
    return sha256


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with two documents, a list, a report, a release, and things that are made again."""
    folder = tmp_path / "data"
    with State(folder) as state:
        for number in range(2):
            add(folder, state, b"%%PDF-1.4 %d" % number)
    texts = {
        "units.csv": "unit_id\n",
        "review/reports.csv": "received_at\n",
        "runs/20260320.json": "{}\n",
        "releases/2026-03-20/manifest.json": "{}\n",
        "releases/2026-03-21.next/manifest.json": "half\n",
        "parsed/0123/a.json": "again\n",
        "packages/SHA256SUMS": "again\n",
        "site/build-1/budgets.db": "again\n",
        "crawl.lock": "",
        "units.csv.4711": "half",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "releases/latest").symlink_to("2026-03-20")
    return folder


def test_a_restored_directory_has_all_that_cannot_be_made_again(data: Path, tmp_path: Path) -> None:
    code, said = run("backup", data, tmp_path / "kept")
    made = Path(said)
    assert (code, made.parent) == (0, tmp_path / "kept")
    assert run("verify", made) == (0, "7 files are whole")
    assert run("restore", made, tmp_path / "restored")[0] == 0
    restored = tmp_path / "restored"
    expected = {name: text for name, text in files(data).items() if name.startswith("documents/")}
    expected |= {
        name: (data / name).read_bytes() for name in ("units.csv", "review/reports.csv", "runs/20260320.json")
    }
    expected |= dict.fromkeys(("releases/2026-03-20/manifest.json", "releases/latest/manifest.json"), b"{}\n")
    found = files(restored)
    del found["crawl.db"]
    found["releases/latest/manifest.json"] = (restored / "releases/latest/manifest.json").read_bytes()
    assert found == expected
    assert os.readlink(restored / "releases/latest") == "2026-03-20"
    assert sightings(restored) == sightings(data)


def test_other_tools_can_verify_a_backup(data: Path, tmp_path: Path) -> None:
    made = backup.backup(data, tmp_path / "kept")
    assert shutil.which("sha256sum")
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=made, check=True)


def test_every_document_that_a_backup_names_is_in_it_while_others_are_stored(data: Path, tmp_path: Path) -> None:
    over, stored = threading.Event(), []

    def crawl() -> None:
        with State(data) as state:
            while not over.is_set():
                stored.append(add(data, state, b"%%PDF-1.4 %d" % (100 + len(stored))))

    crawler = threading.Thread(target=crawl)
    crawler.start()
    try:
        made = [backup.backup(data, tmp_path / f"kept{number}") for number in range(5)]
    finally:
        over.set()
        crawler.join()
    counts = []
    for number, folder in enumerate(made):
        restored = tmp_path / f"restored{number}"
        backup.restore(folder, restored)
        named = {seen.sha256 for seen in sightings(restored)}
        documents = {path.stem for path in blobs.all_documents(restored)}
        assert named <= documents
        assert len(documents - named) <= 1  # stored a moment before it is named
        counts.append(len(named))
    assert counts == sorted(counts) and counts[0] < counts[-1] <= len(stored) + 2


def test_what_is_kept_already_is_not_kept_twice(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "kept"
    first = backup.backup(data, target)
    shared = {path: path.stat().st_ino for path in (target / "documents").rglob("*.pdf")}
    with State(data) as state:
        new = add(data, state, b"%PDF-1.4 new")
    (data / "units.csv").write_text("unit_id\ncn-1\n")
    second = backup.backup(data, target)
    assert {path: path.stat().st_ino for path in shared} == shared
    assert {path.stem for path in (target / "documents").rglob("*.pdf")} - {path.stem for path in shared} == {new}
    assert (first / "runs/20260320.json").samefile(second / "runs/20260320.json")
    assert [(folder / "units.csv").read_text() for folder in (first, second)] == ["unit_id\n", "unit_id\ncn-1\n"]
    third = backup.backup(data, target, keep=2)
    assert sorted(path.name for path in target.glob("2*")) == [second.name, third.name]
    assert backup.verify(second) == backup.verify(third) == 8


def test_damage_is_found_and_nothing_is_restored_from_it(data: Path, tmp_path: Path) -> None:
    made = backup.backup(data, tmp_path / "kept")
    document = next((tmp_path / "kept/documents").rglob("*.pdf"))
    document.write_bytes(b"%PDF-1.4 other")
    code, said = run("restore", made, tmp_path / "restored")
    assert (code, said) == (1, f"Error: {made}: 1 of 7 files are missing or damaged: "
                               f"../documents/{document.parent.name}/{document.name}")  # fmt: skip
    assert not (tmp_path / "restored").exists()


def test_a_directory_in_use_is_not_restored_over(data: Path, tmp_path: Path) -> None:
    made, before = backup.backup(data, tmp_path / "kept"), files(data)
    code, said = run("restore", made, data)
    assert (code, said) == (1, f"Error: {data} is not empty; restore into a new folder and exchange the two")
    assert files(data) == before


def test_a_store_that_lost_or_damaged_documents_is_told_of_and_the_rest_is_kept(data: Path, tmp_path: Path) -> None:
    lost, damaged = blobs.all_documents(data)
    lost.unlink()
    damaged.write_bytes(b"%PDF-1.4 other")
    code, said = run("backup", data, tmp_path / "kept")
    assert code == 1
    assert "1 documents do not have the bytes of their names and 1 that crawl.db names are not there" in said
    assert damaged.stem in said and lost.stem in said
    (made,) = (tmp_path / "kept").glob("2*")
    assert backup.verify(made) == 5
    assert "crawl.db: no such file" in run("backup", tmp_path / "elsewhere", tmp_path / "kept")[1]


def test_a_backup_that_was_killed_is_none_and_two_do_not_work_at_once(data: Path, tmp_path: Path) -> None:
    half = tmp_path / "kept" / "20260320T021700Z.next"
    half.mkdir(parents=True)
    (half / "units.csv").write_text("half")
    with (tmp_path / "kept" / "backup.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert run("backup", data, tmp_path / "kept")[0] == 75
    made = backup.backup(data, tmp_path / "kept")
    assert not half.exists() and "units.csv" in files(made)


def yusuan(data: Path, *arguments: str | Path) -> None:
    command = [sys.executable, "-m", "yusuan.cli", *arguments, "--data", data]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def made_again(data: Path) -> dict[str, str]:
    """Read, package and build; the hashes of what readers get."""
    for command in ("parse", "package", "build"):
        yusuan(data, command)
    paths = [path for name in ("packages", "parquet") for path in (data / name).rglob("*") if path.is_file()]
    paths.append(data / "site" / "budgets.db")
    return {str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_packages_and_database_of_a_restored_directory_are_the_same_bytes(tmp_path: Path) -> None:
    data = tmp_path / "data"
    yusuan(data, "import", *sorted(DEMO.rglob("*.pdf"))[:3])
    (data / "corrections.csv").write_bytes((ROOT / "tests/documents/demo/corrections.csv").read_bytes())
    before = made_again(data)
    made = backup.backup(data, tmp_path / "kept")
    backup.restore(made, tmp_path / "restored")
    with closing(sqlite3.connect(tmp_path / "restored/crawl.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert made_again(tmp_path / "restored") == before
