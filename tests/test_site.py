"""The site over HTTP, as ``yusuan serve`` runs it: search, facets, queries, figures, downloads, safety."""

import ast
import csv
import hashlib
import io
import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from click.testing import CliRunner
from PIL import Image

import site_city
from datapackages import codes, ddl, schemas
from yusuan.serve import serve
from yusuan.site_files import site_file

METADATA = yaml.safe_load(site_file("metadata.yaml").read_text(encoding="utf-8"))["databases"]["budgets"]
QUERIES = METADATA["queries"]
TABLES = METADATA["tables"]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return site_city.make(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def site(city: Any) -> Iterator[httpx.Client]:
    with site_city.served(city.data) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def database(city: Any) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(city.data / "site" / "current" / "budgets.db")) as connection:
        yield connection


def rows(site: httpx.Client, path: str, **arguments: str) -> list[dict[str, Any]]:
    answer = site.get(path, params={**arguments, "_shape": "array"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(site: httpx.Client, search: str) -> set[str]:
    return {row["name"] for row in rows(site, "/budgets/facts.json", _search=search)}


# ---- search ----


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("三公", {"合计", "因公出国（境）费", "公务用车购置费", "公务用车运行维护费", "公务接待费"}),
        ("住房", {"住房公积金"}),
        ("公务用车", {"公务用车购置费", "公务用车运行维护费"}),
        ("2081", {"残疾人康复"}),
        ("残疾人 教育局", {"残疾人康复"}),
        ("飞机", set()),
    ],
)
def test_search_finds_two_character_words_and_code_families(
    search: str, found: set[str], site: httpx.Client
) -> None:
    assert names(site, search) == found


@pytest.mark.parametrize(
    "search",
    [
        '"',
        "'",
        "三公 OR",
        "NEAR(",
        "*",
        "三公*",
        "-三公",
        "name:三公",
        "（）",
        "a" * 5000,
        "\x00",
        "%",
        "' OR 1=1 --",
        "😀",
    ],
)
def test_whatever_is_typed_into_search_is_answered(search: str, site: httpx.Client) -> None:
    answers = [site.get(path, params={"_search": search}) for path in ("/budgets/facts", "/budgets/facts.json")]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_blank_search_shows_everything(site: httpx.Client) -> None:
    assert names(site, " ") == names(site, "示例市")


@pytest.mark.parametrize(
    "query", ['_search="&_searchmode=raw', "_searchx=1", "_search_name=三公", "_search_nope=1"]
)
def test_odd_search_arguments_are_no_server_error(query: str, site: httpx.Client) -> None:
    assert site.get(f"/budgets/facts?{query}").status_code < 500


# ---- tables, facets, queries ----


@pytest.mark.parametrize("query", ["_sort=nosuch", "_sort_desc=nosuch", "_sort=amount&_sort_desc=amount"])
@pytest.mark.parametrize("ending", ["", ".json", ".csv"])
def test_a_column_that_is_not_there_is_the_readers_mistake(query: str, ending: str, site: httpx.Client) -> None:
    assert site.get(f"/budgets/facts{ending}?{query}").status_code == 400


@pytest.mark.parametrize("table", schemas.RESOURCES)
def test_every_table_answers_with_all_its_facets(table: str, site: httpx.Client) -> None:
    answer = site.get(f"/budgets/{table}.json").json()
    assert set(answer["facet_results"]) == set(TABLES[table].get("facets", []))
    page = site.get(f"/budgets/{table}")
    assert (page.status_code, "来不及统计" in page.text) == (200, False)


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_answers_as_page_json_and_csv(name: str, site: httpx.Client) -> None:
    arguments = dict.fromkeys(QUERIES[name].get("params", []), "三公" if name == "search" else "")
    for form in ("", ".json", ".csv"):
        answer = site.get(f"/budgets/{name}{form}", params=arguments)
        assert answer.status_code == 200, answer.text
        assert not answer.headers["content-type"].startswith("application/json") or answer.json()["ok"]


