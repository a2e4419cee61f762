"""The parser's version: a hash of its code and data, so that a parse is redone when either changes."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import datapackages
from parsers.ocr import is_installed

LENGTH = 12
READ_OF_DATAPACKAGES = ("codes", "model.py", "codes.py", "issues.py", "checks")


@cache
def parser_version() -> str:
    """Twelve hexadecimal digits over ``parsers/`` and the code lists that it reads."""
    digest = hashlib.sha256(b"ocr" if is_installed() else b"")  # a scan read without it is to be read again
    for path in _files():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:LENGTH]


def _files() -> list[Path]:
    own = Path(__file__).parent
    shared = Path(datapackages.__file__).parent
    roots = [own, *(shared / name for name in READ_OF_DATAPACKAGES)]
    found = [file for root in roots for file in ([root] if root.is_file() else root.rglob("*"))]
    return sorted(file for file in found if file.suffix in (".py", ".csv", ".yaml"))
