"""The classifications of a row: codes as printed, joined, carried down, or looked up by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from datapackages.codes import Classification, classifications
from datapackages.model import Cell, Table
from parsers.columns import Column
from parsers.text import REPEATED, fold, fold_keep
from parsers.vocabulary import meaning, other_names, words

CODE_NAME = re.compile(r"^[\[(]?(?P<code>\d{3,9})(?P<mark>[\])]?[-—_]?)(?P<name>[^\d.,\-—].*)$")
CODE_LENGTHS = (3, 5, 7)
SCHEME = {"2": "functional", "3": "economic_department", "5": "economic_government"}
FUNCTIONAL_FORMS = (
    "income", "expenditure", "general_function", "basic_function", "fiscal_function", "fund", "state_capital"
)  # fmt: skip
Runs = list[tuple[list[Column], Column | None]]
RUNNING = 2  # so many names of other codes in one list show that its codes are numbers running on


@dataclass(slots=True, kw_only=True)
class Coded:
    """One classification of a row."""

    scheme: str
    code: str  # in the classification; "" where the row has none in it
    name: str
    text: str  # as printed
    basis: str  # printed, carried_down, looked_up, unknown
    order: str = ""  # the code by which the list is ordered, right or wrong


def read_codes(cells: Sequence[Cell], runs: Runs, carried: dict[int, str]) -> list[Coded]:
    """Codes of a row: each run of code columns, joined, with the name that follows it.

    ``carried`` holds the levels printed in the rows above, by column, and is brought up to date.
    """
    out: list[Coded] = []
    for run, name_column in runs:
        parts = [fold(cells[column.index].text) for column in run]
        name = cells[name_column.index].text if name_column else ""
        if name_column and not any(parts) and (match := CODE_NAME.match(fold(name))):
            if match["mark"] or SCHEME.get(match["code"][0]) and len(match["code"]) in CODE_LENGTHS:
                printed = fold_keep(name, match.start("name"))
                out += _coded(match["code"], printed, match["code"], "printed")
        elif any(part.isdigit() for part in parts):
            code, basis = _joined(run, parts, carried)
            out += _coded(code, name, "".join(parts), basis)
    return out


def code_columns(columns: Sequence[Column]) -> Runs:
    """Runs of code columns with the name column behind each; name columns without codes stand alone."""
    out: Runs = []
    run: list[Column] = []
    for column in columns:
        if column.kind == "code":
            if run and not _goes_on(run[-1], column):
                out.append((run, None))
                run = []
            run.append(column)
        elif column.kind == "name" or run:
            out.append((run, column if column.kind == "name" else None))
            run = []
    return [*out, (run, None)] if run else out


def _goes_on(before: Column, column: Column) -> bool:
    """Whether a column is the next level of the code before it: 类, 款, 项 under one heading."""
    if before.path[:-1] != column.path[:-1]:
        return False
    levels = words()["code_level"]
    places = [match.start(1) for match in map(levels.search, (before.label, column.label)) if match]
    named = [fold(one.path[-1]) for one in (before, column)]
    return len(places) == 2 and named[0] != named[1]


def _joined(run: Sequence[Column], parts: Sequence[str], carried: dict[int, str]) -> tuple[str, str]:
    """The full code of 类, 款 and 项 in columns of their own.

    Some forms print in each row only its own level (205, then 08, then 03); the levels above are carried
    down from the rows before.
    """
    if len(run) == 1:
        return parts[0], "printed"
    deepest = max(i for i, part in enumerate(parts) if part)
    basis = "printed"
    whole = []
    for i, column in enumerate(run[: deepest + 1]):
        if parts[i]:
            carried[column.index] = parts[i]
            for later in run[i + 1 :]:
                carried.pop(later.index, None)
        elif column.index in carried:
            basis = "carried_down"
        whole.append(parts[i] or carried.get(column.index, ""))
    return "".join(whole), basis


def _coded(code: str, name: str, text: str, basis: str) -> list[Coded]:
    return [Coded(scheme=SCHEME.get(code[:1], ""), code=code, name=name, text=text, basis=basis, order=code)]


def look_up(codes: list[Coded], name: str, table: Table, parents: dict[str, str]) -> list[Coded]:
    """Settle the codes of a row against its name; find the code of a name that prints none.

    ``parents`` holds the last code of each scheme, inside which names are looked for, and is brought up to date.
    """
    own = scheme(table)
    settled = []
    for coded in codes:
        coded.scheme = coded.scheme or own
        if coded.scheme:
            _settle(coded, coded.name or name, parents)
            parents[coded.scheme] = coded.code or parents.get(coded.scheme, "")
            settled.append(coded)
    if settled or not name or not own or meaning("total", fold(name)):
        return settled
    found = resolve(own, name, parents.get(own, ""))
    if not found:
        return []
    parents[own] = found.code
    return [Coded(scheme=own, code=found.code, name=found.name, text="", basis="looked_up", order=found.code)]


def _settle(coded: Coded, name: str, parents: dict[str, str]) -> None:
    """A code that no classification can have, or that stands before the name of another, is resolved by name."""
    known = classifications().get(coded.scheme, coded.code)
    if known and (not known.name or not name or _same(known, name)):
        return
    possible = SCHEME.get(coded.code[:1]) == coded.scheme and len(coded.code) in CODE_LENGTHS
    if possible and len(coded.code) == 7 and coded.scheme != "functional":
        return  # places divide the 款 further: 3021101 差旅费 (Beijing), 3010201 规范性津补贴 (Chongqing)
    around = [coded.code[:length] for length in (5, 3)] if possible else [parents.get(coded.scheme, "")]
    size = len(coded.code) if possible else 0
    found = next((entry for parent in around if (entry := _only_below(coded.scheme, name, parent, size))), None)
    if found is None and not possible:
        found = resolve(coded.scheme, name, parents.get(coded.scheme, ""))
    if found:
        coded.code, coded.basis = found.code, "looked_up"
        coded.order = coded.order if possible else found.code
    elif not possible:
        coded.basis = "unknown"


def _same(known: Classification, name: str) -> bool:
    """Whether a printed name means the entry: it may be cut off, or one that the entry has or had."""
    plain, official = bare(name), fold(known.name)
    return (
        plain == official
        or official.startswith(plain)
        or plain in official
        or official in plain
        or known in _named(known.scheme, plain)
    )


def _only_below(scheme: str, name: str, parent: str, size: int) -> Classification | None:
    """The only entry of that exact name right below another, of as many digits as are printed (0: any)."""
    if not parent or not name:
        return None
    found = [e for e in _named(scheme, bare(name)) if e.parent == parent and size in (0, len(e.code))]
    return found[0] if len(found) == 1 else None


def unsettle_running(rows: Iterable[list[Coded]]) -> None:
    """Where codes of a list are numbers running on, a code before a name of no entry says nothing.

    A list counts as running when several of its names belong to other codes of the same 类 (Putuo: 30202 咨询费,
    30203 水费); what is printed stays as ``text``.
    """
    coded = [one for codes in rows for one in codes if len(one.order) == 5]
    if sum(one.basis == "looked_up" and one.text == one.order for one in coded) < RUNNING:
        return
    for one in coded:
        known = classifications().get(one.scheme, one.code)
        if one.basis == "printed" and known and known.name and one.name and not _same(known, one.name):
            one.code, one.basis = "", "unknown"


def scheme(table: Table) -> str:
    """The classification that a list of names without codes follows, by its form."""
    name = table.canonical
    if table.block in ("revenue", "expenditure_use"):
        return ""
    if table.block == "economic_government":
        return "economic_government"
    if "economic" in name or table.block == "economic":
        return "economic_department"
    return "functional" if name.endswith("overall") or name in FUNCTIONAL_FORMS else ""


def resolve(scheme: str, name: str, context: str) -> Classification | None:
    """The entry of a printed name: below the row before, beside it, or a 类 of that name.

    行政运行 stands under dozens of 款, so a name alone decides only where it is the only one of its level.
    """
    named = _named(scheme, bare(name))
    levels = [context[:length] for length in (7, 5, 3) if len(context) >= length]
    for parent in levels:
        if found := [entry for entry in named if entry.parent == parent]:
            return found[0]
    if top := [entry for entry in named if entry.level == 1]:
        return top[0]
    below = [entry for entry in named if context and entry.code.startswith(context[:3])]
    return below[0] if len(below) == 1 else None


def _named(scheme: str, plain: str) -> list[Classification]:
    """The entries of a folded name, its other names included."""
    found = classifications().find(scheme, plain)
    others = [classifications().get(scheme, code) for code in other_names().get((scheme, plain), ())]
    return [*found, *(entry for entry in others if entry and entry not in found)]


@lru_cache(REPEATED)
def bare(name: str) -> str:
    """A line's name without its number: 「八、社会保障和就业支出」 -> 「社会保障和就业支出」."""
    return words()["numbering"].sub("", fold(name))