def test_three_public_lists_the_items_of_a_unit_with_the_largest_first(site: httpx.Client) -> None:
    found = rows(site, "/budgets/three_public.json", unit="教育局")
    assert [(row["unit_name"], row["item"], row["amount"]) for row in found] == [
        ("示例市教育局", "vehicle_operation", 98000),
        ("示例市教育局", "hospitality", 25000),
    ]


def test_changes_in_table_compares_the_two_years_of_one_row(site: httpx.Client) -> None:
    found = rows(site, "/budgets/changes_in_table.json", word="公务用车购置")
    assert [(row["amount"], row["last_amount"], row["change_amount"]) for row in found] == [
        (0, 50000, "-50000.00")
    ] * 3


def test_largest_changes_compares_two_years_of_documents(site: httpx.Client) -> None:
    found = rows(site, "/budgets/largest_changes.json", word="")
    assert [
        (row["unit_name"], row["name"], row["amount"], row["last_amount"], row["change_amount"]) for row in found
    ] == [
        ("示例市教育局", "残疾人康复", 8369000, 8000000, "369000.00"),
    ]


def test_a_facet_narrows_a_search(site: httpx.Client) -> None:
    answer = site.get("/budgets/facts.json", params={"_search": "三公"}).json()
    value = next(
        value for value in answer["facet_results"]["unit_name"]["results"] if value["value"] == "示例市民政局"
    )
    page = site.get(value["toggle_url"].replace(".json", ""))
    assert page.status_code == 200
    assert f"共 <b>{value['count']}</b> 条" in page.text


def test_csv_export_holds_every_row(site: httpx.Client, database: sqlite3.Connection) -> None:
    answer = site.get("/budgets/facts.csv", params={"_stream": "on", "_size": "max"})
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(lines) == database.execute("select count(*) from facts").fetchone()[0]


@pytest.mark.parametrize(
    "path", ["/budgets/facts.csv?_stream=on&_size=max&_dl=on", "/budgets/three_public.csv?unit="]
)
def test_a_csv_for_excel_begins_with_the_byte_order_mark_and_is_the_same_otherwise(
    path: str, site: httpx.Client
) -> None:
    assert site.get(f"{path}&_bom=on").content == b"\xef\xbb\xbf" + site.get(path).content
    assert site.get("/budgets/facts.json?_bom=on&_size=1").json()["rows"] != []


# ---- metadata ----


def test_every_table_and_column_of_the_database_is_described(database: sqlite3.Connection) -> None:
    """Word lists and search indexes are hidden; every other table has a title and all its columns."""
    listed = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
    hidden = set(codes.vocabularies())
    described = [name for name in listed if name not in hidden and "_fts" not in name and name[:7] != "sqlite_"]
    assert {
        name: [column[1] for column in database.execute(f'pragma table_info("{name}")')] for name in described
    } == {name: list(TABLES[name]["columns"]) for name in described}
    assert all(TABLES[name]["title"] and TABLES[name]["description"] for name in described)
    assert all(TABLES[name] == {"hidden": True, "label_column": "label_zh"} for name in hidden)


@pytest.mark.parametrize("resource", schemas.RESOURCES)
def test_titles_are_those_of_the_schemas(resource: str) -> None:
    fields = schemas.fields(resource)
    written = {name: words.partition("：") for name, words in TABLES[resource]["columns"].items() if name in fields}
    assert {name: title for name, (title, _, _) in written.items()} == {
        name: field["title"] for name, field in fields.items()
    }
    assert {name: text for name, (_, _, text) in written.items()} == {
        name: field["description_zh"] for name, field in fields.items()
    }
    told = schemas.schema(resource)
    assert (TABLES[resource]["title"], TABLES[resource]["description"]) == (told["title"], told["description_zh"])


# When the database is built.
COMPUTED = {
    "finding_counts", "findings", "headline_changes", "headline_ratios", "headlines", "news", "summaries",
}  # fmt: skip


def test_metadata_names_only_what_the_database_has() -> None:
    for name, table in TABLES.items():
        for listed in ("facets", "shown"):
            assert set(table.get(listed, [])) <= set(table.get("columns", {})), (name, listed)
    described = {name for name, table in TABLES.items() if "columns" in table}
    assert described == {*schemas.RESOURCES, "packages", "facet_counts", *COMPUTED}
    for resource in schemas.RESOURCES:
        assert list(TABLES[resource]["columns"]) == ddl.columns(resource)


