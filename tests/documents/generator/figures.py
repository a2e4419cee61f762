"""A year of a unit in whole yuan: lines, and sums over them. Every table and sentence sums the same lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from generator.city import Department, Unit

SOURCES: dict[str, frozenset[str]] = {
    name: frozenset(parts.split())
    for name, parts in {
        "all": "general fund account own carried",
        "current": "general fund account own",
        "fiscal": "general fund carried",
        "fiscal_current": "general fund",
        "general_all": "general carried",
        "general": "general",
        "fund": "fund",
        "capital": "",
        "account": "account",
        "own": "own",
        "carried": "carried",
        "none": "",
    }.items()
}
THREE_PUBLIC = ("overseas", "purchase", "operation", "hospitality")


@dataclass(frozen=True, kw_only=True)
class Line:
    """Money of one function (项) from one source, in yuan."""

    unit: Unit
    function: str
    source: str
    personnel: int = 0
    public: int = 0
    project: int = 0

    def of(self, nature: str) -> int:
        """The part of one nature: total, basic, personnel, public or project."""
        basic = self.personnel + self.public
        return {
            "total": basic + self.project,
            "basic": basic,
            "personnel": self.personnel,
            "public": self.public,
            "project": self.project,
        }[nature]


@dataclass(frozen=True, kw_only=True)
class Economic:
    """Basic expenditure of one economic 款, with its government counterpart."""

    code: str
    government: str
    personnel: int = 0
    public: int = 0


@dataclass(frozen=True, kw_only=True)
class Project:
    """One project's money of the year."""

    unit: Unit
    name: str
    prefix: str
    kind: str
    function: str
    source: str
    amount: int
    people: int
    bought: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """A year of a unit, or of a department with all its units."""

    name: str
    department: Department
    units: tuple[Unit, ...]
    year: int
    stage: str
    lines: tuple[Line, ...]
    closing: tuple[Line, ...] = ()  # left at the end of the year (final accounts)
    economics: tuple[Economic, ...] = ()
    projects: tuple[Project, ...] = ()
    three_public: dict[str, int]
    last: Accounts | None = None  # the budget of the year before; of the same year for final accounts

    @property
    def revenue(self) -> tuple[Line, ...]:
        return self.lines + self.closing

    def flow(self, name: str) -> tuple[Line, ...]:
        return {"expenditure": self.lines, "revenue": self.revenue, "closing": self.closing}[name]

    @property
    def administration(self) -> bool:
        return any(unit.body == "administration" for unit in self.units)


def total(lines: Iterable[Line], source: str = "all", nature: str = "total", function: str = "") -> int:
    """Sum in yuan over the lines of some sources, one nature, one branch of the functions."""
    wanted = SOURCES[source]
    return sum(line.of(nature) for line in lines if line.source in wanted and line.function.startswith(function))


def public_total(items: dict[str, int]) -> int:
    """The three public expenses together."""
    return sum(items[name] for name in THREE_PUBLIC)
