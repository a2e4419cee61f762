"""``yusuan explain``: see what the parser saw on a page."""

from __future__ import annotations

from pathlib import Path

import click

from crawler import blobs
from parsers.explain import NoSuchPage, explain
from parsers.page import PasswordNeeded, Unreadable
from yusuan.options import DATA, fail


@click.command("explain")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--page", "number", required=True, type=click.IntRange(min=1), help="The page, counted from 1.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The PNG; FILE-pN.png by default.")
@DATA
def explain_(file: Path, number: int, out: Path | None, data: Path) -> None:
    """Draw a page with rulings, cells and facts as they were read, and say what was recognised.

    FILE is a PDF, or the SHA-256 of a stored document.
    """
    path = _found(file, data)
    try:
        picture, lines = explain(path, number)
    except NoSuchPage as error:
        fail(error, 2)
    except (PasswordNeeded, Unreadable) as error:
        fail(f"{file} cannot be read: {error}", 1)
    target = out or Path(f"{path.stem}-p{number}.png")
    target.write_bytes(picture)
    click.echo(f"{target}: blue rulings, green cells of known lists, orange of unknown ones, yellow facts")
    for line in lines:
        click.echo(line)


def _found(file: Path, data: Path) -> Path:
    if file.is_file():
        return file
    stored = blobs.path(data, file.name) if blobs.SHA256.fullmatch(file.name) else None
    if stored is None or not stored.is_file():
        fail(f"{file} is neither a file nor the SHA-256 of a document in {data / 'documents'}", 2)
    return stored
