"""The rows of one document at a time, kept on disk until all documents are known.

Which version is current and which id a new unit gets can only be said at the end, so the rows wait
as CSV fragments, one file for each document and resource; memory holds one document at a time.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from datapackages import checks, compared, issues, tabular, told_rows
from datapackages import printed as as_printed
from datapackages.compared import Compared
from datapackages.model import Document, Fact, Issue, ParsedDocument, Section, Table

T = TypeVar("T")
FEN = Decimal("0.01")
ENTRY = "entry.pickle"  # read by the run that wrote it, and by no other
SCHEME_OF = {
    "function_code": "functional",
    "econ_dept_code": "economic_department",
    "econ_gov_code": "economic_government",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is remembered of a document whose rows are on disk."""

    document: Document
    jurisdiction: str
    codes: frozenset[tuple[str, str]]  # scheme and code of every classification its facts name
    issue_types: frozenset[str]
    issue_count: int


class Spool:
    """Fragments under one folder; ``add`` writes them, ``lines`` reads them back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True)

    def add(
        self, parsed: ParsedDocument, jurisdiction: str, printed: Mapping[str, Fact] = MappingProxyType({})
    ) -> Entry:
        """Write the document's rows; the same document twice is an error of the caller.

        ``printed`` holds the corrected facts as they were before, by their ids.
        """
        folder = self._folder / parsed.document.sha256
        try:
            folder.mkdir()
        except FileExistsError:
            raise ValueError(f"document {parsed.document.sha256} was given twice; give each one once") from None
        try:
            entry = self._write(folder, parsed, jurisdiction, printed)
        except ValueError as error:
            raise ValueError(f"document {parsed.document.sha256}: {error}") from error
        (folder / ENTRY).write_bytes(pickle.dumps(entry))
        return entry

    def entry(self, sha256: str) -> Entry:
        """Return what :meth:`add` returned of a document of this run."""
        entry: Entry = pickle.loads((self._folder / sha256 / ENTRY).read_bytes())
        return entry

    def size(self, sha256: str) -> int:
        """The bytes of the document's lines."""
        return sum(path.stat().st_size for path in (self._folder / sha256).iterdir())

    def _write(self, folder: Path, parsed: ParsedDocument, jurisdiction: str, printed: Mapping[str, Fact]) -> Entry:
        tables, facts, found = _audited(parsed)
        common = shared(parsed.document, jurisdiction)
        totals = _printed_totals([printed.get(fact.fact_id, fact) for fact in facts])
        sections = sorted(parsed.sections, key=lambda section: section.seq)
        _keep(folder, "tables", (_table(table, common, totals.get(table.table_id)) for table in tables))
        _keep(folder, "printed", as_printed.rows(tables, parsed.covers, without_scope(common)))
        held = checks.coverage(parsed.checks)
        _keep(folder, "facts", (_fact(fact, jurisdiction, held[fact.fact_id]) for fact in facts))
        _keep(folder, "sections", (_section(section, common) for section in sections))
        for resource, rows in told_rows.rows(parsed, facts, without_scope(common)).items():
            _keep(folder, resource, rows)
        _keep(folder, "issues", (issue_row(issue, seq, common) for seq, issue in enumerate(found, start=1)))
        compared.keep(folder, parsed)
        return Entry(
            document=parsed.document,
            jurisdiction=jurisdiction,
            codes=frozenset(_codes(facts)),
            issue_types=frozenset(issue.type for issue in found),
            issue_count=len(found),
        )

    def lines(self, sha256: str, resource: str) -> Iterator[list[str]]:
        """Yield the document's lines of a resource, in order."""
        yield from tabular.read(self._folder / sha256 / f"{resource}.csv")

    def compared(self, sha256: str, printed: Mapping[str, Fact]) -> Compared:
        """Return what a comparison of versions reads of the document, its figures as printed."""
        return compared.kept(self._folder / sha256, sha256, printed)


def issue_row(issue: Issue, seq: int, common: Mapping[str, object]) -> dict[str, object]:
    """Return the row of an issue; ``common`` is what :func:`shared` gives for its document."""
    own = tabular.as_row(issue)
    own["table_id"] = own.pop("table")
    return {"seq": seq, **own, **without_scope(common)}


def shared(document: Document, jurisdiction: str, unit_id: str = "") -> dict[str, object]:
    """Return the fields that tables, sections and issues take over from their document."""
    return {
        "sha256": document.sha256,
        "jurisdiction": jurisdiction,
        "unit_id": unit_id,
        "document_year": document.fiscal_year,
        "stage": document.stage,
        "scope": document.scope,
    }


