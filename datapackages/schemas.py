"""Read the Table Schemas in ``schemas/``: the published promise of every resource."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("schemas")

# Referenced before referencing, the order in which a database can be filled.
RESOURCES = (
    "jurisdictions",
    "units",
    "classifications",
    "documents",
    "sightings",
    "slots",
    "tables",
    "printed",
    "facts",
    "sections",
    "statements",
    "performance",
    "indicators",
    "covers",
    "projects",
    "purchases",
    "checks",
    "changes",
    "corrections",
    "issues",
    "ledger",
    "line_links",
)


@cache
def schema(resource: str) -> dict[str, Any]:
    """Return the Table Schema of a resource."""
    if resource not in RESOURCES:
        raise ValueError(f"datapackages: no resource {resource!r}; there are {', '.join(RESOURCES)}")
    loaded: dict[str, Any] = json.loads((FOLDER / f"{resource}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def fields(resource: str) -> dict[str, dict[str, Any]]:
    """Return field name → field descriptor, in the order of the CSV columns."""
    return {field["name"]: field for field in schema(resource)["fields"]}


def key(resource: str) -> tuple[str, ...]:
    """Return the names of the primary key's fields."""
    return tuple(schema(resource)["primaryKey"])
