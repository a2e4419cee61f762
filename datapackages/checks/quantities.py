"""What a figure is of, whatever form it is printed in, and which figures of a document are of the same.

A quantity is whose money it is, the year and the version of the figure, its direction, flow, fund and type of
expenditure, and the classes or the item of its row. Where a document proves by its own totals that there is one
fund only, or no balance of last year, figures that differ in nothing but that are of the same quantity too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from datapackages.checks.book import Book
from datapackages.checks.data_files import loaded
from datapackages.codes import fold
from datapackages.model import Fact, Table

FISCAL = ("general_public", "government_fund", "state_capital", "fiscal")
WHOLE = ("total", "repeat")


class Quantity(NamedTuple):
    """What a figure is of. ``body`` is "" for the body whose document it is."""

    body: str
    fiscal_year: int | None
    phase: str
    direction: str
    flow: str
    fund: str
    expenditure_type: str
    function_code: str
    economic: str
    government: str
    item: str

    @property
    def is_line(self) -> bool:
        """Whether it is a line of a classification, not the money of a body as a whole."""
        return bool(self.function_code or self.economic or self.government)


class Proof(NamedTuple):
    """What the totals of a document prove of its money: of all funds, or of fiscal appropriation."""

    one_fund: bool  # nothing but general public budget
    one_flow: bool  # no balance of last year


def forms() -> Mapping[str, Any]:
    """The lists of ``between.yaml``."""
    return loaded("between")


class Quantities:
    """The quantities of one document."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._own = _body(book.document.unit_name)
        self._totalled = {fact.table_id for fact in book.facts if fact.row_role == "total"}
        self._row_bodies: dict[str, set[str]] = defaultdict(set)
        for fact in book.facts:
            if fact.row_unit_name:
                self._row_bodies[fact.table_id].add(_body(fact.row_unit_name))

    @cached_property
    def _partial(self) -> set[str]:
        """Lists that hold a part of what their form usually holds."""
        tables = self._book.parsed.tables
        return {table.table_id for table in tables if re.search(forms()["partial_title"], fold(table.title))}

    @cached_property
    def bodies(self) -> Mapping[str, str]:
        """Table id → whose it is, in a file of several units; of one body all tables are its own ("")."""
        if not _tells_of_several(self._book.parsed.tables):
            return {}
        runs = _runs(self._book.parsed.tables)
        return {table.table_id: f"{run} {_body(table.unit_name)}" for table, run in runs}

    @cached_property
    def strict(self) -> Mapping[Quantity, list[Fact]]:
        """Quantity → the figures that are printed of it."""
        return _grouped((self.of(fact), fact) for fact in self._book.facts)

    @cached_property
    def proved(self) -> Mapping[Quantity, list[Fact]]:
        """The same after what the document proves: one fund counts as all, the year's money as the whole."""
        return _grouped((self.simplest(key), fact) for key, facts in self.strict.items() for fact in facts)

    @cached_property
    def proofs(self) -> Mapping[tuple[str, int | None, str], Mapping[str, Proof]]:
        """Body, year and phase → scope (total, fiscal) → what its own totals prove of it."""
        found: dict[tuple[str, int | None, str], dict[str, Proof]] = defaultdict(dict)
        for body, year, phase in {key[:3] for key in self.strict}:
            for scope in ("total", "fiscal"):
                found[body, year, phase][scope] = self._proof(body, year, phase, scope)
        return found

    def of(self, fact: Fact) -> Quantity | None:
        """What a figure is of, or None where its row or its form leaves that open."""
        if not self._is_plain(fact):
            return None
        own_row = bool(fact.row_unit_name) and fold(fact.name) == fold(fact.row_unit_name)
        coded = bool(fact.function_code or fact.econ_dept_code or fact.econ_gov_code)
        if not (coded or fact.item or fact.row_role in WHOLE or own_row):
            return None
        return Quantity(
            self._body_of(fact), fact.fiscal_year, fact.phase, fact.direction, fact.flow, fact.fund,
            fact.expenditure_type, fact.function_code, fact.econ_dept_code,
            fact.econ_gov_code, _item(fact.item),
        )  # fmt: skip

    def simplest(self, key: Quantity) -> Quantity:
        """The quantity after what the document proves."""
        proofs = self.proofs.get(key[:3], {})
        for scope, funds in (("fiscal", FISCAL), ("total", (*FISCAL, "total"))):
            proof = proofs.get(scope, Proof(False, False))
            if key.fund in funds:
                one = proof.one_fund and key.fund in ("general_public", "fiscal", scope)
                key = key._replace(fund="general_public" if one else key.fund)
                key = key._replace(flow="current" if proof.one_flow and key.flow == "all" else key.flow)
        return key

    def has_no_balance(self, key: Quantity) -> bool:
        """Whether the document proves that the money of a quantity holds no balance of last year."""
        return self.simplest(key._replace(flow="all")).flow == "current"

    def balances(self, body: str) -> list[Fact]:
        """The printed balances of last year of a body, as a whole or of one fund."""
        return [
            fact
            for key, facts in self.strict.items()
            if key.body == body and key.flow == "opening" and not key.is_line
            for fact in facts
            if fact.amount
        ]

    def _is_plain(self, fact: Fact) -> bool:
        repeats = fact.row_role == "repeat" and fact.table_id in self._totalled
        return (
            fact.canonical in forms()["forms"]
            and fact.table_id not in self._partial
            and fact.measure == "amount"
            and fact.amount is not None
            and "of_which" not in (fact.row_role, fact.column_role)
            and not (fact.project_name or repeats)
            and (fact.code_basis != "carried_down" or bool(fact.code_text))
        )

    def _body_of(self, fact: Fact) -> str:
        row = _body(fact.row_unit_name)
        table = self._book.tables[fact.table_id]
        own = self.bodies.get(table.table_id, "")
        of_table = row in (self._own, _body(table.unit_name)) and self._is_of_whole(fact)
        return own if not row or of_table else f"{own}/{row}"

    def _is_of_whole(self, fact: Fact) -> bool:
        """Whether a row under the name of the body itself is of all of it, not of the body beside its units."""
        if len(self._row_bodies[fact.table_id]) < 2 or fact.row_role in WHOLE:
            return True
        coded = fact.function_code or fact.econ_dept_code or fact.econ_gov_code
        return not coded and fact.row_role == "subtotal" and fact.table_id not in self._totalled

    def _proof(self, body: str, year: int | None, phase: str, scope: str) -> Proof:
        """From every list that prints the whole and its parts; one list that says otherwise disproves."""
        forms_of = ("overall", "income") if scope == "total" else ("fiscal_overall",)
        whole = Quantity(body, year, phase, "revenue", "all", scope, "", "", "", "", "")
        seen = [self._list_proof(form, whole) for form in forms_of]
        said = [[flags[which] for flags in seen if flags[which] is not None] for which in (0, 1)]
        return Proof(*(bool(flags) and all(flags) for flags in said))

    def _list_proof(self, form: str, whole: Quantity) -> tuple[bool | None, bool | None]:
        """What one list says of one fund and of one flow, None where it prints too little to say."""
        total = self._amount(form, whole)
        if not total:
            return None, None
        current = self._amount(form, whole._replace(flow="current"))
        general = self._amount(form, whole._replace(flow="current", fund="general_public"))
        brought = self._amount(form, whole._replace(flow="opening", fund="general_public"))
        one_fund = None if general is None else total in (general, general + (brought or 0))
        one_flow = None if current is None and general is None else total in (current, general)
        return one_fund, one_flow

    def _amount(self, form: str, key: Quantity) -> Decimal | None:
        types = ("not_stated", "total", "")
        found = {
            fact.amount
            for kind in types
            for fact in self.strict.get(key._replace(expenditure_type=kind), [])
            if fact.canonical == form
        }
        return found.pop() if len(found) == 1 else None


