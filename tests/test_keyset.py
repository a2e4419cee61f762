"""Lists read page by page: every row once, in one order, each page a few steps into an index."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from datapackages import keyset

Row = tuple[str, int | None]
AMOUNTS = st.lists(st.none() | st.integers(-2, 2), max_size=40)


def table(amounts: list[int | None]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE facts (id TEXT PRIMARY KEY, amount NUMERIC)")
    ids = (f"{number * 7 % 101:03}" for number in range(len(amounts)))
    connection.executemany("INSERT INTO facts VALUES (?, ?)", zip(ids, amounts, strict=False))
    connection.execute("CREATE INDEX facts_amount ON facts (amount)")
    return connection


def read(connection: sqlite3.Connection, stretches: list[keyset.Stretch], size: int) -> list[Row]:
    rows: list[Row] = []
    for stretch in stretches:
        sql = f"SELECT id, amount FROM facts WHERE {stretch.where or '1'} ORDER BY {stretch.order}"
        rows += connection.execute(f"{sql} LIMIT {size - len(rows)}", stretch.arguments)
    return rows


def pages(connection: sqlite3.Connection, descending: bool, size: int) -> Iterator[list[Row]]:
    after: keyset.Place | None = None
    while page := read(connection, keyset.by_column('"amount"', descending, after), size):
        yield page
        key, value = page[-1]
        after = (None if value is None else str(value), "SELECT rowid FROM facts WHERE id = :key", {"key": key})


@given(AMOUNTS, st.booleans(), st.integers(1, 9))
def test_the_pages_of_a_sorted_list_are_the_list(amounts: list[int | None], descending: bool, size: int) -> None:
    way = "DESC" if descending else "ASC"
    with closing(table(amounts)) as connection:
        whole = connection.execute(f"SELECT id, amount FROM facts ORDER BY amount {way}, rowid {way}").fetchall()
        assert [row for page in pages(connection, descending, size) for row in page] == whole


@given(AMOUNTS, st.integers(1, 9))
def test_the_pages_by_key_are_the_table(amounts: list[int | None], size: int) -> None:
    with closing(table(amounts)) as connection:
        rows: list[Row] = []
        while page := read(connection, keyset.by_keys(['"id"'], [rows[-1][0]] if rows else None), size):
            rows += page
        assert rows == connection.execute("SELECT id, amount FROM facts ORDER BY id").fetchall()


def test_no_page_sorts_what_is_left() -> None:
    with closing(table([1, 1, 0, None])) as connection:
        for descending in (True, False):
            for value in ("1", None):
                after = (value, "SELECT rowid FROM facts WHERE id = '007'", {})
                for stretch in keyset.by_column('"amount"', descending, after):
                    sql = f"EXPLAIN QUERY PLAN SELECT * FROM facts WHERE {stretch.where} ORDER BY {stretch.order}"
                    plan = [line[3] for line in connection.execute(sql, stretch.arguments)]
                    assert plan[0].startswith("SEARCH facts USING INDEX facts_amount")
                    assert "TEMP B-TREE" not in " ".join(plan)
