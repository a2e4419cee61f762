"""What a comparison of two documents reads of each: its figures, lists, unread rows and wording.

It is taken from a parsed document, or from the rows that packages are made of (:mod:`datapackages.spool`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from datapackages import schemas, tabular
from datapackages.codes import fold
from datapackages.model import Fact, ParsedDocument, Table

DIGIT = re.compile(r"\d")
PRINTED_MONEY = re.compile(r"\d[.,\uff0c]\d")
FRAGMENT = "compared.json"
UNREADABLE = ("scan", "broken")  # kinds of document
# Issues (codes/issues.csv) by which a page, or what stands on it, may be missing from what was read.
NOT_READ = frozenset(
    ("scanned-document", "scanned-page", "nothing-recognised", "page-failed", "text-is-not-text", "table-failed",
     "damaged-file", "time-limit", "memory-limit", "worker-died", "parser-error")
)  # fmt: skip
READ: dict[Any, Callable[[str], object]] = {
    str: str,
    int: int,
    float: float,
    bool: lambda text: text == "1",
    int | None: lambda text: int(text) if text else None,
    Decimal | None: lambda text: Decimal(text) if text else None,
    tuple[str, ...]: lambda text: tuple(filter(None, text.split("|"))),
}


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One list as a comparison knows it; names are folded."""

    table_id: str
    canonical: str
    block: str
    unit_name: str
    title: str
    state: str = "parsed"  # codes/table_states.csv


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One side of a comparison."""

    sha256: str
    whole: bool  # every page gave its text; of what was not read nothing may be said
    facts: tuple[Fact, ...]  # as printed, in printed order; corrections do not count
    lists: tuple[Listed, ...]
    unread: tuple[tuple[str, ...], ...]  # printed rows with figures that became no facts, folded
    wording: str  # digest of all texts in their order, whatever pages and places they stand on


def compared(parsed: ParsedDocument) -> Compared:
    """Return what a comparison reads of a parsed document."""
    return Compared(
        sha256=parsed.document.sha256,
        whole=_is_whole(parsed),
        facts=_each_once(parsed.facts),
        lists=tuple(_listed(vars(table)) for table in parsed.tables),
        unread=tuple(_unread(parsed)),
        wording=_wording(parsed),
    )


def keep(folder: Path, parsed: ParsedDocument) -> None:
    """Write beside the document's rows what they do not say."""
    said = {"whole": _is_whole(parsed), "wording": _wording(parsed), "unread": list(_unread(parsed))}
    (folder / FRAGMENT).write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")


def kept(folder: Path, sha256: str, printed: Mapping[str, Fact]) -> Compared:
    """Read a document's side back; ``printed`` holds its corrected facts as they were before."""
    said = json.loads((folder / FRAGMENT).read_text(encoding="utf-8"))
    facts = (_fact(row) for row in _rows(folder, "facts"))
    return Compared(
        sha256=sha256,
        whole=said["whole"],
        facts=tuple(printed.get(fact.fact_id, fact) for fact in facts),
        lists=tuple(_listed(row) for row in _rows(folder, "tables")),
        unread=tuple(tuple(row) for row in said["unread"]),
        wording=said["wording"],
    )


def _rows(folder: Path, resource: str) -> Iterator[dict[str, str]]:
    names = list(schemas.fields(resource))
    for line in tabular.read(folder / f"{resource}.csv"):
        yield dict(zip(names, line, strict=True))


def _fact(row: Mapping[str, str]) -> Fact:
    return Fact(**{name: convert(row[name]) for name, convert in _converters().items()})  # type: ignore[arg-type]


@cache
def _converters() -> dict[str, Callable[[str], object]]:
    """Field of Fact → what makes its value of the text in CSV."""
    return {name: READ[kind] for name, kind in get_type_hints(Fact).items()}


def _is_whole(parsed: ParsedDocument) -> bool:
    said = parsed.document
    missing = any(issue.type in NOT_READ for issue in parsed.issues)
    return said.text_layer == "text" and said.kind not in UNREADABLE and not missing


def _each_once(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    found: dict[str, Fact] = {}
    for fact in facts:
        found.setdefault(fact.fact_id, fact)
    return tuple(found.values())


def _listed(said: Mapping[str, object]) -> Listed:
    return Listed(
        table_id=str(said["table_id"]),
        canonical=str(said["canonical"]),
        block=str(said["block"]),
        unit_name=fold(str(said["unit_name"])),
        title=fold(str(said["title"])),
        state=str(said["state"]),
    )


def _unread(parsed: ParsedDocument) -> Iterator[tuple[str, ...]]:
    """The printed rows that hold a figure of which no fact was made.

    In a list with facts the columns without any count only where they print money: codes and numbers of rows are
    no figures.
    """
    facts = {(fact.table_id, fact.row, fact.column) for fact in parsed.facts}
    columns = {(table, column) for table, _, column in facts}
    read = {table for table, _ in columns}
    for table in parsed.tables:
        at = table.table_id
        for number, row in enumerate(table.rows, start=1):
            left = (
                DIGIT.search(cell.text) and (at, number, column) not in facts
                for column, cell in enumerate(row, start=1)
                if at not in read or (at, column) in columns or PRINTED_MONEY.search(cell.text)
            )
            if any(left):
                yield tuple(filter(None, (fold(cell.text) for cell in row)))


def _wording(parsed: ParsedDocument) -> str:
    digest = hashlib.sha256()
    for table in parsed.tables:
        digest.update("\n".join(_texts(table)).encode("utf-8", errors="replace"))
    for section in parsed.sections:
        digest.update(f"{fold(section.heading_path)}\n{fold(section.text)}\n".encode("utf-8", errors="replace"))
    return digest.hexdigest()


def _texts(table: Table) -> Iterator[str]:
    yield from map(fold, (table.label, table.title, table.unit_name, table.money_unit, *table.columns))
    yield from (fold(cell.text) for row in table.rows for cell in row)
