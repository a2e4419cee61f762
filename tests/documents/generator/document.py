"""One document of the city: its blocks in order, its truth, and the errors planted in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from generator.city import departments, plan, units
from generator.figures import Accounts
from generator.forms import grids
from generator.grid import Grid, truth
from generator.layout import Block, Break, Contents, Cover, Form, Heading, Report, write
from generator.ledger import accounts, department_accounts
from generator.performance import forms
from generator.prose import TITLE, explanation, opening, scope_of, sentences

EDITED = "-edited"
YEARS = ((2026, "budget"), (2025, "budget"), (2024, "final"))


@dataclass(frozen=True, kw_only=True)
class Document:
    """One PDF to make; ``night`` is the one it first appears on."""

    name: str  # u0006-2026-budget
    owner_id: str
    accounts: Accounts
    night: int = 1

    @property
    def title(self) -> str:
        kind = TITLE[self.accounts.stage][scope_of(self.accounts) == "部门"]
        return f"{self.accounts.name}{self.accounts.year}年度{kind}公开"


def documents() -> Iterator[Document]:
    """Every document of the first night, then the edited one of the second."""
    for unit in units():
        for year, stage in YEARS:
            if year not in unit.unpublished:
                yield Document(
                    name=_name(unit.id, year, stage), owner_id=unit.id, accounts=accounts(unit, year, stage)
                )
    for entry in plan()["department_budgets"]:
        made = department_accounts(departments()[entry["department"]], entry["year"])
        yield Document(
            name=_name(entry["department"], entry["year"], "budget"), owner_id=entry["department"], accounts=made
        )
    yield _edited()


def _name(owner: str, year: int, stage: str) -> str:
    return f"{owner.rsplit('-', 1)[1]}-{year}-{stage}"


def _edited() -> Document:
    """The file that replaces another at its address: the same accounts, and one cell printed otherwise."""
    entry = plan()["edited"]
    unit = next(unit for unit in units() if unit.id == entry["unit"])
    name = _name(unit.id, entry["year"], entry["stage"]) + EDITED
    return Document(name=name, owner_id=unit.id, accounts=accounts(unit, entry["year"], entry["stage"]), night=2)


def make(document: Document, path: Path, drawable: frozenset[int]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Draw the PDF; return its truth and the errors planted in it."""
    tables, planted = _plant(document, grids(document.accounts))
    filled = forms(document.accounts)
    blocks = _blocks(document, tables, [form for form, _ in filled])
    report = write(path, document.title, blocks, drawable)
    return _truth(document, path, blocks, report, [entry for _, entry in filled]), planted


def _blocks(document: Document, tables: list[Grid], performance: list[Form]) -> list[Block]:
    made = document.accounts
    kind = TITLE[made.stage][scope_of(made) == "部门"]
    words = sentences()[made.stage]
    part = Heading(1, words["tables"].format(year=made.year, scope=scope_of(made)))
    # The part's heading stands on the page of its first table, as it does in most real documents.
    return [
        Cover((made.name, f"{made.year}年度{kind}公开")),
        Contents("目  录"),
        Break(),
        *opening(made),
        Break(tables[0].landscape),
        part,
        *tables,
        Break(),
        *explanation(made),
        *performance,
    ]


def _truth(
    document: Document,
    path: Path,
    blocks: list[Block],
    report: Report,
    filled: list[dict[str, Any]],
) -> dict[str, Any]:
    made = document.accounts
    found: dict[str, Any] = {
        "file": path.name,
        "title": document.title,
        "unit_name": made.name,
        "fiscal_year": made.year,
        "phase": made.stage,
        "tables": [],
    }
    places = [number for number, block in enumerate(blocks) if isinstance(block, Form)]
    for number, block in enumerate(blocks):
        if isinstance(block, Grid):
            found["tables"] += truth(block, sorted(set(report.grids[number])))
    if filled:
        found["performance"] = [
            {**entry, "page": report.grids[place][0]} for place, entry in zip(places, filled, strict=True)
        ]
    return found


def _plant(document: Document, tables: list[Grid]) -> tuple[list[Grid], list[dict[str, Any]]]:
    planted: list[dict[str, Any]] = []
    for entry, suffix in [*((entry, "") for entry in plan()["planted"]), (plan()["edited"], EDITED)]:
        if document.name == _name(entry["unit"], entry["year"], entry["stage"]) + suffix:
            tables = [_misprinted(document, grid, entry, planted) for grid in tables]
    return tables, planted


def _misprinted(document: Document, grid: Grid, entry: dict[str, Any], planted: list[dict[str, Any]]) -> Grid:
    """The grid with one cell printed wrong, when it is the one the entry names."""
    if grid.canonical != entry["canonical"]:
        return grid
    listings = list(grid.listings)
    place = next(number for number, listing in enumerate(listings) if listing.block == entry["block"])
    listing = listings[place]
    row = next(number for number, cells in enumerate(listing.rows) if entry["row"] in cells)
    column = next(number for number, path in enumerate(listing.columns) if path.split("/")[-1] == entry["column"])
    right = listing.rows[row][column]
    wrong = _printed_like(right, Decimal(right.replace(",", "")), entry)
    cells = list(listing.rows[row])
    cells[column] = wrong
    rows = tuple(tuple(cells) if number == row else line for number, line in enumerate(listing.rows))
    listings[place] = replace(listing, rows=rows)
    planted.append(
        {
            "document": document.name,
            "canonical": grid.canonical,
            "block": entry["block"],
            "title": grid.title,
            "row": row + 1,
            "row_name": "".join(cells[:2]),
            "column": column + 1,
            "column_path": listing.columns[column],
            "printed": wrong,
            "right": right,
        }
    )
    return replace(
        grid,
        listings=tuple(listings),
        note="; ".join(
            filter(
                None,
                (grid.note, f"planted error: row {row + 1} column {column + 1} prints {wrong}, right is {right}"),
            )
        ),
    )


def _printed_like(right: str, value: Decimal, entry: dict[str, Any]) -> str:
    """The wrong amount in the right one's dress; ``add`` is in 万元, whole yuan are told by the missing point."""
    if "." in right:
        return f"{value + Decimal(entry['add']):,.2f}"
    return f"{value + Decimal(entry['add']) * 10_000:,.0f}"
