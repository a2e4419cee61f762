"""A second reader says whose fault a failing check is: the document's, ours, or nobody knows."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

import parsers
from datapackages.checks import checked
from datapackages.model import Cell, Fact, Outcome, ParsedDocument, Statement
from parsers.amounts import read, yuan
from parsers.cited import Printed
from parsers.plumber import Reread, Seen
from parsers.second_reading import held, unread
from parsers.triage import Agreement, agreement, sampled, triage

HERE = Path(__file__).parent
FONT = "STSong-Light"
XS, TOP, ROW = (60, 160, 300, 380, 470, 560), 700, 24
HEAD = ("科目编码", "科目名称", "合计", "基本支出", "项目支出")
SOUND = (
    ("", "合计", "912.50", "612.50", "300.00"),
    ("213", "农林水支出", "912.50", "612.50", "300.00"),
    ("21303", "水利", "912.50", "612.50", "300.00"),
    ("2130301", "行政运行", "912.50", "612.50", "300.00"),
)
PRINTED_WRONG = (*SOUND[:3], ("2130301", "行政运行", "912.50", "612.50", "310.00"))


def budget(path: Path, rows: tuple[tuple[str, ...], ...], *, picture: Path | None = None) -> Path:
    """A unit's expenditure in one ruled table; ``picture`` instead of text."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    canvas = Canvas(str(path), invariant=1)
    if picture:
        canvas.drawImage(str(picture), 0, 0, 595, 842)
    else:
        canvas.setFont(FONT, 10)
        canvas.drawString(200, TOP + 40, "2026年一般公共预算支出预算表")
        canvas.drawString(XS[0], TOP + 10, "单位名称：示例市水务局")
        canvas.drawString(XS[3], TOP + 10, "单位：万元")
        canvas.grid(XS, [TOP - ROW * i for i in range(len(rows) + 2)])
        for i, line in enumerate((HEAD, *rows)):
            for x, text in zip(XS, line, strict=False):
                canvas.drawString(x + 4, TOP - ROW * i - 16, text)
    canvas.save()
    return path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return budget(tmp_path / "sound.pdf", SOUND)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    return budget(tmp_path / "wrong.pdf", PRINTED_WRONG)


def figure(parsed: ParsedDocument, text: str) -> Fact:
    """The last fact printed like that: of the row of 行政运行."""
    return [fact for fact in parsed.facts if fact.amount_text == text][-1]


def misread(parsed: ParsedDocument, text: str, instead: str) -> ParsedDocument:
    """The document as if the fast reader had read another figure in one cell."""
    fact = figure(parsed, text)
    number = read(instead)
    assert number is not None
    mutated = replace(fact, amount_text=instead, amount=yuan(number, fact.money_unit))
    facts = tuple(mutated if one is fact else one for one in parsed.facts)
    rows = [list(row) for row in parsed.tables[0].rows]
    rows[fact.row - 1][fact.column - 1] = replace(rows[fact.row - 1][fact.column - 1], text=instead)
    tables = (replace(parsed.tables[0], rows=tuple(map(tuple, rows))),)
    return checked(replace(parsed, facts=facts, tables=tables))


def without(parsed: ParsedDocument, text: str) -> ParsedDocument:
    """The document as if the row of that figure had not been read at all."""
    gone = figure(parsed, text)
    facts = tuple(fact for fact in parsed.facts if fact.row != gone.row)
    tables = tuple(replace(table, rows=table.rows[: gone.row - 1]) for table in parsed.tables)
    return replace(parsed, facts=facts, tables=tables)


def faults(parsed: ParsedDocument) -> set[str]:
    return {outcome.fault for outcome in parsed.checks if outcome.outcome == "fail"}


def issues(parsed: ParsedDocument) -> list[str]:
    return [issue.type for issue in parsed.issues]


def failing(facts: tuple[Fact, ...]) -> Outcome:
    """A check over these facts that does not hold."""
    place = ",".join(f"p{fact.page}/{fact.table_id}/{fact.row}/{fact.column}" for fact in facts[:2])
    return Outcome(
        rule="A9", place=place, kind="arithmetic", outcome="fail", severity="error", fault="undecided",
        fact_ids=tuple(fact.fact_id for fact in facts), message="It does not add up.", message_zh="不相等。",
    )  # fmt: skip


def test_what_the_document_prints_wrong_is_the_documents_fault(wrong: Path) -> None:
    found = triage(parsers.parse(wrong), wrong)
    assert faults(found) == {"source"}
    assert [fact for fact in found.facts if "second_reader_differs" in fact.flags] == []
    assert agreement(found) == {"checks": Agreement(tables=1, compared=12, agreed=12)}


