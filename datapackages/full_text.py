"""The full-text indexes: contentless FTS5 over the bigrams of :mod:`datapackages.search_text`.

A row's rowid is that of the row it finds: ``facts.rowid IN (SELECT rowid FROM facts_fts WHERE
facts_fts MATCH ?)`` with what ``search_text.match_query`` makes of a reader's words. The column ``key``
narrows a search to a place, year, stage or unit (:mod:`datapackages.search_keys`), ``whole`` finds what is
called exactly so.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from functools import lru_cache

from datapackages import search_keys, search_lines
from datapackages.search_text import WHOLE, index_text, joined, whole

KEY = "key_tokens(jurisdiction, document_year, stage, unit_id)"
KEY_AND_AMOUNT = "key_tokens(jurisdiction, document_year, stage, unit_id, amount_fen)"
AS_IT_IS = ("key", "whole")  # columns of tokens, which are no text

# Index → columns, and the query that gives rowid and texts. The ascii tokenizer keeps every
# character beyond ASCII, whatever Unicode version this SQLite knows.
SOURCES: dict[str, tuple[tuple[str, ...], str]] = {
    "facts_fts": (
        ("name", "row_path", "column_label", "unit_name", "project_name", "classification", "title"),
        """
        SELECT f.rowid, f.name, f.row_path, f.column_label,
          concat_text(f.unit_name, f.department_name, f.row_unit_name), f.project_name,
          concat_text(f.function_code, f.function_name, f.econ_dept_code, f.econ_dept_name,
                      f.econ_gov_code, f.econ_gov_name),
          t.title
        FROM facts f JOIN tables t USING (table_id) ORDER BY f.rowid
        """,
    ),
    "units_fts": (
        ("name", "aliases", "short_names", "whole"),
        """
        SELECT rowid, name, aliases, short_names, whole_texts(name, aliases, short_names) FROM units ORDER BY rowid
        """,
    ),
    "classifications_fts": (
        ("code", "name", "whole"),
        "SELECT rowid, code, name, whole_texts(code, name) FROM classifications ORDER BY rowid",
    ),
    "sections_fts": (
        ("heading_path", "text", "key"),
        f"SELECT rowid, heading_path, text, {KEY} FROM sections ORDER BY rowid",
    ),
    "statements_fts": (
        ("section", "metric_text", "reason", "key"),
        f"""
        SELECT rowid, section, concat_text(metric_text, compared_with), reason, {KEY_AND_AMOUNT}
        FROM statements ORDER BY rowid
        """,
    ),
    "performance_fts": (
        ("project", "unit", "attribute", "texts", "key"),
        f"""
        SELECT rowid, project, concat_text(department, unit), attribute, json_texts(texts), {KEY_AND_AMOUNT}
        FROM performance ORDER BY rowid
        """,
    ),
    "projects_fts": (
        ("name", "kind", "unit", "key"),
        f"SELECT rowid, name, concat_text(prefix, kind), unit, {KEY_AND_AMOUNT} FROM projects ORDER BY rowid",
    ),
    "purchases_fts": (
        ("item_name", "project", "unit", "function", "specification", "key"),
        f"""
        SELECT rowid, concat_text(item_code, item_name), project, unit,
          concat_text(function_code, function_name), concat_text(specification, method), {KEY_AND_AMOUNT}
        FROM purchases ORDER BY rowid
        """,
    ),
    "tables_fts": (
        ("title", "label", "unit_name", "column_labels", "key"),
        f"SELECT rowid, title, label, unit_name, column_labels, {KEY} FROM tables ORDER BY rowid",
    ),
}


def build(connection: sqlite3.Connection) -> None:
    """Create and fill the indexes."""
    for name, function in FUNCTIONS.items():
        connection.create_function(name, -1, function, deterministic=True)
    for name, (columns, query) in SOURCES.items():
        listed = ", ".join(columns)
        connection.execute(f"CREATE VIRTUAL TABLE {name} USING fts5({listed}, content='', tokenize='ascii')")
        insert = f"INSERT INTO {name} (rowid, {listed}) VALUES ({', '.join('?' * (len(columns) + 1))})"
        made = [_as_it_is if column in AS_IT_IS else _indexed for column in columns]
        rows = (
            (rowid, *(make(text) for make, text in zip(made, texts, strict=True)))
            for rowid, *texts in connection.execute(query)
        )
        connection.executemany(insert, rows)
        connection.execute(f"INSERT INTO {name} ({name}) VALUES ('optimize')")
    search_lines.build(connection)


def _json_texts(listed: str | None) -> str:
    return joined(*(entry["text"] for entry in json.loads(listed or "[]")))


def _whole_texts(*listed: str | None) -> str:
    """Each name of some lists as one token."""
    return " ".join(dict.fromkeys(WHOLE + whole(name) for names in listed for name in (names or "").split("|")))


FUNCTIONS: dict[str, Callable[..., str]] = {
    "concat_text": joined,
    "json_texts": _json_texts,
    "key_tokens": search_keys.of,
    "whole_texts": _whole_texts,
}


def _as_it_is(text: str) -> str:
    return text


@lru_cache(maxsize=1 << 16)
def _indexed(text: str | None) -> str:
    return index_text(text or "")
