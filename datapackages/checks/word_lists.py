"""Words by which checks recognise things (``word_lists.yaml``)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("word_lists.yaml")


@cache
def _lists() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return lists


@cache
def words(name: str) -> str:
    """A pattern that matches any word of a list. Raises KeyError for a list that is not there."""
    return "|".join(_lists()[name])
