"""A parsed document laid open for the checks: facts by what they mean and by where they stand."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import TypeVar, cast

from datapackages.model import Fact, ParsedDocument, Table

Grid = Mapping[int, Mapping[int, Fact]]  # row → column → fact
T = TypeVar("T")
DECIMALS = re.compile(r"\.(\d+)")


class Book:
    """The tables and facts of one document, indexed once and read by every rule."""

    def __init__(self, parsed: ParsedDocument) -> None:
        self.parsed = parsed
        self.document = parsed.document
        self.facts = parsed.facts
        self._made: dict[object, object] = {}

    def once(self, make: Callable[[Book], T]) -> T:
        """What a function makes of this book; it is called for the first rule that asks."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(T, self._made[make])

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Table id → table, in printed order."""
        return {table.table_id: table for table in self.parsed.tables}

    @cached_property
    def by_id(self) -> Mapping[str, Fact]:
        """Fact id → fact."""
        return {fact.fact_id: fact for fact in self.facts}

    @cached_property
    def grids(self) -> Mapping[str, Grid]:
        """Table id → row → column → fact, rows and columns in order; tables without facts are not in it."""
        found: dict[str, dict[int, dict[int, Fact]]] = defaultdict(lambda: defaultdict(dict))
        for fact in sorted(self.facts, key=lambda fact: (fact.row, fact.column)):
            found[fact.table_id][fact.row][fact.column] = fact
        return found

    @cached_property
    def _by_canonical(self) -> Mapping[str, list[Fact]]:
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            found[fact.canonical].append(fact)
        return found

    def tables_of(self, *canonicals: str) -> list[Table]:
        """The lists of these forms, in printed order."""
        return [table for table in self.parsed.tables if table.canonical in canonicals]

    def find(self, canonical: str, where: Callable[[Fact], bool] | None = None, **wanted: object) -> list[Fact]:
        """Facts of a form whose fields have the wanted values; a tuple of values stands for any of them."""
        choices = {name: value if isinstance(value, tuple) else (value,) for name, value in wanted.items()}
        return [
            fact
            for fact in self._by_canonical.get(canonical, [])
            if all(getattr(fact, name) in values for name, values in choices.items())
            and (where is None or where(fact))
        ]

    def own_year(self, fact: Fact) -> bool:
        """Whether a figure is for the document's own year."""
        return fact.fiscal_year in (None, self.document.fiscal_year)

    def step(self, fact: Fact) -> Decimal:
        """One of the last decimal printed anywhere in the fact's column, in the printed unit."""
        return Decimal(1).scaleb(-self._decimals.get((fact.table_id, fact.column), 0))

    @cached_property
    def _decimals(self) -> Mapping[tuple[str, int], int]:
        found: dict[tuple[str, int], int] = defaultdict(int)
        for fact in self.facts:
            at = fact.table_id, fact.column
            found[at] = max(found[at], decimals(fact.amount_text))
        return found

    def columns(self, table: Table) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Number (from 1) and header path of each column."""
        for number, label in enumerate(table.columns, start=1):
            yield number, tuple(label.split("/"))


def decimals(text: str) -> int:
    """How many decimals a figure is printed with."""
    match = DECIMALS.search(unicodedata.normalize("NFKC", text))
    return len(match[1]) if match else 0
