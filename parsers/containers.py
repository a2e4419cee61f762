"""Rows that stand over their parts without any mark: a department over its units, a category over its items.

Only the figures can tell, and a row over a single part looks like two equal rows. So all readings are tried
in which the rows form a tree whose every whole is the sum of its parts and whose top makes the printed total.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from parsers.amounts import tolerance

Vector = Sequence[Decimal | None]
MOST_SUMS = 50  # followed at once
MOST_STEPS = 150_000  # after so many the figures say too little: a list of equal figures can be any tree


def adds_up(whole: Vector, parts: Sequence[Vector]) -> bool:
    """Whether rows add up to another in every column, within the rounding of their decimals."""
    printed = False
    for column, total in enumerate(whole):
        values = [part[column] for part in parts]
        if total is None and not any(values):
            continue
        printed = printed or bool(total)
        printed_sum = Decimal(0) if total is None else total
        gap = abs(printed_sum - sum((v or Decimal(0) for v in values), Decimal(0)))
        if gap > tolerance(printed_sum, len(parts)):
            return False
    return printed or not any(value for part in parts for value in part)


def from_below(
    rows: Sequence[Vector], may_hold: Sequence[bool], is_over: Callable[[int, int], bool]
) -> dict[int, list[int]]:
    """The rows that are exactly the sum of rows right behind them, with those; read from below.

    The cautious reading, for lists without a total or whose total fits no tree: a row stands over a single
    one only where ``is_over`` says that its words show it.
    """
    found: dict[int, list[int]] = {}
    waiting: list[int] = []
    for i in range(len(rows) - 1, -1, -1):
        if may_hold[i]:
            shortest = 0 if waiting and is_over(i, waiting[0]) else 1
            for count in range(len(waiting), shortest, -1):
                if adds_up(rows[i], [rows[part] for part in waiting[:count]]):
                    found[i] = waiting[:count]
                    del waiting[:count]
                    break
        waiting.insert(0, i)
    return found


def tree(rows: Sequence[Vector], total: Vector, may_hold: Sequence[bool]) -> dict[int, list[int]] | None:
    """For each row over others its direct parts, by index; None when no reading makes the total.

    ``may_hold`` says whether a row's words allow it to stand over others.
    """
    lead = max(range(len(total)), key=lambda column: abs(total[column] or Decimal(0)), default=None)
    if lead is None:
        return None
    values = [row[lead] or Decimal(0) for row in rows]
    target = total[lead] or Decimal(0)
    if adds_up([target], [[value] for value in values]):
        found: dict[int, list[int]] | None = {}
        top = list(range(len(rows)))
    else:
        forest = _Forest(values, target, may_hold, exact=True)
        if forest.found is None:
            forest = _Forest(values, target, may_hold, exact=False)
        found, top = forest.found, forest.top
    if found is None:
        return None
    wholes = [(total, top), *((rows[i], parts) for i, parts in found.items())]
    return found if all(adds_up(whole, [rows[part] for part in parts]) for whole, parts in wholes) else None


class _Forest:
    """Rows in reading order, each followed by its parts, if it has any.

    A way through the rows costs one for each row read as a leaf that could stand over what follows; of the
    sums that can be left before a row, only the cheapest are followed. Sums that are only off by the rounding
    of their parts count where ``exact`` is not asked.
    """

    def __init__(
        self, values: Sequence[Decimal], target: Decimal, may_hold: Sequence[bool], *, exact: bool
    ) -> None:
        self._exact = exact
        finest = min((int(value.as_tuple().exponent) for value in [*values, target] if value), default=0)
        self._values = [int(value.scaleb(-finest)) for value in values]
        goal, size = int(target.scaleb(-finest)), len(values)
        self._ends: list[list[int]] = [[] for _ in values]  # where the row after a row and its parts can stand
        self._left = MOST_STEPS
        for i in range(size - 1, -1, -1):
            ends = self._reach(i + 1, self._values[i]) if may_hold[i] and self._values[i] > 0 else []
            self._ends[i] = [*sorted(ends), i + 1]
        self.found: dict[int, list[int]] | None = None
        self.top: list[int] = []
        if size in self._reach(0, goal) and self._left > 0:
            self.found = {}
            self.top = self._walk(0, goal, size, self.found)

    def _steps(self, start: int, target: int, last: int) -> dict[int, dict[int, int]]:
        """What can be left of the target before each row, with its cost, when siblings follow from ``start``."""
        left: dict[int, dict[int, int]] = {start: {target: 0}}
        for i in range(start, last):
            rests = left.get(i)
            if not rests or self._left <= 0:
                continue
            if len(rests) > MOST_SUMS:
                rests = left[i] = dict(sorted(rests.items(), key=lambda item: item[1])[:MOST_SUMS])
            value, ends, least = self._values[i], self._ends[i], -self._slack(i - start + 1)
            for rest, cost in rests.items():
                after = rest - value
                if after < least:
                    continue
                self._left -= len(ends)
                for end in ends:
                    dearer = cost + (end == i + 1 and len(ends) > 1)
                    known = left.setdefault(end, {})
                    if known.get(after, dearer) >= dearer:
                        known[after] = dearer
        return left

    def _reach(self, start: int, target: int) -> list[int]:
        """The rows before which siblings from ``start`` on make the target."""
        left = self._steps(start, target, len(self._values))
        return [
            i for i, rests in left.items() if i > start and any(self._is_zero(rest, i - start) for rest in rests)
        ]

    def _walk(self, start: int, target: int, last: int, found: dict[int, list[int]]) -> list[int]:
        """The cheapest way from ``start`` to ``last`` to the target; fills ``found`` and returns the siblings."""
        good = self._leading(self._steps(start, target, last), start, last)
        siblings, i, rest = [], start, target
        while i < last:
            rest -= self._values[i]
            ends = [end for end in self._ends[i] if (end, rest) in good]
            end = min(ends, key=lambda end: self._cost(good, i, end, rest))
            siblings.append(i)
            if end > i + 1:
                found[i] = self._walk(i + 1, self._values[i], end, found)
            i = end
        return siblings

    def _leading(self, left: dict[int, dict[int, int]], start: int, last: int) -> dict[tuple[int, int], int]:
        """Of all steps those from which ``last`` is reached with nothing left, and at what cost."""
        good = {(last, rest): 0 for rest in left.get(last, ()) if self._is_zero(rest, last - start)}
        for i in range(last - 1, start - 1, -1):
            for rest in left.get(i, ()):
                after = rest - self._values[i]
                costs = [self._cost(good, i, end, after) for end in self._ends[i] if (end, after) in good]
                if costs:
                    good[i, rest] = min(costs)
        return good

    def _cost(self, good: dict[tuple[int, int], int], i: int, end: int, rest: int) -> int:
        return good[end, rest] + (end == i + 1 and len(self._ends[i]) > 1)

    def _slack(self, addends: int) -> int:
        """By how much a sum of so many addends may be off."""
        return 0 if self._exact else (addends + 1) // 2

    def _is_zero(self, rest: int, addends: int) -> bool:
        return abs(rest) <= self._slack(addends)
