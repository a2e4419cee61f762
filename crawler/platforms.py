"""Platforms whose lists are answers in JSON, asked by GET or by POST: which other pages such a list has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import ceil
from typing import Any

from crawler import forms
from crawler.announcing import MOST, whole
from crawler.listings import parsed
from crawler.pages import named_links
from crawler.words import Words

LONG = 2000  # characters of a call, with the function that reads its answer


class Answers:
    """Lists in JSON: the address or its form carries the page's number, the answer counts records or pages."""

    def pages(self, text: str, url: str, words: Words) -> Iterator[str]:
        """Every page that the answer counts."""
        asked = forms.parameters(url)
        number = next((key for key in asked if key.lower() in words.page_numbers and whole(asked[key])), "")
        told = parsed(text) if number else None
        is_first = whole(asked.get(number, "")) == 1
        for page in range(1, min(self._pages(told, asked, is_first, words), MOST) + 1) if told is not None else ():
            yield forms.changed(url, {number: str(page)})

    def _pages(self, told: Any, query: dict[str, str], is_first: bool, words: Words) -> int:
        pages, total = _number(told, words.page_totals), _number(told, words.totals)
        sizes = (whole(value) for key, value in query.items() if key.lower() in words.page_sizes)
        size = next(filter(None, sizes), 0) or (_longest(told) if is_first else 0)  # the last page may hold fewer
        return pages or (ceil(total / size) if size else 0)


class Posted:
    """A script that asks for its list by POST: ``$.ajax({type: "post", url: "/list", data: {page: 1, id: "7"}})``.

    Only a form with a page number in it is taken for a list's (others count visits or send letters), on a page that
    shows no disclosure itself (there it is a search or the news), and only when every value stands in the page, as
    itself or as ``var id = "7"``; a page number that does not is 1.
    """

    CALL = re.compile(r"\.post\s*\(\s*([\"'][^\"'\s]+[\"'])\s*,\s*\{([^{}]*)\}")
    AJAX = re.compile(r"\.ajax\s*\(\s*\{")
    METHOD = re.compile(r"\b(?:type|method)\s*:\s*[\"']post[\"']", re.IGNORECASE)
    ADDRESS = re.compile(r"\burl\s*:\s*([\"'][^\"'\s]+[\"'])")
    DATA = re.compile(r"\bdata\s*:\s*\{([^{}]*)\}")
    PAIR = re.compile(r"[\"']?(\w+)[\"']?\s*:\s*([\"'][^\"']*[\"']|[^\s,]+)")

    def pages(self, text: str, url: str, words: Words) -> Iterator[str]:
        """The first page of each list that the page's scripts ask for by POST."""
        calls = list(self._calls(text))
        if calls and any(map(words.is_disclosure, named_links(text, url, words).values())):
            return
        for address, data in calls:
            form = {key: self._value(value, text) for key, value in self.PAIR.findall(data)}
            number = next((key for key in form if key.lower() in words.page_numbers), "")
            form |= {number: form[number] or "1"} if number else {}
            if number and None not in form.values():
                yield forms.posted(address.strip("\"'"), {key: value or "" for key, value in form.items()})

    def _calls(self, text: str) -> Iterator[tuple[str, str]]:
        yield from self.CALL.findall(text)
        for options in (found[:LONG] for found in self.AJAX.split(text)[1:]):
            address, data = self.ADDRESS.search(options), self.DATA.search(options)
            if address and data and self.METHOD.search(options):
                yield address[1], data[1]

    def _value(self, written: str, text: str) -> str | None:
        """A literal, or what the page gives to the variable; None when it does not say."""
        if written[0] in "\"'":
            return written[1:-1]
        if written.isdecimal() or not written.isidentifier():
            return written if written.isdecimal() else None
        given = re.search(rf"\b{written}\s*=\s*(?:[\"']([^\"'\r\n]*)[\"']|([0-9]+)\b)", text)
        return (given[1] or given[2] or "") if given else None


def _number(told: Any, names: tuple[str, ...]) -> int:
    """The first count under one of the names; lists are records, so nothing in them counts the list."""
    if not isinstance(told, dict):
        return 0
    for key, value in told.items():
        if str(key).lower() in names and isinstance(value, int | str) and whole(str(value)):
            return whole(str(value))
    return next((found for value in told.values() if (found := _number(value, names))), 0)


def _longest(told: Any) -> int:
    """The length of the longest list of records."""
    if isinstance(told, dict):
        return max(map(_longest, told.values()), default=0)
    if isinstance(told, list):
        own = len(told) if told and all(isinstance(record, dict) for record in told) else 0
        return max([own, *map(_longest, told)])
    return 0
