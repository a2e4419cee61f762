"""The page that ``yusuan diff --html`` writes: both versions side by side, each changed cell framed on its page.

One file without scripts or anything from outside; every text of the documents is escaped.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from datapackages import codes, tabular
from datapackages.changes import Change, Comparison, may_be_versions
from datapackages.correcting import box_of
from datapackages.model import Box, Fact, ParsedDocument
from yusuan.page_pictures import Pictures

TEMPLATE = "diff_page.html"
WHOLE_PAGES = 12  # changes shown on their whole pages; a picture takes some hundred kilobytes
CLOSE_UPS = 120  # changes shown in their surroundings; the others stand in the list
HEADINGS = 20.0  # points above the first row of figures
KINDS = ("altered", "added", "removed")


@dataclass(frozen=True, kw_only=True)
class Version:
    """One side: the file and what it says."""

    path: Path
    parsed: ParsedDocument


def render(sides: Sequence[Version], found: Comparison, pictures: Pictures) -> str:
    """Return the page as text."""
    documents = [side.parsed.document for side in sides]
    counts = Counter(change.kind for change in found.changes)
    page: str = _template().render(
        documents=documents,
        names=[side.path.name for side in sides],
        alike=may_be_versions(documents[0], documents[1]),
        difference=found.difference,
        words=_words("differences")[found.difference],
        counts=[(_words("change_kinds")[kind], counts[kind]) for kind in KINDS if counts[kind]],
        cards=list(_cards(sides, found.changes, pictures)),
        left=[_told(change) for change in found.changes[CLOSE_UPS:]],
        stages=_words("stages"),
    )
    return page


def _template() -> Any:
    loader = FileSystemLoader(Path(__file__).parent, encoding="utf-8")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["clean"] = tabular.text
    return environment.get_template(TEMPLATE)


def _words(vocabulary: str) -> dict[str, str]:
    return codes.labels(vocabulary, "zh")


def _cards(sides: Sequence[Version], changes: Sequence[Change], pictures: Pictures) -> Iterator[dict[str, Any]]:
    for number, change in enumerate(changes[:CLOSE_UPS]):
        pairs = zip(sides, (change.before, change.after), strict=True)
        whole = number < WHOLE_PAGES
        yield {**_told(change), "sides": [_side(side, fact, whole, pictures) for side, fact in pairs]}


def _told(change: Change) -> dict[str, Any]:
    fact = change.fact
    return {
        "kind": change.kind,
        "kind_word": _words("change_kinds")[change.kind],
        "cause": change.cause,
        "cause_word": _words("change_causes")[change.cause],
        "table": _words("canonicals").get(fact.canonical, fact.canonical),
        "name": fact.name or fact.project_name or fact.row_path,
        "row": fact.row_path.split("/"),
        "column": fact.column_label.split("/"),
        "old": _figure(change.before),
        "new": _figure(change.after),
    }


def _figure(fact: Fact | None) -> dict[str, Any] | None:
    if fact is None:
        return None
    unit = fact.money_unit if fact.amount is not None else fact.value_unit
    return {"text": fact.amount_text, "unit": unit, "page": fact.page}


def _side(version: Version, fact: Fact | None, whole: bool, pictures: Pictures) -> dict[str, Any]:
    """The pictures of one side; no fact is no picture, and one that cannot be drawn is said to be missing."""
    if fact is None:
        return {"fact": None, "page": None, "close_up": None, "sheet": None, "whole": whole}
    cell, within = box_of(fact), _list_on_page(version.parsed, fact)
    covers = [cover.box for cover in version.parsed.covers if cover.page == fact.page]
    close_up = pictures.draw(version.path, fact.page, cell, within, covers, near=True)
    sheet = pictures.draw(version.path, fact.page, cell, within, covers) if whole and close_up else None
    return {
        "fact": fact.fact_id,
        "page": fact.page,
        "close_up": _embedded(close_up),
        "sheet": _embedded(sheet),
        "whole": whole,
    }


def _list_on_page(parsed: ParsedDocument, fact: Fact) -> Box:
    """The box around the cells of the fact's list on its page, and what stands above them: the headings."""
    tables = (table for table in parsed.tables if table.table_id == fact.table_id)
    cells = (cell for table in tables for row in table.rows for cell in row)
    boxes = [cell.box for cell in cells if cell.page == fact.page and cell.box] or [box_of(fact)]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), max(0.0, min(tops) - HEADINGS), max(rights), max(bottoms)


def _embedded(picture: bytes | None) -> str | None:
    return None if picture is None else f"data:image/png;base64,{base64.b64encode(picture).decode('ascii')}"
