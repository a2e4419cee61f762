"""The gates of a night: what must hold before new packages replace the released ones (``gates.yaml``)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crawler.nights import Brought
from datapackages import descriptor, schemas, tabular

LIMITS = Path(__file__).with_name("gates.yaml")
SAID = ("amount_text", "amount", "value", "row_path", "column_label", "fiscal_year")


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One gate: whether it held, what was expected and found, and what to do where it did not."""

    name: str
    held: bool
    expected: str
    found: str
    remedy: str = ""


class GateFailed(ValueError):
    """A gate did not hold; the released packages stay. ``gates`` are those that failed."""

    def __init__(self, gates: Sequence[Gate]) -> None:
        self.gates = tuple(gates)
        super().__init__("; ".join(f"{gate.name}: expected {gate.expected}, found {gate.found}" for gate in gates))


@cache
def limits() -> dict[str, dict[str, float]]:
    """The limits of ``gates.yaml``."""
    loaded: dict[str, dict[str, float]] = yaml.safe_load(LIMITS.read_text(encoding="utf-8"))
    return loaded


def disk(data: Path) -> Gate:
    """Room for a night's documents, packages and database."""
    least = int(limits()["free_disk"]["least"])
    free = shutil.disk_usage(data).free
    remedy = f"make room on the disk of {data}, or lower free_disk in gates.yaml"
    return Gate(name="free_disk", held=free >= least, expected=f">= {least} bytes", found=str(free), remedy=remedy)


def crawled(night: Brought) -> Iterator[Gate]:
    """Lists read, assertions of the source, documents still there, answers that were no document."""
    failed = sorted({trouble.name for trouble in night.troubles if trouble.kind in ("failed", "blocked")})
    yield Gate(
        name=f"lists_read {night.source}",
        held=night.outcome == "finished",
        expected="every list page read and every assertion of the source kept",
        found=night.outcome + (f" ({', '.join(failed)})" if failed else ""),
        remedy=f"see the troubles of {night.source} in the report; repeat with --retry",
    )
    gone = len({found.url for found in night.vanished})
    yield _at_most_gone("known_documents", night.source, gone, night.known, "documents vanished")
    bad = sum(trouble.kind == "bad" for trouble in night.troubles)
    asked = sum(sum(answers.values()) for answers in night.hosts.values())
    yield _at_most("bad_bodies", night.source, bad, asked, "addresses gave no whole document")


def packaged(released: Path, following: Path) -> Iterator[Gate]:
    """The new packages in ``following`` against the ``released`` ones of the same name."""
    for folder in sorted(path.parent for path in released.glob("*/datapackage.json")):
        beside = following / folder.name
        before = descriptor.rows(folder)["facts"]
        after = descriptor.rows(beside)["facts"] if (beside / "datapackage.json").is_file() else 0
        yield _at_most_gone("facts", folder.name, before - after, before, "facts fewer")
        yield _at_most("facts", folder.name, after, before, "facts, against those of the last release")
        if after:
            changed, common = _parser_changes(folder, beside)
            yield _at_most("parser_changes", folder.name, changed, common, "facts of unchanged documents differ")


def _parser_changes(before: Path, after: Path) -> tuple[int, int]:
    """How many facts of documents current in both releases say something else now, and how many there were."""
    common = _current(before) & _current(after)
    known, said = _said(before, common), _said(after, common)
    corrected = {row["fact_id"] for row in _rows(after, "facts") if "corrected" in row["flags"]}
    changed = {name for name in known.keys() | said.keys() if known.get(name) != said.get(name)} - corrected
    return len(changed), len(known)


def _current(folder: Path) -> set[str]:
    return {row["sha256"] for row in _rows(folder, "documents") if row["is_current"] == "1"}


def _said(folder: Path, documents: set[str]) -> dict[str, tuple[str, ...]]:
    facts = (row for row in _rows(folder, "facts") if row["sha256"] in documents)
    return {row["fact_id"]: tuple(row[name] for name in SAID) for row in facts}


def _rows(folder: Path, resource: str) -> Iterator[dict[str, str]]:
    lines = tabular.read(folder / "data" / f"{resource}.csv")
    names: list[str] = next(lines, list(schemas.fields(resource)))
    return (dict(zip(names, line, strict=True)) for line in lines)


def _at_most_gone(name: str, what: str, gone: int, before: int, words: str) -> Gate:
    limit = limits()[name]
    allowed = max((1 - limit["least"]) * before, limit["spare"])
    return _gate(f"{name} {what}", gone <= allowed, allowed, f"{gone} of {before} {words}")


def _at_most(name: str, what: str, count: int, whole: int, words: str) -> Gate:
    limit = limits()[name]
    allowed = max(limit["most"] * whole, limit["spare"])
    return _gate(f"{name} {what}", count <= allowed, allowed, f"{count} of {whole} {words}")


def _gate(name: str, held: bool, allowed: float, found: str) -> Gate:
    remedy = "look at the report; if the change is right, release it with `yusuan package` and `yusuan build`"
    expected = f"at most {allowed:.0f}"
    return Gate(name=name, held=held, expected=expected, found=found, remedy="" if held else remedy)


def as_rows(gates: Sequence[Gate]) -> list[dict[str, Any]]:
    """Gates as plain JSON types."""
    return [dict(vars(gate)) for gate in gates]
