"""Which tables a publication must have, and what an empty one must say."""

from __future__ import annotations

from collections.abc import Iterator

from datapackages.checks.asking import asks, at_section, at_table, holds, untold
from datapackages.checks.book import Book
from datapackages.checks.data_files import rows_of
from datapackages.checks.findings import Finding
from datapackages.checks.form_words import form_words, pattern, prose, shown
from datapackages.checks.rules import rule
from datapackages.codes import fold, labels
from datapackages.model import Table
from datapackages.places import place_of

WITH_TABLES = ("whole", "tables")
UNREAD = ("unrecognised", "failed")
WIDE = 4  # columns: a table that was not recognised and is as wide as a form may be the one that is missing


def required() -> tuple[dict[str, str], ...]:
    """The rows of ``required_tables.csv``: a form, where and since when it is asked for, and on what basis."""
    return rows_of("required_tables")


@rule("C1", "form")
def required_tables(book: Book) -> Iterator[Finding]:
    """公开目录和当地表样要求的表都在（文字、表格分开公开的，只看表格部分）。
    Every table that the catalogue and the form of the place ask for is there, in the part with tables.
    """
    if book.document.part not in WITH_TABLES:
        return
    place = place_of([book.document.unit_name, book.document.department_name, book.document.title])
    asked = [row for row in required() if _asked(row, book, place)]
    there = [row for row in asked if _tables(row, book)]
    if len(there) * 2 < len(asked):  # some places publish one file a table
        yield untold(labels("parts")["tables"], map(at_table, book.parsed.tables[:1]))
        return
    for row in asked:
        yield _present(row, book)


def _asked(row: dict[str, str], book: Book, place: str) -> bool:
    about = book.document
    since = int(row["from_year"] or 0)
    here = not row["places"] or (place and place.startswith(tuple(row["places"].split("|"))))
    return about.stage in row["stages"].split("|") and bool(here) and (about.fiscal_year or 0) >= since


def _present(row: dict[str, str], book: Book) -> Finding:
    zh, en = (labels("canonicals", lang)[row["canonical"]] for lang in ("zh", "en"))
    if found := _tables(row, book):
        return holds(found[0].title or zh, [at_table(found[0])], [found[0].table_id])
    doubt = [table for table in book.parsed.tables if table.state in UNREAD and _may_be_a_form(table)]
    if doubt:
        return untold(zh, map(at_table, doubt), (table.table_id for table in doubt))
    return asks("table-missing", zh, name_zh=zh, name=en, basis_zh=row["basis_zh"], basis=row["basis"])


def _tables(row: dict[str, str], book: Book) -> list[Table]:
    return book.tables_of(row["canonical"], *filter(None, row["instead"].split("|")))


def _may_be_a_form(table: Table) -> bool:
    return bool(table.title or table.label) and len(table.columns) >= WIDE


@rule("C2", "form")
def empty_tables(book: Book) -> Iterator[Finding]:
    """没有数据的表有说明，说明所指的资金与该表相符；有数据的表不称无数据。
    An empty table carries a statement, of the right fund; a table with figures does not say it is empty.
    """
    seen: set[tuple[str, str, str]] = set()
    for table in book.parsed.tables:
        key = table.canonical, table.unit_name, table.title
        if key not in seen and (finding := _emptiness(book, table)):
            seen.add(key)
            yield finding


def _emptiness(book: Book, table: Table) -> Finding | None:
    note = fold(table.declared)
    place, own = [at_table(table)], [table.table_id]
    if table.state == "parsed" and pattern("claims_empty").search(note) and _has_figures(book, table):
        return asks("claims-empty", note, table.title, place, own)
    if table.state != "blank" or table.canonical not in form_words()["said_empty"]:
        return None
    if table.table_id in book.grids:  # zeros are printed: they say it
        return None
    if pattern("empty_note").search(note) and not pattern("instruction").search(note):
        return _of_its_fund(table, note)
    return _said_elsewhere(book, table) or (
        untold(table.title, place, own)
        if book.document.part == "tables"
        else asks("empty-without-note", table.title, "", place, own)
    )


def _has_figures(book: Book, table: Table) -> bool:
    return any(fact.amount for row in book.grids.get(table.table_id, {}).values() for fact in row.values())


def _of_its_fund(table: Table, note: str) -> Finding:
    funds: dict[str, str] = form_words()["funds"]
    own = funds.get(table.canonical, "")
    others = [name for name in dict.fromkeys(funds.values()) if name != own and name in note]
    if own and own not in note and others:
        return asks("note-of-another-fund", note, table.title, [at_table(table)], [table.table_id])
    return holds(note, [at_table(table)], [table.table_id])


def _said_elsewhere(book: Book, table: Table) -> Finding | None:
    """The same said in the prose, or in a list of the tables that are empty."""
    said = pattern("said_empty", table.canonical)
    for section, words in prose(book):
        text = pattern("instruction").sub("", words)
        if match := said.search(text):
            return holds(shown(text, match), [at_table(table), at_section(section)], [table.table_id])
    for listed in book.parsed.tables:
        if _lists_as_empty(listed, table):
            return holds(table.label or table.title, [at_table(table), at_table(listed)], [table.table_id])
    return None


def _lists_as_empty(listed: Table, table: Table) -> bool:
    heading, yes = form_words()["empty_list_heading"], form_words()["empty_list_yes"]
    at = [number for number, label in enumerate(listed.columns) if heading in label]
    return bool(at) and any(
        row[at[0]].text == yes and any(fold(cell.text) in (fold(table.label), fold(table.title)) for cell in row)
        for row in listed.rows
        if len(row) > at[0]
    )


@rule("C6", "form")
def money_units(book: Book) -> Iterator[Finding]:
    """有金额的表都印有金额单位。
    Every table with amounts prints its unit of money.
    """
    money = [table for table in book.parsed.tables if _prints_money(book, table)]
    for table in money:
        if not table.money_unit:
            yield asks("no-money-unit", table.title or table.label, "", [at_table(table)], [table.table_id])
    if money and all(table.money_unit for table in money):
        yield holds(" ".join(dict.fromkeys(table.money_unit for table in money)))


def _prints_money(book: Book, table: Table) -> bool:
    rows = book.grids.get(table.table_id, {}).values()
    return any(fact.measure == "amount" for row in rows for fact in row.values())


@rule("C20", "form")
def text_layer(book: Book) -> Iterator[Finding]:
    """文件能打开，每页是文字而不是扫描图片。
    The file opens and its pages are text, not scanned pictures.
    """
    layer = labels("text_layers")[book.document.text_layer]
    if book.document.text_layer == "text":
        yield holds(layer)
    else:
        layer_en = labels("text_layers", "en")[book.document.text_layer]
        yield asks("scanned", layer, layer_zh=layer, layer=layer_en)
