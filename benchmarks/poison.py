"""Documents that kill or hang whatever process reads them: a mark behind their end says which."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from datapackages.model import ParsedDocument
from parsers.document import parse as read_alone
from parsers.isolated import parsed_and_triaged as read_twice

KILLS, HANGS = b"% this kills\n%%EOF\n", b"% this hangs\n%%EOF\n"


def parse(path: Path) -> ParsedDocument:
    """The parser of a child process that falls for such documents."""
    _fall(path)
    return read_alone(path)


def parsed_and_triaged(path: Path) -> ParsedDocument:
    """The same with both readers."""
    _fall(path)
    return read_twice(path)


def _fall(path: Path) -> None:
    content = path.read_bytes()
    if content.endswith(KILLS):
        os.kill(os.getpid(), signal.SIGKILL)
    while content.endswith(HANGS):
        time.sleep(60)
