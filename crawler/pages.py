"""What a page says: its title, publisher and date, and the documents attached to it.

Pure functions on HTML text. Government sites carry standard ``<meta>`` tags (ArticleTitle, PubDate,
ContentSource); the quirks handled here are those seen on real pages: spaces inside the names,
unpadded dates, attachments written by scripts, PDFs behind a viewer, downloads without an ending.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from urllib.parse import SplitResult, parse_qsl, unquote, urljoin, urlsplit, urlunsplit

from scrapy import Selector
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding
from w3lib.url import safe_url_string

from crawler.listings import unescaped, unwrapped
from crawler.words import Words

DATE = re.compile(r"(?<!\d)(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})(?!\d)")
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # lxml raises when it meets these in a name
# Bullets before a name, and the day beside it.
EDGES = re.compile(r"^[●•·▪■◆□○>\s]+|\s*[\[(（]?\d{4}-\d{1,2}-\d{1,2}[\])）]?\s*$")
ROUTE = re.compile(r"\d+$|/|!")  # the fragment of a page that a script builds says which page it is
BASE = re.compile(r"<base\b", re.IGNORECASE)
TOKEN = re.compile(r"[\w-]{16,}=*")  # a whole query without a name
QUOTED = re.compile(r"[\"']([^\"'<>\r\n]{1,500})[\"']")
WRITTEN_LINK = re.compile(
    r"<a\b[^>]*?\bhref\s*=\s*\\?[\"']([^\"'\\]+)[^>]*>(.*?)<\\?/a>", re.IGNORECASE | re.DOTALL
)
# A browser asks for a query in the encoding of its page, and for a path in UTF-8.
QUERY = re.compile(rb"(\bhref\s*=\s*[\"'][^\"'<>?]*\?)([^\"'<>]*)", re.IGNORECASE)
DOUBLE = re.compile(rb"[\x81-\xfe].", re.DOTALL)
DOWNLOAD = "download"  # the form of an attachment whose first bytes decide


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A document that a page links to. ``form`` is its ending in lower case, or "download" when it has none."""

    url: str
    label: str
    form: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one page says; dates are ISO 8601 days, empty when the page prints none."""

    title: str
    publisher: str
    published_on: str
    attachments: tuple[Attachment, ...]
    links: tuple[str, ...]


@lru_cache(maxsize=2)  # one page is asked several questions in a row
def tree(html: str) -> Selector:
    """The parsed page; any text gives one, also a JSON answer or records that a script builds the list from."""
    text = NO_XML.sub(" ", unwrapped(html)) or "<html/>"
    try:
        return Selector(text=text)
    except ValueError:  # Scrapy resolves <base> at once, and this one holds no address
        return Selector(text=BASE.sub("<span ", text))


def decode(body: bytes, content_type: str = "") -> str:
    """The text of an HTML body. A wrong or missing declaration is survived: GBK pages often declare nothing."""
    declared = (http_content_type_encoding(content_type), html_body_declared_encoding(body))
    for encoding in (*declared, "utf-8", "gb18030"):
        if encoding:
            try:
                return (QUERY.sub(_as_bytes, body) if encoding == "gb18030" else body).decode(encoding)
            except (UnicodeDecodeError, LookupError):
                continue
    return body.decode(next((encoding for encoding in declared if encoding), "utf-8"), "replace")


def _as_bytes(link: re.Match[bytes]) -> bytes:
    escaped = DOUBLE.sub(lambda pair: b"%%%02X%%%02X" % tuple(pair[0]), link[2])
    return link[1] + escaped


def read_page(html: str, url: str, words: Words) -> Page:
    """Read one page; ``url`` is its own address, against which relative links are resolved."""
    root = tree(html)
    base = _base(root, url)
    meta = meta_tags(root)
    return Page(
        title=meta.get("articletitle") or squeeze(root.xpath("//title//text()").get() or ""),
        publisher=_publisher(root, meta, words),
        published_on=iso_day(meta.get("pubdate", "")) or iso_day(_labelled(root, words.date_labels)),
        attachments=_attachments(root, base, words),
        links=tuple(dict.fromkeys(filter(None, (absolute(base, href) for href in _hrefs(root))))),
    )


def readable(attachment: Attachment, page: Page, words: Words) -> str:
    """What a person calls the document: the link's own words, or the page's title where they say nothing."""
    return page.title if words.is_generic(attachment.label) else attachment.label


def identity(url: str, words: Words) -> str:
    """The address without the parts that only prove a right to download and change with each visit."""
    parts = urlsplit(url)
    if TOKEN.fullmatch(parts.query) and words.extension(unquote(parts.path)):
        return urlunsplit(parts._replace(query=""))
    kept = [part for part in parts.query.split("&") if not words.is_signature(part.partition("=")[0])]
    return urlunsplit(parts._replace(query="&".join(kept)))


def named_links(html: str, url: str, words: Words) -> dict[str, str]:
    """Every address that the page links to with the best name that it gives to it, in order."""
    root = tree(html)
    base = _base(root, url)
    found: dict[str, str] = {}
    for address, label in _linked(root, words):
        fragment = address.strip().partition("#")[2]
        whole = absolute(base, address) if _is_link(address) else ""
        if whole:
            whole += f"#{fragment}" if ROUTE.match(fragment) else ""
            if words.is_generic(found.get(whole, "")):
                found[whole] = label
    return found


def iso_day(text: str) -> str:
    """``2026-2-9 17:25:23`` → ``2026-02-09``; empty when no date is printed."""
    for found in DATE.finditer(text):
        try:
            return date(*(int(part) for part in found.groups())).isoformat()
        except ValueError:
            continue
    return ""


def meta_tags(root: Selector) -> dict[str, str]:
    """Standard tags by name in lower case; names carry stray spaces on some sites."""
    tags = ((tag.root.get("name", ""), tag.root.get("content", "")) for tag in root.xpath("//meta[@name]"))
    return {name.strip().lower(): squeeze(content) for name, content in tags if content.strip()}


def _publisher(root: Selector, meta: dict[str, str], words: Words) -> str:
    """The fuller name of an institution; on some sites the tag names whoever typed the page."""
    printed, tagged = _labelled(root, words.publisher_labels), meta.get("contentsource", "")
    named = [name for name in (printed, tagged) if words.is_institution(name)]
    return max(named, key=len, default=tagged or printed)


def _labelled(root: Selector, labels: tuple[str, ...]) -> str:
    """The text after a label of the information block, as text or as the title of an icon."""
    texts = root.xpath("//body//text()[not(parent::script or parent::style)] | //body//i/@title").getall()
    printed = [text for text in (squeeze(text) for text in texts) if text]
    for text, following in pairwise([*printed, ""]):
        for label in labels:
            if text.startswith(label) and (rest := text[len(label) :].lstrip()) in ("", ":", "："):
                return following
            if text.startswith((label + ":", label + "：")):
                return rest[1:].strip()
    return ""


def _attachments(root: Selector, base: str, words: Words) -> tuple[Attachment, ...]:
    """In the order of trust: links, frames, scripts. The first readable label of an address is kept."""
    found: dict[str, Attachment] = {}
    for address, label in [*_linked(root, words), *_framed(root), *_scripted(root, words)]:
        attachment = _attachment(address, label, base, words)
        if attachment and (attachment.url not in found or words.is_generic(found[attachment.url].label)):
            found[attachment.url] = attachment
    return tuple(found.values())


def _attachment(address: str, label: str, base: str, words: Words) -> Attachment | None:
    if not _is_link(address):
        return None
    url = absolute(base, _behind_viewer(address, words))
    form = words.extension(unquote(urlsplit(url).path)) or _form_in_query(url, words)
    named = words.extension(label)
    if not form and (words.is_download(url) or (named and not words.is_page(urlsplit(url).path))):
        form = named or DOWNLOAD
    return Attachment(url=url, label=label, form=form) if form else None


def _behind_viewer(address: str, words: Words) -> str:
    """``/pdfjs/web/viewer.html?file=/a.pdf`` → ``/a.pdf``, also where it is written in Base64; others unchanged."""
    parts = _split(address)
    if not re.search(r"(\.html?|/viewer|preview)$", parts.path, re.IGNORECASE):
        return address
    values = [value for _, value in parse_qsl(parts.query)]
    plain = [*values, *map(_from_base64, values)]
    wanted = next((value for value in plain if words.extension(_split(value).path)), "")
    return absolute(address, wanted) if wanted else address


def _from_base64(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8")
    except ValueError:
        return ""


def _form_in_query(url: str, words: Words) -> str:
    forms = (words.extension(value) for _, value in parse_qsl(_split(url).query))
    return next((form for form in forms if form), "")


def link_label(link: Selector, words: Words) -> str:
    """The first of the names of a link that says something: its title, its text, its file name, its picture's."""
    element = link.root
    pictures = [picture.get(key, "") for picture in element.iter("img") for key in ("alt", "title")]
    told = [element.get("title", ""), element.xpath("string()"), element.get("download", ""), *pictures]
    names = [name for name in (EDGES.sub("", squeeze(text)) for text in told) if name]
    return next((name for name in names if not words.is_generic(name)), names[0] if names else "")


