"""One file to one parsed document: whatever the file is, the answer names it and loses nothing readable."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from datapackages.checks import checked
from datapackages.issues import issue
from datapackages.model import Document, Fact, Issue, ParsedDocument, Table
from parsers.about import About, read_about
from parsers.damage import broken_streams
from parsers.facts import read_facts
from parsers.ocr import without_table
from parsers.page import PasswordNeeded, Reader, Unreadable
from parsers.pages import Pages, passing
from parsers.pdfium import open_pdf
from parsers.stitch import PageText, printed_tables
from parsers.tables import read_tables
from parsers.told import Told, read_told
from parsers.version import parser_version

NO_BYTES = hashlib.sha256(b"").hexdigest()
KIND_ISSUES = {
    "not_a_budget": "not-a-budget",
    "government_report": "government-report",
    "narrative_only": "narrative-only",
    "performance_only": "performance-only",
}
TORN = "a figure lies across two columns or has grown together with other text"
BUDGETS = ("budget", "final", "tables_only")


def parse(path: str | PathLike[str]) -> ParsedDocument:
    """Read a file whole: tables, facts, sections, issues. Never raises for what the file holds."""
    with _without_collection():
        return checked(_read(Path(path), whole=True))


def read(path: str | PathLike[str]) -> ParsedDocument:
    """The first part of :func:`parse`: tables and facts, without the prose."""
    with _without_collection():
        return _read(Path(path), whole=False)


@contextmanager
def _without_collection() -> Iterator[None]:
    """What a page is made of holds no cycles: Python would look for them in each of its characters in vain."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _read(path: Path, *, whole: bool) -> ParsedDocument:
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if refused := _refused(content):
        return broken(sha256, content, refused)
    pages = passing(path)
    try:
        with open_pdf(path) as reader:
            count, producer = reader.page_count, reader.producer
            tables, texts = _tables(pages, reader, sha256)
    except PasswordNeeded:
        return broken(sha256, content, issue("password"))
    except Unreadable as error:
        return broken(sha256, content, issue("broken-file", error=error))
    if not pages.readings:
        unread = issue("broken-file", error="no page can be read")
        return broken(sha256, content, *pages.failed, unread, pages=count)
    issues = [*pages.failed, *_damage(content), *pages.garbled, *pages.scans.issues]
    if pages.garbled and not (pages.with_text or pages.pictured):
        return broken(sha256, content, *issues, pages=count)
    issues.extend(without_table(pages.recognised, tables))
    return _assembled(sha256, content, pages, producer, texts, tables, issues, whole, count)


def _tables(pages: Pages, reader: Reader, sha256: str) -> tuple[tuple[Table, ...], list[PageText]]:
    """The tables of a document and the text around them; what lies between page and table is let go of here."""
    printed, texts = printed_tables(pages.pass_by(reader))
    return tuple(pages.scans.displayed(read_tables(printed, sha256))), texts


def _damage(content: bytes) -> Iterator[Issue]:
    damaged, streams = broken_streams(content)
    if damaged:
        yield issue("damaged-file", damaged=damaged, streams=streams)


def _refused(content: bytes) -> Issue | None:
    """Files that are no PDF at all, whatever their name says."""
    if not content.strip():
        return issue("empty-file", bytes=len(content))
    head = content[:1024].lstrip().lower()
    if b"%pdf-" not in head and (head.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")) or b"<html" in head):
        return issue("html-not-pdf", found=content[:40].decode("utf-8", "replace").strip())
    return None


def broken(sha256: str, content: bytes, *issues: Issue, pages: int = 0) -> ParsedDocument:
    """A document of which nothing could be read, and why."""
    about = About(
        kind="broken", fiscal_year=None, year_basis="unknown", stage="unknown", scope="unknown", part="whole",
        unit_name="", department_name="", title="",
    )  # fmt: skip
    return ParsedDocument(document=_document(sha256, content, pages, "text", "", about), issues=issues)


def unreadable(type: str, *, sha256: str = NO_BYTES, **values: object) -> ParsedDocument:
    """What is said of a file that is not even there; ``sha256`` is the hash under which it should be."""
    return broken(sha256, b"", issue(type, page=None, table="", row=None, column=None, **values))


def _document(sha256: str, content: bytes, pages: int, layer: str, producer: str, about: About) -> Document:
    return Document(
        sha256=sha256,
        bytes=len(content),
        pages=pages,
        text_layer=layer,
        producer=producer,
        language="zh",
        parser_version=parser_version(),
        kind=about.kind,
        fiscal_year=about.fiscal_year,
        year_basis=about.year_basis,
        stage=about.stage,
        scope=about.scope,
        part=about.part,
        unit_name=about.unit_name,
        department_name=about.department_name,
        title=about.title,
    )


def _assembled(
    sha256: str,
    content: bytes,
    pages: Pages,
    producer: str,
    texts: Sequence[PageText],
    tables: tuple[Table, ...],
    issues: list[Issue],
    whole: bool,
    count: int,
) -> ParsedDocument:
    unread_scan = pages.text_layer == "scan" and not pages.with_text
    about = read_about(texts, tables, unread_scan)
    document = _document(sha256, content, count, pages.text_layer, producer, about)
    facts: list[Fact] = []
    if about.kind in BUDGETS:
        for table in tables:
            if table.state == "failed":
                issues.append(
                    issue("table-failed", page=table.pages[0], table=table.table_id, title=table.title, error=TORN)
                )
                continue
            for found in read_facts(table, document, pages.readings):
                if isinstance(found, Fact):
                    facts.append(found)
                else:
                    issues.append(found)
    told = Told()
    if whole:
        told, unread = read_told(document, texts, tables, facts)
        issues.extend(unread)
    issues.extend(_about_issues(document, texts))
    return ParsedDocument(document=document, tables=tables, facts=tuple(facts), issues=tuple(issues), **told)


def _about_issues(document: Document, texts: Sequence[PageText]) -> list[Issue]:
    if document.kind == "scan":
        return [issue("scanned-document", pages=document.pages)]
    if document.kind in KIND_ISSUES:
        return [issue(KIND_ISSUES[document.kind], found=_opening(document, texts))]
    out = []
    if document.fiscal_year is None:
        out.append(issue("year-unknown"))
    if not document.unit_name:
        out.append(issue("unit-unknown"))
    if document.stage == "unknown":
        out.append(issue("stage-unknown"))
    return out


def _opening(document: Document, texts: Sequence[PageText]) -> str:
    """The first words of a document, to say what it is instead."""
    line = next((line.text for page in texts for line in page.lines), "")
    return document.title[:60] or line[:60]
