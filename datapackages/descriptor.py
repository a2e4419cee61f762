"""Describe a data package: ``datapackage.json`` (Data Package v2) and its README.md."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

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

    @classmethod
    def of(cls, name: str) -> PackageKey:
        """Return the key that a package's name tells."""
        _, place, year, stage = name.split("-")
        return cls(
            jurisdiction="" if place == "unplaced" else place,
            year=0 if year == "undated" else int(year),
            stage=stage,
        )


def write(folder: Path, key: PackageKey, sightings: Iterable[Sighting], rows: Mapping[str, int]) -> None:
    """Write datapackage.json and README.md for the CSV files in ``folder/data``."""
    described = describe(folder, key, list(sightings), rows)
    text = json.dumps(described, ensure_ascii=False, indent=2) + "\n"
    (folder / "datapackage.json").write_text(text, encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(_readme(described), encoding="utf-8", newline="\n")


def describe(folder: Path, key: PackageKey, sightings: list[Sighting], rows: Mapping[str, int]) -> dict[str, Any]:
    """Return the descriptor; ``version`` and ``created`` come from the dates of the sightings."""
    texts, labels = _texts(), _labels(key)
    news = max((date for seen in sightings for date in (seen.first_seen, seen.vanished_on)), default="")
    return {
        "$schema": PROFILE,
        "name": key.name,
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"yusuan:{key.name}")),
        "title": texts["title"].format(**labels),
        "description": texts["description"].format(**labels),
        "version": _version(news),
        **({"created": _moment(news)} if news else {}),
        "licenses": [texts["licence"]],
        # The profile allows no empty list: a round of which nothing was published has no sources.
        **({"sources": _sources(sightings)} if sightings else {}),
        "resources": [_resource(folder, resource, rows[resource]) for resource in schemas.RESOURCES],
    }


@cache
def _texts() -> dict[str, Any]:
    text = Path(__file__).with_name("package_texts.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _labels(key: PackageKey) -> dict[str, str]:
    texts, places = _texts(), codes.jurisdictions()
    return {
        "place": places[key.jurisdiction].name if key.jurisdiction else texts["unplaced"],
        "year": texts["year"].format(year=key.year) if key.year else texts["undated"],
        "stage": texts["unknown_stage"] if key.stage == "unknown" else codes.labels("stages")[key.stage],
    }


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


def _readme(described: Mapping[str, Any]) -> str:
    lines = [f"| `{entry['path']}` | {entry['title']} | {entry['rows']} |" for entry in described["resources"]]
    text: str = _texts()["readme"]
    return text.format(
        title=described["title"], name=described["name"], version=described["version"], table="\n".join(lines)
    )


def read(folder: Path) -> dict[str, Any]:
    """Return the descriptor of the package in that folder."""
    loaded: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return loaded


def rows(folder: Path) -> dict[str, int]:
    """Return resource → number of rows, as the package's descriptor says."""
    return {entry["name"]: entry["rows"] for entry in read(folder)["resources"]}
