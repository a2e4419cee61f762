"""The database's tables, drawn from the Table Schemas, so that site and packages cannot differ.

``amount`` has NUMERIC affinity: it reads as the decimal it is, sorts and filters as a number, and is
never summed. ``amount_fen`` holds exact fen for every sum and check.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datapackages import codes, schemas

AFFINITY = {
    "string": "TEXT",
    "list": "TEXT",
    "array": "TEXT",
    "integer": "INTEGER",
    "boolean": "INTEGER",
    "number": "NUMERIC",
}

# A list begins with the column that readers filter by; that of facts goes on with the amount, by which they are
# sorted, so that a page reads its fifty rows and no others. What readers count by is counted when the database is
# made (facet_counts.py); an index that covers it all would be a sixth of the table.
INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
    "facts": (
        ("amount",),
        ("jurisdiction", "amount"),
        ("jurisdiction", "document_year", "amount"),
        ("document_year", "amount"),
        ("stage", "amount"),
        ("unit_id", "document_year", "canonical"),
        ("unit_name", "amount"),
        ("canonical", "amount"),
        ("function_name", "amount"),
        ("function_code", "amount"),
        ("fund", "amount"),
        ("table_id", "row", "column"),
        ("sha256", "page"),
        ("item", "document_year", "unit_name"),
    ),
    "documents": (("jurisdiction", "fiscal_year", "stage", "unit_id"), ("unit_id", "fiscal_year", "stage")),
    "tables": (
        ("sha256", "page"),
        ("jurisdiction", "document_year", "canonical", "state", "stage"),
        ("unit_id", "document_year", "canonical"),
        ("canonical", "document_year", "state"),
    ),
    "printed": (("sha256", "page"), ("jurisdiction", "document_year", "stage"), ("unit_id", "document_year")),
    "issues": (
        ("type", "severity", "document_year", "jurisdiction"),
        ("jurisdiction", "type", "severity", "document_year"),
        ("unit_id", "type"),
        ("table_id",),
    ),
    "statements": (
        ("sha256", "page"),
        ("fact_id",),
        ("jurisdiction", "document_year", "stage", "metric", "agreement"),
        ("unit_id", "document_year", "metric"),
        ("metric", "document_year", "stage", "agreement", "jurisdiction"),
        ("document_year", "metric", "stage", "agreement", "jurisdiction"),
    ),
    "performance": (
        ("table_id",),
        ("jurisdiction", "document_year", "stage", "canonical", "attribute"),
        ("unit_id", "document_year"),
        ("canonical", "document_year", "stage", "jurisdiction", "attribute"),
    ),
    "indicators": (
        ("jurisdiction", "document_year", "stage", "level1", "level2"),
        ("unit_id", "document_year"),
        ("level1", "level2", "document_year", "stage", "jurisdiction"),
    ),
    "covers": (("sha256", "page"), ("jurisdiction", "document_year", "stage"), ("unit_id", "document_year")),
    "projects": (
        ("table_id",),
        ("jurisdiction", "document_year", "stage", "canonical", "kind"),
        ("unit_id", "document_year"),
        ("amount",),
        ("kind", "document_year", "stage", "canonical", "jurisdiction"),
    ),
    "purchases": (
        ("table_id", "row"),
        ("jurisdiction", "document_year", "stage", "canonical", "row_role", "method"),
        ("unit_id", "document_year"),
        ("amount",),
        ("canonical", "row_role", "document_year", "stage", "method", "jurisdiction"),
    ),
    "checks": (
        ("sha256", "page"),
        ("table_id",),
        ("fact_id",),
        ("outcome", "rule", "kind", "fault", "document_year", "stage", "jurisdiction"),
        ("jurisdiction", "rule", "outcome", "kind", "fault", "document_year", "stage"),
        ("rule", "outcome", "fault", "document_year", "stage", "jurisdiction"),
        ("unit_id", "outcome", "rule"),
        ("kind", "outcome", "rule", "fault", "document_year", "stage", "jurisdiction"),
    ),
    "changes": (
        ("sha256", "new_page"),
        ("new_fact_id",),
        ("cause", "kind", "document_year", "stage", "jurisdiction"),
        ("jurisdiction", "document_year", "stage", "cause", "kind", "canonical"),
        ("unit_id", "document_year"),
        ("document_year", "stage", "cause", "kind", "canonical", "jurisdiction"),
        ("canonical", "cause", "kind", "document_year", "stage", "jurisdiction"),
    ),
    "corrections": (("sha256",), ("fact_id",), ("state", "reason", "document_year", "jurisdiction")),
    "sections": (("jurisdiction", "document_year", "stage", "unit_id"), ("unit_id", "document_year")),
    "line_links": (
        ("rule", "document_year", "stage", "jurisdiction"),
        ("unit_id", "document_year"),
        ("jurisdiction", "document_year", "stage", "rule"),
        ("code",),
    ),
    "ledger": (
        ("state", "document_year", "stage", "jurisdiction"),
        ("jurisdiction", "document_year", "stage", "state"),
        ("document_year", "stage", "state", "jurisdiction"),
    ),
    "slots": (("sha256",), ("document_year", "stage", "is_current", "unit_id")),
    "sightings": (("url",),),
    "units": (("jurisdiction", "name"), ("parent",)),
}

PACKAGES = """CREATE TABLE "packages" (
  "name" TEXT PRIMARY KEY,
  "title" TEXT NOT NULL,
  "jurisdiction" TEXT REFERENCES "jurisdictions" ("code"),
  "document_year" INTEGER,
  "stage" TEXT REFERENCES "stages" ("code"),
  "version" TEXT NOT NULL,
  "created" TEXT,
  "documents" INTEGER NOT NULL,
  "tables" INTEGER NOT NULL,
  "facts" INTEGER NOT NULL,
  "issues" INTEGER NOT NULL,
  "zip_bytes" INTEGER NOT NULL,
  "zip_sha256" TEXT NOT NULL
)"""


def tables() -> Iterator[str]:
    """Yield the CREATE TABLE statements: word lists, resources, packages."""
    for vocabulary in codes.vocabularies():
        yield (
            f'CREATE TABLE "{vocabulary}" (\n  "code" TEXT PRIMARY KEY,\n'
            '  "label_zh" TEXT NOT NULL,\n  "label_en" TEXT NOT NULL\n)'
        )
    yield from map(_table, schemas.RESOURCES)
    yield PACKAGES


def indexes() -> Iterator[str]:
    """Yield the CREATE INDEX statements."""
    for resource, indexed in INDEXES.items():
        for columns in indexed:
            named = "_".join((resource, *columns))
            listed = ", ".join(f'"{column}"' for column in columns)
            yield f'CREATE INDEX "{named}" ON "{resource}" ({listed})'


def columns(resource: str) -> list[str]:
    """Return the table's columns: the schema's fields, and the fen after an amount in yuan."""
    names = []
    for name in schemas.fields(resource):
        names.append(name)
        if name == "amount":
            names.append("amount_fen")
    return names


def _table(resource: str) -> str:
    fields = schemas.fields(resource)
    lines = [_column(resource, fields.get(name), name) for name in columns(resource)]
    lines.append(f"PRIMARY KEY ({_listed(schemas.key(resource))})")
    for key in schemas.schema(resource).get("foreignKeys", ()):
        resource_of, fields_of = key["reference"]["resource"], _listed(key["reference"]["fields"])
        lines.append(f'FOREIGN KEY ({_listed(key["fields"])}) REFERENCES "{resource_of}" ({fields_of})')
    body = ",\n  ".join(lines)
    return f'CREATE TABLE "{resource}" (\n  {body}\n)'


def _column(resource: str, field: dict[str, Any] | None, name: str) -> str:
    if field is None:
        return f'"{name}" INTEGER'
    required = field.get("constraints", {}).get("required") or name in schemas.key(resource)
    parts = [f'"{name}"', AFFINITY[field["type"]], "NOT NULL" if required else ""]
    if "codes" in field and field["type"] != "list":
        parts.append(f'REFERENCES "{field["codes"]}" ("code")')
    return " ".join(filter(None, parts))


def _listed(names: Any) -> str:
    return ", ".join(f'"{name}"' for name in names)
