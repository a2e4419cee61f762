"""The findings: the gravest first, narrowed by links, walked one after another, both sides marked; their feed."""

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest

import evidence_city

LISTED = "select f.*, c.message_zh from findings f join checks c using (sha256, rule, place) order by seq"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return evidence_city.make(tmp_path_factory.mktemp("findings"))


@pytest.fixture(scope="module")
def site(city: Any) -> Iterator[httpx.Client]:
    with evidence_city.visited(city.data) as client:
        yield client


@pytest.fixture(scope="module")
def rows(city: Any) -> list[sqlite3.Row]:
    """The findings in their order."""
    with closing(sqlite3.connect(city.data / "site" / "current" / "budgets.db")) as database:
        database.row_factory = sqlite3.Row
        return database.execute(LISTED).fetchall()


def told(page: str) -> list[tuple[str, str]]:
    """Address and words of each finding of a list."""
    found = re.findall(r'<a class="told" href="([^"]+)">([^<]+)</a>', page)
    return [(html.unescape(address), html.unescape(words)) for address, words in found]


def links(page: str, rel: str) -> list[str]:
    return [html.unescape(address) for address in re.findall(rf'<a href="([^"]+)" rel="{rel}">', page)]


def test_all_findings_are_listed_in_their_order(site: httpx.Client, rows: list[sqlite3.Row]) -> None:
    page = site.get("/-/findings").text
    assert [words for _, words in told(page)] == [row["message_zh"] for row in rows]
    assert [row["outcome"] for row in rows] == sorted((row["outcome"] for row in rows), key="question".__eq__)
    assert f"共 <b>{len(rows)}</b> 条" in page


def test_a_unit_s_findings_stand_under_its_name(site: httpx.Client, rows: list[sqlite3.Row]) -> None:
    headings = re.findall(r'<h2><a href="/-/unit/([^"]+)">([^<]+)</a></h2>', site.get("/-/findings").text)
    runs: list[tuple[str, str]] = []
    for row in rows:
        if not runs or runs[-1] != (row["outcome"], row["unit_id"]):
            runs.append((row["outcome"], row["unit_id"]))
    assert [unit for unit, _ in headings] == [unit for _, unit in runs]


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [("outcome", "outcome", "question"), ("fault", "fault", "source"), ("rule", "rule", "A14"),
     ("year", "document_year", "2026"), ("stage", "stage", "budget"), ("place", "jurisdiction", "999900")],
)  # fmt: skip
def test_a_filter_s_link_tells_how_many_it_leaves_and_leaves_them(
    name: str, column: str, value: str, site: httpx.Client, rows: list[sqlite3.Row]
) -> None:
    expected = [row["message_zh"] for row in rows if str(row[column]) == value]
    counted = rf'href="(/-/findings\?{name}={value})" rel="nofollow">.*?<small>([\d,]+)</small>'
    link = re.search(counted, site.get("/-/findings").text)
    assert link and int(link[2]) == len(expected)
    assert [words for _, words in told(site.get(link[1]).text)] == expected


def test_filters_narrow_together_and_are_taken_away_one_by_one(site: httpx.Client, city: Any) -> None:
    page = site.get(f"/-/findings?outcome=fail&document={city.sha256}&rule=A14").text
    assert [words for _, words in told(page)] == ["A14 的说明"]
    chips = re.search(r'<p class="chips">(.*?)</p>', page, re.DOTALL)
    assert chips and re.findall(r'href="([^"]+)"', html.unescape(chips[1])) == [
        "/-/findings?rule=A14&document=" + city.sha256,
        "/-/findings?outcome=fail&document=" + city.sha256,
        "/-/findings?outcome=fail&rule=A14",
    ]


@pytest.mark.parametrize("tail", ["", "?outcome=question"])
def test_from_each_finding_the_next_is_reached_and_the_one_before(tail: str, site: httpx.Client) -> None:
    listed = [address for address, _ in told(site.get(f"/-/findings{tail}").text)]
    walked, address = [listed[0]], listed[0]
    while following := links(site.get(address).text, "next"):
        assert links(site.get(following[0]).text, "prev") == [address]
        [address] = following
        walked.append(address)
    assert walked == listed


