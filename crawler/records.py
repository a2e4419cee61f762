"""Records in JSON that name no address: a source says how the platform's own script writes it from their fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from crawler.listings import parsed

FIELD = re.compile(r"\{(\w+)\}")
KINDS = ("list", "detail", "file")


@dataclass(frozen=True, kw_only=True)
class Records:
    """One kind of record: ``{of: /items, kind: file, address: "http://…/get.do?iid={iid}", title: "{name}"}``."""

    of: str  # regular expression for the addresses of the answers that hold such records
    kind: str  # one of KINDS: what stands at the address
    address: str  # with the record's fields in braces
    title: str = ""  # the same


@dataclass(frozen=True, kw_only=True)
class Made:
    """A link made from one record."""

    kind: str
    address: str
    title: str


def made(text: str, url: str, known: Sequence[Records]) -> Iterator[Made]:
    """A link for each record in the answer of ``url`` that has all the fields which its address needs."""
    wanted = [records for records in known if re.search(records.of, url)]
    told = parsed(text) if wanted else None
    for records in wanted:
        fields = FIELD.findall(records.address)
        for record in _objects(told):
            if all(isinstance(record.get(field), int | str) and record[field] != "" for field in fields):
                escaped = {field: quote_plus(str(record[field])) for field in fields}
                address, title = _filled(records.address, escaped), _filled(records.title, record)
                yield Made(kind=records.kind, address=address, title=title)


def _filled(template: str, fields: dict[str, Any]) -> str:
    return FIELD.sub(lambda field: str(fields.get(field[1], "")), template)


def _objects(told: Any) -> Iterator[dict[str, Any]]:
    inner = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    if isinstance(told, dict):
        yield told
    for value in inner:
        yield from _objects(value)
