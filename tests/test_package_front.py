"""What lies beside a package's tables: the descriptor, the README, the citation, the report of the gate."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import frictionless
import pytest
import yaml

import made_up_city as city
from datapackages import codes, descriptor, schemas, sums, tabular
from datapackages.validate import Fault, validate
from datapackages.write import write_packages

BUDGET = "cn-999900-2026-budget"


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of one document, to read only."""
    data = tmp_path_factory.mktemp("packed")
    write_packages([city.parsed("a")], [city.sighting("a")], data)
    return data / "packages" / BUDGET


@pytest.fixture
def folder(packed: Path, tmp_path: Path) -> Path:
    """A copy of it to spoil."""
    return shutil.copytree(packed, tmp_path / BUDGET)


def faults(folder: Path) -> list[tuple[str, int | None, str, str]]:
    return [(fault.file, fault.row, fault.field, fault.message) for fault in validate(folder).faults]


# ---- the descriptor, the README and the citation ----


def test_the_descriptor_names_who_compiled_it_and_what_it_is_about(packed: Path) -> None:
    told = descriptor.read(packed)
    assert told["contributors"] == [{"title": "Yusuan（预算）", "roles": ["compiler"]}]
    assert told["description"].startswith("Figures, tables, prose")
    assert "of 示例市, 2026年, 预算." in told["description"]
    assert {"预算公开", "budget"} <= set(told["keywords"])


def test_the_readme_has_the_dictionary_the_word_lists_and_a_citation(packed: Path) -> None:
    readme = (packed / "README.md").read_text(encoding="utf-8")
    cited = f"Yusuan（预算）. 示例市2026年预算公开数据. {BUDGET}, version 2026.3.19. CC BY 4.0."
    assert f"> {cited}\n" in readme
    for resource in schemas.RESOURCES:
        assert f"### `{resource}` {schemas.schema(resource)['title']}" in readme
    assert "| `fund` | 资金性质 | string (funds) | Kind of fund |" in readme
    for vocabulary in codes.vocabularies():
        assert f"- **{vocabulary}**: " in readme
    assert "`budget` 预算 Budget; `adjusted` 调整预算 Adjusted budget" in readme


def test_programs_read_how_to_cite_it(packed: Path) -> None:
    told = yaml.safe_load((packed / "CITATION.cff").read_text(encoding="utf-8"))
    abstract = told.pop("abstract")
    assert abstract == descriptor.read(packed)["description"]
    assert told == {
        "cff-version": "1.2.0",
        "message": "Please cite this data package with its version, and a figure with its fact_id as well.",
        "type": "dataset",
        "title": "示例市2026年预算公开数据",
        "authors": [{"name": "Yusuan（预算）"}],
        "version": "2026.3.19",
        "date-released": "2026-03-19",
        "license": "CC-BY-4.0",
        "identifiers": [{"type": "other", "value": f"urn:uuid:{descriptor.read(packed)['id']}"}],
        "keywords": descriptor.read(packed)["keywords"],
    }


def test_a_deposit_has_what_its_form_asks_for(packed: Path) -> None:
    told = json.loads((packed / "zenodo.json").read_text(encoding="utf-8"))
    assert {name: told[name] for name in ("upload_type", "publication_date", "license", "version", "language")} == {
        "upload_type": "dataset", "publication_date": "2026-03-19", "license": "cc-by-4.0",
        "version": "2026.3.19", "language": "zho",
    }  # fmt: skip
    assert told["creators"] == [{"name": "Yusuan（预算）"}]
    assert all(told[name] for name in ("title", "description", "notes", "keywords"))


def test_without_dates_nothing_claims_one(tmp_path: Path) -> None:
    write_packages([city.parsed("a")], [], tmp_path)
    folder = tmp_path / "packages" / BUDGET
    assert "created" not in descriptor.read(folder)
    assert "date-released" not in yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    assert "publication_date" not in json.loads((folder / "zenodo.json").read_text(encoding="utf-8"))


# ---- the gate and its report ----


def test_the_report_of_the_gate_is_part_of_the_package(packed: Path) -> None:
    told = json.loads((packed / "validation.json").read_text(encoding="utf-8"))
    assert (told["package"], told["valid"], len(told["asked"])) == (BUDGET, True, 4)
    assert told["rows"] == descriptor.rows(packed)
    assert (told["lists_with_a_printed_total"], told["lists_whose_figures_make_it"]) == (1, 1)


@pytest.mark.parametrize(("amount", "add_up"), [("305100", 1), ("304900", 1), ("305101", 0), ("304000", 0)])
def test_a_list_makes_its_total_as_far_as_rounded_figures_can(folder: Path, amount: str, add_up: int) -> None:
    described(folder, "facts", lambda text: text.replace(",1,305000,,,30.50,", f",1,{amount},,,30.50,"))
    asked = validate(folder).asked
    assert asked and (asked.lists, asked.add_up) == (1, add_up)


