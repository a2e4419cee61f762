"""Small whole files, different for each text: a PDF and a workbook."""

from __future__ import annotations

import hashlib
import random


def pdf(text: str, size: int = 0) -> bytes:
    """A valid PDF of one page, different for each text; with ``size`` bytes of ballast."""
    ballast = random.Random(text).randbytes(size)
    shown = f"BT /F1 12 Tf 20 100 Td ({hashlib.sha256(text.encode()).hexdigest()[:24]}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(shown), shown),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Length %d>>stream\n%b\nendstream" % (size, ballast),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%b endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + tail


def workbook(text: str) -> bytes:
    """The outer form of an old Excel file: header, one sector of its table, one of its directory, one of data."""
    free, end, table = b"\xff" * 4, b"\xfe\xff\xff\xff", b"\xfd\xff\xff\xff"
    fat = (table + end + end).ljust(512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\x00\x03\x00\xfe\xff\x09\x00\x06\x00" + bytes(10)
    head += (1).to_bytes(4, "little") + (1).to_bytes(4, "little") + bytes(4) + (4096).to_bytes(4, "little")
    head += end + bytes(4) + end + bytes(4) + bytes(4) + free * 108
    names = "Root Entry".encode("utf-16-le").ljust(128, b"\0") + "Workbook".encode("utf-16-le").ljust(128, b"\0")
    return head + fat + names.ljust(512, b"\0") + text.encode().ljust(512, b"\0")
