"""The Chinese words and address forms that the crawler knows, read from ``words.yaml``."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

HERE = Path(__file__).parent
READERS = (
    "words.yaml", "families.yaml", "pages.py", "listings.py", "paging.py", "announcing.py", "platforms.py",
    "forms.py", "records.py", "browser.py", "spider.py",
)  # fmt: skip
MAX_NAME = 40  # characters of an institution's name


@dataclass(frozen=True, kw_only=True)
class Words:
    """One field for each list of ``words.yaml``; its comments say what each is for."""

    next: tuple[str, ...]
    arrows: tuple[str, ...]
    missing_titles: tuple[str, ...]
    jump_titles: tuple[str, ...]
    challenges: tuple[str, ...]
    generic_labels: tuple[str, ...]
    date_labels: tuple[str, ...]
    publisher_labels: tuple[str, ...]
    institutions: tuple[str, ...]
    disclosures: tuple[str, ...]
    not_disclosures: tuple[str, ...]
    columns: tuple[str, ...]
    budget_words: tuple[str, ...]
    extensions: tuple[str, ...]
    downloads: tuple[str, ...]
    pages: tuple[str, ...]
    signatures: tuple[str, ...]
    page_numbers: tuple[str, ...]
    page_sizes: tuple[str, ...]
    totals: tuple[str, ...]
    page_totals: tuple[str, ...]

    def extension(self, address: str) -> str:
        """The document ending of a path or file name in lower case, or an empty string."""
        ending = re.search(r"\.(\w{2,4})\s*$", address)
        found = ending.group(1).lower() if ending else ""
        return found if found in self.extensions else ""

    def is_download(self, address: str) -> bool:
        """Whether the address is that of a download whose first bytes decide what it is."""
        return _found(self.downloads, address)

    def is_page(self, path: str) -> bool:
        """Whether the path of an address is that of a page: a folder, or a file with a page's ending."""
        ending = path.rpartition("/")[2].rpartition(".")[2].lower()
        return path.endswith("/") or not path or ending in self.pages

    def is_generic(self, label: str) -> bool:
        """Whether a link's text says nothing about the document, as "download" does."""
        return _said_nothing(self.generic_labels, label)

    def is_institution(self, name: str) -> bool:
        """Whether this can be the name of a publisher."""
        return len(name) <= MAX_NAME and _found(self.institutions, name)

    def is_disclosure(self, label: str) -> bool:
        """Whether a link's text speaks of a published budget or final account."""
        said = _found(self.disclosures, label) and not _found(self.not_disclosures, label)
        return said and not self.is_column(label)

    def is_column(self, label: str) -> bool:
        """Whether a link's text is that of a column of budgets."""
        return _found(self.columns, label)

    def is_signature(self, key: str) -> bool:
        """Whether a part of a query only proves a right to download."""
        return _found(self.signatures, key)


@lru_cache(maxsize=8192)
def _said_nothing(patterns: tuple[str, ...], label: str) -> bool:
    return any(re.fullmatch(pattern, label, re.IGNORECASE) for pattern in patterns)


def _found(patterns: tuple[str, ...], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


@cache
def words() -> Words:
    """The words shipped with the crawler; TypeError names a list that is missing or not known."""
    lists = yaml.safe_load((HERE / "words.yaml").read_text("utf-8"))
    return Words(**{name: tuple(str(word) for word in entries) for name, entries in lists.items()})


@cache
def fingerprint(source: str) -> str:
    """Changes whenever pages may be read differently: by the code, the words or the ``source`` as text.

    A page read by another reader is fetched in full again, or its "not modified" would keep the old links.
    """
    digest = hashlib.sha256(source.encode())
    for name in READERS:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()[:16]
