"""Data packages: what is in them, which versions count, and what happens to bad input."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import weakref
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import made_up_city as city
from datapackages import schemas, sealing, write
from datapackages.issues import issue
from datapackages.model import ParsedDocument, Section
from datapackages.placing import jurisdiction_of
from datapackages.validate import Fault, InvalidPackage, ValidationReport, validate
from datapackages.versions import Placed, order
from datapackages.write import write_packages
from folders import files

HERE = Path(__file__).parent

BUDGET = "cn-999900-2026-budget"
OF_ALL = ("SHA256SUMS", "catalog.jsonld", "llms.txt")  # beside the packages


def rows(data: Path, resource: str, package: str = BUDGET) -> list[dict[str, str]]:
    with (data / "packages" / package / "data" / f"{resource}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(data: Path, resource: str, name: str, package: str = BUDGET) -> list[str]:
    return [row[name] for row in rows(data, resource, package)]


def current(data: Path) -> dict[str, str]:
    """Return sha256 → is_current."""
    return {row["sha256"]: row["is_current"] for row in rows(data, "documents")}


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the package of one document, to read only."""
    data = tmp_path_factory.mktemp("packed")
    write_packages([city.parsed("a")], [city.sighting("a")], data)
    return data


def test_a_document_becomes_one_package_with_all_it_says(packed: Path) -> None:
    (report,) = write.reports(packed)
    assert (report.name, report.path) == (BUDGET, packed / "packages" / BUDGET)
    assert report.rows == {
        "jurisdictions": 1,
        "units": 1,
        "classifications": 3,
        "documents": 1,
        "sightings": 1,
        "slots": 1,
        "tables": 1,
        "printed": 1,
        "facts": 2,
        "sections": 1,
        "statements": 1,
        "performance": 1,
        "indicators": 1,
            "covers": 1,
        "projects": 1,
        "purchases": 1,
        "checks": 5,  # one of the document alone, four against other documents
        "changes": 0,
        "corrections": 0,
        "issues": 0,
        "ledger": 1,
        "line_links": 0,
    }
    _, leaf = rows(packed, "facts")
    sha = city.sha("a")
    assert {name: value for name, value in leaf.items() if value} == {
        "fact_id": f"{sha[:16]}-p1-x150-y120",
        "sha256": sha,
        "table_id": f"{sha[:16]}-p1-x50-y80",
        "page": "1",
        "row": "2",
        "column": "2",
        "x0": "150",
        "top": "120",
        "x1": "250",
        "bottom": "140",
        "jurisdiction": "999900",
        "unit_id": "cn-999900-u0001",
        "unit_name": "示例市教育局",
        "document_year": "2026",
        "stage": "budget",
        "scope": "unit",
        "is_current": "1",
        "fiscal_year": "2026",
        "phase": "approved",
        "measure": "amount",
        "canonical": "expenditure",
        "direction": "expenditure",
        "flow": "current",
        "fund": "total",
        "expenditure_type": "total",
        "function_code": "2050202",
        "function_name": "小学教育",
        "code_text": "2050202",
        "code_basis": "printed",
        "classification_year": "2026",
        "name": "小学教育",
        "row_path": "教育支出/普通教育/小学教育",
        "column_label": "合计",
        "row_role": "leaf",
        "column_role": "leaf",
        "additive": "1",
        "amount": "305000",
        "amount_text": "30.50",
        "money_unit": "万元",
        "reading": "fast",
        "checks": "1",
    }
    assert column(packed, "classifications", "code") == ["205", "20502", "2050202"]
    assert rows(packed, "sections")[0]["text"] == "负责教育，\n包括小学。"


def told(data: Path, resource: str) -> dict[str, str]:
    """The filled fields of the only row of a resource."""
    row, *others = rows(data, resource)
    assert resource == "checks" or others == []  # checks against other documents come after those of its own
    return {name: value for name, value in row.items() if value}