def test_what_only_the_fast_reader_read_wrong_is_the_parsers_fault_and_marked(sound: Path) -> None:
    found = triage(misread(parsers.parse(sound), "300.00", "308.00"), sound)
    assert faults(found) == {"parser"}
    assert [fact.amount_text for fact in found.facts if "second_reader_differs" in fact.flags] == ["308.00"]
    (issue,) = [issue for issue in found.issues if issue.type == "second-reader-differs"]
    assert (issue.page, issue.row, issue.column, "308.00 and 300.00" in issue.message) == (1, 4, 5, True)
    assert agreement(found)["checks"] == Agreement(tables=1, compared=12, agreed=11)


@pytest.mark.parametrize("instead", ["30.00", "3300.00", "3,000.00", "300.01", "0.00"])
def test_whatever_became_of_a_figure_it_is_seen(sound: Path, instead: str) -> None:
    parsed = misread(parsers.parse(sound), "300.00", instead)
    assert faults(triage(replace(parsed, checks=(failing(parsed.facts),)), sound)) == {"parser"}


def test_a_row_that_was_never_read_is_the_parsers_fault(sound: Path) -> None:
    parsed = without(parsers.parse(sound), "300.00")
    found = triage(replace(parsed, checks=(failing(parsed.facts),)), sound)
    # its figures stand below the frame of what was read, but inside that of the second reader's table
    assert faults(found) == {"parser"}
    assert issues(found).count("second-reader-more") == 4  # the code and three figures


def test_a_wrong_code_beside_the_figures_is_the_parsers_fault(sound: Path) -> None:
    parsed = parsers.parse(sound)
    rows = tuple(
        tuple(replace(cell, text="2130302") if cell.text == "2130301" else cell for cell in row)
        for row in parsed.tables[0].rows
    )
    miscoded = replace(parsed, tables=(replace(parsed.tables[0], rows=rows),), checks=(failing(parsed.facts),))
    assert faults(triage(miscoded, sound)) == {"parser"}


def test_a_misread_figure_spoils_the_tolerance_of_its_column(wrong: Path) -> None:
    parsed = misread(parsers.parse(wrong), "912.50", "912.505")
    others = tuple(fact for fact in parsed.facts if fact.amount_text == "912.50")
    assert others
    assert faults(triage(replace(parsed, checks=(failing(others),)), wrong)) == {"parser"}


def test_where_the_second_reader_sees_no_text_the_fault_stays_undecided_and_says_why(
    wrong: Path, tmp_path: Path
) -> None:
    image = pytest.importorskip("PIL.Image")
    image.new("L", (60, 80), 200).save(tmp_path / "scan.png")
    scan = budget(tmp_path / "scan.pdf", PRINTED_WRONG, picture=tmp_path / "scan.png")
    found = triage(parsers.parse(wrong), scan)
    assert faults(found) == {"undecided"}
    messages = [one.message for one in found.checks if one.outcome == "fail"]
    assert all("page 1 the second reader cannot tell" in message for message in messages)
    assert agreement(found)["checks"] == Agreement(tables=1, compared=0, agreed=0)


