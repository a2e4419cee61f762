"""One figure or one check as a list of references has it: BibTeX, and CSL-JSON for Zotero and its like."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "#$%&_{}"},
}


@dataclass(frozen=True, kw_only=True)
class Cited:
    """A printed figure or a check: the document it is in, and what is said of it."""

    key: str  # letters, digits, -, _ and : only
    author: str  # the body that published the document
    title: str
    published_on: str  # ISO 8601, "" where the page gives no date
    year: int | None  # fiscal year
    page: int | None
    url: str  # where the document was published
    note: str
    permalink: str
    sha256: str


def bibtex(cited: Cited) -> str:
    """An entry ``@techreport``; every text is escaped for LaTeX, addresses are not."""
    fields = {
        "author": f"{{{_latex(cited.author)}}}",
        "title": f"{{{_latex(cited.title)}}}",
        "year": cited.published_on[:4] or str(cited.year or ""),
        "institution": _latex(cited.author),
        "pages": str(cited.page or ""),
        "url": _address(cited.url or cited.permalink),
        "note": _latex(f"{cited.note} SHA-256 {cited.sha256}"),
        "annote": _address(cited.permalink),
    }
    lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items() if text)
    return f"@techreport{{{cited.key},\n{lines}\n}}\n"


def csl_json(cited: Cited) -> str:
    """A list of one item, type ``report``."""
    item: dict[str, Any] = {
        "id": cited.key,
        "type": "report",
        "author": [{"literal": cited.author}] if cited.author else [],
        "title": cited.title,
        "issued": _issued(cited),
        "page": str(cited.page or ""),
        "URL": cited.url or cited.permalink,
        "note": f"{cited.note} {cited.permalink}",
        "archive": "Yusuan",
        "archive_location": f"SHA-256 {cited.sha256}",
    }
    filled = {name: value for name, value in item.items() if value}
    return json.dumps([filled], ensure_ascii=False, indent=2) + "\n"


def _issued(cited: Cited) -> dict[str, list[list[int]]]:
    if day := DAY.match(cited.published_on):
        return {"date-parts": [[int(part) for part in day.groups()]]}
    return {"date-parts": [[cited.year]]} if cited.year else {}


def _latex(text: str) -> str:
    return "".join(SPECIAL.get(sign, sign) for sign in " ".join(text.split()))


def _address(url: str) -> str:
    """An address without what would end the field."""
    return re.sub(r"[\s{}\\]", "", url)
