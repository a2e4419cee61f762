"""The page of a unit: its years side by side, each figure one click from its page, and what it published."""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

import httpx
import pytest

import walk_city

EDUCATION, SCHOOL, OWN = (f"cn-999900-u{number:04}" for number in (1, 7, 6))
ATOM = {"atom": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with walk_city.reader(tmp_path_factory.mktemp("unit")) as client:
        yield client


@pytest.fixture(scope="module")
def page(site: httpx.Client) -> str:
    return site.get(f"/-/unit/{EDUCATION}").text


def test_each_year_stage_and_scope_is_a_column_of_figures_that_open(site: httpx.Client, page: str) -> None:
    years = re.search(r'<table class="grid years">.*?</table>', page, re.S)
    assert years
    assert re.findall(r'<th scope="col" class="number">(.*?)</th>', years[0]) == [
        "2026 年预算", "2026 年预算（部门）", "2025 年预算", "2024 年决算",
    ]  # fmt: skip
    row = re.search(r'<th scope="row">“三公”经费合计</th>(.*?)</tr>', years[0], re.S)
    assert row and re.findall(r">([\d.]+)</a>", row[1]) == ["12.3", "30", "13", "11.1"]
    figures = re.findall(r'<a href="(/-/figure/[^"]+)" title="[\d,.]+ 元">', years[0])
    assert site.get(figures[0]).status_code == 200


def test_an_average_shows_both_figures_that_it_comes_from(page: str) -> None:
    row = re.search(r'<th scope="row">每辆公务用车的运行维护费</th>(.*?)</tr>', page, re.S)
    assert row and re.sub(r"<[^>]+>|\s+", " ", row[1]).split() == ["4.9", "9.8", "÷", "2"]
    assert re.search(r'href="/budgets/statements/[0-9a-f]{64},90">2</a>', row[1])


def test_the_page_names_department_documents_checks_and_how_to_cite(page: str) -> None:
    assert "<h1>示例市教育局</h1>" in page and page.count("<h1") == 1
    assert re.findall(r'href="/-/document/[0-9a-f]{64}">(.*?)</a>', page) == [
        "示例市教育局2026年单位预算公开", "示例市教育局2025年单位预算公开",
    ]  # fmt: skip
    assert f"/-/findings?unit={EDUCATION}" in page and "12.30 与 12.20 相差 0.10" in page
    assert re.search(rf'id="permalink" href="http://[^"]+/-/unit/{EDUCATION}"', page)


def test_the_tree_shows_subordinates_and_for_a_subordinate_those_beside_it(site: httpx.Client, page: str) -> None:
    def tree(text: str) -> list[str]:
        (found,) = re.findall(r'<ul class="tree">(.*?)<p class', text, re.S)
        return re.findall(r'(?:u\d{4}">|aria-current="page">)(.*?)</(?:a|b)>', found)

    assert tree(page) == ["示例市教育局", "示例市第一中学", "示例市教育局（本级）"]
    school = site.get(f"/-/unit/{SCHOOL}").text
    assert tree(school) == tree(page)
    assert '<b aria-current="page">示例市第一中学</b>' in school


def test_a_sentence_of_the_prose_stands_beside_the_figure_that_it_contradicts(page: str) -> None:
    said = page[page.index("文字里怎么说") :]
    row = re.search(r'>支出总计</a></th>(.*?)</tr>', said, re.S)
    assert row
    words = re.sub(r"<[^>]+>", " ", row[1]).split()
    assert words == ["500", "万元", "增加", "12.5%", "新增校舍维修", "不一致", "4,000"]


def test_targets_name_their_project_and_goal(page: str) -> None:
    targets = re.search(r'<ul class="targets">(.*?)</ul>', page, re.S)
    assert targets and "校舍维修" in targets[1] and "修好两处校舍" in targets[1] and "1 项指标" in targets[1]


def test_a_chart_is_read_aloud_and_stands_beside_its_table(page: str) -> None:
    (words,) = re.findall(r'<svg class="bars" viewBox="0 0 420 \d+" role="img" aria-label="([^"]+)"', page)
    assert words == (
        "“三公”经费合计：2024 年决算 11.1 万元；2025 年预算 13 万元；"
        "2026 年预算（部门） 30 万元；2026 年预算 12.3 万元；"
    )
    assert "style=" not in page and "<script" not in page


def test_amounts_are_told_in_yuan_and_words_in_english(site: httpx.Client) -> None:
    page = site.get(f"/-/unit/{EDUCATION}?_lang=en&_money=yuan").text
    site.cookies.clear()
    assert "Item (yuan)" in page and ">123,000</a>" in page and "2026 Budget (department)<" in page


def test_what_is_not_there_is_said_so(site: httpx.Client) -> None:
    for ending in ("", ".xlsx"):
        answer = site.get(f"/-/unit/cn-999900-u9999{ending}")
        assert (answer.status_code, "没有这个单位" in answer.text) == (404, True)
    assert site.get("/-/unit/cn-999900-u9999.atom").status_code == 404
    empty = site.get(f"/-/unit/{OWN}").text
    assert "没有收到这个单位的文件" in empty and "网站拒绝访问" in empty


def test_a_unit_named_in_a_table_leads_to_its_page(site: httpx.Client) -> None:
    assert f'href="/-/unit/{EDUCATION}"' in site.get(f"/budgets/documents?unit_id={EDUCATION}&_all=1").text


def test_the_feed_tells_documents_versions_and_findings_the_newest_first(site: httpx.Client) -> None:
    answer = site.get(f"/-/unit/{EDUCATION}.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.content)
    titles = [entry.findtext("atom:title", namespaces=ATOM) for entry in feed.findall("atom:entry", ATOM)]
    assert titles[:2] == ["撤下 · 示例市教育局 · 2026 预算", "换了版本 · 示例市教育局 · 2026 预算"]
    assert "不符 · 12.30 与 12.20 相差 0.10" in titles
    assert feed.findtext("atom:updated", namespaces=ATOM) == "2026-04-09T02:17:00+08:00"
    ids = [entry.findtext("atom:id", namespaces=ATOM) for entry in feed.findall("atom:entry", ATOM)]
    assert len(set(ids)) == len(ids)


def test_the_spreadsheet_holds_headlines_and_projects(site: httpx.Client) -> None:
    answer = site.get(f"/-/unit/{EDUCATION}.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        names = re.findall(r'<sheet name="(.*?)"', book.read("xl/workbook.xml").decode())
        first = book.read("xl/worksheets/sheet1.xml").decode()
    assert names == ["要目", "项目", "文字中的数字", "绩效目标", "采购"]
    assert {"123000", "130000", "300000", "111000"} <= set(re.findall(r"<v>(\d+)</v>", first))
