"""``yusuan diff``: what differs between two versions of a document, cell by cell."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

import parsers
from crawler import blobs
from datapackages import parsed as parsed_json
from datapackages.changes import Change, Comparison, compare, may_be_versions
from datapackages.compared import compared
from datapackages.correcting import box_of
from datapackages.model import Fact, ParsedDocument
from yusuan.diff_page import Version, render
from yusuan.options import AS_JSON, DATA, emit, emit_json, fail
from yusuan.page_pictures import Pictures
from yusuan.reading import folder

SHORTEST = 8  # hexadecimal digits of a hash that name a stored document
SAID = ("sha256", "kind", "title", "unit_name", "fiscal_year", "stage", "pages")
KINDS = ("altered", "added", "removed")


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@AS_JSON
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with pictures.")
@DATA
def diff(before: str, after: str, as_json: bool, page: Path | None, data: Path) -> None:
    """Tell which figures differ between two versions of a document.

    A and B are PDFs, or SHA-256 of stored documents (the first digits will do). Figures are matched by meaning
    and place, so that a row that moved to another page is no change. Exit code 0 whether they differ or not.
    """
    sides = (_version(before, data), _version(after, data))
    found = compare(*(compared(side.parsed) for side in sides))
    if page is not None:
        with Pictures() as pictures:
            page.write_text(render(sides, found, pictures), encoding="utf-8", newline="\n")
    if as_json:
        emit_json(as_plain(sides, found))
        return
    emit("".join(f"{line}\n" for line in lines(sides, found)))
    if page is not None:
        click.echo(f"{page}: both pages side by side")


def _version(named: str, data: Path) -> Version:
    path = _path(named, data)
    found = _parsed(path, data)
    if found.document.kind == "broken":
        reasons = " ".join(issue.message for issue in found.issues)
        fail(f"{named} cannot be read: {reasons or 'no page of it can be opened'}", 1)
    return Version(path=path, parsed=found)


def _path(named: str, data: Path) -> Path:
    """The file of that name, else the stored document whose hash begins so."""
    if Path(named).is_file():
        return Path(named)
    digits = named.lower()
    if len(digits) < SHORTEST or not set(digits) <= set("0123456789abcdef"):
        fail(f"{named} is neither a file nor the first {SHORTEST} or more digits of a stored document's SHA-256", 2)
    found = sorted((data / "documents" / digits[:2]).glob(f"{digits}*.pdf"))
    if len(found) != 1:
        many = "; ".join(path.stem for path in found)
        fail(f"{named} names {len(found)} documents in {data / 'documents'}{': ' + many if many else ''}", 2)
    return found[0]


def _parsed(path: Path, data: Path) -> ParsedDocument:
    """What the file says; a stored document that this version of the parser has read is not read again."""
    known = folder(data) / f"{path.stem}.json"
    stored = blobs.SHA256.fullmatch(path.stem) and path == blobs.path(data, path.stem)
    if stored and known.is_file():
        return parsed_json.loads(known.read_text(encoding="utf-8"))
    return parsers.isolated(path)


def lines(sides: tuple[Version, Version], found: Comparison) -> list[str]:
    """The comparison in words."""
    told = [_headline(name, side) for name, side in zip(("A", "B"), sides, strict=True)]
    if not may_be_versions(sides[0].parsed.document, sides[1].parsed.document):
        told.append("These say that they are of different years, stages or scopes: hardly two versions of one.")
    counts = Counter(change.kind for change in found.changes)
    told.append(
        {
            "none": "They are the same file.",
            "bytes": "Only the bytes differ: all texts and figures are the same.",
            "wording": "The wording differs; all figures are the same.",
            "unknown": "Some pages cannot be read, so nobody can tell; the figures that were read are the same.",
            "figures": f"Figures differ: {', '.join(f'{counts[kind]} {kind}' for kind in KINDS)}.",
        }[found.difference]
    )
    return told + [_line(change) for change in found.changes]


def _headline(name: str, side: Version) -> str:
    said = side.parsed.document
    return (
        f"{name} {said.sha256[:16]} {said.title or said.unit_name or side.path.name} "
        f"({said.fiscal_year or 'no year'}, {said.stage}, {said.pages} pages)"
    )


def _line(change: Change) -> str:
    fact = change.fact
    blame = "" if change.cause == "source" else f" ({change.cause})"
    where = f"{fact.canonical} {fact.row_path or fact.name} | {fact.column_label}"
    return f"{change.kind}{blame} {where}: {_shown(change.before)} -> {_shown(change.after)}"


def _shown(fact: Fact | None) -> str:
    if fact is None:
        return "nothing"
    unit = fact.money_unit if fact.amount is not None else fact.value_unit
    return f"{fact.amount_text}{unit} on page {fact.page}"


def as_plain(sides: tuple[Version, Version], found: Comparison) -> dict[str, Any]:
    """The comparison as plain JSON types; amounts are text, as in `yusuan parse --json`."""
    before, after = ({name: getattr(side.parsed.document, name) for name in SAID} for side in sides)
    return {
        "before": before,
        "after": after,
        "difference": found.difference,
        "changes": [_plain(change) for change in found.changes],
    }


def _plain(change: Change) -> dict[str, Any]:
    fact = change.fact
    named = ("canonical", "block", "name", "row_path", "column_label", "fiscal_year", "measure")
    return {
        "kind": change.kind,
        "cause": change.cause,
        **{name: getattr(fact, name) for name in named},
        "old": _side(change.before),
        "new": _side(change.after),
    }


def _side(fact: Fact | None) -> dict[str, Any] | None:
    if fact is None:
        return None
    numbers = {
        name: None if number is None else format(number, "f")
        for name, number in (("amount", fact.amount), ("value", fact.value))
    }
    unit = fact.money_unit if fact.amount is not None else fact.value_unit
    place = {"page": fact.page, "box": [round(edge, 2) for edge in box_of(fact)], "fact_id": fact.fact_id}
    return {"text": fact.amount_text, "unit": unit, **numbers, **place}
