"""The pages of one document as they pass: one in memory at a time, and what is remembered of each.

A document of 300 pages holds hundreds of thousands of characters; tables and lines of text are all that is
needed of a page once it has been seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from os import PathLike

from datapackages.issues import issue
from datapackages.model import Issue
from parsers.garbage import is_garbage
from parsers.ocr import Scans
from parsers.page import Page, Reader


@dataclass(slots=True)
class Pages:
    """What a document's pages were like. The fields are complete once :meth:`pass_by` is exhausted."""

    scans: Scans
    failed: list[Issue] = field(default_factory=list)
    garbled: list[Issue] = field(default_factory=list)
    readings: dict[int, str] = field(default_factory=dict)  # page number → fast, second or ocr
    with_text: set[int] = field(default_factory=set)
    pictured: set[int] = field(default_factory=set)  # scans in the file, recognised or not

    def pass_by(self, reader: Reader) -> Iterator[Page]:
        """Each readable page once: emptied where its text is no text, recognised where it is a scan."""
        with closing(self.scans):
            for found in reader.pages():
                if isinstance(found, Page):
                    yield self._seen(found)
                else:
                    self.failed.append(issue("page-failed", page=found[0], error=found[1]))

    def _seen(self, page: Page) -> Page:
        if is_garbage("".join([glyph[0] for glyph in page.glyphs])):
            self.garbled.append(issue("text-is-not-text", page=page.number))
            page = replace(page, glyphs=())
        if page.is_scan:
            self.pictured.add(page.number)
            page = self.scans.read(page)
        self.readings[page.number] = page.reading
        if page.glyphs:
            self.with_text.add(page.number)
        return page

    @property
    def recognised(self) -> set[int]:
        """Numbers of the scans on which something was read."""
        return {number for number in self.with_text if self.readings[number] == "ocr"}

    @property
    def text_layer(self) -> str:
        """What the file itself holds: text, scan or mixed, whether or not its scans were recognised."""
        if self.pictured and self.with_text <= self.pictured:
            return "scan"
        return "mixed" if self.pictured else "text"


def passing(path: str | PathLike[str]) -> Pages:
    """Pages of the PDF at ``path``, of which none has passed yet."""
    return Pages(Scans(path))
