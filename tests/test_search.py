"""A search finds what a reviewed list says it must, nothing else, and the best first: tests/relevancy.csv."""

import csv
import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import search_city
from datapackages import search, search_feed, search_figures, search_terms
from datapackages.search_figures import Narrow

REVIEWED = list(csv.DictReader(Path(__file__).with_name("relevancy.csv").open(encoding="utf-8")))
NAMES = {
    "units": "name", "codes": "code", "projects": "name", "sections": "heading_path", "tables": "title",
    "purchases": "item_name", "statements": "metric_text", "performance": "project",
}  # fmt: skip
ALL = Narrow()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    with closing(search_city.make(tmp_path_factory.mktemp("search") / "city.db")) as connection:
        yield connection


def asked(city: sqlite3.Connection, query: str, **options: Any) -> search_terms.Asked:
    return search_terms.read(query, search.years(city), **options)


def found(city: sqlite3.Connection, kind: str, query: str, narrow: Narrow = ALL, **options: Any) -> list[str]:
    """The first ten of a kind; figures as unit/line."""
    group = search.group(city, kind, asked(city, query, **options), narrow, 10)
    if kind == "figures":
        return [f"{unit.unit_name}/{fact['name']}" for unit in group.rows for fact in unit.facts][:10]
    return [row[NAMES[kind]] for row in group.rows]


# ---- relevancy ----


def test_the_reviewed_list_has_at_least_sixty_queries() -> None:
    assert len({row["query"] for row in REVIEWED}) >= 60


@pytest.mark.parametrize("row", REVIEWED, ids=[f"{row['query']}-{row['kind']}" for row in REVIEWED])
def test_what_must_be_found_is_among_the_first_ten(row: dict[str, str], city: sqlite3.Connection) -> None:
    """A star stands for any unit."""
    year = asked(city, row["query"]).year
    first_ten = found(city, row["kind"], row["query"], Narrow(year=year))
    listed = {*first_ten, *(f"*/{name.partition('/')[2]}" for name in first_ten)}
    assert set(row["must"].split("|")) - listed == set(), first_ten


@pytest.mark.parametrize(
    ("kind", "query", "first"),
    [
        ("units", "公安局", "示例市公安局"),
        ("units", "公路管理处", "示例市公路养护中心"),
        ("codes", "2081105", "2081105"),
        ("codes", "住房公积金", "30113"),
        ("codes", "2210201", "2210201"),
        ("figures", "残疾人联合会 合计", "示例市残疾人联合会/合计"),
        ("figures", "残疾人联合会 残疾人康复", "示例市残疾人联合会/残疾人康复"),
        ("figures", "示例市教育局 公务用车", "示例市教育局/二、公务用车购置及运行维护费"),
    ],
)
def test_what_is_called_so_comes_first_then_totals(
    kind: str, query: str, first: str, city: sqlite3.Connection
) -> None:
    assert found(city, kind, query)[0] == first


def test_the_latest_year_stands_for_a_line_and_a_chosen_year_for_itself(city: sqlite3.Connection) -> None:
    for narrow, expected in (
        (ALL, (2026, "budget")), (Narrow(year="2025"), (2025, "budget")), (Narrow(stage="final"), (2024, "final")),
        (Narrow(year="2024", stage="final"), (2024, "final")),
    ):  # fmt: skip
        [unit] = search.group(city, "figures", asked(city, "示例市审计局 公务接待费"), narrow, 10).rows
        assert {(fact["document_year"], fact["stage"]) for fact in unit.facts} == {expected}
        assert all(fact["fiscal_year"] == expected[0] for fact in unit.facts)
    nothing = search.group(city, "figures", asked(city, "公务接待费"), Narrow(year="2024", stage="budget"), 10)
    assert (nothing.hits, list(nothing.rows)) == (0, [])


def test_a_search_is_narrowed_to_a_place(city: sqlite3.Connection) -> None:
    assert found(city, "units", "教育局", Narrow(place="999901")) == ["样例县教育局"]
    units = search.group(city, "figures", asked(city, "三公"), Narrow(place="999901"), 10).rows
    assert [unit.unit_name for unit in units] == ["样例县教育局"]
    for kind in search.KINDS:
        group = search.group(city, kind, asked(city, "三公 OR 教育"), Narrow(place="999901"), 10)
        assert {row["jurisdiction"] for row in group.rows} <= {"999901"}


def test_a_year_beside_other_words_narrows_and_alone_is_a_word(city: sqlite3.Connection) -> None:
    assert (asked(city, "2025年 三公").year, asked(city, "2025年三公").words) == ("2025", "三公")
    assert (asked(city, "三公 2025").year, asked(city, "三公 2025").words) == ("2025", "三公")
    assert (asked(city, "2025").year, asked(city, "1999 三公").year, asked(city, "20250 三公").year) == ("", "", "")


