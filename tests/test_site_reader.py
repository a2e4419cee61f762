"""A reader chooses language and unit of money once; the address alone shows a page so, and nothing else is kept."""

from collections.abc import Iterator

import httpx
import pytest

import site_city


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with site_city.served(site_city.make(tmp_path_factory.mktemp("reader")).data) as served:
        yield served


@pytest.fixture
def reader(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def test_a_page_is_chinese_until_english_is_chosen_and_stays_english(reader: httpx.Client) -> None:
    assert '<html lang="zh-CN">' in reader.get("/budgets/facts").text
    chosen = reader.get("/budgets/facts?_lang=en&_search=三公")
    assert '<html lang="en">' in chosen.text and ">Narrow down<" in chosen.text
    assert chosen.headers["set-cookie"] == "lang=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"
    assert '<html lang="en">' in reader.get("/budgets/documents").text
    assert '<html lang="zh-CN">' in reader.get("/budgets/documents?_lang=zh").text


def test_the_switch_leads_to_the_same_page(reader: httpx.Client) -> None:
    page = reader.get("/budgets/facts", params={"_search": "公务 用车", "_lang": "en"}).text
    there = "/budgets/facts?_search=%E5%85%AC%E5%8A%A1+%E7%94%A8%E8%BD%A6&amp;_lang=zh"
    assert f'<a href="{there}" lang="zh-CN" hreflang="zh-CN" rel="nofollow">中文</a>' in page


def test_codes_and_fields_are_told_in_english(reader: httpx.Client) -> None:
    page = reader.get("/budgets/documents?_lang=en&_all=1").text
    assert ">Fiscal year" in page and ">Budget<" in page
    assert "Fiscal year the document is about" in page


def test_a_choice_that_there_is_not_is_left_alone(reader: httpx.Client) -> None:
    answer = reader.get("/budgets/facts?_lang=xx&_money=dollars")
    assert '<html lang="zh-CN">' in answer.text and "set-cookie" not in answer.headers
    assert reader.get("/", headers={"cookie": "lang=../../etc; money=<b>; broken[=]"}).status_code == 200


def test_a_cache_is_told_that_pages_depend_on_the_choice_and_data_do_not_change(reader: httpx.Client) -> None:
    assert "Cookie" in reader.get("/").headers["vary"]
    assert reader.get("/budgets/facts.json?_shape=array&_lang=en").json() == reader.get(
        "/budgets/facts.json?_shape=array"
    ).json()
