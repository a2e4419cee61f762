"""``yusuan status``: what is there, of which kind, what was not understood, and who has not published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from crawler import blobs
from crawler.state import sightings
from datapackages import reports as readers
from datapackages import tabular
from datapackages.write import reports
from yusuan.options import AS_JSON, DATA, emit_json, exit_codes
from yusuan.reading import stored

TOLD = ("late", "missing", "blocked")  # of codes/ledger_states.csv


@click.command()
@DATA
@AS_JSON
def status(data: Path, as_json: bool) -> None:
    """Tell what is stored, parsed and packaged, which issues there are, and who is late, missing or blocked."""
    with exit_codes():
        found = look(data)
    if as_json:
        emit_json(found)
        return
    click.echo(f"documents {found['documents']}, seen at {found['sightings']} addresses")
    click.echo(f"parsed by this version {found['parsed']}, tables {found['tables']}, facts {found['facts']}")
    if waiting := found["documents"] - found["parsed"]:
        click.echo(f"{waiting} documents wait for this version of the parser: run `yusuan parse --data {data}`")
    for title in ("kinds", "issues"):
        click.echo(f"{title}:")
        for name, count in found[title].items():
            click.echo(f"  {count:>6}  {name}")
    if found["silent"]:
        click.echo("neither facts nor an issue (report these): " + ", ".join(found["silent"]))
    for entry in found["packages"]:
        click.echo(f"package {entry['name']}: {entry['documents']} documents, {entry['facts']} facts")
    for line in found["ledger"]:
        click.echo(_ledger_line(line))
    if told := len(found["reports"]):
        click.echo(f"{told} reports of readers wait in {data / readers.FILE}")


def look(data: Path) -> dict[str, Any]:
    """Count what is in a data directory. ``silent`` must be empty: a document says something or says why not."""
    kinds: Counter[str] = Counter()
    issues: Counter[str] = Counter()
    tables = facts = 0
    silent = []
    for found in stored(data):
        kinds[found.document.kind] += 1
        issues.update(issue.type for issue in found.issues)
        tables += len(found.tables)
        facts += len(found.facts)
        if not found.facts and not found.issues:
            silent.append(found.document.sha256)
    return {
        "documents": len(list(blobs.all_documents(data))),
        "sightings": len(sightings(data)),
        "parsed": kinds.total(),
        "tables": tables,
        "facts": facts,
        "kinds": dict(sorted(kinds.items())),
        "issues": dict(sorted(issues.items())),
        "silent": silent,
        "packages": [
            {"name": report.name, "documents": report.rows["documents"], "facts": report.rows["facts"]}
            for report in reports(data)
        ],
        "ledger": [line for report in reports(data) for line in unpublished(report.path)],
        "reports": readers.read(data),
    }


def unpublished(package: Path) -> Iterator[dict[str, str]]:
    """The lines of a package's ledger that are late, missing or blocked, with the names of their units."""
    names = {row["unit_id"]: row["name"] for row in _rows(package, "units")}
    for row in _rows(package, "ledger"):
        if row["state"] in TOLD:
            yield {**row, "name": names[row["unit_id"]]}


def _rows(package: Path, resource: str) -> Iterator[dict[str, str]]:
    lines = tabular.read(package / "data" / f"{resource}.csv")
    fields = next(lines, [])
    yield from (dict(zip(fields, line, strict=True)) for line in lines)


def _ledger_line(line: dict[str, str]) -> str:
    """One line for a person: state, document, unit, and the dates or the address that tell why."""
    dates = {"due": line["due"], "published": line["published_on"], "looked": line["looked_on"]}
    said = [f"{name} {day}" for name, day in dates.items() if day] + (
        [line["url"]] if line["state"] == "blocked" else []
    )
    return f"{line['state']}: {line['document_year']} {line['stage']} {line['name']} ({', '.join(said)})"
