"""The page of a functional code: its place in the classification, and who spends how much on it."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

import walk_city
from datapackages import ddl, functions

HOUSING, CLASS = "2210201", "221"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with walk_city.reader(tmp_path_factory.mktemp("function")) as client:
        yield client


def rows(page: str) -> list[list[str]]:
    """Header and lines of the table of units, as text."""
    table = re.search(r'<table class="grid years spent">(.*?)</table>', page, re.S)
    assert table
    lines = re.findall(r"<tr>(.*?)</tr>", table[1], re.S)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S) for line in lines)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in line] for line in cells]


def test_each_unit_has_a_line_with_its_figure_of_every_year(site: httpx.Client) -> None:
    page = site.get(f"/-/function/{HOUSING}").text
    header, *lines = rows(page)
    assert header == ["公开单位（万元）", "范围", "2026 年预算", "2025 年预算"]
    assert sorted(lines) == [
        ["示例市教育局", "单位", "4,000", "4,000"],
        ["示例市残疾人联合会", "单位", "4,000", ""],
        ["示例市民政局", "单位", "4,000", ""],
    ]
    figure = re.search(r'<td class="number"><a href="(/-/figure/[^"]+)">4,000</a>', page)
    assert figure and "住房公积金" in site.get(figure[1]).text
    assert "不要把几行加起来" in page


def test_the_code_stands_under_its_parents_and_above_its_children(site: httpx.Client) -> None:
    page = site.get(f"/-/function/{HOUSING}").text
    trail = re.search(r'<nav class="trail".*?</nav>', page, re.S)
    assert trail and re.findall(r'href="/-/function/(\d+)"', trail[0]) == [CLASS, "22102"]
    assert re.search(r"<h1>住房公积金 <small[^>]*>2210201</small></h1>", page)
    below = re.findall(r'<li><a href="/-/function/(\d+)">', site.get(f"/-/function/{CLASS}").text)
    assert "22102" in below and all(len(code) == 5 and code.startswith(CLASS) for code in below)


def test_the_year_chosen_says_who_is_listed_and_a_place_narrows(site: httpx.Client) -> None:
    assert [line[0] for line in rows(site.get(f"/-/function/{HOUSING}?year=2025").text)[1:]] == ["示例市教育局"]
    assert "在这张表里没有哪个单位印出这个科目" in site.get(f"/-/function/{HOUSING}?place=110000").text
    assert "在这张表里没有哪个单位印出这个科目" in site.get(f"/-/function/{HOUSING}?list=fund").text


@pytest.mark.parametrize(
    ("address", "status"),
    [("9999999", 404), ("22", 404), ("221?year=x", 400), ("221?list=facts", 400), ("221?stage='", 400)],
)
def test_what_is_asked_wrongly_is_said_so(site: httpx.Client, address: str, status: int) -> None:
    assert site.get(f"/-/function/{address}").status_code == status


def test_the_page_is_told_in_english(site: httpx.Client) -> None:
    page = site.get(f"/-/function/{HOUSING}?_lang=en&_money=yuan").text
    site.cookies.clear()
    assert rows(page)[0] == ["Unit (yuan)", "Scope", "2026 Budget", "2025 Budget"]
    assert rows(page)[1][2] == "40,000,000"


def test_the_figures_of_a_code_are_found_by_its_index() -> None:
    """Millions of facts must not be looked through for one code, nor sorted for its largest figures."""
    with closing(sqlite3.connect(":memory:")) as db:
        columns = ", ".join(f'"{name}"' for name in ddl.columns("facts"))
        db.execute(f"CREATE TABLE facts ({columns})")
        functions.build(db)
        asked = "function_code = ? AND canonical = ? AND stage = ? AND document_year = ? AND jurisdiction = ?"
        plan = db.execute(
            f"EXPLAIN QUERY PLAN SELECT fact_id FROM facts WHERE {asked} AND {functions.WHOLE_LINES}"
            " ORDER BY amount_fen DESC LIMIT 60",
            ["221", "general_function", "budget", 2026, "140200"],
        ).fetchall()
    assert [line[3] for line in plan] == [
        "SEARCH facts USING INDEX facts_spent (function_code=? AND canonical=? AND stage=? AND document_year=?)"
    ]
