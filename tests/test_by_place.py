"""A database for each place and a summary of all: the same pages, and only what changed is made again."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from click.testing import CliRunner

import site_city
from datapackages import build, by_place, descriptor, dictionary, workers
from datapackages.build import BuildFailed
from datapackages.by_place import build_by_place
from datapackages.model import Outcome, ParsedDocument, Sighting
from datapackages.write import write_packages
from yusuan import retention, rollback
from yusuan.cli import main

HERE, THERE = "999900", "140200"
KILLED = """
import os, signal, sys
from pathlib import Path
from datapackages import build, by_place
seen, arranged, complete = [], by_place.findings.arrange, build.complete
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
{killed}
by_place.build_by_place(Path(sys.argv[1]))
"""




def read(data: Path, disclosure: Any, place: str, difference: str) -> tuple[ParsedDocument, Sighting]:
    """A document in the store, what a parser says of it, with a check that fails, and where it was seen."""
    content = site_city.pdf(disclosure)
    sha256 = hashlib.sha256(content).hexdigest()
    path = data / "documents" / sha256[:2] / f"{sha256}.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    parsed = site_city.parsed(disclosure, sha256, len(content))
    fact = parsed.facts[0]
    check = Outcome(
        rule="A7", place=f"p1/{fact.table_id}/2/2", kind="arithmetic", outcome="fail", severity="error",
        table_ids=(fact.table_id,), fact_ids=(fact.fact_id,), left="2", right="1", difference=difference,
        tolerance="0.01", fault="source", message="made up", message_zh="演示用的核对。",
    )  # fmt: skip
    held = replace(check, rule="A1", outcome="pass", difference="0")
    seen = site_city._sighting(disclosure, sha256, f"http://demo.yusuan.example/{sha256}.pdf")
    return replace(parsed, checks=(check, held)), replace(seen, jurisdiction=place)


def package(data: Path, *left_out: str) -> list[ParsedDocument]:
    """Two places, the second with two units, and a document of no place."""
    first, second, third, _ = site_city.disclosures()
    nowhere = replace(first, unit="某单位", year=2024)
    placed = [(first, HERE, "5"), (second, THERE, "4"), (third, THERE, "9"), (nowhere, "", "1")]
    made = [read(data, *one) for one in placed if one[0].unit not in left_out]
    write_packages([parsed for parsed, _ in made], [sighting for _, sighting in made], data)
    return [parsed for parsed, _ in made]


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("packaged")
    package(data)
    build.build(data)
    return data


@pytest.fixture(scope="module")
def built(packaged: Path) -> Path:
    """The data directory with its build by place, which no test changes."""
    build_by_place(packaged)
    return packaged


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Path:
    """A data directory of the test's own with those packages and that build."""
    return Path(shutil.copytree(built, tmp_path / "data", symlinks=True))


def places(data: Path) -> dict[str, Path]:
    found = sorted((data / "site" / "current" / "places").glob("*/budgets.db"))
    return {path.parent.name: path for path in found}


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def count(path: Path, table: str, where: str = "1") -> int:
    return int(rows(path, f'SELECT count(*) FROM "{table}" WHERE {where}')[0][0])


def files(data: Path) -> dict[str, str]:
    """Every file of the current build and its hash."""
    folder = (data / "site" / "current").resolve()
    return {str(path.relative_to(folder)): descriptor.sha256(path) for path in folder.rglob("*") if path.is_file()}


def test_the_file_of_a_place_is_what_build_makes_of_its_packages_alone(built: Path, tmp_path: Path) -> None:
    assert list(places(built)) == [THERE, HERE, "unplaced"]
    for code, made in places(built).items():
        alone = tmp_path / f"{code}.db"
        build.fill(alone, sorted((built / "packages").glob(f"cn-{code}-*-budget")))
        assert made.read_bytes() == alone.read_bytes(), code


