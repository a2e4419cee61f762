"""Where ids of earlier releases have gone: figures in cells that a later parser draws otherwise, merged units.

A figure goes on where the same page of the same document has one whose cell covers more than half of its own; a
unit goes on in the unit that its documents are of now.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from datapackages import tabular
from datapackages.delta import Difference

NAME = "redirects.csv"
COLUMNS = ("old_id", "new_id", "kind", "since")
HALF = Decimal("0.5")
Row = Mapping[str, str]
ByPage = dict[tuple[str, str], list[Row]]  # document and page → figures


@dataclass
class Watch:
    """Collects, from the differences of a release, the ids that are gone and what may go on for them."""

    gone: list[Row] = field(default_factory=list)  # figures
    come: ByPage = field(default_factory=lambda: defaultdict(list))
    left: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # by unit, where to
    units_gone: set[str] = field(default_factory=set)
    back: set[str] = field(default_factory=set)  # ids that are there again

    def see(self, resource: str, difference: Difference) -> None:
        """Take note of one difference."""
        before, after = difference.before, difference.after
        if resource == "facts" and after is None and before:
            self.gone.append(before)
        elif resource == "facts" and before is None and after:
            self.come[after["sha256"], after["page"]].append(after)
            self.back.add(after["fact_id"])
        elif resource == "documents" and before and after and before["unit_id"] != after["unit_id"]:
            self.left[before["unit_id"]][after["unit_id"]] += 1
        elif resource == "units" and (before is None) != (after is None):
            (self.units_gone if after is None else self.back).add(difference.row["unit_id"])

    def found(self, since: str) -> list[dict[str, str]]:
        """The redirects of this release, units after figures."""
        moved = [(fact["fact_id"], _moved(fact, self.come), "fact") for fact in self.gone]
        moved += [(unit, _most(self.left[unit]), "unit") for unit in sorted(self.units_gone & self.left.keys())]
        return [dict(zip(COLUMNS, (*entry, since), strict=True)) for entry in moved if entry[1]]


def together(earlier: Iterable[Row], now: Iterable[Row], back: set[str]) -> list[Row]:
    """All redirects, by old id: those of earlier releases led on to where their aims have gone since."""
    latest = {row["old_id"]: row for row in now}
    led = [
        {**row, "new_id": latest[row["new_id"]]["new_id"] if row["new_id"] in latest else row["new_id"]}
        for row in earlier
        if row["old_id"] not in back
    ]
    return sorted([*led, *latest.values()], key=lambda row: (row["kind"], row["old_id"]))


def read(folder: Path) -> list[Row]:
    """The redirects of a release; none when there is no release yet."""
    path = folder / NAME
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(folder: Path, rows: Iterable[Row]) -> None:
    """Write redirects.csv of a release."""
    with tabular.writing(folder / NAME) as writer:
        writer.writerow(COLUMNS)
        writer.writerows([row[name] for name in COLUMNS] for row in rows)


def _moved(fact: Row, come: ByPage) -> str:
    place = fact["sha256"], fact["page"]
    covered = [(_covered(fact, other), other["fact_id"]) for other in come.get(place, ())]
    best, fact_id = max(covered, default=(Decimal(0), ""))
    return fact_id if best > HALF else ""


def _covered(fact: Row, other: Row) -> Decimal:
    """Which part of a figure's cell another covers."""
    x0, top, x1, bottom = _box(fact)
    left, above, right, below = _box(other)
    across, down = min(x1, right) - max(x0, left), min(bottom, below) - max(top, above)
    area = (x1 - x0) * (bottom - top)
    return across * down / area if area > 0 and across > 0 and down > 0 else Decimal(0)


def _box(fact: Row) -> list[Decimal]:
    return [Decimal(fact[name]) for name in ("x0", "top", "x1", "bottom")]


def _most(units: Counter[str]) -> str:
    """The unit that most documents went to, the first by id of equal ones; "" is none."""
    return min((-count, unit) for unit, count in units.items())[1]
