"""Is a body what was asked for? Faults are named; the names are the ``events`` of crawl.db.

The rules come from public crawls in which half of the ".pdf" files of one city were HTML pages,
and from servers that end a download early without saying so.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from crawler.listings import parsed
from crawler.words import Words

HEAD = 1024  # bytes in which the PDF header must stand
TAIL = 2048  # bytes at the end in which the end-of-file mark must stand
SHELL = 5 * 1024  # a challenge is a small page around a script

OLD_OFFICE = b"\xd0\xcf\x11\xe0"
MAGIC = (
    (b"PK\x03\x04", "zip-or-office"),
    (OLD_OFFICE, "old-office"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
)
FORMS = {"zip-or-office": "zip", "old-office": "doc", "rar": "rar", "7z": "7z"}
ARCHIVES = ("zip", "rar", "7z")  # forms whose members are documents
PARTS = ((b"word/", "docx"), (b"xl/", "xlsx"), (b"OFD.xml", "ofd"), (b"ppt/", "pptx"))  # of an office file's index
STREAMS = (("Workbook", "xls"), ("WordDocument", "doc"))
END_OF_ZIP = b"PK\x05\x06"
LAST = 66_000  # bytes at the end in which a zip file's index must end, with the longest comment
SECTOR = 512  # bytes: a Word or Excel file of before 2007 begins with one, and is counted in them
OFFICE_MARK = b"\xfe\xff"  # at byte 28 of it
UNUSED = (0xFFFFFFFF, 0)  # entries of free sectors in its table; some writers leave zeros
FIRST_TABLES = 109  # the header names so many sectors of the table: files of up to 7 MB
TELLING = re.compile(r"<(html|datastore)\b", re.IGNORECASE)  # what ends with an end tag
JSON = re.compile(r"\s*\ufeff?\s*(?:[\w$.]+\s*\(\s*)?[\[{]")
RETRIED = {
    "empty-body", "truncated-pdf", "truncated-zip", "truncated-office", "html-instead-of-pdf", "not-a-pdf",
    "truncated-page",
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
    if body.startswith(OLD_OFFICE) and not _office_is_whole(body):
        return Fault(name="truncated-office", detail=f"{len(body)} bytes, less than its table counts")
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


def is_cut_short(text: str) -> bool:
    """A page or an answer without its end. Some sites never print it: after retries it is read all the same."""
    if JSON.match(text):
        return parsed(text) is None
    begun = TELLING.search(text[:TAIL])
    return begun is not None and f"</{begun[1].lower()}>" not in text[-TAIL:].lower()


def _office_is_whole(body: bytes) -> bool:
    """Whether all sectors are there that the table of a Word or Excel file of before 2007 counts ([MS-CFB] 2.3)."""
    if body[28:30] != OFFICE_MARK:
        return True  # nothing that can be counted
    if len(body) < SECTOR:
        return False
    shift, tables = struct.unpack_from("<H", body, 30)[0], struct.unpack_from("<I", body, 44)[0]
    if not 0 < tables <= FIRST_TABLES or shift not in (9, 12):
        return True
    size: int = 1 << shift
    last: int = struct.unpack_from("<I", body, 76 + 4 * (tables - 1))[0]
    table = body[(last + 1) * size : (last + 2) * size]
    if len(table) < size:
        return False
    used = [place for place, entry in enumerate(struct.unpack(f"<{size // 4}I", table)) if entry not in UNUSED]
    sectors: int = (tables - 1) * size // 4 + max(used, default=0) + 1
    return len(body) > sectors * size  # the header is one more; the last sector may be a part of one


def _pdf_fault(body: bytes) -> Fault | None:
    # Some producers pad the file with zero bytes after the mark.
    if b"%%EOF" in body.rstrip(b"\0 \r\n\t")[-TAIL:]:
        return None
    return Fault(name="truncated-pdf", detail=f"{len(body)} bytes without an end-of-file mark")
