"""Addresses that are asked with a form: ``http://host/list#post:page=2&size=20``.

Some lists answer to POST alone. The form stands in the fragment, which is never sent to a server: so each page of
such a list has an address of its own, in a source's entries and in ``crawl.db``. ``#json:`` holds a body in JSON,
percent-encoded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus

MEDIATYPES = {
    "post": "application/x-www-form-urlencoded; charset=UTF-8",
    "json": "application/json; charset=UTF-8",
}


def split(address: str) -> tuple[str, str, str]:
    """Address, kind of its form (``post``, ``json`` or empty: asked by GET) and the form as it is written."""
    bare, _, fragment = address.partition("#")
    kind, colon, form = fragment.partition(":")
    return (bare, kind, form) if colon and kind in MEDIATYPES else (address, "", "")


def posted(address: str, form: Mapping[str, str]) -> str:
    """The address with a form of these fields."""
    return f"{address}#post:{'&'.join(f'{quote_plus(key)}={quote_plus(value)}' for key, value in form.items())}"


def written(address: str, sent: str) -> str:
    """The address with a form as it was sent: in JSON where it reads as such."""
    return f"{address}#json:{quote(sent)}" if sent.startswith(("{", "[")) else f"{address}#post:{sent}"


def body(address: str) -> tuple[bytes, str] | None:
    """What is sent to an address that has a form, and its media type; None where it is asked by GET."""
    _, kind, form = split(address)
    if not kind:
        return None
    return (unquote(form) if kind == "json" else form).encode(), MEDIATYPES[kind]


def parameters(address: str) -> dict[str, str]:
    """The fields of query and form by name; of a body in JSON the texts and numbers that stand in it directly."""
    bare, kind, form = split(address)
    found = dict(parse_qsl(bare.partition("?")[2].partition("#")[0], True))
    if kind == "post":
        found |= dict(parse_qsl(form, True))
    elif kind == "json":
        found |= {key: str(value) for key, value in _fields(form).items() if isinstance(value, int | str)}
    return found


def changed(address: str, values: Mapping[str, str]) -> str:
    """The same address with other values under the names that it has; every other byte stays as it was given.

    A site may write a query in its own encoding (GBK): read and written anew it would ask for something else.
    """
    bare, kind, form = split(address)
    path, mark, query = bare.partition("?")
    asked = path + mark + _replaced(query, values)
    if kind == "json":
        fields = {key: _like(value, values.get(key)) for key, value in _fields(form).items()}
        return f"{asked}#json:{quote(json.dumps(fields, ensure_ascii=False, separators=(',', ':')))}"
    return f"{asked}#post:{_replaced(form, values)}" if kind else asked


def _replaced(pairs: str, values: Mapping[str, str]) -> str:
    def pair(part: str) -> str:
        key = part.partition("=")[0]
        value = values.get(unquote_plus(key))
        return part if value is None else f"{key}={quote_plus(value)}"

    return "&".join(map(pair, pairs.split("&")))


def _fields(form: str) -> dict[str, Any]:
    try:
        told = json.loads(unquote(form))
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _like(value: Any, text: str | None) -> Any:
    """A number stays a number: servers are strict about it."""
    if text is None:
        return value
    return int(text) if isinstance(value, int) and text.isdecimal() else text
