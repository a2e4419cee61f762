"""Changes: what happened to documents after they were published, the newest first, on a page and as a feed."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import httpx
import pytest

import walk_city

ATOM = {"atom": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with walk_city.reader(tmp_path_factory.mktemp("changes")) as client:
        yield client


def told(page: str) -> list[tuple[str, str]]:
    """Day and what happened, of each piece of news."""
    return re.findall(r'<time datetime="([\d-]+)">.*?<p><b>(.*?)</b>', page, re.S)


def test_what_happened_last_comes_first(site: httpx.Client) -> None:
    page = site.get("/-/changes").text
    assert told(page) == [("2026-04-09", "撤下"), ("2026-04-02", "换了版本")]
    assert page.count("<h1") == 1 and 'id="permalink"' in page


def test_a_new_version_shows_the_figures_that_differ_and_both_versions(site: httpx.Client) -> None:
    page = site.get("/-/changes?kind=replaced").text
    assert told(page) == [("2026-04-02", "换了版本")]
    assert "数字不同：改 3 个、增 0 个、删 1 个" in page
    told_apart = r'href="(/budgets/changes/[0-9a-f]{64},1)">公务接待费</a>：<s>2.40</s> → <b>2.50</b>'
    (link,) = re.findall(told_apart, page)
    assert site.get(link).status_code == 200
    assert len(set(re.findall(r'href="/-/document/([0-9a-f]{64})"', page))) == 2
    assert re.search(r'href="/budgets/changes\?sha256=[0-9a-f]{64}">全部不同的数字', page)


def test_the_feed_holds_the_same_and_keeps_the_filter(site: httpx.Client) -> None:
    page = site.get("/-/changes?kind=withdrawn&place=999900").text
    (link,) = set(re.findall(r'href="(/-/changes\.atom[^"]*)"', page))
    feed = ElementTree.fromstring(site.get(link.replace("&amp;", "&")).content)
    titles = [entry.findtext("atom:title", namespaces=ATOM) for entry in feed.findall("atom:entry", ATOM)]
    assert titles == ["撤下 · 示例市教育局 · 2026 预算"]
    whole = ElementTree.fromstring(site.get("/-/changes.atom?_lang=en").content)
    site.cookies.clear()
    summaries = [entry.findtext("atom:summary", namespaces=ATOM) for entry in whole.findall("atom:entry", ATOM)]
    assert summaries[1] is not None and "(Added 0, Removed 1, Altered 3)" in summaries[1]


def test_an_empty_list_says_why_and_a_wrong_filter_is_a_mistake(site: httpx.Client) -> None:
    assert "没有这样的改动" in site.get("/-/changes?place=110000").text
    for wrong in ("kind=published", "place='", "after=x"):
        assert site.get(f"/-/changes?{wrong}").status_code == 400
    assert site.get("/-/changes.atom?kind=nothing").status_code == 400


def test_the_page_is_told_in_english(site: httpx.Client) -> None:
    page = site.get("/-/changes?_lang=en").text
    site.cookies.clear()
    assert [what for _, what in told(page)] == ["Withdrawn", "Replaced by a new version"]
