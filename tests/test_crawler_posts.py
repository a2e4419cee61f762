"""Lists that are asked by POST, queries in a page's own encoding, and home pages in place of what is missing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

import little_site as little
from crawler import crawl, forms
from crawler.asking import Visitor
from crawler.pages import decode, read_page
from crawler.paging import further_pages
from crawler.state import sightings
from crawler.words import words

Site, page, pdf, HOST, ROOT = little.Site, little.page, little.pdf, little.HOST, little.ROOT
SITE = f"http://{HOST}"


def further(text: str, url: str) -> list[str]:
    return [found.removeprefix(SITE) for found in further_pages(text, SITE + url, words())]


# ---- an address with a form ----


@given(st.dictionaries(st.text(min_size=1), st.text()), st.text())
def test_a_form_is_sent_as_it_was_written_into_the_address(fields: dict[str, str], other: str) -> None:
    address = forms.posted(f"{SITE}/list?channel=7", fields)
    sent, mediatype = forms.body(address) or (b"", "")
    assert (dict(parse_qsl(sent.decode(), True)), mediatype) == (fields, forms.MEDIATYPES["post"])
    assert forms.parameters(address) == {"channel": "7", **fields}
    for name in fields:
        assert forms.parameters(forms.changed(address, {name: other})) == {"channel": "7", **fields, name: other}


def test_a_body_in_json_keeps_its_numbers_and_an_address_without_a_form_is_asked_by_get() -> None:
    body = {"pageNo": 1, "where": {"year": 2026}, "name": "预算"}
    address = f"{SITE}/list#json:{quote(json.dumps(body))}"
    assert forms.parameters(address) == {"pageNo": "1", "name": "预算"}
    sent, mediatype = forms.body(forms.changed(address, {"pageNo": "2"})) or (b"", "")
    assert (json.loads(sent), mediatype) == ({**body, "pageNo": 2}, forms.MEDIATYPES["json"])
    for address in (f"{SITE}/list", f"{SITE}/all.zip#a.pdf", f"{SITE}/#/overView?code=320100000"):
        assert (forms.body(address), forms.split(address)) == (None, (address, "", ""))


# ---- how pages announce such lists ----

RECORDS = [{"title": "甲局2026年部门预算", "url": "/a/1.html"}, {"title": "乙局2026年部门预算", "url": "/a/2.html"}]


@pytest.mark.parametrize("kind", ["post", "json"])
def test_an_answer_to_a_post_counts_its_pages(kind: str) -> None:
    written = {"post": "id=7&pageNo={}&pageSize=2", "json": quote('{"id":"7","pageNo":') + "{}" + quote("}")}[kind]
    answer = json.dumps({"data": {"total": 5, "rows": RECORDS}})
    asked = [f"/loadData#{kind}:{written.format(number)}" for number in (1, 2, 3)]
    assert further(answer, asked[0]) == asked[1:]


def test_the_records_of_jpage_come_by_post_where_a_source_asks_so() -> None:
    line = '<record><![CDATA[<li><a href="/art/2026/2/20/art_7_{}.html">甲局预算</a></li>]]></record>'
    records = f"<recordset>{line.format(1)}{line.format(2)}</recordset>"
    answer = f"<datastore><totalrecord>5</totalrecord>{records}</datastore>"
    form = "#post:col=1&path=%2F&webname=%E5%B8%82"
    proxy = "/module/web/jpage/dataproxy.jsp?startrecord={}&endrecord={}&perpage=2" + form
    asked = [proxy.format(*place) for place in ((1, 2), (3, 4), (5, 5))]
    assert further(answer, asked[0]) == asked[1:]


@pytest.mark.parametrize(
    "script",
    [
        'var cid = "7"; $.ajax({type: "post", url: "/loadData", data: {"pageNo": 1, channel: cid}, success: f});',
        "$.ajax({url:'/loadData', success: function(d){ for(;;){ show({a: 1}) } }, data:{pageNo: now, channel:'7'},"
        " method:'POST'})",
        '$.post("/loadData", {pageNo: 1, channel: 7}, function (told) {});',
        'axios.post("/loadData", {pageNo: page, channel: "7"})',
    ],
)
def test_a_script_that_asks_for_its_list_by_post_is_read(script: str) -> None:
    assert further(f"<script>{script}</script>", "/czyjs/") == ["/loadData#post:pageNo=1&channel=7"]


@pytest.mark.parametrize(
    "script",
    [
        '$.ajax({type: "post", url: "/count", data: {contentID: 7}})',
        '$.ajax({type: "post", url: "/loadData", data: {pageNo: 1, channel: unknown.id}})',
        '$.ajax({type: "get", url: "/loadData", data: {pageNo: 1}})',
        '$.ajax({type: "post", url: base + "/loadData", data: {pageNo: 1}})',
        '$.post("/search", {pageNo: 1})</script><a href="/a/1.html">甲局2026年部门预算</a><script>',
    ],
)
def test_nothing_is_sent_that_is_no_list_or_that_the_page_does_not_say_whole(script: str) -> None:
    assert further(f"<script>{script}</script>", "/czyjs/") == []


# ---- queries in GBK ----


def test_a_query_is_asked_byte_for_byte_as_its_page_gave_it() -> None:
    links = '<a href="/list.jsp?col=部门预算&乱=1">甲</a> <a href="/部门/?col=%B2%BF&n=2">下一页</a>'
    html = f'<meta charset="gbk">{links}'
    written = "col=" + quote("部门预算".encode("gbk")) + "&" + quote("乱".encode("gbk")) + "=1"
    text = decode(html.encode("gbk"))
    path = "/" + quote("部门") + "/?col=%B2%BF&n=2"  # a browser writes paths in UTF-8
    assert read_page(text, SITE, words()).links == (f"{SITE}/list.jsp?{written}", SITE + path)
    assert further(text, "/") == [path]
    answer = json.dumps({"totalPages": 2, "rows": RECORDS})
    assert further(answer, f"/list.jsp?{written}&page=1") == [f"/list.jsp?{written}&page=2"]


# ---- on a site ----


class Visit(little.Visit):  # type: ignore[misc]
    """Answers to POST, by path and form."""

    def do_POST(self) -> None:
        assert not {"If-None-Match", "If-Modified-Since", "Cookie"} & set(self.headers)
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.path += f"#{self.headers['Content-Type'].partition(';')[0]}:{form}"
        self.do_GET()


FORM = "application/x-www-form-urlencoded"


def city(site: Site) -> None:
    """A list of three records, two on a page, that answers to POST alone."""
    site.RequestHandlerClass = Visit
    for number, units in {1: (1, 2), 2: (3,)}.items():
        records = [{"title": f"{n}局2026年部门预算", "url": f"/czxx/yjsgk/t{n}.html"} for n in units]
        answer = json.dumps({"total": 3, "rows": records}).encode()
        site.put(f"/loadData#{FORM}:{urlencode({'channel': '市', 'page': number, 'size': 2})}", answer)
    for n in (1, 2, 3):
        site.put(f"t{n}.html", page(f'<a href="./{n}.pdf">{n}局2026年部门预算</a>', f"{n}局"))
        site.put(f"{n}.pdf", pdf(f"{n}局"))


@pytest.fixture
def site() -> Iterator[Site]:
    with little.served(city) as server:
        yield server


def new_data(folder: Path, entry: str) -> Path:
    source = little.SOURCE.replace(f"{ROOT}index.html", entry) + f'within: ["{SITE}/"]\n'
    return Path(little.new_data(folder, source))


def test_every_page_of_a_list_is_asked_by_post_each_night(site: Site, tmp_path: Path) -> None:
    form = urlencode({"channel": "市", "page": 1, "size": 2})
    data = new_data(tmp_path / "data", f"{SITE}/loadData#post:{form}")
    report = crawl(["testcity"], data, hosts=site.hosts)
    assert (report.finished, report.new, report.events) == (True, 3, {})
    again = crawl(["testcity"], data, hosts=site.hosts)
    assert (again.finished, again.unchanged, again.vanished) == (True, 3, 0)
    lists = [path for path, _ in site.asked if path.startswith("/loadData")]
    other = form.replace("page=1", "page=2")
    assert lists == [f"/loadData#{FORM}:{form}", f"/loadData#{FORM}:{other}"] * 2
    assert {seen.page_url for seen in sightings(data)} == {f"{ROOT}t{n}.html" for n in (1, 2, 3)}


PLATFORM = f"""records:
  - {{of: '/items\\.do', kind: detail, address: '{SITE}/files.do#post:uuid={{uuid}}', title: '{{name}}'}}
  - {{of: '/files\\.do', kind: file, address: '{SITE}/download.do?iid={{iid}}', title: '{{t_oldname}}'}}
