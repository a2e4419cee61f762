"""How much of the printed money is proved by a check, and whether a wrong digit would be found.

A figure is covered when an arithmetic or agreement check holds it against another printed figure. A mutation
changes one digit of one figure of a parsed table: replaced, dropped, doubled, or two neighbours swapped. The facts
of that table are then read again and all such checks are run: the change is found when a check fails that names
the figure and did not fail before, or when the reader raises an issue about it.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import parsers
from benchmarks.corpus import real_budgets, shared
from benchmarks.figures import Figure, at_least
from datapackages.checks import coverage, run
from datapackages.model import Fact, Outcome, ParsedDocument, Table
from parsers import amounts
from parsers.facts import read_facts

COUNT = 1000
DOCUMENTS = 30
SEED = 20261123
COVERED, FOUND = 90, 97  # goals, per cent
PROVING = ("arithmetic", "agreement")
SMALLEST = 3  # a change must be larger than so many tolerances
TRIES = 50  # of digits to change in one figure before another is drawn
KINDS = ("replaced", "dropped", "doubled", "swapped")


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One figure with another text."""

    fact: Fact
    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A document with what its checks say while nothing is changed."""

    name: str
    parsed: ParsedDocument
    outcomes: tuple[Outcome, ...]
    held: Counter[str]  # fact id → in how many proving checks

    @property
    def money(self) -> list[Fact]:
        """The figures that are amounts of money."""
        return [fact for fact in self.parsed.facts if fact.amount is not None]


def measure(count: int = COUNT) -> Iterator[Figure]:
    """Coverage and mutations over 30 real documents, as a whole and by table; what is not found is printed."""
    documents = [checked(name, parsed) for name, parsed in _parsed()]
    yield from _coverage(documents)
    yield from _mutations(documents, count)


def checked(name: str, parsed: ParsedDocument) -> Checked:
    """The document with the outcomes of its proving checks."""
    outcomes = run(parsed, PROVING)
    return Checked(name=name, parsed=parsed, outcomes=outcomes, held=coverage(outcomes))


def _parsed() -> Iterator[tuple[str, ParsedDocument]]:
    """The documents with typed truth first, then others by name."""
    typed = {path.stem for path in (shared() / "real" / "truth").glob("*.json")}
    paths = sorted(real_budgets(), key=lambda path: (path.stem not in typed, path.stem))
    for path, parsed in parsers.many(paths[:DOCUMENTS]):
        yield path.stem, parsed


def _coverage(documents: Sequence[Checked]) -> Iterator[Figure]:
    all_of: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for document in documents:
        for fact in document.money:
            all_of[fact.canonical] += 1
            covered[fact.canonical] += bool(document.held[fact.fact_id])
    what = f"amounts proved by a check ({covered.total()} of {all_of.total()})"
    yield at_least(what, 100 * covered.total() / all_of.total(), COVERED, " %", peer="none")
    yield from _by_table(covered, all_of)


def _mutations(documents: Sequence[Checked], count: int) -> Iterator[Figure]:
    """Each document in turn; a figure is drawn from all its amounts."""
    chance = random.Random(SEED)
    drawn: Counter[str] = Counter()
    proved: Counter[str] = Counter()
    detected: Counter[str] = Counter()
    for number in range(count):
        document = documents[number % len(documents)]
        mutation = draw(document, chance)
        table = mutation.fact.canonical
        drawn[table] += 1
        if not document.held[mutation.fact.fact_id]:
            continue
        proved[table] += 1
        if found(document, mutation):
            detected[table] += 1
        else:
            print(_told(document, mutation), flush=True)
    what = f"wrong digits found in what is proved ({detected.total()} of {proved.total()})"
    yield at_least(what, 100 * detected.total() / proved.total(), FOUND, " %", peer="none")
    yield from _by_table(detected, proved)
    share = f"{100 * detected.total() / drawn.total():.2f} %"
    yield Figure(what=f"wrong digits found in all amounts ({detected.total()} of {drawn.total()})", figure=share)


def _by_table(part: Mapping[str, int], whole: Mapping[str, int]) -> Iterator[Figure]:
    for table in sorted(whole, key=lambda table: -whole[table]):
        share = f"{100 * part[table] / whole[table]:.2f} %"
        yield Figure(what=f"  {table} ({part[table]} of {whole[table]})", figure=share)


def _told(document: Checked, mutation: Mutation) -> str:
    fact = mutation.fact
    place = f"{document.name} p{fact.page} {fact.canonical} {fact.row_path} [{fact.column_label}]"
    return f"not found: {place}: {fact.amount_text} {mutation.kind} {mutation.text}"


def draw(document: Checked, chance: random.Random) -> Mutation:
    """A figure of the document with a digit changed so that it stays a figure and differs enough to be told."""
    while True:
        fact = chance.choice(document.money)
        tolerance = _tolerance(document, fact)
        for _time in range(TRIES):
            kind = chance.choice(KINDS)
            text = mutated(fact.amount_text, kind, chance)
            value = amounts.read(text)
            if value is None or fact.amount is None:
                continue
            if abs(amounts.yuan(value, fact.money_unit) - fact.amount) > SMALLEST * tolerance:
                return Mutation(fact=fact, kind=kind, text=text)


def _tolerance(document: Checked, fact: Fact) -> Decimal:
    """The smallest tolerance of the checks that hold the figure, in yuan; without one, one of its last decimal."""
    factor = amounts.FACTOR[fact.money_unit]
    held = [
        Decimal(outcome.tolerance)
        for outcome in document.outcomes
        if outcome.tolerance and fact.fact_id in outcome.fact_ids
    ]
    return factor * min(held, default=Decimal(1).scaleb(-amounts.decimals(fact.amount_text)))


def mutated(text: str, kind: str, chance: random.Random) -> str:
    """The text with one digit replaced, dropped or doubled, or two neighbours swapped."""
    places = [at for at, letter in enumerate(text) if letter.isdigit()]
    at = chance.choice(places)
    if kind == "replaced":
        return text[:at] + chance.choice("0123456789".replace(text[at], "")) + text[at + 1 :]
    if kind == "swapped":
        later = next((place for place in places if place > at and text[place] != text[at]), at)
        letters = list(text)
        letters[at], letters[later] = letters[later], letters[at]
        return "".join(letters)
    digits = text[:at] + (text[at + 1 :] if kind == "dropped" else text[at] + text[at:])
    return digits.replace(",", "")  # groups of three would give away that a digit came or went


def found(document: Checked, mutation: Mutation) -> bool:
    """Whether a check or an issue tells the change."""
    changed, raised = applied(document.parsed, mutation)
    if raised:
        return True
    name = mutation.fact.fact_id
    before = _failing(document.outcomes, name)
    return bool(_failing(run(changed, PROVING), name) - before)


def _failing(outcomes: Sequence[Outcome], name: str) -> set[tuple[str, str]]:
    return {(one.rule, one.place) for one in outcomes if one.outcome == "fail" and name in one.fact_ids}


def applied(parsed: ParsedDocument, mutation: Mutation) -> tuple[ParsedDocument, bool]:
    """The document with the figure changed in its table, and whether reading it again raised an issue there."""
    own = mutation.fact.table_id
    table = _changed(next(table for table in parsed.tables if table.table_id == own), mutation)
    readings: dict[int, str] = defaultdict(lambda: "fast")
    readings.update({fact.page: fact.reading for fact in parsed.facts})
    read = list(read_facts(table, parsed.document, readings))
    facts = [one for one in read if isinstance(one, Fact)]
    others = [fact for fact in parsed.facts if fact.table_id != own]
    tables = tuple(table if one.table_id == own else one for one in parsed.tables)
    place = mutation.fact.row, mutation.fact.column
    raised = any(not isinstance(one, Fact) and (one.row, one.column) == place for one in read)
    return replace(parsed, tables=tables, facts=(*others, *facts)), raised


def _changed(table: Table, mutation: Mutation) -> Table:
    rows = [list(row) for row in table.rows]
    row, column = mutation.fact.row - 1, mutation.fact.column - 1
    rows[row][column] = replace(rows[row][column], text=mutation.text)
    return replace(table, rows=tuple(tuple(cells) for cells in rows))
