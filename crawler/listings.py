"""Lists that are not plain HTML, as HTML: records inside XML or scripts, and answers in JSON.

A publishing system may keep its records in CDATA (Hanweb jpage), send a fragment inside JSON (Hanweb jpaas) or
send the records themselves (gkmlpt and the provinces' platforms). Once each record is a link, one reader of
pages serves them all.
"""

from __future__ import annotations

import html as entities
import json
import re
from collections.abc import Iterator
from typing import Any

CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
RECORDS = re.compile(r"<script[^>]*\btext/xml\b[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
CALLBACK = re.compile(r"^[\w$.]+\s*\((.*)\)\s*;?\s*$", re.DOTALL)
CODED = re.compile(r"\\u([0-9a-fA-F]{4})")
ADDRESS = ("url", "link", "href", "docpuburl", "linkurl", "posturl", "post_url", "fileurl", "filepath", "path")
TITLE = ("title", "name", "doctitle", "filename", "subject", "listtitle", "showtitle")
MARKUP = re.compile(r"<(a|li|tr|p|div|table)\b", re.IGNORECASE)


def unwrapped(text: str) -> str:
    """HTML of a page or an answer; what is plain HTML is returned as it is."""
    told = parsed(text)
    if told is not None:
        return f"<html><body>{''.join(_records(told))}</body></html>"
    if "<![CDATA[" not in text:
        return text
    return CDATA.sub(r"\1", RECORDS.sub(r"<div>\1</div>", text))


def parsed(text: str) -> Any:
    """The value of a JSON or JSONP answer; None for anything else."""
    text = text.strip().removeprefix("\ufeff")
    inner = CALLBACK.match(text)
    body = inner.group(1) if inner else text
    if not body.startswith(("{", "[")):
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def unescaped(script: str) -> str:
    r"""A script in which ``\/``, ``\"`` and ``\u9884`` stand for themselves, as strings inside JSON are written."""
    if "\\" not in script:
        return script
    plain = CODED.sub(lambda found: chr(int(found.group(1), 16)), script)
    return plain.replace("\\/", "/").replace('\\"', '"')


def _records(value: Any) -> Iterator[str]:
    """A link for each object with an address, and every fragment of HTML, in their order."""
    if isinstance(value, dict):
        yield from _link({str(key).lower().replace("-", ""): told for key, told in value.items()})
        for told in value.values():
            yield from _records(told)
    elif isinstance(value, list):
        for told in value:
            yield from _records(told)
    elif isinstance(value, str) and MARKUP.search(value):
        yield value


def _link(record: dict[str, Any]) -> Iterator[str]:
    address, title = _first(record, ADDRESS), _first(record, TITLE)
    if address and ("/" in address or "." in address):
        yield f'<a href="{entities.escape(address)}">{entities.escape(re.sub("<[^>]*>", "", title))}</a>\n'


def _first(record: dict[str, Any], names: tuple[str, ...]) -> str:
    texts = (record.get(name) for name in names)
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")