def test_a_misspelt_name_in_the_descriptor_is_a_fault(folder: Path) -> None:
    told = descriptor.read(folder)
    told["resources"][7]["schema"]["fields"][0]["constrants"] = {"required": True}
    (folder / "datapackage.json").write_text(json.dumps(told), encoding="utf-8")
    ((file, row, field, message),) = faults(folder)
    assert (file, row, field) == ("datapackage.json", None, "$.resources[7].schema.fields[0]")
    assert "'constrants' was unexpected" in message


def test_a_foreign_key_that_the_descriptor_lost_is_a_fault(folder: Path) -> None:
    told = descriptor.read(folder)
    sightings = next(entry for entry in told["resources"] if entry["name"] == "sightings")
    del sightings["schema"]["foreignKeys"]
    (folder / "datapackage.json").write_text(json.dumps(told), encoding="utf-8")
    expected = "expected the foreign keys of schemas/sightings.json"
    assert faults(folder) == [("datapackage.json", None, "sightings", expected)]


def described(folder: Path, resource: str, change: Any) -> None:
    """Change a resource's text, with a descriptor that tells of it."""
    path, told = folder / "data" / f"{resource}.csv", descriptor.read(folder)
    before = path.read_text(encoding="utf-8")
    path.write_text(change(before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    entry = next(entry for entry in told["resources"] if entry["name"] == resource)
    entry |= {"hash": f"sha256:{descriptor.sha256(path)}", "bytes": path.stat().st_size}
    (folder / "datapackage.json").write_text(json.dumps(told), encoding="utf-8")


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "data" / "facts.csv").unlink()
    assert any("data/facts.csv" in f"{file} {message}" for file, _, _, message in faults(folder))


def test_a_file_that_is_not_the_one_described_is_named(folder: Path) -> None:
    path = folder / "data" / "facts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("小学", "中学"), encoding="utf-8")
    assert [file for file, _, _, message in faults(folder) if "hash" in message] == ["data/facts.csv"]


def test_a_key_that_dangles_is_named_with_its_row(folder: Path) -> None:
    described(folder, "sections", lambda text: text.replace(city.sha("a"), "0" * 64))
    ((file, row, field, message),) = faults(folder)
    assert (file, row, field) == ("data/sections.csv", 2, "sha256")
    assert message == f"violates a foreign key: {'0' * 64!r} is not in documents"


def test_frictionless_and_the_gate_find_the_same_dangling_keys(folder: Path) -> None:
    keys = {name: foreign_keys(name) for name in schemas.RESOURCES}
    broken = {name: own for name, own in keys.items() if own and dangling(folder, name, own)}
    assert len(broken) > 15
    report = frictionless.validate(str(folder / "datapackage.json"))
    told = [(task.place, error) for task in report.tasks for error in task.errors if error.type == "foreign-key"]
    theirs = {(place, error.row_number, ", ".join(error.field_names)) for place, error in told}
    ours = {(f"data/{each.resource}.csv", each.row, ", ".join(each.fields)) for each in sums.ask(folder).orphans}
    assert theirs == {(f"data/{name}.csv", 2, ", ".join(key)) for name, keys in broken.items() for key in keys}
    assert theirs <= ours  # SQL asks for the words of closed lists too


def foreign_keys(resource: str) -> list[list[str]]:
    return [key["fields"] for key in schemas.schema(resource).get("foreignKeys", ())]


def dangling(folder: Path, resource: str, keys: list[list[str]]) -> bool:
    """Let every foreign key of the resource's first row dangle; False where there are no rows."""
    header, *lines = tabular.read(folder / "data" / f"{resource}.csv")
    if not lines:
        return False
    for name in {field for key in keys for field in key}:
        lines[0][header.index(name)] = "99"
    with tabular.writing(folder / "data" / f"{resource}.csv") as writer:
        writer.writerows([header, *lines])
    return True


@pytest.mark.parametrize("cell", ["NaN", "=1+1", "inf", "３０５０００", "305,000"])
def test_what_is_no_plain_number_is_named_with_row_field_and_remedy(folder: Path, cell: str) -> None:
    quoted = f'"{cell}"' if "," in cell else cell
    described(folder, "facts", lambda text: text.replace(",305000,", f",{quoted},", 1))
    report = validate(folder)
    message = f"expected a plain number, found {cell!r}"
    assert Fault(file="data/facts.csv", row=2, field="amount", message=message) in report.faults
    assert f"data/facts.csv, row 2, amount: {message}" in str(report)
    assert "then run `yusuan package` again" in str(report)


def test_a_word_that_is_on_no_list_dangles_in_sql_too(folder: Path) -> None:
    described(folder, "documents", lambda text: text.replace(",budget,", ",pocket,", 1))
    assert sums.ask(folder).orphans[0][:2] == ("documents", 2)
