"""``yusuan explain``: see what the parser saw on a page."""

from __future__ import annotations

from pathlib import Path

import click

from parsers.explain import NoSuchPage, explain
from parsers.page import PasswordNeeded, Unreadable
from yusuan.options import fail


@click.command("explain")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--page", "number", required=True, type=click.IntRange(min=1), help="The page, counted from 1.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The PNG; FILE-pN.png by default.")
def explain_(file: Path, number: int, out: Path | None) -> None:
    """Draw a page with rulings, cells and facts as they were read, and say what was recognised."""
    try:
        picture, lines = explain(file, number)
    except NoSuchPage as error:
        fail(error, 2)
    except (PasswordNeeded, Unreadable) as error:
        fail(f"{file} cannot be read: {error}", 1)
    target = out or Path(f"{file.stem}-p{number}.png")
    target.write_bytes(picture)
    click.echo(f"{target}: blue rulings, green cells of known lists, orange of unknown ones, yellow facts")
    for line in lines:
        click.echo(line)
