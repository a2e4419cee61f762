"""Versions held against one another: which figures differ, whose doing it is, what becomes of rows that moved."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import little_documents as little
import made_up_city as city
from datapackages import parsed as parsed_json
from datapackages.build import build
from datapackages.changes import Comparison, compare
from datapackages.compared import compared
from datapackages.issues import issue
from datapackages.model import Cell, ParsedDocument, Section
from datapackages.write import write_packages

HERE = Path(__file__).parent
column, document, row, table, total = little.column, little.document, little.row, little.table, little.total

COLUMNS = (total(), column("基本支出", expenditure_type="basic"), column("项目支出", expenditure_type="project"))
ROWS = (
    row("合计", "483.69", "45.75", "437.94", row_role="total"),
    row("教育支出", "400.00", "30.00", "370.00", code_text="205"),
    row("住房保障支出", "83.69", "15.75", "67.94", code_text="221"),
)


def spending(*rows: Any, title: str = "支出总表", columns: Any = COLUMNS, **others: Any) -> Any:
    return table("expenditure", columns, rows or ROWS, title=title, **others)


def file(parsed: ParsedDocument, name: str) -> ParsedDocument:
    """The same document as another file: other bytes, other ids."""
    text = parsed_json.dumps(parsed)
    return parsed_json.loads(text.replace(little.SHA[:16], (name * 16)[:16]))


def held(before: ParsedDocument, after: ParsedDocument) -> Comparison:
    return compare(compared(file(before, "a")), compared(file(after, "b")))


def told(found: Comparison) -> list[tuple[str, ...]]:
    """Each change in a line: kind, cause, name, column, before, after."""
    return [
        (
            change.kind,
            change.cause,
            change.fact.name,
            change.fact.column_label,
            change.before.amount_text if change.before else "",
            change.after.amount_text if change.after else "",
        )
        for change in found.changes
    ]


# ---- what is a change ----


def test_one_other_figure_is_one_altered_cell_with_both_places() -> None:
    after = document(spending(ROWS[0], row("教育支出", "400.00", "31.00", "370.00", code_text="205"), ROWS[2]))
    found = held(document(spending()), after)
    assert (found.difference, told(found)) == (
        "figures",
        [("altered", "source", "教育支出", "基本支出", "30.00", "31.00")],
    )
    (change,) = found.changes
    assert change.before and change.after
    assert (change.before.fact_id, change.after.fact_id) == (
        "aaaaaaaaaaaaaaaa-p1-x300-y40",
        "bbbbbbbbbbbbbbbb-p1-x300-y40",
    )


def test_the_same_file_has_no_difference() -> None:
    side = compared(document(spending()))
    assert (compare(side, side).difference, compare(side, side).changes) == ("none", ())


def test_other_bytes_with_the_same_texts_and_figures_are_only_other_bytes() -> None:
    found = held(document(spending()), document(spending()))
    assert (found.difference, found.changes, len(found.same)) == ("bytes", (), 9)


@pytest.mark.parametrize(
    "after",
    [
        document(spending(title="2026年支出总表")),
        document(spending(), sections=[little.section("另有说明")]),
        document(spending(row("合计", "483.690", "45.75", "437.94", row_role="total"), *ROWS[1:])),
        document(spending(ROWS[0], row("教育类支出", "400.00", "30.00", "370.00", code_text="205"), ROWS[2])),
        document(spending(columns=(*COLUMNS[:2], column("项目经费", expenditure_type="project")))),
        document(spending(ROWS[0], ROWS[2], ROWS[1])),
    ],
    ids=["title", "prose", "another way of writing the number", "row renamed", "heading renamed", "rows swapped"],
)
def test_other_words_around_the_same_figures_are_a_difference_of_wording(after: ParsedDocument) -> None:
    found = held(document(spending()), after)
    assert (found.difference, told(found)) == ("wording", [])


def test_the_same_amount_in_another_money_unit_is_no_change_and_another_unit_for_the_same_digits_is() -> None:
    one = (column("合计"),)
    ours = document(table("operating", one, [row("机关运行经费", "12.50")]))
    yuan = document(table("operating", one, [row("机关运行经费", "125,000.00")], money_unit="元"))
    slip = document(table("operating", one, [row("机关运行经费", "12.50")], money_unit="元"))
    assert told(held(ours, yuan)) == []
    assert told(held(ours, slip)) == [("altered", "source", "机关运行经费", "合计", "12.50", "12.50")]


# ---- what moved ----


def test_a_row_more_shifts_the_others_and_is_all_that_was_added() -> None:
    more = row("农林水支出", "1.00", "1.00", "", code_text="213")
    found = held(document(spending()), document(spending(ROWS[0], more, *ROWS[1:])))
    assert told(found) == [
        ("added", "source", "农林水支出", "合计", "", "1.00"),
        ("added", "source", "农林水支出", "基本支出", "", "1.00"),
    ]
    back = held(document(spending(ROWS[0], more, *ROWS[1:])), document(spending()))
    assert [(kind, before) for kind, _, _, _, before, _ in told(back)] == [("removed", "1.00")] * 2


def test_a_list_that_slid_to_another_page_is_the_same_list() -> None:
    one = table("operating", [column("合计")], [row("机关运行经费", "12.50")])
    found = held(document(spending()), document(one, spending()))
    assert told(found) == [("added", "source", "机关运行经费", "合计", "", "12.50")]
    assert {(fact_id[17:19], fact.page) for fact_id, fact in found.same.items()} == {("p1", 2)}


def test_rows_of_the_same_name_are_told_apart_by_their_figures_first() -> None:
    def named(*texts: str) -> ParsedDocument:
        return document(table("projects", [column("合计")], [row("其他支出", text) for text in texts]))

    assert told(held(named("1", "2", "3"), named("3", "1", "2"))) == []
    assert told(held(named("1", "2", "3"), named("1", "5", "3"))) == [
        ("altered", "source", "其他支出", "合计", "2", "5")
    ]
    assert told(held(named("1", "2"), named("1", "9", "2"))) == [("added", "source", "其他支出", "合计", "", "9")]


def test_a_row_under_another_heading_keeps_its_figure() -> None:
    def under(path: str) -> ParsedDocument:
        return document(spending(row("小学教育", "30.00", "30.00", "", row_path=path)))

    assert told(held(under("教育支出/小学教育"), under("教育支出/普通教育/小学教育"))) == []


def test_lists_of_one_kind_are_paired_by_the_unit_they_belong_to() -> None:
    def of(unit: str, amount: str) -> Any:
        return table("operating", [column("合计")], [row("机关运行经费", amount)], unit_name=unit)

    first, second, third = of("甲小学", "1.00"), of("乙小学", "2.00"), of("丙小学", "3.00")
    found = held(document(first, second), document(third, of("乙小学", "2.50"), first))
    assert told(found) == [
        ("added", "source", "机关运行经费", "合计", "", "3.00"),
        ("altered", "source", "机关运行经费", "合计", "2.00", "2.50"),
    ]


# ---- whose doing ----


def unread(parsed: ParsedDocument) -> ParsedDocument:
    """The document as a reader would give it who did not understand its only table."""
    (only,) = parsed.tables
    return replace(parsed, tables=(replace(only, canonical="unrecognised", state="unrecognised"),), facts=())


def test_a_figure_that_is_printed_and_was_not_read_is_not_said_to_be_removed_by_the_publisher() -> None:
    found = held(document(spending()), unread(document(spending())))
    assert {(kind, cause) for kind, cause, *_ in told(found)} == {("removed", "parser")}
    assert len(found.changes) == 9
    gone = held(document(spending()), replace(unread(document(spending())), tables=()))
    assert {(kind, cause) for kind, cause, *_ in told(gone)} == {("removed", "source")}


def test_nobody_is_blamed_for_a_figure_read_off_a_picture_or_read_in_two_ways() -> None:
    before = document(spending())
    other = document(spending(ROWS[0], row("教育支出", "400.00", "36.00", "370.00", code_text="205"), ROWS[2]))
    for doubt in ({"reading": "ocr"}, {"flags": ("second_reader_differs",)}):
        read = replace(other, facts=tuple(replace(fact, **doubt) for fact in other.facts))
        assert told(held(before, read)) == [("altered", "parser", "教育支出", "基本支出", "30.00", "36.00")]


def test_figures_of_a_scan_that_took_the_place_of_a_text_are_not_removed_by_the_publisher() -> None:
    scan = replace(document(spending()), facts=(), tables=())
    scan = replace(scan, document=replace(scan.document, kind="scan"))
    assert {cause for _, cause, *_ in told(held(document(spending()), scan))} == {"parser"}


@pytest.mark.parametrize(
    "unread",
    [{"text_layer": "scan", "kind": "scan"}, {"text_layer": "mixed"}],
)
def test_of_pages_that_cannot_be_read_nobody_says_that_they_are_the_same(unread: dict[str, str]) -> None:
    before = document(spending())
    after = replace(before, document=replace(before.document, **unread))
    assert held(before, after).difference == held(after, before).difference == "unknown"


@pytest.mark.parametrize("type", ["page-failed", "scanned-page"])
def test_a_figure_of_a_page_that_failed_is_not_removed_by_the_publisher(type: str) -> None:
    after = document(spending(*ROWS[:2]))
    lost = replace(after, issues=(issue(type, page=1, error="made up", found="made up"),))
    assert {cause for _, cause, *_ in told(held(document(spending()), after))} == {"source"}
    assert {cause for _, cause, *_ in told(held(document(spending()), lost))} == {"parser"}
    assert held(after, lost).difference == "unknown"


# ---- any figure of any document ----

Mutation = Callable[[ParsedDocument, random.Random], tuple[ParsedDocument, str]]


def wide() -> ParsedDocument:
    """Three lists of twenty rows each, some of the same name."""
    rows = [
        row(f"第{number % 15}项", f"{number + 1}.50", f"{number}.00", "1.50", code_text=str(number % 17))
        for number in range(20)
    ]
    kinds = ("expenditure", "general_function", "projects")
    return document(*(table(kind, COLUMNS, rows, title=kind) for kind in kinds))


@pytest.mark.parametrize("seed", range(40))
def test_any_one_figure_altered_is_the_one_change_that_is_found(seed: int) -> None:
    before, pick = wide(), random.Random(seed)
    chosen = pick.choice(before.facts)
    assert chosen.amount is not None
    altered = replace(chosen, amount=chosen.amount + 7_000_000, amount_text="7xx")
    after = replace(before, facts=tuple(altered if fact == chosen else fact for fact in before.facts))
    (change,) = held(before, after).changes
    assert change.kind == "altered"
    assert change.before and change.after
    assert change.before.fact_id[16:] == change.after.fact_id[16:] == chosen.fact_id[16:]


# ---- in the packages ----


def rows(data: Path, resource: str, package: str = "cn-999900-2026-budget") -> list[dict[str, str]]:
    with (data / "packages" / package / "data" / f"{resource}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def edited(name: str, **changes: object) -> ParsedDocument:
    """The made-up unit's document with another figure in its leaf."""
    parsed = city.parsed(name, **changes)
    leaf, whole = parsed.facts
    altered = replace(leaf, amount=leaf.amount + 10_000, amount_text="31.50")
    return replace(parsed, facts=(altered, whole))


