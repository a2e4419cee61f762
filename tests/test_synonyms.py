"""The list of short forms and other words: its form, no loops, and where each is used."""

from collections import Counter

import pytest

from datapackages import codes, search_terms
from datapackages.search_text import phrase

LISTED = list(codes.rows("synonyms"))


def test_the_list_is_long_enough_and_every_cell_is_filled() -> None:
    assert len({row["term"] for row in LISTED}) >= 60
    assert [row for row in LISTED if not all(text and text == text.strip() for text in row.values())] == []
    assert {row["kind"] for row in LISTED} == {"body", "words"}


def test_no_pair_stands_twice_and_a_term_is_of_one_kind() -> None:
    pairs = Counter((row["term"], row["expansion"]) for row in LISTED)
    assert [pair for pair, times in pairs.items() if times > 1] == []
    kinds = {(row["term"], row["kind"]) for row in LISTED}
    assert [term for term, times in Counter(term for term, _ in kinds).items() if times > 1] == []


def test_nothing_stands_for_itself_or_for_what_stands_for_something_else() -> None:
    terms = {row["term"] for row in LISTED}
    assert [row for row in LISTED if row["expansion"] in terms] == []


def test_a_term_is_found_as_it_is_written() -> None:
    """One run of characters, so that a reader's term can be it, and no expansion is without words."""
    assert [row["term"] for row in LISTED if len(row["term"].split()) != 1 or len(row["term"]) < 2] == []
    assert [row["expansion"] for row in LISTED if not phrase(row["expansion"]).tokens] == []


def test_a_source_that_is_named_holds_the_words() -> None:
    for row in LISTED:
        name = row["basis"].partition("codes/")[2].removesuffix(".csv")
        if name:
            assert any(row["expansion"] in "|".join(entry.values()) for entry in codes.rows(name)), row


@pytest.mark.parametrize(
    ("term", "also"),
    [
        ("人社局", ("人力资源和社会保障局",)),
        ("大同市人社局", ("大同市人力资源和社会保障局",)),
        ("市纪委监委", ("市纪律检查委员会", "市监察委员会")),  # the longest short form, not 监委 in it
        ("人民法院", ()),  # ends in the full name already
        ("公车", ("公务用车",)),
        ("公车改革", ()),  # other words stand only for whole terms
        ("机关", ()),
    ],
)
def test_a_short_form_is_replaced_where_it_ends_a_term_and_words_where_they_are_one(
    term: str, also: tuple[str, ...]
) -> None:
    assert search_terms.also(term) == also
