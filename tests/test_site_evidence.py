"""The evidence bundle: a zip that proves a figure or a finding without this site, the same bytes every time."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import evidence_city


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return evidence_city.make(tmp_path_factory.mktemp("evidence"))


@pytest.fixture(scope="module")
def site(city: Any) -> Iterator[httpx.Client]:
    with evidence_city.visited(city.data) as client:
        yield client


@pytest.fixture(scope="module")
def check(site: httpx.Client, city: Any) -> str:
    """The key of the check that failed, as its address has it."""
    [row] = site.get("/budgets/findings.json?_shape=array&rule=A14").json()
    place = row["place"].replace("/", "~2F").replace(",", "~2C")
    return f"{city.sha256},A14,{place}"


def files(answer: httpx.Response) -> dict[str, bytes]:
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.fixture(scope="module")
def bundle(site: httpx.Client, city: Any) -> dict[str, bytes]:
    return files(site.get(f"/-/evidence/{city.hospitality.fact_id}.zip"))


def test_it_holds_pictures_document_rows_checks_citation_and_checksums(bundle: dict[str, bytes]) -> None:
    assert sorted(bundle) == [
        "README.md", "SHA256SUMS", "checks.csv", "checks.json", "citation.bib", "citation.json", "citation.txt",
        "document.pdf", "figure.csv", "figure.json", "page-1-near.png", "page-1.png",
    ]  # fmt: skip


def test_every_file_is_the_one_that_the_checksums_name(bundle: dict[str, bytes]) -> None:
    sums = dict(line.split("  ")[::-1] for line in bundle["SHA256SUMS"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(content).hexdigest() for name, content in bundle.items() if name != "SHA256SUMS"
    }


def test_document_and_pictures_are_those_of_the_site(
    bundle: dict[str, bytes], site: httpx.Client, city: Any
) -> None:
    assert hashlib.sha256(bundle["document.pdf"]).hexdigest() == city.sha256
    page = site.get(f"/-/figure/{city.hospitality.fact_id}").text
    start = page.index('srcset="') + len('srcset="')
    picture = page[start : page.index('"', start)].replace("&amp;", "&")
    assert site.get(picture).content == bundle["page-1-near.png"]
    assert site.get(picture.removesuffix("&near=1")).content == bundle["page-1.png"]


def test_the_row_is_whole_and_its_money_no_binary_float(
    bundle: dict[str, bytes], site: httpx.Client, city: Any
) -> None:
    [row] = json.loads(bundle["figure.json"])
    [served] = site.get(f"/budgets/facts/{city.hospitality.fact_id}.json?_shape=array").json()
    assert row == {**served, "amount": "25000"}
    [line] = csv.DictReader(io.StringIO(bundle["figure.csv"].decode()))
    assert line == {name: "" if value is None else str(value) for name, value in row.items()}
    assert [check["rule"] for check in json.loads(bundle["checks.json"])] == ["A14"]


def test_the_citation_names_publisher_document_page_and_address(bundle: dict[str, bytes], city: Any) -> None:
    [item] = json.loads(bundle["citation.json"])
    assert item["type"] == "report"
    assert item["author"] == [{"literal": "示例市教育局"}]
    assert (item["title"], item["page"]) == ("示例市教育局2026年单位预算公开", "1")
    assert item["issued"] == {"date-parts": [[2026, 3, 12]]}
    assert item["URL"] == "http://demo.yusuan.example/czxx/0.pdf"
    assert f"/-/figure/{city.hospitality.fact_id}" in bundle["citation.txt"].decode()
    assert f"SHA-256 {city.sha256}" in bundle["citation.bib"].decode()
    readme = bundle["README.md"].decode()
    assert all(f"`{name}`" in readme for name in bundle if name not in ("README.md",))


def test_the_same_evidence_is_the_same_bytes_in_either_language(site: httpx.Client, city: Any) -> None:
    address = f"/-/evidence/{city.hospitality.fact_id}.zip"
    first, again = site.get(address), httpx.get(f"{site.base_url}{address}?_lang=en", trust_env=False, timeout=60)
    assert first.content == again.content
    assert first.headers["content-disposition"].endswith(f'filename="yusuan-{city.hospitality.fact_id}.zip"')


def test_a_check_has_its_evidence_too(site: httpx.Client, city: Any, check: str) -> None:
    found = files(site.get(f"/-/evidence/check/{check}.zip"))
    assert {"check.json", "figures.json", "page-1.png", "document.pdf", "SHA256SUMS"} <= set(found)
    [row] = json.loads(found["check.json"])
    assert (row["rule"], row["left"], row["right"]) == ("A14", "12.30", "9.80 + 2.60 = 12.40")
    assert sorted(fact["amount_text"] for fact in json.loads(found["figures.json"])) == ["12.30", "2.50", "9.80"]
    assert f'href="/-/evidence/check/{check}.zip"' in site.get(f"/budgets/checks/{check}").text


def test_a_check_of_the_whole_document_has_no_picture(site: httpx.Client, city: Any) -> None:
    found = files(site.get(f"/-/evidence/check/{city.sha256},C7,.zip"))
    assert [name for name in found if name.endswith(".png")] == []
    assert "figures.json" not in found


def test_a_document_that_is_not_stored_is_left_out_with_a_word(site: httpx.Client, city: Any) -> None:
    [other, *_] = site.get("/budgets/documents.json?_shape=array&fiscal_year=2025").json()
    [fact, *_] = site.get(f"/budgets/facts.json?_shape=array&sha256={other['sha256']}").json()
    (city.data / "documents" / other["sha256"][:2] / f"{other['sha256']}.pdf").unlink()
    found = files(site.get(f"/-/evidence/{fact['fact_id']}.zip"))
    assert "document.pdf" not in found
    assert "原文件没有放进来" in found["README.md"].decode()
    assert f"第 {fact['page']} 页画不出来" in found["README.md"].decode()


@pytest.mark.parametrize(
    "address",
    ["/-/evidence/0123456789abcdef-p1-x1-y1.zip", "/-/evidence/..%2F..%2Fcrawl.zip", "/-/evidence/check/x.zip",
     f"/-/evidence/check/{'0' * 64},A9,.zip", f"/-/evidence/check/{'0' * 64},A9,a,b.zip",
     f"/-/evidence/check/{'0' * 64},A9,~2E~2E~2F~00.zip"],
)  # fmt: skip
def test_what_is_not_there_has_no_evidence(address: str, site: httpx.Client) -> None:
    assert site.get(address, follow_redirects=True).status_code == 404
