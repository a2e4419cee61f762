"""Rankings: units by a printed figure; budgets and final accounts, units and departments stay apart."""

import re
from collections.abc import Iterator

import httpx
import pytest

import walk_city
from datapackages import rankings


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with walk_city.reader(tmp_path_factory.mktemp("rankings")) as client:
        yield client


def rows(page: str) -> list[list[str]]:
    """The texts of the rows of the ranking."""
    body = re.search(r'<table class="grid ranks">.*?<tbody>(.*?)</tbody>', page, re.S)
    lines = re.findall(r"<tr>(.*?)</tr>", body[1], re.S) if body else []
    cells = (re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", line, re.S) for line in lines)
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in line] for line in cells]


def test_units_stand_in_the_order_of_the_figure_of_the_latest_year(site: httpx.Client) -> None:
    page = site.get("/-/rankings/three_public").text
    assert rows(page) == [
        ["1", "示例市教育局", "12.3"], ["2", "示例市民政局", "9"], ["3", "示例市第一中学", "4.5"],
    ]  # fmt: skip
    assert "2026 年预算" in page and page.count("<h1") == 1
    figure = re.search(r'href="(/-/figure/[^"]+)"', page)
    assert figure and site.get(figure[1]).status_code == 200


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("scope=department", [["1", "示例市教育局", "30"]]),
        ("stage=final", [["1", "示例市教育局", "11.1"]]),
        ("year=2025", [["1", "示例市教育局", "13"], ["2", "示例市第一中学", "4"], ["3", "示例市民政局", "0"]]),
        ("place=110000", []),
    ],
)
def test_a_choice_shows_that_alone(site: httpx.Client, chosen: str, expected: list[list[str]]) -> None:
    assert rows(site.get(f"/-/rankings/three_public?{chosen}").text) == expected


CHANGES = {
    "rise": ["示例市民政局", "示例市第一中学", "示例市教育局"],
    "fall": ["示例市教育局", "示例市第一中学", "示例市民政局"],
    "rise_percent": ["示例市第一中学", "示例市教育局", "示例市民政局"],
}


@pytest.mark.parametrize("sort", CHANGES)
def test_changes_are_ranked_as_the_reader_chooses(site: httpx.Client, sort: str) -> None:
    assert [row[1] for row in rows(site.get(f"/-/rankings/change?sort={sort}").text)] == CHANGES[sort]


def test_a_change_shows_both_years_and_no_percentage_from_zero(site: httpx.Client) -> None:
    found = {row[1]: row[2:] for row in rows(site.get("/-/rankings/change").text)}
    assert found["示例市教育局"] == ["-0.7", "-5.38%", "12.3", "13"]
    assert found["示例市民政局"] == ["+9", "—", "9", "0"]


def test_an_average_shows_the_amount_and_the_count_and_leads_to_both(site: httpx.Client) -> None:
    page = site.get("/-/rankings/operation_per_vehicle?_money=yuan").text
    site.cookies.clear()
    assert rows(page) == [["1", "示例市教育局", "49,000", "98,000", "2"]]
    (amount, count) = re.findall(r'<td class="number"><a href="([^"]+)">', page)
    assert amount.startswith("/-/figure/") and re.fullmatch(r"/budgets/statements/[0-9a-f]{64},90", count)
    assert site.get(count).status_code == 200


def test_projects_and_purchases_lead_to_their_pages(site: httpx.Client) -> None:
    page = site.get("/-/rankings/projects").text
    assert sorted(row[1:] for row in rows(page)) == [
        ["校舍维修", "示例市教育局", "500"], ["校舍维修", "示例市残疾人联合会", "500"],
        ["校舍维修", "示例市民政局", "500"],
    ]  # fmt: skip
    assert re.search(r'href="/-/project/cn-999900-u0001/~E6', page)
    assert [row[4] for row in rows(site.get("/-/rankings/purchases").text)] == ["公开招标"] * 3


@pytest.mark.parametrize("name", rankings.rules()["rankings"])
def test_every_ranking_says_what_to_bear_in_mind_in_both_languages(site: httpx.Client, name: str) -> None:
    told = rankings.rules()["rankings"][name]
    page = site.get(f"/-/rankings/{name}").text
    assert re.findall(r"<li>(.*?)</li>", page[page.index("caveats") :]) == told["caveats"]
    english = site.get(f"/-/rankings/{name}?_lang=en").text
    site.cookies.clear()
    told_in_english = english[english.index("<h1>") : english.index("</section>", english.index("caveats"))]
    assert not re.search(r"[一-鿿]", re.sub(r"<option.*?</option>", "", told_in_english))


def test_all_rows_can_be_taken_away(site: httpx.Client) -> None:
    page = site.get("/-/rankings/three_public").text
    (link,) = re.findall(r'href="(/budgets/headlines\.csv\?[^"]+)"', page)
    lines = site.get(link.replace("&amp;", "&")).text.splitlines()
    assert len(lines) == 1 + len(rows(page))


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/-/rankings/nothing", 404),
        ("/-/rankings/three_public?year=x", 400),
        ("/-/rankings/three_public?stage=' or 1", 400),
        ("/-/rankings/change?headline=nothing", 400),
        ("/-/rankings/change?sort=amount_fen", 400),
    ],
)
def test_what_is_asked_wrongly_is_said_so(site: httpx.Client, address: str, status: int) -> None:
    assert site.get(address).status_code == status


def test_an_empty_ranking_says_what_to_do(site: httpx.Client) -> None:
    page = site.get("/-/rankings/personnel_per_head").text
    assert "平均数要文件写明人数或车辆数。" in page
    assert sorted(re.findall(r'<a href="/-/rankings/(\w+)"', site.get("/-/rankings").text)) == sorted(
        rankings.rules()["rankings"]
    )
