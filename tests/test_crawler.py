"""A crawl over a small made-up site on loopback: what is kept, what is named, what is never asked twice."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import little_site as little
from crawler import CrawlReport, blobs, crawl
from crawler.errors import Locked, UsageError
from crawler.lock import hold
from crawler.state import last_runs, sightings

HOST, ROOT, SOURCE, SECOND_NIGHT = little.HOST, little.ROOT, little.SOURCE, little.SECOND_NIGHT
Answer, Site = little.Answer, little.Site
new_data, page, pdf, served, sha256 = little.new_data, little.page, little.pdf, little.served, little.sha256
XLSX = b"PK\x03\x04 ... xl/workbook.xml PK\x05\x06"


def little_city(site: Site) -> None:
    """Two list pages by script, four detail pages, attachments of every kind we meet."""
    site.put("/robots.txt", b"User-agent: *\nDisallow: /czxx/yjsgk/secret/\n")
    script = '<script>createPageHTML(2, 0, "index", "html");</script>'
    site.put("index.html", page(
        '<a href="./202603/t20260312_1.html">甲局</a><a href="./202603/t20260312_2.html">乙局</a>'
        f'<a href="./secret/t20260312_9.html">内部</a><a href="/news/t20260312_8.html">新闻</a>{script}'
    ))  # fmt: skip
    site.put("index_1.html", page(
        '<a href="./202603/t20260312_3.html">丙局</a><a href="./202603/t20260312_4.html">丁局</a>', encoding="gbk"
    ))  # fmt: skip
    site.put("202603/t20260312_1.html", page(
        '<a href="./P020260312001.PDF" title="甲局2026年单位预算公开.pdf">附件</a><a href="./gone.pdf">附件</a>',
        "甲局2026年单位预算公开", "2026-3-12 9:05:00",
    ))  # fmt: skip
    site.put("202603/t20260312_2.html", page(
        '<meta name="ContentSource" content="乙局"><a href="/pdfjs/web/viewer.html?file=/files/b.pdf">点击查看</a>',
        "乙局2026年单位预算", encoding="gbk",
    ))  # fmt: skip
    site.put("202603/t20260312_3.html", page(
        '<a href="./same.pdf">丙局预算</a><a href="./disguise.pdf">丙局说明</a><a href="./c.xlsx">表格</a>',
        "丙局2026年单位预算",
    ))  # fmt: skip
    site.put("202603/t20260312_4.html", page("<p>详见正文</p>", "丁局2026年单位预算"))
    site.put("202603/P020260312001.PDF", pdf("甲局"))
    site.put("202603/same.pdf", pdf("甲局"))
    site.put("202603/c.xlsx", XLSX)
    site.put("202603/disguise.pdf", page("<p>请稍候</p>"))
    site.put("/files/b.pdf", pdf("乙局"))
    site.put("/news/t20260312_8.html", page('<a href="./n.pdf">x</a>', "新闻"))


@pytest.fixture
def site() -> Iterator[Site]:
    with served(little_city) as server:
        yield server


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory before the first crawl."""
    return new_data(tmp_path / "data")


@dataclass
class FirstNight:
    data: Path
    report: CrawlReport
    asked: list[tuple[str, int]]
    agents: set[str]


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> FirstNight:
    """One crawl of the little city, looked at by several tests."""
    data = new_data(tmp_path_factory.mktemp("first") / "data")
    with served(little_city) as site:
        report = crawl(["testcity"], data, hosts=site.hosts)
        return FirstNight(data, report, site.asked, site.agents)


@pytest.fixture
def crawled(first_night: FirstNight, tmp_path: Path, site: Site) -> Path:
    """A data directory after the first night; the site's calendar shows the second."""
    site.date = SECOND_NIGHT
    return Path(shutil.copytree(first_night.data, tmp_path / "crawled"))


def seen(data: Path) -> list[tuple[str, ...]]:
    return sorted(
        (s.url.removeprefix(f"http://{HOST}"), s.page_url.removeprefix(ROOT), s.title, s.publisher, s.published_on)
        for s in sightings(data)
    )


def stored(data: Path) -> set[str]:
    return {path.stem for path in blobs.all_documents(data)}


