"""A source is a few declarative lines; every mistake in them is named with the remedy."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler import blobs
from crawler.catalogue import Source, load, sources
from crawler.errors import UsageError
from crawler.night import Answer, Link, Night
from crawler.regions import regions, waiting
from crawler.run import is_loopback
from crawler.state import MIGRATIONS, State, last_runs, sightings
from crawler.words import words
from datapackages.codes import jurisdictions
from datapackages.model import Sighting
from yusuan import collect
from yusuan.sources import sources as sources_command

SHARED = Path(os.environ.get("YUSUAN_SHARED", Path(__file__).parent.parent.parent / "shared"))
GOOD = """
state: unverified
place: 测试市
jurisdiction: "999901"
publisher: 测试市财政局
family: trs
entries: ["http://czj.testcity.example/czxx/yjsgk/index.html"]
hosts: [czj.testcity.example]
pace: 2
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "testcity.yaml"
    file.write_text(text, "utf-8")
    return file


def test_every_shipped_source_can_be_read_and_only_the_demo_is_made_up() -> None:
    shipped = sources()
    assert [name for name, source in shipped.items() if source.state == "demo"] == ["demo"]
    assert all(source.pace >= 1 for source in shipped.values() if source.state != "demo")
    demo = shipped["demo"]
    assert (demo.jurisdiction, demo.hosts) == ("999900", ("demo.yusuan.example",))
    assert demo.entries == tuple(
        f"http://demo.yusuan.example/czxx/{column}/index.html" for column in ("yjsgk", "jsgk")
    )
    assert demo.is_detail("http://demo.yusuan.example/czxx/yjsgk/202603/t20260312_123.html")
    assert not demo.is_detail("http://demo.yusuan.example/news/202603/t20260312_123.html")
    assert not demo.is_allowed("http://elsewhere.example/a.pdf")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + "hostz: []", "unknown key 'hostz'; did you mean 'hosts'?"),
        (GOOD.replace("publisher: 测试市财政局", ""), "key 'publisher' is missing"),
        (GOOD.replace('"999901"', "999901"), "jurisdiction should be str, found 999901"),
        (GOOD.replace('"999901"', '"9999"'), "jurisdiction should be six digits in quotes, found '9999'"),
        (GOOD.replace("family: trs", "family: trss"), "unknown family 'trss'; did you mean 'trs'?"),
        (GOOD.replace("family: trs", "family: generic"), "family generic needs `details`"),
        (
            GOOD.replace("unverified", "fine"),
            "state should be one of verified, unverified, blocked, investigate, demo, found 'fine'",
        ),
        (
            GOOD.replace("hosts: [czj.testcity", "hosts: [www.testcity"),
            "is on none of the hosts www.testcity.example",
        ),
        (GOOD.replace("pace: 2", "pace: slow"), "pace should be float, found 'slow'"),
        (GOOD + "records: [{of: a, kind: x, address: b}]", "kind should be one of list, detail, file, found 'x'"),
        (GOOD + "records: [{of: a}]", "expected of, kind, address and perhaps title as texts, found {'of': 'a'}"),
        ("- a list", "expected keys and values, found list"),
        ("a: [", "not YAML"),
    ],
)
def test_a_mistake_in_a_source_says_which_file_which_key_and_what_to_write(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(UsageError) as error:
        load(write(tmp_path, text))
    assert "testcity.yaml: " in str(error.value)
    assert message in str(error.value)


EVIDENCE = Path(__file__).parent / "real_pages"
VERIFIED = {name: source for name, source in sources().items() if source.state == "verified"}


def test_enough_sources_are_verified_and_each_says_on_which_pages() -> None:
    assert len(VERIFIED) >= 15
    assert [name for name, source in VERIFIED.items() if not source.evidence or not source.notes] == []


@pytest.mark.parametrize("name", VERIFIED)
def test_a_verified_source_takes_the_pages_and_documents_that_a_person_read(name: str) -> None:
    source = VERIFIED[name]
    for page in source.evidence:
        read = json.loads((EVIDENCE / f"{page}.json").read_text("utf-8"))
        if read["is"] == "list":
            wanted = {entry["url"]: entry["name"] for entry in read["disclosures"]}
            missed = [
                url for url, text in wanted.items() if not (source.is_detail(url) or named(source, url, text))
            ]
            assert missed == [], page
            columns = {column["url"].partition("#")[0] for column in read["columns"]}
            assert not columns or columns & set(source.entries), page
        elif "url_is" not in read:
            assert source.is_detail(read["url"]), page
        assert all(source.is_allowed(file["url"]) for file in read["attachments"]), page


def named(source: Source, url: str, text: str) -> bool:
    return source.is_named(url, text, words())


def test_every_region_has_a_state_and_a_reason_and_datong_says_what_is_known() -> None:
    listed = regions()
    assert {region.state for region in listed} == {"verified", "unverified", "blocked", "investigate", "demo"}
    assert [region for region in listed if not (region.why and region.place and region.entry)] == []
    codes = jurisdictions()
    assert [region for region in listed if region.jurisdiction not in codes] == []
    (datong,) = (region for region in listed if region.place == "大同市")
    assert (datong.state, datong.entry.rpartition("=")[2]) == ("investigate", "140200000")
    assert "Not known: its listing answers" in datong.why


@pytest.mark.shared
def test_every_region_of_the_public_sample_of_columns_is_listed() -> None:
    sample = SHARED / "reference" / "sites" / "columns_sample.csv"
    if not sample.is_file():
        pytest.skip(f"no {sample}; set YUSUAN_SHARED")
    with sample.open(encoding="utf-8", newline="") as table:
        wanted = {row["region"] for row in csv.DictReader(table)}
    assert wanted - {region.place for region in regions()} == set()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("某市,140200,http://a.example/,trs,fine,why", "line 2: unknown state 'fine'"),
        ("某市,140200,http://a.example/,trs,unverified,", "line 2: every row fills place, jurisdiction"),
    ],
)
def test_a_wrong_row_of_the_waiting_regions_is_named(tmp_path: Path, row: str, message: str) -> None:
    table = tmp_path / "unverified.csv"
    table.write_text(f"place,jurisdiction,entry,family,state,why\n{row}\n", "utf-8")
    with pytest.raises(UsageError, match=message):
        list(waiting(table))


