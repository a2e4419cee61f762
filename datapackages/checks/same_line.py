"""Which figure of one document means the same as which of another: by what it is, not by where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

from datapackages.codes import fold
from datapackages.model import Fact


class Column(NamedTuple):
    """What the table and the column of a figure say."""

    canonical: str
    block: str
    direction: str
    flow: str
    fund: str
    expenditure_type: str


class Line(NamedTuple):
    """A figure's meaning; documents may print many figures of one meaning, which then cannot be told apart."""

    column: Column
    row: Hashable
    unit: str
    project: str


Index = Mapping[Line, Fact]


def line_of(fact: Fact) -> Line:
    """The meaning of a figure."""
    column = Column(fact.canonical, fact.block, fact.direction, fact.flow, fact.fund, fact.expenditure_type)
    return Line(column, _row(fact), fold(fact.row_unit_name), fold(fact.project_name))


def _row(fact: Fact) -> Hashable:
    """The row by its codes, else by its fixed item, else as the total, else by its name."""
    classified = fact.function_code, fact.econ_dept_code, fact.econ_gov_code
    if any(classified):
        return classified
    if fact.item or fact.row_role == "total":
        return fact.item or "total"
    return fold(fact.row_path)


def index(facts: Iterable[Fact], year: int | None, phases: tuple[str, ...]) -> Index:
    """The amounts of a year and phase by their meaning; a meaning printed more than once is left out."""
    found: dict[Line, list[Fact]] = defaultdict(list)
    for fact in facts:
        is_amount = fact.measure == "amount" and fact.amount is not None and fact.row_role != "repeat"
        if is_amount and fact.fiscal_year == year and fact.phase in phases:
            found[line_of(fact)].append(fact)
    return {line: some[0] for line, some in found.items() if len(some) == 1}
