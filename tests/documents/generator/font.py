"""One TrueType font for every document: Chinese glyphs of one free font, Latin glyphs of another.

Droid Sans Fallback draws Chinese at 256 units per em, so a subset of 500 characters costs 30 kB, but it has
no Latin letters. reportlab embeds TrueType outlines only, which rules out the CFF fonts that most systems have.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from fontTools import subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont as ReportLabFont

CHINESE = Path("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf")  # Debian fonts-droid-fallback
LATIN = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")  # Debian fonts-dejavu-core
NAME = "DemoCitySans"
BEYOND_GB2312 = "−≥≤—…“”①②③④⑤⑥"


class MissingGlyph(ValueError):
    """A text holds a character that the merged font cannot draw."""


def digests() -> dict[str, str]:
    """SHA-256 of the two source fonts; the same fonts make the same bytes."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (CHINESE, LATIN)}


def installed() -> bool:
    """Whether both source fonts are on this machine."""
    return CHINESE.is_file() and LATIN.is_file()


def register(folder: Path) -> frozenset[int]:
    """Build the merged font in ``folder``, register it with reportlab, return the code points it draws."""
    path = folder / f"{NAME}.ttf"
    font = _chinese()
    _add_latin(font)
    for record in font["name"].names:  # a changed font may not keep the name of the one it comes from
        if record.nameID in (1, 3, 4, 6):
            record.string = NAME
    font.save(path)
    pdfmetrics.registerFont(ReportLabFont(NAME, str(path)))
    return frozenset(font.getBestCmap())


def require(text: str, drawable: frozenset[int]) -> None:
    """Refuse a text with a character outside the font: a missing glyph prints as an empty box."""
    missing = sorted({letter for letter in text if ord(letter) not in drawable and letter not in "\n"})
    if missing:
        raise MissingGlyph(f"{text[:40]!r}: no glyph for {missing}; reword it or add it to BEYOND_GB2312")


def _gb2312() -> list[int]:
    rows = [*range(0xA1, 0xAA), *range(0xB0, 0xF8)]
    pairs = (bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF))
    return [ord(text) for pair in pairs if (text := pair.decode("gb2312", "ignore"))]


def _subset(path: Path, code_points: list[int]) -> TTFont:
    options = subset.Options(hinting=False, notdef_outline=True, recalc_timestamp=False)
    options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB", "gasp", "vhea", "vmtx"]
    font = TTFont(path, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=code_points)
    cutter.subset(font)
    return font


def _chinese() -> TTFont:
    return _subset(CHINESE, _gb2312())


def _add_latin(font: TTFont) -> None:
    """Copy every Latin glyph the Chinese font lacks, scaled to its em."""
    wanted = [*range(0x20, 0x7F), *map(ord, BEYOND_GB2312), 0xB7]
    latin = _subset(LATIN, wanted)
    scale_upem(latin, font["head"].unitsPerEm)
    order, glyphs = font.getGlyphOrder(), latin.getGlyphSet()
    for code, source in sorted(latin.getBestCmap().items()):
        if code in font.getBestCmap():
            continue
        pen = TTGlyphPen(None)
        glyphs[source].draw(pen)  # drawing decomposes composites, whose parts are not copied
        name = f"latin{code:04X}"
        order = [*order, name]
        font["glyf"].glyphs[name] = pen.glyph()
        font["hmtx"].metrics[name] = latin["hmtx"].metrics[source]
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[code] = name
    font.setGlyphOrder(order)
    font["glyf"].glyphOrder = order
