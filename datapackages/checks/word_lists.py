"""Words by which checks recognise things (``word_lists.yaml``)."""

from __future__ import annotations

from functools import cache

from datapackages.checks.data_files import loaded


@cache
def words(name: str) -> str:
    """A pattern that matches any word of a list. Raises KeyError for a list that is not there."""
    return "|".join(loaded("word_lists")[name])
