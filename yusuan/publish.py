"""The commands that publish: facts to data packages, packages to the database of the site."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from crawler.catalogue import sources
from crawler.lock import hold
from crawler.state import sightings
from crawler.visits import visits
from datapackages.build import build as build_whole
from datapackages.by_place import build_as_before, build_by_place
from datapackages.codes import labels
from datapackages.exports import FORMATS, export
from datapackages.ledger import Outlook
from datapackages.releases import release
from datapackages.selection import NothingSelected, Selection
from datapackages.workbook import TooLong
from datapackages.write import PackageReport, write_packages
from parsers import parser_version
from yusuan.options import DATA, Unparsed, exit_codes, fail
from yusuan.progress import when_long
from yusuan.reading import one_stored, unparsed, unread


@click.command()
@click.option("--place", metavar="CODE", help="Of the released packages, only those of this place (GB/T 2260).")
@click.option("--year", type=int, help="Only those of this year.")
@click.option("--stage", type=click.Choice(list(labels("stages"))), help="Only those of this stage.")
@click.option("--unit", metavar="UNIT_ID", help="Only the rows of this unit.")
@click.option("--table", metavar="ID", help="Only this table of the forms (three_public …) and what it refers to.")
@click.option("--all", "everything", is_flag=True, help="Everything released as one package.")
@click.option("--format", "made_as", type=click.Choice(FORMATS), help="zip (default), xlsx or tables as printed.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path),
              help="Where what is chosen is written; default exports in the data directory.")  # fmt: skip
@click.option("--release", "dated", is_flag=True, help="Keep the packages as a dated release, with what differs.")
@DATA
def package(
    place: str | None, year: int | None, stage: str | None, unit: str | None, table: str | None, everything: bool,
    made_as: str | None, out: Path | None, dated: bool, data: Path,
) -> None:  # fmt: skip
    """Write and validate the data packages of all parsed documents: one for each place, year and stage.

    With a choice, a part of the released packages is written as a package of its own, as a spreadsheet, or with the
    tables as they are printed.
    """
    chosen = Selection(place=place or "", year=year or 0, stage=stage or "", unit=unit or "", table=table or "")
    if dated and (everything or chosen != Selection()):
        raise click.UsageError("a release holds all packages: --release goes without --all and without a choice")
    if everything != (chosen == Selection()) and (everything or out or made_as):
        raise click.UsageError("--all goes without a choice; --format and --out go with --all or a choice")
    if everything or chosen != Selection():
        with exit_codes():
            click.echo(_exported(chosen, data, out or data / "exports", made_as or "zip"))
        return
    with exit_codes(), hold(data):
        reports = packages(data)
        kept = release(data) if dated and reports else None
    for report in reports:
        click.echo(f"{report.name}: {report.rows['facts']} facts, {report.zip_bytes / 1024:.0f} KB")
    click.echo(f"{len(reports)} packages in {data / 'packages'}")
    if kept:
        click.echo(f"released as {kept}")


def _exported(chosen: Selection, data: Path, out: Path, made_as: str) -> Path:
    try:
        return export(chosen, data / "packages", out, made_as, partial(one_stored, data))
    except NothingSelected as error:
        fail(error, 2)
    except TooLong as error:
        fail(error, 1)


@click.command()
@click.option("--by-place/--whole", default=None,
              help="A database for each place and a summary of all, or one; default as built before.")  # fmt: skip
@DATA
def build(by_place: bool | None, data: Path) -> None:
    """Build the site's database from the data packages and switch to it.

    By place, only the places whose packages have changed are built anew.
    """
    builder = {None: build_as_before, True: build_by_place, False: build_whole}[by_place]
    with exit_codes(), hold(data):
        path = builder(data, when_long)
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
    return write_packages(unread(data), sightings(data), data, approve, outlook(data), when_long)


def outlook(data: Path) -> Outlook:
    """What the sources that were crawled here expect, and what the latest crawl of each looked for in vain."""
    looked, known = visits(data), sources(data)
    return Outlook(
        expected=tuple(entry for visit in looked for entry in known[visit.source].expected), visits=looked
    )
