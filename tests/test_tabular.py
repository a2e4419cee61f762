"""How a value stands in CSV, and that it comes back."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datapackages import tabular

steady = settings(deadline=None, derandomize=True)  # a busy machine must fail no test


@steady
@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_decimals_are_written_exactly_and_plainly(value: Decimal) -> None:
    written = tabular.decimal_text(value)
    assert Decimal(written) == value
    assert "e" not in written.lower()
    assert written == "0" or not written.startswith("-0") or "." in written
    assert "." not in written or not written.endswith(("0", "."))


@steady
@given(st.text(max_size=12))
def test_text_is_written_without_what_breaks_readers_and_otherwise_as_it_is(value: str) -> None:
    one_line_end = value.replace("\r\n", "\n").translate(dict.fromkeys(map(ord, "\r\u2028\u2029"), "\n"))
    assert tabular.text(value) == tabular.UNPRINTABLE.sub("", one_line_end)


@steady
@given(st.floats(min_value=-1e7, max_value=1e7))
def test_edges_of_cells_are_written_to_the_hundredth(value: float) -> None:
    written = tabular.text(value)
    assert Decimal(written) == Decimal(repr(round(value, 2)))
    assert written == tabular.decimal_text(Decimal(written))


class Pair(NamedTuple):
    first: str
    second: int


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""), (True, "1"), (-0.0, "0"), (3, "3"), (("a|b", None), "a｜b|"), (Pair("a", 2), "a|2"),
        (1e17, "1" + "0" * 17),
    ],
)  # fmt: skip
def test_each_kind_of_value_has_one_form(value: object, written: str) -> None:
    assert tabular.text(value) == written


@steady
@given(st.lists(st.text(max_size=8), min_size=2, max_size=2), st.text(max_size=30))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "cells.csv"
    line = [tabular.text(cell) for cell in (*cells, text)]
    with tabular.writing(path) as writer:
        writer.writerow(line)
    assert list(tabular.read(path)) == [line]
