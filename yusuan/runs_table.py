"""``data/runs/runs.db``: the reports of the nights as tables, which the site serves beside the budgets.

The reports in JSON are the truth; the tables are filled from them anew after each night, in place, because
a server that has the file open would not see another one under its name.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from crawler.nights import label
from yusuan import runs
from yusuan.runs import Run

TABLES = {
    "runs": """run TEXT PRIMARY KEY, state TEXT, ended TEXT, sources TEXT, requests INTEGER, new INTEGER,
        changed INTEGER, vanished INTEGER, blocked INTEGER, failed INTEGER, bad INTEGER, documents_read INTEGER,
        unread INTEGER, facts INTEGER, failed_gates TEXT, seconds REAL, error TEXT, notes TEXT""",
    "run_sources": """run TEXT REFERENCES runs (run), source TEXT, outcome TEXT, began TEXT, ended TEXT,
        requests INTEGER, known INTEGER, new INTEGER, changed INTEGER, vanished INTEGER, blocked INTEGER,
        failed INTEGER, bad INTEGER, gone INTEGER, noted INTEGER, PRIMARY KEY (run, source)""",
    "run_hosts": """run TEXT REFERENCES runs (run), source TEXT, host TEXT, answers INTEGER, mean_seconds REAL,
        longest_seconds REAL, longest_url TEXT, new INTEGER, changed INTEGER, unchanged INTEGER, young INTEGER,
        missing INTEGER, refused INTEGER, PRIMARY KEY (run, source, host)""",
    "run_gates": """run TEXT REFERENCES runs (run), gate TEXT, held INTEGER, expected TEXT, found TEXT, remedy TEXT,
        PRIMARY KEY (run, gate)""",
    "run_documents": """run TEXT REFERENCES runs (run), source TEXT, what TEXT, title TEXT, url TEXT, page_url TEXT,
        sha256 TEXT, PRIMARY KEY (run, source, what, url, page_url)""",
    "run_troubles": """run TEXT REFERENCES runs (run), source TEXT, kind TEXT, name TEXT, reason TEXT, url TEXT,
        page_url TEXT, detail TEXT, PRIMARY KEY (run, source, name, url, page_url)""",
    "run_packages": "run TEXT REFERENCES runs (run), package TEXT, facts INTEGER, PRIMARY KEY (run, package)",
}
BROUGHT = ("new", "changed", "vanished")
KINDS = ("blocked", "failed", "bad", "gone", "noted")
ANSWERS = ("new", "changed", "unchanged", "young", "missing", "refused")

Rows = Iterator[tuple[Any, ...]]


def path(data: Path) -> Path:
    """Where the tables lie."""
    return runs.folder(data) / "runs.db"


def tabulate(data: Path) -> Path:
    """Fill the tables from every report there is, in one transaction; returns the database."""
    target = path(data)
    target.parent.mkdir(parents=True, exist_ok=True)
    kept = list(runs.all_runs(data))
    with closing(sqlite3.connect(target, timeout=30)) as db, db:
        db.execute("BEGIN IMMEDIATE")
        for table, columns in TABLES.items():
            db.execute(f"DROP TABLE IF EXISTS {table}")
            db.execute(f"CREATE TABLE {table} ({columns})")
            for row in (row for run in kept for row in ROWS[table](run)):
                db.execute(
                    f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(row))})", _public(row, data)
                )
    return target


def _public(row: tuple[Any, ...], data: Path) -> list[Any]:
    """Without the places of this machine: errors and remedies name them, and readers need not know them."""
    places = sorted({str(data.resolve()), str(data), str(Path.home())} - {".", "/"}, key=len, reverse=True)
    said = []
    for value in row:
        for place in places if isinstance(value, str) else ():
            value = value.replace(place, "data")
        said.append(value)
    return said


def _run(run: Run) -> Rows:
    brought = Counter({word: sum(len(night[word]) for night in run.nights.values()) for word in BROUGHT})
    kinds = Counter(trouble["kind"] for night in run.nights.values() for trouble in night["troubles"])
    yield (
        run.run, run.state, run.ended, ", ".join(run.sources),
        sum(night["requests"] for night in run.nights.values()), *(brought[word] for word in BROUGHT),
        kinds["blocked"], kinds["failed"], kinds["bad"], sum(run.documents.values()), len(run.unread),
        sum(run.packages.values()), ", ".join(gate["name"] for gate in run.failed_gates),
        round(sum(run.seconds.values()), 1), run.error, "; ".join(run.notes),
    )  # fmt: skip


def _sources(run: Run) -> Rows:
    for source, night in run.nights.items():
        kinds = Counter(trouble["kind"] for trouble in night["troubles"])
        told = (night["outcome"], night["began"], night["ended"], night["requests"], night["known"])
        yield run.run, source, *told, *(len(night[word]) for word in BROUGHT), *(kinds[kind] for kind in KINDS)


def _hosts(run: Run) -> Rows:
    for source, night in run.nights.items():
        waits = {wait["host"]: wait for wait in night["waits"]}
        for host, answers in night["hosts"].items():
            wait = waits.get(host, {"answers": 0, "seconds": 0.0, "longest": 0.0, "url": ""})
            mean = round(wait["seconds"] / max(wait["answers"], 1), 2)
            told = (wait["answers"], mean, round(wait["longest"], 2), wait["url"])
            yield run.run, source, host, *told, *(answers.get(word, 0) for word in ANSWERS)


def _gates(run: Run) -> Rows:
    for gate in run.gates:
        yield run.run, gate["name"], gate["held"], gate["expected"], gate["found"], gate["remedy"]


def _documents(run: Run) -> Rows:
    for source, night in run.nights.items():
        for word in BROUGHT:
            for found in night[word]:
                yield run.run, source, word, found["title"], found["url"], found["page_url"], found["sha256"]


def _troubles(run: Run) -> Rows:
    for source, night in run.nights.items():
        for told in night["troubles"]:
            words = (told["kind"], told["name"], label(told["name"]))
            yield run.run, source, *words, told["url"], told["page_url"], told["detail"]


def _packages(run: Run) -> Rows:
    for package, facts in run.packages.items():
        yield run.run, package, facts


ROWS = {
    "runs": _run,
    "run_sources": _sources,
    "run_hosts": _hosts,
    "run_gates": _gates,
    "run_documents": _documents,
    "run_troubles": _troubles,
    "run_packages": _packages,
}
