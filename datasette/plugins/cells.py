"""How single values are shown: figures and documents as links, money in yuan, codes in words."""

import html
import json
import re
from collections.abc import Awaitable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from datasette import hookimpl

from datapackages import codes, display, schemas

FACT_ID = re.compile(r"[0-9a-f]{16}-p\d+-x-?\d+-y-?\d+")
UNIT_ID = re.compile(r"cn-[0-9a-z-]+-u\d+")
SHA256 = re.compile(r"[0-9a-f]{64}")
VOCABULARIES = {
    "agreement": "agreements",
    "block": "blocks",
    "canonical": "canonicals",
    "code_basis": "code_bases",
    "column_role": "column_roles",
    "difference": "differences",
    "direction": "directions",
    "document_kind": "kinds",
    "expenditure_type": "expenditure_types",
    "flow": "flows",
    "fund": "funds",
    "headline": "headline_kinds",
    "item": "items",
    "ledger_basis": "ledger_bases",
    "link_rule": "link_rules",
    "ledger_state": "ledger_states",
    "measure": "measures",
    "metric": "metrics",
    "part": "parts",
    "period": "periods",
    "phase": "phases",
    "ratio": "ratio_kinds",
    "reading": "readings",
    "row_role": "row_roles",
    "scope": "scopes",
    "severity": "severities",
    "stage": "stages",
    "state": "table_states",
    "text_layer": "text_layers",
    "unit_kind": "unit_kinds",
    "year_basis": "year_bases",
}
OF_ONE_TABLE = {
    ("changes", "cause"): "change_causes",
    ("changes", "kind"): "change_kinds",
    ("checks", "fault"): "faults",
    ("checks", "kind"): "check_kinds",
    ("checks", "outcome"): "outcomes",
    ("classifications", "basis"): "classification_bases",
    ("classifications", "scheme"): "schemes",
    ("corrections", "reason"): "correction_reasons",
    ("corrections", "state"): "correction_states",
    ("documents", "kind"): "kinds",
    ("jurisdictions", "level"): "levels",
    ("ledger", "basis"): "ledger_bases",
    ("line_links", "rule"): "link_rules",
    ("line_links", "scheme"): "schemes",
    ("news", "kind"): "news_kinds",
    ("ledger", "state"): "ledger_states",
    ("run_documents", "what"): "run_words",
    ("run_sources", "outcome"): "run_words",
    ("run_troubles", "kind"): "run_words",
    ("runs", "state"): "run_words",
    ("sections", "kind"): "section_kinds",
    ("statements", "direction"): "change_directions",
    ("units", "kind"): "unit_kinds",
    ("units", "state"): "unit_states",
}
TRUTHS = ("additive", "held", "is_core", "is_current")
COUNTS = ("bytes", "documents", "facts", "issues", "tables", "zip_bytes")
LISTS = ("aliases", "column_labels", "names", "pages", "short_names")
# Lists of period, name and text that a form prints, and the word list of the names.
PRINTED = {"funds": "performance_funds", "texts": "performance_texts"}


class Html(str):
    """Text that templates take as it is, because its values were escaped when it was made."""

    def __html__(self) -> str:
        return self


def word(value: Any, column: str, table: str | None = None) -> str:
    """Return the label of a word of a closed list in the reader's language; any other value comes back as text."""
    if isinstance(value, Mapping):  # a foreign key that Datasette has looked up
        value = value["value"]
    text = "" if value is None else str(value)
    if column == "jurisdiction":
        place = codes.jurisdictions().get(text)
        return place.name if place else text
    vocabulary = OF_ONE_TABLE.get((table or "", column)) or VOCABULARIES.get(column)
    return _labels(vocabulary, display.language.get()).get(text, text) if vocabulary else text


@cache
def _labels(vocabulary: str, language: str) -> dict[str, str]:
    return codes.labels(vocabulary, language)


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


def money(value: Any) -> str:
    """The amount in the reader's unit, 10,000 yuan or yuan; the head of the table names the unit."""
    return wan(value) if display.money_unit.get() == "wan" else yuan(value)


