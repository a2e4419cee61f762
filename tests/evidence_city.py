"""The city of site_city.py with what an auditor looks for: a failed check, questions, hostile cells, a name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

import site_city
from datapackages.model import Cell, Cover, Outcome, ParsedDocument

NAME, FORMULA = "某某某", '=HYPERLINK("http://evil.example","点")'
STATED = (100.0, 80.0, 160.0, 92.0)  # the box of the figure in the prose




def make(data: Path) -> Any:
    """The city in an empty data directory."""
    return site_city.make(data, read)


def read(parsed: ParsedDocument) -> ParsedDocument:
    """Every document has a question; the first unit's of 2026 also has a fail, a formula and a person's cell."""
    asked = outcome("C7", "", outcome="question", fault="", kind="form", left="增减变化原因")
    document = parsed.document
    if (document.unit_name, document.fiscal_year) != (site_city.UNITS[0], 2026):
        return replace(parsed, checks=(asked,))
    first, second = parsed.tables
    signed = (*_cells("联系人", NAME, FORMULA),)
    return replace(
        parsed,
        tables=(replace(first, rows=(*first.rows, signed)), replace(second, label="")),
        covers=(Cover(page=1, box=site_city.cell(6, 1)),),
        statements=(replace(parsed.statements[0], box=STATED),),
        checks=(_failed(parsed), _stated(parsed), asked),
    )


def _cells(*texts: str) -> Iterator[Cell]:
    for column, text in enumerate(texts):
        yield Cell(text=text, page=1, box=site_city.cell(6, column))


def outcome(rule: str, place: str, **told: Any) -> Outcome:
    """A fail of the source unless told otherwise."""
    words = {"message": f"{rule} in words", "message_zh": f"{rule} 的说明"}
    said = {"kind": "arithmetic", "outcome": "fail", "severity": "error", "fault": "source", **words, **told}
    return Outcome(rule=rule, place=place, **said)


def three_public(parsed: ParsedDocument) -> list[Any]:
    """This year's figures of the three public expenses, the total first."""
    return [fact for fact in parsed.facts if fact.canonical == "three_public" and fact.fiscal_year == 2026]


def _failed(parsed: ParsedDocument) -> Outcome:
    """The total (left) against two of its parts (right)."""
    total, *_, vehicles, guests = three_public(parsed)
    facts = (total, vehicles, guests)
    place = ",".join(f"p1/{fact.table_id}/{fact.row}/{fact.column}" for fact in facts[:2])
    return outcome(
        "A14", place, fact_ids=tuple(fact.fact_id for fact in facts), table_ids=(total.table_id,),
        left="12.30", right="9.80 + 2.60 = 12.40", difference="-0.10", tolerance="0.02",
    )  # fmt: skip


def _stated(parsed: ParsedDocument) -> Outcome:
    """A figure of the prose (left) against one of a table (right)."""
    fact = three_public(parsed)[0]
    return outcome(
        "X14", f"p1/statements/1,p1/{fact.table_id}/{fact.row}/{fact.column}", kind="agreement",
        fact_ids=(fact.fact_id,), left="500", right="12.30", difference="487.70", tolerance="0.01",
    )  # fmt: skip


@contextmanager
def visited(data: Path) -> Iterator[httpx.Client]:
    """A reader of the site that serves the data directory."""
    with site_city.served(data) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        yield client
