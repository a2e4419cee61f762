"""The gates of a night: what must hold before new packages replace the released ones (``gates.yaml``)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crawler.errors import UsageError
from crawler.nights import Brought
from datapackages import descriptor, schemas, tabular

LIMITS = Path(__file__).with_name("gates.yaml")
Limits = dict[str, dict[str, float]]  # gate → limit → value
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


def limits(data: Path) -> Limits:
    """The limits of ``gates.yaml``, those of the installation (``data/gates.yaml``) over the shipped ones.

    Raises UsageError for a gate or a limit that is not among the shipped ones, or that is no number.
    """
    known, own = _loaded(LIMITS), data / "gates.yaml"
    for name, values in (_loaded(own) if own.is_file() else {}).items():
        if name not in known or not isinstance(values, dict):
            raise UsageError(f"{own}: no gate {name!r} with limits; there are {', '.join(known)}")
        for limit, value in values.items():
            if limit not in known[name] or not isinstance(value, int | float):
                expected = f"expected numbers for {', '.join(known[name])}"
                raise UsageError(f"{own}: {name}: {expected}, found {limit}: {value}")
            known[name][limit] = value
    return known


def _loaded(file: Path) -> Limits:
    try:
        loaded: Limits = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise UsageError(f"{file}: not YAML: {error}") from None
    return loaded


def disk(data: Path) -> Iterator[Gate]:
    """Room for a night's documents, packages and database: free on the disk, and left of this place's budget."""
    allowed = limits(data)
    least, most = int(allowed["free_disk"]["least"]), int(allowed["used_disk"]["most"])
    free = shutil.disk_usage(data).free
    used = sum(path.lstat().st_size for path in data.rglob("*") if not path.is_dir())
    yield _bytes("free_disk", free >= least, f">= {least}", free, f"make room on the disk of {data}")
    yield _bytes("used_disk", used <= most, f"<= {most}", used, f"keep fewer --builds, or give {data} more")


def _bytes(name: str, held: bool, expected: str, found: int, remedy: str) -> Gate:
    remedy = f"{remedy}; the limit is {name} in gates.yaml"
    return Gate(name=name, held=held, expected=f"{expected} bytes", found=str(found), remedy="" if held else remedy)


def crawled(night: Brought, allowed: Limits) -> Iterator[Gate]:
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
    yield _at_most_gone(allowed, "known_documents", night.source, gone, night.known, "documents vanished")
    bad = sum(trouble.kind == "bad" for trouble in night.troubles)
    asked = sum(sum(answers.values()) for answers in night.hosts.values())
    yield _at_most(allowed, "bad_bodies", night.source, bad, asked, "addresses gave no whole document")


def packaged(released: Path, following: Path, allowed: Limits) -> Iterator[Gate]:
    """The new packages in ``following`` against the ``released`` ones of the same name."""
    for folder in sorted(path.parent for path in released.glob("*/datapackage.json")):
        beside = following / folder.name
        before = descriptor.rows(folder)["facts"]
        after = descriptor.rows(beside)["facts"] if (beside / "datapackage.json").is_file() else 0
        yield _at_most_gone(allowed, "facts", folder.name, before - after, before, "facts fewer")
        yield _at_most(allowed, "facts", folder.name, after, before, "facts, against those of the last release")
        if after:
            changed, common = _parser_changes(folder, beside)
            words = "facts of unchanged documents differ"
            yield _at_most(allowed, "parser_changes", folder.name, changed, common, words)


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


def _at_most_gone(allowed: Limits, name: str, what: str, gone: int, before: int, words: str) -> Gate:
    limit = allowed[name]
    most = max((1 - limit["least"]) * before, limit["spare"])
    return _gate(f"{name} {what}", gone <= most, most, f"{gone} of {before} {words}")


def _at_most(allowed: Limits, name: str, what: str, count: int, whole: int, words: str) -> Gate:
    limit = allowed[name]
    most = max(limit["most"] * whole, limit["spare"])
    return _gate(f"{name} {what}", count <= most, most, f"{count} of {whole} {words}")


def _gate(name: str, held: bool, most: float, found: str) -> Gate:
    remedy = "look at the report; if the change is right, release it with `yusuan package` and `yusuan build`"
    expected = f"at most {most:.0f}"
    return Gate(name=name, held=held, expected=expected, found=found, remedy="" if held else remedy)


def as_rows(gates: Sequence[Gate]) -> list[dict[str, Any]]:
    """Gates as plain JSON types."""
    return [dict(vars(gate)) for gate in gates]
