"""Chinese full text without an extension: bigrams for FTS5's ``ascii`` tokenizer.

A run of Han characters becomes its pairs and its last character (残疾人 → 残疾 疾人 人); digits and
letters are tokens of their own; quotation marks vanish and everything else separates. A query term
is one phrase whose last token may go on, so every substring of a Han run is found and nothing else is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Radicals, 々〇, the unified ideographs and their extensions.
HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
BLANK_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}])\s+(?=[{HAN}])")
# The forms print “三公”经费, readers type 三公经费: quotation marks part nothing.
QUOTES = re.compile("[\"'“”‘’„‟«»‹›《》〈〉「」『』〝〞]")
RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?P<digits>\d+)|(?P<letters>[^\W\d_{HAN}]+)")
NOTHING = '""'  # FTS5 reads it as a phrase without tokens: valid, and found nowhere


def index_text(text: str) -> str:
    """Return the text's tokens, separated by blanks, ready for an FTS5 column."""
    return " ".join(token for token, _ in _tokens(BLANK_BETWEEN_HAN.sub("", _normalise(text))))


def match_query(query: str) -> str:
    """Return the FTS5 MATCH expression for what a user typed; it is valid whatever was typed.

    Blanks separate terms, all of which must occur. Digits at the end of a term are a prefix (2081
    finds 2081105), and so is a last Han character.
    """
    phrases = [_phrase(list(_tokens(_normalise(term)))) for term in query.split()]
    return " AND ".join(filter(None, phrases)) or NOTHING


def _normalise(text: str) -> str:
    return QUOTES.sub("", unicodedata.normalize("NFKC", text).lower())


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield token and kind (han, digits, letters)."""
    for run in RUN.finditer(text):
        kind, value = str(run.lastgroup), run.group()
        if kind == "han":
            yield from ((value[at : at + 2], kind) for at in range(len(value)))
        else:
            yield value, kind


def _phrase(tokens: list[tuple[str, str]]) -> str:
    if not tokens:
        return ""
    words = " ".join(token for token, _ in tokens)
    return f'"{words}" *' if tokens[-1][1] in ("han", "digits") else f'"{words}"'
