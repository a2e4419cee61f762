"""Write what follows from other files: ``python -m datapackages.dictionary``.

The enums of the Table Schemas follow from the closed word lists in ``codes/``, the data dictionary in
README.md from the Table Schemas.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datapackages import codes, schemas

README = Path(__file__).with_name("README.md")
START = "<!-- dictionary: written by python -m datapackages.dictionary -->\n"
END = "<!-- end of dictionary -->\n"


def dictionary(word_lists: str = "codes/{}.csv") -> str:
    """Return one Markdown table for each resource: field, Chinese title, type and meaning.

    ``word_lists`` is where the closed lists lie, for links to them; "" for none.
    """
    return "\n".join(line for resource in schemas.RESOURCES for line in _resource(resource, word_lists))


def current(readme: str) -> str:
    """Return README.md with its dictionary as the schemas have it now."""
    before, _, rest = readme.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{dictionary()}\n{END}{after}"


def with_enums(schema: str) -> str:
    """Return the text of a schema file, one field a line, with the enums as the word lists have them now."""
    return "".join(map(_with_enum, schema.splitlines(keepends=True)))


def _with_enum(line: str) -> str:
    if '"enum": ' not in line:
        return line
    field = json.loads(line.strip().removesuffix(","))
    field["constraints"]["enum"] = list(codes.labels(field["codes"]))
    comma = "," if line.rstrip().endswith(",") else ""
    return f"    {json.dumps(field, ensure_ascii=False)}{comma}\n"


def _resource(resource: str, word_lists: str) -> Iterator[str]:
    schema = schemas.schema(resource)
    yield f"### `{resource}` {schema['title']}\n\n{schema['description']}. Key: {_quoted(schema['primaryKey'])}.\n"
    yield f"{schema['description_zh']}\n"
    yield "| field | 名称 | type | meaning | 含义 |\n|---|---|---|---|---|"
    yield from (_field(field, word_lists) for field in schema["fields"])
    yield ""


def _field(field: dict[str, Any], word_lists: str) -> str:
    kind = field["type"]
    if listed := field.get("codes"):
        kind += f" ([{listed}]({word_lists.format(listed)}))" if word_lists else f" ({listed})"
    required = ", required" if field.get("constraints", {}).get("required") else ""
    told = (field[name].replace("<", "&lt;").replace("|", "\\|") for name in ("description", "description_zh"))
    return f"| `{field['name']}` | {field['title']} | {kind}{required} | {' | '.join(told)} |"


def _quoted(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    for path in schemas.FOLDER.glob("*.json"):
        path.write_text(with_enums(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
