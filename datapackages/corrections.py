"""Corrections that a person entered: an append-only list, one line for one printed cell of one file.

Two lists are read, the shipped ``codes/corrections.csv`` and the installation's ``data/corrections.csv``. A line is
never edited: to take one back, append a line with its ``id`` and the state ``withdrawn``. Whatever is wrong with a
line stops the run with :class:`BadCorrection`; nothing is corrected by a line that was not understood.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from datapackages import codes
from datapackages.model import Box

COLUMNS = (
    "id", "sha256", "page", "box", "amount_text", "before", "after", "who", "when", "why", "evidence", "state",
)  # fmt: skip
STATES = ("accepted", "withdrawn")  # what a person writes; what becomes of it is codes/correction_states.csv
SHIPPED = codes.FOLDER / "corrections.csv"
FILE = "corrections.csv"


class BadCorrection(ValueError):
    """A line that cannot be followed: file, line, what was expected, what was found and what to do."""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One line. ``before`` and ``after`` are yuan, or the value of what is not money."""

    id: str
    sha256: str
    page: int
    box: Box  # of the cell, as x0|top|x1|bottom
    amount_text: str  # as the figure was read, which is as it is printed unless it was misread
    before: Decimal
    after: Decimal
    who: str
    when: str
    why: str
    evidence: str
    withdrawn: bool = False
    shipped: bool = False


def read(data: Path) -> dict[str, list[Correction]]:
    """Return SHA-256 → its corrections in the order entered, those taken back among them."""
    found: dict[str, Correction] = {}
    for path, shipped in ((SHIPPED, True), (data / FILE, False)):
        for where, row in _lines(path):
            _enter(found, row, where, shipped)
    by_document: dict[str, list[Correction]] = {}
    for correction in found.values():
        by_document.setdefault(correction.sha256, []).append(correction)
    return by_document


def _lines(path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield where each line stands and what it says; a missing file has none."""
    if not path.is_file():
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            if tuple(header) != COLUMNS:
                raise _bad(f"{path}, line 1", f"the columns {','.join(COLUMNS)}", ",".join(header))
            for row in reader:
                if row:
                    yield _line(f"{path}, line {reader.line_num}", row)
    except UnicodeDecodeError as error:
        where = f"{path}, byte {error.start}"
        raise _bad(where, "text in UTF-8", error.reason, "save the file as UTF-8") from error


def _line(where: str, row: list[str]) -> tuple[str, Mapping[str, str]]:
    if len(row) != len(COLUMNS):
        raise _bad(where, f"{len(COLUMNS)} fields", f"{len(row)}", "put text that holds commas in quotes")
    return where, {name: text.strip() for name, text in zip(COLUMNS, row, strict=True)}


def _enter(found: dict[str, Correction], row: Mapping[str, str], where: str, shipped: bool) -> None:
    """Add a line to those before it, or take back the one it names."""
    known, state = found.get(row["id"]), row["state"]
    if state not in STATES:
        raise _bad(where, f"the state {' or '.join(STATES)}", state)
    if state == "withdrawn":
        if known is None or known.withdrawn:
            raise _bad(where, "the id of an earlier line that is in force", row["id"])
        found[known.id] = replace(known, withdrawn=True)
        return
    if known is not None:
        raise _bad(where, "an id that no earlier line has", row["id"], "give each correction an id of its own")
    correction = _correction(row, where, shipped)
    if other := _same_cell(correction, found.values()):
        remedy = f"take that one back first: append a line with its id and the state withdrawn ({other.id})"
        raise _bad(where, "a cell that no other line corrects", f"the cell of {other.id}", remedy)
    found[correction.id] = correction


def _same_cell(one: Correction, others: Iterable[Correction]) -> Correction | None:
    return next(
        (
            other
            for other in others
            if not other.withdrawn
            and (other.sha256, other.page) == (one.sha256, one.page)
            and overlap(other.box, one.box) > 0.5
        ),
        None,
    )


def _correction(row: Mapping[str, str], where: str, shipped: bool) -> Correction:
    for name, (expected, fits) in FORMS.items():
        if not fits(row[name]):
            raise _bad(where, f"{name}: {expected}", row[name])
    if Decimal(row["before"]) == Decimal(row["after"]):
        raise _bad(where, "after: another figure than before", row["after"])
    x0, top, x1, bottom = map(float, row["box"].split("|"))
    return Correction(
        id=row["id"],
        sha256=row["sha256"],
        page=int(row["page"]),
        box=(x0, top, x1, bottom),
        amount_text=row["amount_text"],
        before=Decimal(row["before"]),
        after=Decimal(row["after"]),
        who=row["who"],
        when=row["when"],
        why=row["why"],
        evidence=row["evidence"],
        shipped=shipped,
    )


def overlap(one: Box, other: Box) -> float:
    """The area that two boxes share, as a share of what they cover together."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (areas - shared)


def _is_box(text: str) -> bool:
    edges = text.split("|")
    if len(edges) != 4 or not all(NUMBER.fullmatch(edge) for edge in edges):
        return False
    x0, top, x1, bottom = map(float, edges)
    return x0 < x1 and top < bottom


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def _bad(where: str, expected: str, found: str, remedy: str = "correct the line") -> BadCorrection:
    return BadCorrection(
        f"{where}: expected {expected}, found {found or 'nothing'!r}; {remedy}. No correction was applied and the "
        "packages stay as they are"
    )


NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,10})?")
WORDS = ("words", bool)
# Field → what it should be, and whether a text is that.
FORMS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "id": ("letters, digits, dots and hyphens", _matches(r"[0-9A-Za-z][0-9A-Za-z.-]{0,79}")),
    "sha256": ("64 hexadecimal digits in lower case", _matches(r"[0-9a-f]{64}")),
    "page": ("the number of a page, from 1", _matches(r"[1-9][0-9]{0,4}")),
    "box": ("the edges of the cell in points, left|top|right|bottom", _is_box),
    "amount_text": ("the figure as it was read", bool),
    "before": ("the figure as it was published: a plain number in yuan", lambda text: bool(NUMBER.fullmatch(text))),
    "after": ("the figure as it should be: a plain number in yuan", lambda text: bool(NUMBER.fullmatch(text))),
    "who": WORDS,
    "when": ("a date such as 2026-03-20", _is_date),
    "why": WORDS,
    "evidence": WORDS,
}
