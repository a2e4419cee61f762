"""What a list page calls the pages it links to: of a page that cannot be had, that is all there is."""

from __future__ import annotations

from urllib.parse import urljoin

from w3lib.url import safe_url_string

from crawler.pages import tree


def link_titles(html: str, url: str) -> dict[str, str]:
    """Address → the link's title or text; the longest where a page links twice."""
    root, found = tree(html), dict[str, str]()
    base = urljoin(url, (root.xpath("//base/@href").get() or "").strip())
    for link in root.xpath("//a[@href]"):
        address = _absolute(base, link.attrib["href"])
        said = (link.attrib.get("title", ""), "".join(link.xpath(".//text()").getall()), found.get(address, ""))
        found[address] = max((" ".join(text.split()) for text in said), key=len)
    return found


def _absolute(base: str, address: str) -> str:
    """The address as :func:`crawler.pages.read_page` lists it; one that is none stays as it is."""
    try:
        return safe_url_string(urljoin(base, address.strip())).split("#")[0]
    except ValueError:
        return address
