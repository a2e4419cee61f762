"""How much of the meaning of columns and rows is right: facts against the typed meaning of real documents.

A question is one dimension of one column or of one row. It is answered right when every fact of that column
or row says one of the words that the meaning allows. What no figure stands in is not asked.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import parsers
from benchmarks.corpus import shared
from benchmarks.figures import Figure, at_least
from datapackages.model import Fact, ParsedDocument, Table
from parsers.text import fold

GOAL = 99.5
WORDS = Path(__file__).with_name("meaning_words.csv")
COLUMN = ("measure", "column_role", "fiscal_year", "stage", "phase")
BOTH = ("direction", "fund", "period", "expenditure_type")  # a row overrides its column
CODES = {
    "functional": "function_code",
    "economic_department": "econ_dept_code",
    "economic_government": "econ_gov_code",
}
BY_BLOCK = {"economic": "economic_department", "economic_government": "economic_government"}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the facts of a column or row say of one dimension, and what would be right."""

    place: str
    dimension: str
    said: frozenset[str]
    right: frozenset[str]

    @property
    def is_right(self) -> bool:
        return self.said <= self.right


def measure() -> Iterator[Figure]:
    """The share right of each dimension over all documents with typed meaning; every miss is printed."""
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for name, parsed in _parsed():
        for answer in answers(shared() / "real", name, parsed):
            asked[answer.dimension] += 1
            right[answer.dimension] += answer.is_right
            if not answer.is_right:
                print(f"{answer.place} {answer.dimension}: {_list(answer.said)}, not {_list(answer.right)}")
    for dimension in sorted(asked):
        yield at_least(f"{dimension} ({asked[dimension]})", 100 * right[dimension] / asked[dimension], GOAL, " %")
    yield at_least(f"all ({asked.total()})", 100 * right.total() / asked.total(), GOAL, " %", peer="none")


def _parsed() -> Iterator[tuple[str, ParsedDocument]]:
    folder = shared() / "real"
    names = sorted(path.stem for path in (folder / "meaning").glob("*.json"))
    for path, parsed in parsers.many([folder / "documents" / f"{name}.pdf" for name in names]):
        yield path.stem, parsed


def _list(words: Iterable[str]) -> str:
    return "|".join(sorted(words)) or "nothing"


def answers(folder: Path, name: str, parsed: ParsedDocument) -> Iterator[Answer]:
    """Every question that the typed meaning of one document answers.

    ``folder`` holds ``meaning`` and ``truth``; ``name`` is the stem of the document's file.
    """
    meant = json.loads((folder / "meaning" / f"{name}.json").read_text(encoding="utf-8"))
    truth = json.loads((folder / "truth" / f"{name}.json").read_text(encoding="utf-8"))
    facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in parsed.facts:
        facts[fact.table_id].append(fact)
    for meaning, typed in zip(meant["tables"], truth["tables"], strict=True):
        place = f"{name} {meaning['canonical']} {meaning['block']} p{meaning['pages'][0]}"
        table = _same(typed, parsed.tables)
        if table is None:
            yield Answer(place=place, dimension="table", said=frozenset(["missing"]), right=frozenset(["found"]))
            continue
        rows = _rows_by_place(typed["rows"], table)
        yield from _table(place, meaning, rows, facts[table.table_id])


def _same(typed: Mapping[str, Any], tables: Sequence[Table]) -> Table | None:
    own = (typed["canonical"], typed["block"], typed["pages"][0])
    return next((t for t in tables if (t.canonical, t.block, t.pages[0]) == own and t.rows), None)


def _rows_by_place(typed: Sequence[Sequence[str]], table: Table) -> dict[int, int]:
    """The typed row of each parsed row, both counted from 0."""
    wanted = ["|".join(fold(text) for text in row if text) for row in typed]
    found = ["|".join(fold(cell.text) for cell in row if cell.text) for row in table.rows]
    blocks = SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks()
    return {block.b + i: block.a + i for block in blocks for i in range(block.size)}


def _table(
    place: str, meaning: Mapping[str, Any], rows: Mapping[int, int], facts: Sequence[Fact]
) -> Iterator[Answer]:
    by_row: dict[int, list[Fact]] = defaultdict(list)
    by_column: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.row - 1 in rows:
            by_row[rows[fact.row - 1]].append(fact)
            by_column[fact.column - 1].append(fact)
    for index, column in enumerate(meaning["columns"]):
        if column["kind"] == "amount" and by_column[index]:
            said = [(fact, meaning["rows"][rows[fact.row - 1]]) for fact in by_column[index]]
            yield from _column(f"{place} [{column['label']}]", column, said)
        elif column["kind"] != "amount" and by_column[index]:
            here, kind = f"{place} [{column['label']}]", column["kind"]
            yield Answer(place=here, dimension="kind", said=frozenset(["amount"]), right=frozenset([kind]))
    names = _printed_codes(meaning["rows"])
    for index, row in enumerate(meaning["rows"]):
        if by_row[index]:
            here = f"{place} {index + 1} {row['printed'][:24]}"
            yield from _row(here, meaning, row, by_row[index], names)


