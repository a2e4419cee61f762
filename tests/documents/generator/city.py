"""The made-up municipality as written in ``data/city.yaml``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, kw_only=True)
class Department:
    """A department: the head of its units; ``form`` names the printed form it uses, ``grain`` its finest yuan."""

    id: str
    code: str
    name: str
    short: str
    form: str
    grain: int


@dataclass(frozen=True, kw_only=True, eq=False)  # a unit is itself, so it can be a key
class Unit:
    """A unit that publishes; amounts in its parts are 万元 of 2025."""

    id: str
    code: str
    department: Department
    name: str
    kind: str
    body: str  # administration or institution
    running: dict[str, Any]
    three_public: dict[str, Any]
    duties: str
    offices: tuple[str, ...]
    projects: tuple[dict[str, Any], ...]
    performance: bool = False
    former_name: str = ""
    renamed_on: str = ""
    unpublished: tuple[int, ...] = ()

    def name_in(self, year: int) -> str:
        """The name printed on the documents of a budget year; a unit renamed in 2025 signs 2026 anew."""
        return self.former_name if self.former_name and year < 2026 else self.name


@cache
def plan() -> dict[str, Any]:
    """The whole of city.yaml."""
    text = (DATA / "city.yaml").read_text(encoding="utf-8")
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


@cache
def departments() -> dict[str, Department]:
    """Departments by id."""
    return {entry["id"]: Department(**entry) for entry in plan()["departments"]}


@cache
def units() -> tuple[Unit, ...]:
    """The twelve units, in the order of the file; a unit's code is its department's and a running number."""
    made: list[Unit] = []
    for entry in plan()["units"]:
        department = departments()[entry["department"]]
        number = 1 + sum(unit.department is department for unit in made)
        rest: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
        }
        made.append(Unit(**{**rest, "department": department, "code": f"{department.code}{number:03}"}))
    return tuple(made)


@cache
def names(scheme: str) -> dict[str, str]:
    """Names of one classification by code: function, economic or government."""
    with (DATA / "classifications.csv").open(encoding="utf-8", newline="") as rows:
        return {row["code"]: row["name"] for row in csv.DictReader(rows) if row["scheme"] == scheme}


def yuan(amount: Any, grain: int) -> int:
    """万元 to whole yuan, rounded to the grain (100 yuan print as 0.01 万元)."""
    return int((Decimal(str(amount)) * 10_000 / grain).to_integral_value()) * grain