OLD = city.sighting("old", first_seen="2026-03-01", last_seen="2026-03-01")
NEW = city.sighting("new", first_seen="2026-03-09", last_seen="2026-03-09")


def test_a_new_version_brings_its_changed_cells_into_the_package_with_both_places(tmp_path: Path) -> None:
    write_packages([edited("new"), city.parsed("old")], [OLD, NEW], tmp_path)
    (changed,) = rows(tmp_path, "changes")
    old, new = city.sha("old"), city.sha("new")
    assert {name: value for name, value in changed.items() if value} == {
        "sha256": new, "seq": "1", "from_sha256": old, "jurisdiction": "999900", "unit_id": "cn-999900-u0001",
        "document_year": "2026", "stage": "budget", "scope": "unit", "part": "whole", "changed_on": "2026-03-09",
        "kind": "altered", "cause": "source", "canonical": "expenditure", "fiscal_year": "2026",
        "measure": "amount", "name": "小学教育", "row_path": "教育支出/普通教育/小学教育", "column_label": "合计",
        "old_text": "30.50", "old_unit": "万元", "old_amount": "305000",
        "old_fact_id": f"{old[:16]}-p1-x150-y120", "old_page": "1", "old_x0": "150", "old_top": "120",
        "old_x1": "250", "old_bottom": "140",
        "new_text": "31.50", "new_unit": "万元", "new_amount": "315000",
        "new_fact_id": f"{new[:16]}-p1-x150-y120", "new_page": "1", "new_x0": "150", "new_top": "120",
        "new_x1": "250", "new_bottom": "140",
        "change_amount": "10000",
    }  # fmt: skip
    versions = {line["sha256"]: (line["supersedes"], line["difference"]) for line in rows(tmp_path, "documents")}
    assert versions == {old: ("", ""), new: (old, "figures")}


