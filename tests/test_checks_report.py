"""The page that publishes what the rules say: its tables, its date, and the rule that it teaches."""

from __future__ import annotations

import ast
import hashlib
import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import little_documents as little
from datapackages import checks
from datapackages.checks import report
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, at_most, one
from datapackages.checks.rules import RULES, rule
from datapackages.model import Outcome, ParsedDocument

HERE = Path(__file__).parent
README = HERE.parent / "datapackages" / "checks" / "README.md"


def found(rule: str, outcome: str, fault: str = "", left: str = "", place: str = "p3/t/1/1") -> Outcome:
    return Outcome(
        rule=rule, place=place, kind=RULES[rule].kind, outcome=outcome, severity="info", fault=fault, left=left
    )


def counts(*outcomes: Outcome) -> report.Counts:
    counted = report.Counts()
    columns = [little.column("合计", column_role="total"), little.column("基本支出", expenditure_type="basic")]
    parsed = little.document(little.table("expenditure", columns, [little.row("合计", "483.69", "45.75")]))
    counted.add("one", replace(parsed, checks=outcomes))
    return counted


def line(table: Iterator[str], begins: str) -> list[str]:
    (row,) = [row for row in table if row.startswith(f"| {begins} |")]
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_each_rule_has_a_line_with_its_statement_and_its_outcomes_by_fault() -> None:
    counted = counts(
        found("A7", "pass"), found("A7", "pass"), found("A7", "rounding"), found("A7", "fail", "source"),
        found("A7", "fail", "parser"), found("Q1", "question"), found("A2", "not_applicable"),
    )  # fmt: skip
    cells = line(report.rules_table(counted), "A7")
    assert cells[1] == f"{RULES['A7'].statement_zh}<br>{RULES['A7'].statement}"
    assert cells[2:] == ["arithmetic", "1", "2", "1", "1", "1", "", "", "", "", "", ""]
    assert line(report.rules_table(counted), "A2")[3:] == ["0", *[""] * 10]
    assert line(report.rules_table(counted), "Q1")[-3:] == ["1", "", ""]
    assert len(list(report.rules_table(counted))) == len(RULES) + 3


def test_what_is_not_the_documents_fault_is_listed_and_what_is_not() -> None:
    counted = counts(found("A7", "fail", "source"), found("A7", "fail", "parser", "1.00"), found("A9", "pass"))
    assert list(report.open_table(counted))[2:] == ["| one | A7 | parser | 3 | 1.00 |  |"]
    assert list(report.open_table(counts())) == ["None."]


def test_many_of_one_kind_are_counted_after_the_first_dozen() -> None:
    lines = list(report.open_table(counts(*[found("A7", "fail", "parser")] * 20)))
    assert (len(lines), lines[-1]) == (2 + 12 + 1, "| one | A7 | parser |  | 8 more |  |")


def test_the_share_of_amounts_that_a_check_holds_is_told() -> None:
    parsed = little.document(little.table("expenditure", [little.column("合计")], [little.row("合计", "483.69")]))
    held = replace(found("A7", "pass"), fact_ids=(parsed.facts[0].fact_id,))
    counted = report.Counts()
    counted.add("held", replace(parsed, checks=(held,)))
    counted.add("not held", replace(parsed, checks=(replace(held, outcome="insufficient_data"),)))
    assert report.coverage_line(counted).startswith("1 of 2 amounts (50.0 %)")


def test_a_rate_is_what_both_readers_agree_on() -> None:
    (row,) = list(report.agreement_table({"sample": (10, 2000, 1999)}))[2:]
    assert row == "| sample | 10 | 2,000 | 1,999 | 99.950 % |"


def test_only_what_stands_between_the_marks_is_renewed() -> None:
    before = f"head\n{report.BEGIN}\nold\n{report.END}\ntail\n"
    after = report.replaced(before, ["new | \\1"])
    assert after == f"head\n{report.BEGIN}\n\nnew | \\1\n\n{report.END}\ntail\n"
    with pytest.raises(ValueError, match="has no lines"):
        report.replaced("no marks", [])


# ---- the page itself ----


def test_the_page_lists_every_rule_with_what_it_says_today() -> None:
    text = README.read_text(encoding="utf-8")
    listed = re.findall(r"^\| ([ACQSX]\d+) \| (.+?)<br>(.+?) \|", text, re.M)
    assert {name: (zh, en) for name, zh, en in listed} == {
        one.id: (one.statement_zh, one.statement) for one in RULES.values()
    }


@pytest.mark.shared
def test_the_page_is_dated_by_the_list_of_documents(shared: Path) -> None:
    digest = hashlib.sha256((shared / "real" / "documents.tsv").read_bytes()).hexdigest()
    text = README.read_text(encoding="utf-8")
    assert f"Over 53 real budgets and final accounts, documents.tsv {digest}:" in text


def test_the_rule_that_the_page_teaches_passes_its_own_test(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"^   ```python\n(.*?)^   ```", README.read_text(encoding="utf-8"), re.M | re.S)
    test, taught = map(textwrap.dedent, blocks)
    monkeypatch.setattr("datapackages.checks.rules.RULES", rules := dict(RULES))
    monkeypatch.setattr("datapackages.checks.outcomes.RULES", rules)

    def outcomes(parsed: ParsedDocument, name: str) -> list[str]:
        return [outcome.outcome for outcome in checks.run(parsed) if outcome.rule == name]

    names: dict[str, Any] = {
        "rule": rule, "Book": Book, "Iterator": Iterator, "Finding": Finding, "at_most": at_most, "one": one,
        "little": little, "outcomes": outcomes, "ParsedDocument": ParsedDocument,
    }  # fmt: skip
    exec(compile(f"{taught}\n{test}", str(README), "exec"), names)
    names[next(node.name for node in ast.parse(test).body if isinstance(node, ast.FunctionDef))]()
