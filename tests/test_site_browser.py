"""The site of the demo city: every query and facet over HTTP, and a walk through it in a real browser."""

import hashlib
import html
import io
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from PIL import Image, ImageChops

import site_city
from yusuan.site_files import site_file

ARTIFACTS = Path(__file__).parent.parent / "artifacts"
CITY = Path(__file__).parent / "documents" / "demo"
METADATA = yaml.safe_load(site_file("metadata.yaml").read_text(encoding="utf-8"))["databases"]["budgets"]
TABLES = {name: table for name, table in METADATA["tables"].items() if not table.get("hidden")}
SIZES = {"wide": (1280, 900), "narrow": (390, 844)}
SCALES = {"wide": 2, "narrow": 2.5}  # pixels for a point: the whole page, and the surroundings of the cell
RED = (200, 30, 30)
HEIGHT = "document.documentElement.scrollHeight"
SEARCHED = " || ' ' || ".join(
    f"coalesce({column}, '')"
    for column in (
        "facts.name", "row_path", "column_label", "facts.unit_name", "project_name", "function_name",
        "econ_dept_name", "econ_gov_name", "title",
    )
)  # fmt: skip
HAN = re.compile(r"[\u4e00-\u9fff]")

@pytest.fixture(scope="module")
def data(demo_city: Path) -> Path:
    """Two nights crawled, read, packaged and built."""
    return demo_city


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    with site_city.served(data) as address:
        yield address


