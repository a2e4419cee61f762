"""One listening socket, and a process for each build behind it: a new build is served without a lost request.

The new process accepts connections of the same socket as soon as its own front page answers; only then
the old one stops accepting, answers what it has, and ends. A build that does not come up leaves the old one.
"""

from __future__ import annotations

import logging
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from datapackages.by_place import FOLDER

log = logging.getLogger("yusuan.serve")

LOOK = 0.5  # seconds between two looks at the link
PATIENCE = 120.0  # seconds for a new process to answer; the first rows of ten million are counted in less
ENDING = 20.0  # seconds for an old process to answer what it has
AGAIN = 5.0  # seconds before a process that died is replaced
QUEUE = 2048  # connections that wait while both processes are busy


def listen(host: str, port: int) -> socket.socket:
    """Return the bound and listening socket; OSError when the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=QUEUE)


class Served:
    """A process that serves one build; closing its standard input tells it to end."""

    def __init__(self, build: Path, listening: socket.socket, arguments: Sequence[str]) -> None:
        self.build = build
        said, tell = os.pipe()
        # -P: the folder that the command was called in is no place to import from.
        command = [sys.executable, "-P", "-m", "yusuan.site_process", str(listening.fileno()), str(tell)]
        self.process = subprocess.Popen(
            [*command, *arguments], stdin=subprocess.PIPE, pass_fds=(listening.fileno(), tell)
        )
        os.close(tell)
        self._said = said

    def is_ready(self) -> bool:
        """Wait until it has answered its own front page; False when it ended or took too long."""
        try:
            waited = select.select([self._said], [], [], PATIENCE)[0]
            return bool(waited and os.read(self._said, 1))
        finally:
            os.close(self._said)

    def end(self) -> None:
        """Let it answer what it has; kill it when that takes too long."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(ENDING)
        except subprocess.TimeoutExpired:
            log.warning("%s: did not end in %.0f s and was killed", self.build.name, ENDING)
            self.process.kill()
            self.process.wait()


def keep_served(data: Path, listening: socket.socket, arguments: Sequence[str], place: str = "") -> int:
    """Serve the current build of ``data``, or one place of it, until a signal to end.

    Returns the exit code of a first build that fails.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    # A form that a reader opened before a switch is still good after it.
    os.environ.setdefault("DATASETTE_SECRET", secrets.token_hex(32))
    serving = Served(current(data, place), listening, arguments)
    if not serving.is_ready():
        serving.end()
        return 0 if stop.is_set() else serving.process.returncode or 1
    refused: Path | None = None
    while not stop.wait(LOOK):
        wanted = current(data, place)
        died = serving.process.poll() is not None
        if died:
            log.error("the site's process ended with %s; starting another", serving.process.returncode)
            time.sleep(AGAIN)
        if died or wanted not in (serving.build, refused):
            serving, refused = _switched(serving, Served(wanted, listening, arguments))
    serving.end()
    return 0


def _switched(old: Served, new: Served) -> tuple[Served, Path | None]:
    """The one that serves from now on, and the build that failed to come up, which is not tried again."""
    if new.is_ready():
        old.end()
        return new, None
    log.error("%s does not come up; %s stays", new.build, old.build)
    new.end()
    return old, new.build


def current(data: Path, place: str = "") -> Path:
    """The folder of the build that readers get, or of a place in it, its links resolved."""
    build = (data / "site" / "current").resolve()
    return build / FOLDER / place if place else build
