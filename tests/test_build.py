"""The database of the site: the packages' rows, exact money, Chinese search, and a switch that cannot fail half."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import made_up_city as city
from datapackages import codes, ddl, descriptor, schemas
from datapackages.build import BuildFailed, build
from datapackages.loading import fen
from datapackages.search_text import match_query
from datapackages.write import write_packages


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two units with one table each: 30.50 万元 and, printed in 元, 1234.56."""
    other = city.parsed("b", unit_name="示例市民政所")
    in_yuan = {"amount": Decimal("1234.56"), "amount_text": "1,234.56", "money_unit": "元"}
    other = replace(other, facts=tuple(replace(fact, **in_yuan) for fact in other.facts))
    made = tmp_path_factory.mktemp("packaged")
    write_packages([city.parsed("a"), other], [city.sighting("a"), city.sighting("b", page_url="")], made)
    return made


@pytest.fixture
def data(packaged: Path, tmp_path: Path) -> Path:
    """A data directory of the test's own with those packages."""
    return shutil.copytree(packaged, tmp_path / "data", symlinks=True)


@pytest.fixture(scope="module")
def database(packaged: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(build(packaged, run_id="read-only"))) as connection:
        yield connection


def search(connection: sqlite3.Connection, table: str, query: str) -> list[int]:
    sql = f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH ? ORDER BY rowid"
    return [rowid for (rowid,) in connection.execute(sql, (match_query(query),))]


@pytest.mark.parametrize("resource", schemas.RESOURCES)
def test_every_resource_is_a_table_with_its_columns(database: sqlite3.Connection, resource: str) -> None:
    found = [name for _, name, *_ in database.execute(f'PRAGMA table_info("{resource}")')]
    extra = ["amount_fen"] if "amount" in schemas.fields(resource) else []
    assert [name for name in found if name not in extra] == list(schemas.fields(resource))


def test_money_reads_as_printed_sorts_as_a_number_and_adds_up_in_fen(database: sqlite3.Connection) -> None:
    sql = "SELECT amount, amount_fen FROM facts WHERE row_role = 'leaf' ORDER BY amount"
    assert database.execute(sql).fetchall() == [(1234.56, 123456), (305000, 30500000)]
    shown = database.execute("SELECT DISTINCT CAST(amount AS TEXT) FROM facts WHERE amount > 1000.5")
    assert sorted(shown) == [("1234.56",), ("305000",)]
    totals = """
        SELECT printed_total, sum(amount_fen) FROM facts JOIN tables USING (table_id)
        WHERE additive GROUP BY table_id ORDER BY printed_total
        """
    assert database.execute(totals).fetchall() == [(1234.56, 123456), (305000, 30500000)]


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("", None), ("0", 0), ("-0.01", -1), ("99999999999999.99", 9999999999999999), ("0.005", 0), ("0.015", 2)],
)
def test_yuan_become_whole_fen(amount: str, expected: int | None) -> None:
    assert fen(amount) == expected


def test_words_of_closed_lists_have_their_chinese_labels(database: sqlite3.Connection) -> None:
    sql = """
        SELECT DISTINCT c.label_zh, s.label_zh FROM facts f
        JOIN canonicals c ON c.code = f.canonical JOIN stages s ON s.code = f.stage
        """
    assert database.execute(sql).fetchall() == [("支出总表", "预算")]
    for vocabulary in codes.vocabularies():
        listed = dict(database.execute(f'SELECT code, label_zh FROM "{vocabulary}"'))
        assert listed == codes.labels(vocabulary), vocabulary


