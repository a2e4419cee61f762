"""A made-up province for the fault server: eleven sites, one of each way in which lists are published.

Every page and every document is made here and in ``faulty_lists.py``; nothing in it is copied from a site.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice
from urllib.parse import parse_qsl, quote, urlsplit

from benchmarks.small_files import pdf, workbook

ROBOTS = "/robots.txt"
FOREIGN = "elsewhere.example"  # a host that belongs to no source
SIGN = b"@@SIGN@@"  # where the server writes a new signature at each visit
LARGE = 200  # every so many documents one is large
DAY = "2026-03-05"
Lists = Callable[["Family", list["Record"]], Iterator[tuple[str, str]]]


@dataclass(frozen=True, kw_only=True)
class Record:
    """One line of a list: the address of a detail page and what it is called."""

    address: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Family:
    """How one site writes its addresses: ``{n}`` counts, ``{hex}`` has 32 digits, ``{uuid}`` has dashes in them."""

    name: str  # of the source
    system: str  # key of crawler/families.yaml
    entry: str
    within: str  # where its detail pages lie
    detail: str  # empty where the list itself links to the documents
    file: str
    lists: Lists
    share: int  # documents of a hundred
    encoding: str = "utf-8"
    declared: bool = True  # whether its pages say their encoding
    more: str = ""  # further keys of the source
    bundle: int = 1  # documents in one archive; 1: the document itself
    per_list: int = 25  # records on one page of its list

    @property
    def host(self) -> str:
        """Made up, and mapped to the server's port."""
        return f"{self.name.replace('_', '-')}.faulty.example"

    def address(self, template: str, number: int) -> str:
        """One of its addresses, the same in each run."""
        digits = hashlib.md5(f"{self.name} {number}".encode(), usedforsecurity=False).hexdigest()
        uuid = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        name = quote(f"示例{number}局预算")
        return template.format(n=100_000 + number, hex=digits, uuid=uuid, name=name)

    def source(self) -> str:
        """The source's YAML, with the ages that every source has."""
        return (
            f'state: demo\nplace: 示例省\njurisdiction: "999902"\npublisher: 示例省财政厅\nfamily: {self.system}\n'
            f'entries: ["http://{self.host}{self.entry}"]\nhosts: ["{self.host}"]\npace: 0\n'
            f'within: ["http://{self.host}{self.within}"]\n{self.more}'
        )


@dataclass(kw_only=True)
class Page:
    """What stands at an address. ``status`` and ``location`` are those of every night."""

    kind: str  # list, detail, file or robots
    body: bytes = b""
    status: int = 200
    location: str = ""
    signed: bool = False  # its address needs a signature of the same day


@dataclass(kw_only=True)
class Site:
    """One site: pages by key (``key_of``), the documents that it publishes, what its robots.txt forbids."""

    family: Family
    pages: dict[str, Page] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)  # address as the crawler names it → SHA-256
    others: dict[str, str] = field(default_factory=dict)  # tables and texts that are no PDF, in the same way
    forbidden: list[str] = field(default_factory=list)  # keys
    traps: dict[str, str] = field(default_factory=dict)  # key → the event that each visit of it leaves

    def put(self, address: str, page: Page) -> None:
        """Publish a page."""
        self.pages[key_of(address)] = page

    def url(self, address: str) -> str:
        """The whole address."""
        return f"http://{self.family.host}{address}"


