"""Write the data dictionary in README.md from the Table Schemas: ``python -m datapackages.dictionary``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datapackages import schemas

README = Path(__file__).with_name("README.md")
START = "<!-- dictionary: written by python -m datapackages.dictionary -->\n"
END = "<!-- end of dictionary -->\n"


def dictionary() -> str:
    """Return one Markdown table for each resource: field, Chinese title, type and meaning."""
    return "\n".join(line for resource in schemas.RESOURCES for line in _resource(resource))


def current(readme: str) -> str:
    """Return README.md with its dictionary as the schemas have it now."""
    before, _, rest = readme.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{dictionary()}\n{END}{after}"


def _resource(resource: str) -> Iterator[str]:
    schema = schemas.schema(resource)
    yield f"### `{resource}` {schema['title']}\n\n{schema['description']}. Key: {_quoted(schema['primaryKey'])}.\n"
    yield "| field | 名称 | type | meaning |\n|---|---|---|---|"
    yield from map(_field, schema["fields"])
    yield ""


def _field(field: dict[str, Any]) -> str:
    kind = field["type"]
    if "codes" in field:
        kind += f" ([{field['codes']}](codes/{field['codes']}.csv))"
    required = ", required" if field.get("constraints", {}).get("required") else ""
    meaning = field["description"].replace("<", "&lt;").replace("|", "\\|")
    return f"| `{field['name']}` | {field['title']} | {kind}{required} | {meaning} |"


def _quoted(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
