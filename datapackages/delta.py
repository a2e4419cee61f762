"""What differs between two sets of packed packages, row by row: added, modified and deleted, told by the keys.

Rows wait in a database on disk, so that memory does not grow with them. A row that moved from one package to
another has not changed.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from datapackages import schemas

COLUMNS = ("change", "changed_fields")  # before the resource's own
DIFFERENT = """
SELECT key, old.line, new.line FROM new LEFT JOIN old USING (key) WHERE old.line IS NOT new.line
UNION ALL SELECT key, old.line, NULL FROM old LEFT JOIN new USING (key) WHERE new.line IS NULL
ORDER BY key
"""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A row that is not in both releases alike; ``before`` or ``after`` is None where it is not there."""

    before: Mapping[str, str] | None
    after: Mapping[str, str] | None

    @property
    def change(self) -> str:
        """added, modified or deleted."""
        return "added" if self.before is None else "modified" if self.after is not None else "deleted"

    @property
    def row(self) -> Mapping[str, str]:
        """The row as it is now, or as it last was."""
        return self.after or self.before or {}

    def cells(self) -> list[str]:
        """The line of a delta: what happened, which fields are others, and the row."""
        fields = self._fields() if self.change == "modified" else []
        return [self.change, "|".join(fields), *self.row.values()]

    def _fields(self) -> list[str]:
        before, after = self.before or {}, self.after or {}
        return [name for name in after if after[name] != before[name]]


def differences(resource: str, before: Iterable[Path], after: Iterable[Path]) -> Iterator[Difference]:
    """Yield the differing rows of a resource in the order of their keys; ``before`` and ``after`` are zips."""
    names = list(schemas.fields(resource))
    with closing(sqlite3.connect("")) as connection:  # "" is a file that vanishes with the connection
        for table, zips in (("old", before), ("new", after)):
            connection.execute(f"CREATE TABLE {table} (key TEXT PRIMARY KEY, line TEXT) WITHOUT ROWID")
            rows = (row for path in zips for row in _rows(path, resource))
            connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", rows)
        for _, old, new in connection.execute(DIFFERENT):
            sides = [dict(zip(names, json.loads(line), strict=True)) if line else None for line in (old, new)]
            yield Difference(before=sides[0], after=sides[1])


def _rows(path: Path, resource: str) -> Iterator[tuple[str, str]]:
    """Key and line of each row, in the fields that the schema has now."""
    with zipfile.ZipFile(path) as archive, archive.open(f"data/{resource}.csv") as raw:
        for row in csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8", newline="")):
            key = json.dumps([row[name] for name in schemas.key(resource)], ensure_ascii=False)
            yield key, json.dumps([row.get(name, "") for name in schemas.fields(resource)], ensure_ascii=False)
