"""Real pages say what a person read in their source: what the page is, its documents, its further pages.

The pages lie outside the repository (YUSUAN_SHARED); here are only facts: names, addresses, days, institutions.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.bodies import page_fault
from crawler.kinds import kind_of
from crawler.pages import decode, named_links, read_page, readable
from crawler.paging import further_pages
from crawler.words import words

HERE = Path(__file__).parent
EXPECTED = {file.stem: file for file in sorted((HERE / "real_pages").glob("*.json"))}
PAGES = Path(os.environ.get("YUSUAN_SHARED", HERE.parent.parent / "shared")) / "real" / "pages"


@dataclass
class Read:
    expected: dict[str, Any]
    found: dict[str, Any]


def read(name: str) -> Read:
    if not PAGES.is_dir():
        pytest.skip(f"no real pages at {PAGES}; set YUSUAN_SHARED")
    expected = json.loads(EXPECTED[name].read_text("utf-8"))
    html, url, known = decode((PAGES / f"{name}.html").read_bytes()), expected["url"], words()
    page = read_page(html, url, known)
    kind = kind_of(html, page, known, url)
    found: dict[str, Any] = {"is": kind}
    if kind in ("detail", "inline"):
        found |= {"publisher": page.publisher, "published_on": page.published_on}
    found["attachments"] = [
        {"name": readable(file, page, known), "form": file.form, "url": file.url} for file in page.attachments
    ]
    found["further_pages"] = list(further_pages(html, url, known))
    if kind == "list":
        links = named_links(html, url, known)
        for key, told in (("columns", known.is_column), ("disclosures", known.is_disclosure)):
            found[key] = [{"name": label, "url": link} for link, label in links.items() if told(label)]
    return Read({key: value for key, value in expected.items() if not key.startswith("url")}, found)


@pytest.mark.shared
@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_page_says_what_a_person_read_in_its_source(name: str) -> None:
    page = read(name)
    assert page.found == page.expected


@pytest.mark.shared
def test_every_real_page_was_read_by_a_person() -> None:
    if not PAGES.is_dir():
        pytest.skip(f"no real pages at {PAGES}; set YUSUAN_SHARED")
    assert sorted(EXPECTED) == sorted(file.stem for file in PAGES.glob("*.html"))
    assert len(EXPECTED) >= 60


@pytest.mark.shared
def test_shells_and_challenges_give_no_document() -> None:
    kinds = {name: read(name) for name in EXPECTED if name.startswith("empty-or-js")}
    without = [page for page in kinds.values() if page.expected["is"] in ("shell", "challenge")]
    assert len(without) == 5
    assert [page.found["attachments"] for page in without] == [[]] * 5


@pytest.mark.shared
def test_a_page_that_is_none_is_named_and_a_page_with_documents_never_is() -> None:
    faults = {}
    for name in EXPECTED:
        html = decode((PAGES / f"{name}.html").read_bytes()) if PAGES.is_dir() else pytest.skip(f"no {PAGES}")
        faults[name] = page_fault(html, read_page(html, "http://a.example/", words()).title, words())
    assert {name: fault.name for name, fault in faults.items() if fault} == {"empty-or-js-01": "js-challenge"}
