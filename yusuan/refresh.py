"""``yusuan refresh``, the night: crawl, read, package, pass the gates, build, switch, report; may be killed.

Each stage leaves its result in place by one rename, and a run that was cut short is taken up by the next
call for the same sources: what was crawled is not asked again, what was read is not read again, and until
the last rename the site has yesterday's database.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

import crawler
from crawler.errors import Crashed, UsageError
from crawler.lock import hold
from crawler.nights import brought
from datapackages.build import BuildFailed
from datapackages.by_place import build_as_before
from datapackages.validate import InvalidPackage
from datapackages.workers import WorkerDied
from datapackages.write import recover
from yusuan import gates, retention, runs, runs_table
from yusuan.collect import chosen, mapped
from yusuan.notify import GOOD, notify
from yusuan.options import AS_JSON, CLUSTER, DATA, STORE, WORKERS, Unparsed, check_store, emit_json, exit_codes
from yusuan.progress import when_long
from yusuan.publish import packages
from yusuan.reading import forget, parse_stored, survey
from yusuan.runs import Run

Read = Callable[[Path], None]


@click.command()
@click.argument("names", metavar="SOURCE...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every source but the made-up demo.")
@click.option("--retry", metavar="RUN", help="Only what failed in that run: its sources and its unread documents.")
@click.option("--host", "hosts", metavar="NAME=ADDRESS", multiple=True,
              help="Ask ADDRESS (127.0.0.1:8001) where the site says NAME.")  # fmt: skip
@WORKERS
@CLUSTER
@STORE
@click.option("--builds", default=retention.BUILDS, show_default=True, help="Builds of the site kept.")
@DATA
@AS_JSON
def refresh(
    names: tuple[str, ...], everything: bool, retry: str | None, hosts: tuple[str, ...], workers: int,
    cluster: str | None, store: str | None, builds: int, data: Path, as_json: bool,
) -> None:  # fmt: skip
    """Do the whole night's work for the named sources, and replace the release if every gate holds.

    The report is data/runs/<run>.json and .md. YUSUAN_WEBHOOK is told of every run, YUSUAN_PING of its end.
    Exit code 1 when a gate failed: yesterday's release stays up, and the report says why.
    """
    check_store(cluster, store)
    read = partial(parse_stored, workers=workers, cluster=cluster, store=store)
    with exit_codes(), hold(data, "refresh"):
        wanted = _retried(data, retry) if retry else chosen(names, everything, data)
        run = night(data, wanted, hosts=mapped(hosts), read=read, builds=builds)
    if as_json:
        emit_json(vars(run))
    else:
        click.echo("\n".join(runs.markdown(run)))
    sys.exit(0 if run.state in GOOD else 1)


def night(
    data: Path, names: list[str], *, hosts: Mapping[str, str] | None = None, read: Read = parse_stored,
    builds: int = retention.BUILDS,
) -> Run:  # fmt: skip
    """Do one night's work and return its report; the caller holds the lock ``refresh``.

    ``read`` lets the stored documents be read, here or elsewhere. A failed gate or a crash is a state of the
    report, never an exception; UsageError and Locked are raised.
    """
    run = runs.opened(data, names)
    try:
        _stages(data, run, hosts or {}, read)
        run.removed = retention.tidy(data, builds)
    except gates.GateFailed as error:
        run.state, run.error = "held", str(error)
    except (Crashed, BuildFailed, InvalidPackage, Unparsed, WorkerDied, OSError) as error:
        run.state, run.error = "failed", f"{type(error).__name__}: {error}"
    except UsageError:
        run.state = "failed"
        raise
    finally:
        if run.state != "open":
            run.ended = runs.now()
        runs.keep(data, run)
    run.notes += notify(run)
    runs.keep(data, run)
    runs_table.tabulate(data)
    return run


def _stages(data: Path, run: Run, hosts: Mapping[str, str], read: Read) -> None:
    """Every stage that is not done yet; each is kept as done before the next begins."""
    _pass(run, list(gates.disk(data)))
    with _stage(data, run, "crawl") as waiting:
        if waiting and run.sources:
            crawler.crawl(run.sources, data, hosts=hosts)
    _look(data, run)
    with hold(data):
        with _stage(data, run, "parse"):
            read(data)
            kinds, run.unread = survey(data)
            run.documents = dict(sorted(kinds.items()))
        with _stage(data, run, "package"):
            run.packages = _package(data, run)
        with _stage(data, run, "build"):
            before = (data / "site" / "current").resolve()
            database = build_as_before(data, when_long)
            run.database = str(database.relative_to(data))
            run.state = "unchanged" if database.parent == before else "published"


@contextmanager
def _stage(data: Path, run: Run, name: str) -> Iterator[bool]:
    """Time a stage and keep it as done; yields whether it is still to do."""
    start = time.monotonic()
    yield name not in run.done
    run.seconds[name] = round(run.seconds.get(name, 0.0) + time.monotonic() - start, 1)
    run.done = [*dict.fromkeys([*run.done, name])]
    if name != "build":  # the last stage is kept with the end of the run
        runs.keep(data, run)


def _look(data: Path, run: Run) -> None:
    """What the sources brought, and the gates of the crawl."""
    nights = [found for name in run.sources if (found := brought(data, name))]
    for found in nights:
        run.keep_night(found)
    runs.keep(data, run)
    limits = gates.limits(data)
    _pass(run, [gate for found in nights for gate in gates.crawled(found, limits)])


def _package(data: Path, run: Run) -> dict[str, int]:
    recover(data)
    limits = gates.limits(data)
    made = packages(data, lambda following: _pass(run, list(gates.packaged(data / "packages", following, limits))))
    return {report.name: report.rows["facts"] for report in made}


def _pass(run: Run, reached: list[gates.Gate]) -> None:
    """Keep the gates in the report; raises GateFailed for those that did not hold."""
    names = {gate.name for gate in reached}
    run.gates = [gate for gate in run.gates if gate["name"] not in names] + gates.as_rows(reached)
    if failed := [gate for gate in reached if not gate.held]:
        raise gates.GateFailed(failed)


def _retried(data: Path, name: str) -> list[str]:
    """The sources of a run that did not finish; its unread documents are read again."""
    try:
        run = runs.load(data, name)
    except FileNotFoundError as error:
        raise UsageError(str(error)) from error
    for sha256 in run.unread:
        forget(data, sha256)
    failed = [source for source in run.sources if run.nights.get(source, {}).get("outcome") != "finished"]
    if not failed and not run.unread:
        raise UsageError(f"run {name} has nothing to repeat: every source finished and every document was read")
    return failed
