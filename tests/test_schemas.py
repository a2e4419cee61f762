"""The Table Schemas keep their own rules, and say the same as the types and the code lists."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from datapackages import codes, dictionary, schemas
from datapackages.corrections import Correction
from datapackages.model import (
    Document,
    Fact,
    Indicator,
    Issue,
    Outcome,
    Performance,
    Project,
    Purchase,
    Section,
    Sighting,
    Statement,
    Table,
)
from datapackages.units import Unit
from datapackages.validate import package_schema

everywhere = pytest.mark.parametrize("resource", schemas.RESOURCES)


def names(kind: Any) -> set[str]:
    return {field.name for field in fields(kind)}


@everywhere
def test_a_schema_uses_only_names_that_somebody_reads(resource: str) -> None:
    known = package_schema()
    jsonschema.validate(schemas.schema(resource), {**known["$defs"]["table_schema"], "$defs": known["$defs"]})
    assert schemas.schema(resource)["name"] == resource


def test_every_schema_file_is_a_resource() -> None:
    assert {path.stem for path in schemas.FOLDER.glob("*.json")} == set(schemas.RESOURCES)


@everywhere
def test_field_names_occur_once(resource: str) -> None:
    listed = [field["name"] for field in schemas.schema(resource)["fields"]]
    assert len(listed) == len(set(listed))


@everywhere
def test_an_enum_is_its_word_list(resource: str) -> None:
    for field in schemas.fields(resource).values():
        enum = field.get("constraints", {}).get("enum")
        if "codes" not in field:
            assert enum is None, field["name"]
        elif field["type"] != "list":
            assert enum == list(codes.labels(field["codes"])), "run: python -m datapackages.dictionary"


@everywhere
def test_keys_name_fields_of_resources_that_come_before(resource: str) -> None:
    schema = schemas.schema(resource)
    assert set(schema["primaryKey"]) <= set(schemas.fields(resource))
    for key in schema.get("foreignKeys", ()):
        target = key["reference"]["resource"]
        assert schemas.RESOURCES.index(target) <= schemas.RESOURCES.index(resource)
        assert set(key["fields"]) <= set(schemas.fields(resource))
        assert tuple(key["reference"]["fields"]) == schemas.key(target)


def test_the_resources_carry_what_the_types_carry() -> None:
    joined = {"sha256", "jurisdiction", "unit_id", "document_year", "stage"}
    place_of_table = {"scope", "page", "x0", "top", "x1", "bottom", "column_labels", "printed_total"}
    assert set(schemas.fields("facts")) == names(Fact) | {"jurisdiction", "unit_id", "is_current", "checks"}
    of_versions = {"jurisdiction", "unit_id", "is_current", "supersedes", "difference"}
    assert set(schemas.fields("documents")) == names(Document) | of_versions
    assert set(schemas.fields("sightings")) == names(Sighting)
    assert set(schemas.fields("tables")) == names(Table) | joined | place_of_table
    assert set(schemas.fields("sections")) == names(Section) | joined
    edges = {"x0", "top", "x1", "bottom"}
    assert set(schemas.fields("statements")) == names(Statement) - {"box"} | edges | joined
    assert set(schemas.fields("performance")) == names(Performance) | {"amount", "goal"} | joined
    assert set(schemas.fields("indicators")) == names(Indicator) - {"box"} | edges | joined
    by_fund = {"amount", *(f"amount_{fund}" for fund in codes.labels("funds") if fund != "total")}
    assert (
        set(schemas.fields("projects")) == names(Project) - {"funds"} | by_fund | {"table_id", "canonical"} | joined
    )
    assert set(schemas.fields("purchases")) == names(Purchase) | joined
    assert set(schemas.fields("checks")) == names(Outcome) | joined | {"page", "table_id", "fact_id"}
    entered = names(Correction) - {"box", "withdrawn", "shipped"}
    found = {"state", "reason", "fact_id", "found_sha256", "found_fact_id", "found_page", "found_text"}
    assert set(schemas.fields("corrections")) == entered | edges | joined | found
    assert set(schemas.fields("issues")) == names(Issue) - {"table"} | joined | {"seq", "table_id"}
    assert set(schemas.fields("units")) == names(Unit)
    assert set(schemas.fields("jurisdictions")) == names(codes.Jurisdiction)
    assert set(schemas.fields("classifications")) == names(codes.Classification)


def test_an_unknown_resource_is_named_with_the_choices() -> None:
    with pytest.raises(ValueError, match="no resource 'fact'; there are jurisdictions, units"):
        schemas.schema("fact")


def test_the_dictionary_in_the_readme_is_current() -> None:
    readme = dictionary.README.read_text(encoding="utf-8")
    assert readme == dictionary.current(readme), "run: python -m datapackages.dictionary"
    assert "| `amount` | 金额（元） | number | Exact amount in yuan, for the measures amount and change |" in readme


@everywhere
def test_a_schema_file_holds_one_field_a_line_so_that_its_enums_can_be_written_anew(resource: str) -> None:
    text = (schemas.FOLDER / f"{resource}.json").read_text(encoding="utf-8")
    shortened = re.sub(r'"enum": \["[^"]*", ', '"enum": [', text)
    assert dictionary.with_enums(shortened) == text


def test_the_readme_names_every_module_of_the_room() -> None:
    readme = dictionary.README.read_text(encoding="utf-8")
    modules = {path.name for path in Path(dictionary.__file__).parent.glob("*.py")} - {"__init__.py"}
    assert {name for name in modules if name not in readme} == set()
