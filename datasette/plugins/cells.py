"""How single values are shown: figures and documents as links, money in yuan, codes in words."""

import re
from collections.abc import Awaitable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from datasette import hookimpl
from markupsafe import Markup

from datapackages import codes

FACT_ID = re.compile(r"[0-9a-f]{16}-p\d+-x-?\d+-y-?\d+")
SHA256 = re.compile(r"[0-9a-f]{64}")
VOCABULARIES = {
    "canonical": "canonicals",
    "code_basis": "code_bases",
    "column_role": "column_roles",
    "direction": "directions",
    "expenditure_type": "expenditure_types",
    "flow": "flows",
    "fund": "funds",
    "item": "items",
    "measure": "measures",
    "part": "parts",
    "phase": "phases",
    "reading": "readings",
    "row_role": "row_roles",
    "scope": "scopes",
    "severity": "severities",
    "stage": "stages",
    "state": "table_states",
    "text_layer": "text_layers",
    "year_basis": "year_bases",
}
TRUTHS = ("additive", "is_current")


def word(value: Any, column: str, table: str | None = None) -> str:
    """Return the Chinese label of a word of a closed list; any other value comes back as text."""
    vocabulary = "kinds" if (table, column) == ("documents", "kind") else VOCABULARIES.get(column)
    text = "" if value is None else str(value)
    return codes.labels(vocabulary, "zh").get(text, text) if vocabulary else text


def plain(value: Any) -> str:
    """A number with thousands separators and no trailing zeros: 12500.50 as 12,500.5."""
    number = _decimal(value)
    if number is None:
        return str(value)
    whole, _, fraction = f"{number:,f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def yuan(value: Any) -> str:
    """Yuan with thousands separators, and two decimals when there are fen: 1,234.50 or 4,836,900."""
    number = _decimal(value)
    if number is None:
        return str(value)
    return f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,.2f}"


def wan(value: Any) -> str:
    """The same amount in 10,000 yuan, exact: 4836900 as 483.69."""
    number = _decimal(value)
    return plain(number / 10_000) if number is not None else str(value)


def _decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def heading(columns: Mapping[str, str] | None, name: str) -> str:
    """The short title of a column; metadata.yaml writes title and explanation around a full stop."""
    return _described(columns, name)[0]


def explanation(columns: Mapping[str, str] | None, name: str) -> str:
    """What a column means, in a sentence."""
    return _described(columns, name)[1]


def _described(columns: Mapping[str, str] | None, name: str) -> tuple[str, str]:
    title, _, text = (columns or {}).get(name, name).partition("\N{FULLWIDTH COLON}")
    return title, text or title


def kind_of(column: str, value: Any, table: str | None) -> str:
    """Which form of ``_cell.html`` shows the value; empty for Datasette's own."""
    if value is None or value == "":
        return ""
    text = str(value)
    if column == "fact_id" and FACT_ID.fullmatch(text):
        return "figure"
    if column in ("sha256", "supersedes") and SHA256.fullmatch(text):
        return "document"
    if (column == "amount" or column.endswith("_amount")) and _decimal(value) is not None:
        return "amount"
    if text.startswith(("http://", "https://")) and not re.search(r"\s", text):
        return "url"
    if column in TRUTHS:
        return "truth"
    return "word" if word(value, column, table) != text else ""


@hookimpl
def render_cell(
    value: Any, column: str, table: str | None, datasette: Any
) -> Awaitable[Markup] | Markup | None:
    kind = kind_of(column, value, table)
    if not kind:
        return None
    shown = {"kind": kind, "value": value, "word": word(value, column, table), "urls": datasette.urls}

    async def drawn() -> Markup:
        return Markup(await datasette.jinja_env.get_template("_cell.html").render_async(shown))

    return drawn()


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    env.filters.update(
        word=word, plain=plain, yuan=yuan, wan=wan, heading=heading, explanation=explanation
    )
