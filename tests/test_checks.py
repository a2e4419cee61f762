"""The house of the checks: every rule answers, says what it compared, and never passes by silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import parsers
from datapackages import checks, codes
from datapackages.checks.across import across
from datapackages.checks.book import Book, decimals
from datapackages.checks.findings import Finding, Term, at_most, equal
from datapackages.checks.outcomes import messages
from datapackages.checks.rules import RULES, rule
from datapackages.model import Outcome, ParsedDocument

DOCUMENTS = Path(__file__).parent / "documents"


def figure(text: str, unit: str = "万元") -> tuple[tuple[int, Term], ...]:
    factor = codes.money_factors()[unit]
    slack = Decimal(5).scaleb(-decimals(text) - 1) * factor
    return ((1, Term(text, Decimal(text) * factor, slack, unit, f"p1/t/{text}")),)


@pytest.mark.parametrize(
    ("left", "right", "outcome", "difference"),
    [("483.69", ("45.75", "437.94"), "pass", "0"), ("483.69", ("45.75", "437.93"), "rounding", "0.01"),
     ("483.69", ("45.75", "437.92"), "fail", "0.02"), ("483.69", ("45.75", "437.95"), "rounding", "-0.01")],
)  # fmt: skip
def test_a_sum_may_be_off_by_half_of_the_last_decimal_for_each_figure(
    left: str, right: tuple[str, ...], outcome: str, difference: str
) -> None:
    found = equal(figure(left), tuple(entry for text in right for entry in figure(text)))
    assert (found.outcome, found.difference, found.tolerance) == (outcome, difference, "0.015")
    assert found.left == left


def test_units_are_compared_in_yuan_and_shown_as_printed() -> None:
    found = equal(figure("0.55"), figure("5537.70", "元"))
    assert (found.outcome, found.left, found.right) == ("rounding", "0.55万元", "5537.70元")
    assert found.difference == "-0.00377"


def test_no_more_than_allows_less_and_rounding() -> None:
    assert [at_most(figure(text), figure("2.00")).outcome for text in ("1.00", "2.00", "2.01", "2.02")] == [
        "pass", "pass", "rounding", "fail",
    ]  # fmt: skip


def test_every_rule_answers_for_every_document() -> None:
    parsed = parsers.parse(DOCUMENTS / "four_blocks.pdf")
    assert {outcome.rule for outcome in parsed.checks} == set(RULES)
    assert "error" not in {outcome.outcome for outcome in parsed.checks}
    assert len({(outcome.rule, outcome.place) for outcome in parsed.checks}) == len(parsed.checks)


def test_outcomes_keep_to_the_closed_lists() -> None:
    words = {name: {row["code"] for row in codes.rows(name)} for name in ("outcomes", "check_kinds", "severities")}
    found = [outcome for path in sorted(DOCUMENTS.glob("*.pdf")) for outcome in parsers.parse(path).checks]
    assert {outcome.outcome for outcome in found} <= words["outcomes"]
    assert {outcome.kind for outcome in found} <= words["check_kinds"]
    assert {outcome.severity for outcome in found} <= words["severities"]


def test_a_rule_that_breaks_says_so_and_lets_the_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datapackages.checks.rules.RULES", rules := dict(RULES))
    monkeypatch.setattr("datapackages.checks.outcomes.RULES", rules)

    @rule("Z1", "arithmetic")
    def breaks(book: Book) -> Iterator[Finding]:
        """总会出错。
        It always breaks.
        """
        raise LookupError("no such thing")

    outcomes = checks.run(parsers.parse(DOCUMENTS / "four_blocks.pdf"))
    assert [outcome.outcome for outcome in outcomes if outcome.rule == "Z1"] == ["error"]
    assert "no such thing" in [outcome.message for outcome in outcomes if outcome.rule == "Z1"][0]
    assert {outcome.rule for outcome in outcomes} == {*RULES, "Z1"}


def test_a_rule_must_say_in_both_languages_what_it_holds() -> None:
    def silent(book: Book) -> Iterator[Finding]:
        """Only English."""
        yield from ()

    with pytest.raises(ValueError, match="Z2: its docstring must begin with a line in Chinese"):
        rule("Z2", "form")(silent)


@pytest.mark.parametrize(("register", "taken"), [(rule, "A1"), (across, "X18")])
def test_an_id_is_given_once(register: Callable[..., Callable[[object], object]], taken: str) -> None:
    def again(*looked_at: object) -> Iterator[Finding]:
        """再来一次。
        Once more.
        """
        yield from ()

    with pytest.raises(ValueError, match=f"rule {taken} is registered twice: .* and again"):
        register(taken, "arithmetic")(again)


def test_facts_of_a_failing_check_carry_the_flag_and_only_they() -> None:
    parsed = parsers.parse(DOCUMENTS / "four_blocks.pdf")
    first = parsed.facts[0]
    outcome = Outcome(
        rule="A1", place="", kind="arithmetic", outcome="fail", severity="error", fact_ids=(first.fact_id,)
    )
    flagged = checks.outcomes.flagged(parsed.facts, [outcome])
    assert [fact.fact_id for fact in flagged if "check_failed" in fact.flags] == [first.fact_id]
    assert checks.outcomes.flagged(flagged, []) == checks.outcomes.flagged(parsed.facts, [])


def test_what_is_no_budget_is_not_checked() -> None:
    nothing = parsers.unreadable("file-missing", path="x")
    assert isinstance(nothing, ParsedDocument)
    assert checks.run(nothing) == ()


def test_templates_say_the_same_in_both_languages() -> None:
    from string import Formatter

    for key, row in messages().items():
        named = [{name for _, name, _, _ in Formatter().parse(row[text]) if name} for text in ("zh", "en")]
        loose = [{name.removesuffix("_zh") for name in names} - {"unit"} for names in named]
        assert loose[0] == loose[1], key
