"""Pictures of pages with a cell marked, drawn by the site's own worker: a process with limits that may die."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from datapackages.model import Box
from yusuan.site_files import site_file

SECONDS = 30.0  # for one picture, the start of the worker included
MOST_BYTES = 12 << 20
READY, PNG = b"ready\n", b"\x89PNG\r\n\x1a\n"


class Pictures:
    """Draws page after page; a page that cannot be drawn gives None and ends neither us nor the next picture."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._script = site_file("datasette") / "plugins" / "page_image.py"
        self._seconds = seconds
        self._worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Pictures:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def draw(
        self, path: Path, page: int, cell: Box, within: Box, covers: Sequence[Box], near: bool = False
    ) -> bytes | None:
        """Return a PNG of the page with the cell framed, or with ``near`` of the cell's surroundings only.

        Its row and column are tinted as far as ``within`` reaches; ``covers`` are painted over.
        """
        worker = self._running()
        alarm = threading.Timer(self._seconds, worker.kill)
        alarm.start()
        try:
            return _ask(worker, [str(path.resolve()), page, cell, within, near, list(covers), []])
        except (OSError, ValueError):
            self._stop()
            return None
        finally:
            alarm.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        """The worker, started anew where the last one died, in the same bare environment as the site's."""
        if self._worker is None:
            self._worker = subprocess.Popen(
                [sys.executable, "-I", str(self._script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.defpath, "LANG": "C.UTF-8"},
                cwd="/",
            )
        return self._worker

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker.wait()
            for pipe in (self._worker.stdin, self._worker.stdout):
                with suppress(OSError):  # a dead worker leaves a pipe that cannot be flushed
                    pipe and pipe.close()
        self._worker = None


def _ask(worker: subprocess.Popen[bytes], job: list[object]) -> bytes | None:
    """One question, one answer; an answer out of bounds raises ValueError, a dead worker OSError or ValueError."""
    assert worker.stdin and worker.stdout
    worker.stdin.write(json.dumps(job).encode() + b"\n")
    worker.stdin.flush()
    answer = worker.stdout.readline(200)
    if answer == READY:
        answer = worker.stdout.readline(200)
    status, _, size = answer.decode("ascii").strip().partition(" ")
    if status in ("404", "422"):
        return None
    if status != "200" or not 0 < int(size) <= MOST_BYTES:
        raise ValueError(answer)
    picture = worker.stdout.read(int(size))
    if len(picture) != int(size) or not picture.startswith(PNG):
        raise ValueError("the picture broke off")
    return picture
