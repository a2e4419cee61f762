"""``yusuan upgrade``: what a new version of the parser reads again, in what time, and what it reads otherwise.

Nothing is published by looking: what is read lies in ``data/parsed`` beside the reading of the earlier version, and
the packages stay as they are until ``yusuan package``.
"""

from __future__ import annotations

import json
import re
import resource
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

import parsers
from crawler import blobs
from crawler.lock import hold
from datapackages import parsed as parsed_json
from datapackages import whole_file
from datapackages.model import Fact, ParsedDocument
from yusuan.options import AS_JSON, DATA, emit, emit_json, exit_codes, fail
from yusuan.reading import folder, parse_stored, unparsed
from yusuan.reread import Reread, fields_meant, other_meaning, reread

SAMPLE = 10
LISTED = 20  # figures of each kind and document in a report
SIDES = ("facts", "failing", "issues")
KINDS = ("altered", "meant", "redrawn", "removed", "added")


@dataclass(kw_only=True)
class Plan:
    """What is to be read again, and at what cost."""

    earlier: str  # versions of the parser; empty when no other has read anything here
    now: str
    stored: int  # documents
    waiting: int  # of these, not yet read by this version
    pages: int  # of these, as the earlier version counted; its mean stands for what it has not read
    sampled: int = 0  # documents read by this call
    seconds: float = 0.0  # of CPU that these took, with the start of their children
    left: float | None = None  # seconds of CPU for all that still waits; None without a sample


@click.command()
@click.option("--sample", default=SAMPLE, show_default=True, type=click.IntRange(0),
              help="Waiting documents that are read now, to estimate the rest.")  # fmt: skip
@click.option("--from", "earlier", metavar="VERSION", help="Compare with this version, not the latest other one.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write what differs as Markdown.")
@DATA
@AS_JSON
def upgrade(sample: int, earlier: str | None, report: Path | None, data: Path, as_json: bool) -> None:
    """Tell what this version of the parser reads again, how long it takes, and what it reads otherwise.

    Compared are the documents that both versions have read: the sample, or all of them after `yusuan parse`.
    Nothing is published before `yusuan package` or the next `yusuan refresh`.
    """
    with exit_codes(), hold(data):
        found = plan(data, earlier)
        if sample and found.waiting:
            read_sample(data, found, sample)
        compared = list(rereadings(data, found))
    if report:
        whole_file.replace(report, "".join(f"{line}\n" for line in markdown(found, compared)))
    if as_json:
        differing = [_plain(one) for one in compared if one.differs]
        emit_json({"plan": asdict(found), "compared": totals(compared), "documents": differing})
    else:
        emit("".join(f"{line}\n" for line in summary(found, compared)))


def plan(data: Path, earlier: str | None = None) -> Plan:
    """What waits for this version of the parser. Ends with code 2 for a version that has read nothing here."""
    now = parsers.parser_version()
    folders = [path for path in (data / "parsed").glob("*") if path.is_dir() and path.name != now]
    others = [path.name for path in sorted(folders, key=lambda path: path.stat().st_mtime)]
    if earlier and earlier not in others:
        fail(f"{data / 'parsed'} holds nothing read by version {earlier}, only by {', '.join(others) or now}", 2)
    latest = earlier or (others[-1] if others else "")
    waiting = unparsed(data)
    known = [pages for path in waiting if (pages := _pages(data / "parsed" / latest / f"{path.stem}.json"))]
    return Plan(
        earlier=latest,
        now=now,
        stored=sum(1 for _ in blobs.all_documents(data)),
        waiting=len(waiting),
        pages=round(sum(known) * len(waiting) / len(known)) if known else 0,
    )


def _pages(path: Path) -> int:
    """The pages of a parsed document, 0 when it is not there; of the file only the beginning is read."""
    if not path.is_file():
        return 0
    with path.open(encoding="utf-8") as file:
        next(file)
        said = json.loads("{" + next(file).rstrip().removesuffix(",") + "}")
    return int(said["document"]["pages"])


def read_sample(data: Path, found: Plan, count: int) -> None:
    """Read some of what waits; they need not be read again."""
    sample, began = unparsed(data)[:count], _seconds_of_children()
    parse_stored(data, most=count)
    found.sampled = len(sample)
    found.seconds = _seconds_of_children() - began
    pages = sum(_pages(folder(data) / f"{path.stem}.json") for path in sample)
    share = pages / found.pages if found.pages else found.sampled / found.waiting
    found.left = found.seconds / share - found.seconds if 0 < share < 1 else 0.0


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def rereadings(data: Path, found: Plan) -> Iterator[Reread]:
    """Every document that both versions have read, by hash."""
    before = data / "parsed" / found.earlier
    for path in sorted(folder(data).glob("*.json")) if found.earlier else ():
        if (before / path.name).is_file():
            yield reread(_loaded(before / path.name), _loaded(path))


