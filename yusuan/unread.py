"""Stored documents whose reading ended at a limit or in a defect of ours: counted, and read again on demand."""

from __future__ import annotations

from pathlib import Path

from yusuan.reading import folder, stored

ENDED = frozenset(("time-limit", "memory-limit", "worker-died", "parser-error"))


def unfinished(data: Path) -> list[str]:
    """Hashes of documents that this version of the parser began and did not finish."""
    return [
        found.document.sha256 for found in stored(data) if ENDED.intersection(issue.type for issue in found.issues)
    ]


def forget(data: Path, sha256: str) -> None:
    """Let a document be read again; nothing happens for one that this version has not read."""
    (folder(data) / f"{sha256}.json").unlink(missing_ok=True)
