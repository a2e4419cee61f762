"""The tables as printed: every row of every table, page by page, and nobody's name among them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from datapackages import printed
from datapackages.model import Cell, Cover, Table
from parsers import parse

DEMO = Path(__file__).parent / "documents" / "demo"
PEOPLE: dict[str, list[str]] = json.loads((DEMO / "people.json").read_text(encoding="utf-8"))
FILE = min(PEOPLE)
COMMON = {"sha256": "0" * 64}


def cell(text: str, page: int, left: float) -> Cell:
    return Cell(text=text, page=page, box=(left, 100.0, left + 50, 120.0))


def table(*rows: tuple[Cell, ...]) -> Table:
    return Table(
        table_id="t", label="", title="", canonical="unrecognised", block="", unit_name="", money_unit="",
        pages=(1, 2), columns=("项目", "金额"), rows=rows, state="parsed",
    )  # fmt: skip


def test_a_table_over_two_pages_is_a_row_for_each_with_the_numbers_of_its_lines() -> None:
    rows = [(cell(name, page, 0), cell("1.00", page, 60)) for name, page in (("甲", 1), ("乙", 1), ("丙", 2))]
    assert list(printed.rows([table(*rows)], [], COMMON)) == [
        {"table_id": "t", "page": 1, "rows": (1, 2), "cells": '[["甲","1.00"],["乙","1.00"]]', **COMMON},
        {"table_id": "t", "page": 2, "rows": (3,), "cells": '[["丙","1.00"]]', **COMMON},
    ]


def test_a_cell_that_names_a_person_is_null_there_and_empty_in_the_csv() -> None:
    form = table((cell("联系人", 1, 0), cell("某某", 1, 60)))
    covers = [Cover(page=1, box=(60.0, 100.0, 110.0, 120.0))]
    (row,) = printed.rows([form], covers, COMMON)
    assert json.loads(str(row["cells"])) == [["联系人", None]]
    assert list(printed.lines(form, covers)) == [["项目", "金额"], ["联系人", ""]]


def test_a_row_without_cells_and_a_table_without_rows_are_no_error() -> None:
    assert [row["rows"] for row in printed.rows([table(())], [], COMMON)] == [(1,)]
    assert list(printed.rows([table()], [], COMMON)) == []


def test_every_cell_of_a_document_is_there_but_those_of_people(tmp_path: Path) -> None:
    document = parse(DEMO / FILE)
    kept = [
        text
        for row in printed.rows(document.tables, document.covers, COMMON)
        for cells in json.loads(str(row["cells"]))
        for text in cells
    ]
    assert len(kept) == sum(len(row) for table in document.tables for row in table.rows)
    assert set(PEOPLE[FILE]).isdisjoint(kept)
    with (tmp_path / "all.csv").open("w", encoding="utf-8") as file:
        for one in document.tables:
            csv.writer(file).writerows(printed.lines(one, document.covers))
    assert [name for name in PEOPLE[FILE] if name in (tmp_path / "all.csv").read_text(encoding="utf-8")] == []
