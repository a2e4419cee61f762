"""Publishing systems, each as the one thing that sets it apart: how it announces the further pages of a list."""

from __future__ import annotations

import html as entities
import json
import re
from collections.abc import Iterator
from math import ceil
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from crawler import forms
from crawler.listings import parsed, unescaped
from crawler.pages import absolute
from crawler.words import Words

WHOLE = re.compile(r"[0-9]{1,9}")
MOST = 10_000  # a hostile or broken count must not fill the memory; the source's limit on list pages applies later


class Numbered:
    """TRS WCM: a script counts the pages ``index.html``, ``index_1.html``, … ``index_<n-1>.html``.

    Seen: ``createPageHTML(4, 0, "index", "html")``, ``createPage(…)``, an identifier before the count, the count
    in quotes or in a variable, ``Pager({size:4, current:0, prefix:'index', suffix:'html'})``, and
    ``var countPage = 4`` without arguments. With an identifier some systems count from 1:
    ``createPageHTML('page_div', 4, 1, 'list', 'shtml', 47)`` stands on ``list.shtml``, and the others are
    ``list_2.shtml`` … ``list_4.shtml``.
    """

    CALL = re.compile(r"(?<!function )\bcreatePage\w*\s*\(([^()]*)\)", re.IGNORECASE)
    COUNT = re.compile(r"\bcountPage\s*=\s*[\"']?([0-9]{1,9})\b")
    PAGER = re.compile(r"\bPager\s*\(\s*\{([^{}]*)\}")
    PAIR = re.compile(r"(\w+)\s*:\s*[\"']?([\w-]+)")
    NAME = re.compile(r"[\"']([\w-]+)[\"']")

    def pages(self, text: str, url: str, words: Words) -> Iterator[str]:
        """Every page but that at ``url``."""
        for arguments in self.CALL.findall(text):
            told = self._told([part.strip() for part in arguments.split(",")], text)
            if told:
                return self._numbered(url, *told)
        for pairs in map(dict, map(self.PAIR.findall, self.PAGER.findall(text))):
            if {"size", "prefix", "suffix"} <= set(pairs):
                return self._numbered(url, pairs["prefix"], pairs["suffix"], whole(pairs["size"]))
        counted = self.COUNT.search(text)
        file = urlsplit(url).path.rpartition("/")[2] or "index.html"
        name, _, ending = file.partition(".")
        return self._numbered(url, re.sub(r"_\d+$", "", name), ending or "html", int(counted[1]) if counted else 0)

    def _told(self, parts: list[str], text: str) -> tuple[str, str, int, int] | None:
        """Name, ending, count, and the current page where counting may begin at 1 (else 0)."""
        for place in range(len(parts) - 3):
            name, ending = self.NAME.fullmatch(parts[place + 2]), self.NAME.fullmatch(parts[place + 3])
            count = self._count(parts[place], text)
            if name and ending and not name[1].isdigit() and count is not None:
                return name[1], ending[1], count, whole(parts[place + 1].strip("\"'")) if place else 0
        return None

    def _count(self, part: str, text: str) -> int | None:
        plain = part.strip("\"' ")
        if WHOLE.fullmatch(plain):
            return int(plain)
        if part != plain or not plain.isidentifier():
            return None
        value = re.search(rf"\b{re.escape(plain)}\s*=\s*[\"']?([0-9]{{1,9}})\b", text)
        return int(value[1]) if value else 0

    def _numbered(self, url: str, name: str, ending: str, pages: int, current: int = 0) -> Iterator[str]:
        here = re.search(rf"/{re.escape(name)}_(\d+)\.{re.escape(ending)}$", urlsplit(url).path)
        if pages > 1 and here:
            yield absolute(url, f"{name}.{ending}")
        from_one = current >= 1 and not (here and here[1] == "1")
        last = pages + 1 if from_one and not here else pages
        for number in range(2 if from_one else 1, min(last, MOST)):
            yield absolute(url, f"{name}_{number}.{ending}")


class DataProxy:
    """Hanweb jcms with jpage: the first records stand in the page, the others come from ``dataproxy.jsp``.

    ``<nextgroup>`` holds the address with column, unit and site; a script or the answer holds the total.
    """

    NEXT = re.compile(r"<nextgroup>(.*?)</nextgroup>", re.DOTALL)
    ADDRESS = re.compile(r"[\"']([^\"'\s]*/jpage/dataproxy\.jsp\?[^\"'\s]+)[\"']")
    TOTAL = re.compile(r"(?:totalRecord\s*[:=]\s*[\"']?|<totalrecord>\s*)([0-9]{1,9})\b", re.IGNORECASE)
    SIZE = re.compile(r"perPage\s*[:=]\s*[\"']?([0-9]{1,9})\b", re.IGNORECASE)
    RECORD = re.compile(r"<record>")
    OWN = ("startrecord", "endrecord", "perpage", "page")

    def pages(self, text: str, url: str, words: Words) -> Iterator[str]:
        """Groups of as many records as this page holds; only the next one where no total is printed."""
        if "/jpage/dataproxy.jsp" not in text + url:
            return
        address, held = self._address(text, url), len(self.RECORD.findall(text))
        if not address or not held:
            return
        own = forms.parameters(url)
        first = whole(own.get("startrecord", "")) or 1
        group = max(whole(own.get("endrecord", "")) - first + 1, 0) or held
        total, size = self.TOTAL.search(text), self.SIZE.search(text)
        last = int(total[1]) if total else first + 2 * held - 1
        per_page = own.get("perpage") or (size[1] if size else str(held))
        for start in range(first + held, min(last, MOST * group) + 1, group):
            yield self._group(
                address, start, min(start + group - 1, last) if total else start + group - 1, per_page
            )

    def _address(self, text: str, url: str) -> str:
        if "/jpage/dataproxy.jsp?" in url:
            return url
        group = self.NEXT.search(text)
        told = self.ADDRESS.search(entities.unescape(group[1] if group else text))
        return absolute(url, told[1]) if told else ""

    def _group(self, address: str, start: int, end: int, size: str) -> str:
        place = {"startrecord": str(start), "endrecord": str(end), "perpage": size}
        if place.keys() <= forms.parameters(address).keys():
            return forms.changed(address, place)
        parts = urlsplit(address)
        kept = [pair for pair in parts.query.split("&") if pair.partition("=")[0].lower() not in self.OWN]
        return urlunsplit(parts._replace(query="&".join([urlencode(place), *dict.fromkeys(kept)])))


