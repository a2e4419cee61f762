"""The Chinese words and address forms that the crawler knows, read from ``words.yaml``."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Words:
    """One field for each list of ``words.yaml``; its comments say what each is for."""

    next: tuple[str, ...]
    missing_titles: tuple[str, ...]
    jump_titles: tuple[str, ...]
    challenges: tuple[str, ...]
    generic_labels: tuple[str, ...]
    date_labels: tuple[str, ...]
    publisher_labels: tuple[str, ...]
    extensions: tuple[str, ...]
    downloads: tuple[str, ...]

    def extension(self, address: str) -> str:
        """The document ending of a path or file name in lower case, or an empty string."""
        ending = re.search(r"\.(\w{2,4})\s*$", address)
        found = ending.group(1).lower() if ending else ""
        return found if found in self.extensions else ""

    def is_download(self, address: str) -> bool:
        """Whether the address is that of a download whose first bytes decide what it is."""
        return any(re.search(pattern, address, re.IGNORECASE) for pattern in self.downloads)


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
    for name in ("words.yaml", "families.yaml", "pages.py", "paging.py", "spider.py"):
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()[:16]
