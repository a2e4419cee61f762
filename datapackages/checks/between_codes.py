"""Codes and classes across the tables of a document: names, both economic classifications, parts of wholes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from datapackages.checks.book import Book
from datapackages.checks.data_files import rows_of
from datapackages.checks.findings import Finding, Side, at_most, place_of, sum_of
from datapackages.checks.prose_terms import told
from datapackages.checks.quantities import Quantities, forms, quantities
from datapackages.checks.rules import rule
from datapackages.codes import fold
from datapackages.model import Fact, Statement

BASIC_FORMS = ("basic_economic", "fiscal_basic_economic")
THREE_PUBLIC = {"30212": "overseas_visits", "30217": "hospitality", "30231": "vehicle_operation"}
MEETINGS = {"30215": "meetings", "30216": "training"}


@rule("X8", "agreement")
def economic_classes(book: Book) -> Iterator[Finding]:
    """部门预算支出经济分类与政府预算支出经济分类的对应关系符合两套科目的对照。
    The departmental and the governmental economic class of a row belong together.
    """
    for fact in _rows(book):
        if not (fact.econ_dept_code and fact.econ_gov_code) or "unknown" in fact.code_basis:
            continue
        allowed = _crosswalk()[fact.econ_dept_code[:3]]
        fits = any(_comprises(code, fact.econ_gov_code) for code in allowed)
        if allowed:
            yield _told(
                "pass" if fits else "question",
                "classes",
                [fact],
                f"{fact.econ_dept_code} {fact.econ_dept_name}",
                f"{fact.econ_gov_code} {fact.econ_gov_name}",
            )


@rule("X16", "agreement")
def names_of_codes(book: Book) -> Iterator[Finding]:
    """同一科目编码在本文件各表中的名称相同。
    The same code has the same name in every table of the document.
    """
    by_code: dict[str, dict[str, Fact]] = defaultdict(dict)
    for fact in _rows(book):
        codes = _codes(fact)
        own = fact.code_text or fact.item == f"function_{fact.function_code}"
        if len(codes) == 1 and own and not fact.project_name:
            by_code[codes[0]].setdefault(fact.table_id, fact)
    for facts in by_code.values():
        if len(facts) > 1:
            yield _same_name(list(facts.values()))


@rule("X9", "agreement")
def three_public_in_basic(book: Book) -> Iterator[Finding]:
    """基本支出中的公务接待费、因公出国（境）费用、公务用车运行维护费，不超过“三公”经费表的同一项目。
    Hospitality, visits abroad and running of cars in basic expenditure are no more than in the three public table.
    """
    yield from _parts_of_items(book, THREE_PUBLIC)


@rule("X10", "agreement")
def meetings_in_basic(book: Book) -> Iterator[Finding]:
    """基本支出中的会议费、培训费，不超过另表印出的会议费、培训费。
    Meetings and training in basic expenditure are no more than what is printed for them elsewhere.
    """
    yield from _parts_of_items(book, MEETINGS)


@rule("X11", "agreement")
def operating_in_public(book: Book) -> Iterator[Finding]:
    """机关运行经费（只有行政单位和参公事业单位有）不超过一般公共预算基本支出中的公用经费。
    Operating expenses of the administration are no more than public expenses in basic expenditure.
    """
    public = [fact for fact in _totals(book, "public") if fact.canonical in (*BASIC_FORMS, "general_function")]
    if not public:
        return
    for side in _operating(book):
        yield _asked(at_most(side, sum_of(book, public[:1])))


def _asked(finding: Finding) -> Finding:
    """What two tables count may differ (cars of law enforcement): more than the whole is a question, no break."""
    return replace(finding, outcome="question") if finding.outcome == "fail" else finding


def _operating(book: Book) -> Iterator[Side]:
    """The figures of the operating table's total, and of the prose."""
    for fact in book.find("operating", measure="amount", row_role="total", item="operating"):
        if fact.amount is not None and book.own_year(fact) and fact.column_role != "of_which":
            yield sum_of(book, [fact])
    for statement in book.parsed.statements:
        if statement.metric == "operating" and statement.amount is not None and _is_own(book, statement):
            yield ((1, told(statement)),)


