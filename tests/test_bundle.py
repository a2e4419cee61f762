"""The evidence of a figure as a zip, its rows and its citation."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from datapackages import bundle
from datapackages.citation import Cited, bibtex, csl_json

CITED = Cited(
    key="yusuan:0123456789abcdef-p1-x2-y3", author="示例市财政局", title="2026 年预算_公开",
    published_on="2026-03-12", year=2026, page=7, url="http://demo.yusuan.example/a_b.pdf",
    note="公务接待费 2.50 万元", permalink="http://x/-/figure/1", sha256="0" * 64,
)  # fmt: skip


def stored(folder: Path, content: bytes, name: str = "") -> Path:
    path = folder / f"{name or hashlib.sha256(content).hexdigest()}.pdf"
    path.write_bytes(content)
    return path


def test_equal_files_give_equal_bytes_with_their_checksums(tmp_path: Path) -> None:
    document = stored(tmp_path, b"%PDF-")
    files = {"a.txt": "甲", "pages/b.png": b"\x89PNG"}
    packed = bundle.pack(files, document)
    assert packed == bundle.pack(dict(reversed(files.items())), document)
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        assert found.namelist() == ["SHA256SUMS", "a.txt", "document.pdf", "pages/b.png"]
        sums = found.read("SHA256SUMS").decode()
    contents = {"a.txt": "甲".encode(), "document.pdf": b"%PDF-", "pages/b.png": b"\x89PNG"}
    assert sums == "".join(f"{hashlib.sha256(some).hexdigest()}  {name}\n" for name, some in contents.items())


def test_a_document_too_large_or_missing_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_BYTES", 4)
    for document in (stored(tmp_path, b"%PDF-"), tmp_path / "nothing.pdf"):
        with zipfile.ZipFile(io.BytesIO(bundle.pack({"a": "b"}, document))) as found:
            assert found.namelist() == ["SHA256SUMS", "a"]


def test_a_document_that_is_not_what_its_name_says_is_never_handed_out(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected SHA-256 0{64}, found [0-9a-f]{64}; fetch the document again"):
        bundle.pack({}, stored(tmp_path, b"%PDF-", "0" * 64))


def test_rows_keep_their_words_and_money_is_exact() -> None:
    rows = [
        {"name": "=1+1", "amount": 0.5, "value": None, "page": 7},
        {"name": "甲,乙", "amount": 25000, "value": 3, "page": 8},
    ]
    assert json.loads(bundle.as_json(rows)) == [
        {"name": "=1+1", "amount": "0.5", "value": None, "page": 7},
        {"name": "甲,乙", "amount": "25000", "value": "3", "page": 8},
    ]
    assert bundle.as_csv(rows) == "name,amount,value,page\n'=1+1,0.5,,7\n\"甲,乙\",25000,3,8\n"
    assert bundle.as_csv([]) == ""


def test_bibtex_escapes_what_latex_would_read() -> None:
    entry = bibtex(replace(CITED, title="50% {of} a_b\n\\input{x}", url="http://x/}a\\b_c"))
    assert entry == (
        "@techreport{yusuan:0123456789abcdef-p1-x2-y3,\n"
        "  author = {{示例市财政局}},\n"
        "  title = {{50\\% \\{of\\} a\\_b \\textbackslash{}input\\{x\\}}},\n"
        "  year = {2026},\n"
        "  institution = {示例市财政局},\n"
        "  pages = {7},\n"
        "  url = {http://x/ab_c},\n"
        f"  note = {{公务接待费 2.50 万元 SHA-256 {'0' * 64}}},\n"
        "  annote = {http://x/-/figure/1}\n"
        "}\n"
    )


def test_csl_json_says_when_the_document_was_published() -> None:
    def issued(cited: Cited) -> object:
        return json.loads(csl_json(cited))[0].get("issued")

    assert issued(CITED) == {"date-parts": [[2026, 3, 12]]}
    assert issued(replace(CITED, published_on="")) == {"date-parts": [[2026]]}
    assert issued(replace(CITED, published_on="", year=None)) is None
