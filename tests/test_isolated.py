"""Damaged and hostile files: each ends in a named issue, and no document harms another or the caller."""

from __future__ import annotations

import base64
import importlib
import re
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

import parsers
from datapackages.model import ParsedDocument
from parsers.damage import broken_streams
from parsers.garbage import is_garbage
from parsers.page import Page
from parsers.pages import passing

FONT = "STSong-Light"
XS, TOP, ROW = (60, 160, 360, 460, 560), 700, 24  # left edges of columns and the right edge, in points
LINES = (
    ("科目编码", "科目名称", "合计", "基本支出"),
    ("", "合计", "12.50", "12.50"),
    ("213", "农林水支出", "12.50", "12.50"),
    ("21303", "水利", "12.50", "12.50"),
    ("2130301", "行政运行", "12.50", "12.50"),
)
A_PAGE = [Decimal(125000)] * 8  # the amounts of one page in yuan


def budget(path: Path, pages: int = 1, **options: object) -> Path:
    """A unit's budget: one ruled table on each page."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    canvas = Canvas(str(path), pageCompression=0, invariant=1, **options)
    for _ in range(pages):
        canvas.setFont(FONT, 10)
        canvas.drawString(200, TOP + 40, "2026年一般公共预算支出预算表")
        canvas.drawString(XS[0], TOP + 10, "单位名称：示例市水务局")
        canvas.drawString(XS[3], TOP + 10, "单位：万元")
        canvas.grid(XS, [TOP - ROW * i for i in range(len(LINES) + 1)])
        for i, line in enumerate(LINES):
            for x, text in zip(XS, line, strict=False):
                canvas.drawString(x + 4, TOP - ROW * i - 16, text)
        canvas.showPage()
    canvas.save()
    return path


def amounts(found: ParsedDocument) -> list[Decimal | None]:
    return [fact.amount for fact in found.facts]


def issues(found: ParsedDocument) -> list[tuple[str, int | None]]:
    return [(issue.type, issue.page) for issue in found.issues]


def test_a_sound_file_has_facts_and_no_issue(tmp_path: Path) -> None:
    found = parsers.parse(budget(tmp_path / "sound.pdf"))
    assert (found.document.kind, amounts(found), issues(found)) == ("tables_only", A_PAGE, [])


# ---- a pool and what may happen in it ----

POISON = '''
import os, time
import parsers

def parse(path):
    if path.stem == "hangs":
        time.sleep(600)
    if path.stem == "crashes":
        os._exit(7)
    if path.stem == "swells":
        bytearray(64 * 2**30)
    if path.stem == "stumbles":
        raise KeyError("a fault of ours")
    return parsers.parse(path)
'''


@pytest.fixture
def poisoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Makes documents whose name says what they do to the process that reads them."""
    (tmp_path / "poison.py").write_text(POISON, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)  # a spawned worker gets this path too
    poison = importlib.import_module("poison")
    monkeypatch.setattr(importlib.import_module("parsers.isolated"), "parse", poison.parse)
    yield lambda name: budget(tmp_path / f"{name}.pdf")
    monkeypatch.undo()
    del sys.modules["poison"]


def test_what_one_document_does_to_its_worker_is_named_and_harms_no_other(poisoned: Callable[..., Path]) -> None:
    names = ["first", "hangs", "crashes", "swells", "stumbles", "gone", "last"]
    paths = [poisoned(name) for name in names]
    paths[5].unlink()
    found = list(parsers.many(paths, workers=2, seconds=8, megabytes=2048))
    assert [(path.stem, issues(one), len(one.facts)) for path, one in found] == [
        ("first", [], 8),
        ("hangs", [("time-limit", None)], 0),
        ("crashes", [("worker-died", None)], 0),
        ("swells", [("memory-limit", None)], 0),
        ("stumbles", [("parser-error", None)], 0),
        ("gone", [("file-missing", None)], 0),
        ("last", [], 8),
    ]
    crash, error = found[2][1].issues[0], found[4][1].issues[0]
    assert crash.message == "The reading process died (exit code 7)."
    assert error.message == "The parser failed: KeyError: 'a fault of ours'."


def test_a_caller_that_stops_early_does_not_wait_for_the_rest(poisoned: Callable[..., Path]) -> None:
    results = parsers.many([poisoned("first"), poisoned("hangs")], workers=1)
    assert next(results)[1].document.kind == "tables_only"
    start = time.monotonic()
    results.close()
    assert time.monotonic() - start < 30


def test_isolated_says_of_one_file_what_parse_says(tmp_path: Path) -> None:
    path = budget(tmp_path / "sound.pdf")
    assert parsers.isolated(path) == parsers.parse(path)


