"""Text that is not text: a font without a usable mapping from its glyphs to characters.

The page looks right on paper, but the file says accented letters, control characters or Chinese characters
that nobody writes. Of 3,940 pages counted, those that are text have at most 2.7 % of strange characters and
at least 31 % of their Chinese characters among the commonest; without a mapping, pages of Word, Excel,
browser and reportlab files have 9 % and more of strange ones, and with a shifted mapping few common ones.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

ENOUGH = 20  # characters; fewer tell nothing
ENOUGH_CHINESE = 50
MOST_STRANGE = 0.05
LEAST_COMMON = 0.12
UNWRITTEN = {"Cc", "Cn", "Co", "Cs"}  # control, unassigned, private use, half a pair
SYMBOLS = set("!\"#$&'<=>?@\\^_`{|}~;\ufffd")  # of ASCII, which forms hardly print; [30101] they do
PLAIN = re.compile(r"[0-9A-Za-z%(),./:\u3000-\u303e\u4e00-\u9fa5\uff01-\uff5e-]+")  # not strange: most of a page
LATIN_IN_CHINESE = set("·×÷±§°²³©®")  # of Latin-1, which Chinese text does print


def is_garbage(text: str) -> bool:
    """Whether the characters of a page, in any order, cannot be what is printed on it."""
    if len(text) < ENOUGH:
        return False
    if sum(map(is_strange, PLAIN.sub("", text))) > MOST_STRANGE * len(text):
        return True
    enough = LEAST_COMMON * len(text)  # if all were Chinese
    is_common = common().__contains__
    if sum(map(is_common, text[: len(text) // 4])) >= enough:  # as on most pages
        return False
    known = sum(map(is_common, text))
    if known >= enough:
        return False
    total = sum(map(_is_chinese, text))
    return total >= ENOUGH_CHINESE and known < LEAST_COMMON * total


@cache
def is_strange(char: str) -> bool:
    """Whether a character is hardly ever printed in Chinese documents."""
    latin = "\x80" <= char <= "\u02ff" and char not in LATIN_IN_CHINESE
    return char in SYMBOLS or latin or unicodedata.category(char) in UNWRITTEN


@cache
def _is_chinese(char: str) -> bool:
    return unicodedata.category(char) == "Lo"


@cache
def common() -> frozenset[str]:
    """The commonest characters of Chinese prose and of budgets."""
    return frozenset((files("parsers") / "data" / "common_characters.txt").read_text("utf-8")) - {"\n"}
