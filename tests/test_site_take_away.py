"""Any result leaves the site as CSV or XLSX, whole or not at all, and nothing in it runs."""

import csv
import io
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

import loaded
import site_city
from datapackages import schemas

ROOT = Path(__file__).parent.parent
take_away = loaded.script(ROOT / "datasette" / "plugins" / "take_away.py")


TITLES = [schemas.fields("facts")[name]["title"] for name in ("name", "amount")]
ODD = ("=1+1", "@SUM(A1)", "+cmd|calc", "-2", "\t=1", "三公")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    data = site_city.make(tmp_path_factory.mktemp("taken")).data
    # More figures than one export holds, and texts that a spreadsheet would run.
    path = (data / "site" / "current").resolve() / "budgets.db"
    with closing(sqlite3.connect(path)) as database, database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(facts)")]
        found = database.execute("SELECT * FROM facts WHERE document_year = 2026 LIMIT 1").fetchone()
        one = dict(zip(columns, found, strict=True))
        more = [{**one, "fact_id": f"many-{number}", "name": "一行"} for number in range(take_away.MOST + 1)]
        more += [{**one, "fact_id": f"odd-{number}", "name": name} for number, name in enumerate(ODD)]
        marks = ", ".join(f":{name}" for name in columns)
        database.executemany(f"INSERT INTO facts VALUES ({marks})", more)
    with site_city.served(data) as address, httpx.Client(base_url=address, trust_env=False, timeout=120) as client:
        yield client


def _rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_a_filtered_result_is_whole_and_says_its_length(site: httpx.Client) -> None:
    answer = site.get("/budgets/facts.csv?name__not=一行")
    told = site.get("/budgets/facts.json?name__not=一行&_size=1000&_shape=objects").json()
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-disposition"] == 'attachment; filename="facts.csv"'
    assert [row["fact_id"] for row in _rows(answer)] == [row["fact_id"] for row in told["rows"]]
    assert list(_rows(answer)[0]) == told["columns"]


def test_more_pages_than_one_are_all_there(site: httpx.Client) -> None:
    rows = _rows(site.get("/budgets/facts.csv?name=一行&fact_id__contains=-1"))
    count = site.get("/budgets/facts.json?name=一行&fact_id__contains=-1&_size=1").json()
    assert len(rows) == count["filtered_table_rows_count"] > 10_000
    assert len({row["fact_id"] for row in rows}) == len(rows)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_too_much_is_refused_with_the_count_and_the_packages(kind: str, site: httpx.Client) -> None:
    answer = site.get(f"/budgets/facts.{kind}?jurisdiction=999900&document_year=2026&name=一行")
    assert answer.status_code == 413
    assert "太多了，不能一次导出" in answer.text
    assert "100,0" in answer.text and "/-/packages/cn-999900-2026-budget.zip" in answer.text
    assert "cn-999900-2025-budget" not in answer.text


def test_for_excel_a_text_that_would_run_is_text_and_numbers_stay(site: httpx.Client) -> None:
    taken = _rows(site.get("/budgets/facts.csv?name__not=一行&fact_id__startswith=odd&_bom=on"))
    names = [row["name"] for row in taken]
    assert sorted(names) == sorted(["'=1+1", "'@SUM(A1)", "'+cmd|calc", "-2", "'\t=1", "三公"])
    plain = site.get("/budgets/facts.csv?name__not=一行&fact_id__startswith=odd")
    assert not plain.content.startswith(b"\xef\xbb\xbf")
    assert "=1+1" in [row["name"] for row in _rows(plain)]


def test_a_spreadsheet_holds_the_same_rows_as_text_and_numbers(site: httpx.Client) -> None:
    path = "?name__not=一行&fact_id__startswith=odd"
    answer = site.get(f"/budgets/facts.xlsx{path}")
    assert answer.status_code == 200
    head, *rows = _sheet(answer.content)
    name, amount = ({title: column for column, title in head.items()}[title] for title in TITLES)
    taken = _rows(site.get(f"/budgets/facts.csv{path}"))
    assert [row[name] for row in rows] == [row["name"] for row in taken]
    assert {type(row[amount]) for row in rows} == {float}


def _sheet(content: bytes) -> list[dict[str, str | float]]:
    """The rows of the first sheet by the letters of their columns; a formula would be an error."""
    names = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    assert root.findall(".//s:f", names) == []
    return [
        {cell.get("r", "").rstrip("0123456789"): _value(cell, names) for cell in row}
        for row in root.findall(".//s:row", names)
    ]


def _value(cell: ElementTree.Element, names: dict[str, str]) -> str | float:
    if cell.get("t") == "inlineStr":
        return "".join(cell.itertext())
    return float(cell.findtext("s:v", "nan", names))


def test_a_query_leaves_as_both(site: httpx.Client) -> None:
    told = site.get("/budgets/three_public.json?unit=&_shape=arrays").json()
    taken = list(csv.reader(io.StringIO(site.get("/budgets/three_public.csv?unit=").text)))
    assert taken[0] == told["columns"]
    assert len(taken) - 1 == len(told["rows"]) > 0
    assert site.get("/budgets/three_public.xlsx?unit=").status_code == 200


def test_a_search_leaves_whole(site: httpx.Client) -> None:
    taken = _rows(site.get("/budgets/facts.csv?_search=三公"))
    told = site.get("/budgets/facts.json?_search=三公&_shape=objects&_size=1000").json()
    assert sorted(row["fact_id"] for row in taken) == sorted(row["fact_id"] for row in told["rows"])
    assert len(taken) == told["filtered_table_rows_count"] > 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/budgets/nothing.csv", 404),
        ("/budgets/facts.csv?_col=no_such_column", 400),
        ("/budgets/facts.xlsx?_where=1", 403),
    ],
)
def test_what_cannot_be_asked_is_no_file(path: str, status: int, site: httpx.Client) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")


def test_the_pages_offer_both(site: httpx.Client) -> None:
    page = site.get("/budgets/facts?name=三公").text
    assert ">CSV</a>" in page and "/budgets/facts.xlsx?" in page
