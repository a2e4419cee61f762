"""Tiny documents of one shape each, from ``data/fixtures.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from generator.city import DATA
from generator.grid import Grid, Listing, truth
from generator.layout import write


@cache
def fixtures() -> tuple[dict[str, Any], ...]:
    """Every single-form document as written in the data file."""
    parsed: list[dict[str, Any]] = yaml.safe_load((DATA / "fixtures.yaml").read_text(encoding="utf-8"))
    return tuple(parsed)


def make(spec: dict[str, Any], path: Path, drawable: frozenset[int]) -> dict[str, Any]:
    """Draw one fixture to ``path``; return its truth."""
    tables = [_grid(spec, entry) for entry in spec["grids"]]
    report = write(path, spec["grids"][0]["title"], list(tables), drawable)
    found = [
        entry for number, grid in enumerate(tables) for entry in truth(grid, sorted(set(report.grids[number])))
    ]
    head = {"file": path.name, **{key: spec[key] for key in ("unit_name", "fiscal_year", "phase")}}
    return {**head, "tables": found}


def _grid(spec: dict[str, Any], entry: dict[str, Any]) -> Grid:
    plain = {key: entry[key] for key in ("canonical", "title", "money_unit")}
    chosen = {
        key: entry[key]
        for key in ("label", "note", "empty", "rotated", "repeat_header", "split_rows", "new_page")
        if key in entry
    }
    return Grid(
        **plain,
        **chosen,
        listings=tuple(_listing(listing) for listing in entry["listings"]),
        owner=f"单位名称：{entry.get('owner', spec['unit_name'])}",
        money_line=f"单位：{entry['money_unit']}",
        notes=tuple(entry.get("notes", ())),
        widths=tuple(map(float, entry.get("widths", ()))),
        page_size=tuple(entry["page"]) if "page" in entry else None,
    )


def _listing(entry: dict[str, Any]) -> Listing:
    chosen = {key: entry[key] for key in ("block", "heading", "foot", "merged") if key in entry}
    columns = tuple(entry["columns"].split("|"))
    rows = tuple(tuple(row.split("|")) for row in entry["rows"])
    wrong = [row for row in rows if len(row) != len(columns)]
    if wrong:
        raise ValueError(f"fixtures.yaml: {len(columns)} columns ({columns[0]} ...) but row {wrong[0]}")
    return Listing(columns=columns, rows=rows, **chosen)