PLACED = {
    "sha256": city.sha("a"),
    "jurisdiction": "999900",
    "unit_id": "cn-999900-u0001",
    "document_year": "2026",
    "stage": "budget",
}


def test_a_stated_figure_names_its_place_and_the_fact_it_restates(packed: Path) -> None:
    assert told(packed, "statements") == {
        **PLACED,
        "seq": "1",
        "section": "第二部分/支出",
        "metric": "expenditure_total",
        "metric_text": "支出总计",
        "amount_text": "30.5",
        "amount": "305000",
        "unit": "万元",
        "change": "1.5",
        "change_percent": "5.17%",
        "direction": "increase",
        "compared_with": "上年",
        "reason": "人员增加",
        "span": "8|12",
        "page": "2",
        "x0": "60",
        "top": "90.5",
        "x1": "95.26",
        "bottom": "104",
        "fact_id": f"{city.sha('a')[:16]}-p1-x150-y120",
        "agreement": "equal",
    }


def test_a_performance_form_keeps_what_is_printed_and_tells_the_year_s_total_in_yuan(packed: Path) -> None:
    row = told(packed, "performance")
    assert json.loads(row.pop("funds")) == [
        {"period": "implementation", "name": "total", "text": "1,020.50"},
        {"period": "year", "name": "total", "text": "30.50"},
        {"period": "year", "name": "other", "text": "无"},
    ]
    assert [entry["text"] for entry in json.loads(row.pop("texts"))] == ["三年修完", "修好\n两处校舍", "分|两步"]
    assert row == {
        **PLACED,
        "form_seq": "1",
        "table_id": f"{city.sha('a')[:16]}-p1-x50-y80",
        "pages": "3",
        "canonical": "performance_project",
        "project": "QT校舍维修",
        "department": "205-示例市教育局[部门]",
        "unit": "示例市教育局",
        "attribute": "经常性项目",
        "term": "3年",
        "money_unit": "万元",
        "amount": "305000",
        "goal": "修好\n两处校舍",
        "filled_on": "20251120",
    }
    assert told(packed, "indicators") == {
        **PLACED, "form_seq": "1", "seq": "1", "period": "year", "level1": "产出指标", "level2": "数量指标",
        "level3": "维修校舍", "operator": ">=", "target": "2", "unit": "处", "weight": "10", "is_core": "1",
        "raw": "≥2处", "page": "3",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("funds", "money_unit", "amount"),
    [
        ((("implementation", "total", "12.345"),), "万元", "123450"),
        ((("year", "total", "0"), ("implementation", "total", "5")), "元", "0"),
        ((("year", "total", "约30万"),), "万元", ""),
        ((("year", "total", "1,23"),), "万元", ""),
        ((("year", "total", "30.50"),), "", ""),
        ((("year", "other", "30.50"),), "元", ""),
        ((), "元", ""),
    ],
)
def test_only_a_printed_total_with_a_unit_becomes_yuan(
    funds: tuple[tuple[str, str, str], ...], money_unit: str, amount: str, tmp_path: Path
) -> None:
    form = city.form("a", funds=funds, money_unit=money_unit)
    write_packages([replace(city.parsed("a"), performance=(form,))], [], tmp_path)
    assert rows(tmp_path, "performance")[0]["amount"] == amount


def test_a_project_has_a_column_for_each_fund_and_zero_is_not_empty(packed: Path) -> None:
    assert told(packed, "projects") == {
        **PLACED,
        "project_seq": "1",
        "table_id": f"{city.sha('a')[:16]}-p1-x50-y80",
        "canonical": "expenditure",
        "page": "1",
        "name": "校舍维修",
        "prefix": "QT",
        "kind": "特定目标类",
        "unit": "示例市教育局",
        "amount": "305000",
        "amount_general_public": "305000",
        "amount_unit_funds": "0",
        "fact_ids": f"{city.sha('a')[:16]}-p1-x150-y120",
    }


