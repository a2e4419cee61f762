"""One table of a form: where its words come from and how its amounts are summed and printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import yaml
from generator.city import DATA
from generator.figures import SOURCES, Accounts, Line
from generator.grid import Listing, Row

Spec = dict[str, Any]
Filled = tuple[list[Listing], bool]  # the lists of one table, and whether they hold no figure


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One table of a form about to be filled: the accounts, the table's own words, the form's style below them."""

    accounts: Accounts
    words: Spec

    def say(self, name: str, default: Any = "") -> Any:
        return self.words.get(name, default)

    def text(self, template: str) -> str:
        return template.format(
            year=self.accounts.year,
            last=self.accounts.year - 1,
            name=self.accounts.name,
            money=self.say("money"),
            n=self.say("number", 0),
        )

    def money(self, yuan: int) -> str:
        """The amount as this table prints it."""
        if not yuan:
            return str(self.say("zero"))
        comma = "," if self.say("separators") else ""
        return f"{yuan:{comma}}" if self.say("money") == "元" else f"{Decimal(yuan) / 10_000:{comma}.2f}"

    def amount(self, column: Spec, row: Spec, function: str = "") -> int:
        """The sum of the lines that the table, the row and the column agree on."""
        parts = (self.say("source", "all"), row.get("source", "all"), column.get("source", "all"))
        wanted = frozenset.intersection(*(SOURCES[part] for part in parts))
        flow = column.get("of") or row.get("of") or self.say("of", "expenditure")
        lines: Iterable[Line] = self.accounts.flow(flow)
        nature = column.get("nature", "total")
        return sum(
            line.of(nature) for line in lines if line.source in wanted and line.function.startswith(function)
        )


@cache
def form(name: str) -> Spec:
    """One form by name: plain, columns, brackets, levels, own_level or final."""
    parsed: Spec = yaml.safe_load((DATA / "forms" / f"{name}.yaml").read_text(encoding="utf-8"))
    return parsed


def columns(sheet: Sheet) -> Row:
    """Paths of the leading columns and of those with figures."""
    return (*sheet.say("heads", ()), *(sheet.text(column["path"]) for column in sheet.say("columns")))


def _total_row(sheet: Sheet, label: str, values: Row, heads: int) -> Row:
    if sheet.say("total_cell") == "name":
        named = [path.endswith("名称") for path in sheet.say("heads")]
        place = named.index(True) if True in named else heads - 1
        return (*[""] * place, label, *[""] * (heads - 1 - place), *values)
    return (label, *[""] * (heads - 1), *values)


def with_total(sheet: Sheet, rows: list[Row], values: Row) -> Filled:
    """Rows with the 合计 before or after them; a table without a row keeps an unfilled 合计."""
    heads = len(sheet.say("heads"))
    unfilled = tuple(sheet.say("zero") for _ in values)
    total = _total_row(sheet, "合计", values if rows else unfilled, heads)
    ordered = [*rows, total] if sheet.say("total") == "last" else [total, *rows]
    merged = heads if sheet.say("total_cell") == "merged" else 0
    return [Listing(columns=columns(sheet), rows=tuple(ordered), merged=merged)], not rows


def any_amount(sheet: Sheet, columns: list[Spec], function: str) -> bool:
    """Whether any of the columns has money under the function."""
    return any(sheet.amount(column, {}, function) for column in columns)
