"""Streams of a PDF that cannot be unpacked whole.

pdfium says nothing when a page's content breaks off: the page is empty, or ends in the middle of a table.
The streams carry checksums, so the file itself tells.
"""

from __future__ import annotations

import re
import zlib

STREAM = re.compile(rb"(?<!end)stream\r?\n")
PACKED = re.compile(rb"/Filter\s*\[?\s*/FlateDecode")
PIECE = 1 << 20  # bytes unpacked at a time; what they are is of no interest


def broken_streams(content: bytes) -> tuple[int, int]:
    """How many packed streams of a PDF do not unpack to their end, and how many packed streams there are.

    The streams of an encrypted file cannot be judged: (0, 0).
    """
    if b"/Encrypt" in content:
        return 0, 0
    streams = STREAM.finditer(content)
    packed = [found.end() for found in streams if PACKED.search(_dictionary(content, found.start()))]
    return sum(not _unpacks(_body(content, start)) for start in packed), len(packed)


def _dictionary(content: bytes, end: int) -> bytes:
    """What stands between the number of an object and its stream."""
    return content[max(content.rfind(b" obj", 0, end), 0) : end]


def _body(content: bytes, start: int) -> bytes:
    end = content.find(b"endstream", start)
    return content[start:end] if end >= 0 else content[start:]


def _unpacks(body: bytes) -> bool:
    unpacker = zlib.decompressobj()
    try:
        while body and not unpacker.eof:
            unpacker.decompress(body, PIECE)
            body = unpacker.unconsumed_tail
    except zlib.error:
        return False
    return unpacker.eof