def test_a_purchase_tells_what_is_bought_for_how_much(packed: Path) -> None:
    row = told(packed, "purchases")
    assert (row["table_id"], row["row"], row["row_role"]) == (f"{city.sha('a')[:16]}-p1-x50-y80", "2", "leaf")
    assert {name: row[name] for name in ("item_code", "item_name", "quantity", "quantity_unit", "amount")} == {
        "item_code": "A05010301", "item_name": "课桌椅", "quantity": "50", "quantity_unit": "套",
        "amount": "305000",
    }  # fmt: skip


def test_a_check_tells_what_came_out_and_leads_to_the_first_of_its_figures(packed: Path) -> None:
    sha = city.sha("a")
    assert told(packed, "checks") == {
        **PLACED,
        "rule": "A7",
        "place": f"p1/{sha[:16]}-p1-x50-y80/2/2",
        "kind": "arithmetic",
        "outcome": "fail",
        "severity": "error",
        "page": "1",
        "table_id": f"{sha[:16]}-p1-x50-y80",
        "fact_id": f"{sha[:16]}-p1-x150-y120",
        "table_ids": f"{sha[:16]}-p1-x50-y80",
        "fact_ids": f"{sha[:16]}-p1-x150-y120",
        "left": "30.50",
        "right": "30",
        "difference": "0.5",
        "tolerance": "0.01",
        "fault": "source",
        "message": "30.50 and 30 differ by 0.5",
        "message_zh": "30.50与30相差0.5",
    }
    assert {row["row_role"]: row["checks"] for row in rows(packed, "facts")} == {"leaf": "1", "total": "0"}


def test_a_check_of_the_whole_document_has_no_place(tmp_path: Path) -> None:
    whole = replace(city.check("a"), rule="C1", kind="form", place="", table_ids=(), fact_ids=())
    write_packages([replace(city.parsed("a"), checks=(whole,))], [], tmp_path)
    row = rows(tmp_path, "checks")[0]
    assert [row[name] for name in ("rule", "place", "page", "table_id", "fact_id")] == ["C1", "", "", "", ""]


def test_a_purchase_of_a_table_that_was_read_twice_counts_once(tmp_path: Path) -> None:
    twice = (city.purchase("a"), city.purchase("a", item_name="again"))
    write_packages([replace(city.parsed("a"), purchases=twice)], [], tmp_path)
    assert column(tmp_path, "purchases", "item_name") == ["课桌椅"]


def test_a_stated_figure_that_restates_a_fact_nobody_has_stops_the_release(tmp_path: Path) -> None:
    lost = replace(city.parsed("a"), statements=(city.statement("a", fact_id="nowhere"),))
    with pytest.raises(InvalidPackage, match=r"data/statements\.csv, row 2"):
        write_packages([lost], [], tmp_path)


def test_a_table_tells_its_place_size_and_printed_total(packed: Path) -> None:
    (table,) = rows(packed, "tables")
    assert {name: table[name] for name in ("page", "x0", "top", "x1", "bottom", "rows", "columns")} == {
        "page": "1", "x0": "50", "top": "100", "x1": "250", "bottom": "140", "rows": "2", "columns": "2",
    }  # fmt: skip
    assert (table["column_labels"], table["pages"], table["printed_total"]) == ("科目|合计", "1", "305000")