def test_the_first_night_keeps_every_document_and_names_everything_else(first_night: FirstNight) -> None:
    report, data = first_night.report, first_night.data
    assert (report.finished, report.new, report.changed, report.unchanged, report.vanished) == (True, 3, 0, 0, 0)
    assert report.events == {
        "html-instead-of-pdf": 1, "http-404": 1, "no-attachment": 1, "other-format": 1, "robots-forbidden": 1,
    }  # fmt: skip
    base = "/czxx/yjsgk/202603/"
    assert seen(data) == [
        (
            base + "P020260312001.PDF",
            "202603/t20260312_1.html",
            "甲局2026年单位预算公开.pdf",
            "测试市财政局",
            "2026-03-12",
        ),
        (base + "same.pdf", "202603/t20260312_3.html", "丙局预算", "测试市财政局", "2026-03-12"),
        ("/files/b.pdf", "202603/t20260312_2.html", "乙局2026年单位预算", "乙局", "2026-03-12"),
    ]
    assert stored(data) == {sha256(pdf("甲局")), sha256(pdf("乙局"))}, (
        "the same bytes under two addresses are one file"
    )
    assert {(s.first_seen, s.last_seen, s.retrieved_at, s.vanished_on) for s in sightings(data)} == {
        ("2026-03-12T18:17:00Z", "2026-03-12T18:17:00Z", "2026-03-12T18:17:00Z", "")
    }
    assert {(s.source, s.jurisdiction) for s in sightings(data)} == {("testcity", "999901")}


def test_what_robots_forbids_or_lies_outside_the_column_is_not_asked(first_night: FirstNight) -> None:
    paths = Counter(path for path, _ in first_night.asked)
    assert not [path for path in paths if "secret" in path or "news" in path]
    disguised = "/czxx/yjsgk/202603/disguise.pdf"
    assert paths.pop(disguised) == 3, "a bad body is asked for twice more"
    assert set(paths.values()) == {1}
    assert [agent.partition("/")[0] for agent in first_night.agents] == ["Yusuan"], "robots.txt included"


def test_the_second_night_asks_with_validators_and_gets_no_body(site: Site, crawled: Path) -> None:
    before = sightings(crawled)
    site.pages.pop("/czxx/yjsgk/202603/disguise.pdf")

    report = crawl(["testcity"], crawled, hosts=site.hosts)

    assert site.statuses() == {304: 10, 404: 2}
    assert (report.finished, report.new, report.changed, report.unchanged, report.vanished) == (True, 0, 0, 3, 0)
    assert report.events == {"http-404": 2, "no-attachment": 1, "other-format": 1, "robots-forbidden": 1}
    after = sightings(crawled)
    assert {(s.first_seen, s.last_seen) for s in after} == {("2026-03-12T18:17:00Z", "2026-03-13T18:17:00Z")}
    assert [(s.sha256, s.url, s.retrieved_at) for s in after] == [(s.sha256, s.url, s.retrieved_at) for s in before]


def test_other_bytes_at_the_same_address_are_a_new_version_and_both_are_kept(site: Site, crawled: Path) -> None:
    site.put("/files/b.pdf", pdf("乙局 edited"))
    site.pages.pop("/czxx/yjsgk/202603/same.pdf")

    report = crawl(["testcity"], crawled, hosts=site.hosts)

    assert (report.new, report.changed, report.unchanged, report.vanished) == (0, 1, 1, 1)
    versions = {
        s.sha256: (s.first_seen[:10], s.last_seen[:10]) for s in sightings(crawled) if s.url.endswith("/b.pdf")
    }
    assert versions == {
        sha256(pdf("乙局")): ("2026-03-12", "2026-03-12"),
        sha256(pdf("乙局 edited")): ("2026-03-13", "2026-03-13"),
    }
    gone = {s.url.rpartition("/")[2]: s.vanished_on for s in sightings(crawled) if s.vanished_on}
    assert gone == {"same.pdf": "2026-03-13"}, (
        "listed still, but its address says 404; a replaced version is not gone"
    )
    assert set(versions) <= stored(crawled)


def test_a_document_that_is_no_longer_listed_has_vanished_and_may_come_back(site: Site, crawled: Path) -> None:
    listed = site.pages["/czxx/yjsgk/index_1.html"]
    site.put("index_1.html", page('<a href="./202603/t20260312_4.html">丁局</a>'))

    assert crawl(["testcity"], crawled, hosts=site.hosts).vanished == 1
    gone = {s.url.rpartition("/")[2]: s.vanished_on for s in sightings(crawled) if s.vanished_on}
    assert gone == {"same.pdf": "2026-03-13"}
    assert crawl(["testcity"], crawled, hosts=site.hosts).vanished == 0, "it vanishes once"

    site.pages["/czxx/yjsgk/index_1.html"] = listed
    crawl(["testcity"], crawled, hosts=site.hosts)
    assert not [s for s in sightings(crawled) if s.vanished_on]


def test_a_list_that_fails_proves_nothing_about_its_documents(site: Site, crawled: Path) -> None:
    site.put("index_1.html", b"<html>WAF</html>", 412)

    report = crawl(["testcity"], crawled, hosts=site.hosts)

    assert (report.finished, report.vanished) == (False, 0)
    assert (report.events["http-412"], report.events["list-not-read"]) == (1, 1)
    assert last_runs(crawled)["testcity"]["outcome"] == "incomplete"
    assert not [s for s in sightings(crawled) if s.vanished_on]