def test_an_installation_adds_sources_in_its_data_directory(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    write(tmp_path / "sources", GOOD)
    assert set(sources(tmp_path)) - set(sources()) == {"testcity"}
    shown = CliRunner().invoke(sources_command, ["--data", str(tmp_path)])
    assert shown.exit_code == 0
    assert "testcity                   unverified  999901  测试市  (never crawled here)" in shown.output


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["dem"], 2, "no source 'dem'; did you mean 'demo'?"),
        (["demo"], 2, "set YUSUAN_CONTACT"),
        ([], 2, "name one or more sources, or --all"),
        (["demo", "--host", "demo"], 2, "--host should be NAME=ADDRESS"),
    ],
)
def test_a_crawl_asked_for_wrongly_ends_with_code_2_and_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    monkeypatch.delenv("YUSUAN_CONTACT", raising=False)
    result = CliRunner().invoke(collect.crawl, [*arguments, "--data", str(tmp_path)])
    assert (result.exit_code, message in result.output) == (code, True)


@pytest.mark.parametrize(
    ("netloc", "answer"),
    [
        ("127.0.0.1:80", True), ("[::1]:8001", True), ("localhost", True),
        ("czj.testcity.example", False), ("10.0.0.1", False),
    ],
)  # fmt: skip
def test_only_this_machine_is_loopback(netloc: str, answer: bool) -> None:
    assert is_loopback(netloc) is answer


def test_the_store_keeps_bytes_once_under_their_hash_and_sweeps_torn_files(tmp_path: Path) -> None:
    first = blobs.store(tmp_path, b"%PDF-1.4 a")
    when = blobs.path(tmp_path, first).stat().st_mtime_ns
    assert blobs.store(tmp_path, b"%PDF-1.4 a") == first == blobs.sha256_of(b"%PDF-1.4 a")
    assert blobs.path(tmp_path, first).stat().st_mtime_ns == when, "never written again"
    torn = blobs.path(tmp_path, first).with_suffix(".1.part")
    torn.write_bytes(b"%PDF")
    blobs.sweep(tmp_path)
    assert list(blobs.all_documents(tmp_path)) == [tmp_path / "documents" / first[:2] / f"{first}.pdf"]
    assert not torn.exists()
    with pytest.raises(ValueError, match="not a SHA-256"):
        blobs.path(tmp_path, "../../etc/passwd")


def test_sightings_come_back_as_recorded_and_sorted(tmp_path: Path) -> None:
    assert sightings(tmp_path) == []
    assert last_runs(tmp_path) == {}
    wanted = [Sighting(sha256=letter * 64, url=f"file:{letter}.pdf", title=letter) for letter in "cab"]
    with State(tmp_path) as state:
        state.record(wanted)
        state.record(wanted[:1])
    assert sightings(tmp_path) == sorted(wanted, key=lambda sighting: sighting.sha256)


def test_a_database_of_an_older_version_is_brought_up_to_date_with_all_it_holds(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "crawl.db") as old:
        old.executescript(f"{MIGRATIONS[0]}; PRAGMA user_version = 1")
        old.execute("INSERT INTO links VALUES ('a', 'http://p/', 'http://u/', 'file', 't', '', '', 0)")
        old.execute("INSERT INTO urls VALUES ('a', 'http://u/', 'file', 'new', 200, '', '', 'f00', '', '', '', 1)")
    old.close()
    with State(tmp_path) as state:
        assert state.db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
        assert tuple(state.db.execute("SELECT url, title, ask FROM links").fetchone()) == ("http://u/", "t", "")
        assert tuple(state.db.execute("SELECT sha256, form FROM urls").fetchone()) == ("f00", "")
        state.db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(sqlite3.DatabaseError, match="update it"):
        State(tmp_path)


def test_what_a_run_has_called_new_stays_new_when_an_archive_is_taken_apart_again(tmp_path: Path) -> None:
    archive = Link(url="http://a.example/a.zip", kind="archive", page_url="http://a.example/")
    member = Link(url=archive.url + "#b.pdf", kind="file", page_url=archive.url)
    answer = Answer(status=200, date="2026-03-12T18:17:00Z", sha256="f" * 64)
    with State(tmp_path) as state:
        Night(state, "city").read(member, answer)
        again = Night(state, "city")  # the first was killed before the archive was answered
        again.read(member, answer)
        again.read(archive, answer, [member])
        assert (again.answer(member.url), again.counts()) == ("new", {"new": 1})
        again.close(True, 1)
        Night(state, "city").read(member, answer)
        assert Night(state, "city").answer(member.url) == "unchanged"
    assert [sighting.url for sighting in sightings(tmp_path)] == [member.url]