def quantities(book: Book) -> Quantities:
    """The quantities of a document, worked out once for all rules."""
    return book.once(Quantities)


def _item(item: str) -> str:
    return "" if item in forms()["plain_items"] or item.startswith("function_") else item


def _body(name: str) -> str:
    return fold(name).removesuffix(forms()["name_ending"])


def _tells_of_several(tables: Iterable[Table]) -> bool:
    """Whether one form is printed under several names, or the overall table more than once."""
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    overall = 0
    for table in tables:
        overall += _is_overall(table)
        if table.unit_name and table.canonical in forms()["forms"]:
            names[table.canonical, table.block].add(_body(table.unit_name))
    return overall > 1 or any(len(some) > 1 for some in names.values())


def _is_overall(table: Table) -> bool:
    return (table.canonical, table.block) == ("overall", "revenue")


def _runs(tables: Iterable[Table]) -> list[tuple[Table, int]]:
    """Tables with the number of the run of tables of one unit they stand in.

    A run ends where another unit is named or a second overall table begins: two units may share a name.
    """
    found, run, last, begun = [], 0, "", False
    for table in tables:
        name = _body(table.unit_name) or last
        first = _is_overall(table)
        if name != last or (first and begun):
            run, begun = run + 1, False
        last, begun = name, begun or first
        found.append((table, run))
    return found


def _grouped(pairs: Iterable[tuple[Quantity | None, Fact]]) -> dict[Quantity, list[Fact]]:
    found: dict[Quantity, list[Fact]] = defaultdict(list)
    for key, fact in pairs:
        if key is not None:
            found[key].append(fact)
    return found
