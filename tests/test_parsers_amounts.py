"""Printed figures: read exactly or not at all."""

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parsers import amounts

steady = settings(deadline=None, derandomize=True)  # a busy machine must fail no test

MISREAD = ["12 34", "485.37①", "10²", "⑴", "-(5)"]
FULL_WIDTH = str.maketrans("0123456789,.()-%", "０１２３４５６７８９，．（）－％")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("483.69", "483.69"),
        ("1,234,567.89", "1234567.89"),
        ("1，234.50", "1234.50"),
        ("１，２３４．５０", "1234.50"),
        ("0.00", "0.00"),
        ("-12.30", "-12.30"),
        ("－12.30", "-12.30"),
        ("−12.30", "-12.30"),
        ("△12.30", "-12.30"),
        ("▲12.30", "-12.30"),
        ("(12.30)", "-12.30"),
        ("（12.30）", "-12.30"),
        ("12.5%", "12.5"),
        ("-3.1％", "-3.1"),
        ("106.123456", "106.123456"),
    ],
)
def test_a_printed_figure_is_that_decimal_with_the_decimals_printed(text: str, value: str) -> None:
    found = amounts.read(text)
    assert (str(found), amounts.decimals(text)) == (value, len(value.partition(".")[2]))


@pytest.mark.parametrize(
    "text",
    [
        *[
            "",
            "-",
            "——",
            "合计",
            "万元",
            "12万元",
            "2026年",
            "½",
            "50%%",
            "%",
            "NaN",
            "Infinity",
            "1e5",
            "0x10",
            "1_000",
        ],
        *[
            "1,23",
            "12,3456",
            "1234,567",
            ",123",
            "123,",
            "1,,234",
            "1.234,567",
            "1.2.3",
            ".5",
            "5.",
            "1/2",
            "12-34",
        ],
        *["--5", "(5", "5)", "5(", "((5))"],
        "30103301073010830109",  # the codes of a damaged file, grown together
    ],
)
def test_what_is_no_figure_gives_nothing(text: str) -> None:
    assert amounts.read(text) is None


@pytest.mark.parametrize("text", ["485.37 485.37", *MISREAD])
def test_two_figures_a_footnote_mark_or_a_doubled_sign_is_never_one_number(text: str) -> None:
    assert amounts.read(text) is None


@steady
@given(
    cents=st.integers(-(10**15), 10**15),
    places=st.integers(0, 6),
    grouped=st.booleans(),
    full_width=st.booleans(),
    minus=st.sampled_from(["-", "－", "−", "‐", "–", "△", "▲", "()"]),
)
def test_every_way_of_printing_a_figure_is_read_back(
    cents: int, places: int, grouped: bool, full_width: bool, minus: str
) -> None:
    value = Decimal(cents).scaleb(-places)
    text = f"{abs(value):,f}" if grouped else f"{abs(value):f}"
    if value < 0:
        text = f"({text})" if minus == "()" else minus + text
    assert amounts.read(text.translate(FULL_WIDTH) if full_width else text) == value


@steady
@given(st.text(alphabet="0123456789,.-()△%", max_size=12))
@example("1,234.5")
@example("(1,234)")
def test_a_number_is_only_read_from_plain_digits_or_groups_of_three(text: str) -> None:
    value = amounts.read(text)
    if value is None:
        return
    body = text.removesuffix("%").strip("-()△")
    whole, _, fraction = body.partition(".")
    first, *others = whole.split(",")
    assert first.isdigit() and fraction.isdigit() == ("." in body)
    assert all(len(group) == 3 for group in others) and (len(first) <= 3 or not others)
    assert format(abs(value), "f") == format(Decimal(body.replace(",", "")), "f")
    assert value <= 0 if set(text) & set("-(△") else value >= 0


@pytest.mark.parametrize(
    ("figure", "unit", "expected"),
    [("99999999999.99", "万元", False), ("1000000000000", "万元", True), ("100000000", "亿元", True),
     ("9999999999999999", "元", False), ("9999999999999999", "", False)],
)  # fmt: skip
def test_more_yuan_than_there_are_is_no_money(figure: str, unit: str, expected: bool) -> None:
    assert amounts.is_too_much(Decimal(figure), unit) is expected


@pytest.mark.parametrize("text", ["-", "—", "——", "－", "–", "--", "/"])
def test_a_dash_says_nothing_and_is_no_zero(text: str) -> None:
    assert amounts.is_dash(text)
    assert amounts.read(text) is None


@pytest.mark.parametrize("text", ["", "0", "-5", "—5—", "无"])
def test_what_says_something_is_no_dash(text: str) -> None:
    assert not amounts.is_dash(text)


@pytest.mark.parametrize(
    ("printed", "money_unit", "yuan"),
    [
        ("483.69", "万元", "4836900"),
        ("0.00", "万元", "0"),
        ("0.000001", "万元", "0.01"),
        ("1,234,567", "元", "1234567"),
        ("0.10", "元", "0.1"),
        ("1.5", "千元", "1500"),
        ("23.4", "亿元", "2340000000"),
        ("-0.07", "万元", "-700"),
    ],
)
def test_money_becomes_yuan_exactly_and_without_needless_zeros(printed: str, money_unit: str, yuan: str) -> None:
    value = amounts.read(printed)
    assert value is not None
    assert str(amounts.yuan(value, money_unit)) == yuan


@steady
@given(st.integers(-(10**18), 10**18), st.integers(0, 6), st.sampled_from(sorted(amounts.FACTOR)))
def test_no_unit_of_money_costs_a_cent(units: int, places: int, money_unit: str) -> None:
    value = Decimal(units).scaleb(-places)
    assert amounts.yuan(value, money_unit) / amounts.FACTOR[money_unit] == value


def test_an_unknown_unit_of_money_is_refused() -> None:
    with pytest.raises(KeyError, match="万吨"):
        amounts.yuan(Decimal(1), "万吨")
