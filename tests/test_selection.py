"""A part of the released packages as a package or a spreadsheet of its own."""

from __future__ import annotations

import csv
import io
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import made_up_city as city
from datapackages import schemas, workbook
from datapackages.exports import export
from datapackages.selection import NothingSelected, Selection
from datapackages.workbook import Sheet, TooLong
from datapackages.write import write_packages
from yusuan.cli import main

BUDGET = "cn-999900-2026-budget"
OFFICE = "示例市民政所"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two units in 2026, one of them in 2025 too; a document of no known place."""
    made = tmp_path_factory.mktemp("selected")
    form = city.table("c", table_id="form", canonical="performance_project", pages=(3,))
    with_form = city.parsed("c", fiscal_year=2025)
    with_form = replace(
        with_form, tables=(*with_form.tables, form), performance=(city.form("c", table_id=form.table_id),)
    )
    parsed = [
        city.parsed("a"),
        city.parsed("b", unit_name=OFFICE),
        with_form,
        city.parsed("d", unit_name="某局", title="某局预算"),
    ]
    seen = [city.sighting(name) for name in "abc"]
    write_packages(parsed, [*seen, city.sighting("d", jurisdiction="", title="", publisher="")], made)
    return made


def packed(path: Path) -> dict[str, list[dict[str, str]]]:
    """Resource → rows of a zip."""
    with zipfile.ZipFile(path) as archive:
        return {
            resource: list(csv.DictReader(io.StringIO(archive.read(f"data/{resource}.csv").decode("utf-8"))))
            for resource in schemas.RESOURCES
        }


def units(data: Path) -> dict[str, str]:
    with (data / "packages" / BUDGET / "data" / "units.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["unit_id"] for row in csv.DictReader(file)}


@pytest.fixture
def take(data: Path, tmp_path: Path) -> Callable[..., Path]:
    """Export a selection of the packages, which must be valid."""
    return lambda made_as="zip", **chosen: export(Selection(**chosen), data / "packages", tmp_path, made_as)


def test_everything_is_one_package_with_every_row_once(take: Callable[..., Path]) -> None:
    path = take()
    found = packed(path)
    assert path.name == "cn-all.zip"
    assert [row["document_year"] for row in found["facts"]] == ["2025"] * 2 + ["2026"] * 6
    assert [row["code"] for row in found["jurisdictions"]] == ["999900"]
    assert len({row["unit_id"] for row in found["units"]}) == len(found["units"]) == 2


def test_the_place_year_and_stage_of_a_package_are_that_package(take: Callable[..., Path], data: Path) -> None:
    path = take(place="999900", year=2026, stage="budget")
    assert path.read_bytes() == (data / "packages" / path.name).read_bytes()


def test_a_unit_has_its_rows_and_what_they_refer_to(take: Callable[..., Path], data: Path) -> None:
    unit = units(data)[OFFICE]
    found = packed(take(unit=unit))
    assert {row["unit_id"] for row in found["facts"]} == {unit}
    assert [row["name"] for row in found["units"]] == [OFFICE]
    assert [row["sha256"] for row in found["sightings"]] == [city.sha("b")]
    assert [row["code"] for row in found["classifications"]] == ["205", "20502", "2050202"]
    assert {resource: len(found[resource]) for resource in ("sections", "projects", "purchases", "ledger")} == {
        "sections": 1, "projects": 1, "purchases": 1, "ledger": 1,
    }  # fmt: skip


def test_a_table_has_its_figures_what_refers_to_them_and_where_they_are_from(take: Callable[..., Path]) -> None:
    found = packed(take(table="expenditure", year=2025))
    counts = {resource: len(rows) for resource, rows in found.items() if rows}
    assert counts == {
        "jurisdictions": 1, "units": 1, "classifications": 3, "documents": 1, "sightings": 1, "slots": 1,
        "tables": 1, "printed": 1, "facts": 2, "statements": 1, "projects": 1, "purchases": 1, "checks": 1,
    }  # fmt: skip


def test_a_form_has_its_indicators(take: Callable[..., Path]) -> None:
    found = packed(take(table="performance_project", year=2025))
    assert [len(found[name]) for name in ("performance", "indicators", "documents", "facts")] == [1, 1, 1, 0]


def test_checksums_lie_beside(take: Callable[..., Path]) -> None:
    folder = [take(), take("xlsx", table="expenditure")][0].parent
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, timeout=30)
    assert done.stdout.splitlines() == ["cn-all-expenditure.xlsx: OK", "cn-all.zip: OK"]
    assert sorted(path.name for path in folder.iterdir()) == ["SHA256SUMS", "cn-all-expenditure.xlsx", "cn-all.zip"]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"year": 1999}, "no package is of cn-all-1999; in .* there are: cn-999900-2025-budget, cn-999900-2026"),
        ({"table": "three_republic"}, "no table 'three_republic'; there are overall, income"),
        ({"unit": "cn-999900-u9999"}, "no document of cn-999900-2025-budget, .* is of that unit"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(
    take: Callable[..., Path], tmp_path: Path, chosen: dict[str, object], message: str
) -> None:
    with pytest.raises(NothingSelected, match=message):
        take(**chosen)
    assert list(tmp_path.iterdir()) == []


# ---- spreadsheets ----

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(path: Path, number: int) -> list[tuple[str, str, bool]]:
    """Type, text and whether it is a formula, of each cell of a sheet (from 1), in order."""
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
    return [
        (cell.get("t", "n"), "".join(cell.itertext()), cell.find(f"{SHEET}f") is not None)
        for cell in root.iter(f"{SHEET}c")
    ]


def test_a_spreadsheet_has_the_figures_as_numbers_and_words_in_chinese(
    take: Callable[..., Path], data: Path
) -> None:
    path = take("xlsx", unit=units(data)[OFFICE])
    about, facts = cells(path, 1), cells(path, 2)
    assert ("inlineStr", f"{OFFICE}公开数据", False) in about
    header = [text for _, text, _ in facts[: len(schemas.fields("facts"))]]
    assert header == [field["title"] for field in schemas.fields("facts").values()]
    assert ("n", "305000", False) in facts
    assert ("inlineStr", "支出总表", False) in facts


FIELDS = ({"title": "名称", "type": "string"}, {"title": "金额", "type": "number"})


def test_nothing_in_a_spreadsheet_runs_and_long_numbers_keep_every_digit(tmp_path: Path) -> None:
    rows = [["=1+1", "12.5"], ["@SUM(A1)", "-0.1"], ["http://a.example/", "1234567890123456.78"], ["", ""]]
    workbook.write(tmp_path / "a.xlsx", [Sheet(title="表", fields=FIELDS, rows=rows)])
    assert cells(tmp_path / "a.xlsx", 1)[2:] == [
        ("inlineStr", "=1+1", False), ("n", "12.5", False),
        ("inlineStr", "@SUM(A1)", False), ("n", "-0.1", False),
        ("inlineStr", "http://a.example/", False), ("inlineStr", "1234567890123456.78", False),
    ]  # fmt: skip


def test_equal_rows_give_equal_spreadsheets(tmp_path: Path) -> None:
    sheet = Sheet(title="表", fields=FIELDS, rows=[["预算", str(Decimal("0.1"))]])
    for name in ("a.xlsx", "b.xlsx"):
        workbook.write(tmp_path / name, [sheet], {"内容": "示例"})
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_table_that_has_no_room_on_a_sheet_says_what_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(TooLong, match="a sheet holds 2 rows and there are more; choose a unit, a year or a table"):
        workbook.write(tmp_path / "a.xlsx", [Sheet(title="表", fields=FIELDS, rows=[["a", "1"]] * 3)])


# ---- as printed ----


def test_tables_are_given_as_they_are_printed(data: Path, tmp_path: Path) -> None:
    chosen = Selection(year=2026, unit=units(data)[OFFICE])
    path = export(chosen, data / "packages", tmp_path, "printed", lambda _: city.parsed("b"))
    with zipfile.ZipFile(path) as archive:
        index = list(csv.DictReader(io.StringIO(archive.read("tables.csv").decode("utf-8"))))
        told = archive.read(f"{city.sha('b')}/{index[0]['table_id']}.csv").decode("utf-8")
    assert (path.name, len(index)) == (f"{units(data)[OFFICE]}-2026-printed.zip", 1)
    assert told == "科目,合计\n合计,30.50\n2050202,30.50\n"


# ---- the command ----


def test_the_command_writes_what_is_chosen(data: Path, tmp_path: Path) -> None:
    arguments = ["package", "--year", "2025", "--table", "expenditure", "--out", str(tmp_path), "--data", str(data)]
    done = CliRunner().invoke(main, arguments)
    assert (done.exit_code, done.output) == (0, f"{tmp_path / 'cn-all-2025-expenditure.zip'}\n")


@pytest.mark.parametrize("arguments", [["--all", "--year", "2025"], ["--format", "xlsx"], ["--out", "x"]])
def test_choices_that_make_no_sense_are_refused(arguments: list[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["package", *arguments, "--data", str(tmp_path)])
    assert (done.exit_code, "go with --all or a choice" in done.output) == (2, True)


def test_tables_of_a_document_that_is_not_read_name_the_next_command(data: Path) -> None:
    done = CliRunner().invoke(main, ["package", "--all", "--format", "printed", "--data", str(data)])
    assert (done.exit_code, "run `yusuan parse --data" in done.output) == (1, True)


def test_a_choice_of_nothing_is_a_wrong_question(data: Path) -> None:
    done = CliRunner().invoke(main, ["package", "--year", "1999", "--data", str(data)])
    assert (done.exit_code, "there are: cn-999900-2025-budget" in done.output) == (2, True)
