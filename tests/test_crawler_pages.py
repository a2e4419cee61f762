"""Each saved page says what the ``.json`` beside it says; ``pytest --accept`` rewrites them."""

from __future__ import annotations

import csv
import datetime
import json
import os
import re
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.bodies import file_fault, page_fault
from crawler.pages import decode, iso_day, read_page
from crawler.paging import further_pages
from crawler.words import words

HERE = Path(__file__).parent
PAGES = sorted((HERE / "pages").glob("*.html"))
SHARED = Path(os.environ.get("YUSUAN_SHARED", HERE.parent.parent / "shared"))


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_a_page_says_what_is_written_beside_it(file: Path, accept: bool) -> None:
    html = decode(file.read_bytes())
    url = re.search(r"url: (\S+) -->", html)[1]
    found = {**asdict(read_page(html, url, words())), "further_pages": further_pages(html, url, words())}
    expected = file.with_suffix(".json")
    if accept:
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert json.loads(json.dumps(found)) == json.loads(expected.read_text("utf-8"))


@given(st.text() | st.sampled_from(["'{", "http://[", "//[a", "¹", "9" * 5000, "\x00.pdf"]))
def test_no_text_whatever_stops_the_reading_of_a_page(text: str) -> None:
    for html in (
        text,
        f"<base href='{text}'>",
        f"<a href='{text}'>x</a><script>a('{text}.pdf')</script>createPage('{text}',1,'a','b')",
    ):
        read_page(html, "http://a.example/b/", words())
        further_pages(html, "http://a.example/b/", words())


@given(st.binary())
def test_no_bytes_whatever_stop_the_decoding(body: bytes) -> None:
    assert isinstance(decode(body, "text/html; charset=nonsense"), str)


@given(st.dates(min_value=datetime.date(1000, 1, 1)))
def test_a_day_is_read_however_it_is_printed(day: datetime.date) -> None:
    for text in (
        "{0.year}-{0.month}-{0.day} 9:05",
        "{0.year}年{0.month}月{0.day}日",
        "{0.year}/{0.month:02}/{0.day:02}",
    ):
        assert iso_day("发布：" + text.format(day)) == day.isoformat()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"%PDF-1.4 ... %%EOF\n", None),
        (b"\xef\xbb\xbf\r\n%PDF-1.7 ... %%EOF" + b"\0" * 5000, None),
        (b"%PDF-1.4 ... %%EOF" + b"x" * 5000, "truncated-pdf"),
        (b"%PDF-1.4 ...", "truncated-pdf"),
        (b"", "empty-body"),
        (b"\0" * 900, "empty-body"),
        (b"<!DOCTYPE html><html>...", "html-instead-of-pdf"),
        (b"\n <HTML><body>", "html-instead-of-pdf"),
        (b"PK\x03\x04....PK\x05\x06..", "other-format"),
        (b"PK\x03\x04....", "truncated-zip"),
        (b"\xd0\xcf\x11\xe0....", "other-format"),
        (b"Rar!....", "other-format"),
        (b"PK\x03\x04 a stored %PDF-1.4 ... %%EOF PK\x05\x06", "other-format"),
        (b"PK\x03\x04" + b"x" * 70_000, "truncated-zip"),
        (b'{"code": 403}', "not-a-pdf"),
    ],
)
def test_a_body_is_a_whole_pdf_or_has_a_named_fault(body: bytes, fault: str | None) -> None:
    found = file_fault(body)
    assert (found.name if found else None) == fault


@pytest.mark.shared
def test_real_pages_give_their_attachments() -> None:
    if not SHARED.is_dir():
        pytest.skip(f"no shared documents at {SHARED}; set YUSUAN_SHARED")
    with (SHARED / "real" / "pages.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    found = {row["file"]: _read(row) for row in rows}
    attached = [row for row in rows if row["category"] in ("detail_with_attachment", "inline_budget")]
    assert len(rows) >= 60 and len(attached) >= 25

    without = [row["file"] for row in attached if not found[row["file"]].attachments]
    assert not without, "every detail page that has an attachment link gives at least one"
    for row in attached:
        forms = {attachment.form for attachment in found[row["file"]].attachments}
        assert set(json.loads(row["attachment_exts"])) <= forms, row["file"]
    hidden = [row["file"] for row in rows if row["category"] == "detail_no_attachment_link"]
    assert sum(bool(found[file].attachments) for file in hidden) >= 4, "attachments named only by scripts"

    titled = [row for row in rows if row["article_title"]]
    wrong = [row["file"] for row in titled if found[row["file"]].title != _plain(row["article_title"])]
    assert len(titled) >= 25 and not wrong
    dated = [row for row in attached if found[row["file"]].published_on]
    assert len(dated) == len(attached)


def _read(row: dict[str, str]) -> object:
    html = decode((SHARED / "real" / "pages" / row["file"]).read_bytes())
    page = read_page(html, "http://www.testcity.example/a/b/c.html", words())
    further_pages(html, "http://www.testcity.example/a/b/c.html", words())
    fault = page_fault(html, page.title, words())
    assert fault is None or not page.attachments, f"{row['file']}: {fault}"
    return page


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u200c", "")).strip()