def test_paths_are_taken_as_results_are_and_not_all_at_once(tmp_path: Path) -> None:
    path, taken = budget(tmp_path / "sound.pdf"), []

    def endless() -> Iterator[Path]:
        while True:
            taken.append(path)
            yield path

    results = parsers.many(endless(), workers=1)
    next(results)
    results.close()
    assert len(taken) == importlib.import_module("parsers.isolated").AHEAD + 1


# ---- files that are no PDF, or not a whole one ----


@pytest.mark.parametrize(
    ("content", "type"),
    [
        (b"", "empty-file"),
        (b"\n \n", "empty-file"),
        ("<!DOCTYPE html><title>页面不存在</title>".encode(), "html-not-pdf"),
        ("\n<HTML><title>页面不存在</title>".encode("gbk"), "html-not-pdf"),
        (b"%PDF-1.7\n", "broken-file"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 99, "broken-file"),
        ("找不到文件".encode(), "broken-file"),
    ],
)
def test_what_is_no_pdf_is_one_named_issue(content: bytes, type: str, tmp_path: Path) -> None:
    path = tmp_path / "budget.pdf"
    path.write_bytes(content)
    found = parsers.parse(path)
    assert (found.document.kind, found.tables, issues(found)) == ("broken", (), [(type, None)])


def test_a_password_is_named(tmp_path: Path) -> None:
    found = parsers.parse(budget(tmp_path / "locked.pdf", encrypt="secret"))
    assert (found.document.kind, issues(found)) == ("broken", [("password", None)])


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    path = budget(tmp_path / "cut.pdf", pages=3)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    found = parsers.parse(path)
    assert (found.document.kind, issues(found)) == ("broken", [("broken-file", None)])


def test_a_wrong_table_of_offsets_costs_nothing(tmp_path: Path) -> None:
    path = budget(tmp_path / "offsets.pdf")
    path.write_bytes(re.sub(rb"startxref\n\d+", b"startxref\n7", path.read_bytes()))
    found = parsers.parse(path)
    assert (amounts(found), issues(found)) == (A_PAGE, [])


def test_of_a_file_with_bit_rot_the_readable_pages_are_read(tmp_path: Path) -> None:
    path = budget(tmp_path / "rot.pdf", pages=3)
    content = path.read_bytes()
    second = list(re.finditer(rb"<<\n/Contents .*?/Type /Page\n>>", content, re.DOTALL))[1]
    path.write_bytes(content[: second.start()] + b"\0" * len(second[0]) + content[second.end() :])
    found = parsers.parse(path)
    assert (found.document.pages, issues(found)) == (3, [("page-failed", 2)])
    assert {fact.page for fact in found.facts} == {1, 3}


def packed(content: bytes) -> bytes:
    return b"1 0 obj\n<</Filter /FlateDecode>>\nstream\n" + content + b"\nendstream\nendobj\n"


def in_letters(content: bytes) -> bytes:
    return packed(content + b"~>").replace(b"/FlateDecode", b"[ /ASCII85Decode /FlateDecode ]")


SOUND = zlib.compress(bytes(range(256)) * 9)
LETTERS = base64.a85encode(SOUND)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", (0, 0)),
        (packed(SOUND), (0, 1)),
        (packed(SOUND) + packed(SOUND[:-9]), (1, 2)),
        (packed(SOUND) + packed(SOUND[:50] + b"\0\0\0" + SOUND[53:]), (1, 2)),
        (packed(SOUND)[:60], (1, 1)),
        (in_letters(LETTERS), (0, 1)),
        (in_letters(LETTERS.replace(LETTERS[9:12], b"vwx")), (1, 1)),
        (in_letters(LETTERS[:-9]), (1, 1)),
        (packed(b"no packed bytes").replace(b"FlateDecode", b"DCTDecode"), (0, 0)),
        (packed(SOUND[:-9]) + b"trailer <</Encrypt 2 0 R>>", (0, 0)),
    ],
)
def test_streams_that_do_not_unpack_are_counted(content: bytes, expected: tuple[int, int]) -> None:
    assert broken_streams(content) == expected


# ---- pages of no sensible size or number ----


@pytest.mark.parametrize("box", ["0 0 0 0", "0 0 1e30 1e30", "595 842 0 0", "0 0 14400000 14400000", "a b c d"])
def test_a_page_of_an_absurd_size_is_read_all_the_same(box: str, tmp_path: Path) -> None:
    path = budget(tmp_path / "size.pdf")
    path.write_bytes(re.sub(rb"/MediaBox \[[^]]+\]", f"/MediaBox [ {box} ]".encode(), path.read_bytes()))
    found = parsers.parse(path)
    assert (amounts(found), issues(found)) == (A_PAGE, [])


