"""The mutation benchmark itself: it changes what it says it changes, and tells a found digit from others."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import parsers
from benchmarks import trust
from parsers import amounts

DOCUMENTS = Path(__file__).parent / "documents"


@given(
    number=st.integers(min_value=0, max_value=10**9),
    kind=st.sampled_from(trust.KINDS),
    seed=st.integers(min_value=0, max_value=10**6),
)
def test_one_digit_is_changed_and_no_other(number: int, kind: str, seed: int) -> None:
    text = f"{number / 100:,.2f}"
    changed = trust.mutated(text, kind, random.Random(seed))
    before, after = (sum(letter.isdigit() for letter in one) for one in (text, changed))
    assert after - before == {"replaced": 0, "swapped": 0, "dropped": -1, "doubled": 1}[kind]
    if kind == "swapped":
        assert sorted(changed) == sorted(text)
    if kind == "replaced":
        assert sum(a != b for a, b in zip(text, changed, strict=True)) == 1


def test_a_wrong_digit_in_a_sum_is_found() -> None:
    parsed = parsers.parse(DOCUMENTS / "four_blocks.pdf")
    document = trust.checked("four blocks", parsed)
    chance = random.Random(1)
    drawn = [trust.draw(document, chance) for _time in range(20)]
    proved = [one for one in drawn if document.held[one.fact.fact_id]]
    assert proved
    assert [one for one in proved if not trust.found(document, one)] == []


def test_a_change_stays_a_figure_and_is_larger_than_the_tolerance() -> None:
    document = trust.checked("four blocks", parsers.parse(DOCUMENTS / "four_blocks.pdf"))
    one = trust.draw(document, random.Random(2))
    value = amounts.read(one.text)
    assert value is not None
    assert one.fact.amount is not None
    assert amounts.yuan(value, one.fact.money_unit) != one.fact.amount


def test_the_same_figure_is_not_found_when_nothing_changes() -> None:
    document = trust.checked("four blocks", parsers.parse(DOCUMENTS / "four_blocks.pdf"))
    fact = document.money[0]
    assert not trust.found(document, trust.Mutation(fact=fact, kind="replaced", text=fact.amount_text))


@pytest.mark.parametrize("kind", trust.KINDS)
def test_a_figure_without_other_digits_does_not_break_a_change(kind: str) -> None:
    assert isinstance(trust.mutated("0", kind, random.Random(3)), str)