# ---- pages in Chinese ----

# Words a reader may meet: codes, names of formats, licences and programs.
ENGLISH = re.compile(
    r"\b(?:rows?|where|search|sorted|descending|records?|export|Apply|facets?|Powered|next page)\b", re.I
)


@pytest.mark.parametrize(
    "path",
    ["/", "/budgets", "/budgets/facts", "/budgets/facts?_search=三公&unit_name__contains=教育",
     "/budgets/facts?_all=1", "/budgets/documents", "/budgets/issues", "/budgets/units", "/budgets/three_public",
     "/-/downloads", "/nowhere"],
)  # fmt: skip
def test_no_english_fragment_of_datasette_is_left(path: str, site: httpx.Client) -> None:
    page = site.get(path).text
    assert '<html lang="zh-CN">' in page
    assert "<script" not in page
    assert " style=" not in page
    text = re.sub(r"<(pre|code)\b.*?</\1>|<title>.*?</title>|<[^>]+>", " ", page, flags=re.S)
    assert ENGLISH.findall(text) == []


def test_the_front_page_says_what_is_covered_and_that_it_is_made_up(site: httpx.Client) -> None:
    page = site.get("/").text
    tiles = re.findall(r'class="tile"[^>]*><b>([\d,]+)</b><span>(.*?)</span>', page)
    assert tiles == [
        ("1", "个地区"), ("3", "单位"), ("4", "文件"), ("7", "张表"), ("54", "个数字"),
        ("4", "个项目"), ("4", "绩效目标"),
    ]  # fmt: skip
    assert "示例市”（999900）是虚构的城市" in page


def test_amounts_are_shown_in_yuan_and_ten_thousand_yuan(site: httpx.Client) -> None:
    page = site.get("/budgets/facts", params={"_search": "住房公积金", "fiscal_year": "2026"}).text
    assert '<b class="yuan">40,000,000</b> 元 <small>4,000 万元</small>' in page


def test_codes_are_shown_in_words(site: httpx.Client) -> None:
    for path in ("/budgets/facts?_search=公务接待费", "/budgets/facts?_all=1", "/budgets/three_public"):
        page = site.get(path).text
        assert "“三公”经费支出表" in page or "公务接待费" in page
        assert "年预算" in page or ">预算</span>" in page
        text = re.sub(r"<pre>.*?</pre>|<[^>]+>", " ", page, flags=re.S)
        assert not re.search(r"three_public|general_public|'value'", text)


# ---- statements, performance forms, projects, purchases ----


@pytest.mark.parametrize(
    ("table", "search", "found"),
    [
        ("statements", "新增校舍", 4),
        ("statements", "支出总计", 4),
        ("performance", "两处校舍", 4),
        ("performance", "民政局 维修", 1),
        ("projects", "教育局 校舍", 2),
        ("projects", "特定目标", 4),
        ("purchases", "房屋施工", 4),
        ("purchases", "飞机", 0),
    ],
)
def test_what_stands_around_the_tables_is_found(table: str, search: str, found: int, site: httpx.Client) -> None:
    assert len(rows(site, f"/budgets/{table}.json", _search=search)) == found


def test_a_form_is_shown_in_words_with_the_way_to_its_indicators(site: httpx.Client) -> None:
    sha256 = rows(site, "/budgets/performance.json")[0]["sha256"]
    page = site.get(f"/budgets/performance/{sha256},1").text
    assert '<p class="printed"><b>年度 资金总额</b> 5,000,000</p>' in page
    assert '<p class="printed"><b>年度 总体目标</b> 修好两处校舍</p>' in page
    assert f"/budgets/indicators?sha256={sha256}&amp;form_seq=1" in page
    assert f"/-/document/{sha256}.pdf" in page
    assert '"period"' not in page


def test_lists_of_projects_show_money_in_yuan_and_words_for_codes(site: httpx.Client) -> None:
    projects = site.get("/budgets/projects").text
    assert projects.count('<b class="yuan">5,000,000</b> 元 <small>500 万元</small>') == 4
    statements = site.get("/budgets/statements").text
    assert ">不一致</span>" in statements
    assert ">增加</span>" in statements
    assert not re.search(r">(?:expenditure_total|differs|increase)<", statements)


