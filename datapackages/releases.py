"""Dated releases: the packages as they were on a day, what differs from the release before, and a feed of them all.

``data/releases/<date>/`` holds the zips, ``manifest.json``, ``delta/<resource>.csv``, ``redirects.csv`` and
``SHA256SUMS``; ``latest`` points to the newest, ``feed.atom`` lists them. A release is named by the date of its
latest news, with -2, -3 … where another of that date is there; it is never changed afterwards.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from datapackages import checksums, delta, descriptor, feed, redirects, schemas, tabular, whole_file
from datapackages.loading import SHARED

FOLDER = "releases"
LATEST = "latest"
MANIFEST = "manifest.json"
NAME = re.compile(r"(?:\d{4}-\d{2}-\d{2}|undated)(?:-\d+)?")
Manifest = dict[str, Any]


class NothingToRelease(ValueError):
    """There are no packages; the message names the next command."""


def release(data: Path) -> Path:
    """Keep the packages under ``data/packages`` as a release and return its folder.

    Packages that are those of the latest release make none: its folder is returned. Raises NothingToRelease.
    """
    packages = _packages(data / "packages")
    if not packages:
        raise NothingToRelease(f"{data / 'packages'} holds no data package; run `yusuan package` first")
    root = data / FOLDER
    before = next(iter(reversed(manifests(root))), None)
    if before and _hashes(before) == {entry["name"]: entry["sha256"] for entry in packages}:
        return root / str(before["release"])
    created = max((entry["created"] for entry in packages), default="")
    name = _name(root, created[:10] or "undated")
    beside = root / f"{name}.next"
    shutil.rmtree(beside, ignore_errors=True)
    (beside / "delta").mkdir(parents=True)
    for entry in packages:
        whole_file.share(data / "packages" / f"{entry['name']}.zip", beside / f"{entry['name']}.zip")
    manifest: Manifest = {
        "release": name,
        "number": before["number"] + 1 if before else 1,
        "previous": before["release"] if before else "",
        "created": created,
        "packages": packages,
        "rows": dict(sum((Counter(entry["rows"]) for entry in packages), Counter())),
    }
    manifest["delta"] = _differ(root, before, beside, manifest)
    _dump(beside / MANIFEST, manifest)
    checksums.write(beside, "**/*")
    os.replace(beside, root / name)
    _point(root / LATEST, name)
    feed.write(root / feed.NAME, manifests(root))
    return root / name


def manifests(root: Path) -> list[Manifest]:
    """The manifests of all releases, the oldest first."""
    paths = [path for path in root.glob(f"*/{MANIFEST}") if _is_release(path)]
    found = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return sorted(found, key=lambda manifest: int(manifest["number"]))


def _is_release(path: Path) -> bool:
    return bool(NAME.fullmatch(path.parent.name)) and not path.parent.is_symlink()


def _packages(folder: Path) -> list[dict[str, Any]]:
    folders = sorted(path.parent for path in folder.glob("*/datapackage.json"))
    return [_package(package) for package in folders]


def _package(folder: Path) -> dict[str, Any]:
    told, packed = descriptor.read(folder), folder.with_name(f"{folder.name}.zip")
    return {
        "name": folder.name,
        "title": told["title"],
        "version": told["version"],
        "created": told.get("created", ""),
        "bytes": packed.stat().st_size,
        "sha256": descriptor.sha256(packed),
        "rows": descriptor.rows(folder),
    }


def _hashes(manifest: Manifest) -> dict[str, str]:
    return {entry["name"]: entry["sha256"] for entry in manifest["packages"]}


def _name(root: Path, date: str) -> str:
    taken = {path.name for path in root.glob(f"{date}*")}
    return next(name for name in (date, *(f"{date}-{n}" for n in range(2, 1000))) if name not in taken)


def _differ(root: Path, before: Manifest | None, folder: Path, manifest: Manifest) -> dict[str, dict[str, int]]:
    """Write the rows that differ from the release before, and where ids have gone; counts them.

    The first release differs from nothing.
    """
    old, new = (_zips(root / before["release"], before), _zips(folder, manifest)) if before else ({}, {})
    counted, watch = {}, redirects.Watch()
    for resource in schemas.RESOURCES:
        sides = _to_read(resource, old, new), _to_read(resource, new, old)
        found: Counter[str] = Counter()
        with tabular.writing(folder / "delta" / f"{resource}.csv") as writer:
            writer.writerow((*delta.COLUMNS, *schemas.fields(resource)))
            for difference in delta.differences(resource, *sides):
                writer.writerow(difference.cells())
                watch.see(resource, difference)
                found[difference.change] += 1
        counted[resource] = {change: found[change] for change in ("added", "modified", "deleted")}
    earlier = redirects.read(root / before["release"]) if before else []
    redirects.write(folder, redirects.together(earlier, watch.found(manifest["release"]), watch.back))
    return counted


def _zips(folder: Path, manifest: Manifest) -> dict[str, Path]:
    """SHA-256 → zip of each package of a release."""
    return {entry["sha256"]: folder / f"{entry['name']}.zip" for entry in manifest["packages"]}


def _to_read(resource: str, own: dict[str, Path], others: dict[str, Path]) -> list[Path]:
    """The zips that may hold a differing row: those that the other release has not.

    A row that packages repeat may have left one and stayed in another, so all are read for these.
    """
    return [path for sha256, path in own.items() if resource in SHARED or sha256 not in others]


def _point(link: Path, name: str) -> None:
    beside = link.with_name(f"{link.name}.next")
    beside.unlink(missing_ok=True)
    beside.symlink_to(name)
    os.replace(beside, link)


def _dump(path: Path, told: Manifest) -> None:
    whole_file.replace(path, json.dumps(told, ensure_ascii=False, indent=2) + "\n")
