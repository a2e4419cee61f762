"""A zip whose bytes depend on its files only: sorted names, one fixed date and mode, one level."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

LEVEL = 6
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the zip format knows no earlier date
UNIX = 3


def write_zip(folder: Path, target: Path) -> None:
    """Pack the folder's files, with their paths below it."""
    files = sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name, path in files:
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.create_system = UNIX
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.file_size = path.stat().st_size
            with path.open("rb") as source, archive.open(entry, "w") as packed:
                shutil.copyfileobj(source, packed)
