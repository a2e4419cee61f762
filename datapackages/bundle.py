"""The evidence of one figure or one check as a zip: the same bytes for the same files.

Pictures, rows, checks and citation are given; the document is read from its store, and left out with a word where
it is larger than a bundle may be.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from datapackages import archive, checksums, tabular
from datapackages.parsed import spreadsheet

MOST_BYTES = 24 << 20  # of the document
DOCUMENT = "document.pdf"
MONEY = ("amount", "value")
Row = Mapping[str, Any]


def fits(document: Path) -> bool:
    """Whether the stored document is there and small enough to go into a bundle."""
    return document.is_file() and document.stat().st_size <= MOST_BYTES


def pack(files: Mapping[str, bytes | str], document: Path) -> bytes:
    """The zip of the files, the document if it ``fits``, and their SHA256SUMS.

    Raises ValueError where the stored document is not the one that its name says.
    """
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "evidence"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        if fits(document):
            (folder / DOCUMENT).write_bytes(_whole(document))
        checksums.write(folder, "**/*")
        archive.write_zip(folder, Path(work) / "evidence.zip")
        return (Path(work) / "evidence.zip").read_bytes()


def _whole(document: Path) -> bytes:
    content = document.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != document.stem:
        raise ValueError(f"{document}: expected SHA-256 {document.stem}, found {found}; fetch the document again")
    return content


def as_json(rows: Iterable[Row]) -> str:
    """Rows as they are, money as the decimal it is and never a binary float."""
    return json.dumps([_exact(row) for row in rows], ensure_ascii=False, indent=2) + "\n"


def as_csv(rows: Iterable[Row]) -> str:
    """Rows for a spreadsheet: what it would run as a formula is led by an apostrophe."""
    listed = [_exact(row) for row in rows]
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    if listed:
        writer.writerow(listed[0])
        writer.writerows([spreadsheet(value) for value in row.values()] for row in listed)
    return file.getvalue()


def _exact(row: Row) -> dict[str, Any]:
    return {name: _plain(name, value) for name, value in dict(row).items()}


def _plain(name: str, value: Any) -> Any:
    if value is None or not name.endswith(MONEY):
        return value
    return tabular.decimal_text(Decimal(str(value)))
