"""Tokens in an index for a row's place, year, stage, unit and amount, by which a search is narrowed in it.

Each mixes letters and digits without a blank; what a reader types is parted where they meet, so nobody
finds such a token by its text.
"""

from __future__ import annotations

import re
from typing import Any

NO_KEY = re.compile("[^0-9A-Za-z\u0080-\U0010ffff]")  # what would part a token in two


def place(jurisdiction: Any) -> str:
    """The token of a division's code."""
    return f"j0{_kept(jurisdiction)}"


def unit(named: Any) -> str:
    """The token of a unit's id, or of its name where it has no id."""
    return f"u0{_kept(named)}"


def slot(document_year: Any = "", stage: Any = "") -> str:
    """The token of the documents of a year, of a stage, or of a year's stage; an unknown year is empty."""
    return f"y0{_kept(document_year)}s0{_kept(stage)}"


def slots(document_year: Any, stage: Any) -> tuple[str, str, str]:
    """The three tokens by which a document of that year and stage is found."""
    return slot(document_year, "all"), slot("all", stage), slot(document_year, stage)


def amount(fen: int) -> str:
    """The token of an amount in fen; a negative one is another."""
    return f"a0{_kept(str(fen).replace('-', 'm'))}"


def of(jurisdiction: Any, document_year: Any, stage: Any, unit_of: Any, fen: int | None = None) -> str:
    """All tokens of a row, for the column ``key`` of an index."""
    tokens = [place(jurisdiction), unit(unit_of), *slots(document_year, stage)]
    return " ".join(tokens if fen is None else [*tokens, amount(fen)])


def _kept(value: Any) -> str:
    return NO_KEY.sub("", "" if value is None else str(value))
