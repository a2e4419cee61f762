"""The page of a unit: its years side by side, each figure one click from its page, and what it published."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    spec = importlib.util.spec_from_file_location("site_city", Path(__file__).with_name("site_city.py"))
    assert spec and spec.loader
    site_city = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(site_city)
    data = site_city.make(tmp_path_factory.mktemp("unit")).data
    with site_city.served(data) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def unit(site: httpx.Client) -> str:
    """The unit with two years of budgets."""
    years = site.get("/budgets/headlines.json?_shape=array&_size=200&headline=overseas_visits").json()
    years += site.get("/budgets/headlines.json?_shape=array&_size=200").json()
    by_unit: dict[str, set[int]] = {}
    for row in years:
        by_unit.setdefault(row["unit_id"], set()).add(row["document_year"])
    return next(unit for unit, found in sorted(by_unit.items()) if len(found) == 2)


def test_each_year_is_a_column_and_each_figure_opens_its_page(site: httpx.Client, unit: str) -> None:
    page = site.get(f"/-/unit/{unit}").text
    assert re.findall(r'<th scope="col" class="number">(\d+ 年预算)', page) == ["2026 年预算", "2025 年预算"]
    figures = re.findall(r'<td class="number"><a href="(/-/figure/[^"]+)" title="[\d,.]+ 元">([\d,.]+)</a>', page)
    assert figures
    for link, words in figures[:3]:
        assert words in site.get(link).text


def test_the_page_names_department_documents_checks_and_how_to_cite(site: httpx.Client, unit: str) -> None:
    page = site.get(f"/-/unit/{unit}").text
    name = site.get(f"/budgets/units/{unit}.json?_shape=array").json()[0]["name"]
    assert f"<h1>{name}</h1>" in page
    assert "公开的文件" in page and "/budgets/documents/" in page
    assert f"/budgets/checks?unit_id={unit}" in page
    assert re.search(rf'id="permalink" href="http://[^"]+/-/unit/{unit}"', page)


def test_a_chart_is_read_aloud_and_stands_beside_its_table(site: httpx.Client, unit: str) -> None:
    page = site.get(f"/-/unit/{unit}").text
    charts = re.findall(r'<svg class="bars" viewBox="0 0 420 \d+" role="img" aria-label="([^"]+)"', page)
    assert all(re.fullmatch(r".+：(\d+ 年.+? [\d,.]+ 万元；)+", words) for words in charts)
    assert "style=" not in page and "<script" not in page


def test_a_unit_that_is_not_there_is_said_so(site: httpx.Client) -> None:
    answer = site.get("/-/unit/cn-999900-u9999")
    assert (answer.status_code, "没有这个单位" in answer.text) == (404, True)


def test_a_unit_named_in_a_table_leads_to_its_page(site: httpx.Client, unit: str) -> None:
    assert f'href="/-/unit/{unit}"' in site.get(f"/budgets/documents?unit_id={unit}&_all=1").text
