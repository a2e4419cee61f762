"""The facts as CSV for a spreadsheet: Chinese intact, numbers as numbers, nothing that it would run."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import made_up_city as city
from datapackages.parsed import fact_rows

steady = settings(deadline=None, derandomize=True)
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"


def written(name: str, amount_text: str = "30.50") -> dict[str, str]:
    """A fact of that name, written as CSV and read again."""
    document = city.parsed("a")
    fact = replace(document.facts[0], name=name, amount_text=amount_text)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(fact_rows(replace(document, facts=(fact,))))
    (line,) = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    return line


@pytest.mark.parametrize(
    ("printed", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|calc", "'+cmd|calc"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝HYPERLINK(1)", "'＝HYPERLINK(1)"),
        (" =1+1", "' =1+1"),
        ("\t=1", "'\t=1"),
        ("小学教育", "小学教育"),
        ("其中：2026年", "其中：2026年"),
        ("-12.50", "-12.50"),
        ("-1,234", "-1,234"),
        ("-3.5%", "-3.5%"),
        ("", ""),
    ],
)
def test_text_that_would_run_as_a_formula_is_led_by_an_apostrophe(printed: str, cell: str) -> None:
    assert written(printed)["name"] == cell


@steady
@given(st.text(alphabet=st.sampled_from(SIGNS + "\t\r\n 0123456789,.%预算A'\""), max_size=6))
def test_no_cell_begins_as_a_formula(text: str) -> None:
    cell = written(text, amount_text=text)["amount_text"]
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    assert cell in (kept, f"'{kept}")
    assert cell.lstrip()[:1] not in tuple(SIGNS) or re.fullmatch(r"-[0-9,.]+%?", cell)


def test_money_is_a_plain_decimal_and_a_truth_is_one_or_zero() -> None:
    line = written("小学教育")
    assert (line["amount"], line["additive"], line["unit_name"]) == ("305000.00", "1", "示例市教育局")
