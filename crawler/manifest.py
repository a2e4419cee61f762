"""The manifest of an import: a CSV file with one line for each place where a file was published."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import UsageError
from datapackages.model import Sighting

REQUIRED = ("path", "url", "page_url", "title", "publisher", "published_on")
OPTIONAL = ("jurisdiction",)
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})?")
JURISDICTION = re.compile(r"(\d{6})?")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line. ``path`` is relative to the manifest, or to a folder or zip that is imported with it."""

    line: int
    path: str
    url: str
    page_url: str
    title: str
    publisher: str
    published_on: str
    jurisdiction: str = ""

    def sighting(self, sha256: str) -> Sighting:
        """Where the bytes were published. Without an address the file's own name stands for one."""
        return Sighting(
            sha256=sha256,
            url=self.url or f"file:{self.path}",
            page_url=self.page_url,
            title=self.title,
            publisher=self.publisher,
            source="import",
            jurisdiction=self.jurisdiction,
            published_on=self.published_on,
            first_seen=self.published_on,
            last_seen=self.published_on,
            retrieved_at=self.published_on,
        )


def read_manifest(manifest: Path) -> list[Row]:
    """Read ``files.csv`` (UTF-8, with or without a byte order mark); UsageError names every bad line."""
    if not manifest.is_file():
        raise UsageError(f"no such manifest: {manifest}")
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_header(manifest, reader.fieldnames or ())
            lines = [(reader.line_num, values) for values in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{manifest}: not CSV in UTF-8: {error}; save it as CSV UTF-8") from None
    faults = [f"{manifest}, line {line}: {fault}" for line, values in lines for fault in _faults(values)]
    if faults:
        raise UsageError("\n".join(faults[:20]))
    return [Row(line=line, **{name: text.strip() for name, text in values.items()}) for line, values in lines]


def _check_header(manifest: Path, header: object) -> None:
    names = list(header) if isinstance(header, (list, tuple)) else []
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in REQUIRED + OPTIONAL]
    if missing or unknown:
        problem = ", ".join(
            [*(f"{name!r} is missing" for name in missing), *(f"{name!r} is unknown" for name in unknown)]
        )
        raise UsageError(
            f"{manifest}, line 1: {problem}; the columns are {', '.join(REQUIRED)} and, if known, jurisdiction"
        )


def _faults(values: dict[str | None, str | None]) -> list[str]:
    if None in values or None in values.values():
        return ["more or fewer cells than the header has"]
    cells = {name: (text or "").strip() for name, text in values.items()}
    faults = [] if cells["path"] else ["path is empty"]
    if not DAY.fullmatch(cells["published_on"]):
        faults.append(f"published_on should be like 2026-03-12 or empty, found {cells['published_on']!r}")
    if not JURISDICTION.fullmatch(cells.get("jurisdiction", "")):
        faults.append(f"jurisdiction should be six digits or empty, found {cells['jurisdiction']!r}")
    return faults
