"""The most memory a worker ever holds while it parses, without character recognition.

Measured is the peak of the resident memory of one process (``VmHWM``: Python, libraries, word lists and document
together). It has loaded what the command loads and parses all real budgets one after another, so that what one
document leaves behind counts for the next; then the longest document alone, cut to three lengths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.corpus import real_budgets
from benchmarks.figures import Figure, at_most
from benchmarks.measured import apart, peak_megabytes

MOST = 120  # MB
LENGTHS = (30, 146, 262)  # pages; the longest real document has 262
STEEPER = 1.25  # times the first half: growth of the second that still counts as linear


def peak_of_parse(paths: Sequence[Path]) -> float:
    """Parse one after another as a worker of the command does, with all that it has loaded."""
    import parsers
    import yusuan.cli  # noqa: F401

    for path in paths:
        parsers.parse(path)
    return peak_megabytes()


def longest(paths: Sequence[Path]) -> Path:
    """The file with the most pages."""
    import pypdfium2

    return max(paths, key=lambda path: len(pypdfium2.PdfDocument(path)))


def cut(path: Path, pages: int, folder: Path) -> Path:
    """The first pages of a document as a document of its own."""
    import pypdfium2

    out = folder / f"{pages}.pdf"
    with pypdfium2.PdfDocument(path) as whole, pypdfium2.PdfDocument.new() as part:
        part.import_pages(whole, list(range(pages)))
        part.save(out)
    return out


def measure() -> Iterator[Figure]:
    """One worker over everything, one for each length of the longest document."""
    paths = real_budgets()
    yield at_most(f"one worker, {len(paths)} documents in turn", apart(peak_of_parse, paths), MOST, " MB")
    whole = apart(longest, paths)
    yield Figure(what="the same before it reads anything", figure=f"{apart(peak_of_parse, []):.2f} MB")
    with TemporaryDirectory() as folder:
        parts = [apart(cut, whole, pages, Path(folder)) for pages in LENGTHS]
        peaks = [apart(peak_of_parse, [part]) for part in parts]
    for pages, peak in zip(LENGTHS, peaks, strict=True):
        yield at_most(f"first {pages} pages of {whole.stem}", peak, MOST, " MB")
    first, second = (1024 * (b - a) / (LENGTHS[1] - LENGTHS[0]) for a, b in zip(peaks, peaks[1:], strict=False))
    yield at_most(f"growth: {first:.0f} and then {second:.0f} KB a page", second / first, STEEPER, " x")
