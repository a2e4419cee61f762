"""Figures that a search finds, by unit: the lines whose own words match before those that stand in such a table.

See :mod:`datapackages.search_lines` for the index; a line is one printed row of a unit, whatever the year.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from datapackages import search_keys
from datapackages.search_terms import Amount, Asked
from datapackages.search_text import OWN, spans, whole

ALL = (OWN, "")  # tokens of a line itself, and of the table and unit around it
LINES = 1000  # lines that are put in order for one query
OF_ONE_UNIT = 4  # figures of a unit that are shown
LOOKED_AT = 12  # lines of a unit that these are chosen from: several tables print the same figure
SAME_AMOUNT = 1000  # figures of one amount that are put in order


@dataclass(frozen=True, kw_only=True)
class Narrow:
    """The place, year and stage that a search is narrowed to; empty is all."""

    place: str = ""
    year: str = ""
    stage: str = ""
    is_year_unknown: bool = False

    def of(self, expression: str, units: Sequence[str] = ()) -> str:
        """The expression, narrowed in the column ``key``."""
        wanted = [f"({expression})"]
        if self.place:
            wanted.append(f'key:"{search_keys.place(self.place)}"')
        if self.year or self.stage or self.is_year_unknown:
            year = self.year if self.year or self.is_year_unknown else "all"
            wanted.append(f'key:"{search_keys.slot(year, self.stage or "all")}"')
        if units:
            wanted.append("key:(" + " OR ".join(f'"{search_keys.unit(unit)}"' for unit in units) + ")")
        return " AND ".join(wanted)


@dataclass(frozen=True, kw_only=True)
class UnitFigures:
    """The best figures of a unit (rows of facts) and the number of its lines that were found."""

    unit_id: str
    unit_name: str
    jurisdiction: str
    lines: int
    facts: tuple[sqlite3.Row, ...]


@dataclass(frozen=True, kw_only=True)
class ByUnit:
    """Units of one page, and whether it is the last."""

    units: tuple[UnitFigures, ...]
    is_last: bool


def rows(
    connection: sqlite3.Connection, sql: str, values: Sequence[Any] | dict[str, Any]
) -> list[sqlite3.Row]:
    """All rows of a query, by name."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(sql, values).fetchall()


def numbers(rowids: Iterable[int]) -> str:
    """Rowids for an SQL list; being whole numbers they may stand in the statement."""
    return ", ".join(str(int(rowid)) for rowid in rowids)


def count(connection: sqlite3.Connection, asked: Asked, narrow: Narrow, most: int) -> int:
    """The number of lines found (of figures, for an amount), up to ``most``."""
    if asked.is_amount:
        return len(of_amount(connection, asked, narrow)[:most])
    sql = "SELECT count(*) FROM (SELECT rowid FROM lines_fts WHERE lines_fts MATCH ? LIMIT ?)"
    return int(connection.execute(sql, (narrow.of(asked.expression(*ALL)), most)).fetchone()[0])


def by_unit(connection: sqlite3.Connection, asked: Asked, narrow: Narrow, size: int, page: int) -> ByUnit:
    """A page of units with their best figures, in the order of each unit's best."""
    if asked.is_amount:
        found = _by_unit_of_facts(connection, of_amount(connection, asked, narrow))
        return ByUnit(units=tuple(found[(page - 1) * size : page * size]), is_last=len(found) <= page * size)
    lines = _lines(connection, asked, narrow)
    of_lines = _rows_of_lines(connection, lines, narrow)
    units = list(dict.fromkeys(of_lines[line][0]["unit"] for line in lines if line in of_lines))
    shown = units[(page - 1) * size : page * size]
    return ByUnit(
        units=tuple(_of_units(connection, asked, narrow, shown)) if shown else (),
        is_last=len(units) <= page * size,
    )


def nearly(connection: sqlite3.Connection, asked: Asked, narrow: Narrow, size: int) -> list[UnitFigures]:
    """Units with figures that round to the amount but are not it, the nearest figure first."""
    amount = asked.amount
    if amount is None or not amount.unit:
        return []
    [yuan], [half] = amount.yuan, amount.half
    found = []
    for order, low, high in (("DESC", yuan - half, yuan), ("ASC", yuan, yuan + half)):
        where, values = _narrowed(asked, narrow)
        sql = f"""SELECT f.rowid AS number, f.amount_fen FROM facts f
                  WHERE f.amount > ? AND f.amount < ? {where} ORDER BY f.amount {order} LIMIT 100"""
        found += rows(connection, sql, (str(low), str(high), *values))
    found.sort(key=lambda row: (abs(row["amount_fen"] - int(yuan * 100)), row["number"]))
    return _by_unit_of_facts(connection, [row["number"] for row in found])[:size]


def _lines(connection: sqlite3.Connection, asked: Asked, narrow: Narrow, units: Sequence[str] = ()) -> list[int]:
    """Lines called exactly so, then those whose own words match as typed, or otherwise, then all others."""
    own, literal, expression = asked.somewhere(OWN), asked.literal(*ALL), asked.expression(*ALL)
    called = f"({literal}) AND {asked.called()}"
    tiers = (called, f"({literal}) AND {own}", f"({expression}) AND {own}", literal, expression)
    found: dict[int, None] = {}
    for tier in dict.fromkeys(tiers):
        sql = "SELECT rowid FROM lines_fts WHERE lines_fts MATCH ? ORDER BY rowid LIMIT ?"
        found |= dict.fromkeys(line for (line,) in connection.execute(sql, (narrow.of(tier, units), LINES)))
        if len(found) >= LINES:
            break
    return list(found)[:LINES]


