"""Which columns are sums of others: by their names, settled by the figures where names leave it open.

A total column spans the list; one that leaves columns of the list out (三公 beside 会议费, 本年收入 beside
上年结转) is a subtotal, and nothing printed sums the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from datapackages.model import Cell
from parsers import amounts
from parsers.text import fold
from parsers.vocabulary import meaning

if TYPE_CHECKING:
    from parsers.columns import Column

Figures = dict[int, list[Decimal | None]]  # of each column, row by row
MISPRINTS = 0.02  # of the rows in which a total column may differ from its parts
BESIDE = ("meetings", "training", "operating")  # what forms of the three public expenses print beside them


def set_column_roles(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[Column]:
    """The same columns with ``role``; those of another year, phase or measure are no parts of a sum."""
    roles: dict[int, str] = {}
    items: dict[int, str] = {}
    amount = [column for column in columns if column.kind == "amount"]
    figures = {c.index: [amounts.read(row[c.index].text) for row in rows] for c in amount}
    for own in _shares(amount):
        settled = _Settled(own, figures)
        roles |= settled.roles
        items |= settled.items
    return [
        replace(c, role=roles[c.index], item=items.get(c.index, c.item)) if c.index in roles else c for c in columns
    ]


def _shares(amount: Sequence[Column]) -> list[list[Column]]:
    """Columns of one year, phase and measure; where funds stand under each item, those of one fund."""
    tails = {tail for column in amount if (tail := _tail(column.path))}
    shares: dict[tuple[object, ...], list[Column]] = {}
    for column in amount:
        tail = next((tail for tail in tails if column.path[-len(tail) :] == tail), ())
        shares.setdefault((column.fiscal_year, column.measure, column.phase, tail), []).append(column)
    return list(shares.values())


def _tail(path: tuple[str, ...]) -> tuple[str, ...]:
    """What stands under the last total of a header path: 总计/一般公共预算 (Shenzhen), 合计/决算数."""
    last = max((i for i, part in enumerate(path) if meaning("total", fold(part))), default=len(path))
    return path[last + 1 :]


class _Settled:
    """The roles of columns of one share."""

    def __init__(self, own: Sequence[Column], figures: Figures) -> None:
        self._own, self._figures = own, figures
        self.roles = {c.index: "of_which" for c in own if any(meaning("of_which", fold(part)) for part in c.path)}
        self.items: dict[int, str] = {}
        tails = {_tail(c.path) for c in own} - {()}
        self._stems = {c.index: _stem(c.path, tails) for c in own}
        self._parts: dict[int, list[Column]] = {}
        totals = [c for c in own if c.index not in self.roles and self._is_total(c)]
        for total in sorted(totals, key=lambda c: (-len(c.path), -c.index)):
            self._settle(total, totals)
        self._spanning()

    def _is_total(self, column: Column) -> bool:
        stem = self._stems[column.index]
        return bool(stem) and meaning("total", fold(stem[-1]))

    def _settle(self, total: Column, totals: Sequence[Column]) -> None:
        over = self._stems[total.index][:-1]
        under = [c for c in self._own if self._stems[c.index][: len(over)] == over and c.index != total.index]
        if total.item == "three_public":
            under = [c for c in under if c.item not in BESIDE]
        parts = [c for c in under if self.roles.get(c.index, "leaf") == "leaf"]
        named = [c for c in under if self.roles.get(c.index) == "of_which" and not _is_deducted(c)]
        found = _parts(total, parts, named, self._figures)
        for column in found:
            self.roles[column.index] = "leaf"
        if found:
            top = len(total.path) == min(len(c.path) for c in totals)
            self.roles[total.index] = "total" if top else "subtotal"
            self._parts[total.index] = found

    def _spanning(self) -> None:
        """A total that leaves leaves out is a subtotal; one over 三公 and 会议费 is an item of its own."""
        leaves = {c.index for c in self._own if self.roles.get(c.index, "leaf") == "leaf"}
        for total, parts in self._parts.items():
            if self.roles[total] == "total" and leaves - {c.index for c in parts}:
                self.roles[total] = "subtotal"
            if any(c.item in BESIDE for c in parts):
                self.items[total] = "three_public_meetings_training_total"


def _stem(path: tuple[str, ...], tails: set[tuple[str, ...]]) -> tuple[str, ...]:
    """A header path without a last 预算数, which tells the phase and no part, and without the fund of its share."""
    for tail in tails:
        if path[-len(tail) :] == tail:
            return path[: -len(tail)]
    return path[:-1] if len(path) > 1 and meaning("phase_heading", fold(path[-1])) else path


def _is_deducted(column: Column) -> bool:
    return any(meaning("deducted", fold(part)) for part in column.path)


def _parts(total: Column, parts: list[Column], named: list[Column], figures: Figures) -> list[Column]:
    """The columns that a total column sums; those said to be 其中 count when only they complete it."""
    together = sorted([*parts, *named], key=lambda c: c.index)
    for choice in (parts, together, *_openings(total, parts)):
        if choice and _adds_up(total, choice, figures):
            return choice
    return parts


def _openings(total: Column, parts: list[Column]) -> list[list[Column]]:
    """Shorter and shorter runs of the columns right behind a total: 会议费 may stand beside 三公 in one form."""
    behind = [c for c in parts if c.index > total.index]
    return [behind[:count] for count in range(len(behind) - 1, 1, -1)]


def _adds_up(total: Column, parts: list[Column], figures: Figures) -> bool:
    checked = wrong = 0
    for whole, *row in zip(figures[total.index], *[figures[c.index] for c in parts], strict=True):
        if not whole:
            continue
        checked += 1
        gap = abs(whole - sum([part for part in row if part], Decimal(0)))
        wrong += gap > amounts.tolerance(whole, len(parts))
    return wrong <= MISPRINTS * checked
