"""Sites built by script: a browser without a network shows the page, the crawler asks for what it needs."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

import little_site as little
from crawler import chromium, crawl
from crawler.asking import Visitor
from crawler.catalogue import load, pick
from crawler.checking import check
from crawler.errors import UsageError
from crawler.hosts import grouped
from crawler.state import sightings

Site, pdf, HOST, ROOT = little.Site, little.pdf, little.HOST, little.ROOT
BROWSER = "family: generic\ndetails: '/show(\\.html\\?id=|/)\\d+$'\nbrowser: true\npage_seconds: 6"
SOURCE = little.SOURCE.replace("family: trs", BROWSER).replace("detail_days: 0\nfile_days: 0\n", "")
PATH = ROOT.removeprefix(f"http://{HOST}")
PACE = 0.2
SCRIPT = {"Content-Type": "text/javascript"}

SHELL = """<html><head><meta charset="utf-8"><title>预决算公开</title><link rel="stylesheet" href="/a.css">
<script src="{}"></script><script src="http://count.example/hm.js?site=7"></script></head>
<body><div id="app"></div><img src="/logo.png"><iframe src="/frame.html"></iframe></body></html>"""
APP = """
const known = document.cookie || localStorage.seen ? ' (seen before)' : '';
document.cookie = 'seen=1'; localStorage.seen = 1;
const id = new URLSearchParams(location.search).get('id') || location.hash.replace('#/show/', '');
const asked = {method: 'POST', body: '{"pageNo":1,"pageSize":2,"year":"2026"}'};
(id ? fetch('/api/show?id=' + id) : fetch('/api/list', asked)).then(answer => answer.json()).then(found => {
  for (const record of found.records) {
    const link = document.createElement('a');
    link.href = record.url;
    link.textContent = record.title + known;
    document.getElementById('app').append(link);
  }
  document.getElementById('app').append(' built at ' + performance.now());
});
"""
TITLES = {1: "甲局2026年部门预算", 2: "乙局2026年部门预算", 3: "丙局2026年部门预算"}
# An address of its own, or a fragment that the script reads; the third stands on a page that comes on a click.
PAGES = {1: "show.html?id=1", 2: "index.html#/show/2", 3: "show.html?id=3"}


def answer(addresses: dict[int, str]) -> bytes:
    records = [{"title": TITLES[number], "url": address} for number, address in addresses.items()]
    return json.dumps({"total": len(PAGES), "records": records}, ensure_ascii=False).encode()


def listed(*numbers: int) -> bytes:
    return answer({number: PATH + PAGES[number] for number in numbers})


class Visit(little.Visit):  # type: ignore[misc]
    def do_POST(self) -> None:
        self.path += "#" + self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.do_GET()


LIST = '/api/list#{{"pageNo":{},"pageSize":2,"year":"2026"}}'


def shell(script: str = "/app.js") -> bytes:
    return SHELL.format(script).encode()


def city(site: Site) -> None:
    """One shell at every address; its script asks for the list, or for the page that the address names."""
    site.RequestHandlerClass = Visit
    for path in ("index.html", "show.html?id=1", "show.html?id=3"):
        site.put(path, shell())
    site.put("/app.js", APP.encode(), headers=SCRIPT)
    site.put(LIST.format(1), listed(1, 2))
    site.put(LIST.format(2), listed(3))
    for number in TITLES:
        site.put(f"/api/show?id={number}", answer({number: f"/files/{number}.pdf"}))
        site.put(f"/files/{number}.pdf", pdf(TITLES[number]))


@pytest.fixture
def site() -> Iterator[Site]:
    with little.served(city) as server:
        yield server


@pytest.fixture
def browser() -> None:
    if not any(map(shutil.which, chromium.NAMES)):
        pytest.skip("no Chromium here")
    if find_spec("scrapy_playwright") is None:
        pytest.skip("the extra browser is not installed")


def asked(site: Site) -> list[str]:
    return [path for path, _ in site.asked if path != "/robots.txt"]


def events(data: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(data / "crawl.db")) as db:
        query = "SELECT name, url, detail FROM events WHERE run = (SELECT max(run) FROM runs) ORDER BY name, url"
        return [(name, url.removeprefix(f"http://{HOST}"), detail) for name, url, detail in db.execute(query)]


@pytest.mark.browser
@pytest.mark.usefixtures("browser")
def test_a_list_that_a_script_builds_is_read_and_known_again(site: Site, tmp_path: Path) -> None:
    data = little.new_data(tmp_path / "data", SOURCE.replace("pace: 0", f"pace: {PACE}"))
    report = crawl(["testcity"], data, hosts=site.hosts)
    assert (report.finished, report.new) == (True, 3)
    assert asked(site)[:3] == [f"{PATH}index.html", "/app.js", LIST.format(1)]
    assert sorted(asked(site)[3:]) == sorted([
        LIST.format(2), LIST.format(1),  # the second page counts all pages, and the first was the script's
        f"{PATH}show.html?id=1", f"{PATH}index.html", f"{PATH}show.html?id=3",
        "/api/show?id=1", "/api/show?id=2", "/api/show?id=3",
        "/files/1.pdf", "/files/2.pdf", "/files/3.pdf",
    ]), "no picture, style or frame is asked, and the script is known on the second page"  # fmt: skip
    gaps = sorted(later - earlier for (_, earlier), (_, later) in pairwise(site.times))
    assert gaps[len(gaps) // 4] > 0.45 * PACE, "at its pace; a busy machine may bring two answers together"
    seen = {(document.title, document.page_url.removeprefix(ROOT)) for document in sightings(data)}
    assert seen == {(TITLES[n], PAGES[n]) for n in PAGES}, "nothing is kept between pages"
    assert [(name, url) for name, url, _ in events(data)] == [("part-not-loaded", "http://count.example/hm.js")]

    site.date = little.SECOND_NIGHT
    site.asked.clear()
    again = crawl(["testcity"], data, hosts=site.hosts)
    lists = [f"{PATH}index.html", "/app.js", LIST.format(1), LIST.format(2), LIST.format(1)]
    assert asked(site) == lists, "pages and documents are young"
    assert (again.finished, again.young, again.changed, again.vanished) == (True, 3, 0, 0)
    with closing(sqlite3.connect(data / "crawl.db")) as db:
        query = "SELECT answer, etag, last_modified FROM urls WHERE kind = 'list' AND url LIKE '%index.html'"
        known = db.execute(query).fetchall()
    assert known == [("unchanged", "", "")], "by its links: its text has changed, and its shell says nothing"


@pytest.mark.browser
@pytest.mark.usefixtures("browser")
def test_what_a_page_cannot_have_is_named_and_no_challenge_is_passed(site: Site, tmp_path: Path) -> None:
    names = ("challenge", "busy", "cut", "loop", "forbidden", "jump")
    entries = ", ".join(f'"{ROOT}{name}.html"' for name in names)
    data = little.new_data(tmp_path / "data", SOURCE.replace(f'"{ROOT}index.html"', entries))
    for name, script in {
        "busy": "fetch('/api/busy')",
        "cut": "fetch('/api/cut').then(told => told.json())",
        "loop": "for (;;) {}",
        "forbidden": "fetch('/private/list')",
        "jump": "location.href = 'elsewhere.html'",
    }.items():
        site.put(f"{name}.html", shell(f"/{name}.js"))
        site.put(f"/{name}.js", script.encode(), headers=SCRIPT)
    site.put("challenge.html", b"<html><script>$_ts={}; fetch('/passed')</script></html>")
    site.put("/api/busy", b"{}", 503)
    site.put("/api/cut", listed(1, 2)[:-3], length=False)
    site.put("/robots.txt", b"User-agent: *\nDisallow: /private/\n")

    report = crawl(["testcity"], data, hosts=site.hosts)
    assert not report.finished
    told = {(name, url.removeprefix("/czxx/yjsgk/")) for name, url, _ in events(data) if name != "list-not-read"}
    assert told == {
        ("js-challenge", "challenge.html"),
        ("http-503", "busy.html"), ("part-not-loaded", "/api/busy"),
        ("download-EOFError", "cut.html"), ("part-not-loaded", "/api/cut"),
        ("download-TimeoutError", "loop.html"),
        ("empty-list", "forbidden.html"), ("part-not-loaded", "/private/list"),
        ("empty-list", "jump.html"),
        ("part-not-loaded", "http://count.example/hm.js"),
    }  # fmt: skip
    assert not {"/passed", "/private/list", "/czxx/yjsgk/elsewhere.html"} & set(asked(site))


def test_a_check_of_such_a_source_expects_a_shell_and_no_challenge(site: Site, tmp_path: Path) -> None:
    data = little.new_data(tmp_path / "data", SOURCE)
    source, visitor = load(data / "sources" / "testcity.yaml"), Visitor(site.hosts, pace=0)
    assert [(found.name, found.serious) for found in check(source, visitor, data)] == [("answered", False)]
    site.put("index.html", b"<html><script>$_ts={}</script></html>")
    assert [(found.name, found.serious) for found in check(source, visitor, data)] == [("page-is-challenge", True)]


def test_one_browser_at_a_time_is_enough_for_the_machine(tmp_path: Path) -> None:
    folder = little.new_data(tmp_path / "data", SOURCE) / "sources"
    for name, text in {"shown": SOURCE, "plain": little.SOURCE}.items():
        (folder / f"{name}.yaml").write_text(text.replace(HOST, f"{name}.example"), "utf-8")
    chosen = [load(folder / f"{name}.yaml") for name in ("testcity", "plain", "shown")]
    assert [[source.name for source in chain] for chain in grouped(chosen)] == [["plain"], ["testcity", "shown"]]


def test_a_source_with_a_browser_says_what_is_to_be_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = little.new_data(tmp_path / "data", SOURCE)
    monkeypatch.setattr(chromium, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"testcity needs a browser .* `pip install 'yusuan\[browser\]'`"):
        pick(["testcity"], data)
    monkeypatch.setattr(chromium, "find_spec", lambda name: object())
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(chromium.CHOSEN, raising=False)
    with pytest.raises(UsageError, match=rf"no Chromium is here: install one .* or set {chromium.CHOSEN}"):
        pick(["testcity"], data)
    monkeypatch.setenv(chromium.CHOSEN, "/opt/chromium")
    assert [source.name for source in pick(["testcity"], data)] == ["testcity"]
