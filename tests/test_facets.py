"""Facets and counts of the site's tables: equal to counting the rows, and what is left out is said."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

import site_city
from datapackages import facet_counts
from datapackages.build import build
from yusuan.site_files import site_file

METADATA = yaml.safe_load(site_file("metadata.yaml").read_text(encoding="utf-8"))["databases"]["budgets"]["tables"]
FACETS = METADATA["facts"]["facets"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("facets")
    site_city.make(folder)
    return folder


@pytest.fixture(scope="module")
def database(data: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(data / "site" / "current" / "budgets.db")) as connection:
        yield connection


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[httpx.Client]:
    with site_city.served(data) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def table(site: httpx.Client, name: str, **arguments: str) -> dict[str, Any]:
    answer = site.get(f"/budgets/{name}.json", params=arguments)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def facets(told: dict[str, Any]) -> dict[str, list[tuple[Any, int]]]:
    return {
        name: [(value["value"], value["count"]) for value in facet["results"]]
        for name, facet in told["facet_results"].items()
    }


def grouped(database: sqlite3.Connection, name: str, filters: dict[str, str]) -> dict[str, list[tuple[Any, int]]]:
    """What counting the rows gives."""
    where = " AND ".join(f'"{column}" = :{column}' for column in filters) or "1"
    return {
        column: database.execute(
            f'SELECT "{column}", count(*) FROM "{name}" WHERE {where} AND "{column}" IS NOT NULL'
            f' GROUP BY 1 ORDER BY 2 DESC, "{column}" LIMIT 30',
            filters,
        ).fetchall()
        for column in METADATA[name]["facets"]
    }


def values(database: sqlite3.Connection, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Two pairs of values that occur in the columns of facts."""
    listed = ", ".join(columns)
    known = " AND ".join(f"{name} IS NOT NULL" for name in columns)
    rows = database.execute(f"SELECT {listed} FROM facts WHERE {known} GROUP BY {listed} LIMIT 2")
    return [dict(zip(columns, map(str, row), strict=True)) for row in rows]


FILTERS = [(), *((name,) for name in FACETS), *combinations(FACETS, 2), facet_counts.SLOT, ("unit_id",)]


@pytest.mark.parametrize("columns", FILTERS, ids="+".join)
def test_facets_and_count_are_those_of_counting_the_rows(
    columns: tuple[str, ...], site: httpx.Client, database: sqlite3.Connection
) -> None:
    for filters in values(database, columns) if columns else [{}]:
        told = table(site, "facts", **filters)
        where = " AND ".join(f'"{column}" = :{column}' for column in filters) or "1"
        assert facets(told) == grouped(database, "facts", filters)
        assert told["filtered_table_rows_count"] == database.execute(
            f"SELECT count(*) FROM facts WHERE {where}", filters
        ).fetchone()[0]


@pytest.mark.parametrize("name", facet_counts.FACETS)
def test_every_counted_table_has_the_facets_of_the_site(
    name: str, site: httpx.Client, database: sqlite3.Connection
) -> None:
    few, many = facet_counts.FACETS[name]
    assert {*few, *many} == set(METADATA[name]["facets"])
    assert facets(table(site, name)) == grouped(database, name, {})


