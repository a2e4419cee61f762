"""The last step of a package: the gate, its report, and the ZIP."""

from __future__ import annotations

from pathlib import Path

from datapackages import archive
from datapackages.validate import InvalidPackage, validate, write_report


def seal(folder: Path, packed: Path) -> None:
    """Validate a package, add the report and pack it. Raises InvalidPackage with what is wrong."""
    report = validate(folder)
    if not report.valid:
        raise InvalidPackage(report)
    write_report(folder, report)
    archive.write_zip(folder, packed)