@pytest.fixture(scope="module")
def site(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def database(data: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(data / "site" / "current" / "budgets.db")) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


@pytest.fixture(scope="module")
def edited(database: sqlite3.Connection) -> sqlite3.Row:
    """The figure that the second night replaced without a word: what the unit spends on its guests."""
    (edit,) = json.loads((CITY / "edited.json").read_text(encoding="utf-8"))
    (cell,) = edit["cells"]
    sha256 = hashlib.sha256((CITY / edit["after"]).read_bytes()).hexdigest()
    found = database.execute(
        "select * from facts where sha256 = ? and canonical = ? and name = ? and column_label = ?",
        (sha256, cell["canonical"], cell["row_name"], cell["column_path"]),
    ).fetchone()
    assert (found["amount_text"], found["name"]) == (cell["after"], "（三）公务接待费支出")
    return found


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """A page of that size which fails the test for any error in its console."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=address, locale="zh-CN")
    page, page.complaints = context.new_page(), []
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.size_name = request.param
    yield page
    context.close()
    assert page.complaints == []


def seen(page: Any, name: str) -> None:
    """Keep a screenshot of the first two screens, and check that nothing sticks out to the right."""
    page.wait_for_load_state("load")  # a click does not wait for the next page
    ARTIFACTS.mkdir(exist_ok=True)
    width, height = SIZES[page.size_name]
    shown = {"x": 0, "y": 0, "width": width, "height": min(height * 2, page.evaluate(HEIGHT))}
    page.screenshot(path=ARTIFACTS / f"{name}-{page.size_name}.png", full_page=True, clip=shown)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def red_box(picture: Image.Image) -> tuple[int, int, int, int] | None:
    bands = [
        band.point([255 if value == part else 0 for value in range(256)])
        for band, part in zip(picture.split(), RED, strict=True)
    ]
    return ImageChops.multiply(ImageChops.multiply(bands[0], bands[1]), bands[2]).getbbox()


def drawn(page: Any) -> tuple[str, Image.Image]:
    """Address and pixels of the page picture that the browser has really loaded."""
    picture = page.locator("#page-picture")
    source = picture.evaluate("async image => { await image.decode(); return image.currentSrc }")
    assert picture.evaluate("image => image.complete && image.naturalWidth") >= 800
    return source, Image.open(io.BytesIO(page.request.get(source).body())).convert("RGB")


def assert_marked(page: Any, fact: sqlite3.Row) -> None:
    """The picture is of the figure's page, and the red box has the place and size of its cell."""
    source, picture = drawn(page)
    left, top, right, bottom = red_box(picture) or (0, 0, 0, 0)
    scale = SCALES[page.size_name]
    assert f"/-/page/{fact['sha256']}/{fact['page']}.png" in source
    assert (right - left, bottom - top) == pytest.approx(
        ((fact["x1"] - fact["x0"]) * scale, (fact["bottom"] - fact["top"]) * scale), abs=9
    )
    if page.size_name == "wide":
        assert (left, top) == pytest.approx((fact["x0"] * scale, fact["top"] * scale), abs=5)


def narrow_by(page: Any, column: str, words: str) -> None:
    if page.size_name == "narrow":
        page.get_by_text("缩小范围").click()
    page.locator(f"#facet-{column}").get_by_role("link", name=words).click()


def count(page: Any) -> int:
    return int(re.sub(r"\D", "", page.get_by_role("status").inner_text()))


# ---- over HTTP ----


def test_every_query_answers_in_chinese(site: httpx.Client) -> None:
    """Whatever the city has is found, and no heading is the name of a column."""
    lines = {}
    for name, query in METADATA["queries"].items():
        arguments = dict.fromkeys(query.get("params", []), "三公" if name == "search" else "")
        found = site.get(f"/budgets/{name}.json", params={**arguments, "_shape": "array"})
        page = site.get(f"/budgets/{name}", params=arguments)
        assert (found.status_code, page.status_code) == (200, 200), name
        headings = re.findall(r"<th [^>]*>(.*?)</th>", page.text)
        assert [words for words in headings if not HAN.search(words)] == [], name
        lines[name] = len(found.json())
    nothing_of_it = {"issues_by_type", "vanished_documents"}  # the city is read whole, and nothing was taken down
    assert {name for name, number in lines.items() if not number} <= nothing_of_it


@pytest.mark.parametrize("table", TABLES)
def test_every_table_answers_with_its_facets(table: str, site: httpx.Client, database: sqlite3.Connection) -> None:
    """Each facet counts what a ``group by`` counts."""
    answer = site.get(f"/budgets/{table}.json", params={"_facet_size": "max"}).json()
    counted = {
        name: {value["value"]: value["count"] for value in facet["results"]}
        for name, facet in answer["facet_results"].items()
    }
    assert set(counted) == set(TABLES[table].get("facets", []))
    for name, values in counted.items():
        filled = {value: number for value, number in values.items() if value not in (None, "")}
        grouped = database.execute(f'select "{name}", count(*) from "{table}" where "{name}" != "" group by 1')
        assert filled == dict(map(tuple, grouped)), name
    assert site.get(f"/budgets/{table}").status_code == 200


def test_a_query_that_does_not_end_in_time_says_so_and_what_to_do(site: httpx.Client) -> None:
    late = "/budgets/facts?_timelimit=1&name__contains=%E8%B4%B9&_sort=column_label"
    answer = site.get(late)
    assert (answer.status_code, "先选一个地区、年度或单位" in answer.text) == (503, True)
    assert "select" not in answer.text
    told = site.get(late.replace("/facts?", "/facts.json?"))
    assert told.status_code == 503
    assert "narrow it by place, year or unit" in told.json()["error"]


def test_the_replaced_document_stays_in_the_store_beside_its_successor(
    site: httpx.Client, edited: sqlite3.Row
) -> None:
    versions = site.get("/budgets/replaced_documents.json", params={"_shape": "array"}).json()
    assert [(row["version"], row["is_current"]) for row in versions] == [(1, 0), (2, 1)]
    assert versions[1]["sha256"] == edited["sha256"]
    for row in versions:
        content = site.get(f"/-/document/{row['sha256']}.pdf").content
        assert hashlib.sha256(content).hexdigest() == row["sha256"]


def test_the_edited_cell_is_the_one_change_and_its_row_shows_it_on_both_pages(
    site: httpx.Client, edited: sqlite3.Row
) -> None:
    (change,) = site.get("/budgets/changes.json", params={"_shape": "array"}).json()
    told = ("kind", "cause", "name", "column_label", "old_text", "new_text", "old_page", "new_page", "new_fact_id")
    assert [change[name] for name in told] == [
        "altered", "source", edited["name"], edited["column_label"], "2.50", edited["amount_text"],
        edited["page"], edited["page"], edited["fact_id"],
    ]  # fmt: skip
    page = site.get(f"/budgets/changes/{change['sha256']},{change['seq']}").text
    pictures = [html.unescape(address) for address in re.findall(r'<img src="(/-/page/[^"]+)"', page)]
    assert [address[8:72] for address in pictures] == [change["from_sha256"], change["sha256"]]
    shown = [site.get(address) for address in pictures]
    assert [answer.headers["content-type"] for answer in shown] == ["image/png"] * 2
    assert shown[0].content != shown[1].content


def test_a_check_that_fails_shows_both_sides_on_their_pages(site: httpx.Client) -> None:
    asked = {"_shape": "array", "rule": "X21", "outcome": "fail"}
    (check,) = site.get("/budgets/checks.json", params=asked).json()
    listed = site.get("/budgets/checks", params=asked).text
    row = next(address for address in re.findall(r'href="(/budgets/checks/[^"]+)"', listed))
    page = site.get(html.unescape(row)).text
    assert check["message_zh"] in html.unescape(page)
    pictures = [html.unescape(address) for address in re.findall(r'<img src="(/-/page/[^"]+)"', page)]
    sides = [("cell=" in address, "others=" in address) for address in pictures]
    assert sides == [(True, False), (False, True)], "left on one page, right on the other"
    assert [site.get(address).headers["content-type"] for address in pictures] == ["image/png"] * 2


def test_the_correction_of_the_edited_cell_waits_for_a_person(
    site: httpx.Client, edited: sqlite3.Row, data: Path
) -> None:
    (correction,) = site.get("/budgets/corrections.json", params={"_shape": "array"}).json()
    told = ("state", "reason", "amount_text", "after", "found_sha256", "found_fact_id", "found_text")
    assert [correction[name] for name in told] == [
        "review", "replaced_altered", "2.50", 30000, edited["sha256"], edited["fact_id"], "3.50",
    ]  # fmt: skip
    assert "corrected" not in (edited["flags"] or "")
    assert (data / "review" / "corrections.csv").read_text(encoding="utf-8").count("demo-1") == 1


def test_the_unit_that_has_not_published_is_listed_first(site: httpx.Client) -> None:
    found = site.get("/budgets/units_without_documents.json", params={"_shape": "array"}).json()
    assert (found[0]["name"], found[0]["wanted_year"], found[0]["stage"]) == ("示例市计量测试所", 2026, "budget")
    units = {row["name"] for row in found if row["unit_kind"] != "department"}
    assert units == {"示例市计量测试所", "示例市药品检验所"}


# ---- in the browser ----


@pytest.mark.browser
def test_search_narrow_open_a_figure_and_see_its_mark(
    page: Any, edited: sqlite3.Row, database: sqlite3.Connection
) -> None:
    """What is found for a word is what holds it, by a plain scan of the same words."""
    page.goto("/")
    seen(page, "home")
    page.get_by_role("searchbox").first.fill("三公")
    page.get_by_role("button", name="搜索").click()
    assert "/-/search?q=" in page.url
    seen(page, "found")
    page.goto("/budgets/facts?_search=三公")
    (holding,) = database.execute(
        f"select count(*) from facts join tables using (table_id) where instr({SEARCHED}, '三公')"
    ).fetchone()
    assert count(page) == holding > 100
    seen(page, "search")

    narrow_by(page, "unit_name", edited["unit_name"])
    assert f"单位名称 等于 {edited['unit_name']}" in page.locator(".chips").inner_text()
    narrow_by(page, "document_year", "2026")
    assert count(page) < holding / 10
    seen(page, "narrowed")

    line = page.locator("tr", has_text=edited["name"]).filter(has_text="合计")
    line.get_by_role("link").first.click()
    assert page.url.endswith(f"/-/figure/{edited['fact_id']}")
    assert page.get_by_role("heading", level=1).inner_text() == edited["name"]
    assert "35,000 元" in page.locator(".figure-amount").inner_text()
    assert "印作 “3.50”，单位：万元" in page.locator(".figure-amount").inner_text()
    assert_marked(page, edited)
    seen(page, "figure")


@pytest.mark.browser
def test_a_figure_of_final_accounts_is_marked_on_its_standing_page(page: Any, database: sqlite3.Connection) -> None:
    fact = database.execute(
        "select * from facts where stage = 'final' and canonical = 'general_function' and row_role = 'leaf' "
        "and amount_fen > 0 order by fact_id"
    ).fetchone()
    page.goto(f"/-/figure/{fact['fact_id']}")
    assert "2024 年决算" in page.locator(".figure-head").inner_text()
    assert_marked(page, fact)
    seen(page, "final")


@pytest.mark.browser
def test_a_package_is_downloaded_and_has_the_sha256_of_the_page(page: Any, data: Path, tmp_path: Path) -> None:
    page.goto("/")
    page.get_by_role("link", name="下载", exact=True).first.click()
    page.wait_for_url("**/-/downloads")
    seen(page, "downloads")
    with page.expect_download() as started:
        page.get_by_role("link", name="下载 ZIP").first.click()
    package = tmp_path / started.value.suggested_filename
    started.value.save_as(package)
    assert hashlib.sha256(package.read_bytes()).hexdigest() in page.locator(".packages").inner_text()
    assert package.read_bytes() == (data / "packages" / package.name).read_bytes()


@pytest.mark.browser
@pytest.mark.parametrize("name", ["documents", "largest_changes", "slots", "tables", "units"])
def test_lists_are_readable_at_both_widths(name: str, page: Any) -> None:
    """Text is not squeezed into a column of single characters, and nothing is wider than the screen."""
    page.goto(f"/budgets/{name}")
    cells = page.locator("table.grid tbody td")
    assert cells.count() > 0
    narrowest = cells.evaluate_all("cells => Math.min(...cells.map(cell => cell.clientWidth))")
    assert narrowest >= 40
    seen(page, name)


@pytest.mark.browser
@pytest.mark.parametrize("name", ["", "issues", "issues_by_type"])
def test_pages_that_may_be_empty_fit_the_screen(name: str, page: Any) -> None:
    page.goto(f"/budgets/{name}")
    seen(page, name or "database")


@pytest.mark.browser
def test_a_wrong_address_leads_back_to_the_front_page(page: Any) -> None:
    page.goto("/nowhere")
    seen(page, "error")
    assert [complaint.rpartition("status of ")[2] for complaint in page.complaints] == ["404 (Not Found)"]
    page.complaints.clear()
    page.get_by_role("link", name="回到首页").click()
    assert page.get_by_role("searchbox").count() == 1