def _loaded(path: Path) -> ParsedDocument:
    try:
        return parsed_json.loads(path.read_text(encoding="utf-8"))
    except (KeyError, TypeError, ValueError) as error:
        fail(f"{path} was written in a form that this version cannot read ({error}); use --from, or remove it", 1)


def totals(compared: list[Reread]) -> dict[str, Any]:
    """Figures by kind of difference; pairs are before and now."""
    return {
        "documents": len(compared),
        "differing": sum(one.differs for one in compared),
        **{name: [sum(getattr(one, name)[side] for one in compared) for side in (0, 1)] for name in SIDES},
        "same": sum(one.same for one in compared),
        **{kind: sum(len(getattr(one, kind)) for one in compared) for kind in KINDS},
        "parts": dict(Counter(name for one in compared for name in one.parts).most_common()),
        "fields": dict(fields_meant(compared).most_common()),
    }


def summary(found: Plan, compared: list[Reread]) -> list[str]:
    """Plan and comparison in a few lines."""
    told = [f"parser {found.earlier or '(none)'} -> {found.now}: {found.waiting} of {found.stored} documents"
            f" are to be read, {found.pages or 'unknown'} pages"]  # fmt: skip
    if found.left is not None:
        told.append(
            f"{found.sampled} of them were read now in {found.seconds:.0f} s of CPU; the other"
            f" {found.waiting - found.sampled} take about {found.left:.0f} s of CPU"
        )
    said = totals(compared)
    told.append(f"compared: {said['documents']} documents that both versions have read, {said['differing']} differ")
    if compared:
        kinds = ", ".join(f"{said[kind]} {kind}" for kind in ("same", *KINDS))
        told.append(f"figures: {said['facts'][0]} -> {said['facts'][1]}: {kinds}")
        told.append("; ".join(f"{name}: {said[name][0]} -> {said[name][1]}" for name in ("failing", "issues")))
    for what, label in (("fields", "meaning, by field"), ("parts", "documents, by other parts that differ")):
        if said[what]:
            told.append(f"{label}: {', '.join(f'{name} {count}' for name, count in said[what].items())}")
    return told


def markdown(found: Plan, compared: list[Reread]) -> Iterator[str]:
    """The summary, a line for each document that differs, and its figures."""
    differing = [one for one in compared if one.differs]
    yield from ("# What the new version of the parser reads otherwise", "")
    yield from (f"- {line}" for line in summary(found, compared))
    yield from ("", f"| document | figures | same | {' | '.join(KINDS)} | failing | issues | other parts | title |")
    yield "|---" * (len(KINDS) + 7) + "|"
    for one in differing:
        counts = " | ".join(str(len(getattr(one, kind))) for kind in KINDS)
        sides = [f"{before} -> {now}" for before, now in (one.facts, one.failing, one.issues)]
        cells = (one.sha256[:16], sides[0], one.same, counts, *sides[1:], " ".join(one.parts), _cell(one.title))
        yield f"| {' | '.join(map(str, cells))} |"
    for one in differing:
        yield from ("", f"## {one.sha256}", "")
        yield from (f"- {name}: {_cell(before)} -> {_cell(now)}" for name, (before, now) in one.said.items())
        for kind in KINDS:
            entries = getattr(one, kind)
            yield from (f"- {kind}: {_told(entry)}" for entry in entries[:LISTED])
            if len(entries) > LISTED:
                yield f"- {kind}: {len(entries) - LISTED} more"


def _told(entry: Fact | tuple[Fact, Fact]) -> str:
    """One figure: where it stands, its number, and what differs."""
    before, now = _sides(entry)[0], _sides(entry)[-1]
    place = f"page {now.page}, {now.canonical}, {_cell(now.row_path or now.name)}, {_cell(now.column_label)}"
    texts = dict.fromkeys((before.amount_text, now.amount_text))
    pairs = {name: (getattr(before, name), getattr(now, name)) for name in other_meaning(before, now)}
    fields = (f"{name} {_cell(old)} -> {_cell(new)}" for name, (old, new) in pairs.items())
    return "; ".join((f"{place}: {' -> '.join(texts)}", *fields))


def _cell(text: object) -> str:
    """A text that neither ends a cell of a table nor begins a mark of Markdown."""
    return re.sub(r"([\\`*_|<>\[\]#])", r"\\\1", " ".join(str(text).split()))


def _plain(one: Reread) -> dict[str, Any]:
    names = ("sha256", "title", *SIDES, "same", "said", "parts")
    said: dict[str, Any] = {name: getattr(one, name) for name in names}
    for kind in KINDS:
        said[kind] = [[fact.fact_id for fact in _sides(entry)] for entry in getattr(one, kind)]
    return said


def _sides(entry: Fact | tuple[Fact, Fact]) -> tuple[Fact, ...]:
    return entry if isinstance(entry, tuple) else (entry,)
