"""Chinese search: ``?_search=`` goes through the same bigrams as the index, and stays cheap."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl

from datapackages.search_text import match_query

LONGEST_VALUE = 2_000_000  # bytes; the time limit does not interrupt one huge printf() or randomblob()


@hookimpl(trylast=True)  # Datasette registers its own escape_fts first; the last registration wins
def prepare_connection(conn: sqlite3.Connection) -> None:
    conn.create_function("escape_fts", 1, match_query, deterministic=True)
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Take blank and unknown search arguments out of the address before Datasette reads it.

    A blank ``_search`` would match nothing instead of everything, ``_searchmode=raw`` hands the
    reader's text to FTS5 as an expression, and any other ``_search...`` word is an error 500.
    """

    def wrap(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def searched(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if b"_search" in scope.get("query_string", b""):
                pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
                kept = [pair for pair in pairs if _is_kept(*pair)]
                scope = {**scope, "query_string": urlencode(kept).encode("ascii")}
            await app(scope, receive, send)

        return searched

    return wrap


def _is_kept(name: str, value: str) -> bool:
    if not name.startswith("_search"):
        return True
    return bool(value.strip()) and (name == "_search" or name.startswith("_search_"))
