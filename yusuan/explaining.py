"""``yusuan explain``: see what the parser saw on a page."""

from __future__ import annotations

from pathlib import Path

import click

from crawler import blobs
from parsers import evidence, isolated
from parsers.evidence import NothingToShow
from parsers.explain import NoSuchPage, explain
from parsers.page import PasswordNeeded, Unreadable
from yusuan.options import DATA, fail


@click.command("explain")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--page", "number", type=click.IntRange(min=1), help="The page, counted from 1.")
@click.option(
    "--check", metavar="RULE@PLACE", help="A check as `yusuan parse FILE --json` names it; both its sides."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The PNG; FILE-pN.png by default.")
@DATA
def explain_(file: Path, number: int | None, check: str | None, out: Path | None, data: Path) -> None:
    """Draw a page with rulings, cells and facts as they were read, and say what was recognised.

    With --check: draw what a check is about instead, its left side in red, its right side in blue.
    FILE is a PDF, or the SHA-256 of a stored document.
    """
    path = _found(file, data)
    if check is not None:
        _explain_check(path, check, out)
    elif number is not None:
        _explain_page(file, path, number, out)
    else:
        raise click.UsageError("give --page or --check")


def _explain_check(path: Path, check: str, out: Path | None) -> None:
    """PLACE may be the beginning of a place; a rule alone stands for its first fail or question."""
    rule, _, place = check.partition("@")
    parsed = isolated(path, triaged=True)
    named = [one for one in parsed.checks if one.rule == rule and one.place.startswith(place)]
    found = next((one for one in named if one.outcome in ("fail", "question")), next(iter(named), None))
    if found is None:
        places = ", ".join(
            f"{one.rule}@{one.place}" for one in parsed.checks if one.outcome in ("fail", "question")
        )
        fail(f"{path} has no check {check}; its fails and questions are: {places or 'none'}", 2)
    try:
        picture = evidence(path, parsed, found)
    except NothingToShow as error:
        fail(error, 2)
    target = out or Path(f"{path.stem}-{rule}.png")
    target.write_bytes(picture)
    click.echo(f"{target}: red left side, blue right side")
    click.echo(f"{found.outcome} {found.fault} {found.rule}@{found.place}")
    click.echo(found.message)


def _explain_page(file: Path, path: Path, number: int, out: Path | None) -> None:
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
