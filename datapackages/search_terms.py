"""What a reader asked for: terms with what is also searched for, an amount, a year, as FTS5 expressions.

Blanks separate terms, all of which must occur. A short form is replaced by the full name where it ends a term
(body: 大同市人社局), another word where it is the whole term (words: 三公); ``codes/synonyms.csv`` lists both, and
what is also searched for is shown to the reader, who can do without.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property

from datapackages import codes
from datapackages.search_text import BAR, NOTHING, QUOTES, WHOLE, Phrase, any_of, phrase, whole

YEAR = re.compile("(?<!\\d)(20\\d\\d)(?!\\d)年?度?")
AMOUNT = re.compile(r"[¥]?(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?(?P<unit>\D*)")
PLAIN = ("",)  # the mark of tokens without a mark
MOST_TERMS = 12
LONGEST = 200  # characters of a query that are read
LARGEST_FEN = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Amount:
    """An amount in yuan, for each unit that it may be written in; ``unit`` is empty where none was typed."""

    yuan: tuple[Decimal, ...]
    half: tuple[Decimal, ...]  # half of the last digit in that unit: what rounds to the amount lies within
    unit: str

    @property
    def fen(self) -> tuple[int, ...]:
        """The amounts as whole fen; one finer than a fen is no amount that a table prints."""
        return tuple(int(yuan * 100) for yuan in self.yuan if yuan * 100 == int(yuan * 100))


@dataclass(frozen=True, kw_only=True)
class Term:
    """One term as typed, and other words that stand for it."""

    text: str
    also: tuple[str, ...] = ()
    amount: Amount | None = None

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        """The phrases of the term and of what is also searched for."""
        return tuple(found for text in (self.text, *self.also) if (found := phrase(text)).tokens)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A query; ``text`` is what was typed, ``year`` the year it names and the data holds, else empty."""

    text: str
    terms: tuple[Term, ...]
    year: str = ""

    @property
    def words(self) -> str:
        """The query without its year."""
        return " ".join(term.text for term in self.terms)

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        """All that is to be marked in a text."""
        return tuple(found for term in self.terms for found in term.phrases)

    @property
    def amount(self) -> Amount | None:
        """The first amount that was asked for."""
        return next((term.amount for term in self.terms if term.amount), None)

    @property
    def is_amount(self) -> bool:
        """Whether the amount can be nothing else: it has a unit, a comma or decimals."""
        return any(term.amount and not term.text.isdecimal() for term in self.terms)

    @property
    def widened(self) -> str:
        """The words with all that is searched for, as the search of one table reads them."""
        return " ".join(BAR.join((term.text, *term.also)) for term in self.terms)

    def without_amount(self) -> Asked:
        """The same without the term that is the amount."""
        first = next((term for term in self.terms if term.amount), None)
        return Asked(text=self.text, terms=tuple(term for term in self.terms if term is not first), year=self.year)

    def literal(self, *marks: str) -> str:
        """The expression for the words as typed, of tokens with one of the marks; without marks, of plain ones."""
        return " AND ".join(any_of([phrase(term.text)], marks or PLAIN) for term in self.terms) or NOTHING

    def expression(self, *marks: str) -> str:
        """The expression for the words as typed or what is also searched for; marks as for ``literal``."""
        return " AND ".join(any_of(term.phrases, marks or PLAIN) for term in self.terms) or NOTHING

    def somewhere(self, mark: str) -> str:
        """The expression for any one of the words, of tokens with the mark."""
        return any_of(self.phrases, (mark,)) or NOTHING

    def called(self) -> str:
        """The expression for what is called exactly as the words or as one of them."""
        named = dict.fromkeys(filter(None, map(whole, (self.words, *(term.text for term in self.terms)))))
        return any_of([Phrase((name,), False) for name in named], (WHOLE,)) or NOTHING


def read(query: str, years: Collection[str] = (), *, is_widened: bool = True) -> Asked:
    """Read a query. A year that the data holds (``years``) narrows the search where other words stand beside it.

    ``is_widened`` is whether synonyms are searched for as well.
    """
    plain = QUOTES.sub("", unicodedata.normalize("NFKC", query)[:LONGEST])
    year, rest = _year(plain, years)
    texts = [text for text in rest.split() if phrase(text).tokens][:MOST_TERMS]
    terms = tuple(_term(text, is_widened=is_widened) for text in texts)
    return Asked(text=plain.strip(), terms=terms, year=year)


def _term(text: str, *, is_widened: bool) -> Term:
    """A term; words that a reader parts by a bar stand for each other."""
    first, *others = (words for words in text.split(BAR) if phrase(words).tokens)
    wider = also(first) if is_widened else ()
    return Term(text=first, also=tuple(dict.fromkeys((*others, *wider))), amount=amount(first))


def amount(text: str) -> Amount | None:
    """Read 483.69万元, 4836900元, 4,836,900 or 483.69, which may be in any unit; None for what is no amount."""
    found = AMOUNT.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None or (found["unit"] and found["unit"] not in _units()):
        return None
    digits, part = found["whole"].replace(",", ""), found["part"] or ""
    number, last = Decimal(f"{digits}.{part or 0}"), Decimal(1).scaleb(-len(part))
    factors = [_units()[found["unit"]]] if found["unit"] else list(codes.money_factors().values())
    if any(abs(number * factor * 100) > LARGEST_FEN for factor in factors):
        return None
    yuan, half = (tuple(value * factor for factor in factors) for value in (number, last / 2))
    return Amount(yuan=yuan, half=half, unit=found["unit"])


def also(term: str) -> tuple[str, ...]:
    """What is searched for beside a term, in the list's order."""
    if term in _synonyms("words"):
        return tuple(_synonyms("words")[term])
    bodies = _synonyms("body")
    short = next((term[at:] for at in range(len(term)) if term[at:] in bodies), "")
    if not short:
        return ()
    before = term.removesuffix(short)
    return tuple(before + full for full in bodies[short] if not term.endswith(full))


@cache
def _synonyms(kind: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in codes.rows("synonyms"):
        if row["kind"] == kind:
            found[row["term"]].append(row["expansion"])
    return found


@cache
def _units() -> dict[str, Decimal]:
    """Units of money, also without their last character: 万 for 万元."""
    factors = codes.money_factors()
    return factors | {unit[:-1]: factor for unit, factor in factors.items() if len(unit) > 1}


def _year(text: str, years: Collection[str]) -> tuple[str, str]:
    """The year that a query begins a term with, and the query without it; alone it is a word like any other."""
    for found in YEAR.finditer(text):
        rest = f"{text[: found.start()]} {text[found.end() :]}"
        if found[1] in years and rest.strip() and text[: found.start()][-1:].strip() == "":
            return found[1], rest
    return "", text