def test_largest_projects_and_purchases_lead_to_their_figures(site: httpx.Client) -> None:
    for query, column in (("largest_projects", "name"), ("largest_purchases", "project")):
        found = rows(site, f"/budgets/{query}.json", word="校舍")
        assert [(row[column], row["amount"]) for row in found] == [("校舍维修", 5000000)] * 4
        assert site.get(f"/-/figure/{found[0]['fact_id']}").status_code == 200


def test_statements_that_differ_give_both_figures_and_their_difference(site: httpx.Client) -> None:
    found = rows(site, "/budgets/statements_that_differ.json")
    assert [(row["stated_amount"], row["table_amount"], row["difference_amount"]) for row in found] == [
        (5000000, 40000000, "-35000000.00")
    ] * 4


# ---- one figure, its page and its source ----


def test_a_figure_has_a_page_with_its_words_source_and_citation(site: httpx.Client, city: Any) -> None:
    fact = city.hospitality
    page = site.get(f"/-/figure/{fact.fact_id}").text
    permalink = f"{site.base_url}/-/figure/{fact.fact_id}".replace("//-", "/-")
    for words in ("公务接待费", "示例市教育局", "预算公开表1", "2026年预算数", "25,000", "2.50", permalink):
        assert words in page
    assert 'href="http://demo.yusuan.example/czxx/0.pdf"' in page
    assert f"/-/document/{city.sha256}.pdf#page=1" in page


def test_the_picture_of_a_figure_is_marked_at_its_cell(site: httpx.Client, city: Any) -> None:
    fact = city.hospitality
    page = site.get(f"/-/figure/{fact.fact_id}").text
    source = re.search(r'<img id="page-picture" src="([^"]+)"', page)
    assert source
    answer = site.get(source.group(1).replace("&amp;", "&"))
    assert answer.headers["content-type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.content))
    scale = picture.width / 842
    middle = (fact.top + fact.bottom) / 2 * scale
    assert picture.getpixel((round(fact.x0 * scale) - 2, round(middle))) == (200, 30, 30)
    assert picture.getpixel((round(fact.x1 * scale) + 1, round(middle))) == (200, 30, 30)
    assert site.get(answer.url, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_the_original_is_served_as_stored(site: httpx.Client, city: Any) -> None:
    answer = site.get(f"/-/document/{city.sha256}.pdf")
    assert hashlib.sha256(answer.content).hexdigest() == city.sha256
    assert answer.headers["content-type"] == "application/pdf"


def test_a_web_page_named_pdf_is_saved_and_never_shown(site: httpx.Client, city: Any) -> None:
    content = b"<html><script>alert(1)</script></html>"
    sha256 = hashlib.sha256(content).hexdigest()
    path = city.data / "documents" / sha256[:2] / f"{sha256}.pdf"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    answer = site.get(f"/-/document/{sha256}.pdf")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert site.get(f"/-/page/{sha256}/1.png").status_code == 422


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/-/figure/0123456789abcdef-p1-x1-y1", 404, "没有这个数字"),
        (f"/-/page/{'0' * 64}/1.png", 404, "本站没有存这份文件"),
        (f"/-/document/{'0' * 64}.pdf", 404, "本站没有存这份文件"),
        ("/-/packages/cn-000000-1999-budget.zip", 404, "没有这个数据包"),
        ("/-/page/SHA/99.png", 404, "没有这一页"),
        ("/-/page/SHA/1.png?cell=1,2,3", 422, "位置写得不对"),
    ],
)
def test_what_is_not_there_is_said_in_words(
    path: str, status: int, words: str, site: httpx.Client, city: Any
) -> None:
    answer = site.get(path.replace("SHA", city.sha256))
    assert (answer.status_code, words in answer.text) == (status, True)


@pytest.mark.parametrize(
    "path",
    ["/-/page/../../etc/passwd/1.png", f"/-/page/{'A' * 64}/1.png", f"/-/document/{'0' * 63}.pdf",
     "/-/packages/..%2F..%2Fsite%2Finspect.zip", "/-/packages/%2e%2e.zip", "/assets/../plugins/cells.py"],
)  # fmt: skip
def test_no_address_leaves_the_data_directory(path: str, site: httpx.Client) -> None:
    assert site.get(path, follow_redirects=True).status_code in (403, 404)