class Units:
    """Hanweb jpaas: a script asks ``build/unit`` for the list; the answer is a fragment with its count, in JSON."""

    TAG = re.compile(r"<script\b[^>]*\burl\s*=\s*[\"']([^\"']*/page/build/unit)[\"'][^>]*>", re.IGNORECASE)
    QUERY = re.compile(r"queryData\s*=\s*\"\{([^\"]*)\}\"", re.IGNORECASE)
    CALL = re.compile(r"doLayPageRender\s*\(\s*['\"][^'\"]*['\"]\s*,\s*\{([^}]*)\}\s*,\s*\{([^}]*)\}")
    PAIR = re.compile(r"['\"]?(\w+)['\"]?\s*:\s*['\"]([^'\"]*)['\"]")
    COLUMN = "column"
    WANTED = ("parseType", "webId", "tplSetId", "pageType", "tagId", "pageId")

    def pages(self, text: str, url: str, words: Words) -> Iterator[str]:
        """From a column page the first answer of each list on it; from an answer all that it counts."""
        if "/page/build/unit" not in text + url:
            return
        if "/page/build/unit?" in url:
            yield from self._counted(text, url)
            return
        for found, rows in self._lists(text):
            unit = {"url": "", **found}
            if unit.get("pageType") == self.COLUMN:
                yield self._page(absolute(url, unit.get("unitUrl") or unit["url"]), unit, 1, rows)

    def _lists(self, text: str) -> Iterator[tuple[dict[str, str], int]]:
        for call, place in self.CALL.findall(text):
            rows = dict(self.PAIR.findall(place)).get("rows", "")
            yield dict(self.PAIR.findall(call)), whole(rows) or 15
        for tag in self.TAG.finditer(text):
            query = self.QUERY.search(tag[0])
            if query:
                yield {**dict(self.PAIR.findall(query[1])), "url": tag[1]}, 15

    def _page(self, address: str, unit: dict[str, str], number: int, rows: int) -> str:
        told = [(key, unit[key]) for key in self.WANTED if unit.get(key)]
        return f"{address}?{urlencode([*told, ('paramJson', self._place(number, rows))])}"

    def _place(self, number: int, rows: int) -> str:
        return json.dumps({"pageNo": number, "pageSize": rows}, separators=(",", ":"))

    def _counted(self, text: str, url: str) -> Iterator[str]:
        place = parsed(forms.parameters(url).get("paramJson", "")) or {}
        count = re.search(r"\bcount\s*=\s*[\"']?([0-9]{1,9})\b", unescaped(text))
        rows = place.get("pageSize") if isinstance(place, dict) else None
        if count and isinstance(rows, int) and rows > 0:
            for number in range(1, min(ceil(int(count[1]) / rows), MOST) + 1):
                yield forms.changed(url, {"paramJson": self._place(number, rows)})


class Catalogue:
    """gkmlpt, the platform of Guangdong: the page holds a tree of categories, each a list in JSON."""

    SITE = re.compile(r"\bSID\s*:\s*['\"](\w+)['\"]")
    TREE = re.compile(r"\bTREE\s*:\s*(?=\[)")

    def pages(self, text: str, url: str, words: Words) -> Iterator[str]:
        """The first page of each category that speaks of budgets, and of what stands under it."""
        site, tree = self.SITE.search(text), self.TREE.search(text)
        if "/gkmlpt/" not in url or not site or not tree:
            return
        try:
            nodes, _ = json.JSONDecoder().raw_decode(text, tree.end())
        except (ValueError, RecursionError):
            return
        root = url.partition("/gkmlpt/")[0]
        for number in self._budgets(nodes, words):
            yield f"{root}/gkmlpt/api/all/{number}?page=1&sid={site[1]}"

    def _budgets(self, nodes: Any, words: Words) -> Iterator[str]:
        for node in nodes if isinstance(nodes, list) else []:
            if isinstance(node, dict) and not node.get("jump_url"):
                children = node.get("children") or []
                if words.is_column(str(node.get("name", ""))):
                    yield from self._numbers(node)
                else:
                    yield from self._budgets(children, words)

    def _numbers(self, node: dict[str, Any]) -> Iterator[str]:
        yield str(node.get("id", ""))
        for child in node.get("children") or []:
            if isinstance(child, dict):
                yield from self._numbers(child)


def whole(text: str) -> int:
    """A count as printed; 0 for anything else, also for one too long to be true."""
    return int(text) if WHOLE.fullmatch(text) else 0
