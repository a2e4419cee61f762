"""What the rules say of the real documents that a person typed, against what a person saw on their pages.

``real_findings.csv`` holds every fail and question there, and for each difference that the typed truth names the
outcome it must have (``noted``). ``verdict`` says who is wrong: source, parser or rule. ``pytest --accept`` adds
what is new with an empty verdict and takes out what is gone; a person looks at the page (``yusuan explain FILE
--check RULE@PLACE``) and fills in ``verdict`` and ``seen``.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import parsers
from datapackages.checks import checked
from datapackages.model import Fact, ParsedDocument
from parsers.triage import agreement, triage

pytestmark = pytest.mark.shared

FINDINGS = Path(__file__).with_name("real_findings.csv")
KEY = ("file", "rule", "place", "outcome", "fault")
FIELDS = (*KEY, "verdict", "noted", "seen")
Row = dict[str, str]


@pytest.fixture(scope="module")
def parsed(shared: Path) -> dict[str, ParsedDocument]:
    """The documents with a typed truth, by the stem of their file, read by both readers."""
    stems = sorted(path.stem for path in (shared / "real/truth").glob("*.json"))
    paths = [shared / "real/documents" / f"{stem}.pdf" for stem in stems]
    return {path.stem: document for path, document in parsers.many(paths, workers=2, triaged=True)}


@pytest.fixture(scope="module")
def outcomes(parsed: dict[str, ParsedDocument]) -> list[Row]:
    """Every outcome of every document as far as the list knows it."""
    return [
        {"file": stem, "rule": one.rule, "place": one.place, "outcome": one.outcome, "fault": one.fault}
        for stem, document in parsed.items()
        for one in document.checks
    ]


def known() -> list[Row]:
    with FINDINGS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in KEY)


def doubtful(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["outcome"] in ("fail", "question")]


def test_every_fail_and_question_was_looked_at_and_none_is_gone(outcomes: list[Row], accept: bool) -> None:
    found = {key(row) for row in doubtful(outcomes)}
    if accept:
        kept = [row for row in known() if key(row) in found or row not in doubtful(known())]
        new = sorted(found - {key(row) for row in kept})
        write(kept + [dict.fromkeys(FIELDS, "") | dict(zip(KEY, one, strict=True)) for one in new])
    listed = {key(row) for row in doubtful(known())}
    new, gone = sorted(found - listed), sorted(listed - found)
    assert (new, gone) == ([], [])


def write(rows: list[Row]) -> None:
    with FINDINGS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=key))


def test_every_difference_that_the_truth_names_has_its_outcome(outcomes: list[Row]) -> None:
    noted = [row for row in known() if row["noted"]]
    found = {key(row) for row in outcomes}
    assert [row for row in noted if key(row) not in found] == []
    assert len({(row["file"], row["noted"]) for row in noted}) >= 20
    assert Counter(row["outcome"] for row in noted)["fail"] >= 3


def test_a_person_said_of_each_who_is_wrong_and_what_the_page_shows() -> None:
    assert [row for row in known() if row["verdict"] not in ("source", "parser", "rule") or not row["seen"]] == []


def test_no_document_is_accused_of_what_is_our_own_fault() -> None:
    accused = [row for row in known() if row["outcome"] == "fail" and row["fault"] == "source"]
    assert accused
    assert [row for row in accused if row["verdict"] != "source"] == []


@pytest.mark.parametrize(
    "stem", ["suzhou-unit-budget-01", "putuo-final-accounts-01", "yantai-department-budget-05"]
)
def test_figures_that_we_misread_in_a_real_document_are_not_held_against_it(
    stem: str, parsed: dict[str, ParsedDocument], shared: Path
) -> None:
    document = parsed[stem]
    chosen = [fact for fact in document.facts if fact.measure == "amount" and fact.amount][7::40]
    misread = {fact.fact_id: doubled(fact) for fact in chosen}
    facts = tuple(misread.get(fact.fact_id, fact) for fact in document.facts)
    found = triage(checked(replace(document, facts=facts)), shared / "real/documents" / f"{stem}.pdf")
    fails = [one for one in found.checks if one.outcome == "fail" and misread.keys() & set(one.fact_ids)]
    assert len(fails) >= len(chosen) >= 3
    assert {one.rule: one.fault for one in fails if one.fault != "parser"} == {}
    assert {fact.fact_id for fact in found.facts if "second_reader_differs" in fact.flags} == set(misread)


def doubled(fact: Fact) -> Fact:
    """The fact as if its first digit had been read twice."""
    assert fact.amount is not None
    first = fact.amount_text[0]
    scale = fact.amount / Decimal(fact.amount_text.replace(",", ""))
    text = first + fact.amount_text.replace(",", "")
    return replace(fact, amount_text=text, amount=Decimal(text) * scale)


def test_the_readers_agree_on_what_was_read_twice(parsed: dict[str, ParsedDocument]) -> None:
    rates = [rate for document in parsed.values() for rate in agreement(document).values()]
    compared, agreed = sum(rate.compared for rate in rates), sum(rate.agreed for rate in rates)
    assert compared > 500
    assert agreed >= 0.999 * compared