@pytest.mark.parametrize(
    ("body", "event"),
    [
        (page("<p>nothing listed</p>"), "empty-list"),
        (b"<script>document.cookie='EO_Bot_Ssid=1'</script>", "js-challenge"),
        (page("<a href='t20260312_1.html'>x</a>", "404 Not Found"), "soft-404"),
    ],
)
def test_a_list_page_in_disguise_is_named_and_the_crawl_is_not_complete(
    site: Site, data: Path, body: bytes, event: str
) -> None:
    site.put("index.html", body)
    report = crawl(["testcity"], data, hosts=site.hosts)
    assert (report.finished, report.events) == (False, {event: 1, "list-not-read": 1})


def test_a_cut_off_body_is_asked_for_again_and_never_kept(site: Site, data: Path) -> None:
    whole = pdf("乙局")
    site.pages["/files/b.pdf"] = [Answer(whole[:-6], length=False), Answer(whole)]
    site.put("202603/same.pdf", whole[:-7], length=False)

    report = crawl(["testcity"], data, hosts=site.hosts)

    assert report.events["truncated-pdf"] == 1
    assert stored(data) == {sha256(pdf("甲局")), sha256(whole)}


def test_a_redirect_to_a_foreign_host_is_named_and_not_followed(site: Site, data: Path) -> None:
    site.put("/files/b.pdf", b"", 302, headers={"Location": "http://elsewhere.example/b.pdf"})
    report = crawl(["testcity"], data, hosts=site.hosts)
    assert report.finished and report.events["left-the-site"] == 1


def test_a_source_that_is_written_anew_reads_its_pages_anew(site: Site, crawled: Path) -> None:
    (crawled / "sources" / "testcity.yaml").write_text(SOURCE + "details: '_3\\.html$'\n", "utf-8")
    report = crawl(["testcity"], crawled, hosts=site.hosts)
    assert (report.unchanged, report.vanished) == (1, 2)
    assert {path for path, status in site.asked if status == 200 and path.endswith(".html")} == {
        "/czxx/yjsgk/index.html", "/czxx/yjsgk/index_1.html", "/czxx/yjsgk/202603/t20260312_3.html",
    }  # fmt: skip


def test_a_missed_assertion_fails_the_crawl(site: Site, data: Path) -> None:
    source = data / "sources" / "testcity.yaml"
    source.write_text(SOURCE + "assertions: {documents: {min: 4}}\n", "utf-8")
    report = crawl(["testcity"], data, hosts=site.hosts)
    assert not report.finished and report.events["fewer-documents-than-asserted"] == 1


def many_documents(site: Site, count: int) -> None:
    site.pages.clear()
    links = "".join(f'<a href="./t20260312_{number}.html">{number}</a>' for number in range(count))
    site.put("index.html", page(links))
    for number in range(count):
        site.put(f"t20260312_{number}.html", page(f'<a href="./{number}.pdf">{number}号预算</a>', f"{number}号"))
        site.put(f"{number}.pdf", pdf(str(number)))


@pytest.mark.parametrize("whole_group", [True, False], ids=["both processes", "the parent alone"])
def test_a_crawl_killed_in_the_middle_loses_nothing_and_repeats_nothing(
    site: Site, data: Path, whole_group: bool
) -> None:
    many_documents(site, 12)
    site.files_until_stall = 5
    host = f"{HOST}={site.hosts[HOST]}"
    code = "from yusuan.collect import crawl; crawl()"
    command = [sys.executable, "-c", code, "testcity", "--data", str(data), "--host", host]
    process = subprocess.Popen(command, start_new_session=True)
    assert site.stalled.wait(30)
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGKILL)
    process.wait()
    with hold(data):  # waits for the child to notice
        database = sqlite3.connect(data / "crawl.db")
        done = {url.removeprefix(f"http://{HOST}") for (url,) in database.execute("SELECT url FROM urls")}
        database.close()
    first = [path for path, _ in site.asked if path != "/robots.txt"]
    assert 0 < len(done) < 25
    site.asked.clear()
    site.files_until_stall = 10**9

    report = crawl(["testcity"], data, hosts=site.hosts)

    second = [path for path, _ in site.asked if path != "/robots.txt"]
    assert (report.finished, report.new) == (True, 12)
    assert len(sightings(data)) == len(stored(data)) == 12
    assert set(second) == set(site.pages) - done, "what was answered is not asked again"
    assert len(set(first) & set(second)) <= 1, "only what was under way is asked again"


def test_one_crawl_at_a_time_in_a_data_directory(site: Site, data: Path) -> None:
    with hold(data), pytest.raises(Locked, match="another run is at work"):
        crawl(["testcity"], data, hosts=site.hosts)


def test_a_real_host_needs_an_address_of_the_operator(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YUSUAN_CONTACT", raising=False)
    with pytest.raises(UsageError, match="czj.testcity.example needs an address .* set YUSUAN_CONTACT"):
        crawl(["testcity"], data)
    with pytest.raises(UsageError, match="no source 'testcty'; did you mean 'testcity'"):
        crawl(["testcty"], data)
