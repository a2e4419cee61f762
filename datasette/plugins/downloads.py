"""``/-/downloads``, the data packages as ZIP and the documents as they were published."""

import asyncio
import hashlib
import json
import os
import time
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl
from datasette.utils.asgi import AsgiFileDownload

LISTED = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".txt": "text/plain; charset=utf-8",
    ".zip": "application/zip",
    "": "text/plain; charset=utf-8",
}
SWITCHED = (0.02, 0.1, 0)  # seconds: the folder of packages is gone for the blink between two renames
RELEASED = (
    r"(?:latest|undated|\d{4}-\d{2}-\d{2})(?:-\d+)?"
    r"/(?:manifest\.json|redirects\.csv|SHA256SUMS|delta/[a-z_]+\.csv|[a-z0-9][a-z0-9-]{0,99}\.zip)"
)


def packages() -> list[dict[str, Any]]:
    """The ZIPs of ``data/packages`` by name, each with title, version, size and SHA-256."""
    for wait in SWITCHED:
        try:
            if listed := [_package(path) for path in sorted(_data().glob("packages/*.zip"))]:
                return listed
        except FileNotFoundError:  # one of the packages before
            pass
        time.sleep(wait)
    return []


class Released(AsgiFileDownload):  # type: ignore[misc]  # Datasette has no types
    """A file beside the packages, looked for again where a switch took it away; the answer for none comes last."""

    def __init__(self, path: Path, missing: Callable[[], Awaitable[Response]], **answer: Any) -> None:
        super().__init__(str(path), headers={"cache-control": "no-cache"}, **answer)
        self._missing = missing

    async def asgi_send(self, send: Any) -> None:
        for wait in SWITCHED:
            try:
                return await super().asgi_send(send)
            except FileNotFoundError:  # nothing has been sent
                await asyncio.sleep(wait)
        return await (await self._missing()).asgi_send(send)


def _data() -> Path:
    return Path(os.environ["YUSUAN_DATA"])


def _package(path: Path) -> dict[str, Any]:
    stat = path.stat()
    descriptor = path.with_suffix("") / "datapackage.json"
    described = json.loads(descriptor.read_text(encoding="utf-8")) if descriptor.is_file() else {}
    return {
        "name": path.stem,
        "title": described.get("title") or path.stem,
        "version": described.get("version", ""),
        "created": described.get("created", ""),
        "resources": [entry.get("title") or entry["name"] for entry in described.get("resources", [])],
        "bytes": stat.st_size,
        "sha256": _sha256(path, stat.st_size, stat.st_mtime_ns),
    }


@lru_cache(maxsize=4096)
def _sha256(path: Path, size: int, changed: int) -> str:
    """Hash a file once for each of its sizes and times."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def downloads_page(datasette: Any, request: Any) -> Response:
    context = {
        "packages": await asyncio.to_thread(packages),
        "releases": await asyncio.to_thread(releases),
        "permalink": datasette.absolute_url(request, datasette.urls.path("/-/downloads")),
    }
    return Response.html(await datasette.render_template("downloads.html", context, request=request))


async def package_file(datasette: Any, request: Any) -> Released:
    path = _data() / "packages" / f"{request.url_vars['name']}.zip"
    missing = partial(_missing, datasette, request, "package-missing")
    return Released(path, missing, filename=path.name, content_type="application/zip")


def releases() -> list[dict[str, Any]]:
    """The dated releases, the newest first: name, date, sizes, and how many rows differ from the one before."""
    paths = (_data() / "releases").glob("*/manifest.json")
    told = [json.loads(path.read_text(encoding="utf-8")) for path in paths if not path.parent.is_symlink()]
    newest_first = sorted(told, key=lambda manifest: int(manifest["number"]), reverse=True)
    return [
        {**manifest, "changed": sum(sum(counts.values()) for counts in manifest["delta"].values())}
        for manifest in newest_first
    ]


async def listing_file(datasette: Any, request: Any) -> Released:
    """What programs read beside the packages and of the releases: catalog, checksums, manifest, delta, feed."""
    folder, name = request.url_vars["folder"], request.url_vars["name"]
    path = _data() / folder / name
    missing = partial(_missing, datasette, request, "package-missing")
    return Released(path, missing, content_type=LISTED[path.suffix])


async def document_file(datasette: Any, request: Any) -> Any:
    """A document as stored. Bytes that are no PDF (an HTML page named .pdf) are never shown, only saved."""
    sha256 = request.url_vars["sha256"]
    path = _data() / "documents" / sha256[:2] / f"{sha256}.pdf"
    if not path.is_file():
        return await _missing(datasette, request, "document-missing")
    with path.open("rb") as file:
        shown = b"%PDF-" in file.read(1024)
    disposition = "inline" if shown else "attachment"
    return AsgiFileDownload(
        str(path),
        content_type="application/pdf" if shown else "application/octet-stream",
        headers={
            "content-disposition": f'{disposition}; filename="{sha256[:16]}.pdf"',
            "cache-control": "public, max-age=86400, immutable",
        },
    )


async def _missing(datasette: Any, request: Any, reason: str) -> Response:
    page = await datasette.render_template("error.html", {"status": 404, "reason": reason}, request=request)
    return Response.html(page, status=404)


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [
        (r"^/-/downloads$", downloads_page),
        (r"^/-/packages/(?P<name>[a-z0-9][a-z0-9-]{0,99})\.zip$", package_file),
        (r"^/-/(?P<folder>packages)/(?P<name>catalog\.jsonld|llms\.txt|SHA256SUMS)$", listing_file),
        (rf"^/-/(?P<folder>releases)/(?P<name>feed\.atom|{RELEASED})$", listing_file),
        (r"^/-/document/(?P<sha256>[0-9a-f]{64})\.pdf$", document_file),
    ]