def test_the_descriptor_tells_licence_sources_and_checksums(packed: Path) -> None:
    folder = packed / "packages" / BUDGET
    told = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert told["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert (told["name"], told["title"]) == (BUDGET, "示例市2026年预算公开数据")
    assert (told["version"], told["created"]) == ("2026.3.19", "2026-03-19T18:17:00Z")
    assert told["licenses"][0]["name"] == "CC-BY-4.0"
    assert told["sources"] == [
        {"title": "示例市教育局2026年单位预算公开", "path": "http://demo.example/a.pdf", "sha256": city.sha("a")}
    ]
    for resource in told["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert "示例市2026年预算公开数据" in (folder / "README.md").read_text(encoding="utf-8")


def test_the_zip_holds_the_folder_s_files_and_validates(packed: Path, tmp_path: Path) -> None:
    (report,) = write.reports(packed)
    assert report.zip_sha256 == hashlib.sha256(report.zip_path.read_bytes()).hexdigest()
    with zipfile.ZipFile(report.zip_path) as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {name: archive.read(name) for name in archive.namelist()} == files(report.path)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        archive.extractall(tmp_path / "unpacked")
    assert validate(tmp_path / "unpacked").faults == ()


SCRIPT = """
import random, runpy, sys
from pathlib import Path
from types import SimpleNamespace
from datapackages.build import build
from datapackages.issues import issue
from datapackages.versions import Placed, order
from datapackages.write import write_packages
city = SimpleNamespace(**runpy.run_path(sys.argv[1]))
data, run_id, seed = Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
names = ["a", "b", "c", "d"]
parsed = [city.parsed(name, unit_name=f"示例市第{name}小学") for name in names]
parsed.append(city.unreadable("x", issue("html-not-pdf", found="<html>")))
seen = [city.sighting(name) for name in [*names, "x"]]
random.Random(seed).shuffle(parsed)
random.Random(seed + 1).shuffle(seen)
write_packages(parsed, seen, data)
build(data, run_id=run_id)
"""


def test_the_same_input_gives_the_same_bytes_anywhere_in_any_order(tmp_path: Path) -> None:
    made = []
    surroundings = [("Asia/Shanghai", "C", "0"), ("America/New_York", "zh_CN.UTF-8", "1")]
    for run, (zone, locale, seed) in enumerate(surroundings):
        data = tmp_path / f"run{run}"
        arguments = [str(HERE / "made_up_city.py"), str(data), f"night-{run}", str(run)]
        env = {**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE.parent)}
        subprocess.run([sys.executable, "-c", SCRIPT, *arguments], check=True, env=env)
        made.append((files(data / "packages"), (data / "site" / "budgets.db").read_bytes(), files(data / "review")))
    assert made[0] == made[1]
    beside = {"datapackage.json", "README.md", "CITATION.cff", "zenodo.json", "validation.json"}
    assert len(made[0][0]) == 2 * (len(schemas.RESOURCES) + len(beside) + 1) + len(OF_ALL)  # the zips, too


def test_a_newer_document_of_the_same_slot_is_current_and_the_older_stays_listed(tmp_path: Path) -> None:
    old = city.sighting("old", first_seen="2026-03-01", last_seen="2026-03-01")
    new = city.sighting("new", first_seen="2026-03-09", last_seen="2026-03-09")
    write_packages([city.parsed("new"), city.parsed("old")], [new, old], tmp_path)
    told = ("version", "sha256", "is_current", "supersedes")
    assert [tuple(row[name] for name in told) for row in rows(tmp_path, "slots")] == [
        ("1", city.sha("old"), "0", ""),
        ("2", city.sha("new"), "1", city.sha("old")),
    ]
    assert current(tmp_path) == {city.sha("old"): "0", city.sha("new"): "1"}
    for resource in ("facts", "tables", "sections"):
        assert set(column(tmp_path, resource, "sha256")) == {city.sha("new")}, resource
    assert set(column(tmp_path, "sightings", "sha256")) == {city.sha("old"), city.sha("new")}


def placed(name: str, seen: str, url: str = "", **changes: object) -> Placed:
    document = city.document(name, **changes)
    sighting = city.sighting(name, first_seen=seen, url=url or f"http://demo.example/{name}.pdf")
    unit_id = "cn-999900-u0001"
    return Placed(document=document, sightings=(sighting,), jurisdiction=city.CITY, unit_id=unit_id)


SAME = "http://demo.example/same.pdf"


@pytest.mark.parametrize(
    "difference",
    [{"fiscal_year": 2025}, {"stage": "final"}, {"scope": "department"}, {"part": "tables"}],
)
def test_documents_of_different_slots_do_not_succeed_one_another(difference: dict[str, object]) -> None:
    told = order([placed("old", "2026-03-01"), placed("new", "2026-03-09", **difference)])
    assert (told.superseded, told.supersedes) == (frozenset(), {})
    assert told.number == {city.sha("old"): 1, city.sha("new"): 1}


@pytest.mark.parametrize("unknown", [{"fiscal_year": None}, {"stage": "unknown"}, {"scope": "unknown"}])
def test_what_is_not_known_is_no_slot_to_succeed_in(unknown: dict[str, object]) -> None:
    told = order([placed("old", "2026-03-01", **unknown), placed("new", "2026-03-09", **unknown)])
    assert told.superseded == frozenset()


def test_new_bytes_at_the_same_address_succeed_whatever_they_are_read_as() -> None:
    told = order([placed("old", "2026-03-01", SAME), placed("new", "2026-03-09", SAME, fiscal_year=2025)])
    assert told.supersedes == {city.sha("new"): city.sha("old")}
    assert told.superseded == {city.sha("old")}


def test_a_page_in_place_of_the_pdf_leaves_the_pdf_in_force() -> None:
    page = placed("page", "2026-03-09", SAME, kind="broken", stage="unknown")
    told = order([placed("old", "2026-03-01", SAME), page])
    assert told.superseded == frozenset()


def test_imported_files_of_the_same_name_are_not_the_same_address() -> None:
    told = order([placed("a", "", "file:预算.pdf"), placed("b", "", "file:预算.pdf", fiscal_year=2025)])
    assert told.superseded == frozenset()


def test_three_versions_follow_one_another_in_the_order_of_first_sight() -> None:
    told = order([placed("c", "2026-05-01"), placed("a", "2026-03-01"), placed("b", "2026-04-01")])
    assert told.number == {city.sha("a"): 1, city.sha("b"): 2, city.sha("c"): 3}
    assert told.supersedes == {city.sha("b"): city.sha("a"), city.sha("c"): city.sha("b")}
    assert told.superseded == {city.sha("a"), city.sha("b")}
    assert told.undated == {}


def test_two_versions_without_dates_leave_an_issue(tmp_path: Path) -> None:
    seen = [city.sighting(name, url=f"file:{name}.pdf", first_seen="") for name in ("a", "b")]
    write_packages([city.parsed("a"), city.parsed("b")], seen, tmp_path)
    first, last = sorted((city.sha("a"), city.sha("b")))
    assert current(tmp_path) == {first: "0", last: "1"}
    told = [row for row in rows(tmp_path, "issues") if row["type"] == "version-order-unknown"]
    assert [(row["sha256"], first in row["message"]) for row in told] == [(last, True)]


def test_a_file_that_is_no_budget_is_listed_with_its_issue(tmp_path: Path) -> None:
    page = city.unreadable("page", issue("html-not-pdf", found="<html>"))
    (report,) = write_packages([page], [city.sighting("page")], tmp_path)
    assert report.name == "cn-999900-undated-unknown"
    assert column(tmp_path, "documents", "kind", report.name) == ["broken"]
    assert column(tmp_path, "issues", "type", report.name) == ["html-not-pdf"]
    assert column(tmp_path, "slots", "sha256", report.name) == []


def test_a_document_of_no_known_place_goes_to_the_unplaced_with_an_issue(tmp_path: Path) -> None:
    lost = city.parsed("a", unit_name="教育局", title="教育局2026年单位预算")
    (report,) = write_packages([lost], [], tmp_path)
    assert report.name == "cn-unplaced-2026-budget"
    (told,) = rows(tmp_path, "issues", report.name)
    assert (told["type"], told["message_zh"]) == ("jurisdiction-unknown", "无法判断所属地区：教育局。")
    assert column(tmp_path, "facts", "unit_id", report.name) == ["", ""]


def test_a_unit_that_nobody_knows_is_proposed_in_the_package_and_for_review(tmp_path: Path) -> None:
    write_packages([city.parsed("a", unit_name="示例市档案馆")], [], tmp_path)
    (unit,) = rows(tmp_path, "units")
    assert (unit["name"], unit["state"], unit["kind"]) == ("示例市档案馆", "proposed", "unit")
    assert set(column(tmp_path, "facts", "unit_id")) == {unit["unit_id"]}
    (told,) = rows(tmp_path, "issues")
    assert (told["type"], told["unit_id"]) == ("unit-proposed", unit["unit_id"])
    assert unit["unit_id"] in told["message"]
    assert f"{unit['unit_id']},示例市档案馆," in (tmp_path / "review" / "units.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("declared", "unit_name", "code"),
    [
        (["140200"], "示例市教育局", "140200"),
        (["149999"], "示例市教育局", "999900"),
        (["140200", "999900"], "示例市教育局", "999900"),
        (["140200", "140300"], "教育局", "140200"),
        ([""], "教育局", ""),
    ],
)
def test_the_source_s_place_holds_before_the_name_s(declared: list[str], unit_name: str, code: str) -> None:
    seen = [city.sighting("a", jurisdiction=place, title="", publisher="") for place in declared]
    assert jurisdiction_of(city.document("a", unit_name=unit_name, title=""), seen) == code


def test_what_the_site_calls_a_document_tells_its_place_last() -> None:
    seen = [city.sighting("a", jurisdiction="", title="2026年大同市教育局预算", publisher="示例市")]
    assert jurisdiction_of(city.document("a", unit_name="教育局", title="单位预算"), seen) == "140200"


def test_packages_that_nothing_belongs_to_any_more_disappear(tmp_path: Path) -> None:
    write_packages([city.parsed("a"), city.parsed("b", fiscal_year=2025)], [], tmp_path)
    both = {name for package in ("cn-999900-2025-budget", BUDGET) for name in (package, f"{package}.zip")}
    assert {path.name for path in (tmp_path / "packages").iterdir()} == {*OF_ALL, *both}
    write_packages([city.parsed("a")], [], tmp_path)
    left = {path.name for path in (tmp_path / "packages").iterdir()}
    assert left == {*OF_ALL, BUDGET, f"{BUDGET}.zip"}


def test_a_package_is_validated_when_its_bytes_change_and_only_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    validated: list[str] = []

    def counted(folder: Path) -> ValidationReport:
        validated.append(folder.name)
        return validate(folder)

    monkeypatch.setattr(sealing, "validate", counted)
    write_packages([city.parsed("a")], [city.sighting("a")], tmp_path)
    first, before = sorted(validated), files(tmp_path / "packages")
    validated.clear()
    write_packages([city.parsed("a")], [city.sighting("a")], tmp_path)
    assert validated == []
    assert files(tmp_path / "packages") == before
    (tmp_path / "packages" / BUDGET / "data" / "facts.csv").write_text("tampered", encoding="utf-8")
    write_packages([city.parsed("a")], [city.sighting("a")], tmp_path)
    assert validated == [BUDGET]
    assert files(tmp_path / "packages") == before
    assert BUDGET in first


def test_a_forbidden_value_stops_the_release_and_names_file_row_and_remedy(tmp_path: Path) -> None:
    write_packages([city.parsed("a")], [], tmp_path)
    before = files(tmp_path / "packages")
    parsed = city.parsed("a")
    wrong = replace(parsed, facts=(replace(parsed.facts[0], fund="pocket_money"), parsed.facts[1]))
    with pytest.raises(InvalidPackage) as raised:
        write_packages([wrong], [], tmp_path)
    assert f"{BUDGET} is not valid:" in str(raised.value)
    assert "data/facts.csv, row 3, fund: " in str(raised.value)
    assert 'constraint "enum"' in str(raised.value)
    assert "run `yusuan package` again" in str(raised.value)
    assert files(tmp_path / "packages") == before


def test_a_run_killed_within_the_switch_is_mended_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_packages([city.parsed("a")], [], tmp_path)
    before = files(tmp_path / "packages")
    renamed: list[Path] = []

    def killed_after_one(source: Path, target: Path) -> None:
        if renamed:
            raise KeyboardInterrupt
        if target.name == "packages.old":
            renamed.append(target)
        os.rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(write.os, "replace", killed_after_one)  # type: ignore[attr-defined]
        with pytest.raises(KeyboardInterrupt):
            write_packages([city.parsed("b")], [], tmp_path)
    assert not (tmp_path / "packages").exists()
    write.recover(tmp_path)
    assert files(tmp_path / "packages") == before


def test_documents_are_held_one_at_a_time(tmp_path: Path) -> None:
    alive: list[weakref.ref[ParsedDocument]] = []

    def documents() -> Iterator[ParsedDocument]:
        for number in range(5):
            assert sum(reference() is not None for reference in alive) <= 1
            parsed = city.parsed(f"d{number}", unit_name=f"示例市第{number}小学")
            alive.append(weakref.ref(parsed))
            yield parsed
            del parsed

    (report,) = write_packages(documents(), [], tmp_path)
    assert report.rows["documents"] == 5


def test_the_same_document_twice_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"document {city.sha('a')} was given twice"):
        write_packages([city.parsed("a"), city.parsed("a")], [], tmp_path)