def test_facets_of_a_search_count_what_it_finds(site: httpx.Client, database: sqlite3.Connection) -> None:
    told = table(site, "facts", _search="住房", document_year="2026")
    found = "name = '住房公积金' AND document_year = 2026"
    assert told["filtered_table_rows_count"] == 6
    assert facets(told)["unit_name"] == database.execute(
        f"SELECT unit_name, count(*) FROM facts WHERE {found} GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()


def test_facets_on_the_second_page_are_those_of_the_first(site: httpx.Client) -> None:
    first = table(site, "facts", _size="10")
    second = table(site, "facts", _size="10", _next=first["next"])
    assert second["rows"] != first["rows"]
    assert facets(second) == facets(first)


@pytest.mark.parametrize("arguments", [{"_facet": "page"}, {"_facet_size": "max"}, {"unit_name__contains": "教育"}])
def test_what_was_not_counted_before_is_counted_now(
    arguments: dict[str, str], site: httpx.Client, database: sqlite3.Connection
) -> None:
    told = facets(table(site, "facts", **arguments))
    column, where = ("page", "1") if "_facet" in arguments else ("canonical", "1")
    if "unit_name__contains" in arguments:
        where = "unit_name LIKE '%教育%'"
    assert told[column] == database.execute(
        f"SELECT {column}, count(*) FROM facts WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()


def test_a_value_of_a_facet_leads_to_the_rows_that_it_counts(site: httpx.Client) -> None:
    for value in table(site, "facts", document_year="2026")["facet_results"]["canonical"]["results"]:
        told = httpx.get(value["toggle_url"], trust_env=False).json()
        assert told["filtered_table_rows_count"] == value["count"]


def test_the_counts_of_one_build_are_those_of_the_next(data: Path, database: sqlite3.Connection) -> None:
    """The whole file is compared in test_build.py; here the counts, after another order of the packages' facts."""
    with closing(sqlite3.connect(build(data, run_id="again"))) as again:
        sql = "SELECT * FROM facet_counts"
        assert again.execute(sql).fetchall() == database.execute(sql).fetchall() != []


# ---- more than is listed ----


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The city with each figure 500 times, so that a search finds more than the site lists."""
    folder = tmp_path_factory.mktemp("many")
    city = site_city
    city.make(folder)
    path = (folder / "site" / "current" / "budgets.db").resolve()
    with closing(sqlite3.connect(path)) as connection:
        _multiply(connection, 500)
    with city.served(folder) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        yield client


def _multiply(connection: sqlite3.Connection, times: int) -> None:
    columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(facts)")]
    copied = ", ".join("f.fact_id || '-' || n.value" if name == "fact_id" else f'f."{name}"' for name in columns)
    numbers = json.dumps(list(range(times - 1)))
    connection.execute(f"INSERT INTO facts SELECT {copied} FROM json_each(?) n CROSS JOIN facts f", [numbers])
    (last,) = connection.execute("SELECT max(rowid) FROM facts").fetchone()
    originals = last // times
    words = connection.execute("SELECT rowid, name, unit_name FROM facts WHERE rowid > ?", [originals]).fetchall()
    from datapackages.search_text import index_text

    texts = ((rowid, index_text(name), index_text(unit)) for rowid, name, unit in words)
    connection.executemany("INSERT INTO facts_fts (rowid, name, unit_name) VALUES (?, ?, ?)", texts)
    connection.execute("DROP TABLE facet_counts")
    facet_counts.build(connection)
    connection.commit()


def test_a_search_that_finds_too_much_lists_the_first_rows_and_says_so(many: httpx.Client) -> None:
    told = table(many, "facts", _search="示例市")
    assert told["filtered_table_rows_count"] is None
    assert "more than 10,000 rows; only the first" in told["human_description_en"]
    assert {value["count"] for facet in told["facet_results"].values() for value in facet["results"]} == {None}
    page = many.get("/budgets/facts", params={"_search": "示例市"}).text
    assert "超过 <b>10,000</b> 条" in page
    assert "只列出按文件次序排在前面的 10,000 条" in page
    assert 'data-column="document_year"' in page
    english = many.get("/budgets/facts", params={"_search": "示例市", "_lang": "en"}).text
    assert "More than <b>10,000</b> rows" in english


def test_such_a_search_is_streamed_whole_or_not_at_all(many: httpx.Client) -> None:
    refused = many.get("/budgets/facts.csv", params={"_search": "示例市", "_stream": "on"})
    assert (refused.status_code, "take the data packages" in refused.text) == (400, True)
    whole = many.get("/budgets/facts.csv", params={"_search": "公务接待费", "_stream": "on", "_size": "max"})
    assert len(whole.text.splitlines()) == 1 + 6 * 500


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"unit_name": "示例市民政局"}, 16 * 500),
        ({"document_year": "2025"}, 6 * 500),
        ({"item": "hospitality"}, 6 * 500),
    ],
)
def test_a_filter_makes_it_whole_again(filters: dict[str, str], count: int, many: httpx.Client) -> None:
    told = table(many, "facts", _search="示例市", **filters)
    assert told["filtered_table_rows_count"] == count
    assert sum(value["count"] for value in told["facet_results"]["stage"]["results"]) == count


def test_figures_in_a_list_are_read_by_the_columns_it_shows(site: httpx.Client) -> None:
    """All columns are one click away."""
    short, full = (site.get("/budgets/facts", params=extra).text for extra in ({}, {"_all": "1"}))
    assert "col-x0" not in short
    assert re.search('class="col-x0', full)


@pytest.mark.parametrize("sort", [{}, {"_sort": "amount"}, {"_sort_desc": "function_code"}, {"_search": "三公"}])
def test_the_pages_of_a_list_hold_every_row_once(
    sort: dict[str, str], site: httpx.Client, database: sqlite3.Connection
) -> None:
    rows, following = [], {}
    while True:
        told = table(site, "facts", _size="7", **sort, **following)
        rows += [row[0] for row in told["rows"]]
        if told["next"] is None:
            break
        following = {"_next": told["next"]}
    where = "canonical = 'three_public'" if "_search" in sort else "1"
    whole = database.execute(f"SELECT fact_id FROM facts WHERE {where} ORDER BY 1")
    assert sorted(rows) == [key for (key,) in whole]


def test_a_table_by_its_keys_is_read_page_by_page_too(site: httpx.Client, database: sqlite3.Connection) -> None:
    first = table(site, "sections", _size="3")
    second = table(site, "sections", _size="3", _next=first["next"])
    sql = "SELECT sha256, seq FROM sections ORDER BY sha256, seq"
    assert [tuple(row[:2]) for row in first["rows"] + second["rows"]] == database.execute(sql).fetchall()