def test_three_hundred_pages_are_read(tmp_path: Path) -> None:
    found = parsers.parse(budget(tmp_path / "long.pdf", pages=300))
    assert (found.document.pages, issues(found)) == (300, [])
    assert amounts(found) == A_PAGE * 300


def test_pages_that_contain_themselves_are_each_named(tmp_path: Path) -> None:
    path = budget(tmp_path / "loop.pdf", pages=1)
    content = path.read_bytes()
    pages = re.search(rb"(\d+) 0 obj\n<<\n/Count 1 /Kids \[ (\d+ 0 R) \]", content)
    assert pages
    looped = b"%s 0 obj\n<<\n/Count 3 /Kids [ %s %s 0 R %s 0 R ]" % (pages[1], pages[2], pages[1], pages[1])
    path.write_bytes(content.replace(pages[0], looped))
    found = parsers.parse(path)
    assert (amounts(found), issues(found)) == (A_PAGE, [("page-failed", 2), ("page-failed", 3)])


# ---- text that is not text ----

PROSE = 2 * (
    "本单位二〇二六年收入预算总计一百二十五万元，比上年增加三万元，"
    "主要是人员经费增加，其中基本支出按照规定安排。"
)
TEXTS = [PROSE, "合计 1,234.50", "", "30101 [30102] 12.50 " * 9, "Budget of the year 2026. " * 9]
GARBAGE = ["\ufffd" * 40, "\ue001\ue002" * 30, "\x81\x9a~`" * 20, "ÔÂ¶ÀÎ»Ô¤" * 9, "I¹º2:g(g'*&" * 9]


class OnePass:
    """A reader of pages made by hand."""

    producer = ""

    def __init__(self, made: list[Page]) -> None:
        self.made = made
        self.page_count = len(made)

    def pages(self) -> Iterator[Page | tuple[int, str]]:
        yield from self.made


def page(text: str, number: int = 1) -> Page:
    glyphs = tuple((char, 10.0 * i, 50.0, 10.0 * i + 9, 60.0) for i, char in enumerate(text))
    return Page(number, 9000.0, 842.0, glyphs, (), ())


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_not_taken_for_garbage(text: str) -> None:
    assert not is_garbage(text)


@pytest.mark.parametrize("text", GARBAGE)
def test_characters_that_no_document_prints_are_garbage(text: str) -> None:
    assert is_garbage(text)


@pytest.mark.parametrize("shift", [-1, 1, 2, 50, 1000])
def test_prose_with_every_character_shifted_is_garbage(shift: int) -> None:
    assert is_garbage("".join(chr(ord(char) + shift) if char.isalpha() else char for char in PROSE))


def test_a_page_of_garbage_is_emptied_and_named_and_the_others_are_kept() -> None:
    pages = [page(PROSE, 1), page("ÔÂ¶ÀÎ»Ô¤" * 9, 2)]
    seen = passing("unused.pdf")
    kept = list(seen.pass_by(OnePass(pages)))
    assert (kept[0], kept[1].glyphs) == (pages[0], ())
    assert [(issue.type, issue.page) for issue in seen.garbled] == [("text-is-not-text", 2)]


# ---- made-up hostile files ----


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("z02_enc_password", "broken", {"password"}),
        ("z03_truncated", "broken", {"broken-file"}),
        ("z06_not_pdf", "broken", {"html-not-pdf"}),
        ("z07_empty", "broken", {"empty-file"}),
    ],
)
def test_a_hostile_file_is_named(name: str, kind: str, expected: set[str], shared: Path) -> None:
    found = parsers.parse(shared / "synthetic" / f"{name}.pdf")
    assert (found.document.kind, found.facts, {type for type, _ in issues(found)}) == (kind, (), expected)


@pytest.mark.shared
def test_of_a_rotten_file_every_page_that_cannot_be_loaded_is_named(shared: Path) -> None:
    path = shared / "synthetic" / "z05_bitrot.pdf"
    found = parsers.parse(path)
    failed = [page for type, page in issues(found) if type == "page-failed"]
    assert (found.document.pages, failed) == (21, [11, 18, 19, 20, 21])
    assert broken_streams(path.read_bytes()) == (22, 27)


@pytest.mark.shared
def test_no_sound_file_has_a_broken_stream(shared: Path) -> None:
    damaged = {"other-broken-01.pdf", "z03_truncated.pdf", "z05_bitrot.pdf"}
    paths = [*shared.glob("real/documents/*.pdf"), *shared.glob("synthetic/*.pdf")]
    assert {path.name for path in paths if broken_streams(path.read_bytes())[0]} == damaged