"""


def test_records_without_an_address_are_asked_as_the_source_says(site: Site, tmp_path: Path) -> None:
    for number, uuids in {1: ("a b", "c"), 2: ("d",)}.items():
        told = {"total": 3, "budgetTemplates": [{"uuid": uuid, "name": f"{uuid}局预算"} for uuid in uuids]}
        site.put(f"/items.do#{FORM}:page_num={number}&page_size=2&groupid=7", json.dumps(told).encode())
    for number, uuid in enumerate(("a+b", "c", "d")):
        told = {"rows": [{"iid": number, "t_oldname": f"{number}局2026年部门预算.pdf"}, {"iid": None}]}
        site.put(f"/files.do#{FORM}:uuid={uuid}", json.dumps(told).encode())
        site.put(f"/download.do?iid={number}", pdf(uuid))
    data = new_data(tmp_path / "data", f"{SITE}/items.do#post:page_num=1&page_size=2&groupid=7")
    with (data / "sources" / "testcity.yaml").open("a", encoding="utf-8") as source:
        source.write(PLATFORM)
    report = crawl(["testcity"], data, hosts=site.hosts)
    assert (report.finished, report.new, report.events) == (True, 3, {})
    seen = {(found.url, found.page_url, found.title) for found in sightings(data)}
    assert seen == {
        (f"{SITE}/download.do?iid={number}", f"{SITE}/files.do#post:uuid={uuid}", f"{number}局2026年部门预算.pdf")
        for number, uuid in enumerate(("a+b", "c", "d"))
    }
    assert {found.publisher for found in sightings(data)} == {"测试市财政局"}


def test_a_person_looks_at_a_list_by_post_too(site: Site) -> None:
    form = urlencode({"channel": "市", "page": 1, "size": 2})
    asked = Visitor(site.hosts, pace=0).ask(f"{SITE}/loadData#post:{form}")
    assert (asked.status, asked.url, json.loads(asked.text)["total"]) == (200, f"{SITE}/loadData#post:{form}", 3)


MENU = "".join(f'<li><a href="./column{n}/">栏目{n}</a></li>' for n in range(20))
HOME = page(f'<ul>{MENU}</ul><a href="./guide.pdf">办事指南</a>')


def test_a_home_page_in_place_of_what_is_missing_is_a_soft_404(site: Site, tmp_path: Path) -> None:
    links = "".join(f'<a href="./t{n}.html">{n}局</a>' for n in (1, 7, 8, 9))
    site.put("index.html", page(links))
    site.put("/", HOME)
    site.put("t7.html", HOME)
    site.put("t8.html", b"", 302, headers={"Location": "/"})
    site.put("t9.html", page(f'<ul>{MENU.replace("column", "other")}</ul><a href="./9.pdf">9局预算</a>'))
    site.put("9.pdf", pdf("9局"))
    data = new_data(tmp_path / "data", f"{ROOT}index.html")
    report = crawl(["testcity"], data, hosts=site.hosts)
    assert (report.finished, report.new, report.events) == (True, 2, {"soft-404": 2})
    with closing(sqlite3.connect(data / "crawl.db")) as db:
        told = [url.removeprefix(ROOT) for (url,) in db.execute("SELECT url FROM events ORDER BY url")]
    assert told == ["t7.html", "t8.html"]
    assert {seen.url.removeprefix(ROOT) for seen in sightings(data)} == {"1.pdf", "9.pdf"}
    assert sum(path == "/" for path, _ in site.asked) == 2, "once to compare with, once as a redirect"