def _is_own(book: Book, statement: Statement) -> bool:
    """Whether a document tells of one body: the prose of several states operating expenses of each."""
    return sum(other.metric == "operating" for other in book.parsed.statements) == 1


def _totals(book: Book, kind: str) -> list[Fact]:
    known = quantities(book)
    return [
        fact
        for key, facts in known.strict.items()
        for fact in facts
        if key.body == "" and not key.is_line and key.expenditure_type == kind and book.own_year(fact)
        and key.fund in ("general_public", "fiscal") and fact.phase in ("approved", "final")
    ]  # fmt: skip


def _parts_of_items(book: Book, items: dict[str, str]) -> Iterator[Finding]:
    known = quantities(book)
    for code, item in items.items():
        wholes = _item_totals(book, known, item)
        for facts in _basic_of(book, known, code):
            if wholes and facts[0].phase == wholes[0].phase:
                yield _asked(at_most(sum_of(book, facts), sum_of(book, wholes[:1])))


def _item_totals(book: Book, known: Quantities, item: str) -> list[Fact]:
    """The figure of the whole body for an item, the widest fund first."""
    found = [
        fact
        for key, facts in known.strict.items()
        for fact in facts
        if fact.canonical == "three_public" and key.item == item and key.body == "" and book.own_year(fact)
    ]
    order = ("total", "fiscal", "not_stated", "general_public")
    return sorted((fact for fact in found if fact.fund in order), key=lambda fact: order.index(fact.fund))


def _basic_of(book: Book, known: Quantities, code: str) -> Iterator[list[Fact]]:
    """The rows of a class in each table of basic expenditure of the general public budget."""
    by_column: dict[tuple[str, int], list[Fact]] = defaultdict(list)
    for key, facts in known.strict.items():
        if key.economic == code and key.body == "" and key.expenditure_type == "basic":
            for fact in facts:
                if fact.canonical in BASIC_FORMS and fact.fund == "general_public" and book.own_year(fact):
                    by_column[fact.table_id, fact.column].append(fact)
    yield from by_column.values()


def _rows(book: Book) -> Iterator[Fact]:
    """The first figure of each row of the forms that are of the whole budget."""
    for rows in book.grids.values():
        for row in rows.values():
            first = next(iter(row.values()))
            if first.canonical in forms()["forms"]:
                yield first


def _same_name(facts: list[Fact]) -> Finding:
    """Equal but for numbering and brackets; a name cut short at its end is the same name."""
    first = facts[0]
    for other in facts[1:]:
        names = sorted((_plain(first.name), _plain(other.name)), key=len)
        if not names[1].startswith(names[0]):
            return _told("question", "names", [first, other], _coded(first), _coded(other))
    return _told("pass", "names", facts, _coded(first), _coded(facts[-1]))


def _codes(fact: Fact) -> list[str]:
    return [code for code in (fact.function_code, fact.econ_dept_code, fact.econ_gov_code) if code]


def _coded(fact: Fact) -> str:
    return f"{_codes(fact)[0]} {fact.name}"


def _plain(name: str) -> str:
    return re.sub(forms()["numbering"], "", fold(name))


def _told(outcome: str, key: str, facts: Iterable[Fact], left: str, right: str) -> Finding:
    some = list(facts)
    return Finding(
        outcome=outcome,
        key=f"{key}-{outcome}",
        places=tuple(place_of(fact) for fact in some[:2]),
        table_ids=tuple(dict.fromkeys(fact.table_id for fact in some)),
        left=left,
        right=right,
    )


def _comprises(code: str, other: str) -> bool:
    """Whether a class is the other or above it, or below it where the other is the whole class."""
    return other.startswith(code) or code.startswith(other)


@cache
def _crosswalk() -> dict[str, list[str]]:
    """Departmental 类 → governmental classes that it may stand beside (``crosswalk.csv``)."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows_of("crosswalk"):
        found[row["department"]].append(row["government"])
    return found
