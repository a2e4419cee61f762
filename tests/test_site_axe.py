"""Everyone can read every kind of page: axe finds nothing serious, wide and narrow, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

import site_city

# `make test` takes it from the npm registry; its version stands in the Makefile.
AXE = Path(__file__).parent.parent / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}
MOST = 400  # pages that are looked at to find one of each kind
# No page of its own: data, files and pictures.
NO_PAGE = re.compile(r"\.(csv|xlsx|json|zip|png|pdf|atom|css|svg|db|jsonld|txt|xml)\b|/-/page/")
OURS = re.compile(r"/-/|/$|/budgets$|/budgets/(facts|checks|three_public)\b")  # the others are made alike
STARTS = ("/", "/-/search?q=%E7%BB%8F%E8%B4%B9", "/-/search?q=zzzz", "/-/nothing", "/budgets", "/runs")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not there: `make test` takes it with npm"),
]


@pytest.fixture(scope="module")
def address(demo_city: Path) -> Iterator[str]:
    with site_city.served(demo_city) as served:
        yield served


@pytest.fixture(scope="module")
def kinds(address: str) -> dict[str, str]:
    """One address for each kind of page, as far as links lead."""
    found: dict[str, str] = {}
    queue, seen = list(STARTS), set[str]()
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        while queue and len(seen) < MOST:
            here = queue.pop(0)
            seen.add(here)
            if _kind(here) in found:
                continue
            answer = client.get(here, follow_redirects=True)
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            found[_kind(here)] = here
            hrefs = re.findall(r'href="([/?][^"#]*)', answer.text)
            links = {urljoin(here, link.replace("&amp;", "&")) for link in hrefs}
            queue += sorted(link for link in links - seen if not NO_PAGE.search(link) and _kind(link) not in found)
    return found


def _kind(address: str) -> str:
    """Addresses that differ by an id or by values alone show the same kind of page."""
    told = urlsplit(address)
    path = re.sub(r"(?<=/)(?=[^/]*\d)[^/]+", "*", told.path)
    return path + ("?" if told.query else "")


@pytest.mark.parametrize(("width", "height", "language"), [(1280, 900, "zh"), (390, 844, "en")])
def test_axe_finds_nothing_serious_on_any_kind_of_page(
    width: int, height: int, language: str, browser: Any, address: str, kinds: dict[str, str]
) -> None:
    assert len(kinds) >= 40
    # The site allows no script; the tester's is let in past that rule.
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=address, bypass_csp=True)
    context.add_cookies([{"name": "lang", "value": language, "url": address}])
    page = context.new_page()
    looked = kinds.values() if language == "zh" else [here for here in kinds.values() if OURS.match(here)]
    wrong = {here: found for here in looked if (found := _violations(page, here))}
    context.close()
    assert wrong == {}


def _violations(page: Any, address: str) -> list[str]:
    page.goto(address)
    page.add_script_tag(path=AXE)
    told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {len(one['nodes'])}, first {one['nodes'][0]['html'][:200]}"
        for one in told["violations"]
        if one["impact"] in SERIOUS
    ]