def _column(
    place: str, column: Mapping[str, Any], said: Sequence[tuple[Fact, Mapping[str, Any]]]
) -> Iterator[Answer]:
    facts = [fact for fact, _ in said]
    for dimension in COLUMN:
        right = _allowed(column, dimension)
        if dimension == "measure" and column.get("is_change"):
            right = frozenset(["change"])
        yield _answer(place, dimension, facts, right)
    for dimension in BOTH:
        own = [fact for fact, row in said if dimension not in row]
        if column[dimension] != "by_row" and own:
            yield _answer(place, dimension, own, _allowed(column, dimension))
    if "item" in column:
        yield _answer(place, "item", facts, _allowed(column, "item"))


def _row(
    place: str, meaning: Mapping[str, Any], row: Mapping[str, Any], facts: Sequence[Fact], names: Mapping[str, str]
) -> Iterator[Answer]:
    yield _answer(place, "row_role", facts, _allowed(row, "role"))
    for dimension in BOTH:
        if dimension in row:
            yield _answer(place, dimension, facts, _allowed(row, dimension))
    yield from _codes(place, meaning, row, facts, names)


def _codes(
    place: str, meaning: Mapping[str, Any], row: Mapping[str, Any], facts: Sequence[Fact], names: Mapping[str, str]
) -> Iterator[Answer]:
    """Scheme, code, parent and second codes of a row."""
    scheme, code = row["scheme"], row["code"]
    if by_name := row.get("code_by_name"):
        scheme, code = BY_BLOCK.get(meaning["block"], "functional"), by_name
    yield Answer(place=place, dimension="scheme", said=_schemes(facts, scheme), right=frozenset([scheme]))
    if scheme in CODES:
        yield _named(place, "code", facts, CODES[scheme], code)
        if row["parent_code"] in names:
            said = frozenset(fact.row_path.split("/")[-2] if "/" in fact.row_path else "" for fact in facts)
            yield Answer(place=place, dimension="parent", said=said, right=frozenset([names[row["parent_code"]]]))
    elif scheme == "unit":
        yield _named(place, "code", facts, "row_unit_code", code)
    elif scheme == "project" and row.get("unit_code"):
        yield _named(place, "code", facts, "row_unit_code", row["unit_code"])
    for second in ("department", "government"):
        if f"code_{second}" in row:
            yield _named(place, "second code", facts, CODES[f"economic_{second}"], row[f"code_{second}"])


def _schemes(facts: Sequence[Fact], wanted: str) -> frozenset[str]:
    """The wanted scheme where the facts carry it, else the one that they carry instead."""
    return frozenset(wanted if wanted in (found := _carried(fact)) else next(iter(found)) for fact in facts)


def _carried(fact: Fact) -> list[str]:
    found = [scheme for scheme, field in CODES.items() if getattr(fact, field)]
    if fact.item and not fact.item.startswith("function_"):
        found += ["line", "three_public"]
    if fact.row_unit_code or fact.row_unit_name:
        found.append("unit")
    if fact.project_name:
        found.append("project")
    if not found or fact.item.startswith("procurement") or fact.row_role == "total":
        found += ["none", "line"]  # a line that is nothing but its name
    return found


def _printed_codes(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The printed names of codes that have one name in the list; a 类 printed twice is left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["code"] and row["scheme"] in CODES:
            found[row["code"]].add(row["printed"])
    return {code: next(iter(names)) for code, names in found.items() if len(names) == 1}


def _answer(place: str, dimension: str, facts: Sequence[Fact], right: frozenset[str]) -> Answer:
    field = {"period": "flow"}.get(dimension, dimension)
    said = frozenset(str(getattr(fact, field)) for fact in facts)
    return Answer(place=place, dimension=dimension, said=said, right=right)


def _named(place: str, dimension: str, facts: Sequence[Fact], field: str, right: str) -> Answer:
    said = frozenset(str(getattr(fact, field)) for fact in facts)
    return Answer(place=place, dimension=dimension, said=said, right=frozenset([right]))


def _allowed(meant: Mapping[str, Any], dimension: str) -> frozenset[str]:
    """The words of the contract for what is meant, its alternatives and the printed kind of fund."""
    found = [meant[dimension], *meant.get(f"{dimension}_alt", [])]
    if dimension == "fund":
        found += [meant["fund_kind"]] if "fund_kind" in meant else []
    words = _words()
    return frozenset(word for one in found for word in words.get((dimension, str(one)), [str(one)]))


def _words() -> dict[tuple[str, str], list[str]]:
    with WORDS.open(encoding="utf-8", newline="") as file:
        return {(row["dimension"], row["meant"]): row["words"].split("|") for row in csv.DictReader(file)}
