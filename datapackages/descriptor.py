"""Describe a data package: ``datapackage.json`` (Data Package v2)."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import yaml

from datapackages import codes, schemas
from datapackages.model import Sighting

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
DIALECT = {
    "delimiter": ",",
    "lineTerminator": "\n",
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
}


class Named(Protocol):
    """What a package is called, and in Chinese the parts of what it is of: place, year, stage …"""

    @property
    def name(self) -> str: ...

    @property
    def parts(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, kw_only=True, order=True)
class PackageKey:
    """One place, year and stage; "" and 0 stand for what could not be told."""

    jurisdiction: str
    year: int
    stage: str

    @property
    def name(self) -> str:
        """The package's name, such as cn-140200-2026-budget."""
        return f"cn-{self.jurisdiction or 'unplaced'}-{self.year or 'undated'}-{self.stage}"

    @property
    def parts(self) -> tuple[str, ...]:
        """Place, year and stage as a title has them."""
        return (place_label(self.jurisdiction), year_label(self.year), stage_label(self.stage))

    @classmethod
    def of(cls, name: str) -> PackageKey:
        """Return the key that a package's name tells."""
        _, place, year, stage = name.split("-")
        return cls(
            jurisdiction="" if place == "unplaced" else place,
            year=0 if year == "undated" else int(year),
            stage=stage,
        )


def place_label(code: str) -> str:
    """The name of a place; "" is one that could not be told."""
    return codes.jurisdictions()[code].name if code else str(texts()["unplaced"])


def year_label(year: int) -> str:
    """A year as titles have it; 0 is one that could not be told."""
    return str(texts()["year"]).format(year=year) if year else str(texts()["undated"])


def stage_label(stage: str) -> str:
    """The stage as titles have it."""
    return str(texts()["unknown_stage"]) if stage == "unknown" else codes.labels("stages")[stage]


def write(folder: Path, named: Named, sightings: Iterable[Sighting], rows: Mapping[str, int]) -> dict[str, Any]:
    """Write and return datapackage.json for the CSV files in ``folder/data``."""
    described = describe(folder, named, list(sightings), rows)
    text = json.dumps(described, ensure_ascii=False, indent=2) + "\n"
    (folder / "datapackage.json").write_text(text, encoding="utf-8", newline="\n")
    return described


def describe(folder: Path, named: Named, sightings: list[Sighting], rows: Mapping[str, int]) -> dict[str, Any]:
    """Return the descriptor; ``version`` and ``created`` come from the dates of the sightings."""
    news = max((date for seen in sightings for date in (seen.first_seen, seen.vanished_on)), default="")
    return {
        "$schema": PROFILE,
        "name": named.name,
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"yusuan:{named.name}")),
        "title": texts()["title"].format(subject="".join(named.parts)),
        "description": texts()["description"].format(subject=", ".join(named.parts)),
        "version": _version(news),
        **({"created": _moment(news)} if news else {}),
        "licenses": [texts()["licence"]],
        "contributors": texts()["contributors"],
        "keywords": texts()["keywords"],
        # The profile allows no empty list: a round of which nothing was published has no sources.
        **({"sources": _sources(sightings)} if sightings else {}),
        "resources": [_resource(folder, resource, rows[resource]) for resource in schemas.RESOURCES],
    }


@cache
def texts() -> dict[str, Any]:
    """What is printed into each package (``package_texts.yaml``)."""
    text = Path(__file__).with_name("package_texts.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _version(news: str) -> str:
    numbers = re.match(r"(\d{4})-(\d{2})-(\d{2})", news)
    return ".".join(str(int(number)) for number in numbers.groups()) if numbers else "0.0.0"


def _moment(date: str) -> str:
    return f"{date}T00:00:00Z" if len(date) == len("2026-03-20") else date.replace(" ", "T")


def _sources(sightings: list[Sighting]) -> list[dict[str, str]]:
    found = []
    for seen in sorted(sightings, key=lambda seen: (seen.sha256, seen.url, seen.page_url)):
        named = {"title": seen.title or seen.publisher or seen.sha256[:16]}
        # The profile takes addresses and relative paths; the name of an imported file is neither.
        path = {"path": seen.url} if seen.url.startswith(("http://", "https://")) else {}
        found.append({**named, **path, "sha256": seen.sha256})
    return found


def _resource(folder: Path, resource: str, rows: int) -> dict[str, Any]:
    path = folder / "data" / f"{resource}.csv"
    table_schema = dict(schemas.schema(resource))
    title, description = table_schema.pop("title"), table_schema.pop("description")
    return {
        "name": resource,
        "path": f"data/{resource}.csv",
        "type": "table",
        "title": title,
        "description": description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": DIALECT,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256(path)}",
        "rows": rows,
        "schema": table_schema,
    }


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(folder: Path) -> dict[str, Any]:
    """Return the descriptor of the package in that folder."""
    loaded: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return loaded


def rows(folder: Path) -> dict[str, int]:
    """Return resource → number of rows, as the package's descriptor says."""
    return {entry["name"]: entry["rows"] for entry in read(folder)["resources"]}


def hashes(folder: Path) -> dict[str, tuple[Path, str]]:
    """Return resource → its file and the SHA-256 that it must have, as the package's descriptor says."""
    listed = read(folder)["resources"]
    return {entry["name"]: (folder / entry["path"], entry["hash"].removeprefix("sha256:")) for entry in listed}


def size(folder: Path) -> int:
    """Return the bytes of a package's tables, as its descriptor says."""
    return sum(int(entry["bytes"]) for entry in read(folder)["resources"])
