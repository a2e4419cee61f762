"""Rows over their parts without any mark, told by their sums."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from parsers.containers import adds_up, from_below, tree

Tree = tuple[Decimal, list["Tree"]]
amounts = st.integers(10**4, 10**7).map(lambda cents: Decimal(cents) / 100)  # far above any rounding


def whole(parts: list[Tree]) -> Tree:
    return (sum((part[0] for part in parts), Decimal(0)), parts)


trees: st.SearchStrategy[Tree] = st.recursive(
    amounts.map(lambda amount: (amount, [])), lambda parts: st.lists(parts, min_size=1, max_size=4).map(whole)
)


def flat(top: list[Tree]) -> list[Decimal]:
    """The figures in reading order, each whole before its parts."""
    return [figure for amount, parts in top for figure in (amount, *flat(parts))]


def figures(*texts: str) -> list[tuple[Decimal]]:
    return [(Decimal(text),) for text in texts]


@given(st.lists(trees, min_size=1, max_size=5))
def test_every_tree_is_read_so_that_its_leaves_make_the_total(top: list[Tree]) -> None:
    rows = [(figure,) for figure in flat(top)]
    total = sum((amount for amount, _ in top), Decimal(0))
    found = tree(rows, (total,), [True] * len(rows))
    assert found is not None
    assert sum((row[0] for i, row in enumerate(rows) if i not in found), Decimal(0)) == total
    assert all(rows[i][0] == sum((rows[part][0] for part in parts), Decimal(0)) for i, parts in found.items())


def test_rows_that_make_the_total_are_all_leaves() -> None:
    assert tree(figures("5", "3", "2"), (Decimal(10),), [True] * 3) == {}


def test_equal_rows_are_a_whole_and_its_part_or_two_parts_as_the_total_wants() -> None:
    rows = figures("12", "6", "6", "3", "3")
    assert tree(rows, (Decimal(15),), [True] * 5) == {0: [1, 2], 3: [4]}
    assert tree(rows, (Decimal(18),), [True] * 5) == {0: [1, 2]}


def test_a_row_whose_words_forbid_it_stands_over_nothing() -> None:
    rows = figures("6", "6")
    assert tree(rows, (Decimal(6),), [True, False]) == {0: [1]}
    assert tree(rows, (Decimal(6),), [False, True]) is None


def test_every_column_must_add_up() -> None:
    rows = [(Decimal(60), Decimal(10)), (Decimal(60), Decimal(20))]
    assert tree(rows, (Decimal(60), Decimal(10)), [True, True]) is None


def test_sums_may_be_off_by_the_rounding_of_their_parts() -> None:
    assert adds_up([Decimal("1.00")], [[Decimal("0.33")]] * 3)
    assert not adds_up([Decimal("1.00")], [[Decimal("0.32")]] * 3)


def test_what_fits_no_total_is_read_with_caution() -> None:
    rows = figures("9.00", "5.00", "4.00", "7.00", "7.00")
    assert tree(rows, (Decimal("99.00"),), [True] * 5) is None
    assert from_below(rows, [True] * 5, lambda i, below: False) == {0: [1, 2]}
    assert from_below(rows, [True] * 5, lambda i, below: True) == {0: [1, 2], 3: [4]}


def test_a_long_list_of_equal_figures_is_given_up_soon() -> None:
    rows = figures(*["100.00"] * 3000)
    assert tree(rows, (Decimal("12345.67"),), [True] * 3000) is None


def test_an_empty_list_has_no_tree_but_itself() -> None:
    assert tree([], (Decimal(0),), []) == {}
    assert tree([], (), []) is None
