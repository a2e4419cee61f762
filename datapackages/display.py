"""How a reader wants the site told, its language and its unit of money, for the time of one request.

The site's plugins cannot import one another, so what they share of a request stands here.
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import cache
from pathlib import Path

import yaml

LANGUAGES = ("zh", "en")
MONEY_UNITS = ("wan", "yuan")  # amounts in 10,000 yuan, as most forms print them, or in yuan

language: ContextVar[str] = ContextVar("language", default="zh")
money_unit: ContextVar[str] = ContextVar("money_unit", default="wan")
cells_are_drawn: ContextVar[bool] = ContextVar("cells_are_drawn", default=True)  # else the page draws them
address: ContextVar[str] = ContextVar("address", default="")  # path and query asked for, without the choices


@cache
def english(folder: Path) -> dict[str, str]:
    """Chinese text → English text, of every ``*.yaml`` in ``folder``; raise ValueError where two files differ."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        for chinese, words in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if found.setdefault(chinese, words) != words:
                raise ValueError(
                    f"{path}: {chinese!r} is {words!r}, in another file {found[chinese]!r}; keep one of the two"
                )
    return found