def test_places_units_documents_and_lists_are_linked_by_keys(database: sqlite3.Connection) -> None:
    targets = {row[3]: row[2] for row in database.execute("PRAGMA foreign_key_list(facts)")}
    expected = {
        "jurisdiction": "jurisdictions",
        "unit_id": "units",
        "sha256": "documents",
        "table_id": "tables",
        "canonical": "canonicals",
        "fund": "funds",
    }
    assert {name: targets[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("小学", 2),
        ("普通教育", 2),
        ("教育", 3),
        ("2050", 2),
        ("民政", 2),
        ("民政所 小学", 1),
        ("支出总表", 4),
        ("育支", 2),
        ("所小", 0),
        ("三公", 0),
    ],
)
def test_facts_are_found_by_name_path_code_unit_and_title(
    database: sqlite3.Connection, query: str, found: int
) -> None:
    rowids = search(database, "facts", query)
    assert len(rowids) == found
    assert all(database.execute("SELECT 1 FROM facts WHERE rowid = ?", (rowid,)).fetchone() for rowid in rowids)


def test_a_found_rowid_is_the_row_it_means(database: sqlite3.Connection) -> None:
    sql = "SELECT unit_name, row_role FROM facts WHERE rowid = ?"
    (rowid,) = search(database, "facts", "民政 小学教育")
    assert database.execute(sql, (rowid,)).fetchone() == ("示例市民政所", "leaf")


def test_sections_and_tables_are_found(database: sqlite3.Connection) -> None:
    assert search(database, "sections", "包括小学") == [1, 2]
    assert search(database, "sections", "主要职责") == [1, 2]
    assert len(search(database, "tables", "民政 支出总表")) == 1


@pytest.mark.parametrize(
    ("table", "query", "found"),
    [
        ("statements", "支出总计", 2),
        ("statements", "人员增加", 2),
        ("performance", "校舍维修", 2),
        ("performance", "两处校舍", 2),
        ("performance", "goal", 0),
        ("projects", "特定目标", 2),
        ("projects", "教育局 校舍", 2),
        ("purchases", "课桌椅", 2),
        ("purchases", "A0501", 2),
    ],
)
def test_statements_forms_projects_and_purchases_are_found(
    database: sqlite3.Connection, table: str, query: str, found: int
) -> None:
    assert len(search(database, table, query)) == found


def test_money_of_every_resource_is_kept_in_fen_too(database: sqlite3.Connection) -> None:
    for table in ("statements", "performance", "projects", "purchases"):
        sql = f"SELECT DISTINCT amount, amount_fen FROM {table}"
        assert database.execute(sql).fetchall() == [(305000, 30500000)], table


def test_packages_are_listed_for_download(database: sqlite3.Connection, packaged: Path) -> None:
    ((name, place, year, stage, facts, size),) = database.execute(
        "SELECT name, jurisdiction, document_year, stage, facts, zip_bytes FROM packages"
    )
    assert (name, place, year, stage, facts) == ("cn-999900-2026-budget", "999900", 2026, "budget", 4)
    assert size == (packaged / "packages" / f"{name}.zip").stat().st_size


def test_the_figures_under_a_filter_are_read_in_the_order_of_their_amounts(database: sqlite3.Connection) -> None:
    for filtered in ("jurisdiction", "document_year", "stage", "unit_name", "canonical", "function_name", "fund"):
        sql = f'EXPLAIN QUERY PLAN SELECT * FROM facts WHERE "{filtered}" = 1 ORDER BY amount DESC LIMIT 51'
        plan = [line[3] for line in database.execute(sql)]
        assert plan == [f"SEARCH facts USING INDEX facts_{filtered}_amount ({filtered}=?)"]


def test_indexes_name_columns_that_exist(database: sqlite3.Connection) -> None:
    for resource, indexed in ddl.INDEXES.items():
        assert {name for columns in indexed for name in columns} <= set(schemas.fields(resource))
    assert database.execute("SELECT count(*) FROM sqlite_stat1").fetchone()[0] > 0


