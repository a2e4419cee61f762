"""Options and exit codes that the commands share."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from crawler.errors import Crashed, Locked, UsageError
from datapackages.build import BuildFailed
from datapackages.corrections import BadCorrection
from datapackages.validate import InvalidPackage
from datapackages.workers import WorkerDied

LOCKED = 75
DATA = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="YUSUAN_DATA",
    default=Path("data"),
    show_default=True,
    help="The data directory.",
)
WORKERS = click.option("--workers", default=0, help="Documents read at a time; 0 is one for each core.")
CLUSTER = click.option(
    "--cluster", metavar="tcp://HOST:PORT", help="Read on the workers of this dask scheduler."
)
STORE = click.option(
    "--store",
    metavar="ADDRESS",
    help="With --cluster: where its workers find documents, a folder or s3://bucket/prefix; what is not there is"
    " sent first. By default they see the data directory under the same path.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


class Unparsed(Exception):
    """Stored documents that this version of the parser has not read; packaging now would drop them."""


@contextmanager
def exit_codes() -> Iterator[None]:
    """2 for what was asked wrongly, 75 for a held lock, 1 for a failed gate; no traceback for these."""
    try:
        yield
    except UsageError as error:
        fail(error, 2)
    except Locked as error:
        fail(error, LOCKED)
    except (Crashed, BadCorrection, BuildFailed, InvalidPackage, Unparsed, WorkerDied) as error:
        fail(error, 1)


def check_store(cluster: str | None, store: str | None) -> None:
    """Raises click.UsageError for a store that nobody reads from."""
    if store and not cluster:
        raise click.UsageError("--store needs --cluster: this machine reads from its data directory")


def emit(text: str) -> None:
    """Print data on stdout as UTF-8 whatever the locale is, so that a file made of it is always read alike."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", errors="replace"))  # a path may hold bytes that are no text
    sys.stdout.buffer.flush()


def emit_json(found: object) -> None:
    """Print plain JSON types, indented for a reader."""
    emit(json.dumps(found, ensure_ascii=False, indent=2) + "\n")


def fail(error: object, code: int) -> NoReturn:
    """Print the error and leave with that code."""
    click.echo(f"Error: {error}", err=True)
    sys.exit(code)