def key_of(address: str) -> str:
    """Path and sorted query of an address, without its signature: what a server looks up."""
    parts = urlsplit(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = sorted(f"{name}={value}" for name, value in query if value and name not in ("Signature", "Expires"))
    return f"{parts.path}?{'&'.join(kept)}" if kept else parts.path


def build(family: Family, count: int, turn: int) -> Site:
    """The site with ``count`` documents, and eight traps for every 100 of them but at least two, from a kind on."""
    site = Site(family=family)
    numbers = range(0, count, family.bundle)
    records = [_published(site, number, min(family.bundle, count - number)) for number in numbers]
    kinds = islice(cycle(TRAPS), turn, turn + max(2, len(TRAPS) * count // 100))
    traps = [_trap(site, place, event) for place, event in enumerate(kinds)]
    for address, text in family.lists(family, [*records, *filter(None, traps)]):
        site.put(address, Page(kind="list", body=_encoded(family, text)))
    rules = "".join(f"Disallow: {key}\n" for key in site.forbidden)
    site.put(ROBOTS, Page(kind="robots", body=f"User-agent: *\n{rules}".encode()))
    return site


def page(title: str, body: str, *, article: bool, encoding: str = "") -> str:
    """A page; one about a disclosure (``article``) carries the standard tags of government sites."""
    tags = f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="{DAY}">' if article else ""
    charset = f'<meta charset="{encoding}">' if encoding else ""
    return f"<html><head>{charset}<title>{title}</title>{tags}</head><body>{body}</body></html>"


def attached(address: str, name: str, way: int) -> str:
    """One of the ways in which pages name a document: a link, a viewer, a script, a button, a frame."""
    ways = (
        f'<a href="{address}">{name}.pdf</a>',
        f'<a href="/pdfjs/web/viewer.html?file={quote(address)}">{name}</a>',
        f'<script>var sPdfUrl = "{address}";</script><p>{name}</p>',
        f'<a href="javascript:;" onclick="openFile(\'{address}\')">{name}</a>',
        f'<iframe src="{address}"></iframe>',
    )
    plain = not urlsplit(address).path.endswith(".pdf") or "?" in address
    return ways[0 if plain else way % len(ways)]


def _published(site: Site, number: int, bundle: int) -> Record:
    """A detail page with its document, or with an archive of several and a table beside it."""
    family, title = site.family, f"示例{number}局2026年部门预算公开"
    file = family.address(family.file, number)
    if not family.detail:
        _put_document(site, file, pdf(f"{family.name} {number}"))
        return Record(address=file, title=title)
    if family.bundle > 1:
        attachment = _archive(site, file, number, bundle)
    else:
        content = pdf(f"{family.name} {number}", 1_500_000 if number % LARGE == 7 else 0)
        attachment = attached(file, title, number)
        _put_document(site, file, content, moved=number % 50 == 11)
    return _detail(site, number, title, attachment)


def _detail(site: Site, number: int, title: str, body: str) -> Record:
    family = site.family
    address = family.address(family.detail, number)
    site.put(address, Page(kind="detail", body=_encoded(family, _article(family, title, body))))
    return Record(address=address, title=title)


def _article(family: Family, title: str, body: str) -> str:
    return page(title, body, article=True, encoding=family.encoding if family.declared else "")


def _encoded(family: Family, text: str) -> bytes:
    return text.encode(family.encoding)


def _put_document(site: Site, address: str, content: bytes, *, moved: bool = False) -> None:
    """At its address, or behind a redirect within the site."""
    signed, plain = SIGN.decode() in address, _plain(address)
    if moved and not signed:
        site.put(address, Page(kind="file", status=302, location=f"/moved/{hashlib.sha256(content).hexdigest()}"))
        site.put(f"/moved/{hashlib.sha256(content).hexdigest()}", Page(kind="file", body=content))
    else:
        site.put(address, Page(kind="file", body=content, signed=signed))
    site.documents[site.url(plain)] = hashlib.sha256(content).hexdigest()


def _plain(address: str) -> str:
    """The address as the crawler names it: without its signature."""
    path, _, query = address.partition("?")
    return path if SIGN.decode() in query else address


def _archive(site: Site, address: str, number: int, bundle: int) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for place in range(number, number + bundle):
            content, name = pdf(f"{site.family.name} {place}"), f"示例{place}局预算"
            archive.writestr(zipfile.ZipInfo(f"{name}.pdf"), content)
            member = site.url(address) + "#" + quote(f"{name}.pdf")
            site.documents[member] = hashlib.sha256(content).hexdigest()
    site.put(address, Page(kind="file", body=packed.getvalue()))
    table = address.replace(".zip", ".xls")
    body = workbook(f"{site.family.name} {number}")
    site.put(table, Page(kind="file", body=body))
    site.others[site.url(table)] = hashlib.sha256(body).hexdigest()
    return f'<a href="{address}">各单位预算.zip</a><a href="{table}">预算表.xls</a>'


# The event of each kind of trap.
TRAPS = (
    "robots-forbidden", "redirect-loop", "left-the-site", "http-412", "js-challenge", "soft-404", "http-404",
    "html-instead-of-pdf",
)  # fmt: skip
CHALLENGE = b"<html><script>document.cookie='EO_Bot_Ssid=1';location.reload()</script></html>"


def _trap(site: Site, place: int, event: str) -> Record | None:
    """What is wrong in every night: on a detail page, or behind the link of a good one."""
    family, number = site.family, 800_000 + place
    address, title = family.address(family.detail, number), f"示例{number}局2026年部门预算公开"
    broken = {
        "robots-forbidden": Page(kind="detail", body=b"<html>never asked</html>"),
        "http-412": Page(kind="detail", body=CHALLENGE, status=412),
        "js-challenge": Page(kind="detail", body=CHALLENGE),
        "soft-404": Page(kind="detail", body="<html><title>页面不存在</title></html>".encode()),
    }
    if event in broken and not family.detail:
        return None
    if event in broken:
        site.put(address, broken[event])
        site.traps[key_of(address)] = event
        if event == "robots-forbidden":
            site.forbidden.append(key_of(address))
        return Record(address=address, title=title)
    file = f"/files/{event}-{place}.pdf"
    site.put(file, _broken_file(event, file))
    site.traps[key_of(file)] = event
    if not family.detail:
        return Record(address=file, title=title)
    return _detail(site, number, title, f'<a href="{file}">{title}.pdf</a>')


def _broken_file(event: str, address: str) -> Page:
    return {
        "redirect-loop": Page(kind="file", status=302, location=address),
        "left-the-site": Page(kind="file", status=302, location=f"http://{FOREIGN}/a.pdf"),
        "http-404": Page(kind="file", status=404, body=b"not here"),
        "html-instead-of-pdf": Page(kind="file", body=b"<!DOCTYPE html><html><body>please log in</body></html>"),
    }[event]
