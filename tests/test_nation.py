"""The rehearsal of a nation: copies enough, each a document of its own, and growth told as an exponent."""

import pytest

from benchmarks import nation

ORIGINALS = [nation.Original("", "", "", facts) for facts in (30, 50)]


@pytest.mark.parametrize(("power", "factor"), [(1, 3.0), (2, 0.5), (0, 7.0)])
def test_growth_is_the_power_of_the_size(power: int, factor: float) -> None:
    points = [(size, factor * size**power) for size in nation.SIZES]
    assert nation.exponent(points) == pytest.approx(power)


def test_copies_go_round_the_originals_until_there_are_facts_enough() -> None:
    copies = list(nation._copies(ORIGINALS, 200))
    assert [(turn, number) for turn, number, _ in copies] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
    assert len({sha256 for *_, sha256 in copies}) == 6


def test_more_facts_are_more_places_of_the_same_size() -> None:
    places = [nation._sighting(turn, 0, "a" * 64).jurisdiction for turn in range(3 * nation.ROUNDS)]
    assert [places.count(place) for place in dict.fromkeys(places)] == [nation.ROUNDS] * 3
