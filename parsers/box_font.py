"""A font of two empty boxes, given to pdfium in place of every font that is not in the file.

Budgets are often set in SimSun without SimSun in the file. pdfium then looks for a font on the machine:
where a character stands comes to depend on what is installed, one page can take 100 MB of Chinese fonts
into memory, and with no such font at all pdfium drops characters as duplicates, because to it they have no
height. With this font every machine reads the same. For a picture the machine's own fonts are wanted.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import pypdfium2.raw as raw

EM, ASCENT, DESCENT = 1000, 860, -140  # of SimSun, in thousandths of its size
WIDE = 0x2000  # characters before it are half as wide as their size
STRETCH = 1024  # characters
HANDLE = 1  # what pdfium holds for the font; any number but 0


def give() -> None:
    """Let pdfium ask us for fonts from now on, in this process."""
    raw.FPDF_SetSystemFontInfo(ctypes.byref(_asked()[0]))


@contextmanager
def system_fonts() -> Iterator[None]:
    """The machine's fonts for as long as a picture is drawn: a person wants to see what is not in the file."""
    raw.FPDF_SetSystemFontInfo(raw.FPDF_GetDefaultSystemFontInfo())
    try:
        yield
    finally:
        give()


@cache
def _asked() -> tuple[raw.FPDF_SYSFONTINFO, bytes]:
    """What pdfium calls, and the font's bytes, kept alive for as long as it may call."""
    font = box_font()
    types = dict(raw.FPDF_SYSFONTINFO._fields_)
    info = raw.FPDF_SYSFONTINFO(version=1)
    info.MapFont = types["MapFont"](lambda *_: HANDLE)
    info.GetFontData = types["GetFontData"](lambda _info, _handle, table, buffer, size: _copy(table, buffer, size))
    info.DeleteFont = types["DeleteFont"](lambda *_: None)
    return info, font


def _copy(table: int, buffer: int, size: int) -> int:
    """The bytes of one table of the font, or of the whole for 0: copied where they fit; how many there are."""
    wanted = box_font() if table == 0 else _tables().get(table.to_bytes(4, "big").decode("ascii", "replace"), b"")
    if buffer and size >= len(wanted):
        ctypes.memmove(buffer, wanted, len(wanted))
    return len(wanted)


@cache
def box_font() -> bytes:
    """A TrueType font: one box for all wide characters, one for all others."""
    tables = _tables()
    place = 12 + 16 * len(tables)
    head, body = struct.pack(">I4H", 0x00010000, len(tables), 64, 2, 16 * len(tables) - 64), b""
    for name, data in sorted(tables.items()):
        head += name.encode("ascii") + struct.pack(">3I", 0, place + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    return head + body


@cache
def _tables() -> Mapping[str, bytes]:
    """The tables of the OpenType specification without which FreeType takes no font."""
    boxes = [b"", _box(EM), _box(EM // 2)]  # the first is for what is not in the font
    ends = [sum(map(len, boxes[:i])) for i in range(len(boxes) + 1)]
    return {
        "cmap": _cmap(),
        "glyf": b"".join(boxes),
        "head": struct.pack(
            ">4I2H2Q4h2H3h", 0x00010000, 0, 0, 0x5F0F3CF5, 0, EM, 0, 0, 0, DESCENT, EM, ASCENT, 0, 8, 2, 1, 0
        ),
        "hhea": struct.pack(">I3hH11hH", 0x00010000, ASCENT, DESCENT, 0, EM, *[0] * 11, len(boxes)),
        "hmtx": struct.pack(">HhHhHh", EM, 0, EM, 0, EM // 2, 0),
        "loca": struct.pack(">4I", *ends),
        "maxp": struct.pack(">I14H", 0x00010000, len(boxes), 4, 1, *[0] * 11),
    }


def _box(width: int) -> bytes:
    """An outline of four points."""
    steps = struct.pack(">8h", 0, width, 0, -width, DESCENT, 0, ASCENT - DESCENT, 0)
    outline = struct.pack(">5hHH", 1, 0, DESCENT, width, ASCENT, 3, 0) + b"\x01" * 4 + steps
    return outline + b"\0" * (-len(outline) % 4)


def _cmap() -> bytes:
    """A table of format 4; pdfium's FreeType is built without 13, which would say it in one line.

    Stretches of ``STRETCH`` characters share two lists of glyphs: all narrow, then all wide.
    """
    starts = range(0, 0x10000, STRETCH)
    count = len(starts)
    lists = struct.pack(f">{2 * STRETCH}H", *[2] * STRETCH, *[1] * STRETCH)
    # An offset counts from its own place, 2 bytes for each stretch still to come, to the list.
    offsets = [2 * (count - i) + 2 * STRETCH * (start >= WIDE) for i, start in enumerate(starts)]
    ends = [start + STRETCH - 1 for start in starts]
    columns = struct.pack(f">{4 * count + 1}H", *ends, 0, *starts, *[0] * count, *offsets)
    table = struct.pack(">7H", 4, 14 + len(columns) + len(lists), 0, 2 * count, 2 * count, 0, 0)
    return struct.pack(">4HI", 0, 1, 3, 1, 12) + table + columns + lists
