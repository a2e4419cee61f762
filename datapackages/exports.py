"""A selection as a file to take away: a package, a spreadsheet, or its tables as printed; SHA256SUMS beside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from datapackages import archive, checksums, printed, selection, workbook
from datapackages.model import ParsedDocument
from datapackages.sealing import seal
from datapackages.selection import Selection

ENDINGS = {"zip": ".zip", "xlsx": ".xlsx", "printed": "-printed.zip"}
FORMATS = tuple(ENDINGS)


def export(
    chosen: Selection, packages: Path, out: Path, made_as: str = "zip",
    parsed: Callable[[str], ParsedDocument] | None = None,
) -> Path:  # fmt: skip
    """Write a selection of the released packages to ``out`` in one of the formats; returns the file's path.

    ``parsed`` gives the document of a hash, which only ``printed`` asks for. The file replaces an earlier one of
    its name when it is whole. Raises NothingSelected, InvalidPackage, and TooLong where a sheet has no room.
    """
    work = out / f"{chosen.name}.{os.getpid()}"
    target = out / f"{chosen.name}{ENDINGS[made_as]}"
    try:
        folder, made = work / chosen.name, work / target.name
        selection.write(chosen, packages, folder)
        if made_as == "xlsx":
            workbook.write(made, workbook.of_package(folder), workbook.about_package(folder))
        elif made_as == "printed":
            assert parsed, "tables as printed are in the parsed documents"
            printed.write(folder, work / "printed", parsed)
            archive.write_zip(work / "printed", made)
        else:
            seal(folder, made)
        os.replace(made, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    checksums.write(out, "cn-*.*")
    return target
