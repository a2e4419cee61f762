"""The further pages of a list, as its scripts and links announce them. Pure functions on HTML text."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from crawler.pages import tree
from crawler.words import Words

# createPageHTML(4, 0, "index", "html"), createPage(...), createPageHTML('id', countPage, 0, "index", "shtml", 80)
CALL = re.compile(
    r"createPage(?:HTML)?\s*\(\s*(?:[\"'][^\"']*[\"']\s*,\s*)?(\w+)\s*,\s*\w+\s*,\s*[\"'](\w+)[\"']\s*,\s*[\"'](\w+)[\"']"
)
COUNT = re.compile(r"\bcountPage\s*=\s*(\d+)")


def further_pages(html: str, url: str, words: Words) -> tuple[str, ...]:
    """Addresses of the other pages of this list, without fragment, in order and each once."""
    found = [*_announced(html, url), *_next_links(html, url, words)]
    return tuple(page for page in dict.fromkeys(found) if page != url)


def _announced(html: str, url: str) -> list[str]:
    """All pages that a TRS script counts: index.html, index_1.html, ... index_<n-1>.html."""
    for count, name, ending in CALL.findall(html):
        pages = int(count) if count.isdigit() else _variable(html, count)
        return _numbered(url, name, ending, pages)
    counted = COUNT.search(html)
    if counted is None:
        return []
    file = urlsplit(url).path.rpartition("/")[2] or "index.html"
    name, _, ending = file.partition(".")
    return _numbered(url, re.sub(r"_\d+$", "", name), ending or "html", int(counted.group(1)))


def _variable(html: str, name: str) -> int:
    value = re.search(rf"\b{re.escape(name)}\s*=\s*[\"']?(\d+)", html)
    return int(value.group(1)) if value else 0


def _numbered(url: str, name: str, ending: str, pages: int) -> list[str]:
    # A hostile or broken count must not fill the memory; the source's limit on list pages applies later.
    return [urljoin(url, f"{name}_{number}.{ending}") for number in range(1, min(pages, 10_000))]


def _next_links(html: str, url: str, words: Words) -> list[str]:
    found = []
    for link in tree(html).xpath("//a[@href]"):
        text = "".join(link.xpath(".//text()").getall()).strip()
        href = link.attrib["href"].strip()
        if (text in words.next or link.attrib.get("rel") == "next") and not href.lower().startswith(
            ("javascript:", "#")
        ):
            found.append(urljoin(url, href).partition("#")[0])
    return found
