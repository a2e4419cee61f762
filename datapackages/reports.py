"""What readers of the site report of a figure: ``data/review/reports.csv``, appended to and never rewritten.

It is the one file that the site writes. Nothing in it tells who reported: no name, no contact, no address. Several
processes may append at once; a line is whole or not there. Texts are led by an apostrophe where a spreadsheet would
run them, and stand on one line.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

from datapackages import tabular
from datapackages.parsed import spreadsheet

FILE = Path("review") / "reports.csv"
MOST_BYTES = 8 << 20  # of the file
PER_MINUTE = 10  # reports of all readers together
SHOWS, NOTE = 100, 1000  # characters of what the page shows, and of the note
TAIL = 64 << 10  # bytes in which the lines of the last minute are looked for


class Refused(Exception):
    """A report was not kept; ``reason`` is full, often or unwritable, the message says what the operator can do."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Report:
    """One line. ``reason`` is a word of codes/report_reasons.csv, ``shows`` what the page prints in its place."""

    received_at: str  # UTC, by the clock of the site
    fact_id: str
    sha256: str
    page: int
    amount_text: str  # as the site shows it
    reason: str
    shows: str
    note: str


COLUMNS = tuple(field.name for field in fields(Report))


def append(data: Path, report: Report) -> None:
    """Add a line to ``data/review/reports.csv``; Refused where it is full, written too often, or not writable."""
    path = data / FILE
    try:
        with _locked(path) as file:
            size = os.fstat(file).st_size
            _look(path, file, size, report.received_at)
            _write(file, size, _line(report) if size else _line(dict.fromkeys(COLUMNS)) + _line(report))
    except OSError as error:
        raise Refused(
            "unwritable", f"{path}: {error.strerror}; a report was lost. Free the disk or let the site write there"
        ) from error


def read(data: Path) -> list[dict[str, str]]:
    """The reports in the order they came; an empty list where there is no file."""
    path = data / FILE
    if not path.is_file():
        return []
    lines = tabular.read(path)
    header = next(lines, [])
    if tuple(header) != COLUMNS:
        expected = ",".join(COLUMNS)
        raise ValueError(f"{path}, line 1: expected {expected}, found {','.join(header)}; move the file away")
    return [dict(zip(COLUMNS, line, strict=True)) for line in lines]


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _look(path: Path, file: int, size: int, now: str) -> None:
    """Raise Refused where there is no room for another line, or others came just before."""
    if size > MOST_BYTES:
        raise Refused("full", f"{path}: {size:,} bytes, {MOST_BYTES:,} are kept; read it, then move it")
    tail = os.pread(file, TAIL, max(0, size - TAIL)).decode("utf-8", "replace").splitlines()
    since = (datetime.fromisoformat(now) - timedelta(minutes=1)).isoformat()
    if sum(since < line.partition(",")[0] <= now for line in tail) >= PER_MINUTE:
        raise Refused("often", f"{path}: {PER_MINUTE} reports in a minute; one more was turned away")


def _write(file: int, size: int, text: str) -> None:
    """Add the text whole; what a full disk leaves of it is taken away again."""
    content = text.encode("utf-8")
    try:
        if os.write(file, content) != len(content):
            raise OSError(28, "no space left for a whole line")
        os.fsync(file)
    except OSError:
        os.ftruncate(file, size)
        raise


def _line(report: Report | Mapping[str, None]) -> str:
    values = astuple(report) if isinstance(report, Report) else tuple(report)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow([spreadsheet(plain(value)) for value in values])
    return out.getvalue()


def plain(value: object) -> str:
    """A text on one line, without control and bidirectional characters."""
    return " ".join(tabular.text(value).split())


def now() -> str:
    """The moment, to the second, as ``received_at`` has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
