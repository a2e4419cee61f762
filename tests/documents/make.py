"""Make every made-up document: the demo city with its site, and one tiny PDF for each printed form.

    python tests/documents/make.py [FOLDER]

Same fonts and libraries make the same bytes; made_with.json says which ones made the committed files.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the generator is a folder of this folder, not an installed package

import fontTools  # noqa: E402
import reportlab  # noqa: E402
from generator import document, fixtures, font, performance, site  # noqa: E402
from generator.city import departments, plan, units  # noqa: E402


def main(target: Path) -> None:
    """Write everything under ``target``, replacing what an earlier run made there."""
    if not font.installed():
        sys.exit(f"{font.CHINESE} or {font.LATIN} is missing: install fonts-droid-fallback and fonts-dejavu-core")
    with tempfile.TemporaryDirectory() as scratch:
        drawable = font.register(Path(scratch))
        _make_fixtures(target, drawable)
        _make_city(target / "demo", drawable)
    _dump(target / "made_with.json", made_with())


def made_with() -> dict[str, Any]:
    """What decides the bytes of a PDF: the fonts, the two libraries and the compressor."""
    return {
        "fonts": font.digests(),
        "reportlab": reportlab.__version__,
        "fonttools": fontTools.version,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }


def _make_fixtures(target: Path, drawable: frozenset[int]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for spec in fixtures.fixtures():
        truth = fixtures.make(spec, target / f"{spec['file']}.pdf", drawable)
        _dump(target / f"{spec['file']}.truth.json", truth)


def _make_city(demo: Path, drawable: frozenset[int]) -> None:
    for folder in ("night1", "night2", "truth"):
        shutil.rmtree(demo / folder, ignore_errors=True)
    found = site.places(list(document.documents()))
    site.write(demo / "night1", found)
    planted: list[dict[str, Any]] = []
    truths: dict[str, dict[str, Any]] = {}
    for place in found:
        path = demo / f"night{place.document.night}" / place.path
        path.parent.mkdir(parents=True, exist_ok=True)
        truth, errors = document.make(place.document, path, drawable)
        truths[place.document.name] = {**truth, "file": path.relative_to(demo).as_posix()}
        planted += [{"file": path.relative_to(demo).as_posix(), **error} for error in errors]
        _dump(demo / "truth" / f"{place.document.name}.json", truths[place.document.name])
    _dump(demo / "planted.json", planted)
    _dump(demo / "edited.json", [_edit(truths, name) for name in truths if name.endswith("-edited")])
    _dump(demo / "people.json", _people(truths))
    _write_documents(demo, found)
    _write_units(demo)


def _edit(truths: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    """The cells by which an edited document differs from the one it replaced, read off their truths."""
    before, after = truths[name.removesuffix("-edited")], truths[name]
    cells = [
        {
            "canonical": old["canonical"],
            "block": old["block"],
            "row": row,
            "row_name": line[0],
            "column": column,
            "column_path": old["columns"][column - 1],
            "before": line[column - 1],
            "after": text,
        }
        for old, new in zip(before["tables"], after["tables"], strict=True)
        for row, (line, other) in enumerate(zip(old["rows"], new["rows"], strict=True), 1)
        for column, text in enumerate(other, 1)
        if text != line[column - 1]
    ]
    return {"before": before["file"], "after": after["file"], "cells": cells}


def _people(truths: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """The names and numbers of people printed in each file that has performance forms; they are no data."""
    printed = list(performance.wording()["people"].values())
    return {truth["file"]: printed for truth in truths.values() if truth.get("performance")}


def _write_documents(demo: Path, found: list[site.Place]) -> None:
    host = site.words()["host"]
    rows = []
    for place in found:
        made, file = place.document, f"night{place.document.night}/{place.path}"
        rows.append(
            {
                "name": made.name,
                "file": file,
                "night": made.night,
                "unit_id": made.owner_id,
                "unit_name": made.accounts.name,
                "document_year": made.accounts.year,
                "stage": made.accounts.stage,
                "scope": "department" if len(made.accounts.units) > 1 else "unit",
                "title": made.title,
                "url": f"http://{host}/{place.path}",
                "page_url": f"http://{host}/{place.page}",
                "published_on": place.published_on,
                "sha256": hashlib.sha256((demo / file).read_bytes()).hexdigest(),
            }
        )
    _write_csv(demo / "documents.csv", rows)


def _write_units(demo: Path) -> None:
    """The units as the registry would list them; a former name is an alias, no unit of its own."""
    rows = [
        {
            "unit_id": department.id,
            "name": department.name,
            "aliases": "",
            "short_names": department.short,
            "kind": "department",
            "parent": "",
            "jurisdiction": "999900",
            "official_code": department.code,
            "valid_from": "2024-01-01",
        }
        for department in departments().values()
    ]
    rows += [
        {
            "unit_id": unit.id,
            "name": unit.name,
            "aliases": unit.former_name,
            "short_names": "",
            "kind": unit.kind,
            "parent": unit.department.id,
            "jurisdiction": "999900",
            "official_code": unit.code,
            "valid_from": "2024-01-01",
        }
        for unit in units()
    ]
    rows += [
        {
            "unit_id": entry["id"],
            "name": entry["name"],
            "aliases": "",
            "short_names": "",
            "kind": entry["kind"],
            "parent": entry["department"],
            "jurisdiction": "999900",
            "official_code": entry["code"],
            "valid_from": entry["founded"],
        }
        for entry in plan()["newcomers"]
    ]
    _write_csv(demo / "units.csv", rows)


def _write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _dump(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