def _rows_of_lines(
    connection: sqlite3.Connection, lines: Sequence[int], narrow: Narrow
) -> dict[int, list[sqlite3.Row]]:
    """Line → its rows that the search is narrowed to, the latest year first."""
    sql = f"""SELECT * FROM lines_fts_rows WHERE line IN ({numbers(lines)})
              AND (:year = '' OR document_year = CAST(:year AS INTEGER)) AND (:stage = '' OR stage = :stage)
              ORDER BY line, document_year DESC, stage, fact"""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    found = defaultdict(list)
    for row in cursor.execute(sql, {"year": narrow.year, "stage": narrow.stage}):
        found[row["line"]].append(row)
    return found


def _of_units(
    connection: sqlite3.Connection, asked: Asked, narrow: Narrow, units: Sequence[str]
) -> Iterable[UnitFigures]:
    lines = _lines(connection, asked, narrow, units)
    of_lines = _rows_of_lines(connection, lines, narrow)
    by_name: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        if line in of_lines:
            by_name[of_lines[line][0]["unit"]].append(line)
    best = {unit: [of_lines[line][0]["fact"] for line in by_name[unit][:LOOKED_AT]] for unit in units}
    chosen = _cells(connection, asked, [fact for facts in best.values() for fact in facts])
    for unit in units:
        if best[unit]:
            yield _unit_figures([chosen[fact] for fact in best[unit]], len(by_name[unit]))


def _unit_figures(facts: Sequence[sqlite3.Row], lines: int) -> UnitFigures:
    first, different = facts[0], {_said(fact): fact for fact in reversed(facts)}
    return UnitFigures(
        unit_id=first["unit_id"] or "", unit_name=first["unit_called"] or first["unit_name"] or "",
        jurisdiction=first["jurisdiction"] or "", lines=lines,
        facts=tuple([fact for fact in facts if different[_said(fact)] is fact][:OF_ONE_UNIT]),
    )  # fmt: skip


def _said(fact: sqlite3.Row) -> tuple[Any, ...]:
    """What a reader sees of a figure; tables that repeat it are not shown again."""
    return whole(fact["name"] or fact["item"] or ""), fact["amount_fen"], fact["fiscal_year"], fact["phase"]


def _cells(connection: sqlite3.Connection, asked: Asked, facts: Sequence[int]) -> dict[int, sqlite3.Row]:
    """The figure to show for each that stands for a line: another of its row where its heading was asked for."""
    sql = f"""SELECT f.*, f.rowid AS number, m.rowid AS main, u.name AS unit_called
              FROM facts m JOIN facts f ON f.table_id = m.table_id AND f."row" = m."row"
              LEFT JOIN units u ON u.unit_id = f.unit_id
              WHERE m.rowid IN ({numbers(facts)}) ORDER BY f."column" """
    of_row: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in rows(connection, sql, ()):
        of_row[row["main"]].append(row)

    def rank(row: sqlite3.Row) -> tuple[int, bool, bool]:
        asked_for = sum(bool(spans(row["column_label"] or "", term.phrases)) for term in asked.terms)
        return -asked_for, row["number"] != row["main"], row["fiscal_year"] != row["document_year"]

    return {main: min(cells, key=rank) for main, cells in of_row.items()}


def of_amount(connection: sqlite3.Connection, asked: Asked, narrow: Narrow) -> list[int]:
    """Figures of exactly the amount, in any unit it may be written in; the latest year first."""
    amount = asked.amount or Amount(yuan=(), half=(), unit="")
    where, values = _narrowed(asked, narrow)
    found = []
    for fen in filter(None, amount.fen):
        sql = f"""SELECT f.rowid AS number, f.document_year FROM facts f
                  WHERE f.amount = ? AND f.amount_fen = ? {where} LIMIT ?"""
        found += rows(connection, sql, (f"{fen // 100}.{fen % 100:02}", fen, *values, SAME_AMOUNT))
    found.sort(key=lambda row: (-(row["document_year"] or 0), row["number"]))
    return [row["number"] for row in found]


def of_amount_in(
    connection: sqlite3.Connection, asked: Asked, narrow: Narrow, sha256: str
) -> list[sqlite3.Row]:
    """The figures of exactly the amount in one document."""
    where, values = _narrowed(asked, narrow)
    fen = numbers(asked.amount.fen if asked.amount else ())
    sql = f"SELECT f.* FROM facts f WHERE f.sha256 = ? AND f.amount_fen IN ({fen}) {where} ORDER BY f.rowid"
    return rows(connection, sql, (sha256, *values))


def _narrowed(asked: Asked, narrow: Narrow) -> tuple[str, list[str]]:
    """SQL for the other words and the place, year and stage; the plus keeps the index of amounts in use."""
    columns = {"jurisdiction": narrow.place, "document_year": narrow.year, "stage": narrow.stage}
    given = {name: value for name, value in columns.items() if value}
    where, values = [f"+f.{name} = ?" for name in given], list(given.values())
    if rest := asked.without_amount().terms:
        where.append("EXISTS (SELECT 1 FROM facts_fts WHERE facts_fts MATCH ? AND facts_fts.rowid = f.rowid)")
        values.append(Asked(text="", terms=rest).expression())
    return "".join(f" AND {part}" for part in where), values


def _by_unit_of_facts(connection: sqlite3.Connection, facts: Sequence[int]) -> list[UnitFigures]:
    sql = f"""SELECT f.*, f.rowid AS number, u.name AS unit_called FROM facts f
              LEFT JOIN units u ON u.unit_id = f.unit_id WHERE f.rowid IN ({numbers(facts)})"""
    by_number = {row["number"]: row for row in rows(connection, sql, ())}
    units: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for fact in facts:
        row = by_number[fact]
        units[row["unit_id"] or row["unit_name"] or ""].append(row)
    return [_unit_figures(found, len(found)) for found in units.values()]
