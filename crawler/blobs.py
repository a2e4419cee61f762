"""The content-addressed store: ``data/documents/ab/<sha256>.pdf``, every version ever seen.

What is published in another form (xls, zip, html …) lies beside it under its own ending and is no document yet.

A file appears under its name only when all its bytes are on the disk, and is never written again.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

SHA256 = re.compile(r"[0-9a-f]{64}")


def path(data: Path, sha256: str, form: str = "pdf") -> Path:
    """Where the bytes with this hash lie or would lie; ValueError when it is not a SHA-256 in lower-case hex."""
    if not SHA256.fullmatch(sha256):
        raise ValueError(f"{sha256!r} is not a SHA-256 in lower-case hexadecimal")
    return data / "documents" / sha256[:2] / f"{sha256}.{form}"


def sha256_of(content: bytes) -> str:
    """The identity of a document."""
    return hashlib.sha256(content).hexdigest()


def store(data: Path, content: bytes, form: str = "pdf") -> str:
    """Keep ``content`` and return its SHA-256. Bytes already kept are left untouched."""
    sha256 = sha256_of(content)
    target = path(data, sha256, form)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        write(target, content)
    return sha256


def holds(data: Path, sha256: str) -> bool:
    """Whether the bytes with this hash are kept, in whatever form."""
    return any(path(data, sha256).parent.glob(f"{sha256}.*"))


def all_documents(data: Path) -> Iterator[Path]:
    """Every stored document, sorted by hash."""
    yield from sorted((data / "documents").glob("??/*.pdf"))


def sweep(data: Path) -> None:
    """Remove what a killed run left half written. Only for the holder of the lock."""
    for part in (data / "documents").glob("??/*.part"):
        part.unlink()


def write(target: Path, content: bytes) -> None:
    """Write a file that appears under its name only when all its bytes are on the disk."""
    part = target.with_suffix(f"{target.suffix}.{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, target)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    # The rename itself is only durable once the folder's entry is written.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
