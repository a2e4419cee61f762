"""The page of a project: its amounts over the years, targets and purchases, under an address made of its name."""

import re
from collections.abc import Iterator

import httpx
import pytest
from datasette.utils import tilde_encode

import walk_city

EDUCATION = "cn-999900-u0001"
NAME = "校舍维修"


def address(name: str, unit: str = EDUCATION) -> str:
    return f"/-/project/{unit}/{tilde_encode(name)}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with walk_city.reader(tmp_path_factory.mktemp("project")) as client:
        yield client


def test_each_year_is_a_row_with_its_amounts_by_fund(site: httpx.Client) -> None:
    page = site.get(address(NAME)).text
    table = re.search(r'<table class="plain">(.*?)</table>', page, re.S)
    assert table
    lines = re.findall(r"<tr>(.*?)</tr>", table[1], re.S)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S) for line in lines)
    told = [[re.sub(r"<[^>]+>", "", cell) for cell in line] for line in cells]
    assert told == [
        ["年度", "合计（万元）", "一般公共预算", "哪张表", "出处"],
        ["2026 年预算", "500", "500", "项目支出表（本年）", "第 1 页"],
        ["2025 年预算", "500", "500", "项目支出表（本年）", "第 1 页"],
    ]
    assert f"<h1>{NAME}</h1>" in page and page.count("<h1") == 1
    assert '<svg class="bars"' in page


def test_targets_with_indicators_and_purchases_stand_below(site: httpx.Client) -> None:
    page = site.get(address(NAME)).text
    assert page.count("修好两处校舍") == 2 and page.count("≥2处") == 2
    bought = page[page.index("为它采购什么") :]
    assert "房屋施工" in bought and "2 处" in bought and "公开招标" in bought
    figure = re.search(r'href="(/-/figure/[^"]+)"', bought)
    assert figure and site.get(figure[1]).status_code == 200


@pytest.mark.parametrize("name", [f"QT{NAME}", f"A01-{NAME}", "校舍 维修", "校舍\n维修"])
def test_the_name_is_found_however_it_is_printed_and_has_one_address(site: httpx.Client, name: str) -> None:
    page = site.get(address(name)).text
    assert re.search(rf'id="permalink" href="http://[^"]+{re.escape(address(NAME))}"', page)


@pytest.mark.parametrize("missing", [address("没有"), address(NAME, "cn-999900-u9999"), address("<script>")])
def test_a_project_that_is_not_there_is_said_so(site: httpx.Client, missing: str) -> None:
    answer = site.get(missing)
    assert (answer.status_code, "没有这个项目" in answer.text) == (404, True)


def test_the_page_is_told_in_english(site: httpx.Client) -> None:
    page = site.get(f"{address(NAME)}?_lang=en&_money=yuan").text
    site.cookies.clear()
    assert "Amounts over the years" in page and "5,000,000" in page and "Purchases for it" in page
