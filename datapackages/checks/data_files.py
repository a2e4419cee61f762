"""The lists beside the rules: YAML for words and patterns, CSV for tables. Each file is read once and kept."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@cache
def loaded(name: str) -> dict[str, Any]:
    """Everything in ``<name>.yaml``."""
    found: dict[str, Any] = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


@cache
def rows_of(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``<name>.csv``."""
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