def of_fen(value: Any) -> Decimal:
    """Yuan of whole fen, for the filters that show money."""
    return Decimal(value) / 100


def average(fen: int) -> int:
    """An average of ours, in fen: to the hundredth of 10,000 yuan, or to the yuan, as the reader is shown money."""
    step = 10_000 if display.money_unit.get() == "wan" else 100
    return int((Decimal(fen) / step).to_integral_value()) * step


def _decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def heading(columns: Mapping[str, str] | None, name: str) -> str:
    """The short title of a column: metadata.yaml writes title and explanation around a colon; English, the name."""
    if display.language.get() == "en":
        return name.replace("_", " ").capitalize()
    return _described(columns, name)[0]


def explanation(columns: Mapping[str, str] | None, name: str) -> str:
    """What a column means, in a sentence."""
    text = _described(columns, name)[1]
    return text if display.language.get() == "zh" else _english_explanations().get(text, heading(columns, name))


@cache
def _english_explanations() -> dict[str, str]:
    fields = [field for resource in schemas.RESOURCES for field in schemas.fields(resource).values()]
    return {field["description_zh"]: field["description"] for field in reversed(fields)}  # the first one holds


def _described(columns: Mapping[str, str] | None, name: str) -> tuple[str, str]:
    title, _, text = (columns or {}).get(name, name).partition("\N{FULLWIDTH COLON}")
    return title, text or title


def relabelled(link: str, words: str) -> Html:
    """The same link with other words in it."""
    return Html(re.sub(r">[^<]*</a>", lambda _: f">{html.escape(words)}</a>", link))


def kind_of(column: str, value: Any, table: str | None) -> str:
    """Which form of ``_cell.html`` shows the value; empty for Datasette's own."""
    if value is None or value == "":
        return ""
    text = str(value)
    # The page of a figure is that of a version in force; the row of the change shows both pages.
    if column.endswith("fact_id") and column != "old_fact_id" and FACT_ID.fullmatch(text):
        return "figure"
    if column in ("sha256", "supersedes", "from_sha256", "found_sha256") and SHA256.fullmatch(text):
        return "document"
    if column in ("unit_id", "parent") and UNIT_ID.fullmatch(text):
        return "unit"
    if _is_yuan(column) and _decimal(value) is not None:
        return "amount"
    if table == "performance" and column in PRINTED:
        return "printed"
    if text.startswith(("http://", "https://")) and not re.search(r"\s", text):
        return "url"
    if column in TRUTHS:
        return "truth"
    if column in COUNTS and _decimal(value) is not None:
        return "count"
    if column in LISTS and ("|" in text or "/" in text):
        return "list"
    return "word" if word(value, column, table) != text else ""


def _is_yuan(column: str) -> bool:
    funds = _labels("funds", "zh")
    return column == "amount" or column.endswith("_amount") or column.removeprefix("amount_") in funds


def printed(value: Any, column: str) -> list[tuple[str, str, str]]:
    """What a form prints as period, name and text, in words."""
    names, periods = (_labels(words, display.language.get()) for words in (PRINTED[column], "periods"))
    return [
        (periods.get(entry["period"], entry["period"]), names.get(entry["name"], entry["name"]), entry["text"])
        for entry in json.loads(value)
    ]


@hookimpl
def render_cell(value: Any, column: str, table: str | None, datasette: Any) -> Awaitable[Html] | None:
    if not display.cells_are_drawn.get():
        return None
    label = None
    if isinstance(value, Mapping):
        value, label = value["value"], value["label"]
    kind = kind_of(column, value, table)
    if not kind:
        return None
    words = word(value, column, table)
    if words == str(value):  # no word of a list: Datasette's label of a foreign key, which is Chinese
        words = label or words
    shown = {"kind": kind, "value": value, "label": label, "word": words, "urls": datasette.urls}
    shown["printed"] = printed(value, column) if kind == "printed" else []

    async def drawn() -> Html:
        return Html(await datasette.jinja_env.get_template("_cell.html").render_async(shown))

    return drawn()


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    for use in (word, plain, yuan, wan, money, of_fen, average, heading, explanation, relabelled):
        env.filters[use.__name__] = use
