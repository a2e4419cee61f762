"""Streams of a PDF that cannot be unpacked whole.

pdfium says nothing when a page's content breaks off: the page is empty, or ends in the middle of a table.
The streams carry checksums, so the file itself tells.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from isal import isal_zlib

OPENING, CLOSING = b"stream", b"endstream"
PACKED = re.compile(rb"/Filter\s*\[?\s*(/ASCII85Decode\s*)?/FlateDecode")
PIECE = 1 << 20  # bytes unpacked at a time; what they are is of no interest


def broken_streams(content: bytes) -> tuple[int, int]:
    """How many packed streams of a PDF do not unpack to their end, and how many packed streams there are.

    The streams of an encrypted file cannot be judged: (0, 0).
    """
    if b"/Encrypt" in content:
        return 0, 0
    whole = list(_unpacked(content))
    return whole.count(False), len(whole)


def _unpacked(content: bytes) -> Iterator[bool]:
    """For each packed stream whether it unpacks to its end."""
    for start, body_at in _streams(content):
        if packed := PACKED.search(_dictionary(content, start)):
            body = _body(content, body_at)
            yield _unpacks(_from_letters(body) if packed[1] else body)


def _streams(content: bytes) -> Iterator[tuple[int, int]]:
    """Where the keyword of each stream stands and where its body begins, after the end of that line."""
    start = content.find(OPENING)
    while start >= 0:
        after = start + len(OPENING)
        line_end = content[after : after + 2]
        if content[start - 3 : start] != b"end" and (line_end[:1] == b"\n" or line_end == b"\r\n"):
            yield start, after + (1 if line_end[:1] == b"\n" else 2)
        start = content.find(OPENING, after)


def _dictionary(content: bytes, end: int) -> bytes:
    """What stands between the number of an object and its stream."""
    return content[max(content.rfind(b" obj", 0, end), 0) : end]


def _body(content: bytes, start: int) -> bytes:
    end = content.find(CLOSING, start)
    return content[start:end] if end >= 0 else content[start:]


def _from_letters(body: bytes) -> bytes:
    """The bytes of an ASCII85 stream; none where it holds other letters."""
    try:
        return base64.a85decode(body.strip().removesuffix(b"~>"))
    except ValueError:
        return b""


def _unpacks(body: bytes) -> bool:
    unpacker = isal_zlib.decompressobj()  # says the same of a stream as zlib, in half the time
    try:
        while body and not unpacker.eof:
            unpacker.decompress(body, PIECE)
            body = unpacker.unconsumed_tail
    except isal_zlib.error:  # type: ignore[misc]  # its stub takes the class for an instance
        return False
    return unpacker.eof
