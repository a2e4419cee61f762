"""What a page is: a list, a page about one disclosure, a budget printed in the page itself, or none of these."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.bodies import ARCHIVES, page_fault
from crawler.pages import DOWNLOAD, Page, meta_tags, named_links, squeeze, tree
from crawler.paging import further_pages
from crawler.words import Words

LIST, DETAIL, INLINE, SHELL, CHALLENGE = "list", "detail", "inline", "shell", "challenge"
NOWHERE = "http://none.example/"
FEW = 12  # links: a page with fewer and no article is built by a script or only leads elsewhere
BUDGET = 3  # headings of a budget in the text of a page that holds one
LONG = 1500  # characters of such a text
ALIKE = 0.9  # of the links of two answers, when they are the same page at two addresses
HOME = re.compile(r"/?((index|default|home|main)\.\w+)?", re.IGNORECASE)
VISIBLE = "//body//text()[not(parent::script or parent::style or parent::noscript or parent::a or parent::option)]"


def kind_of(html: str, page: Page, words: Words, url: str = NOWHERE) -> str:
    """One of list, detail, inline, shell, challenge; a page in disguise is named as ``page_fault`` names it.

    A page without a link is a list all the same when its script says where the list is to be had.
    """
    fault = page_fault(html, page.title, words)
    if fault:
        return CHALLENGE if fault.name == "js-challenge" else fault.name
    root = tree(html)
    meta = meta_tags(root)
    if meta.get("articletitle") or (page.published_on and (page.publisher or page.attachments)):
        return INLINE if holds_budget(html, page, words) else DETAIL
    names = named_links(html, url, words).values()
    if page.attachments or len(page.links) >= FEW or any(map(words.is_disclosure, names)):
        return LIST
    if further_pages(html, url, words):
        return LIST
    return SHELL


def holds_budget(html: str, page: Page, words: Words) -> bool:
    """Whether the page prints a budget as text: its title says so, and so do the headings in it."""
    if not words.is_disclosure(page.title):
        return False
    text = squeeze("".join(tree(html).xpath(VISIBLE).getall()))
    named = sum(bool(re.search(word, text)) for word in words.budget_words)
    return named >= BUDGET and len(text) >= LONG


def is_printed_only(html: str, page: Page, words: Words) -> bool:
    """Whether the page prints a budget that it gives in no PDF and no archive."""
    files = {attachment.form for attachment in page.attachments}
    return not files & {"pdf", DOWNLOAD, *ARCHIVES} and kind_of(html, page, words) == INLINE


def is_home(url: str) -> bool:
    """Whether the address is that of a site's home page."""
    parts = urlsplit(url)
    return bool(HOME.fullmatch(parts.path)) and not parts.query and not parts.fragment


def may_be_home(html: str, page: Page, words: Words, url: str) -> bool:
    """Whether an answer of ``url`` may be the home page in its place: it is no article."""
    return not is_home(url) and kind_of(html, page, words) not in (DETAIL, INLINE) and len(page.links) >= FEW


def addresses(html: str) -> frozenset[str]:
    """What a page links to, as it is written: the same page is the same at every address."""
    return frozenset(tree(html).xpath("//a/@href").getall())


def is_same_page(links: frozenset[str], others: frozenset[str]) -> bool:
    """Whether two answers are one page; those with few links say too little."""
    return len(others) >= FEW and len(links & others) >= ALIKE * len(links | others)
