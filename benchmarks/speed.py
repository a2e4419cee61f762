"""CPU per page of the whole real corpus against pdfplumber and against pdfium itself, imports excluded."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.corpus import real_budgets
from benchmarks.figures import Figure, at_least, at_most
from benchmarks.measured import apart

ROUNDS = 3
SAMPLE = 5  # pdfplumber reads each 5th page of every document: all pages three times take a quarter of an hour
Counted = tuple[float, int]  # CPU seconds and pages


def pdfium(paths: Sequence[Path]) -> Counted:
    """The floor: load each page and its text, and do nothing with it."""
    import pypdfium2

    start, pages = time.process_time(), 0
    for path in paths:
        with pypdfium2.PdfDocument(path) as pdf:
            for page in pdf:
                page.get_textpage().get_text_range()
                page.close()
            pages += len(pdf)
    return time.process_time() - start, pages


def pdfplumber(paths: Sequence[Path]) -> Counted:
    """The peer: its tables and the text of their cells, and nothing above them."""
    import logging

    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    start, pages = time.process_time(), 0
    for path in paths:
        with pdfplumber.open(path) as pdf:
            for page in pdf.pages[::SAMPLE]:
                for table in page.find_tables():
                    table.extract()
                page.close()
                pages += 1
    return time.process_time() - start, pages


def read(paths: Sequence[Path]) -> Counted:
    """Tables and facts of every document."""
    import parsers

    start = time.process_time()
    pages = sum(parsers.read(path).document.pages for path in paths)
    return time.process_time() - start, pages


def parse(paths: Sequence[Path]) -> Counted:
    """Everything a document says."""
    import parsers

    start = time.process_time()
    pages = sum(parsers.parse(path).document.pages for path in paths)
    return time.process_time() - start, pages


def measure(rounds: int = ROUNDS) -> Iterator[Figure]:
    """Each reader in a process of its own, one after another, ``rounds`` times; medians are compared."""
    paths = real_budgets()
    readers = (pdfium, read, parse, pdfplumber)
    runs = [{reader: apart(reader, paths) for reader in readers} for _ in range(rounds)]
    cost = {reader: median(1000 * run[reader][0] / run[reader][1] for run in runs) for reader in readers}
    pages = {reader: runs[0][reader][1] for reader in readers}
    for reader in readers:
        what = f"CPU per page: {reader.__name__} ({pages[reader]} pages)"
        yield Figure(what=what, figure=f"{cost[reader]:.2f} ms")
    grid = "(a lattice on pdfium, grid only)"
    yield at_least("read: times faster than pdfplumber", cost[pdfplumber] / cost[read], 10, peer=f"13.3 {grid}")
    yield at_most("read: times the floor (page + text)", cost[read] / cost[pdfium], 3.3, peer=f"2.5 {grid}")
    yield at_most("parse: times read", cost[parse] / cost[read], 2)
