"""The documents that are measured, found through ``YUSUAN_SHARED`` (default: ``shared`` beside the checkout)."""

from __future__ import annotations

import csv
import os
from pathlib import Path

BUDGETS = ("unit-budget", "department-budget", "department-budget-tables-only", "final-accounts")
UNRULED = {"borderless", "hlines", "zebra", "outer"}  # tags of tables that are not ruled, or only in part
NO_TEXT = {"scan", "hybrid", "hostile"}  # producers of documents that other benchmarks and tests read


def shared() -> Path:
    """The folder of documents. Ends the program where there is none."""
    folder = Path(os.environ.get("YUSUAN_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "real" / "documents.tsv").is_file():
        raise SystemExit(f"No documents to measure: {folder} has no real/documents.tsv. Set YUSUAN_SHARED.")
    return folder


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def real_budgets() -> list[Path]:
    """The real budgets and final accounts that have text and tables."""
    folder = shared() / "real"
    lines = _lines(folder / "documents.tsv")
    return [folder / "documents" / line["file"] for line in lines if line["kind"] in BUDGETS]


def synthetic(*, ruled: bool) -> list[Path]:
    """The made-up documents with text: those whose tables are ruled, or those that are not or only in part."""
    folder = shared() / "synthetic"
    return [
        folder / line["file"]
        for line in _lines(folder / "MANIFEST.tsv")
        if line["producer"] not in NO_TEXT and ruled is not bool(UNRULED & set(line["tags"].split(",")))
    ]
