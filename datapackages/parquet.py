"""Data packages → Parquet: ``facts/year=2026/place=140200/budget.parquet``, the same bytes for the same packages.

Rows that packages repeat (places, units, classifications) stand once, in ``<resource>/all.parquet``. Money is
DECIMAL(38,10): what is finer is rounded here, and exact in the CSV. A year that could not be told is 0.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from datapackages import checksums, descriptor, schemas
from datapackages.descriptor import PackageKey
from datapackages.loading import SHARED
from datapackages.workers import Shown, unseen

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER = "parquet"
MONEY = "DECIMAL(38,10)"
EDGES = ("x0", "top", "x1", "bottom")
# One thread and no library fetched on the way: the bytes depend on the rows alone.
SETTINGS: dict[str, Any] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
LONGEST_LINE = 64 << 20  # bytes: chapters of prose
DIALECT = (
    f"auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
    f"strict_mode = true, max_line_size = {LONGEST_LINE}"
)


class Origin(NamedTuple):
    """What a file tells of a package that its rows are from."""

    package: str  # name@version
    licence: str


def write(packages: Iterable[Path], target: Path, shown: Shown = unseen) -> None:
    """Write the Parquet files of all packages and their SHA256SUMS, in place of what ``target`` held."""
    import duckdb  # here, because only this needs it

    # Of a descriptor only this is kept: all of a thousand packages are half a gigabyte.
    origins = {folder: _origin(folder) for folder in sorted(packages)}
    beside, earlier = target.with_name(f"{target.name}.next"), target.with_name(f"{target.name}.old")
    for leftover in (beside, earlier):
        shutil.rmtree(leftover, ignore_errors=True)
    with duckdb.connect(config=SETTINGS) as connection:
        for resource in shown(schemas.RESOURCES, len(schemas.RESOURCES), "Writing Parquet"):
            if resource in SHARED:
                _copy(connection, resource, origins, beside / resource / "all.parquet")
                continue
            for folder, origin in origins.items():
                key = PackageKey.of(folder.name)
                partition = f"year={key.year}/place={key.jurisdiction or 'unplaced'}/{key.stage}.parquet"
                _copy(connection, resource, {folder: origin}, beside / resource / partition)
    checksums.write(beside, "**/*.parquet")
    if target.exists():
        os.replace(target, earlier)
    os.replace(beside, target)
    shutil.rmtree(earlier, ignore_errors=True)


def _origin(folder: Path) -> Origin:
    told = descriptor.read(folder)
    return Origin(f"{told['name']}@{told['version']}", told["licenses"][0]["path"])


def _copy(connection: DuckDBPyConnection, resource: str, origins: Mapping[Path, Origin], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    files = ", ".join(_quoted(folder / "data" / f"{resource}.csv") for folder in origins)
    columns = ", ".join(f'{_typed(field)} AS "{name}"' for name, field in schemas.fields(resource).items())
    key = ", ".join(f'"{name}"' for name in schemas.key(resource))
    once = f" QUALIFY row_number() OVER (PARTITION BY {key}) = 1 ORDER BY {key}" if len(origins) > 1 else ""
    lines = f"read_csv([{files}], columns = {_texts(resource)}, {DIALECT})"
    about = _about(resource, origins.values())
    connection.execute(
        f"COPY (SELECT {columns} FROM {lines}{once}) TO {_quoted(path)} "
        f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {about})"
    )


def _typed(field: dict[str, Any]) -> str:
    """The SQL that makes a cell's text what its field says."""
    name, kind = f'"{field["name"]}"', field["type"]
    if kind == "integer":
        return f"CAST({name} AS BIGINT)"
    if kind == "number":
        return f"CAST({name} AS {'DOUBLE' if field['name'].endswith(EDGES) else MONEY})"
    if kind == "boolean":
        return f"{name} = '1'"
    if kind == "list":
        return f"string_split({name}, '|')"
    return name


def _texts(resource: str) -> str:
    return "{" + ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in schemas.fields(resource)) + "}"


def _about(resource: str, origins: Collection[Origin]) -> str:
    """What the file's own metadata says: the schema, and the packages and versions that the rows are from."""
    about = {
        "title": schemas.schema(resource)["title"],
        "description": schemas.schema(resource)["description"],
        "packages": " ".join(origin.package for origin in origins),
        "licence": next(iter(origins)).licence,
    }
    return "{" + ", ".join(f"{name}: {_quoted(text)}" for name, text in about.items()) + "}"


def _quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"
