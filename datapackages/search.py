"""A search over everything: units, codes, figures by unit, and the other tables, each bounded and the best first.

No query here sorts what a broad term finds: the index of lines is in the order of their rank, the other tables are
asked for one year after another, and counting ends at ``COUNTED``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from datapackages import search_figures, search_keys
from datapackages.search_figures import Narrow, numbers, rows
from datapackages.search_terms import Asked
from datapackages.search_text import NOTHING, phrase, spans

COUNTED = 1000  # hits are counted so far, then said to be more
CANDIDATES = 500  # rows of a table that are put in order for one query
AMOUNTS = ("statements", "performance", "projects", "purchases")  # whose index holds amounts
ORDERS = {"projects": "t.amount_fen DESC", "purchases": "t.amount_fen DESC", "sections": "t.kind <> 'prose'"}
KINDS = ("tables", "projects", "purchases", "statements", "performance", "sections")


@dataclass(frozen=True, kw_only=True)
class Group:
    """What one kind holds: ``hits`` is counted up to ``COUNTED``; ``rows`` are those of the page asked for."""

    kind: str
    hits: int
    is_more: bool
    rows: Sequence[Any]
    is_last: bool = True


def group(
    connection: sqlite3.Connection, kind: str, asked: Asked, narrow: Narrow, size: int, page: int = 1
) -> Group:
    """The rows of one kind on a page of ``size``; units of figures are counted as one row each."""
    if kind == "units":
        return _paged(kind, _units(connection, asked, narrow), size, page)
    if kind == "codes":
        return _paged(kind, _codes(connection, asked), size, page)
    if kind == "figures":
        found = search_figures.by_unit(connection, asked, narrow, size, page)
        hits = search_figures.count(connection, asked, narrow, COUNTED + 1)
        return _group(kind, hits, found.units, is_last=found.is_last)
    return _listed(connection, kind, asked, narrow, size, page)


def covered(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """Places, years and stages that there are packages of."""
    return rows(
        connection, "SELECT DISTINCT jurisdiction, document_year, stage FROM packages ORDER BY 1, 2 DESC, 3", ()
    )


def years(connection: sqlite3.Connection) -> list[str]:
    """The years of documents, the latest first; the unknown year is an empty text and comes last."""
    found = connection.execute("SELECT DISTINCT document_year FROM packages ORDER BY 1 DESC")
    return ["" if year is None else str(year) for (year,) in found]


def _paged(kind: str, found: list[Any], size: int, page: int) -> Group:
    shown = found[(page - 1) * size : page * size]
    return _group(kind, len(found), shown, is_last=len(found) <= page * size)


def _units(connection: sqlite3.Connection, asked: Asked, narrow: Narrow) -> list[sqlite3.Row]:
    """Units by name, alias or short name: called exactly so, then those whose name ends so, departments first."""
    sql = """SELECT u.*, u.rowid IN (SELECT rowid FROM units_fts WHERE units_fts MATCH ?) AS is_called
             FROM units_fts f JOIN units u ON u.rowid = f.rowid
             WHERE units_fts MATCH ? AND (? = '' OR u.jurisdiction = ?) LIMIT ?"""
    place = narrow.place
    found = rows(connection, sql, (asked.called(), asked.expression(), place, place, COUNTED + 1))
    ends = tuple(text for term in asked.terms for text in (term.text, *term.also))

    def rank(unit: sqlite3.Row) -> tuple[Any, ...]:
        names = [name for part in ("name", "aliases", "short_names") for name in (unit[part] or "").split("|")]
        ends_so = any(name.endswith(ends) for name in names)
        return not unit["is_called"], not ends_so, unit["kind"] != "department", len(unit["name"]), unit["unit_id"]

    return sorted(found, key=rank)


def _codes(connection: sqlite3.Connection, asked: Asked) -> list[sqlite3.Row]:
    """Classifications by code or name, of their latest year: called exactly so, then the wider ones first."""
    sql = """SELECT c.*, max(c.year),
               c.rowid IN (SELECT rowid FROM classifications_fts WHERE classifications_fts MATCH ?) AS is_called
             FROM classifications_fts f JOIN classifications c ON c.rowid = f.rowid
             WHERE classifications_fts MATCH ? GROUP BY c.scheme, c.code
             ORDER BY is_called DESC, c.level, c.scheme <> 'functional', c.code LIMIT ?"""
    return rows(connection, sql, (asked.called(), asked.expression(), COUNTED + 1))


def _listed(
    connection: sqlite3.Connection, kind: str, asked: Asked, narrow: Narrow, size: int, page: int
) -> Group:
    """Rows of a table with an index of its own, the latest year first."""
    expression = _expression(kind, asked)
    ids = list(_ids(connection, kind, expression, narrow))
    if asked.is_amount and kind == "sections":
        ids = _stating(connection, ids, asked)
    ordered = f"""SELECT t.rowid FROM {kind} t WHERE t.rowid IN ({numbers(ids)})
                  ORDER BY t.document_year DESC, {ORDERS.get(kind, "t.rowid")}, t.rowid LIMIT ? OFFSET ?"""
    numbered = [number for (number,) in connection.execute(ordered, (size, (page - 1) * size))]
    sql = f"""SELECT t.*, t.rowid AS number, u.name AS called
              FROM {kind} t LEFT JOIN units u ON u.unit_id = t.unit_id WHERE t.rowid IN ({numbers(numbered)})"""
    shown = sorted(rows(connection, sql, ()), key=lambda row: numbered.index(row["number"]))
    hits = len(ids) if len(ids) < CANDIDATES else _count(connection, kind, narrow.of(expression))
    return _group(kind, hits, shown, is_last=len(ids) <= page * size)


def _stating(connection: sqlite3.Connection, ids: Sequence[int], asked: Asked) -> list[int]:
    """The sections that state the amount itself; the index also finds longer numbers that end in it."""
    sql = f"SELECT rowid AS number, text FROM sections WHERE rowid IN ({numbers(ids)}) ORDER BY rowid"
    amounts = [phrase(term.text) for term in asked.terms if term.amount]
    return [row["number"] for row in rows(connection, sql, ()) if spans(row["text"] or "", amounts)]


def _group(kind: str, hits: int, shown: Sequence[Any], *, is_last: bool) -> Group:
    return Group(kind=kind, hits=min(hits, COUNTED), is_more=hits > COUNTED, rows=shown, is_last=is_last)


def _expression(kind: str, asked: Asked) -> str:
    """The words; where an amount is asked for, the rows with that amount, also where no other word is meant."""
    if kind not in AMOUNTS or not asked.amount:
        return asked.expression()
    rest = asked.without_amount()
    amounts = " OR ".join(f'"{search_keys.amount(fen)}"' for fen in asked.amount.fen) or NOTHING
    others = f" AND {rest.expression()}" if rest.terms else ""
    of_amount = f"(key:({amounts}){others})"
    return of_amount if asked.is_amount else f"({asked.expression()}) OR {of_amount}"


def _ids(connection: sqlite3.Connection, kind: str, expression: str, narrow: Narrow) -> Iterator[int]:
    """The first ``CANDIDATES`` rows, of the latest year that has any and then of the years before."""
    left = CANDIDATES
    for year in [narrow.year] if narrow.year else years(connection):
        if left <= 0:
            return
        within = replace(narrow, year=year, is_year_unknown=not year)
        sql = f"SELECT rowid FROM {kind}_fts WHERE {kind}_fts MATCH ? ORDER BY rowid LIMIT ?"
        for (rowid,) in connection.execute(sql, (within.of(expression), left)):
            left -= 1
            yield rowid


def _count(connection: sqlite3.Connection, kind: str, expression: str) -> int:
    sql = f"SELECT count(*) FROM (SELECT rowid FROM {kind}_fts WHERE {kind}_fts MATCH ? LIMIT ?)"
    return int(connection.execute(sql, (expression, COUNTED + 1)).fetchone()[0])
