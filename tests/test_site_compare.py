"""Compare: units by years; a table for each headline and stage, a row for each unit and scope."""

import csv
import io
import re
from collections.abc import Iterator

import httpx
import pytest

import walk_city

EDUCATION, CIVIL, SCHOOL, OWN = (f"cn-999900-u{number:04}" for number in (1, 3, 7, 6))
ALL = [("unit", EDUCATION), ("unit", CIVIL), ("unit", SCHOOL), ("headline", "three_public")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with walk_city.reader(tmp_path_factory.mktemp("compare")) as client:
        yield client


def tables(page: str) -> dict[str, list[list[str]]]:
    """Title of each section → its header and rows, as text."""
    found = {}
    for title, table in re.findall(r"<h2>([^<]*?) <small.*?<table class=\"plain\">(.*?)</table>", page, re.S):
        rows = re.findall(r"<tr>(.*?)</tr>", table, re.S)
        cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows)
        found[title] = [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in cells]
    return found


def test_each_stage_is_a_table_and_each_scope_a_row(site: httpx.Client) -> None:
    page = site.get("/-/compare", params=ALL).text
    assert tables(page) == {
        "“三公”经费合计，预算": [
            ["公开单位", "范围", "2025", "2026"],
            ["示例市教育局", "部门（含所属单位）", "", "30"],
            ["示例市教育局", "单位", "13", "12.3"],
            ["示例市民政局", "单位", "0", "9"],
            ["示例市第一中学", "单位", "4", "4.5"],
        ],
        "“三公”经费合计，决算": [["公开单位", "范围", "2024"], ["示例市教育局", "单位", "11.1"]],
    }
    assert "分在不同的表里，不要相减" in page and "标“部门”的行含所属单位" in page
    assert page.count("<h1") == 1


def test_what_is_not_mixed_needs_no_warning(site: httpx.Client) -> None:
    asked = [("unit", CIVIL), ("unit", SCHOOL), ("headline", "three_public")]
    assert "看的时候要注意" not in site.get("/-/compare", params=asked).text


def test_years_and_stage_narrow_the_tables(site: httpx.Client) -> None:
    found = tables(site.get("/-/compare", params=[*ALL, ("year", "2025"), ("stage", "budget")]).text)
    assert [row[2:] for row in found["“三公”经费合计，预算"]] == [["2025"], ["13"], ["0"], ["4"]]


def test_a_unit_without_the_figure_is_named(site: httpx.Client) -> None:
    page = site.get("/-/compare", params=[*ALL, ("unit", OWN)]).text
    absent = page[page.index("这些单位没有印出所选的数字") :]
    assert re.findall(r'href="/-/unit/([^"]+)"', absent)[0] == OWN


def test_units_are_chosen_by_name_and_stay_chosen(site: httpx.Client) -> None:
    page = site.get("/-/compare", params=[("unit", CIVIL), ("q", "教育")]).text
    ticks = re.findall(r'name="unit" value="([^"]+)"( checked)?', page)
    assert ticks == [(CIVIL, " checked"), (EDUCATION, ""), (OWN, "")]
    assert "没有别的单位名称里有这些字" in site.get("/-/compare?q=没有这样的单位").text
    assert "还没有选单位" in site.get("/-/compare").text


def test_the_address_to_cite_shows_the_same_page(site: httpx.Client) -> None:
    page = site.get("/-/compare", params=[*ALL, ("year", "2026"), ("q", "x")]).text
    cited = re.search(r'id="permalink" href="([^"]+)"', page)
    assert cited and "q=x" not in cited[1]
    again = site.get(cited[1].replace("&amp;", "&")).text
    assert tables(again) == tables(page) and len(tables(page)) == 1


def test_bars_say_the_same_as_the_table(site: httpx.Client) -> None:
    page = site.get("/-/compare", params=[("unit", SCHOOL), ("headline", "three_public")]).text
    (words,) = re.findall(r'<svg class="bars"[^>]* aria-label="([^"]+)"', page)
    assert words == (
        "“三公”经费合计，预算：示例市第一中学 2025 年预算 4 万元；示例市第一中学 2026 年预算 4.5 万元；"
    )


def test_the_csv_holds_the_same_figures_in_yuan(site: httpx.Client) -> None:
    page = site.get("/-/compare", params=ALL).text
    (link,) = re.findall(r'href="(/-/compare\.csv[^"]+)"', page)
    rows = list(csv.DictReader(io.StringIO(site.get(link.replace("&amp;", "&")).text.removeprefix("\ufeff"))))
    told = [(row["unit"], row["document_year"], row["stage"], row["scope"], row["amount"]) for row in rows]
    assert told == [
        ("示例市教育局", "2026", "budget", "department", "300000.00"),
        ("示例市教育局", "2025", "budget", "unit", "130000.00"),
        ("示例市教育局", "2026", "budget", "unit", "123000.00"),
        ("示例市民政局", "2025", "budget", "unit", "0.00"),
        ("示例市民政局", "2026", "budget", "unit", "90000.00"),
        ("示例市第一中学", "2025", "budget", "unit", "40000.00"),
        ("示例市第一中学", "2026", "budget", "unit", "45000.00"),
        ("示例市教育局", "2024", "final", "unit", "111000.00"),
    ]


def test_more_than_twelve_units_are_said_to_be_too_many(site: httpx.Client) -> None:
    many = [("unit", f"cn-999900-u{number:04}") for number in range(1, 15)]
    assert "一次最多对照 12 个单位" in site.get("/-/compare", params=many).text


@pytest.mark.parametrize("wrong", ["unit=1", "unit=' or 1", "headline=nothing", "year=26", "stage=x"])
def test_what_is_asked_wrongly_is_said_so(site: httpx.Client, wrong: str) -> None:
    assert site.get(f"/-/compare?{wrong}").status_code == 400
    assert site.get(f"/-/compare.csv?{wrong}").status_code == 400
