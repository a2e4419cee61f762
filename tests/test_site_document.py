"""The page of a document: every printed row beside its page, every figure marked, and its tables to take away."""

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import evidence_city

site_city = evidence_city.site_city


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return evidence_city.make(tmp_path_factory.mktemp("document"))


@pytest.fixture(scope="module")
def site(city: Any) -> Iterator[httpx.Client]:
    with evidence_city.visited(city.data) as client:
        yield client


@pytest.fixture(scope="module")
def path(city: Any) -> str:
    return f"/-/document/{city.sha256}"


def cells(page: str) -> list[list[str]]:
    """The texts of the first printed table of the page, its header included."""
    table = re.search(r'<table class="as-printed">(.*?)</table>', page, re.DOTALL)
    assert table
    rows = re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL)
    return [
        [html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


def test_every_printed_row_stands_beside_its_page(site: httpx.Client, path: str) -> None:
    printed = enumerate(site_city.THREE_PUBLIC, 1)
    lines = [[str(number), line.name, line.now, line.before] for number, line in printed]
    assert cells(site.get(f"{path}?page=1").text) == [
        ["行", "项目", "2026年预算数", "2025年预算数"],
        *lines,
        ["6", "联系人", "（人名等，不显示）", evidence_city.FORMULA],
    ]


def test_every_figure_of_the_page_is_a_link_that_marks_its_cell(site: httpx.Client, city: Any, path: str) -> None:
    page = site.get(f"{path}?page=1").text
    linked = re.findall(rf'href="{path}\?page=1&amp;figure=([^"#]+)#marked"[^>]*>([^<]+)</a>', page)
    facts = site.get(f"/budgets/facts.json?_shape=array&_size=200&sha256={city.sha256}&page=1").json()
    assert sorted(linked) == sorted((fact["fact_id"], fact["amount_text"]) for fact in facts)
    marked = site.get(f"{path}?figure={city.hospitality.fact_id}").text
    x0, top, x1, bottom = site_city.cell(5, 1)
    assert f"/-/page/{city.sha256}/1.png?cell={x0:g},{top:g},{x1:g},{bottom:g}&amp;within=" in marked
    assert re.findall(r'<td class="number on"><a [^>]+>([^<]+)</a>', marked) == ["2.50"]
    assert f'href="/-/figure/{city.hospitality.fact_id}"' in marked


def test_the_page_says_what_the_document_is_and_how_to_cite_it(site: httpx.Client, city: Any, path: str) -> None:
    page = site.get(f"{path}?page=2").text
    assert "<h1>示例市教育局2026年单位预算公开</h1>" in page
    assert "第 2 页，共 2 页" in page
    assert "http://demo.yusuan.example/czxx/0.pdf" in page
    assert re.search(rf'id="permalink" href="http://[^"]+{path}\?page=2"', page)
    assert re.findall(r'rel="(prev|next)" href="([^"]+)"', page) == [("prev", f"{path}?page=1")]
    assert f"SHA-256 {city.sha256}" in page


def test_contents_findings_issues_and_prose_of_the_page_stand_on_it(site: httpx.Client, path: str) -> None:
    page = site.get(f"{path}?page=1").text
    table = "预算公开表1 “三公”经费预算表"
    for words in (table, "A14 的说明", "演示用的问题。", "名词解释", "与表是否一致", "第 1 版"):
        assert words in page, words
    assert "None" not in page
    of_page, _, of_document = site.get(f"{path}?page=2").text.partition("<h2>目录</h2>")
    assert ("A14 的说明" in of_page, "A14 的说明" in of_document) == (False, True)


def test_without_a_page_the_first_with_a_table_is_shown(site: httpx.Client, path: str) -> None:
    assert 'id="page-head">第 1 页' in site.get(path).text


@pytest.mark.parametrize(
    "tail", ["?page=3", "?page=0", "?page=-1", "?page=x", "?page=1e9", "?figure=0000000000000000-p9-x1-y1"]
)
def test_a_page_that_is_not_there_is_said_in_words(tail: str, site: httpx.Client, path: str) -> None:
    answer = site.get(path + tail)
    assert (answer.status_code, "文件的页数没有这么多" in answer.text) == (404, True)


@pytest.mark.parametrize(
    "address",
    [f"/-/document/{'0' * 64}", f"/-/document/{'A' * 64}", f"/-/document/{'0' * 63}", "/-/document/../../x",
     f"/-/document/{'0' * 64}/..%2F..%2Fx.csv", f"/-/document/{'0' * 64}.xlsx"],
)  # fmt: skip
def test_no_other_address_leads_anywhere(address: str, site: httpx.Client) -> None:
    assert site.get(address, follow_redirects=True).status_code == 404


def test_a_table_is_taken_away_as_it_is_printed(site: httpx.Client, city: Any, path: str) -> None:
    table = city.hospitality.table_id
    answer = site.get(f"{path}/{table}.csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="{table}.csv"'
    assert list(csv.reader(io.StringIO(answer.text))) == [
        ["项目", "2026年预算数", "2025年预算数"],
        *([line.name, line.now, line.before] for line in site_city.THREE_PUBLIC),
        ["联系人", "", evidence_city.FORMULA],
    ]


def test_the_spreadsheet_has_every_table_and_runs_nothing(site: httpx.Client, path: str) -> None:
    answer = site.get(f"{path}.xlsx")
    again = site.get(f"{path}.xlsx")
    assert answer.content == again.content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheets = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        content = {name: book.read(name).decode() for name in book.namelist() if name.startswith("xl/")}
    assert sheets[1:] == ["1 p1", "2 p2", "数据"]
    assert [name for name, text in content.items() if "<f>" in text or "<hyperlink" in text] == []
    assert html.escape(evidence_city.FORMULA, quote=False) in "".join(content.values())


def test_a_person_is_in_none_of_it(site: httpx.Client, city: Any, path: str) -> None:
    table = city.hospitality.table_id
    answers = [site.get(path + tail) for tail in ("?page=1", f"/{table}.csv", ".xlsx")]
    answers.append(site.get(f"/budgets/printed/{table},1.json?_shape=array"))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [evidence_city.NAME.encode() in answer.content for answer in answers[:2]] == [False, False]
    assert json.loads(answers[3].json()[0]["cells"])[-1] == ["联系人", None, evidence_city.FORMULA]
    with zipfile.ZipFile(io.BytesIO(answers[2].content)) as book:
        assert not any(evidence_city.NAME in book.read(name).decode() for name in book.namelist())


def test_markup_in_a_cell_is_text(site: httpx.Client, path: str) -> None:
    page = site.get(f"{path}?page=1").text
    assert 'HYPERLINK("' not in page
    assert "HYPERLINK(&#34;http://evil.example&#34;" in page


def test_a_document_named_in_a_table_leads_to_its_page(site: httpx.Client, city: Any, path: str) -> None:
    assert f'href="{path}"' in site.get(f"/budgets/tables?sha256={city.sha256}&_all=1").text
    assert f'href="{path}"' in site.get(f"/budgets/documents/{city.sha256}").text


def test_the_page_is_told_in_english_too(site: httpx.Client, path: str) -> None:
    page = httpx.get(f"{site.base_url}{path}?page=1&_lang=en", trust_env=False).text
    for words in ('<html lang="en">', "Page 1 of 2", "Contents", "A14 in words", "(a person, not shown)"):
        assert words in page, words