def test_places_made_by_other_processes_have_the_same_bytes(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = files(data)
    shutil.rmtree(data / "site")
    monkeypatch.setattr(workers, "LARGE", 0)
    build_by_place(data)
    assert files(data) == made


def test_a_place_that_cannot_be_made_by_another_process_stops_the_build(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "packages" / f"cn-{THERE}-2026-budget" / "data" / "facts.csv").write_text("spoiled")
    monkeypatch.setattr(workers, "LARGE", 0)
    with pytest.raises(BuildFailed, match=r"facts\.csv: expected SHA-256"):
        build_by_place(data)


def test_the_summary_has_the_tables_of_a_place_and_one_that_says_what_it_is(built: Path) -> None:
    tables = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
    summary = dict(rows(built / "site" / "budgets.db", tables))
    assert summary.pop("places")
    assert summary == dict(rows(places(built)[HERE], tables))


@pytest.mark.parametrize("table", [*by_place.RESOURCES, *by_place.DERIVED, "findings", "packages"])
def test_the_summary_holds_what_units_and_years_are_compared_by(built: Path, table: str) -> None:
    assert count(built / "site" / "budgets.db", table) == sum(count(path, table) for path in places(built).values())


def test_the_summary_holds_no_figures_and_of_the_checks_those_that_found_something(built: Path) -> None:
    summary = built / "site" / "budgets.db"
    assert {count(summary, table) for table in by_place.LEFT_OUT} == {0}
    assert rows(summary, "SELECT DISTINCT outcome FROM checks") == [("fail",)]
    assert count(places(built)[HERE], "checks", "outcome = 'pass'") > 0
    assert count(summary, "headlines", "headline = 'hospitality'") == 3


def test_findings_of_all_places_stand_in_one_order(built: Path) -> None:
    found = "SELECT jurisdiction, difference_fen FROM findings WHERE rule = 'A7' ORDER BY seq"
    assert rows(built / "site" / "budgets.db", found) == [
        (THERE, 9_000_000), (HERE, 5_000_000), (THERE, 4_000_000), (None, 1_000_000),
    ]  # fmt: skip
    assert count(built / "site" / "budgets.db", "findings") == rows(
        built / "site" / "budgets.db", "SELECT max(seq) FROM findings"
    )[0][0]


def test_the_summary_counts_what_each_place_has(built: Path) -> None:
    told = rows(built / "site" / "budgets.db", "SELECT code, units, documents, facts, failed, asked FROM places")
    found = ("outcome = 'fail'", "outcome = 'question'")
    assert told == [
        (
            code,
            *(count(path, table) for table in ("units", "documents", "facts")),
            *(count(path, "findings", outcome) for outcome in found),
        )
        for code, path in places(built).items()
    ]


def test_a_place_whose_packages_did_not_change_keeps_its_file(data: Path) -> None:
    before, packages_of_there = places(data), site_city.UNITS[1]
    inodes = {code: path.stat().st_ino for code, path in before.items()}
    build_before = (data / "site" / "current").resolve()
    package(data, packages_of_there)
    build_by_place(data)
    now = {code: path.stat().st_ino for code, path in places(data).items()}
    assert {code for code in now if now[code] == inodes[code]} == {HERE, "unplaced"}
    assert (data / "site" / "current").resolve() != build_before
    assert count(places(data)[THERE], "documents") == 1
    assert count(data / "site" / "budgets.db", "documents") == 3


def test_building_again_gives_the_same_build(data: Path) -> None:
    before = files(data), (data / "site" / "current").resolve()
    build_by_place(data)
    assert (files(data), (data / "site" / "current").resolve()) == before
    assert not (data / "site" / "next").exists()


@pytest.mark.parametrize(
    "killed",
    [
        "build.headlines.build = die",
        "build.complete = lambda c: (complete(c), seen.append(c), len(seen) < 3 or die())",
        "by_place.findings.arrange = lambda c: (seen.append(c), die() if len(seen) > 3 else arranged(c))",
        "by_place.build.switch = die",
    ],
    ids=["in a place", "between places", "in the summary", "at the switch"],
)
def test_a_build_that_is_killed_leaves_the_current_one_and_the_next_gives_the_same_bytes(
    data: Path, killed: str
) -> None:
    expected, by_place_name = files(data), (data / "site" / "current").resolve().name
    build.switch(data / "site" / next(name for name in rollback.builds(data) if name != by_place_name))
    shutil.rmtree(data / "site" / by_place_name)
    whole = (data / "site" / "current").resolve()
    done = subprocess.run([sys.executable, "-c", KILLED.format(killed=killed), str(data)], timeout=60)
    assert done.returncode == -9
    assert (data / "site" / "current").resolve() == whole
    build_by_place(data)
    assert files(data) == expected


def test_a_place_that_was_finished_before_the_kill_is_not_made_again(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(data / "site")
    monkeypatch.setattr(by_place, "summarize", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build_by_place(data)
    monkeypatch.undo()
    monkeypatch.setattr(by_place.build, "fill", lambda *_: pytest.fail("made again"))
    build_by_place(data)
    assert list(places(data)) == [THERE, HERE, "unplaced"]


def test_a_changed_package_is_refused_and_the_current_build_stays(data: Path) -> None:
    before = files(data)
    with (data / "packages" / f"cn-{HERE}-2026-budget" / "data" / "facts.csv").open("a") as file:
        file.write("x\n")
    with pytest.raises(BuildFailed, match=rf"cn-{HERE}-2026-budget/data/facts.csv: expected SHA-256"):
        build_by_place(data)
    assert files(data) == before


def test_two_places_that_contradict_one_another_are_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match=r"places/b: UNIQUE constraint failed: documents.sha256"):
        by_place.summarize(tmp_path / "summary.db", {"a": places(data)[HERE], "b": places(data)[HERE]})


def test_the_command_builds_by_place_and_goes_on_so_until_told_otherwise(data: Path) -> None:
    def made(*options: str) -> set[str]:
        done = CliRunner().invoke(main, ["build", *options, "--data", str(data)])
        assert done.exit_code == 0, done.output
        return set(places(data))

    assert made() == {HERE, THERE, "unplaced"}
    assert made("--whole") == set()
    assert made() == set()


def test_builds_by_place_are_kept_listed_and_put_back_like_others(data: Path) -> None:
    whole, made = rollback.builds(data)
    assert retention.tidy(data, builds=2) == []
    build.switch(data / "site" / whole)
    assert set(places(data)) == set()
    build.switch(data / "site" / made)
    assert set(places(data)) == {HERE, THERE, "unplaced"}
    assert retention.tidy(data, builds=1) == [f"site/{whole}"]


def test_the_question_of_the_readme_is_answered_over_all_places(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (question,) = re.findall(r"```sql\n(.*?)```", dictionary.README.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(built.parent)
    assert duckdb.sql(question.replace("'data/", f"'{built.name}/")).fetchall() == [
        (2024, "unplaced", "budget", 1, Decimal(25_000)),
        (2026, THERE, "budget", 2, Decimal(50_000)),
        (2026, HERE, "budget", 1, Decimal(25_000)),
    ]


# ---- over HTTP ----


@pytest.fixture(scope="module")
def summary(built: Path) -> Iterator[httpx.Client]:
    with site_city.served(built) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def there(built: Path) -> Iterator[httpx.Client]:
    served = site_city.served(built, "--place", THERE)
    with served as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client


def of_there(built: Path) -> dict[str, str]:
    sql = "SELECT sha256, fact_id, unit_id FROM headlines JOIN facts USING (fact_id, unit_id) LIMIT 1"
    return dict(zip(("sha256", "fact_id", "unit_id"), rows(places(built)[THERE], sql)[0], strict=True))


def test_a_place_leads_back_to_the_summary_and_the_summary_to_itself(
    summary: httpx.Client, there: httpx.Client
) -> None:
    assert '<a href="/">各地汇总</a>' in there.get(f"/{THERE}/").text
    assert "各地汇总" not in summary.get("/").text


@pytest.mark.parametrize(
    "path",
    [
        "/-/figure/{fact_id}", "/-/document/{sha256}", "/-/document/{sha256}?page=2", "/-/document/{sha256}.pdf",
        "/-/page/{sha256}/1.png", "/-/evidence/{fact_id}.zip", "/-/report/{fact_id}", "/-/unit/{unit_id}",
        "/-/unit/{unit_id}.atom", "/budgets/facts/{fact_id}", "/budgets/facts?jurisdiction=140200&stage=budget",
        "/budgets/facts.json?unit_id={unit_id}", "/budgets/tables?sha256={sha256}", "/-/search?q=三公&place=140200",
        "/-/function/2210201?place=140200",
    ],
)  # fmt: skip
def test_what_only_a_place_has_is_found_at_its_own_site(
    built: Path, summary: httpx.Client, there: httpx.Client, path: str
) -> None:
    answer = summary.get(path.format(**of_there(built)))
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"/{THERE}/")
    assert there.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200), ("/-/rankings/three_public", 200), ("/-/compare?unit={unit_id}", 200), ("/-/ledger", 200),
        ("/-/findings", 200), ("/-/changes", 200), ("/-/downloads", 200), ("/-/search?q=教育局", 200),
        ("/budgets/units", 200), ("/budgets/headlines", 200), ("/-/function/2210201", 200), ("/-/about", 200),
        ("/budgets/facts", 404), ("/budgets/facts.json?jurisdiction=//evil.example", 404), ("/-/unit/cn-1-u9", 404),
        ("/-/figure/0123456789abcdef-p1-x1-y1", 404),
    ],
)  # fmt: skip
def test_what_is_of_all_places_the_summary_answers(
    built: Path, summary: httpx.Client, path: str, status: int
) -> None:
    assert summary.get(path.format(**of_there(built))).status_code == status


def test_the_front_page_of_the_summary_leads_to_the_site_of_each_place(summary: httpx.Client) -> None:
    page = summary.get("/").text
    assert all(f'<th scope="row"><a href="/{code}/">' in page for code in (HERE, THERE, "unplaced"))
    facts = sum(int(number) for number in re.findall(r"(\d+) 个数字", page))
    assert f"<b>{facts}</b><span>个数字</span>" in page


def test_a_place_has_its_own_figures_and_nobody_elses(built: Path, there: httpx.Client) -> None:
    assert there.get(f"/{THERE}/budgets/facts.json?_size=0").json()["filtered_table_rows_count"] == count(
        places(built)[THERE], "facts"
    )


def test_an_unknown_place_is_named_with_those_that_there_are(built: Path) -> None:
    done = CliRunner().invoke(main, ["serve", "--place", "110000", "--data", str(built)])
    assert done.exit_code == 1
    assert "no database of place 110000; the build has 140200, 999900, unplaced" in done.output
    assert CliRunner().invoke(main, ["serve", "--place", "../x", "--data", str(built)]).exit_code == 2