def test_an_id_that_occurs_twice_is_kept_once_with_an_issue(tmp_path: Path) -> None:
    parsed = city.parsed("a")
    again = replace(parsed.facts[0], name="重复")
    write_packages([replace(parsed, facts=(*parsed.facts, again))], [], tmp_path)
    assert column(tmp_path, "facts", "name") == ["合计", "小学教育"]
    (told,) = (row for row in rows(tmp_path, "issues") if row["type"] == "repeated-id")
    assert (told["row"], told["column"], again.fact_id in told["message"]) == ("2", "2", True)


def test_an_amount_finer_than_a_fen_is_kept_exactly_with_an_issue(tmp_path: Path) -> None:
    parsed = city.parsed("a")
    finer = replace(parsed.facts[0], amount=Decimal("1234.567"))
    write_packages([replace(parsed, facts=(finer, parsed.facts[1]))], [], tmp_path)
    assert column(tmp_path, "facts", "amount") == ["305000", "1234.567"]
    assert "amount-finer-than-fen" in column(tmp_path, "issues", "type")


def test_a_figure_that_is_no_number_names_its_document(tmp_path: Path) -> None:
    parsed = city.parsed("a")
    wrong = replace(parsed.facts[0], amount=Decimal("NaN"))
    with pytest.raises(ValueError, match=f"document {city.sha('a')}: NaN is not a finite number"):
        write_packages([replace(parsed, facts=(wrong,))], [], tmp_path)


