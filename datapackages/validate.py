"""The gate before a release: the descriptor, frictionless, plain numbers, foreign keys and sums in SQL.

Foreign keys are asked in SQL alone: frictionless reads the table that is referred to anew for each of some seventy
keys, which is half of its time. Whoever validates the package with it gets the same answer
(tests/test_package_front.py).

frictionless takes ``NaN``, ``1e5``, full-width digits and padded text as numbers, and passes over names in a
descriptor that it does not know; our packages hold plain decimals and no misspelt name. ``validation.json`` in
each package says what was asked and what came out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from datapackages import descriptor, schemas, sums, tabular
from datapackages.sums import Asked

REPORT = "validation.json"

PLAIN = {"integer": re.compile(r"-?[0-9]+"), "number": re.compile(r"-?[0-9]+(\.[0-9]+)?")}
SHOWN = 5
REMEDY = (
    "The earlier release stays in place. Find the document by the sha256 in the row, see what "
    "`yusuan parse FILE.pdf --json` gives for it, correct the parser or the list concerned, "
    "then run `yusuan package` again."
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with a package: the file, its row (the header is 1) and field where they are known."""

    file: str
    row: int | None
    field: str
    message: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, (self.file, f"row {self.row}" if self.row else "", self.field)))
        return f"{place}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class ValidationReport:
    """The faults found in one package; none means it may be released.

    ``asked`` is None where its rows are not fit to be loaded.
    """

    package: str
    faults: tuple[Fault, ...]
    asked: Asked | None = None

    @property
    def valid(self) -> bool:
        return not self.faults

    def __str__(self) -> str:
        if self.valid:
            return f"{self.package}: valid"
        shown = [f"  {fault}" for fault in self.faults[:SHOWN]]
        more = [f"  and {len(self.faults) - SHOWN} more"] if len(self.faults) > SHOWN else []
        return "\n".join([f"{self.package} is not valid:", *shown, *more, f"  {REMEDY}"])


class InvalidPackage(ValueError):
    """A package does not keep the promise of its schemas, so the release stops."""

    def __init__(self, report: ValidationReport) -> None:
        super().__init__(str(report))
        self.report = report

    def __reduce__(self) -> tuple[type[InvalidPackage], tuple[ValidationReport]]:
        return InvalidPackage, (self.report,)  # from the process that found it


def validate(package_dir: Path) -> ValidationReport:
    """Return what is wrong with the package in that folder."""
    described = descriptor.read(package_dir)
    faults = (
        tuple(_descriptor(described))
        or tuple(_foreign_keys(described))
        or (*_frictionless(package_dir, described), *_numbers(package_dir))
    )
    if faults:
        return ValidationReport(package=package_dir.name, faults=faults)
    asked = sums.ask(package_dir)
    return ValidationReport(package=package_dir.name, faults=tuple(_orphans(asked)), asked=asked)


def write_report(folder: Path, report: ValidationReport) -> None:
    """Write ``validation.json`` of a package that is valid."""
    assert report.asked, "only a package that was loaded can be valid"
    told = {
        "package": report.package,
        "valid": report.valid,
        "asked": [
            "datapackage.json holds nothing but what package_schema.json of Yusuan knows",
            "frictionless: files, sizes, hashes, types, constraints, primary keys",
            "every number is a plain finite decimal",
            "SQL: foreign keys, closed word lists, sums",
        ],
        "rows": descriptor.rows(folder),
        "lists_with_a_printed_total": report.asked.lists,
        "lists_whose_figures_make_it": report.asked.add_up,
    }
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    (folder / REPORT).write_text(text, encoding="utf-8", newline="\n")


@cache
def package_schema() -> dict[str, Any]:
    """The JSON Schema of our descriptors."""
    path = Path(__file__).with_name("package_schema.json")
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _descriptor(described: dict[str, Any]) -> Iterator[Fault]:
    import jsonschema  # here, as frictionless below

    checker = jsonschema.Draft202012Validator(package_schema())
    for error in sorted(checker.iter_errors(described), key=lambda error: error.json_path):
        yield Fault(file="datapackage.json", row=None, field=error.json_path, message=error.message)


def _foreign_keys(described: dict[str, Any]) -> Iterator[Fault]:
    """SQL asks for the foreign keys of our schemas, so a package must promise these and no others."""
    promised = {entry["name"]: entry["schema"].get("foreignKeys") for entry in described["resources"]}
    for resource in schemas.RESOURCES:
        if promised.get(resource) != schemas.schema(resource).get("foreignKeys"):
            message = f"expected the foreign keys of schemas/{resource}.json"
            yield Fault(file="datapackage.json", row=None, field=resource, message=message)


def _orphans(asked: Asked) -> Iterator[Fault]:
    for orphan in asked.orphans:
        values = ", ".join(map(repr, orphan.values))
        message = f"violates a foreign key: {values} is not in {orphan.parent}"
        yield Fault(
            file=f"data/{orphan.resource}.csv", row=orphan.row, field=", ".join(orphan.fields), message=message
        )


def _frictionless(folder: Path, described: dict[str, Any]) -> Iterator[Fault]:
    import frictionless  # here, because it takes 12 MB of every process that loads the command, workers too

    report = frictionless.validate(_without_foreign_keys(described), basepath=str(folder))
    for task in [None, *report.tasks]:
        errors = report.errors if task is None else task.errors
        file = "datapackage.json" if task is None else task.place
        for error in errors:
            given = error.to_dict()
            number = given.get("rowNumber")
            yield Fault(file=str(file), row=number, field=str(given.get("fieldName", "")), message=error.message)


def _without_foreign_keys(described: dict[str, Any]) -> dict[str, Any]:
    resources = []
    for entry in described["resources"]:
        schema = {name: value for name, value in entry["schema"].items() if name != "foreignKeys"}
        resources.append({**entry, "schema": schema})
    return {**described, "resources": resources}


def _numbers(folder: Path) -> Iterator[Fault]:
    for resource in schemas.RESOURCES:
        path = folder / "data" / f"{resource}.csv"
        if path.is_file():
            yield from _plain_numbers(resource, path)


def _plain_numbers(resource: str, path: Path) -> Iterator[Fault]:
    lines = tabular.read(path)
    header = next(lines, [])
    known = schemas.fields(resource)
    numeric = [(at, name, PLAIN[known[name]["type"]]) for at, name in enumerate(header) if _is_numeric(known, name)]
    for number, line in enumerate(lines, start=2):
        for at, name, plain in numeric:
            if at < len(line) and line[at] and not plain.fullmatch(line[at]):
                message = f"expected a plain number, found {line[at]!r}"
                yield Fault(file=f"data/{resource}.csv", row=number, field=name, message=message)


def _is_numeric(known: dict[str, dict[str, object]], name: str) -> bool:
    return name in known and known[name]["type"] in PLAIN
