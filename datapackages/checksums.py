"""``SHA256SUMS`` beside files that are handed out: ``sha256sum -c SHA256SUMS`` checks them."""

from __future__ import annotations

from pathlib import Path

from datapackages import descriptor, whole_file

NAME = "SHA256SUMS"


def write(folder: Path, pattern: str) -> None:
    """List the files under ``folder`` that match the pattern, sorted by name."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.glob(pattern) if path.is_file())
    lines = [f"{descriptor.sha256(folder / name)}  {name}\n" for name in files if name != NAME]
    whole_file.replace(folder / NAME, "".join(lines))
