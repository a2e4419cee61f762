"""Chinese full text without an extension: bigrams for FTS5's ``ascii`` tokenizer.

A run of Han characters becomes its pairs and its last character (残疾人 → 残疾 疾人 人); digits and
letters are tokens of their own; quotation marks vanish and everything else separates. A query term
is one phrase: of a Han run its pairs, so that every substring of a run is found and nothing else is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

# Radicals, 々〇, the unified ideographs and their extensions.
HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
BLANK_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}])\s+(?=[{HAN}])")
# The forms print “三公”经费, readers type 三公经费: quotation marks part nothing.
QUOTES = re.compile("[\"'“”‘’„‟«»‹›《》〈〉「」『』〝〞]")
RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?P<digits>\d+)|(?P<letters>[^\W\d_{HAN}]+)")
NUMBERING = re.compile(r"^\s*(?:[\u2460-\u2473]|[(（]?\w{1,3}[)）、.．：:])+(?=.)")  # before the words of a line
RUNS_ON = re.compile(r"\d[.,]\Z")  # before digits: they are the end of a longer number
BAR = "|"
NOTHING = '""'  # FTS5 reads it as a phrase without tokens: valid, and found nowhere
# Marks of tokens; a letter after a digit, which no token of a text has.
OWN, WHOLE = "0o", "0w"  # the words of a line itself, a whole name as one token
SHORTEST_PREFIX = 3  # digits of a 类; a prefix of one digit would gather half of the index for one query
LONGEST = 300  # characters of a query that are read; a unit's name has some thirty


class Token(NamedTuple):
    """One token, and where it stands in the normalised text."""

    text: str
    kind: str  # han, digits, letters
    start: int
    end: int


class Phrase(NamedTuple):
    """The tokens of a term, which stand side by side in a text; the last one may go on."""

    tokens: tuple[str, ...]
    is_prefix: bool

    def match(self, mark: str = "") -> str:
        """The phrase as FTS5 reads it, for tokens with that mark; empty without tokens."""
        if not self.tokens:
            return ""
        words = " ".join(mark + token for token in self.tokens)
        return f'"{words}" *' if self.is_prefix else f'"{words}"'


def index_text(text: str, mark: str = "") -> str:
    """Return the text's tokens, separated by blanks, ready for an FTS5 column.

    Tokens with a mark are found by marked phrases alone: FTS5 reads all that it has of a token before it looks at
    the column, so that rare places of a frequent word are better told by the token.
    """
    return " ".join(mark + token.text for token in _tokens(BLANK_BETWEEN_HAN.sub("", _normalise(text))))


def whole(text: str) -> str:
    """Return the whole text without its numbering and punctuation: what is called so is called the same."""
    return "".join(run.group() for run in RUN.finditer(_normalise(NUMBERING.sub("", text))))


def joined(*texts: str | None) -> str:
    """Return the texts as one, parted so that no phrase reaches from one into the next."""
    return " | ".join(filter(None, texts))


def match_query(query: str) -> str:
    """Return the FTS5 MATCH expression for what a user typed; it is valid whatever was typed.

    Blanks separate terms, all of which must occur; a bar parts words that may stand for each other. Three or
    more digits at the end of a term are a prefix (2081 finds 2081105), and so is a single Han character.
    """
    words = dict.fromkeys(query[:LONGEST].split())  # a word said twice asks for nothing more
    terms = ([phrase(word) for word in term.split(BAR)] for term in words)
    return " AND ".join(filter(None, map(any_of, terms))) or NOTHING


def any_of(phrases: Iterable[Phrase], marks: Sequence[str] = ("",)) -> str:
    """The expression for any of the phrases, of tokens with any of the marks; empty where none has tokens."""
    listed = [match for phrase in phrases for mark in marks if (match := phrase.match(mark))]
    return listed[0] if len(listed) == 1 else f"({' OR '.join(listed)})" if listed else ""


def phrase(term: str) -> Phrase:
    """Return the phrase of one term. The pairs of a Han run hold all of it, so its last character is left out."""
    tokens = list(_tokens(_normalise(term)))
    if not tokens:
        return Phrase((), False)
    text, kind, *_ = tokens[-1]
    if kind == "han" and len(tokens) > 1 and tokens[-2].kind == "han" and tokens[-2].end == tokens[-1].end:
        return Phrase(tuple(token.text for token in tokens[:-1]), False)
    is_prefix = kind == "han" or (kind == "digits" and len(text) >= SHORTEST_PREFIX)
    return Phrase(tuple(token.text for token in tokens), is_prefix)


def spans(text: str, phrases: Iterable[Phrase]) -> list[tuple[int, int]]:
    """Where the phrases stand in a text: start and end of each place in order, joined where they touch.

    A number that another one runs into is not marked: 28万元 in 1563.28万元 (the index parts both at the point).
    """
    plain, tokens, places = _placed(text)
    found = sorted(
        (start, end)
        for phrase in phrases
        if phrase.tokens
        for start, end in _spans(tokens, phrase)
        if not (plain[start].isdecimal() and RUNS_ON.search(plain, 0, start))
    )
    joined: list[tuple[int, int]] = []
    for start, end in ((places[start], places[end - 1] + 1) for start, end in found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _normalise(text: str) -> str:
    return QUOTES.sub("", unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=1 << 12)  # a table prints the same headings in each of its rows
def _placed(text: str) -> tuple[str, list[Token], list[int]]:
    """The normalised text, its tokens, and for each character the place in ``text`` that it comes from."""
    pairs = [(part, place) for place, character in enumerate(text) for part in _normalise(character)]
    loose = "".join(part for part, _ in pairs)
    left_out = {at for blank in BLANK_BETWEEN_HAN.finditer(loose) for at in range(*blank.span())}
    kept = [pair for at, pair in enumerate(pairs) if at not in left_out]
    plain = "".join(part for part, _ in kept)
    return plain, list(_tokens(plain)), [place for _, place in kept]


def _tokens(text: str) -> Iterator[Token]:
    for run in RUN.finditer(text):
        kind, value, start = str(run.lastgroup), run.group(), run.start()
        if kind == "han":
            for at in range(len(value)):
                pair = value[at : at + 2]
                yield Token(pair, kind, start + at, start + at + len(pair))
        else:
            yield Token(value, kind, start, run.end())


def _spans(tokens: list[Token], phrase: Phrase) -> Iterator[tuple[int, int]]:
    *before, last = phrase.tokens
    count = len(phrase.tokens)
    for at in range(len(tokens) - count + 1):
        window = tokens[at : at + count]
        end = window[-1]
        fits = end.text.startswith(last) if phrase.is_prefix else end.text == last
        if fits and [token.text for token in window[:-1]] == before:
            yield window[0].start, end.start + len(last)
