"""Runs of the demo in different places, time zones and languages make the same bytes."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
FAR = {"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
NEAR = {"TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2", "PYTHONUTF8": "1"}


def demo(data: Path, surroundings: dict[str, str]) -> list[str]:
    """Make the demo in a process of its own; returns what it said."""
    command = [sys.executable, "-m", "yusuan.cli", "demo", "--no-serve", "--data", str(data)]
    env = {**os.environ, **surroundings, "YUSUAN_DATA": "/nowhere"}
    done = subprocess.run(command, env=env, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8").splitlines()


def contents(data: Path) -> dict[str, str]:
    """The hash of every file of the packages, of their zips, of the Parquet files and of the database."""
    files = [path for name in ("packages", "parquet") for path in (data / name).rglob("*") if path.is_file()]
    files.append(data / "site" / "budgets.db")
    return {str(file.relative_to(data)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The demo as other surroundings than ``demo_city``'s made it, in a deeper folder, and what it said."""
    data = tmp_path_factory.mktemp("far") / "deeper" / "data"
    return data, demo(data, FAR)


def test_the_second_night_brings_the_edited_document(far: tuple[Path, list[str]]) -> None:
    _, said = far
    assert said[:3] == [
        "night 1: 36 new, 0 changed, 0 unchanged",
        "night 2: 0 new, 1 changed, 35 unchanged",
        "37 documents: 25 budget, 12 final",
    ]


def test_time_zone_language_hash_seed_and_folder_leave_no_trace(
    demo_city: Path, far: tuple[Path, list[str]]
) -> None:
    assert contents(demo_city) == contents(far[0])
    assert sorted(name for name in contents(demo_city) if name.count("/") == 1) == [
        "packages/SHA256SUMS",
        "packages/catalog.jsonld",
        "packages/cn-999900-2024-final.zip",
        "packages/cn-999900-2025-budget.zip",
        "packages/cn-999900-2026-budget.zip",
        "packages/llms.txt",
        "parquet/SHA256SUMS",
        "site/budgets.db",
    ]


def test_repeating_the_demo_elsewhere_changes_nothing(far: tuple[Path, list[str]]) -> None:
    data, _ = far
    before = contents(data)
    demo(data, NEAR)
    assert contents(data) == before


def test_no_figure_is_doubled_by_the_second_version_of_a_document(demo_city: Path) -> None:
    """Both versions are in the store; the database shows the current one alone."""
    with closing(sqlite3.connect(f"file:{demo_city}/site/budgets.db?mode=ro", uri=True)) as database:
        slots = database.execute(
            "select unit_id, document_year, stage, scope, part, sum(is_current) from slots group by 1, 2, 3, 4, 5"
        ).fetchall()
        hidden = database.execute(
            "select count(*) from facts join slots using (sha256) where not slots.is_current"
        ).fetchone()
    assert {current for *_, current in slots} == {1}
    assert len(list((demo_city / "documents").rglob("*.pdf"))) == 37
    assert hidden == (0,)


def query(data: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{data}/site/budgets.db?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


def test_one_unit_is_late_one_missing_and_one_blocked(demo_city: Path) -> None:
    told = query(
        demo_city,
        """select unit_id, state, due, published_on, looked_on, basis from ledger
           where document_year = 2026 and state not in ('published', 'unknown') order by unit_id""",
    )
    assert told == [
        ("cn-999900-u0016", "late", "2026-03-17", "2026-03-18", "2026-03-21", "budget_law_14"),
        ("cn-999900-u0017", "missing", "2026-03-19", None, "2026-03-21", "regulation_6"),
        ("cn-999900-u0018", "blocked", "2026-03-19", None, "2026-03-21", "refused"),
    ]
    others = "select distinct state from ledger where document_year < 2026 order by state"
    assert query(demo_city, others) == [("not_applicable",), ("published",), ("unknown",)]


def test_the_renamed_unit_keeps_its_id(demo_city: Path) -> None:
    told = query(
        demo_city,
        """select documents.unit_name, ledger.document_year, ledger.stage, ledger.state from ledger
           join documents using (sha256) where ledger.unit_id = 'cn-999900-u0015' order by 2""",
    )
    assert told == [
        ("示例市公路管理处", 2024, "final", "published"),
        ("示例市公路管理处", 2025, "budget", "published"),
        ("示例市公路养护中心", 2026, "budget", "published"),
    ]


def test_last_year_s_figures_and_the_department_s_sums_hold_across_documents(demo_city: Path) -> None:
    told = query(
        demo_city,
        """select rule, outcome, count(distinct unit_id), count(*) > 50 from checks
           where rule in ('X18', 'X19') and outcome not in ('not_applicable', 'insufficient_data')
           group by 1, 2""",
    )
    assert told == [("X18", "pass", 1, 1), ("X19", "pass", 11, 1)]
