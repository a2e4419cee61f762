"""``yusuan status``: what is there, of which kind, and what was not understood."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from crawler import blobs
from crawler.state import sightings
from datapackages.write import reports
from yusuan.options import AS_JSON, DATA, emit_json, exit_codes
from yusuan.reading import stored


@click.command()
@DATA
@AS_JSON
def status(data: Path, as_json: bool) -> None:
    """Tell what is stored, parsed and packaged, and which issues there are."""
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
    }
