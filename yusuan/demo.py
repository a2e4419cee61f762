"""``yusuan demo``: the whole chain in one command, offline, on a made-up city."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import click

import crawler
from crawler.lock import hold
from datapackages import corrections
from datapackages.build import build as build_database
from yusuan import demo_site
from yusuan.options import exit_codes
from yusuan.publish import packages
from yusuan.reading import parse_stored, summary, survey
from yusuan.site_files import site_file

NIGHTS = (1, 2)


@click.command()
@click.option("--serve/--no-serve", "serving", default=True, help="Serve the result, or only make it.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8001, show_default=True, help="Port to listen on.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data/demo"),
    show_default=True,
    help="The data directory of the demo; YUSUAN_DATA is left alone.",
)
def demo(serving: bool, host: str, port: int, data: Path) -> None:
    """Crawl, read, package, build and serve a made-up city: the whole chain, offline.

    Its site stands on loopback and is crawled twice; the second night brings a silently edited PDF.
    """
    with exit_codes():
        make(data)
    if serving:
        _serve(data, host, port)


def make(data: Path) -> Path:
    """Run the chain up to the database and return its path. Repeating it does only what is left to do."""
    root = site_file("demo")
    for night in NIGHTS:
        with demo_site.serve(night, root) as address:
            report = crawler.crawl(["demo"], data, hosts={demo_site.HOST: address})
        click.echo(f"night {night}: {report.new} new, {report.changed} changed, {report.unchanged} unchanged")
    with hold(data):
        _enter_corrections(data, root)
        parse_stored(data)
        click.echo(summary(survey(data)[0]))
        made = packages(data)
        click.echo(f"{len(made)} packages, {sum(report.rows['facts'] for report in made)} facts")
        return build_database(data)


def _enter_corrections(data: Path, root: Path) -> None:
    """Give a new demo the correction that its second night puts up for review."""
    own = data / corrections.FILE
    if not own.exists():
        shutil.copyfile(root / corrections.FILE, own)


def _serve(data: Path, host: str, port: int) -> None:
    """Hand over to ``yusuan serve`` in a process of its own, so that Datasette starts from a clean one."""
    options = ["--data", str(data), "--host", host, "--port", str(port)]
    with suppress(KeyboardInterrupt):
        raise SystemExit(subprocess.call([sys.executable, "-m", "yusuan.cli", "serve", *options]))