def test_the_check_s_page_frames_both_sides(site: httpx.Client, city: Any) -> None:
    [(address, _)] = told(site.get("/-/findings?rule=A14").text)
    page = html.unescape(site.get(address).text)
    boxes = {row: ",".join(f"{edge:g}" for edge in evidence_city.site_city.cell(row, 1)) for row in (1, 4, 5)}
    assert f"/-/page/{city.sha256}/1.png?others={boxes[4]};{boxes[5]}&cell={boxes[1]}&within=" in page
    for words in ("12.30", "9.80 + 2.60 = 12.40", "-0.10", "红框是左边", "蓝框是右边", "规则"):
        assert words in page, words
    picture = re.search(r'<img src="(/-/page/[^"]+)" alt="原文件第 1 页；左边：12.30；右边：9.80、2.50"', page)
    assert picture and site.get(picture[1]).headers["content-type"] == "image/png"


def test_a_figure_of_the_prose_is_framed_as_well(site: httpx.Client) -> None:
    [(address, _)] = told(site.get("/-/findings?rule=X14&outcome=fail").text)
    page = html.unescape(site.get(address).text)
    stated = ",".join(f"{edge:g}" for edge in evidence_city.STATED)
    total = ",".join(f"{edge:g}" for edge in evidence_city.site_city.cell(1, 1))
    assert f"?others={total}&cell={stated}&within=" in page
    assert "左边：500万元；右边：12.30" in page


def test_a_finding_without_a_place_leads_to_its_document(site: httpx.Client, city: Any) -> None:
    page = site.get(f"/budgets/checks/{city.sha256},C7,").text
    assert f'href="/-/document/{city.sha256}"' in page
    assert "<img src=\"/-/page/" not in page


def test_a_figure_leads_to_its_checks_and_to_the_findings_of_its_document(site: httpx.Client, city: Any) -> None:
    page = site.get(f"/-/figure/{city.hospitality.fact_id}").text
    checks = re.search(r'<ul class="links checks">(.*?)</ul>', page, re.DOTALL)
    assert checks and "A14 的说明" in checks[1]
    walk = links(page, "next") + links(page, "prev")
    assert walk and all(f"?document={city.sha256}" in address for address in walk)


def test_the_feed_has_the_findings_with_their_permanent_addresses(
    site: httpx.Client, rows: list[sqlite3.Row]
) -> None:
    answer = site.get("/-/findings.atom?outcome=question")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.content)
    atom = "{http://www.w3.org/2005/Atom}"
    entries = feed.findall(f"{atom}entry")
    expected = [row for row in rows if row["outcome"] == "question"]
    assert [entry.findtext(f"{atom}summary") for entry in entries] == [row["message_zh"] for row in expected]
    assert len({entry.findtext(f"{atom}id") for entry in entries}) == len(expected)
    assert {entry.findtext(f"{atom}updated") for entry in entries} == {row["first_seen"] for row in expected}
    link = entries[0].find(f"{atom}link")
    assert link is not None and site.get(link.attrib["href"]).status_code == 200
    assert site.get("/-/findings.atom?outcome=question").content == answer.content


@pytest.mark.parametrize(
    "tail",
    ["?rule=A9'--", "?year=20261", "?outcome=pass", "?unit=x", "?document=..%2F..", "?place=%00", "?after=-1",
     "?stage=" + quote("预算"), "?fault=%3Cscript%3E"],
)  # fmt: skip
def test_what_is_no_filter_is_refused(tail: str, site: httpx.Client) -> None:
    assert site.get(f"/-/findings{tail}").status_code == 400
    if "after" not in tail:
        assert site.get(f"/-/findings.atom{tail}").status_code == 400


def test_a_filter_that_leaves_nothing_says_what_to_do(site: httpx.Client) -> None:
    page = site.get("/-/findings?year=1999").text
    assert (told(page), "没有符合条件的发现。去掉几个条件再试。" in page) == ([], True)


def test_the_list_is_told_in_english_too(city: Any, site: httpx.Client) -> None:
    page = httpx.get(f"{site.base_url}/-/findings?rule=A14&_lang=en", trust_env=False).text
    for words in ("<h1>Findings</h1>", "A14 in words", "Does not hold", "Left side"):
        assert words in page, words
