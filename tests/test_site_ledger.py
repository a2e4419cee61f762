"""The ledger: how many documents are in which state, who they are, and on what basis; it never accuses."""

import re
from collections.abc import Iterator

import httpx
import pytest

import walk_city


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with walk_city.reader(tmp_path_factory.mktemp("ledger")) as client:
        yield client


def lines(page: str) -> list[list[str]]:
    """The texts of the listed units."""
    body = re.search(r'<table class="grid lines">.*?<tbody>(.*?)</tbody>', page, re.S)
    assert body
    rows = (re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in re.findall(r"<tr>(.*?)</tr>", body[1], re.S))
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in rows]


def test_the_summary_counts_each_place_year_and_stage_by_state(site: httpx.Client) -> None:
    page = site.get("/-/ledger").text
    counted = re.findall(r'year=(\d+)&amp;stage=budget&amp;state=(\w+)">(\d+)</a>', page)
    assert sorted(counted) == [
        ("2025", "published", "1"), ("2025", "unknown", "1"), ("2026", "blocked", "1"), ("2026", "missing", "1"),
        ("2026", "published", "3"),
    ]  # fmt: skip
    assert page.count("<h1") == 1 and 'id="permalink"' in page


def test_what_was_not_seen_comes_first_with_its_basis_and_dates(site: httpx.Client) -> None:
    page = site.get("/-/ledger").text
    assert lines(page) == [
        ["示例市第一中学", "2026 年预算", "预算法实施条例第六条：部门批复后 20 日内由单位公开", "", "2026-03-21",
         "", "2026-03-20", ""],
    ]  # fmt: skip
    assert "不等于单位没有公开" in page


def test_a_state_a_year_and_a_place_can_be_chosen(site: httpx.Client) -> None:
    assert [row[0] for row in lines(site.get("/-/ledger?state=blocked").text)] == ["示例市教育局（本级）"]
    published = site.get("/-/ledger?state=published&year=2025&stage=budget&place=999900").text
    assert [row[:2] for row in lines(published)] == [["示例市教育局", "2025 年预算"]]
    assert re.search(r'href="/-/document/[0-9a-f]{64}">文件</a>', published)


def test_links_lead_to_the_table_and_its_csv_with_the_same_filter(site: httpx.Client) -> None:
    page = site.get("/-/ledger?year=2025").text
    assert 'href="/budgets/ledger?document_year=2025"' in page
    (link,) = re.findall(r'href="(/budgets/ledger\.csv\?[^"]+)"', page)
    assert link.startswith("/budgets/ledger.csv?document_year=2025&amp;_stream=on")
    assert len(site.get(link.replace("&amp;", "&")).text.splitlines()) == 3


def test_an_empty_ledger_says_what_to_do_and_a_wrong_filter_is_a_mistake(site: httpx.Client) -> None:
    assert "台账里没有这样的行" in site.get("/-/ledger?place=110000").text
    for wrong in ("state=guilty", "year=26", "place='", "after=-1"):
        assert site.get(f"/-/ledger?{wrong}").status_code == 400


def test_the_page_is_told_in_english(site: httpx.Client) -> None:
    page = site.get("/-/ledger?_lang=en").text
    site.cookies.clear()
    assert "<h1>Publication ledger</h1>" in page
    assert lines(page)[0][1] == "2026 Budget"