def test_what_the_packages_tell_is_what_a_comparison_of_the_documents_tells(tmp_path: Path) -> None:
    """The packages compare what they kept on disk; nothing may be lost on the way."""
    old, new = city.parsed("old"), edited("new")
    write_packages([old, new], [OLD, NEW], tmp_path)
    found = compare(compared(old), compared(new))
    names = ("kind", "cause", "old_fact_id", "new_fact_id")
    assert [tuple(line[name] for name in names) for line in rows(tmp_path, "changes")] == [
        (change.kind, change.cause, change.before.fact_id, change.after.fact_id)
        for change in found.changes
        if change.before and change.after
    ]


def test_a_version_with_the_same_figures_has_no_row_and_says_what_else_is_different(tmp_path: Path) -> None:
    third = city.sighting("third", first_seen="2026-03-12", last_seen="2026-03-12")
    said = Section(seq=1, heading_path="第一部分/主要职责", text="负责教育。", pages=(1,))
    reworded = replace(city.parsed("third"), sections=(said,))
    write_packages([city.parsed("old"), city.parsed("new"), reworded], [OLD, NEW, third], tmp_path)
    assert rows(tmp_path, "changes") == []
    told = {line["sha256"]: line["difference"] for line in rows(tmp_path, "documents")}
    assert told == {city.sha("old"): "", city.sha("new"): "bytes", city.sha("third"): "wording"}


