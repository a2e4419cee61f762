"""The gate before a release: frictionless in full, and numbers that really are numbers.

frictionless takes ``NaN``, ``1e5``, full-width digits and padded text as numbers; our packages hold
plain decimals only, so the numeric columns are read once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from datapackages import schemas, tabular

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
    """The faults found in one package; none means it may be released."""

    package: str
    faults: tuple[Fault, ...]

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


def validate(package_dir: Path) -> ValidationReport:
    """Return what is wrong with the package in that folder."""
    faults = (*_frictionless(package_dir), *_numbers(package_dir))
    return ValidationReport(package=package_dir.name, faults=faults)


def _frictionless(folder: Path) -> Iterator[Fault]:
    import frictionless  # here, because it takes 12 MB of every process that loads the command, workers too

    report = frictionless.validate(str(folder / "datapackage.json"))
    for task in [None, *report.tasks]:
        errors = report.errors if task is None else task.errors
        file = "datapackage.json" if task is None else task.place
        for error in errors:
            given = error.to_dict()
            number = given.get("rowNumber")
            yield Fault(file=str(file), row=number, field=str(given.get("fieldName", "")), message=error.message)


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
