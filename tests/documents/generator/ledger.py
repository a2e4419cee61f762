"""Makes the figures of every unit and year from the plan of the city; a digest decides what varies."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

from generator.city import Department, Unit, units, yuan
from generator.figures import THREE_PUBLIC, Accounts, Economic, Line, Project


@cache
def accounts(unit: Unit, year: int, stage: str = "budget") -> Accounts:
    """The unit's budget or final accounts of a year."""
    made = _budget(unit, year) if stage == "budget" else _final(unit, year)
    if year == 2024 and stage == "budget":
        return made
    return replace(made, last=accounts(unit, year if stage == "final" else year - 1))


def department_accounts(department: Department, year: int) -> Accounts:
    """The department's budget: its units added up."""
    parts = [accounts(unit, year) for unit in units() if unit.department is department]
    last = [part.last for part in parts if part.last]
    return replace(_added(department, parts), last=_added(department, last))


def _added(department: Department, parts: list[Accounts]) -> Accounts:
    economics: dict[tuple[str, str], Economic] = {}
    for line in (line for part in parts for line in part.economics):
        key = (line.code, line.government)
        before = economics.get(key, Economic(code=line.code, government=line.government))
        economics[key] = replace(
            before, personnel=before.personnel + line.personnel, public=before.public + line.public
        )
    return replace(
        parts[0],
        name=department.name,
        units=tuple(unit for part in parts for unit in part.units),
        lines=tuple(line for part in parts for line in part.lines),
        economics=tuple(economics[key] for key in sorted(economics)),
        projects=tuple(project for part in parts for project in part.projects),
        three_public={name: sum(part.three_public[name] for part in parts) for name in THREE_PUBLIC},
    )


def _factor(*key: Any, low: float = 0.94, high: float = 1.08) -> Decimal:
    """A fixed number between low and high for each key: a digest, so that no generator's state matters."""
    digest = hashlib.sha256("|".join(map(str, key)).encode()).digest()
    share = Decimal(int.from_bytes(digest[:4], "big")) / Decimal(2**32)
    return Decimal(str(low)) + share * (Decimal(str(high)) - Decimal(str(low)))


def _budget(unit: Unit, year: int) -> Accounts:
    grain = unit.department.grain
    growth = _factor(unit.id, year) if year != 2025 else Decimal(1)
    wages = yuan(Decimal(str(unit.running["personnel"])) * growth, grain)
    # Public money is fixed per head and the three public expenses are held down, so neither follows wages.
    public = yuan(
        Decimal(str(unit.running["public"])) * _factor(unit.id, year, "public", low=0.97, high=1.03), grain
    )
    three = {name: yuan(_three_public(unit, name, year), 100) for name in THREE_PUBLIC}
    projects = tuple(_project(unit, year, entry, grain) for entry in unit.projects)
    lines = [*_basic(unit, wages, public, grain), *_by_function(unit, projects)]
    return Accounts(
        name=unit.name_in(year),
        department=unit.department,
        units=(unit,),
        year=year,
        stage="budget",
        lines=_joined(lines),
        economics=_economics(unit, lines, three, grain),
        projects=projects,
        three_public=three,
    )


def _three_public(unit: Unit, name: str, year: int) -> Decimal:
    base = Decimal(str(unit.three_public[name]))
    if name == "purchase":
        return base if year == 2026 else Decimal(0)
    less = {2024: "0.10", 2025: "0", 2026: "-0.10"}[year] if name == "hospitality" else "0"
    return max(base + Decimal(less), Decimal(0)) if base else base


def _project(unit: Unit, year: int, entry: dict[str, Any], grain: int) -> Project:
    once = entry.get("only")  # a project of one year alone
    share = Decimal(once == year) if once else Decimal(1) if year == 2025 else _factor(unit.id, year, entry["name"])
    amount = yuan(Decimal(str(entry["amount"])) * share, grain)
    bought = {
        kind: min(yuan(Decimal(str(part)) * share, 100), amount) for kind, part in entry.get("bought", {}).items()
    }
    return Project(
        unit=unit,
        name=entry["name"],
        prefix=entry["prefix"],
        kind=entry["kind"],
        function=entry["function"],
        source=entry.get("source", "general"),
        amount=amount,
        people=entry.get("people", 0),
        bought=bought,
    )


def _by_function(unit: Unit, projects: tuple[Project, ...]) -> list[Line]:
    return [
        Line(unit=unit, function=project.function, source=project.source, project=project.amount)
        for project in projects
        if project.amount
    ]


def _basic(unit: Unit, wages: int, public: int, grain: int) -> list[Line]:
    """Running costs, and the contributions that follow from the wages, each under its own function."""
    administration = unit.body == "administration"
    shares = {
        "2080501" if administration else "2080502": "0.021",
        "2080505": "0.118",
        "2080506": "0.059",
        "2101101" if administration else "2101102": "0.052",
        "2101103": "0.017",
        "2210201": "0.088",
        "2210202": "0.009",
    }
    parts = {code: int(wages * Decimal(share) / grain) * grain for code, share in shares.items()}
    running = Line(
        unit=unit,
        function=str(unit.running["function"]),
        source="general",
        personnel=wages - sum(parts.values()),
        public=public,
    )
    rest = [Line(unit=unit, function=code, source="general", personnel=part) for code, part in parts.items()]
    return [running, *rest]


