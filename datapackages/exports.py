"""A selection as a file to take away: a package with its zip, or a spreadsheet; SHA256SUMS beside."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from datapackages import checksums, selection, workbook
from datapackages.selection import Selection
from datapackages.write import seal

FORMATS = ("zip", "xlsx")


def export(chosen: Selection, packages: Path, out: Path, made_as: str = "zip") -> Path:
    """Write ``<name>.zip`` or ``<name>.xlsx`` of a selection of the released packages to ``out``; returns its path.

    The file replaces an earlier one of that name when it is whole. Raises NothingSelected, InvalidPackage, and
    TooLong where a sheet cannot hold the rows.
    """
    work = out / f"{chosen.name}.{os.getpid()}"
    target = out / f"{chosen.name}.{made_as}"
    try:
        folder = work / chosen.name
        selection.write(chosen, packages, folder)
        made = work / target.name
        if made_as == "xlsx":
            workbook.write(made, workbook.of_package(folder), workbook.about_package(folder))
        else:
            seal(folder, made)
        os.replace(made, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    checksums.write(out, "cn-*.*")
    return target
