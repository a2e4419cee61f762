"""The command that reads documents, here or on a cluster: ``yusuan parse``."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import suppress
from functools import partial
from pathlib import Path

import click

import parsers
from crawler import blobs, stores
from crawler.errors import UsageError
from crawler.lock import hold
from datapackages import parsed as parsed_json
from datapackages import whole_file
from datapackages.model import ParsedDocument
from datapackages.parsed import fact_rows
from datapackages.spooling import Unread
from yusuan import cluster as dask
from yusuan.options import CLUSTER, DATA, STORE, WORKERS, Unparsed, check_store, emit, exit_codes
from yusuan.progress import shown
from yusuan.work import Misfit, Work, as_they_come, here

# At a limit, by a defect of ours, or because the store has lost or spoiled them.
ENDED = frozenset(("time-limit", "memory-limit", "worker-died", "parser-error", "copy-missing", "copy-damaged"))
AHEAD = 4  # documents handed out for each thread, so that none waits for the next


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="With FILE: print what was read as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="With FILE: print its facts as CSV.")
@click.option("--bom", is_flag=True, help="With --csv: begin with a byte order mark, for Excel.")
@click.option("--triage", "triaged", is_flag=True, help="With FILE: let a second reader look at failing checks.")
@WORKERS
@CLUSTER
@STORE
@click.option("--seconds", default=parsers.SECONDS, show_default=True, help="At most so long for one document.")
@click.option("--again", is_flag=True, help="Also documents whose reading ended at a limit or with a lost copy.")
@DATA
def parse(
    file: Path | None, as_json: bool, as_csv: bool, bom: bool, triaged: bool, workers: int, cluster: str | None,
    store: str | None, seconds: int, again: bool, data: Path,
) -> None:  # fmt: skip
    """Read FILE, or all stored documents that this version of the parser has not read yet.

    Exit code 1 when FILE cannot be read at all; a document with issues is no failure.
    """
    if file is None:
        if as_json or as_csv or bom or triaged:
            raise click.UsageError(
                "--json, --csv, --bom and --triage need a FILE; `yusuan status` tells about the store"
            )
        check_store(cluster, store)
        with exit_codes(), hold(data):
            if again:
                for sha256 in survey(data)[1]:
                    forget(data, sha256)
            parse_stored(data, workers, cluster=cluster, store=store, seconds=seconds)
            counts, _ = survey(data)
        click.echo(summary(counts))
        return
    if (as_json and as_csv) or (bom and not as_csv):
        raise click.UsageError("choose --json or --csv; --bom goes with --csv")
    if cluster or again:
        raise click.UsageError("--cluster and --again are for stored documents, without a FILE")
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


def parse_stored(
    data: Path, workers: int = 0, *, cluster: str | None = None, store: str | None = None,
    seconds: float = parsers.SECONDS, most: int | None = None,
) -> None:  # fmt: skip
    """Parse what is stored and not yet parsed by this version, by ``workers`` children or by a cluster.

    ``most`` is how many of them, the first by hash, which is as good as drawn; None is all.

    A result is written beside and renamed as soon as it is there, so that a run killed at any moment is taken up
    where it was. Raises Unparsed when workers could not do their work; a document's own faults are its issues.
    """
    waiting = [path.stem for path in unparsed(data)][:most]
    if not waiting:
        return
    place = store or str(data / "documents")
    place = place if "://" in place else os.path.abspath(place)
    work = Work(store=place, version=parsers.parser_version(), seconds=seconds)
    if not cluster:
        count = workers or parsers.cores()
        with here(count) as executor:
            _keep(data, executor, work, waiting, AHEAD * count)
        return
    with dask.workers_of(cluster) as (executor, threads):
        if store:
            _send(data, stores.opened(store), waiting)
        _keep(data, executor, work, waiting, AHEAD * threads)


def _send(data: Path, store: stores.Store, waiting: list[str]) -> None:
    """Copy what the store does not hold yet; a document that is spoiled here is left for its worker to miss."""
    try:
        held = store.held()
        missing = [sha256 for sha256 in waiting if sha256 not in held]
        for sha256 in shown(missing, len(missing), "Sending"):
            with suppress(stores.Damaged):
                store.put(sha256, blobs.path(data, sha256).read_bytes())
    except OSError as error:
        raise Unparsed(f"documents could not be sent: {error}") from error


def _keep(data: Path, executor: Executor, work: Work, waiting: list[str], ahead: int) -> None:
    """Write down each document as it comes; raises Unparsed in the end for those that did not."""
    failed: list[str] = []
    for sha256, future in shown(as_they_come(executor, work, waiting, ahead), len(waiting), "Reading"):
        try:
            text = future.result()
        except (Misfit, UsageError):  # so it will go with every other document
            raise
        except CancelledError as error:
            raise Unparsed("the cluster has gone; what was read is kept: repeat the command") from error
        except Exception as error:
            failed.append(f"{sha256}: {type(error).__name__}: {error}")
        else:
            whole_file.replace(folder(data) / f"{sha256}.json", text)
    if failed:
        raise Unparsed(f"{len(failed)} documents were not read; the first is {failed[0]}; repeat the command")


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
    for waiting in unread(data):
        yield waiting.read()


def unread(data: Path) -> Iterator[Unread]:
    """The documents that this version of the parser has read, ordered by hash, each to be read from its JSON."""
    for path in sorted(folder(data).glob("*.json")):
        yield Unread(path.stem, path.stat().st_size, partial(one_stored, data, path.stem))


def one_stored(data: Path, sha256: str) -> ParsedDocument:
    """A document as this version of the parser read it. Raises Unparsed where it has not."""
    path = folder(data) / f"{sha256}.json"
    if not path.is_file():
        raise Unparsed(
            f"document {sha256} has not been read by this version of the parser ({parsers.parser_version()}); "
            f"run `yusuan parse --data {data}` first"
        )
    return parsed_json.loads(path.read_text(encoding="utf-8"))


def summary(counts: Counter[str]) -> str:
    """One line: how many documents of which kind."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    return f"{counts.total()} documents: {kinds or 'none stored yet; see yusuan crawl and yusuan import'}"