def test_a_file_that_the_second_reader_cannot_open_leaves_all_undecided(wrong: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    found = triage(parsers.parse(wrong), tmp_path / "broken.pdf")
    assert faults(found) == {"undecided"}
    assert issues(found) == ["second-reader-lost"]


def test_a_document_that_holds_is_not_read_again(sound: Path, tmp_path: Path) -> None:
    parsed = parsers.parse(sound)
    assert faults(parsed) == set()
    assert triage(parsed, tmp_path / "is not even there.pdf", percent=0) == parsed


def test_the_sample_is_read_again_although_all_checks_hold(sound: Path) -> None:
    found = triage(parsers.parse(sound), sound, percent=100)
    assert agreement(found) == {"sample": Agreement(tables=1, compared=12, agreed=12)}


def test_the_sample_is_one_per_cent_and_the_same_everywhere() -> None:
    names = [f"{number:016x}-p1-x60-y100" for number in range(20_000)]
    chosen = [name for name in names if sampled(name)]
    assert 150 < len(chosen) < 250
    assert chosen[:2] == ["0000000000000047-p1-x60-y100", "0000000000000098-p1-x60-y100"]
    assert set(chosen) < {name for name in names if sampled(name, 10)}


def test_triage_may_be_repeated(wrong: Path) -> None:
    once = triage(parsers.parse(wrong), wrong)
    assert triage(once, wrong) == once


def test_a_question_about_figures_is_looked_at_and_one_without_a_place_is_not(wrong: Path) -> None:
    parsed = parsers.parse(wrong)
    asked = replace(failing(parsed.facts[:1]), rule="Q1", kind="question", outcome="question", fault="")
    nowhere = replace(asked, place="", fact_ids=())
    found = triage(replace(parsed, checks=(asked, nowhere)), wrong)
    assert [outcome.fault for outcome in found.checks] == ["source", ""]


# ---- how one text is compared ----


def page(**seen: tuple[Seen, ...]) -> Reread:
    return Reread(number=1, **{"frames": (), "cells": (), "words": (), "chars": (), "is_picture": False, **seen})


def test_figures_of_two_cells_that_run_into_one_another_are_no_figure_of_their_own() -> None:
    right = (160.0, 100.0, 220.0, 120.0)
    row = (Cell(text="257.86", page=1, box=BOX), Cell(text="223.10", page=1, box=right))
    table = replace(parsers.parse(HERE / "documents" / "four_blocks.pdf").tables[0], rows=(row,), pages=(1,))
    across = Seen("257.86223", (120, 104, 180, 116))
    assert list(unread([table], page(words=(across,)))) == []
    other = Seen("99.99", (120, 104, 180, 116))
    assert list(unread([table], page(words=(across, other)))) == [other]


EDGES = ("x0", "top", "x1", "bottom")
BOX = (100.0, 100.0, 160.0, 120.0)
WORD = (110.0, 104.0, 150.0, 116.0)


@pytest.mark.parametrize(
    ("cell", "word", "verdict"),
    [
        ("1,234.56", "1,234.56", "agrees"),
        ("1,234.\n56", "1,234.", "agrees"),  # broken over two lines
        ("1,234.5", "1,234.56", "agrees"),  # wider than its cell, and cut by pdfplumber
        ("费1,234.56", "费1,234.56", "agrees"),  # the name beside it is too long for its own cell
        ("234.56", "234.56", "differs"),
        ("11,234.56", "11,234.56", "differs"),
        ("", "", "differs"),
        ("(cid:12)(cid:7)", "(cid:12)(cid:7)", "blind"),
    ],
)
def test_the_text_of_the_cell_at_the_same_place_decides(cell: str, word: str, verdict: str) -> None:
    (cited,) = Printed(little("1,234.56")).figures({"t"})
    seen = page(cells=(Seen(cell, BOX), Seen("9", (160, 100, 220, 120))), words=(Seen(word, WORD),) if word else ())
    assert held(cited, seen).verdict == verdict


def test_without_a_cell_there_the_words_decide() -> None:
    (cited,) = Printed(little("1,234.56")).figures({"t"})
    assert held(cited, page(words=(Seen("1,234.56", WORD),))).verdict == "agrees"
    assert held(cited, page(words=(Seen("1,234.56", (0, 0, 40, 12)),))).verdict == "differs"


def little(text: str) -> ParsedDocument:
    """A document of one fact in one cell."""
    parsed = parsers.unreadable("file-missing", path="x")
    empty = dict.fromkeys(Fact.__dataclass_fields__, "")
    place = {"table_id": "t", "page": 1, "row": 1, "column": 1, **dict(zip(EDGES, BOX, strict=True))}
    fact = Fact(**{**empty, **place, "fact_id": "f", "flags": (), "amount_text": text})
    return replace(parsed, facts=(fact,))


@pytest.mark.parametrize(("stated", "agrees"), [("483.69", True), ("83.69", False), ("483.6", False)])
def test_a_figure_of_the_prose_is_compared_whole(stated: str, agrees: bool) -> None:
    statement = Statement(
        seq=1, section="", metric="other", metric_text="", amount_text=stated, amount=None, value=None, unit="万元",
        page=1, box=BOX,
    )  # fmt: skip
    parsed = replace(parsers.unreadable("file-missing", path="x"), statements=(statement,))
    (cited,) = Printed(parsed).cited(replace(failing(()), place="p1/statements/1"))
    chars = tuple(Seen(char, (100 + 6 * i, 104, 106 + 6 * i, 116)) for i, char in enumerate("483.69万元"))
    assert (held(cited, page(chars=chars)).verdict == "agrees") == agrees


# ---- in a worker ----

POISON = """
import time
from parsers.isolated import parsed_and_triaged as both

def parsed_and_triaged(path):
    if path.stem == "hangs":
        time.sleep(600)
    if path.stem == "swells":
        bytearray(64 * 2**30)
    return both(path)
"""


@pytest.fixture
def poisoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """Makes documents whose name says what the second reader does to its process."""
    (tmp_path / "second_poison.py").write_text(POISON, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    poison = importlib.import_module("second_poison")
    isolated = importlib.import_module("parsers.isolated")
    monkeypatch.setattr(isolated, "parsed_and_triaged", poison.parsed_and_triaged)
    yield lambda name: budget(tmp_path / f"{name}.pdf", PRINTED_WRONG)
    monkeypatch.undo()
    del sys.modules["second_poison"]


def test_a_second_reader_that_hangs_or_dies_costs_its_verdict_and_not_the_document(
    poisoned: Callable[[str], Path],
) -> None:
    paths = [poisoned(name) for name in ("first", "hangs", "swells")]
    found = list(parsers.many(paths, workers=2, seconds=8, triaged=True))
    assert [(path.stem, len(one.facts), faults(one), issues(one)) for path, one in found] == [
        ("first", 12, {"source"}, ["second-reader-checks"]),
        ("hangs", 12, {"undecided"}, ["second-reader-lost"]),
        ("swells", 12, {"undecided"}, ["second-reader-lost"]),
    ]
    assert "more than 8 seconds" in found[1][1].issues[-1].message
