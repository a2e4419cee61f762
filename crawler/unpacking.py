"""RAR and 7z files as zip files. bsdtar (libarchive) reads them in a process of its own, with limits.

Departments publish one archive for all their units, and many of these are RAR, which Python cannot read.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOOL = "bsdtar"
CONVERTED = ("rar", "7z")
SECONDS = 300
MOST_BYTES = 4_000_000_000  # written, as for a zip file with all that is in it
MOST_MEMORY = 2_000_000_000


class CannotUnpack(Exception):
    """The archive cannot be read here; the message says why and what helps."""


@contextmanager
def as_zip(archive: Path | bytes) -> Iterator[Path]:
    """A zip file with the same members, as long as the ``with`` lasts; raises CannotUnpack."""
    tool = shutil.which(TOOL)
    if tool is None:
        raise CannotUnpack(f"needs {TOOL} (in Debian the package libarchive-tools)")
    with tempfile.TemporaryDirectory() as folder:
        source = archive if isinstance(archive, Path) else Path(folder, "archive")
        if isinstance(archive, bytes):
            source.write_bytes(archive)
        yield _converted(tool, source, Path(folder, "members.zip"))


def _converted(tool: str, source: Path, target: Path) -> Path:
    command = [tool, "-c", "--format=zip", "-f", str(target), f"@{source}"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=SECONDS,
            preexec_fn=_limited,
            env={"LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotUnpack(f"takes more than {SECONDS} seconds to unpack") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CannotUnpack(f"cannot be unpacked ({said[0] if said else f'{TOOL} ended with {done.returncode}'})")
    return target


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