def _base(root: Selector, url: str) -> str:
    return absolute(url, (root.xpath("//base/@href").get() or "")) or url


def _hrefs(root: Selector) -> list[str]:
    return [href for href in root.xpath("//a/@href").getall() if _is_link(href)]


def _linked(root: Selector, words: Words) -> Iterator[tuple[str, str]]:
    for link in root.xpath("//a[@href] | //area[@href]"):
        yield link.root.get("href"), link_label(link, words)


def _framed(root: Selector) -> Iterator[tuple[str, str]]:
    for address in root.xpath("//iframe/@src | //embed/@src | //object/@data | //frame/@src").getall():
        yield address, ""


def _scripted(root: Selector, words: Words) -> Iterator[tuple[str, str]]:
    """Addresses in scripts and event attributes; ``sPdfUrl`` may join several with ``#``."""
    for link in root.xpath("//*[@onclick or starts-with(@href, 'javascript:')]"):
        yield from _quoted(link.root.get("onclick", "") + link.root.get("href", ""), link_label(link, words), words)
    for told in root.xpath("//@*[starts-with(name(), 'data-')] | //option/@value | //input/@value").getall():
        yield from _quoted(f"'{told}'", "", words)
    for script in map(unescaped, root.xpath("//script//text()").getall()):
        for address, text in WRITTEN_LINK.findall(script):
            yield address, squeeze(re.sub(r"<[^>]*>", "", text))
        yield from _quoted(script, "", words)


def _quoted(script: str, label: str, words: Words) -> Iterator[tuple[str, str]]:
    for text in QUOTED.findall(script):
        for address in text.split("#"):
            # A file name alone is what the button prints, not an address; a viewer's address may end in a name too.
            if "/" in address and (words.extension(_split(address).path) or _form_in_query(address, words)):
                yield address, label


def _split(address: str) -> SplitResult:
    """The parts of what may be no address at all."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


@lru_cache(maxsize=8192)  # every question about a page resolves its links
def absolute(base: str, address: str) -> str:
    """The whole address without fragment; empty when it is none, as ``http://[a`` is."""
    try:
        return safe_url_string(urljoin(base, address.strip().replace("\\", "/"))).partition("#")[0]
    except ValueError:
        return ""


def _is_link(address: str) -> bool:
    return not address.strip().lower().startswith(("javascript:", "mailto:", "tel:", "data:", "#", "about:"))


def squeeze(text: str) -> str:
    """One space for any white space; without the zero-width characters that editors leave."""
    return re.sub(r"\s+", " ", text.replace("\u200c", "")).strip()
