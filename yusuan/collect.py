"""The commands that bring documents in: crawl and import."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

import crawler
from crawler.catalogue import sources as all_sources
from crawler.hosts import shard as shard_of
from yusuan.options import AS_JSON, DATA, emit_json, exit_codes


@click.command()
@click.argument("names", metavar="SOURCE...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every source but the made-up demo.")
@click.option("--shard", metavar="K/N", default="", help="Only the K-th of N parts, which share no host.")
@click.option("--host", "hosts", metavar="NAME=ADDRESS", multiple=True,
              help="Ask ADDRESS (127.0.0.1:8001) where the site says NAME.")  # fmt: skip
@click.option("--recheck", is_flag=True, help="Ask for every page and document, however lately it was read.")
@DATA
@AS_JSON
def crawl(
    names: tuple[str, ...], everything: bool, shard: str, hosts: tuple[str, ...], recheck: bool, data: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Ask sites for new and changed documents. Safe to kill and to repeat.

    Lists are asked each time; a detail page that was read in the last days (a source's detail_days, 7) and a
    document (file_days, 30) are not.
    A host other than this machine needs YUSUAN_CONTACT: an address at which its operators can reach you.
    Exit code 1 when a list could not be read or an assertion of a source does not hold.
    """
    with exit_codes():
        picked = chosen(names, everything, data, shard)
        report = crawler.crawl(picked, data, hosts=mapped(hosts), recheck=recheck)
    _print(asdict(report), as_json, _crawl_lines(report))
    sys.exit(0 if report.finished else 1)


@click.command("import")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--manifest", type=click.Path(dir_okay=False, path_type=Path),
              help="CSV: path, url, page_url, title, publisher, published_on; jurisdiction if known.")  # fmt: skip
@DATA
@AS_JSON
def import_(paths: tuple[Path, ...], manifest: Path | None, data: Path, as_json: bool) -> None:
    """Take PDFs, folders and zip files that you already have.

    A manifest says where they were published. Nothing is taken when a path or a line of the manifest is wrong.
    """
    if not paths and manifest is None:
        raise click.UsageError("name a PDF, a folder or a zip file, or give a --manifest")
    with exit_codes():
        report = crawler.import_paths(paths, data, manifest)
    _print(asdict(report), as_json, _import_lines(report))


def chosen(names: tuple[str, ...], everything: bool, data: Path, part: str = "") -> list[str]:
    """The sources asked for by name or with --all, of them those of a shard (``3/8``) where one is named.

    Raises a usage error for neither names nor --all and for both. A shard may hold none of them.
    """
    if everything == bool(names):
        raise click.UsageError("name one or more sources, or --all; `yusuan sources` lists them")
    known = all_sources(data)
    picked = [name for name, source in known.items() if source.state != "demo"] if everything else list(names)
    if not part:
        return picked
    elsewhere = known.keys() - shard_of(known.values(), part)
    return [name for name in picked if name not in elsewhere]


def mapped(hosts: tuple[str, ...]) -> dict[str, str]:
    """``NAME=ADDRESS`` of --host as a mapping. Raises a usage error for anything else."""
    for host in hosts:
        if not all(host.partition("=")):
            raise click.UsageError(f"--host should be NAME=ADDRESS, found {host!r}")
    return {name: address for name, _, address in (host.partition("=") for host in hosts)}


def _crawl_lines(report: crawler.CrawlReport) -> list[str]:
    outcome = "finished" if report.finished else "NOT complete"
    words = ("new", "changed", "unchanged", "young", "vanished")
    counts = ", ".join(f"{getattr(report, word)} {word}" for word in words)
    events = [f"  {count:>5}  {name}" for name, count in report.events.items()]
    return [f"{outcome}: {counts} ({report.requests} requests)", *events]


def _import_lines(report: crawler.ImportReport) -> list[str]:
    left_out = [f"  left out: {entry.name}: {entry.reason}" for entry in report.left_out]
    unlisted = [f"  not in the manifest: {name}" for name in report.unlisted]
    first = f"{report.files} files: {report.new} new documents, {report.known} known; {report.sightings} sightings"
    return [first, *left_out, *unlisted]


def _print(report: Any, as_json: bool, lines: list[str]) -> None:
    if as_json:
        emit_json(report)
    else:
        click.echo("\n".join(lines))
