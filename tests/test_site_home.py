"""The front page: one search box, what is covered, how fresh it is, what is new, and doors to the rest."""

import re
from collections.abc import Iterator

import httpx
import pytest

import walk_city


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with walk_city.reader(tmp_path_factory.mktemp("home")) as client:
        yield client


@pytest.fixture(scope="module")
def page(site: httpx.Client) -> str:
    return site.get("/").text


def test_one_box_searches_everything(page: str) -> None:
    forms = re.findall(r'<form[^>]*action="([^"]+)"[^>]*role="search">\s*<input type="search" name="(\w+)"', page)
    assert forms == [("/-/search", "q")]
    assert page.count("<h1") == 1


def test_each_place_year_and_stage_tells_its_documents_and_figures(page: str) -> None:
    cells = re.findall(r"document_year=(\d+)&amp;stage=(\w+)\">(\d+) 份</a> <small[^>]*>(\d+) 个数字", page)
    assert cells == [("2026", "budget", "3", "48"), ("2025", "budget", "1", "6"), ("2024", "final", "1", "6")]


def test_the_latest_documents_are_named_with_the_day_on_which_they_were_seen(page: str) -> None:
    assert "最近一次见到新文件：2026-03-20。" in page
    latest = page[page.index("最近收录的文件") :]
    listed = re.findall(r'href="/-/document/([0-9a-f]{64})">(.*?)</a>', latest)
    assert sorted(words for _, words in listed) == [
        "示例市教育局2025年单位预算公开", "示例市教育局2026年单位预算公开",
        "示例市残疾人联合会2026年单位预算公开", "示例市民政局2026年单位预算公开",
    ]  # fmt: skip


def test_figures_that_do_not_hold_lead_to_their_check(site: httpx.Client, page: str) -> None:
    ((link, words),) = re.findall(r'href="(/budgets/checks/[^"]+)">(.*?)</a>', page)
    assert words == "12.30 与 12.20 相差 0.10"
    assert site.get(link).status_code == 200


def test_what_happened_to_documents_is_told_the_newest_first(page: str) -> None:
    told = re.findall(r"<b>(撤下|换了版本)</b>(?: <span class=\"quiet\">(.*?)</span>)?", page)
    assert told == [("撤下", ""), ("换了版本", "数字不同：改 3 个、增 0 个、删 1 个")]


def test_every_door_is_an_address_of_this_site(page: str) -> None:
    doors = page[page.index('class="doors wide"') :]
    assert re.findall(r'<li><a href="([^"]+)"><b>', doors)[:6] == [
        "/-/rankings", "/-/compare", "/-/ledger", "/-/findings", "/-/changes", "/-/downloads",
    ]  # fmt: skip


def test_the_page_is_told_in_english(site: httpx.Client) -> None:
    english = site.get("/", params={"_lang": "en"}).text
    site.cookies.clear()
    assert "<h1>See where the money goes</h1>" in english and "3 documents" in english
    assert re.findall(r"<h2>(.*?)</h2>", english) == [
        "Places, years and stages covered", "Begin here", "Latest changes", "Documents taken in last",
        "Figures that do not hold in the latest documents",
    ]  # fmt: skip