def _joined(lines: Iterable[Line]) -> tuple[Line, ...]:
    """One line for each function and source, in the order of the codes."""
    sums: dict[tuple[str, str], Line] = {}
    for line in lines:
        key = (line.function, line.source)
        before = sums.get(key)
        sums[key] = (
            line
            if before is None
            else replace(
                before,
                personnel=before.personnel + line.personnel,
                public=before.public + line.public,
                project=before.project + line.project,
            )
        )
    return tuple(sums[key] for key in sorted(sums))


def _economics(unit: Unit, lines: list[Line], three: dict[str, int], grain: int) -> tuple[Economic, ...]:
    """Basic expenditure by economic 款; contributions equal their functions, the rest splits by share."""
    administration = unit.body == "administration"
    by_function = {line.function: line.personnel for line in lines if line.personnel}
    fixed = {
        "30108": "2080505",
        "30109": "2080506",
        "30110": "2101101" if administration else "2101102",
        "30111": "2101103",
        "30113": "2210201",
        "30302": "2080501" if administration else "2080502",
    }
    amounts = {code: by_function[function] for code, function in fixed.items()}
    wages = sum(by_function.values()) - sum(amounts.values())
    shares = (
        {"30102": "0.31", "30103": "0.16", "30112": "0.012"}
        if administration
        else {"30102": "0.09", "30107": "0.42", "30112": "0.015"}
    )
    amounts |= {code: int(wages * Decimal(share) / grain) * grain for code, share in shares.items()}
    amounts["30101"] = sum(by_function.values()) - sum(amounts.values())
    return tuple(
        [
            Economic(code=code, government=_government(unit, code), personnel=amounts[code])
            for code in sorted(amounts)
        ]
        + _public_economics(unit, sum(line.public for line in lines), three, grain)
    )


def _public_economics(unit: Unit, public: int, three: dict[str, int], grain: int) -> list[Economic]:
    amounts = {"30212": three["overseas"], "30217": three["hospitality"], "30231": three["operation"]}
    rest = public - sum(amounts.values())
    shares = {
        "30202": "0.05",
        "30205": "0.03",
        "30206": "0.08",
        "30207": "0.06",
        "30211": "0.11",
        "30215": "0.03",
        "30216": "0.04",
        "30228": "0.09",
        "30239": "0.18",
        "30299": "0.07",
    }
    amounts |= {code: int(rest * Decimal(share) / grain) * grain for code, share in shares.items()}
    amounts["30201"] = public - sum(amounts.values())
    return [
        Economic(code=code, government=_government(unit, code), public=amounts[code])
        for code in sorted(amounts)
        if amounts[code]
    ]


def _government(unit: Unit, code: str) -> str:
    """The government economic 款 that a department's 款 falls under, by kind of body."""
    if code.startswith("303"):
        return "50905"
    if unit.body == "institution":
        return "50501" if code.startswith("301") else "50502"
    pairs = {
        "30108": "50102",
        "30109": "50102",
        "30110": "50102",
        "30111": "50102",
        "30112": "50102",
        "30113": "50103",
        "30212": "50207",
        "30215": "50202",
        "30216": "50203",
        "30217": "50206",
        "30231": "50208",
        "30299": "50299",
    }
    return pairs.get(code, "50101" if code.startswith("301") else "50201")


def _final(unit: Unit, year: int) -> Accounts:
    """Final accounts: the budget as carried out; what next year's budget carries over is left at the end."""
    grain = unit.department.grain
    budget = accounts(unit, year)
    projects = tuple(
        replace(
            project,
            amount=int(project.amount * _factor(unit.id, "final", project.name, low=0.95, high=1.0) / grain)
            * grain,
        )
        for project in budget.projects
    )
    wages = int(
        sum(line.personnel for line in budget.lines) * _factor(unit.id, "wages", low=0.98, high=1.02) / grain
    )
    public = int(sum(line.public for line in budget.lines) * _factor(unit.id, "spent", low=0.97, high=1.0) / grain)
    spent = {
        name: int(part * _factor(unit.id, name, low=0.8, high=0.99) / 100) * 100
        for name, part in budget.three_public.items()
    }
    lines = [*_basic(unit, wages * grain, public * grain, grain), *_by_function(unit, projects)]
    left = [replace(line, source="general") for line in accounts(unit, year + 1).lines if line.source == "carried"]
    return replace(
        budget,
        stage="final",
        lines=_joined(lines),
        closing=tuple(left),
        projects=projects,
        economics=_economics(unit, lines, spent, grain),
        three_public=spent,
    )
