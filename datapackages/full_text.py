"""The full-text indexes: contentless FTS5 over the bigrams of :mod:`datapackages.search_text`.

A row's rowid is that of the row it finds: ``facts.rowid IN (SELECT rowid FROM facts_fts WHERE
facts_fts MATCH ?)`` with what ``search_text.match_query`` makes of a reader's words.
"""

from __future__ import annotations

import json
import sqlite3
from functools import lru_cache

from datapackages.search_text import index_text

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
    "sections_fts": (
        ("heading_path", "text"),
        "SELECT rowid, heading_path, text FROM sections ORDER BY rowid",
    ),
    "statements_fts": (
        ("section", "metric_text", "reason"),
        "SELECT rowid, section, concat_text(metric_text, compared_with), reason FROM statements ORDER BY rowid",
    ),
    "performance_fts": (
        ("project", "unit", "attribute", "texts"),
        """
        SELECT rowid, project, concat_text(department, unit), attribute, json_texts(texts)
        FROM performance ORDER BY rowid
        """,
    ),
    "projects_fts": (
        ("name", "kind", "unit"),
        "SELECT rowid, name, concat_text(prefix, kind), unit FROM projects ORDER BY rowid",
    ),
    "purchases_fts": (
        ("item_name", "project", "unit", "function", "specification"),
        """
        SELECT rowid, concat_text(item_code, item_name), project, unit,
          concat_text(function_code, function_name), concat_text(specification, method)
        FROM purchases ORDER BY rowid
        """,
    ),
    "tables_fts": (
        ("title", "label", "unit_name", "column_labels"),
        "SELECT rowid, title, label, unit_name, column_labels FROM tables ORDER BY rowid",
    ),
}


def build(connection: sqlite3.Connection) -> None:
    """Create and fill the indexes."""
    connection.create_function("concat_text", -1, _concat, deterministic=True)
    connection.create_function("json_texts", 1, _json_texts, deterministic=True)
    for name, (columns, query) in SOURCES.items():
        listed = ", ".join(columns)
        connection.execute(f"CREATE VIRTUAL TABLE {name} USING fts5({listed}, content='', tokenize='ascii')")
        insert = f"INSERT INTO {name} (rowid, {listed}) VALUES ({', '.join('?' * (len(columns) + 1))})"
        rows = ((rowid, *map(_indexed, texts)) for rowid, *texts in connection.execute(query))
        connection.executemany(insert, rows)
        connection.execute(f"INSERT INTO {name} ({name}) VALUES ('optimize')")


def _concat(*texts: str | None) -> str:
    # The bar separates: no phrase reaches from one text into the next.
    return " | ".join(filter(None, texts))


def _json_texts(listed: str | None) -> str:
    return _concat(*(entry["text"] for entry in json.loads(listed or "[]")))


@lru_cache(maxsize=1 << 16)
def _indexed(text: str | None) -> str:
    return index_text(text or "")