def test_hostile_and_long_texts_come_through_validation(tmp_path: Path) -> None:
    hostile = 'a, "b"\r\n\x00\x1b\ud800\u202e=1+1;\'|\t' + "很长" * 100_000
    chapter = Section(seq=1, heading_path="'", text=hostile, pages=(1,))
    write_packages([replace(city.parsed("a"), sections=(chapter,))], [], tmp_path)
    assert column(tmp_path, "sections", "text") == ['a, "b"\n=1+1;\'|\t' + "很长" * 100_000]


@pytest.mark.parametrize("wrong", ["NaN", "1e5", "３"])
def test_numbers_that_frictionless_lets_pass_are_faults(packed: Path, tmp_path: Path, wrong: str) -> None:
    folder = shutil.copytree(packed / "packages" / BUDGET, tmp_path / BUDGET)
    path = folder / "data" / "facts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",305000,", f",{wrong},", 1), encoding="utf-8")
    expected = f"expected a plain number, found {wrong!r}"
    assert Fault(file="data/facts.csv", row=2, field="amount", message=expected) in validate(folder).faults


def test_a_fact_of_a_table_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InvalidPackage, match=r"data/facts.csv, row 2.*foreign key"):
        write_packages([replace(city.parsed("a"), tables=())], [], tmp_path)
