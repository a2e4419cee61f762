"""The commands that publish: facts to data packages, packages to the database of the site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from crawler.catalogue import sources
from crawler.lock import hold
from crawler.state import sightings
from crawler.visits import visits
from datapackages.build import build as build_database
from datapackages.ledger import Outlook
from datapackages.write import PackageReport, write_packages
from parsers import parser_version
from yusuan.options import DATA, Unparsed, exit_codes
from yusuan.reading import stored, unparsed


@click.command()
@DATA
def package(data: Path) -> None:
    """Write and validate the data packages of all parsed documents."""
    with exit_codes(), hold(data):
        reports = packages(data)
    for report in reports:
        click.echo(f"{report.name}: {report.rows['facts']} facts, {report.zip_bytes / 1024:.0f} KB")
    click.echo(f"{len(reports)} packages in {data / 'packages'}")


@click.command()
@DATA
def build(data: Path) -> None:
    """Build the site's database from the data packages and switch to it."""
    with exit_codes(), hold(data):
        path = build_database(data)
    click.echo(f"{path} ({path.stat().st_size / 1024 / 1024:.1f} MB)")


def packages(data: Path, approve: Callable[[Path], None] | None = None) -> list[PackageReport]:
    """Package everything that this version of the parser has read.

    ``approve`` is shown the new packages before they are released, and stops that by raising. Raises Unparsed,
    and leaves the earlier release alone, while stored documents wait for this version.
    """
    if waiting := unparsed(data):
        raise Unparsed(
            f"{len(waiting)} of the documents in {data / 'documents'} have not been read by this version of the "
            f"parser ({parser_version()}); run `yusuan parse --data {data}` first. The packages stay as they are."
        )
    return write_packages(stored(data), sightings(data), data, outlook=outlook(data), approve=approve)


def outlook(data: Path) -> Outlook:
    """What the sources that were crawled here expect, and what the latest crawl of each looked for in vain."""
    looked, known = visits(data), sources(data)
    return Outlook(
        expected=tuple(entry for visit in looked for entry in known[visit.source].expected), visits=looked
    )