def test_another_year_at_the_same_address_is_another_document_and_no_edit(tmp_path: Path) -> None:
    seen = [replace(sighting, url="http://demo.example/latest.pdf") for sighting in (OLD, NEW)]
    write_packages([city.parsed("old"), edited("new", fiscal_year=2027)], seen, tmp_path)
    assert rows(tmp_path, "changes", "cn-999900-2027-budget") == []
    (line,) = rows(tmp_path, "documents", "cn-999900-2027-budget")
    assert (line["supersedes"], line["difference"]) == (city.sha("old"), "other")


def test_where_no_date_tells_which_version_came_first_no_row_says_what_was_altered(tmp_path: Path) -> None:
    undated = [replace(sighting, first_seen="", last_seen="") for sighting in (OLD, NEW)]
    write_packages([city.parsed("old"), edited("new")], undated, tmp_path)
    assert rows(tmp_path, "changes") == []
    assert sorted(line["difference"] for line in rows(tmp_path, "documents")) == ["", "figures"]


def test_a_document_that_vanished_stays_in_force_and_is_listed_with_the_day(tmp_path: Path) -> None:
    gone = replace(OLD, vanished_on="2026-03-20")
    write_packages([city.parsed("old")], [gone], tmp_path)
    assert [line["vanished_on"] for line in rows(tmp_path, "sightings")] == ["2026-03-20"]
    assert [line["is_current"] for line in rows(tmp_path, "documents")] == ["1"]
    assert len(rows(tmp_path, "facts")) == 2


def test_versions_of_three_nights_are_each_held_against_the_one_before(tmp_path: Path) -> None:
    back = city.sighting("back", first_seen="2026-03-15", last_seen="2026-03-15")
    write_packages([city.parsed("back"), edited("new"), city.parsed("old")], [OLD, NEW, back], tmp_path)
    changed = rows(tmp_path, "changes")
    found = {(line["from_sha256"], line["sha256"]): (line["old_text"], line["new_text"]) for line in changed}
    assert found == {
        (city.sha("old"), city.sha("new")): ("30.50", "31.50"),
        (city.sha("new"), city.sha("back")): ("31.50", "30.50"),
    }
    assert build(tmp_path).is_file()


def test_a_figure_of_a_column_that_was_not_understood_was_printed_all_the_same() -> None:
    before = document(spending(row("教育支出", "400.00", "30.00", "370.00")))
    (only,) = before.tables
    cells = (Cell(text="205 教育支出", page=1), *only.rows[0][1:])
    after = replace(before, tables=(replace(only, rows=(cells,)),), facts=before.facts[:2])
    assert told(held(before, after)) == [("removed", "parser", "教育支出", "项目支出", "370.00", "")]


def test_people_s_cells_are_covered_on_the_pages_of_older_versions_too(tmp_path: Path) -> None:
    write_packages([edited("new"), city.parsed("old")], [OLD, NEW], tmp_path)
    assert {line["sha256"] for line in rows(tmp_path, "covers")} == {city.sha("old"), city.sha("new")}
    assert {line["sha256"] for line in rows(tmp_path, "facts")} == {city.sha("new")}