# ---- downloads ----


def test_the_downloads_page_gives_size_and_sha256_of_each_package(site: httpx.Client, city: Any) -> None:
    page = site.get("/-/downloads").text
    links = re.findall(r'href="(/-/packages/[^"]+\.zip)" download>下载 ZIP', page)
    assert links == [f"/-/packages/{path.name}" for path in sorted((city.data / "packages").glob("*.zip"))]
    for link in links:
        answer = site.get(link)
        assert hashlib.sha256(answer.content).hexdigest() in page
        assert answer.headers["content-type"] == "application/zip"


# ---- safety ----


@pytest.mark.parametrize(
    "path",
    [
        "/budgets?sql=select+1",
        "/budgets.json?sql=select+1",
        "/budgets.csv?sql=select+1",
        "/budgets/facts?_where=1=1",
    ],
)
def test_sql_of_the_reader_is_refused(path: str, site: httpx.Client) -> None:
    assert site.get(path).status_code == 403


@pytest.mark.parametrize(
    "path", ["/-/databases", "/-/threads", "/-/settings", "/-/plugins", "/-/patterns", "/-/permissions"]
)
def test_pages_that_tell_about_the_server_are_shut(path: str, site: httpx.Client, city: Any) -> None:
    for form in ("", ".json", "/"):
        answer = site.get(path + form, follow_redirects=True)
        assert (answer.status_code, str(city.data) in answer.text) == (404, False)


@pytest.mark.parametrize("path", ["/", "/budgets/facts.json", "/assets/site.css", "/nowhere", "/-/downloads"])
def test_every_answer_carries_the_headers_of_safety(path: str, site: httpx.Client) -> None:
    headers = site.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; img-src 'self'; style-src 'self'")
    assert {name: headers[name] for name in ("x-content-type-options", "x-frame-options", "referrer-policy")} == {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
    }


def test_behind_a_path_prefix_every_link_carries_it(city: Any) -> None:
    fact = city.hospitality.fact_id
    with site_city.served(city.data, "--base-url", "/datong/") as address:
        for path in (
            "/",
            "/budgets",
            "/budgets/facts?_search=三公",
            "/-/downloads",
            f"/-/figure/{fact}",
            "/-/threads",
        ):
            page = httpx.get(f"{address}/datong{path}", trust_env=False)
            assert page.status_code == (404 if path == "/-/threads" else 200)
            links = re.findall(r'(?:href|src|srcset|action)="([^"#]+)"', page.text)
            ours = [link.removeprefix(address) for link in links if "://" not in link or link.startswith(address)]
            assert [link for link in ours if not link.startswith("/datong/")] == []


def test_errors_as_json_keep_their_status(site: httpx.Client) -> None:
    answer = site.get("/budgets/nothing.json")
    assert (answer.status_code, answer.json()["ok"], answer.json()["status"]) == (404, False, 404)


def test_serve_without_a_database_names_the_next_command(tmp_path: Path) -> None:
    result = CliRunner().invoke(serve, ["--data", str(tmp_path)])
    assert result.exit_code == 1
    assert f"yusuan build --data {tmp_path}" in result.output


def test_row_counts_come_from_the_inspect_file(site: httpx.Client, city: Any, database: sqlite3.Connection) -> None:
    counted = json.loads((city.data / "site" / "inspect.json").read_text())["budgets"]["tables"]["facts"]["count"]
    assert counted == database.execute("select count(*) from facts").fetchone()[0]


def test_plugins_import_only_the_standard_library_datasette_and_datapackages() -> None:
    for path in sorted(site_file("datasette").glob("plugins/*.py")):
        allowed = {"datapackages", "datasette", *sys.stdlib_module_names}
        allowed |= {"pypdfium2"} if path.name == "page_image.py" else set()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert {name.partition(".")[0] for name in imported} <= allowed, path.name
    assert not (site_file("datasette") / "__init__.py").exists()
