"""``yusuan serve``: Datasette on the current build, with every folder and limit given explicitly.

The command itself only holds the socket (``switching``); Datasette runs in a process of its own for each
build (``site_process``).
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path

import click

from datapackages import whole_file
from yusuan import runs_table, switching
from yusuan.options import DATA
from yusuan.site_files import site_file

PLACE = re.compile(r"[0-9a-z]{1,40}")
SETTINGS = {
    "allow_csv_stream": "on",
    "allow_download": "on",
    "cache_size_kb": "32768",  # for each of three threads; what is behind it the system keeps
    "default_allow_sql": "off",  # filters, search and the queries of metadata.yaml need no SQL of the reader
    "default_cache_ttl": "60",
    "default_facet_size": "30",
    "default_page_size": "50",
    "facet_time_limit_ms": "1000",
    "max_csv_mb": "0",  # the limit cuts a CSV in the middle with status 200
    "max_returned_rows": "1000",
    "num_sql_threads": "3",
    "sql_time_limit_ms": "3000",
    "suggest_facets": "off",  # suggestions cost about two seconds a page on a million rows
    "truncate_cells_html": "400",
}


class SiteError(click.ClickException):
    """There is nothing to serve; the message names the next command."""


def database(data: Path, place: str = "") -> Path:
    """Return the database of the build that ``data/site/current`` points to, or of one place of it.

    Its links are resolved: Datasette holds the file that it opened, so a link switched tonight takes a new process.
    """
    path = switching.current(data, place) / "budgets.db"
    if place and not path.is_file():
        there = ", ".join(sorted(folder.name for folder in path.parent.parent.glob("*"))) or "none"
        remedy = f"Choose one of these, or run `yusuan build --by-place --data {data}`."
        raise SiteError(f"{path}: no database of place {place}; the build has {there}. {remedy}")
    if not path.is_file():
        raise SiteError(
            f"{path}: no database to serve. Run `yusuan build --data {data}` first, "
            "or `yusuan demo` for the made-up city."
        )
    return path


def arguments(data: Path, base_url: str = "/", place: str = "") -> list[str]:
    """Return the command line of Datasette for one data directory; counts rows and writes inspect.json."""
    served, files = database(data, place), site_file("datasette")
    options = [
        str(runs_table.tabulate(data)),
        "--immutable", str(served),
        "--inspect-file", str(_inspect(served, data / "site" / f"inspect{place and f'-{place}'}.json")),
        "--metadata", str(site_file("metadata.yaml")),
        "--plugins-dir", str(files / "plugins"),
        "--template-dir", str(files / "templates"),
        "--static", f"assets:{files / 'static'}",
    ]  # fmt: skip
    for name, value in {**SETTINGS, "base_url": base_url}.items():
        options += ["--setting", name, value]
    return options


def _inspect(served: Path, path: Path) -> Path:
    """Count the rows once, so that no page has to; ``path`` keeps them, one for each process."""
    from datasette.cli import inspect_

    counted = asyncio.run(inspect_((str(served),), ()))
    whole_file.replace(path, json.dumps(counted, indent=2))
    return path


def _checked(context: click.Context, parameter: click.Parameter, place: str) -> str:
    if place and not PLACE.fullmatch(place):
        raise click.BadParameter(f"{place!r} is no code of a place, such as 140200 or unplaced", context, parameter)
    return place


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8001, show_default=True, help="Port to listen on.")
@click.option("--base-url", help="Path prefix behind a proxy, such as /datong/. [default: /, of a place /CODE/]")
@click.option("--place", metavar="CODE", default="", callback=_checked,
              help="Of a build by place, this one (GB/T 2260, or unplaced); without it the summary.")  # fmt: skip
@DATA
def serve(host: str, port: int, base_url: str | None, place: str, data: Path) -> None:
    """Serve the site: search, figures on their pages, downloads; a new build is switched to by itself."""
    base_url = base_url or (f"/{place}/" if place else "/")
    database(data, place)
    try:
        listening = switching.listen(host, port)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise SiteError(f"{host}:{port}: {why}; choose another --port, or stop what listens there") from error
    click.echo(f"http://{host}:{port}{base_url}")
    with listening:
        code = switching.keep_served(data, listening, [str(data.resolve()), base_url, place], place)
    if code:
        raise SiteError(f"the site's process ended with {code} before it could answer; its message stands above")
