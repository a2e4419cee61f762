"""Tables as one spreadsheet (XLSX), the same bytes for the same rows: nothing in it runs, and money is a number.

Text is written as text, so that "=1+1" of a PDF stays what it is. A number that has more digits than a spreadsheet
keeps is written as text too. Words of closed lists are shown in Chinese.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from datapackages import codes, descriptor, front_matter, schemas, tabular

MOST_ROWS = 1_048_576 - 1
MOST_CHARACTERS = 32_767  # of one cell
KEPT_DIGITS = 15  # of a number
EARLIEST = datetime.datetime(2000, 1, 1)  # a workbook must have been made some day
PLAIN = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}


class TooLong(ValueError):
    """A sheet cannot hold that many rows; the message says what can."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table: its title, the fields of its columns (as a Table Schema has them) and its rows of text."""

    title: str
    fields: tuple[Mapping[str, Any], ...]
    rows: Iterable[list[str]]


def write(path: Path, sheets: Iterable[Sheet], about: Mapping[str, str] | None = None) -> None:
    """Write the sheets; ``about`` is what a first sheet says of them. Raises TooLong for a table without room."""
    options = {**PLAIN, "constant_memory": True}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"created": EARLIEST, "title": next(iter((about or {}).values()), "")})
        bold = workbook.add_format({"bold": True})
        if about:
            _about(workbook, about)
        for sheet in sheets:
            _sheet(workbook, sheet, bold)


def of_package(folder: Path) -> Iterator[Sheet]:
    """A sheet for each resource that has rows, the figures first."""
    filled = [resource for resource, rows in descriptor.rows(folder).items() if rows]
    for resource in sorted(filled, key=lambda resource: resource != "facts"):
        lines = tabular.read(folder / "data" / f"{resource}.csv")
        next(lines)
        fields = tuple(schemas.fields(resource).values())
        yield Sheet(title=schemas.schema(resource)["title"], fields=fields, rows=lines)


def about_package(folder: Path) -> dict[str, str]:
    """What the first sheet says of a package."""
    told = descriptor.read(folder)
    labels: dict[str, str] = descriptor.texts()["about"]
    return {
        labels["title"]: told["title"],
        labels["name"]: told["name"],
        labels["version"]: told["version"],
        labels["citation"]: front_matter.cited(told),
        labels["licence"]: told["licenses"][0]["title"],
        labels["unit"]: labels["yuan"],
    }


def _about(workbook: Any, about: Mapping[str, str]) -> None:
    sheet = workbook.add_worksheet(descriptor.texts()["about"]["sheet"])
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 100)
    for row, (label, said) in enumerate(about.items()):
        sheet.write_string(row, 0, label)
        sheet.write_string(row, 1, said)


def _sheet(workbook: Any, sheet: Sheet, bold: Any) -> None:
    page = workbook.add_worksheet(sheet.title[:31])
    page.freeze_panes(1, 0)
    for at, field in enumerate(sheet.fields):
        page.set_column(at, at, 16 if field["type"] == "number" else 14)
        page.write_string(0, at, field["title"], bold)
    labels = [codes.labels(field["codes"]) if "codes" in field else {} for field in sheet.fields]
    row = 0
    for row, line in enumerate(sheet.rows, start=1):
        if row > MOST_ROWS:
            raise TooLong(
                f"{sheet.title}: a sheet holds {MOST_ROWS:,} rows and there are more; "
                "choose a unit, a year or a table, or take CSV or Parquet"
            )
        for at, (text, field) in enumerate(zip(line, sheet.fields, strict=True)):
            _cell(page, row, at, text, field, labels[at])
    page.autofilter(0, 0, row, len(sheet.fields) - 1)


def _cell(page: Any, row: int, at: int, text: str, field: Mapping[str, Any], labels: Mapping[str, str]) -> None:
    if not text:
        return
    if field["type"] in ("number", "integer") and len(Decimal(text).as_tuple().digits) <= KEPT_DIGITS:
        page.write_number(row, at, Decimal(text))
    else:
        words = "、".join(labels.get(word, word) for word in text.split("|")) if labels else text
        page.write_string(row, at, words[:MOST_CHARACTERS])
