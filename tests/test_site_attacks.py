"""Text of a hostile PDF and addresses of a hostile reader do nothing on any page of the site."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

import loaded

PAGES = 150  # that are looked at, following links from the front page
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>"
HIDDEN = "合计\u202e00.1\u2066\u0000\u0007\x1b[31m"
SEEN_OF_HIDDEN = "合计00.1[31m"
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
ADDRESSES = ("javascript:alert(document.domain)//a.pdf", "data:text/html,<script>alert(4)</script>")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The little city, its documents as hostile as a parser could hand them on."""
    city = loaded.script(Path(__file__).with_name("site_city.py"))
    parsed, sighting, addresses = city.parsed, city._sighting, iter(ADDRESSES * 20)

    def hostile(*arguments: Any) -> Any:
        made = parsed(*arguments)
        texts = {"name": MARKUP, "row_path": f"{MARKUP}/{HIDDEN}", "fund_text": HIDDEN}
        facts = tuple(replace(fact, **texts) for fact in made.facts)
        tables = tuple(replace(table, title=MARKUP, label=HIDDEN) for table in made.tables)
        document = replace(made.document, title=MARKUP + HIDDEN)
        return replace(made, facts=facts, tables=tables, document=document)

    city.parsed = hostile
    city._sighting = lambda *arguments: replace(
        sighting(*arguments), url=next(addresses), page_url="https://evil.example/\"onclick=alert(5)", title=MARKUP
    )
    data = city.make(tmp_path_factory.mktemp("hostile")).data
    with city.served(data) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        yield client


class Looked(HTMLParser):
    """What a page would run, load or lead to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.runs: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.runs += [f"{tag} {name}" for name in given if name.startswith("on") or name in ("style", "srcdoc")]
        if tag in ("script", "iframe", "object", "embed", "base", "meta") and tag != "meta":
            self.runs.append(tag)
        if "http-equiv" in given:
            self.runs.append(f"meta {given['http-equiv']}")
        for name in ("href", "src", "action", "formaction", "data"):
            if name in given:
                self.links.append((given[name], given.get("rel", "")))


@pytest.fixture(scope="module")
def pages(site: httpx.Client) -> dict[str, str]:
    """Pages by address, as far as links lead from the front page."""
    queue, seen = ["/", "/budgets/facts?_all=1", "/budgets/sightings", "/budgets/documents?_all=1"], {}
    while queue and len(seen) < PAGES:
        address = queue.pop(0)
        answer = site.get(address)
        if address in seen or not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        assert answer.status_code in (200, 302), f"{address}: {answer.status_code}"
        seen[address] = answer.text
        kinds = {_kind(one) for one in seen}
        found = [urljoin(address, link) for link, _ in Looked(answer.text).links if link[:1] in "/?"]
        queue += sorted({one for one in found if _is_page(one)} - set(seen), key=lambda one: _kind(one) in kinds)
    return seen


def _kind(address: str) -> str:
    return re.sub(r"[0-9a-f]{8,}[^/?]*|u\d+|=[^&]*", "", urlsplit(address).path)


def _is_page(address: str) -> bool:
    return not re.search(r"\.(csv|xlsx|json|zip|png|pdf|atom|css|svg|db|jsonld|txt)\b|/-/page/", address)


def test_no_page_runs_loads_or_leads_to_what_a_pdf_says(pages: dict[str, str], site: httpx.Client) -> None:
    assert len({_kind(address) for address in pages}) >= 25
    assert any(MARKUP[:8] not in page and "&lt;script&gt;" in page for page in pages.values())
    for address, page in pages.items():
        looked = Looked(page)
        assert looked.runs == [], address
        schemes = {urlsplit(link).scheme for link, _ in looked.links}
        assert schemes <= {"", "http", "https"}, address


def test_links_away_from_the_site_tell_nothing_of_the_reader(pages: dict[str, str], site: httpx.Client) -> None:
    away = [
        (address, link, rel)
        for address, page in pages.items()
        for link, rel in Looked(page).links
        if "evil.example" in urlsplit(link).netloc
    ]
    assert away
    assert [found for found in away if not {"nofollow", "noopener", "noreferrer"} <= set(found[2].split())] == []


def test_what_cannot_be_seen_is_not_there(pages: dict[str, str]) -> None:
    assert any(SEEN_OF_HIDDEN in page for page in pages.values())
    assert {address: INVISIBLE.findall(page) for address, page in pages.items() if INVISIBLE.search(page)} == {}


@pytest.mark.parametrize(
    "address",
    [
        "/budgets/facts?_search=" + "%3Cscript%3Ealert(1)%3C/script%3E",
        "/-/search?q=%22%3E%3Csvg/onload=alert(1)%3E",
        "/budgets/facts?name=%22%20onmouseover=%22alert(1)",
        "/budgets/facts?%3Cscript%3E=1",
        "/budgets/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/-/unit/%3Cscript%3E",
        "/?_lang=en&%22%3E%3Cscript%3E=1",
    ],
)
def test_what_a_reader_types_is_shown_and_not_run(address: str, site: httpx.Client) -> None:
    answer = site.get(address)
    assert answer.status_code < 500
    assert Looked(answer.text).runs == []


@pytest.mark.parametrize(
    "address",
    [
        "/budgets?sql=select+1", "/budgets.json?sql=select+1", "/budgets/facts?_where=1",
        "/budgets/facts.json?_where=load_extension('x')", "/budgets?sql=attach+database+'x'+as+y",
        "/budgets.json?sql=select+printf('%25.*c',400000000,'x')", "/budgets?sql=pragma+database_list",
        "/budgets.json?sql=select+load_extension('x')", "/runs.json?sql=select+1",
    ],
)  # fmt: skip
def test_no_sql_of_a_reader_runs(address: str, site: httpx.Client) -> None:
    assert site.get(address).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "/-/page/" + "0" * 64 + "/1.png?cell=../../etc/passwd", "/assets/../plugins/search.py",
        "/assets/%2e%2e/metadata.yaml", "/-/packages/..%2f..%2fcrawl.zip", "/-/document/../../crawl.db",
        "/-/releases/../../crawl.db", "/budgets.db/../../crawl.db",
    ],
)  # fmt: skip
def test_no_address_leaves_what_is_published(address: str, site: httpx.Client) -> None:
    answer = site.get(address)
    assert answer.status_code in (302, 400, 404)
    assert "SQLite format" not in answer.text and "hookimpl" not in answer.text



def test_very_long_and_very_many_words_are_answered(site: httpx.Client) -> None:
    for query in ("三" * 5000, "三 " * 2000, '"' * 999, "*" * 999, "三公 " + "(" * 500):
        for path, name in (("/-/search", "q"), ("/budgets/facts", "_search")):
            assert site.get(path, params={name: query}).status_code < 500
