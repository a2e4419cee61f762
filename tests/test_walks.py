"""A reporter, a researcher, an auditor and an editor walk through the site of the demo city in a real browser.

Nobody types an address: each begins at the front page and follows what is there to follow.
"""

import csv
import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from frictionless import system, validate
from PIL import Image

import site_city

ARTIFACTS = Path(__file__).parent.parent / "artifacts"
DESK, PHONE = (1280, 900), (390, 844)
RED, BLUE = (200, 30, 30), (20, 80, 190)  # left and right side of a check
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def data(demo_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo city, in which a report may be left."""
    return shutil.copytree(demo_city, tmp_path_factory.mktemp("walks") / "data", symlinks=True)


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    with site_city.served(data) as served:
        yield served


@pytest.fixture
def walker(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """A page that stands at the front page, as wide as the person's screen; its console must stay silent."""
    width, height = getattr(request, "param", DESK)
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=address, locale="zh-CN")
    page, page.complaints = context.new_page(), []
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.goto("/")
    yield page
    context.close()
    assert page.complaints == []


def seen(page: Any, name: str) -> None:
    """Keep a picture of the page, and check that nothing sticks out to the right."""
    page.wait_for_load_state("networkidle")
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"walk-{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.url} is too wide"


def marks(page: Any, picture: Any) -> set[str]:
    """The colours of the boxes on a picture of a page, as the browser has loaded it."""
    source = picture.evaluate("async image => { await image.decode(); return image.currentSrc }")
    drawn = Image.open(io.BytesIO(page.request.get(source).body())).convert("RGB")
    colours = {colour for _, colour in drawn.getcolors(1 << 24)}
    return {name for name, colour in {"red": RED, "blue": BLUE}.items() if colour in colours}


def downloaded(page: Any, link: Any, folder: Path) -> Path:
    with page.expect_download() as started:
        link.click()
    path = folder / str(started.value.suggested_filename)
    started.value.save_as(path)
    return path


def lines(workbook: Path) -> int:
    """The rows of the first sheet, its header among them."""
    with zipfile.ZipFile(workbook) as parts:
        return len(ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml")).findall(f".//{SHEET}row"))


def search(page: Any, words: str) -> None:
    page.get_by_role("searchbox").first.fill(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/-/search?*")


def test_a_reporter_goes_from_a_word_to_a_figure_that_can_be_quoted(walker: Any) -> None:
    search(walker, "公务用车")
    assert {mark.inner_text() for mark in walker.locator("mark").all()} >= {"公务用车"}
    seen(walker, "reporter-1-search")

    unit = walker.locator("main a[href*='/-/unit/']").first
    name = unit.inner_text()
    unit.click()
    walker.wait_for_url("**/-/unit/*")
    assert walker.get_by_role("heading", level=1).inner_text() == name
    seen(walker, "reporter-2-unit")

    head = walker.get_by_role("rowheader", name="公务用车运行维护费", exact=True)
    row = walker.locator("main tr").filter(has=head)
    figure = row.first.get_by_role("link").first
    printed = figure.inner_text()
    figure.click()
    walker.wait_for_url("**/-/figure/*")
    assert marks(walker, walker.locator("#page-picture")) == {"red"}
    assert printed in walker.locator(".figure-amount").inner_text()
    seen(walker, "reporter-3-figure")

    quoted = walker.locator("blockquote, .cite").last.inner_text()
    assert name in quoted and printed in quoted and walker.url in quoted, quoted


def test_a_researcher_takes_what_is_filtered_and_a_package_that_proves_itself(walker: Any, tmp_path: Path) -> None:
    walker.get_by_role("link", name="数据", exact=True).first.click()
    for facet in ("document_year", "canonical"):
        walker.locator(f"#facet-{facet}").get_by_role("link").first.click()
    told = int(re.sub(r"\D", "", walker.get_by_role("status").inner_text()))
    seen(walker, "researcher-1-filtered")
    taken = downloaded(walker, walker.get_by_role("link", name=re.compile("XLSX")).first, tmp_path)
    assert lines(taken) == 1 + told > 100

    walker.get_by_role("link", name="下载", exact=True).first.click()
    walker.wait_for_url("**/-/downloads")
    seen(walker, "researcher-2-downloads")
    package = downloaded(walker, walker.get_by_role("link", name="下载 ZIP").first, tmp_path)
    assert hashlib.sha256(package.read_bytes()).hexdigest() in walker.locator("main").inner_text()
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "package")
    descriptor = next((tmp_path / "package").rglob("datapackage.json"))
    assert len(json.loads(descriptor.read_text("utf-8"))["resources"]) > 10
    with system.use_context(trusted=True):
        assert validate(str(descriptor)).valid


def test_an_auditor_sees_both_sides_of_a_finding_on_the_page_that_was_published(
    walker: Any, data: Path, tmp_path: Path
) -> None:
    walker.get_by_role("link", name="核对", exact=True).first.click()
    walker.wait_for_url("**/-/findings")
    seen(walker, "auditor-1-findings")
    walker.locator("main a[href*='/budgets/checks/']").first.click()
    walker.wait_for_url("**/budgets/checks/*")
    pictures = walker.locator("main img[src*='/-/page/']").all()
    assert set().union(*(marks(walker, picture) for picture in pictures)) == {"red", "blue"}
    seen(walker, "auditor-2-both-sides")

    bundle = downloaded(walker, walker.get_by_role("link", name="证据包（ZIP）").first, tmp_path)
    with zipfile.ZipFile(bundle) as archive:
        (inside,) = (archive.read(name) for name in archive.namelist() if name.endswith(".pdf"))
    source = walker.get_by_role("link", name=re.compile("打开原文件")).first.get_attribute("href")
    published = walker.request.get(source.partition("#")[0]).body()
    sha256 = hashlib.sha256(published).hexdigest()
    assert inside == published
    assert sha256 in source
    assert [path.read_bytes() for path in (data / "documents").rglob(f"*{sha256}*")] == [published]


@pytest.mark.parametrize("walker", [PHONE], indirect=True)
def test_an_editor_on_a_phone_checks_a_figure_and_reports_it(walker: Any, data: Path) -> None:
    search(walker, "公务接待费")
    seen(walker, "editor-1-search")
    walker.locator("main a[href*='/-/figure/']").first.click()
    walker.wait_for_url("**/-/figure/*")
    picture = walker.locator("#page-picture")
    assert marks(walker, picture) == {"red"}
    assert picture.bounding_box()["y"] < PHONE[1], "the marked cell is on the first screen"
    seen(walker, "editor-2-figure")

    figure = walker.url.rpartition("/")[2]
    walker.get_by_role("link", name="报告这个数字有误").click()
    walker.wait_for_url("**/-/report/*")
    walker.get_by_label("数字读错了").check()
    walker.get_by_label("原页上印的是").fill("12.34")
    walker.get_by_label("说明").fill("小数点看错了")
    seen(walker, "editor-3-report")
    walker.get_by_role("button", name="发送").click()
    walker.wait_for_load_state("networkidle")
    seen(walker, "editor-4-thanks")
    review = (data / "review").rglob("*.csv")
    reports = [row for path in review for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))]
    assert [row for row in reports if {figure, "12.34", "小数点看错了"} <= set(row.values())]
