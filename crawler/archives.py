"""Documents inside archives, read in memory: a member's name never becomes a path on this machine."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from crawler.unpacking import CONVERTED, CannotUnpack, as_zip

MAX_MEMBERS = 20_000
MAX_BYTES = 200_000_000  # of one member, as for a download
MAX_TOTAL = 4_000_000_000  # of one archive with all that is inside it
MAX_DEPTH = 3  # a department's archive holds one of each unit
UTF8_FLAG = 0x800
NEITHER = "neither a PDF nor an archive"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A file to import: its address-like name, and how to get its bytes."""

    name: str
    read: Callable[[], bytes]
    path: Path | None = None  # None inside an archive

    @property
    def key(self) -> str:
        """Tells it from every other file of one import."""
        return str(self.path or self.name)


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A file that is not imported, and why."""

    name: str
    reason: str


def members(archive: Path | IO[bytes], name: str, depth: int = 1) -> Iterator[Found | LeftOut]:
    """The documents of a zip file and of zip files in it; whatever is not taken is named with its reason."""
    try:
        opened = zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, OSError) as error:
        yield LeftOut(name=name, reason=f"cannot be read as a zip file ({error})")
        return
    with opened:
        infos = [info for info in opened.infolist() if not info.is_dir()]
        if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_TOTAL:
            yield LeftOut(
                name=name, reason=f"more than {MAX_MEMBERS} files or {MAX_TOTAL} bytes; unpack and import it"
            )
            return
        for info in infos:
            yield from _member(opened, info, f"{name}/{member_name(info)}", depth)


def unpacked(archive: Path | bytes, form: str, name: str, depth: int = 1) -> Iterator[Found | LeftOut]:
    """The documents of an archive of any form that we know: zip, rar, 7z."""
    if form not in CONVERTED:
        yield from members(BytesIO(archive) if isinstance(archive, bytes) else archive, name, depth)
        return
    try:
        with as_zip(archive) as converted:
            yield from members(converted, name, depth)
    except CannotUnpack as error:
        yield LeftOut(name=name, reason=str(error))


def member_name(info: zipfile.ZipInfo) -> str:
    """The printed name without ``..`` and roots. Without the UTF-8 flag Chinese archivers write GBK."""
    printed = info.filename
    if not info.flag_bits & UTF8_FLAG:
        raw = info.orig_filename.encode("cp437", "replace")
        printed = _decoded(raw) or printed
    parts = printed.replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", ".", "..") and not part.endswith(":"))


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def _member(opened: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, depth: int) -> Iterator[Found | LeftOut]:
    ending = name.lower().rpartition(".")[2]
    if ending not in ("pdf", "zip", *CONVERTED):
        yield LeftOut(name=name, reason=NEITHER)
        return
    try:
        content = _read(opened, info)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, EOFError, OSError) as error:
        yield LeftOut(name=name, reason=f"cannot be unpacked ({error})")
        return
    if ending == "pdf":
        yield Found(name=name, read=lambda: content)
    elif depth >= MAX_DEPTH:
        yield LeftOut(name=name, reason=f"lies more than {MAX_DEPTH} archives deep; unpack and import it")
    else:
        yield from unpacked(content, ending, name, depth + 1)


def _read(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    # The header's size is a claim; what is really unpacked is measured.
    with opened.open(info) as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES} bytes")
    return content
