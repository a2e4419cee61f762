"""One walk through the site in a real browser: search, narrow, open a figure, see its mark, download."""

import hashlib
import importlib.util
import io
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image, ImageChops

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARTIFACTS = Path(__file__).parent.parent / "artifacts"
SIZES = {"wide": (1280, 900), "narrow": (390, 844)}
RED = (200, 30, 30)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"),
]


@cache
def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return _load("site_city").make(tmp_path_factory.mktemp("walk"))


@pytest.fixture(scope="module")
def address(city: Any) -> Iterator[str]:
    with _load("site_city").served(city.data) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """A page of that size which fails the test for any error in its console."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=address, locale="zh-CN")
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.size_name = request.param
    yield page
    context.close()
    assert complaints == []


def seen(page: Any, name: str) -> None:
    """Keep a screenshot, and check that nothing sticks out to the right."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}-{page.size_name}.png", full_page=True)
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


def test_search_narrow_open_a_figure_and_see_its_mark(page: Any, city: Any) -> None:
    fact = city.hospitality
    page.goto("/")
    seen(page, "home")
    page.get_by_role("searchbox").first.fill("三公")
    page.get_by_role("button", name="搜索").click()
    assert page.get_by_role("status").inner_text() == "共 30 条"
    seen(page, "search")

    if page.size_name == "narrow":
        page.get_by_text("缩小范围").click()
    page.locator("#facet-unit_name").get_by_role("link", name="示例市教育局").click()
    assert page.get_by_role("status").inner_text() == "共 10 条"
    assert "单位名称 等于 示例市教育局" in page.locator(".chips").inner_text()

    page.locator("tr", has_text="公务接待费").filter(has_text="2026年预算数").get_by_role("link").first.click()
    assert page.url.endswith(f"/-/figure/{fact.fact_id}")
    assert page.get_by_role("heading", level=1).inner_text() == "公务接待费"
    source, picture = drawn(page)
    seen(page, "figure")
    scale = 2 if page.size_name == "wide" else 2.5
    left, top, right, bottom = red_box(picture) or (0, 0, 0, 0)
    assert (right - left, bottom - top) == pytest.approx(
        ((fact.x1 - fact.x0) * scale, (fact.bottom - fact.top) * scale), abs=9
    )
    if page.size_name == "wide":
        assert (left, top) == pytest.approx((fact.x0 * scale, fact.top * scale), abs=5)
    assert f"/-/page/{city.sha256}/{fact.page}.png" in source


def test_a_package_is_downloaded_and_has_the_sha256_of_the_page(page: Any, city: Any, tmp_path: Path) -> None:
    page.goto("/")
    page.get_by_role("link", name="下载数据包（CSV）").click()
    seen(page, "downloads")
    with page.expect_download() as started:
        page.get_by_role("link", name="下载 ZIP").first.click()
    package = tmp_path / started.value.suggested_filename
    started.value.save_as(package)
    assert hashlib.sha256(package.read_bytes()).hexdigest() in page.locator(".packages").inner_text()
    assert package.read_bytes() == (city.data / "packages" / package.name).read_bytes()


@pytest.mark.parametrize(
    ("name", "path"),
    [("query", "/budgets/largest_changes"), ("issues", "/budgets/issues"), ("documents", "/budgets/documents")],
)
def test_lists_are_readable_at_both_widths(name: str, path: str, page: Any) -> None:
    page.goto(path)
    assert page.locator("table.grid tbody tr").count() > 0
    seen(page, name)
