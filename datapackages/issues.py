"""Make issues from the templates in ``codes/issues.csv``: one place for every message a reader meets."""

from __future__ import annotations

from functools import cache
from string import Formatter

from datapackages import codes
from datapackages.model import Issue

TEXTS = ("message_zh", "message_en", "remedy_zh", "remedy_en")


@cache
def templates() -> dict[str, dict[str, str]]:
    """Return issue type → its line of ``codes/issues.csv``."""
    return {row["type"]: row for row in codes.rows("issues")}


def issue(
    type: str,
    *,
    page: int | None = None,
    table: str = "",
    row: int | None = None,
    column: int | None = None,
    **values: object,
) -> Issue:
    """Return the issue of that type, its templates filled with ``values`` and the place.

    An unknown type, or a value that the template names and the caller did not give, raises ValueError.
    """
    template = _template(type)
    given = {"page": page, "table": table, "row": row, "column": column, **values}
    _require(type, template, given)
    texts = {name: template[name].format_map(given) for name in TEXTS}
    return Issue(
        type=type,
        severity=template["severity"],
        message=texts["message_en"],
        message_zh=texts["message_zh"],
        remedy=texts["remedy_en"],
        remedy_zh=texts["remedy_zh"],
        page=page,
        table=table,
        row=row,
        column=column,
    )


def fields(type: str) -> set[str]:
    """Return the names of the values that the templates of this type need."""
    template = _template(type)
    return {name for text in TEXTS for _, name, _, _ in Formatter().parse(template[text]) if name}


def _template(type: str) -> dict[str, str]:
    try:
        return templates()[type]
    except KeyError:
        raise ValueError(f"no issue type {type!r} in datapackages/codes/issues.csv; add a line for it") from None


def _require(type: str, template: dict[str, str], given: dict[str, object]) -> None:
    missing = sorted(name for name in fields(type) if given.get(name) is None)
    if missing:
        raise ValueError(f"issue {type!r} needs {', '.join(missing)}: its text says {template['message_en']!r}")
