"""Printed figures to decimals. Nothing is guessed: what is not a figure gives None and becomes an Issue."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from datapackages.codes import money_factors
from parsers.text import REPEATED, fold

FACTOR = money_factors()  # yuan by printed unit
FIGURE = re.compile(
    r"(?P<sign>[-−－‐–△▲]?)(?P<open>\(?)(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<rest>\.\d+)?(?P<close>\)?)"
)
# Full-width forms only: NFKC would also make ① a 1 and ² a 2, which are marks and no digits of the figure.
NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
MOST_DIGITS = 16  # before the point: what the whole country spends in a year has 14 in yuan
MOST = {unit: Decimal(10) ** MOST_DIGITS / factor for unit, factor in FACTOR.items()}  # by printed unit
DASHES = frozenset("-−－‐–—/")


@lru_cache(REPEATED)
def read(text: str) -> Decimal | None:
    """A printed figure as a decimal in its printed unit; None when the text is no figure.

    △ and brackets mean minus in accounts. A thousands separator that parts other than groups of three
    is a misprint or two figures in one cell, never a number; so is a row of digits longer than any money.
    """
    if not text or text.isalpha():
        return None
    plain = (text if text.isascii() else text.translate(NARROW)).strip().removesuffix("%")
    match = FIGURE.fullmatch(plain)
    if not match or bool(match["open"]) != bool(match["close"]) or (match["sign"] and match["open"]):
        return None
    digits = match["digits"].replace(",", "")
    if len(digits) > MOST_DIGITS:
        return None
    value = Decimal(digits + (match["rest"] or ""))
    return -value if match["sign"] or match["open"] else value


def is_too_much(value: Decimal, money_unit: str) -> bool:
    """Whether a figure of that unit is more yuan than any money: two figures run together, or another unit."""
    return bool(money_unit) and abs(value) >= MOST[money_unit]


def is_dash(text: str) -> bool:
    """A dash printed for "nothing": neither zero nor an unreadable figure."""
    plain = fold(text)
    return bool(plain) and DASHES.issuperset(plain)


@lru_cache(REPEATED)
def yuan(value: Decimal, money_unit: str) -> Decimal:
    """A figure of that unit in yuan, exact, without needless zeros. Raises KeyError for an unknown unit."""
    amount = value * FACTOR[money_unit]
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


def tolerance(figure: Decimal, addends: int) -> Decimal:
    """By how much a printed sum may be off: half of its last decimal for each addend and for itself."""
    return Decimal(5).scaleb(int(figure.as_tuple().exponent) - 1) * (addends + 1)


def decimals(text: str) -> int:
    """How many decimals are printed."""
    return len(fold(text).rstrip(")%").partition(".")[2])