def test_the_pages_of_a_group_hold_every_unit_once(city: sqlite3.Connection) -> None:
    pages = [search.group(city, "figures", asked(city, "三公经费"), ALL, 12, page) for page in (1, 2, 3, 4)]
    names = [unit.unit_name for page in pages for unit in page.rows]
    assert (len(names), len(set(names))) == (40, 40)
    assert [page.is_last for page in pages] == [False, False, False, True]


def test_more_than_a_thousand_hits_are_not_counted(
    city: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COUNTED", 50)
    group = search.group(city, "figures", asked(city, "示例市"), ALL, 5)
    assert (group.hits, group.is_more, len(group.rows)) == (50, True, 5)


# ---- recall and precision against substrings ----

GOLD = (
    "住房", "三公", "残疾人", "公务用车", "示例市人力资源和社会保障局", "2081105", "2081", "第18届", "运动会",
    "残疾人 康复", "公积金 教育局", "三公里", "车", "20路公交", "G99国道", "教育局", "公务接待费", "基本工资",
    "“三公”", "工程", "市人社局", "管理处",
)  # fmt: skip
LINES = """
SELECT DISTINCT r.line, f.name, f.row_path, f.project_name, f.function_code, f.function_name, f.econ_dept_code,
  f.econ_dept_name, f.column_label, t.title, f.unit_name, u.name, u.aliases, u.short_names
FROM lines_fts_rows r JOIN facts m ON m.rowid = r.fact JOIN facts f ON f.table_id = m.table_id AND f."row" = m."row"
  JOIN tables t ON t.table_id = f.table_id JOIN units u ON u.unit_id = f.unit_id
"""


def plain(text: str) -> str:
    return re.sub("[“”]", "", unicodedata.normalize("NFKC", text).lower())


@pytest.fixture(scope="module")
def texts(city: sqlite3.Connection) -> dict[int, str]:
    """Line → all that it prints, in one text with bars between."""
    said: dict[int, str] = {}
    for line, *columns in city.execute(LINES):
        said[line] = said.get(line, "") + "|" + "|".join(plain(text) for text in columns if text)
    return said


@pytest.mark.parametrize("query", GOLD)
def test_a_search_for_the_words_alone_finds_the_lines_that_hold_them(
    query: str, city: sqlite3.Connection, texts: dict[int, str]
) -> None:
    expression = asked(city, query, is_widened=False).expression(*search_figures.ALL)
    hits = {line for (line,) in city.execute("SELECT rowid FROM lines_fts WHERE lines_fts MATCH ?", (expression,))}
    assert hits == {line for line, text in texts.items() if all(term in text for term in plain(query).split())}
    assert hits


# ---- short forms and other words ----


def test_what_is_also_searched_for_is_told_and_can_be_left_out(city: sqlite3.Connection) -> None:
    assert asked(city, "人社局").terms[0].also == ("人力资源和社会保障局",)
    assert asked(city, "大同市人社局").terms[0].also == ("大同市人力资源和社会保障局",)
    assert asked(city, "三公").terms[0].also == ("因公出国（境）", "公务接待", "公务用车")
    assert asked(city, "三公里").terms[0].also == asked(city, "人民法院").terms[0].also == ()
    assert found(city, "units", "文旅局") == ["示例市文化和旅游局"]
    assert found(city, "units", "工商局", is_widened=False) == []
    assert asked(city, "三公", is_widened=False).terms[0].also == ()
    assert asked(city, "市人社局 公车").widened == "市人社局|市人力资源和社会保障局 公车|公务用车"
    assert asked(city, "康复|扶贫").terms[0].also == ("扶贫",)


def test_lines_with_the_words_typed_come_before_those_with_other_words(city: sqlite3.Connection) -> None:
    [unit] = search.group(city, "figures", asked(city, "示例市审计局 三公"), ALL, 5).rows
    assert [fact["name"] for fact in unit.facts][0] == "“三公”经费合计"
    assert unit.lines == 8


# ---- amounts ----


@pytest.mark.parametrize("form", ["{wan}万元", "{wan}", "{yuan}元", "{yuan:,}", "{yuan:,}.00元", "{wan}万"])
def test_an_amount_is_found_however_it_is_written(form: str, city: sqlite3.Connection) -> None:
    fact = city.execute("SELECT * FROM facts WHERE fiscal_year = 2026 ORDER BY rowid LIMIT 1 OFFSET 77").fetchone()
    query = form.format(wan=f"{fact['amount_fen'] / 10**6:.2f}", yuan=fact["amount_fen"] // 100)
    group = search.group(city, "figures", asked(city, query), ALL, 50)
    facts = [row for unit in group.rows for row in unit.facts]
    assert fact["fact_id"] in {row["fact_id"] for row in facts}
    assert {row["amount_fen"] for row in facts} == {fact["amount_fen"]}
    assert group.hits == city.execute(
        "SELECT count(*) FROM facts WHERE amount_fen = ?", (fact["amount_fen"],)
    ).fetchone()[0]  # fmt: skip


def test_an_amount_and_a_unit_must_both_be_there(city: sqlite3.Connection) -> None:
    fact = city.execute("SELECT * FROM facts WHERE unit_name = '示例市审计局' LIMIT 1").fetchone()
    amount = f"{fact['amount_fen'] / 10**6:.2f}万元"
    assert found(city, "figures", f"审计局 {amount}") == [f"示例市审计局/{fact['name']}"]
    assert found(city, "figures", f"图书馆 {amount}") == []


def test_figures_that_round_to_the_amount_are_told_apart(city: sqlite3.Connection) -> None:
    whole = asked(city, "48万元")
    near = [fact["amount_fen"] for unit in search_figures.nearly(city, whole, ALL, 90) for fact in unit.facts]
    assert near
    assert all(475_000_00 < fen < 485_000_00 and fen != 480_000_00 for fen in near)
    assert search_figures.nearly(city, asked(city, "48"), ALL, 9) == []


def test_projects_and_statements_are_found_by_their_amount(city: sqlite3.Connection) -> None:
    for table, name in (("projects", "name"), ("statements", "metric_text"), ("purchases", "item_name")):
        row = city.execute(f"SELECT * FROM {table} ORDER BY rowid LIMIT 1 OFFSET 5").fetchone()
        assert row[name] in found(city, table, f"{row['amount_fen'] / 10**6:.2f}万元")


def test_a_longer_number_that_ends_in_the_amount_is_not_the_amount(city: sqlite3.Connection) -> None:
    assert found(city, "sections", "12.50万元") != []
    assert found(city, "sections", "50万元") == []


@pytest.mark.parametrize(
    "text", ["三公", "2081人", "483.69万人", "1,23万元", "万元", "9" * 40 + "万元", "4.8.3", "-3万元"]
)
def test_what_is_no_amount_is_a_word(text: str) -> None:
    assert search_terms.amount(text) is None


# ---- the feed ----


def test_the_feed_has_the_newest_documents_first_by_the_day_they_were_seen(city: sqlite3.Connection) -> None:
    entries = list(search_feed.newest(city, asked(city, "残疾人 康复"), ALL))
    assert [(entry.title, entry.first_seen) for entry in entries] == [
        (f"示例市残疾人联合会{year}年单位预算", f"{year}-02-08T00:00:00Z") for year in (2026, 2025, 2024)
    ]
    assert entries[0].path.startswith("/-/figure/")
    assert "残疾人康复 2026年预算数" in entries[0].summary


def test_the_feed_of_many_hits_walks_the_newest_documents(
    city: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [entry.sha256 for entry in search_feed.newest(city, asked(city, "公务接待费"), ALL)]
    monkeypatch.setattr(search_feed, "FEW_HITS", 10)
    many = [entry.sha256 for entry in search_feed.newest(city, asked(city, "公务接待费"), ALL)]
    assert (few, len(few)) == (many, search_feed.ENTRIES)


def test_the_feed_of_prose_and_of_amounts(city: sqlite3.Connection) -> None:
    [prose, *_] = search_feed.newest(city, asked(city, "贯彻执行 残疾人联合会"), ALL)
    assert (prose.title, prose.summary) == (
        "示例市残疾人联合会2026年单位预算", "示例市残疾人联合会; 第一部分/主要职责",
    )  # fmt: skip
    fact = city.execute("SELECT * FROM facts WHERE unit_name = '示例市审计局' LIMIT 1").fetchone()
    amounts = search_feed.newest(city, asked(city, f"{fact['amount_fen'] / 10**6:.2f}万元 审计局"), ALL)
    assert "示例市审计局2026年单位预算" in [entry.title for entry in amounts]
    assert list(search_feed.newest(city, asked(city, " "), ALL)) == []


# ---- the same bytes ----


def test_the_index_is_the_same_for_the_same_rows(city: sqlite3.Connection, tmp_path: Path) -> None:
    with closing(search_city.make(tmp_path / "again.db")) as again:
        for table in ("lines_fts_rows", "lines_fts_data"):
            sql = f"SELECT * FROM {table}"
            assert [tuple(row) for row in again.execute(sql)] == [tuple(row) for row in city.execute(sql)]
