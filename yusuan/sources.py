"""The command `yusuan sources`: every region with its state and why, proposals, what changed at a site."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.catalogue import pick
from crawler.catalogue import sources as all_sources
from crawler.errors import UsageError
from crawler.regions import Region, regions
from crawler.state import last_runs
from yusuan.collect import mapped
from yusuan.options import AS_JSON, DATA, emit_json, exit_codes

if TYPE_CHECKING:
    from crawler.checking import Finding

# What asks sites is loaded where it is used: Scrapy would take 20 MB of every process that loads the command.
HOST = click.option("--host", "hosts", metavar="NAME=ADDRESS", multiple=True,
                    help="Ask ADDRESS (127.0.0.1:8001) where the site says NAME.")  # fmt: skip


@click.group(invoke_without_command=True)
@DATA
@AS_JSON
@click.pass_context
def sources(context: click.Context, data: Path, as_json: bool) -> None:
    """List every known region, how far its source is trusted and why; propose and check sources."""
    if context.invoked_subcommand is None:
        _list(data, as_json)


@sources.command("list")
@DATA
@AS_JSON
def list_(data: Path, as_json: bool) -> None:
    """Every region with its state and why: verified, unverified, blocked, investigate, demo."""
    _list(data, as_json)


@sources.command()
@click.argument("page", metavar="URL|FILE")
@click.option("--url", help="The address of a page that is given as a file.")
@click.option("--name", help="The source's name; by default its host with _.")
@HOST
@DATA
@AS_JSON
def new(page: str, url: str | None, name: str | None, hosts: tuple[str, ...], data: Path, as_json: bool) -> None:
    """Look at a list page, propose its family and a source, and write a test that waits for your eyes.

    A real site needs YUSUAN_CONTACT; it is asked for this one page and its robots.txt. Everything is written
    under data/sources; nothing is overwritten.
    """
    from crawler.proposing import propose, write

    with exit_codes():
        html, address = _page(page, url, hosts)
        proposal = propose(html, address)
        files = write(proposal, html, name or _name(proposal.source["hosts"][0]), data / "sources")
    told = {"files": [str(file) for file in files], "source": proposal.source, "remarks": list(proposal.remarks)}
    said = [f"wrote {file}" for file in files]
    counts = ", ".join(f"{len(proposal.reading[key])} {key}" for key in ("disclosures", "attachments", "columns"))
    _print(told, as_json, [*said, f"family {proposal.source['family']}: {counts}", *proposal.remarks])


@sources.command("check")
@click.argument("names", metavar="SOURCE...", nargs=-1, required=True)
@HOST
@DATA
@AS_JSON
def check_(names: tuple[str, ...], hosts: tuple[str, ...], data: Path, as_json: bool) -> None:
    """Ask the entry pages of sources once and say what changed since the last crawl.

    Exit code 1 when an entry does not answer, is a shell or a challenge, or lost all it linked to.
    """
    from crawler.asking import Visitor
    from crawler.checking import check

    with exit_codes():
        found = [
            finding
            for source in pick(list(names), data)
            for finding in check(source, Visitor(mapped(hosts), source.pace), data)
        ]
    _print([asdict(finding) for finding in found], as_json, [_finding_line(finding) for finding in found])
    sys.exit(1 if any(finding.serious for finding in found) else 0)


def _list(data: Path, as_json: bool) -> None:
    with exit_codes():
        runs, known = last_runs(data), all_sources(data)
        listed = [_entry(region, known, runs) for region in regions(data)]
    _print(listed, as_json, [_line(entry) for entry in listed])


def _entry(region: Region, known: dict[str, Any], runs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    source = known.get(region.name)
    told = {
        "publisher": source.publisher if source else "",
        "entries": list(source.entries) if source else [region.entry],
        "last_run": runs.get(region.name),
    }
    return {**asdict(region), **told}


def _line(entry: dict[str, Any]) -> str:
    run = entry["last_run"]
    last = f"{run['outcome']} {run['ended'][:10]}, {run['documents']} documents" if run else "never crawled here"
    name = entry["name"] or "-"
    return f"{name:<26} {entry['state']:<11} {entry['jurisdiction']}  {entry['place']}  ({last})  {entry['why']}"


def _finding_line(finding: Finding) -> str:
    mark = "!" if finding.serious else " "
    return f"{mark} {finding.source:<24} {finding.name:<18} {finding.detail}  {finding.entry}"


def _page(page: str, url: str | None, hosts: tuple[str, ...]) -> tuple[str, str]:
    from crawler.asking import Visitor
    from crawler.pages import decode

    if page.startswith(("http://", "https://")):
        asked = Visitor(mapped(hosts)).ask(page)
        if asked.status != 200:
            raise UsageError(
                f"{page} did not answer: {asked.error or asked.status}; save the page and give the file"
            )
        return asked.text, asked.url
    if not Path(page).is_file() or not url:
        raise UsageError(f"{page}: give the address of a page, or a saved page that is there and its --url")
    return decode(Path(page).read_bytes()), url


def _name(host: str) -> str:
    parts = [part for part in host.partition(":")[0].split(".") if part not in ("www", "gov", "cn", "com")]
    return "_".join(reversed(parts)).replace("-", "_").lower()


def _print(report: Any, as_json: bool, lines: list[str]) -> None:
    if as_json:
        emit_json(report)
    else:
        click.echo("\n".join(lines))
