"""Which rows are projects: their names without the prefix that a form prints, and their kind."""

from __future__ import annotations

import re
from collections.abc import Sequence

from datapackages.model import Table
from parsers.columns import REVENUE_FORMS
from parsers.rows import Row
from parsers.vocabulary import words


def prefix_of(names: Sequence[str]) -> re.Pattern[str]:
    """What leads the names of a list's projects: a code always does, letters only where most names have them."""
    lettered = sum(bool(words()["project_letters"].match(name)) for name in names)
    return words()["project_letters" if lettered * 2 > len(names) else "project_code_prefix"]


def settle_projects(table: Table, rows: Sequence[Row]) -> None:
    """Settle ``project_name`` and ``project_kind`` of every row.

    A heading 项目 may stand over lines, funds or classifications as well, and those are no projects. The
    prefix stays in the printed name of the row.
    """
    lines = table.canonical.endswith("overall") or table.canonical in REVENUE_FORMS
    named = []
    for row in rows:
        if lines or row.role == "total" or (row.codes and row.name == row.project_name):
            row.project_name = row.project_kind = ""
        if row.project_name:
            named.append(row)
    prefix = prefix_of([row.project_name for row in named])
    for row in named:
        match = prefix.match(row.project_name)
        row.project_name = row.project_name[match.end() :] if match else row.project_name
