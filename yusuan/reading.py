"""The command that reads documents: ``yusuan parse``."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

import parsers
from crawler import blobs
from crawler.lock import hold
from datapackages import parsed as parsed_json
from datapackages import whole_file
from datapackages.model import ParsedDocument
from datapackages.parsed import fact_rows
from yusuan.options import DATA, emit, exit_codes

ENDED = frozenset(("time-limit", "memory-limit", "worker-died", "parser-error"))  # at a limit, or a defect of ours


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="With FILE: print what was read as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="With FILE: print its facts as CSV.")
@click.option("--bom", is_flag=True, help="With --csv: begin with a byte order mark, for Excel.")
@click.option("--triage", "triaged", is_flag=True, help="With FILE: let a second reader look at failing checks.")
@click.option("--workers", default=0, help="Documents read at a time; 0 is one for each core.")
@DATA
def parse(
    file: Path | None, as_json: bool, as_csv: bool, bom: bool, triaged: bool, workers: int, data: Path
) -> None:
    """Read FILE, or all stored documents that this version of the parser has not read yet.

    Exit code 1 when FILE cannot be read at all; a document with issues is no failure.
    """
    if file is None:
        if as_json or as_csv or bom or triaged:
            raise click.UsageError(
                "--json, --csv, --bom and --triage need a FILE; `yusuan status` tells about the store"
            )
        with exit_codes(), hold(data):
            parse_stored(data, workers)
            counts, _ = survey(data)
        click.echo(summary(counts))
        return
    if (as_json and as_csv) or (bom and not as_csv):
        raise click.UsageError("choose --json or --csv; --bom goes with --csv")
    _parse_file(file, as_csv, bom, triaged)


def _parse_file(file: Path, as_csv: bool, bom: bool, triaged: bool) -> None:
    """One file, no data directory. JSON is printed whatever happens."""
    if not file.is_file():
        emit(parsed_json.dumps(parsers.unreadable("file-missing", path=str(file))))
        sys.exit(2)
    found = _read(file, triaged)
    emit(_csv(found, bom) if as_csv else parsed_json.dumps(found))
    sys.exit(1 if found.document.kind == "broken" else 0)


def _read(file: Path, triaged: bool) -> ParsedDocument:
    try:
        return parsers.isolated(file, triaged=triaged)
    except OSError as error:  # it is there, but the system does not hand its bytes over
        return parsers.unreadable("broken-file", error=str(error))


def _csv(found: ParsedDocument, bom: bool) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(fact_rows(found))
    return ("\ufeff" if bom else "") + out.getvalue()


def folder(data: Path) -> Path:
    """Where parsed documents of this version of the parser lie."""
    return data / "parsed" / parsers.parser_version()


def parse_stored(data: Path, workers: int = 0) -> None:
    """Parse what is stored and not yet parsed by this version.

    A result is written beside and renamed, so that a run killed at any moment is taken up where it was.
    """
    out = folder(data)
    waiting = unparsed(data)
    with click.progressbar(
        parsers.many(waiting, workers=workers, triaged=True), length=len(waiting), label="Reading", file=sys.stderr
    ) as results:
        for _, found in results:
            whole_file.replace(out / f"{found.document.sha256}.json", parsed_json.dumps(found))


def survey(data: Path) -> tuple[Counter[str], list[str]]:
    """How many documents of each kind this version has read, and the hashes of those that it did not finish."""
    kinds: Counter[str] = Counter()
    unfinished = []
    for found in stored(data):
        kinds[found.document.kind] += 1
        if ENDED.intersection(issue.type for issue in found.issues):
            unfinished.append(found.document.sha256)
    return kinds, unfinished


def forget(data: Path, sha256: str) -> None:
    """Let a document be read again; nothing happens for one that this version has not read."""
    (folder(data) / f"{sha256}.json").unlink(missing_ok=True)


def unparsed(data: Path) -> list[Path]:
    """Stored documents that this version of the parser has not read yet."""
    out = folder(data)
    return [path for path in blobs.all_documents(data) if not (out / f"{path.stem}.json").exists()]


def stored(data: Path) -> Iterator[ParsedDocument]:
    """The parsed documents of this version, ordered by hash, one at a time."""
    for path in sorted(folder(data).glob("*.json")):
        yield parsed_json.loads(path.read_text(encoding="utf-8"))


def summary(counts: Counter[str]) -> str:
    """One line: how many documents of which kind."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    return f"{counts.total()} documents: {kinds or 'none stored yet; see yusuan crawl and yusuan import'}"