def without_scope(common: Mapping[str, object]) -> dict[str, object]:
    """Return the shared fields of a resource whose rows do not say the scope."""
    return {name: value for name, value in common.items() if name != "scope"}


def _keep(folder: Path, resource: str, rows: Iterable[tabular.Row]) -> None:
    with tabular.writing(folder / f"{resource}.csv") as writer:
        writer.writerows(tabular.values(resource, row) for row in rows)


def _audited(parsed: ParsedDocument) -> tuple[list[Table], list[Fact], list[Issue]]:
    """Return tables and facts in order, each id once, and the issues with those found here."""
    tables = sorted(_first(parsed.tables, "table_id"), key=lambda table: min(table.pages, default=0))
    place = {table.table_id: at for at, table in enumerate(tables)}
    facts = sorted(
        _first(parsed.facts, "fact_id"),
        key=lambda fact: (place.get(fact.table_id, -1), fact.row, fact.column, fact.fact_id),
    )
    return tables, facts, [*parsed.issues, *_repeated(parsed), *_finer_than_fen(facts)]


def _first(records: tuple[T, ...], key: str) -> list[T]:
    """Return the first record of each id, in the given order."""
    found: dict[str, T] = {}
    for record in records:
        found.setdefault(getattr(record, key), record)
    return list(found.values())


def _repeated(parsed: ParsedDocument) -> Iterator[Issue]:
    for table_id in _twice(table.table_id for table in parsed.tables):
        yield issues.issue("repeated-id", table=table_id, id=table_id)
    twice = set(_twice(fact.fact_id for fact in parsed.facts))
    for fact in _first(parsed.facts, "fact_id"):
        if fact.fact_id in twice:
            at: dict[str, Any] = {"page": fact.page, "table": fact.table_id, "row": fact.row, "column": fact.column}
            yield issues.issue("repeated-id", **at, id=fact.fact_id)


def _twice(ids: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(ids).items() if count > 1]


def _finer_than_fen(facts: list[Fact]) -> list[Issue]:
    finer: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.amount is not None and fact.amount.is_finite() and fact.amount % FEN:
            finer.setdefault(fact.table_id, []).append(fact)
    return [
        issues.issue("amount-finer-than-fen", table=table, amount=some[0].amount, count=len(some))
        for table, some in finer.items()
    ]


def _codes(facts: list[Fact]) -> Iterator[tuple[str, str]]:
    for fact in facts:
        for name, scheme in SCHEME_OF.items():
            if code := getattr(fact, name):
                yield scheme, code


def _table(table: Table, common: Mapping[str, object], printed_total: Decimal | None) -> dict[str, object]:
    own = tabular.as_row(table)
    own["column_labels"] = own.pop("columns")
    first = min(table.pages, default=None)
    return {
        **common,
        **own,
        **_bounds(table, first),
        "page": first,
        "rows": len(table.rows),
        "columns": len(table.columns),
        "printed_total": printed_total,
    }


def _bounds(table: Table, page: int | None) -> dict[str, float | None]:
    """Return the box around the table's cells on its first page."""
    boxes = [cell.box for row in table.rows for cell in row if cell.page == page and cell.box]
    edges = list(zip(*boxes, strict=True))
    if not edges:
        return dict.fromkeys(("x0", "top", "x1", "bottom"))
    return {"x0": min(edges[0]), "top": min(edges[1]), "x1": max(edges[2]), "bottom": max(edges[3])}


def _printed_totals(facts: list[Fact]) -> dict[str, Decimal]:
    """Return table_id → the amount of its total row, for tables that print one such figure for their year."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        own_year = fact.fiscal_year in (None, fact.document_year)
        if fact.measure == "amount" and fact.row_role == "total" and own_year and fact.amount is not None:
            found.setdefault(fact.table_id, []).append(fact)
    totals = {}
    for table, some in found.items():
        spanning = [fact for fact in some if fact.column_role == "total"] or some
        if len(spanning) == 1 and spanning[0].amount is not None:
            totals[table] = spanning[0].amount
    return totals


def _fact(fact: Fact, jurisdiction: str, held: int) -> dict[str, object]:
    joined = {"jurisdiction": jurisdiction, "unit_id": "", "is_current": True, "checks": held}
    return {**tabular.as_row(fact), **joined}


def _section(section: Section, common: Mapping[str, object]) -> dict[str, object]:
    return {**tabular.as_row(section), **without_scope(common)}
