"""The made-up documents: every list as the generator printed it, every figure with its meaning.

Beside each form stands what the parser must say of it, ``<form>.csv``; ``pytest --accept`` writes it
again. Read the difference before it is committed: the file is the specification.
"""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import parsers
from datapackages.model import Fact, ParsedDocument, Table
from parsers.facts import read_facts
from parsers.text import fold

DOCUMENTS = Path(__file__).parent / "documents"
DEMO = DOCUMENTS / "demo"
FORMS = sorted(path.stem for path in DOCUMENTS.glob("*.pdf"))
CITY = {row["name"]: row for row in csv.DictReader((DEMO / "documents.csv").open(encoding="utf-8"))}
LISTS = ("canonical", "block", "title", "pages", "money_unit", "columns", "rows", "empty")

@cache
def parsed(name: str) -> ParsedDocument:
    return parsers.parse(DEMO / CITY[name]["file"] if name in CITY else DOCUMENTS / f"{name}.pdf")


@cache
def truth(name: str) -> Any:
    path = DEMO / "truth" / f"{name}.json" if name in CITY else DOCUMENTS / f"{name}.truth.json"
    return json.loads(path.read_text("utf-8"))


@cache
def facts(name: str) -> tuple[Fact, ...]:
    """The facts of a document, or of a form that stands alone and is no whole budget."""
    found = parsed(name)
    readings = dict.fromkeys(range(1, found.document.pages + 1), "fast")
    return found.facts or tuple(
        fact
        for table in found.tables
        for fact in read_facts(table, found.document, readings)
        if isinstance(fact, Fact)
    )


def said(table: Table) -> dict[str, Any]:
    """A list in the form of the truth."""
    return {
        **{name: getattr(table, name) for name in LISTS[:3]},
        "pages": list(table.pages),
        "money_unit": table.money_unit,
        "columns": list(table.columns),
        "rows": [[cell.text for cell in row] for row in table.rows],
        "empty": table.state == "blank",
    }


@pytest.mark.parametrize("name", [*FORMS, *CITY])
def test_every_list_is_what_was_printed(name: str) -> None:
    lists = [said(table) for table in parsed(name).tables if not table.canonical.startswith("performance")]
    assert lists == [{key: table[key] for key in LISTS} for table in truth(name)["tables"]]


@pytest.mark.parametrize("name", CITY)
def test_every_document_of_the_city_says_whose_it_is_and_of_which_year(name: str) -> None:
    document, listed = parsed(name).document, CITY[name]
    stage = listed["stage"]
    assert (document.kind, document.fiscal_year, document.stage, document.scope, fold(document.unit_name)) == (
        *(stage, int(listed["document_year"]), stage, listed["scope"]),
        fold(listed["unit_name"]),
    )
    assert (document.part, document.text_layer, document.sha256) == ("whole", "text", listed["sha256"])


@pytest.mark.parametrize("name", CITY)
def test_nothing_printed_by_the_city_is_left_unread(name: str) -> None:
    assert [(issue.type, issue.message) for issue in parsed(name).issues] == []


@pytest.mark.parametrize("name", [*FORMS, *CITY])
def test_the_additive_facts_of_a_list_sum_to_its_printed_total(name: str) -> None:
    differences = [
        (table, year, phase, printed.amount, total)
        for (table, year, phase), printed, total in sums(facts(name))
        if printed.amount != total
    ]
    assert differences == []


def sums(found: tuple[Fact, ...]) -> Iterator[tuple[Any, Fact, Decimal]]:
    """For each list, year and phase the largest figure printed, which is its total, and the additive sum.

    A 本年 total leaves out what was carried over, and what stands on the other side.
    """
    lists: dict[Any, list[Fact]] = defaultdict(list)
    for fact in found:
        if fact.measure == "amount":
            lists[f"{fact.canonical} {fact.table_id}", fact.fiscal_year, fact.phase].append(fact)
    for key, group in lists.items():
        printed = max(group, key=lambda fact: fact.amount or 0)
        own = [fact for fact in group if fact.additive]
        if "本年" in printed.column_label:
            carried = ("opening", "closing")
            own = [fact for fact in own if fact.direction == printed.direction and fact.flow not in carried]
        yield key, printed, sum((fact.amount or Decimal(0) for fact in own), Decimal(0))


def shown(fact: Fact) -> dict[str, Any]:
    """What a reader of the expected file sees of a figure; empty words are left out of joined ones."""
    codes = (fact.function_code, fact.econ_dept_code, fact.econ_gov_code)
    return {
        "canonical": fact.canonical,
        "block": fact.block,
        "unit": fact.row_unit_name or fact.unit_name,
        "name": fact.name,
        "row_path": fact.row_path,
        "column_label": fact.column_label,
        "year": fact.fiscal_year or "",
        "phase": fact.phase,
        "measure": fact.measure,
        "direction": fact.direction,
        "flow": fact.flow,
        "fund": fact.fund,
        "expenditure_type": fact.expenditure_type,
        "codes": " ".join(code for code in codes if code),
        "code_basis": fact.code_basis,
        "item": fact.item,
        "row_role": fact.row_role,
        "column_role": fact.column_role,
        "additive": int(fact.additive),
        "amount": format(fact.value if fact.amount is None else fact.amount, "f"),
        "amount_text": fact.amount_text,
        "page": fact.page,
    }


@pytest.mark.parametrize("name", FORMS)
def test_every_figure_of_a_form_has_the_meaning_that_was_agreed(name: str, accept: bool) -> None:
    text = io.StringIO()
    rows = [shown(fact) for fact in facts(name)]
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["canonical"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    expected = DOCUMENTS / f"{name}.csv"
    if accept:
        expected.write_text(text.getvalue(), "utf-8")
    assert text.getvalue().splitlines() == expected.read_text("utf-8").splitlines()
