"""Is a body what was asked for? Faults are named; the names are the ``events`` of crawl.db.

The rules come from public crawls in which half of the ".pdf" files of one city were HTML pages,
and from servers that end a download early without saying so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.words import Words

HEAD = 1024  # bytes in which the PDF header must stand
TAIL = 2048  # bytes at the end in which the end-of-file mark must stand
SHELL = 5 * 1024  # a challenge is a small page around a script

MAGIC = (
    (b"PK\x03\x04", "zip-or-office"),
    (b"\xd0\xcf\x11\xe0", "old-office"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
)
FORMS = {"zip-or-office": "zip", "old-office": "doc", "rar": "rar", "7z": "7z"}
ARCHIVES = ("zip", "rar", "7z")  # forms whose members are documents
PARTS = ((b"word/", "docx"), (b"xl/", "xlsx"), (b"OFD.xml", "ofd"), (b"ppt/", "pptx"))  # of an office file's index
STREAMS = (("Workbook", "xls"), ("WordDocument", "doc"))
END_OF_ZIP = b"PK\x05\x06"
LAST = 66_000  # bytes at the end in which a zip file's index must end, with the longest comment
RETRIED = {
    "empty-body", "truncated-pdf", "truncated-zip", "html-instead-of-pdf", "not-a-pdf", "truncated-page",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why a body is not taken: ``name`` is from a closed set, ``detail`` is for a person."""

    name: str
    detail: str = ""

    @property
    def retried(self) -> bool:
        """Whether asking once more has been seen to help."""
        return self.name in RETRIED


def file_fault(body: bytes) -> Fault | None:
    """None for a whole PDF; otherwise the fault."""
    if not body.strip(b"\0 \r\n\t"):
        return Fault(name="empty-body", detail=f"{len(body)} bytes, none printed")
    if body.startswith(b"PK\x03\x04") and END_OF_ZIP not in body[-LAST:]:
        return Fault(name="truncated-zip", detail=f"{len(body)} bytes without an index at the end")
    # Before the mark of a PDF: an archive may hold one as it is.
    for magic, form in MAGIC:
        if body.startswith(magic):
            return Fault(name="other-format", detail=form)
    if b"%PDF-" in body[:HEAD]:
        return _pdf_fault(body)
    if re.search(rb"<(!doctype|html|head|script|body)\b", body[:HEAD], re.IGNORECASE):
        return Fault(name="html-instead-of-pdf", detail=f"{len(body)} bytes of HTML")
    return Fault(name="not-a-pdf", detail=f"begins with {body[:16]!r}")


def form_of(body: bytes) -> str:
    """The ending that the first bytes, or the names inside, give to a whole file; empty when they give none."""
    form = next((FORMS[name] for magic, name in MAGIC if body.startswith(magic)), "")
    if not form and b"%PDF-" in body[:HEAD]:
        return "pdf"
    if form == "zip":
        return next((ending for part, ending in PARTS if part in body[-LAST:]), form)
    if form == "doc":
        return next((ending for name, ending in STREAMS if name.encode("utf-16-le") in body), form)
    return form


def page_fault(html: str, title: str, words: Words) -> Fault | None:
    """None for a page that can be read; challenges and answers in disguise are named, never defeated."""
    if not html.strip():
        return Fault(name="empty-body")
    for mark in words.challenges:
        if len(html) < SHELL and mark in html:
            return Fault(name="js-challenge", detail=mark)
    for name, marks in (("soft-404", words.missing_titles), ("jump-page", words.jump_titles)):
        if any(mark in title for mark in marks):
            return Fault(name=name, detail=title)
    return None


def is_cut_short(html: str) -> bool:
    """A page without its end. Some sites never print it, so after retries such a page is read all the same."""
    return "<html" in html[:TAIL].lower() and "</html>" not in html[-TAIL:].lower()


def _pdf_fault(body: bytes) -> Fault | None:
    # Some producers pad the file with zero bytes after the mark.
    if b"%%EOF" in body.rstrip(b"\0 \r\n\t")[-TAIL:]:
        return None
    return Fault(name="truncated-pdf", detail=f"{len(body)} bytes without an end-of-file mark")
