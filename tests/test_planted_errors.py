"""Every error planted in a made-up document is found, and found where it stands."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

import parsers
from datapackages.model import Outcome, ParsedDocument

DEMO = Path(__file__).parent / "documents" / "demo"
SHARED = Path(os.environ.get("YUSUAN_SHARED", Path(__file__).parent.parent.parent / "shared")) / "synthetic"
PLANTED: list[dict[str, Any]] = json.loads((DEMO / "planted.json").read_text(encoding="utf-8"))
DIGITS = str.maketrans("", "", ",（）()")


def failing(parsed: ParsedDocument, printed: str, canonical: str) -> list[Outcome]:
    """Failing checks that name a figure printed so in a list of that form."""
    own = {
        fact.fact_id
        for fact in parsed.facts
        if fact.canonical == canonical and fact.amount_text.translate(DIGITS) == printed.translate(DIGITS)
    }
    return [outcome for outcome in parsed.checks if outcome.outcome == "fail" and own & set(outcome.fact_ids)]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted["document"])
def test_what_is_planted_in_the_demo_city_fails_a_check(planted: dict[str, Any]) -> None:
    parsed = parsers.parse(DEMO / planted["file"])
    found = failing(parsed, planted["printed"], planted["canonical"])
    assert found, [outcome.message for outcome in parsed.checks if outcome.outcome == "fail"]
    assert all(planted["printed"] in outcome.left + outcome.right for outcome in found)


def test_nothing_else_in_those_documents_fails() -> None:
    for planted in PLANTED:
        parsed = parsers.parse(DEMO / planted["file"])
        guilty = {id(outcome) for outcome in failing(parsed, planted["printed"], planted["canonical"])}
        others = [o.message for o in parsed.checks if o.outcome == "fail" and id(o) not in guilty]
        assert others == [], planted["document"]


def manifest() -> list[tuple[str, str]]:
    """File and printed figure of each error that the made-up documents outside the repository hold."""
    if not (SHARED / "MANIFEST.tsv").is_file():
        return []
    with (SHARED / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [(row["file"], row["planted"].rpartition("->")[2]) for row in rows if row["planted"]]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the documents of YUSUAN_SHARED are not here")
def test_what_is_planted_in_the_made_up_corpus_fails_a_check() -> None:
    found = manifest()
    assert len(found) >= 2
    for file, printed in found:
        assert failing(parsers.parse(SHARED / file), printed, "expenditure"), (file, printed)
