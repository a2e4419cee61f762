"""Files that are the old one or the new one, never half of either, however a run ends."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A text file (UTF-8, its line ends kept) that takes the place of ``path`` when the block ends well.

    It lies beside it until then, under a name of its own for each process, and is removed when the block fails.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def replace(path: Path, text: str) -> None:
    """Write a text in place of what the file held."""
    with replacing(path) as file:
        file.write(text)


def share(source: Path, target: Path) -> None:
    """Give a file, which nobody changes in place, a second path; a copy of it where links do not reach."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
