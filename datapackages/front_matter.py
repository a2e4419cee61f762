"""What lies beside the descriptor of a package for its readers: README.md, CITATION.cff and zenodo.json.

All of it follows from the descriptor. ``zenodo.json`` is the metadata that Zenodo's deposit form asks for;
nothing is sent anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from datapackages import codes, dictionary
from datapackages.descriptor import texts

Described = Mapping[str, Any]


def write(folder: Path, described: Described) -> None:
    """Write the three files of a package with that descriptor."""
    _write(folder / "README.md", readme(described))
    _write(folder / "CITATION.cff", yaml.safe_dump(citation(described), allow_unicode=True, sort_keys=False))
    _write(folder / "zenodo.json", json.dumps(deposit(described), ensure_ascii=False, indent=2) + "\n")


def readme(described: Described) -> str:
    """What the package holds, its dictionary, and how to cite it, in Chinese and English."""
    lines = [f"| `{entry['path']}` | {entry['title']} | {entry['rows']} |" for entry in described["resources"]]
    text: str = texts()["readme"]
    return text.format(
        title=described["title"],
        name=described["name"],
        version=described["version"],
        table="\n".join(lines),
        citation=cited(described),
        dictionary=dictionary.dictionary(word_lists="").rstrip(),
        word_lists="\n".join(_word_lists()),
    )


def cited(described: Described) -> str:
    """The package as a list of references has it."""
    return str(texts()["citation"]).format_map(described)


def citation(described: Described) -> dict[str, Any]:
    """The content of CITATION.cff (Citation File Format 1.2.0)."""
    return {
        "cff-version": "1.2.0",
        "message": texts()["cite_as"],
        "type": "dataset",
        "title": described["title"],
        "authors": [{"name": contributor["title"]} for contributor in described["contributors"]],
        "version": described["version"],
        **({"date-released": described["created"][:10]} if "created" in described else {}),
        "license": described["licenses"][0]["name"],
        "identifiers": [{"type": "other", "value": f"urn:uuid:{described['id']}"}],
        "keywords": described["keywords"],
        "abstract": described["description"],
    }


def deposit(described: Described) -> dict[str, Any]:
    """The metadata of a deposit as Zenodo's API names it."""
    return {
        "upload_type": "dataset",
        "title": described["title"],
        "description": described["description"],
        "creators": [{"name": contributor["title"]} for contributor in described["contributors"]],
        "version": described["version"],
        **({"publication_date": described["created"][:10]} if "created" in described else {}),
        "license": described["licenses"][0]["name"].lower(),
        "access_right": "open",
        "language": "zho",
        "keywords": described["keywords"],
        "notes": cited(described),
    }


def _word_lists() -> Iterator[str]:
    for name in codes.vocabularies():
        listed = "; ".join(f"`{row['code']}` {row['label_zh']} {row['label_en']}" for row in codes.rows(name))
        yield f"- **{name}**: {listed}"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
