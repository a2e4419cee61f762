"""What programs that gather datasets read: a DCAT catalog (JSON-LD) of the packages, and llms.txt.

Links are relative to where the two files lie, beside the zips.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datapackages import checksums, descriptor, schemas, whole_file
from datapackages.descriptor import PackageKey, texts

NAMES = (CATALOG, LLMS) = ("catalog.jsonld", "llms.txt")
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
ZIP = "https://www.iana.org/assignments/media-types/application/zip"


def write(folder: Path) -> None:
    """Write both files for the packages and zips in ``folder``."""
    packages = sorted(path.parent for path in folder.glob("*/datapackage.json"))
    told = json.dumps(dcat(packages), ensure_ascii=False, indent=2) + "\n"
    whole_file.replace(folder / CATALOG, told)
    whole_file.replace(folder / LLMS, "\n".join(_llms(packages)) + "\n")


def dcat(packages: list[Path]) -> dict[str, Any]:
    """The catalog in the terms of DCAT 3: a dataset for each package, its zip as the distribution."""
    return {
        "@context": CONTEXT,
        "@id": CATALOG,
        "@type": "dcat:Catalog",
        "dct:title": _both(texts()["catalog"]),
        "dct:publisher": _publisher(),
        "dcat:dataset": [_dataset(folder) for folder in packages],
    }


def _dataset(folder: Path) -> dict[str, Any]:
    told, key = descriptor.read(folder), PackageKey.of(folder.name)
    issued = {"dct:issued": {"@value": told["created"], "@type": "xsd:dateTime"}} if "created" in told else {}
    place = {"dct:spatial": {"@type": "dct:Location", "dct:identifier": key.jurisdiction}}
    return {
        "@id": f"urn:uuid:{told['id']}",
        "@type": "dcat:Dataset",
        "dct:identifier": told["name"],
        "dct:title": {"@value": told["title"], "@language": "zh"},
        "dct:description": {"@value": told["description"], "@language": "en"},
        "dcat:version": told["version"],
        **issued,
        "dct:license": {"@id": told["licenses"][0]["path"]},
        "dct:publisher": _publisher(),
        "dcat:keyword": told["keywords"],
        **(place if key.jurisdiction else {}),
        **({"dct:temporal": _year(key.year)} if key.year else {}),
        "dcat:distribution": _zip(folder, told),
    }


def _zip(folder: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    packed = folder.with_name(f"{folder.name}.zip")
    return {
        "@type": "dcat:Distribution",
        "dcat:downloadURL": {"@id": packed.name},
        "dcat:mediaType": {"@id": ZIP},
        "dct:conformsTo": {"@id": told["$schema"]},
        "dcat:byteSize": packed.stat().st_size,
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": descriptor.sha256(packed),
        },
    }


def _year(year: int) -> dict[str, Any]:
    def day(date: str) -> dict[str, str]:
        return {"@value": date, "@type": "xsd:date"}

    period = {"dcat:startDate": day(f"{year}-01-01"), "dcat:endDate": day(f"{year}-12-31")}
    return {"@type": "dct:PeriodOfTime", **period}


def _publisher() -> dict[str, str]:
    return {"@type": "foaf:Agent", "foaf:name": texts()["contributors"][0]["title"]}


def _both(words: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"@value": words[language], "@language": language} for language in ("zh", "en")]


def _llms(packages: list[Path]) -> Iterator[str]:
    """The form of llms.txt: a title, a summary, then lists of links."""
    words = texts()["catalog"]
    yield f"# {words['zh']} {words['en']}\n"
    yield f"> {words['summary']}\n"
    yield from words["rules"]
    yield "\n## Data packages\n"
    for folder in packages:
        told = descriptor.read(folder)
        facts = descriptor.rows(folder)["facts"]
        yield f"- [{folder.name}]({folder.name}.zip): {told['title']}, version {told['version']}, {facts} figures"
    yield "\n## Resources of each package\n"
    for resource in schemas.RESOURCES:
        schema = schemas.schema(resource)
        yield f"- `{resource}` {schema['title']}: {schema['description']}"
    yield "\n## Optional\n"
    yield f"- [{CATALOG}]({CATALOG}): the same as a DCAT catalog"
    yield f"- [{checksums.NAME}]({checksums.NAME}): checksums of the zips"
