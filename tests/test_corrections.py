"""Corrections: one line for one printed cell, applied last and visibly, and never where it no longer fits."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

import little_documents as little
import made_up_city as city
from datapackages import checks
from datapackages.build import build
from datapackages.correcting import correct
from datapackages.corrections import COLUMNS, BadCorrection, read
from datapackages.model import ParsedDocument
from datapackages.write import write_packages
from yusuan.cli import main

HERE = Path(__file__).parent

LINE = {
    "id": "c1",
    "sha256": city.sha("old"),
    "page": "1",
    "box": "150|120|250|140",
    "amount_text": "30.50",
    "before": "305000",
    "after": "350000",
    "who": "示例编辑部",
    "when": "2026-03-21",
    "why": "印作30.50，应为35.00",
    "evidence": "http://demo.example/notice.html",
    "state": "accepted",
}


def enter(data: Path, *lines: dict[str, str]) -> Path:
    """Write the installation's list of corrections: each line says how it differs from ``LINE``."""
    data.mkdir(exist_ok=True)
    with (data / "corrections.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({**LINE, **line} for line in lines)
    return data


def rows(data: Path, resource: str) -> list[dict[str, str]]:
    path = data / "packages" / "cn-999900-2026-budget" / "data" / f"{resource}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def waiting(data: Path) -> list[dict[str, str]]:
    """What waits for a person."""
    with (data / "review" / "corrections.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


OLD = city.sighting("old", first_seen="2026-03-01", last_seen="2026-03-01")
NEW = city.sighting("new", first_seen="2026-03-09", last_seen="2026-03-09")


def with_leaf(name: str, amount: str, text: str) -> ParsedDocument:
    """The made-up unit's document with that figure in its leaf."""
    parsed = city.parsed(name)
    leaf, whole = parsed.facts
    return replace(parsed, facts=(replace(leaf, amount=Decimal(amount), amount_text=text), whole))


def without_leaf(name: str) -> ParsedDocument:
    """The made-up unit's document without its leaf and all that refers to it."""
    parsed = city.parsed(name)
    return replace(parsed, facts=parsed.facts[1:], statements=(), projects=(), purchases=(), checks=())


# ---- applied, and visible ----


def test_a_corrected_figure_says_so_and_keeps_its_printed_text(tmp_path: Path) -> None:
    write_packages([city.parsed("old")], [OLD], enter(tmp_path, {}))
    leaf = next(line for line in rows(tmp_path, "facts") if line["row_role"] == "leaf")
    assert [leaf[name] for name in ("amount", "amount_text", "money_unit")] == ["350000", "30.50", "万元"]
    assert "corrected" in leaf["flags"].split("|")
    (line,) = rows(tmp_path, "corrections")
    fact_id = f"{city.sha('old')[:16]}-p1-x150-y120"
    assert {name: value for name, value in line.items() if value} == {
        **{name: value for name, value in LINE.items() if name not in ("box", "state")},
        "jurisdiction": "999900", "unit_id": "cn-999900-u0001", "document_year": "2026", "stage": "budget",
        "state": "applied", "x0": "150", "top": "120", "x1": "250", "bottom": "140", "fact_id": fact_id,
        "found_sha256": city.sha("old"), "found_fact_id": fact_id, "found_page": "1", "found_text": "30.50",
    }  # fmt: skip
    (change,) = rows(tmp_path, "changes")
    told = ("kind", "cause", "changed_on", "from_sha256", "old_text", "new_text", "old_amount", "new_amount")
    assert [change[name] for name in told] == [
        "altered", "correction", "2026-03-21", city.sha("old"), "30.50", "35", "305000", "350000",
    ]  # fmt: skip
    assert not (tmp_path / "review" / "corrections.csv").exists()
    assert build(tmp_path).is_file()


def test_what_restates_a_corrected_figure_follows_it_and_the_printed_total_does_not(tmp_path: Path) -> None:
    write_packages([city.parsed("old")], [OLD], enter(tmp_path, {}))
    assert [line["agreement"] for line in rows(tmp_path, "statements")] == ["differs"]
    assert [(line["amount"], line["amount_general_public"]) for line in rows(tmp_path, "projects")] == [
        ("350000", "305000")
    ]
    assert [line["amount"] for line in rows(tmp_path, "purchases")] == ["350000"]
    write_packages([city.parsed("old")], [OLD], enter(tmp_path, {"box": "150|100|250|120"}))
    assert [line["printed_total"] for line in rows(tmp_path, "tables")] == ["305000"]


SUMMED = (
    little.total(),
    little.column("基本支出", expenditure_type="basic"),
    little.column("项目支出", expenditure_type="project"),
)


def test_checks_run_again_on_the_corrected_document(tmp_path: Path) -> None:
    """483.96 for 483.69 breaks the sum of its row; corrected, the sum holds and prints the corrected figure."""
    lines = [little.row("教育支出", "483.96", "45.75", "437.94")]
    parsed = checks.checked(little.document(little.table("expenditure", SUMMED, lines)))
    wrong = little.fact_of(parsed, 1, 1, 1)
    assert "check_failed" in wrong.flags
    sha256, box = parsed.document.sha256, f"{wrong.x0}|{wrong.top}|{wrong.x1}|{wrong.bottom}"
    line = {"sha256": sha256, "box": box, "amount_text": "483.96", "before": "4839600", "after": "4836900"}
    (entered,) = read(enter(tmp_path, line))[sha256]
    corrected, (result,) = correct(parsed, [entered])
    fact = little.fact_of(corrected, 1, 1, 1)
    assert (result.state, fact.amount, fact.amount_text) == ("applied", Decimal("4836900"), "483.96")
    assert fact.flags == ("corrected",)
    held = [one for one in corrected.checks if wrong.fact_id in one.fact_ids and one.kind == "arithmetic"]
    assert {one.outcome for one in held} == {"pass"}
    assert {one.left for one in held} == {"483.69"}


def test_a_cell_whose_edges_lie_a_little_elsewhere_is_the_same_cell(tmp_path: Path) -> None:
    write_packages([city.parsed("old")], [OLD], enter(tmp_path, {"box": "151.5|119|251|139.2"}))
    assert [line["state"] for line in rows(tmp_path, "corrections")] == ["applied"]


def test_a_correction_that_was_taken_back_is_listed_and_has_no_effect(tmp_path: Path) -> None:
    write_packages([city.parsed("old")], [OLD], enter(tmp_path, {}, {"state": "withdrawn"}))
    assert [line["state"] for line in rows(tmp_path, "corrections")] == ["withdrawn"]
    assert {line["amount"] for line in rows(tmp_path, "facts")} == {"305000"}
    assert rows(tmp_path, "changes") == []


def test_a_cell_may_be_corrected_anew_when_the_earlier_correction_was_taken_back(tmp_path: Path) -> None:
    again = {"id": "c2", "after": "360000"}
    write_packages([city.parsed("old")], [OLD], enter(tmp_path, {}, {"state": "withdrawn"}, again))
    assert [(line["id"], line["state"]) for line in rows(tmp_path, "corrections")] == [
        ("c1", "withdrawn"),
        ("c2", "applied"),
    ]


# ---- never silently ----


@pytest.mark.parametrize(
    ("line", "reason", "found"),
    [
        ({"page": "2"}, "place_empty", ""),
        ({"box": "600|120|700|140"}, "place_empty", ""),
        ({"box": "150|131|250|151"}, "place_empty", ""),
        ({"amount_text": "30.05"}, "text_differs", "30.50"),
        ({"before": "305001"}, "figure_differs", "30.50"),
    ],
)
def test_a_line_that_does_not_fit_its_place_waits_for_a_person(
    line: dict[str, str], reason: str, found: str, tmp_path: Path
) -> None:
    write_packages([city.parsed("old")], [OLD], enter(tmp_path, line))
    told = [(row["state"], row["reason"], row["found_text"]) for row in rows(tmp_path, "corrections")]
    assert told == [("review", reason, found)]
    assert {row["amount"] for row in rows(tmp_path, "facts")} == {"305000"}
    assert {row["flags"] for row in rows(tmp_path, "facts")} == {""}
    assert [(row["id"], row["reason"], row["found_text"]) for row in waiting(tmp_path)] == [("c1", reason, found)]


@pytest.mark.parametrize(
    ("successor", "reason", "found"),
    [
        (with_leaf("new", "315000", "31.50"), "replaced_altered", "31.50"),
        (city.parsed("new"), "replaced_same", "30.50"),
        (without_leaf("new"), "replaced_gone", ""),
    ],
    ids=["another figure", "the same figure", "no such cell"],
)
def test_a_correction_of_a_replaced_document_waits_for_a_person(
    successor: ParsedDocument, reason: str, found: str, tmp_path: Path
) -> None:
    write_packages([city.parsed("old"), successor], [OLD, NEW], enter(tmp_path, {}))
    (line,) = rows(tmp_path, "corrections")
    assert (line["sha256"], line["state"], line["reason"]) == (city.sha("old"), "review", reason)
    assert (line["found_sha256"], line["found_text"]) == (city.sha("new") if found else "", found)
    assert "350000" not in {fact["amount"] for fact in rows(tmp_path, "facts")}
    assert {change["cause"] for change in rows(tmp_path, "changes")} <= {"source"}
    assert [row["reason"] for row in waiting(tmp_path)] == [reason]


def test_versions_are_compared_as_printed_not_as_corrected(tmp_path: Path) -> None:
    """The old version was corrected to what the new one prints: the edit is an edit all the same."""
    new = with_leaf("new", "350000", "35.00")
    write_packages([city.parsed("old"), new], [OLD, NEW], enter(tmp_path, {}))
    (change,) = rows(tmp_path, "changes")
    assert (change["cause"], change["old_text"], change["new_text"]) == ("source", "30.50", "35.00")


def test_a_correction_of_a_file_that_is_not_here_waits_in_the_list_alone(tmp_path: Path) -> None:
    write_packages([city.parsed("new")], [NEW], enter(tmp_path, {}))
    assert rows(tmp_path, "corrections") == []
    assert [(row["id"], row["reason"]) for row in waiting(tmp_path)] == [("c1", "document_unknown")]


def test_the_review_list_is_emptied_when_nothing_waits_any_more(tmp_path: Path) -> None:
    write_packages([city.parsed("old")], [OLD], enter(tmp_path, {"page": "2"}))
    assert len(waiting(tmp_path)) == 1
    write_packages([city.parsed("old")], [OLD], enter(tmp_path, {}))
    assert waiting(tmp_path) == []


# ---- a line that is not understood ----


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"sha256": "1234"}], "line 2: expected sha256: 64 hexadecimal digits in lower case, found '1234'"),
        ([{"page": "0"}], "line 2: expected page: the number of a page, from 1, found '0'"),
        ([{"box": "250|120|150|140"}], "expected box: the edges of the cell in points, left|top|right|bottom"),
        ([{"after": "35,0000"}], "expected after: the figure as it should be: a plain number in yuan, found '35,"),
        ([{"after": "1e5"}], "expected after: the figure as it should be: a plain number in yuan, found '1e5'"),
        ([{"after": "305000.00"}], "expected after: another figure than before, found '305000.00'"),
        ([{"when": "21.3.2026"}], "expected when: a date such as 2026-03-20, found '21.3.2026'"),
        ([{"who": " "}], "expected who: words, found 'nothing'"),
        ([{"evidence": ""}], "expected evidence: words, found 'nothing'"),
        ([{"state": "applied"}], "expected the state accepted or withdrawn, found 'applied'"),
        ([{}, {"after": "1"}], "line 3: expected an id that no earlier line has, found 'c1'"),
        (
            [{}, {"id": "c2", "after": "1"}],
            "line 3: expected a cell that no other line corrects, found 'the cell of",
        ),
        ([{"state": "withdrawn"}], "line 2: expected the id of an earlier line that is in force, found 'c1'"),
        ([{}, {"state": "withdrawn"}, {"state": "withdrawn"}], "line 4: expected the id of an earlier line"),
    ],
)
def test_a_line_that_is_not_understood_is_refused_with_its_place_and_remedy(
    lines: list[dict[str, str]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(BadCorrection) as caught:
        read(enter(tmp_path, *lines))
    said = str(caught.value)
    assert message in said
    assert said.startswith(f"{tmp_path / 'corrections.csv'}, line ")
    assert said.endswith("No correction was applied and the packages stay as they are")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"id,sha256\nc1,x\n", "line 1: expected the columns id,sha256,page,box"),
        (b"", "line 1: expected the columns id,sha256,page,box,amount_text"),
        ((",".join(COLUMNS) + "\nc1,x\n").encode(), "line 2: expected 12 fields, found '2'"),
        ("编号".encode("gbk"), "expected text in UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_corrections_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "corrections.csv").write_bytes(content)
    with pytest.raises(BadCorrection) as caught:
        read(tmp_path)
    assert message in str(caught.value)


def test_a_refused_line_leaves_the_released_packages_alone(tmp_path: Path) -> None:
    write_packages([city.parsed("old")], [OLD], tmp_path)
    before = (tmp_path / "packages" / "cn-999900-2026-budget.zip").read_bytes()
    with pytest.raises(BadCorrection):
        write_packages([city.parsed("old"), city.parsed("b")], [OLD], enter(tmp_path, {"page": "x"}))
    assert (tmp_path / "packages" / "cn-999900-2026-budget.zip").read_bytes() == before
    assert not (tmp_path / "packages.next").exists()


def test_the_shipped_list_is_read_first_and_has_the_columns(tmp_path: Path) -> None:
    assert read(tmp_path) == {}


def test_on_the_command_line_a_refused_line_is_a_message_and_exit_code_1(tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, ["package", "--data", str(enter(tmp_path, {"page": "x"}))])
    assert answer.exit_code == 1
    assert f"Error: {tmp_path / 'corrections.csv'}, line 2: expected page: the number of a page" in answer.stderr
    assert "Traceback" not in answer.output
