"""What stands over a table: label, title, whose it is and in which unit its money is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from parsers.text import REPEATED, fold, fold_keep, tidy
from parsers.vocabulary import canonical, words

LOOK_BACK = 9  # lines above a table that may belong to its caption
LONGEST_TITLE = 72


@dataclass(frozen=True, slots=True)
class Caption:
    """The words over a table; what was not printed is an empty string."""

    label: str = ""
    title: str = ""
    unit_name: str = ""
    money_unit: str = ""


def read_caption(above: Sequence[str], inside: Sequence[str]) -> Caption:
    """Caption from the lines above a frame (top to bottom) and its leading rows."""
    near = [tidy(line) for line in [*above[-LOOK_BACK:], *inside]]
    place, title = _title(near)
    label, bare = split_label(title)
    if not label:
        label = _label(near[: place + 1] if title else near)
    return Caption(label, bare, _first(near, "named_unit", "name"), money_unit(near))


def money_unit(texts: Iterable[str]) -> str:
    """The unit of money stated in a 单位：… line, or an empty string. The nearest one holds."""
    found = ""
    for text in texts:
        if len(text) <= 120 and (match := words()["money_unit"].search(fold(text))):
            found = match["unit"]
    return found


def _first(texts: Sequence[str], name: str, group: str) -> str:
    for text in reversed(texts):
        match = words()[name].search(_halfwidth_colon(text))
        if match and len(text) <= 120 and "。" not in text:
            return match[group].rstrip("：:，,")
    return ""


def _halfwidth_colon(text: str) -> str:
    return text.replace("：", ":")


def _title(texts: Sequence[str]) -> tuple[int, str]:
    """The nearest title above the table, joined with the line before it where it was wrapped."""
    for i in range(len(texts) - 1, -1, -1):
        text = _without_units(texts[i])
        if is_title(text):
            return i, _joined(texts[i - 1], text) if i else text
        if i and words()["title_end"].search(fold(text)) and _wrapped(texts[i - 1], text):
            return i, _without_units(texts[i - 1]) + text
    return -1, ""


def _joined(before: str, text: str) -> str:
    """A title whose first words stand on the line before: known only together."""
    known = canonical(text) != "unrecognised"
    joined = before + text
    if known or is_title(before) or not is_title(joined) or canonical(joined) == "unrecognised":
        return text
    return joined


def _wrapped(before: str, text: str) -> bool:
    joined = before + text
    return len(text) < 12 and not is_title(before) and is_title(joined) and canonical(joined) != "unrecognised"


def _without_units(text: str) -> str:
    for name in ("named_unit", "money_unit"):
        text = words()[name].sub("", _halfwidth_colon(text))
    text = re.sub(r"[（(][)）]", "", text)  # brackets that held nothing but the unit
    return text.replace("(", "（").replace(")", "）") if "（" in text else text


@lru_cache(REPEATED)
def is_title(text: str) -> bool:
    """Whether a line reads as the title of a table: it ends in 表, or names a form we know."""
    plain = fold(text)
    if not 3 <= len(plain) <= LONGEST_TITLE or not words()["title_end"].search(plain):
        return False  # as most lines
    if words()["not_title"].search(plain):
        return False
    label = words()["label"].match(plain)
    return len(plain) - (label.end() if label else 0) > 2


def split_label(title: str) -> tuple[str, str]:
    """「表1：收支总表」 -> ("表1", "收支总表"); a number such as 一、 before the title goes too."""
    match = words()["label"].match(fold(title))
    if match and len(fold(title)) > match.end() + 2:
        return match["label"], fold_keep(title, match.end())
    return "", words()["title_number"].sub("", title)


def _label(texts: Sequence[str]) -> str:
    for text in reversed(texts):
        match = words()["label"].match(fold(text))
        if match and match.end() == len(fold(text)):
            return match["label"]
    return ""