def test_the_file_is_one_file_without_a_log(database: sqlite3.Connection, packaged: Path) -> None:
    folder = packaged / "site" / "read-only"
    assert [path.name for path in folder.iterdir()] == ["budgets.db"]
    assert (folder / "budgets.db").read_bytes()[18:20] == b"\x01\x01", "a database in WAL mode says 2"
    assert database.execute("PRAGMA quick_check").fetchall() == [("ok",)]


def test_equal_packages_give_equal_bytes_whatever_the_run_is_called(data: Path) -> None:
    first, second = build(data, run_id="night-1"), build(data, run_id="night-2")
    assert first != second
    assert first.read_bytes() == second.read_bytes()
    assert build(data) == build(data)


def test_the_switch_moves_both_links_and_open_readers_keep_what_they_read(data: Path) -> None:
    first = build(data, run_id="night-1")
    assert (data / "site" / "current").resolve() == first.parent
    with closing(sqlite3.connect(data / "site" / "budgets.db")) as reader:
        write_packages([city.parsed("a")], [], data)
        second = build(data, run_id="night-2")
        assert reader.execute("SELECT count(*) FROM facts").fetchone() == (4,)
    assert os.readlink(data / "site" / "current") == "night-2"
    assert (data / "site" / "budgets.db").resolve() == second
    with closing(sqlite3.connect(data / "site" / "budgets.db")) as reader:
        assert reader.execute("SELECT count(*) FROM facts").fetchone() == (2,)


def rewritten(path: Path, text: str) -> None:
    """Put another text in a resource's place, with a descriptor that tells of it."""
    folder, described = path.parent.parent, descriptor.read(path.parent.parent)
    path.write_text(text, encoding="utf-8")
    for entry in described["resources"]:
        entry["hash"] = f"sha256:{descriptor.sha256(folder / entry['path'])}"
    (folder / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")


def test_an_orphan_row_fails_the_gate_and_the_current_build_stays(data: Path) -> None:
    first = build(data, run_id="night-1")
    path = next((data / "packages").glob("*/data/sections.csv"))
    rewritten(path, path.read_text(encoding="utf-8").replace(city.sha("a"), "0" * 64))
    with pytest.raises(BuildFailed, match="foreign_key_check: rows without their parent .*sections"):
        build(data, run_id="night-2")
    assert (data / "site" / "budgets.db").resolve() == first


def test_rows_lost_between_package_and_database_fail_the_gate(data: Path) -> None:
    path = next((data / "packages").glob("*/data/issues.csv"))
    rewritten(path, "".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]))
    with pytest.raises(BuildFailed, match="issues: expected 1 rows, found 0"):
        build(data)


def test_a_package_of_another_version_names_the_remedy(data: Path) -> None:
    path = next((data / "packages").glob("*/data/facts.csv"))
    rewritten(path, path.read_text(encoding="utf-8").replace("fact_id", "line_id", 1))
    with pytest.raises(BuildFailed, match="columns are not those of schemas/facts.json; run `yusuan package`"):
        build(data)


def test_a_file_that_is_not_the_one_described_fails_the_gate_and_the_current_build_stays(data: Path) -> None:
    first = build(data)
    path = next((data / "packages").glob("*/data/facts.csv"))
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("305000", "305001"), encoding="utf-8")
    with pytest.raises(BuildFailed, match="2026-budget/data/facts.csv: expected SHA-256 .*; run `yusuan package`"):
        build(data)
    path.unlink()
    with pytest.raises(BuildFailed, match="2026-budget/data/facts.csv: .*found no such file"):
        build(data)
    path.write_text(whole, encoding="utf-8")
    assert build(data) == first == (data / "site" / "budgets.db").resolve()


def test_without_packages_the_next_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="holds no data package; run `yusuan package` first"):
        build(tmp_path)


@pytest.mark.parametrize("run_id", ["", "..", "a/b", "current", "next"])
def test_a_run_id_is_a_plain_folder_name(data: Path, run_id: str) -> None:
    with pytest.raises(ValueError, match="must be a plain folder name"):
        build(data, run_id=run_id)
