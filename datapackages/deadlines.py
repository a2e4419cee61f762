"""Deadlines of publication: from an approval and the rule that counts from it to the last day in time.

Departments have twenty days from the finance department's approval (Budget Law art. 14), units twenty days
from their department's (its implementation regulation, art. 6), which has fifteen days itself (art. 52).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import NamedTuple

from datapackages import codes
from datapackages.units import Unit

CHINA = timezone(timedelta(hours=8))  # the whole country keeps one time
SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A round of publication that a source says is to be there, for which bodies, and when it was approved."""

    source: str
    jurisdiction: str
    year: int
    stage: str
    kinds: tuple[str, ...] = ()  # codes/unit_kinds.csv; () for all bodies of the place
    units: tuple[str, ...] = ()  # names; () for all of these kinds
    approved_on: str = ""  # ISO date
    approved_by: str = ""  # codes/approvers.csv
    evidence: str = ""  # where the approval is published

    def covers(self, unit: Unit) -> bool:
        """Whether the round is the unit's too."""
        named = {codes.fold(name) for name in self.units}
        return (not self.kinds or unit.kind in self.kinds) and (
            not named or not named.isdisjoint(map(codes.fold, unit.names))
        )


class Deadline(NamedTuple):
    """The last day in time, and what sets it."""

    due: date
    approved_on: str
    basis: str
    evidence: str


def deadline_of(entry: Expected, unit: Unit) -> Deadline | None:
    """The last day that a round gives a unit; None where no approval is known."""
    approved_on = iso_day(entry.approved_on)
    if not approved_on or entry.approved_by not in codes.labels("approvers"):
        return None
    if entry.approved_by == "department":
        basis = "regulation_6"
    else:
        basis = "budget_law_52" if unit.kind == "unit" else "budget_law_14"
    last = date.fromisoformat(approved_on) + timedelta(days=_days()[basis])
    return Deadline(_workday(last), approved_on, basis, entry.evidence)


def _workday(day: date) -> date:
    """The day itself, or the Monday after a weekend, on which a period does not end."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= SATURDAY else day


@cache
def _days() -> Mapping[str, int]:
    """Basis → days from approval to the deadline."""
    return {row["code"]: int(row["days"]) for row in codes.rows("ledger_bases") if row["days"]}


def iso_day(text: str) -> str:
    """The ISO date a text begins with, or an empty text."""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return ""


def china_day(moment: str) -> str:
    """``2026-03-20T18:17:00Z`` → ``2026-03-21``: the day in China; "" for what is no moment."""
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    return (read.astimezone(CHINA) if read.tzinfo else read).date().isoformat()
