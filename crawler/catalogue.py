"""The sources: one YAML file for each site, shipped in ``crawler/sources/`` or added in ``data/sources/``."""

from __future__ import annotations

import difflib
import re
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from zlib import crc32

import yaml

from crawler import chromium
from crawler.errors import UsageError
from crawler.records import KINDS, Records
from crawler.words import Words
from datapackages import codes
from datapackages.deadlines import Expected

HERE = Path(__file__).parent
# verified: stored pages are read as a person read them; unverified: nobody looked; blocked: the site refuses us;
# investigate: built by a script whose answers nobody knows; demo: made up.
STATES = ("verified", "unverified", "blocked", "investigate", "demo")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One site to crawl. Keys without a default must be in the file."""

    name: str  # the file's name
    state: str  # one of STATES
    place: str
    jurisdiction: str  # GB/T 2260, six digits
    publisher: str  # whose documents these are when a page does not say
    family: str  # a key of families.yaml
    entries: tuple[str, ...]  # list pages to begin with
    hosts: tuple[str, ...]  # the only hosts that are asked
    pace: float  # seconds between two requests to a host, at least
    detail_days: float = 7  # at most so old may a detail page become before it is asked again; 0: every night
    file_days: float = 30  # the same for documents; lists are asked every night
    within: tuple[str, ...] = ()  # prefixes of the addresses that are followed; default: the folders of the entries
    details: str = ""  # regular expression for detail pages; default: the family's
    by_name: bool = False  # follow the links whose text speaks of a budget, whatever their address
    lists: str = ""  # regular expression for further columns that are lists too
    records: tuple[Records, ...] = ()  # of answers in JSON that name no address: crawler/records.py
    max_pages: int = 500  # list pages of one run
    cookies: bool = False
    browser: bool = False  # lists and detail pages are built by a script: crawler/browser.py shows them
    page_seconds: float = 300  # for one page in the browser, the pauses between its requests included
    verify_certificates: bool = True
    old_tls: bool = False  # the site knows only TLS before 1.2 or keys that are refused today
    expected_units: int | None = None
    expected: tuple[Expected, ...] = ()  # rounds of publication that should be there: datapackages/deadlines.py
    assertions: dict[str, dict[str, int]] = field(default_factory=dict)  # documents: {min, max}
    evidence: tuple[str, ...] = ()  # names of the real pages on which a person verified the source
    notes: str = ""

    def is_detail(self, url: str) -> bool:
        """Whether the address is that of a page about one disclosure."""
        pattern: str = self.details or families()[self.family]["details"]
        return bool(pattern and re.search(pattern, url)) and self.is_within(url)

    def is_named(self, url: str, name: str, words: Words) -> bool:
        """Whether a link of this name is followed because it speaks of a budget."""
        return self.by_name and words.is_disclosure(name) and self.is_within(url)

    def is_list(self, url: str) -> bool:
        """Whether the address is that of a further column."""
        return bool(self.lists and re.search(self.lists, url)) and self.is_within(url)

    def is_within(self, url: str) -> bool:
        """Whether pages at this address belong to the columns of the source."""
        folders = self.within or tuple(urljoin(entry, ".") for entry in self.entries)
        return _plain(url).startswith(tuple(map(_plain, folders)))

    def days(self, kind: str, url: str) -> float:
        """For how many days what was read at an address is not asked again.

        Between half the limit and the limit, by address: what came in one night is due in many.
        """
        limit = {"detail": self.detail_days, "file": self.file_days}.get(kind, 0)
        return limit * (1 + crc32(url.encode()) / 2**32) / 2

    def is_allowed(self, url: str) -> bool:
        """Whether the host may be asked at all."""
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and parts.netloc in self.hosts


def _plain(url: str) -> str:
    # Sites link to themselves with http and https in turn.
    return url.partition("://")[2] or url


@cache
def families() -> dict[str, dict[str, Any]]:
    """The publishing systems of ``families.yaml``."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "families.yaml").read_text("utf-8"))
    return loaded


def sources(data: Path | None = None) -> dict[str, Source]:
    """Every source by name, those of the installation over the shipped ones; UsageError names file and key."""
    folders = [HERE / "sources", *([data / "sources"] if data else [])]
    return {file.stem: load(file) for folder in folders for file in sorted(folder.glob("*.yaml"))}


def pick(names: list[str], data: Path | None = None) -> list[Source]:
    """The named sources, each once; UsageError proposes the nearest name for one that does not exist.

    It says what to install for one whose pages need a browser, where there is none.
    """
    known = sources(data)
    for name in names:
        if name not in known:
            raise UsageError(f"no source {name!r}{_nearest(name, known)}; `yusuan sources` lists them")
        if known[name].browser:
            chromium.executable(name)
    return [known[name] for name in dict.fromkeys(names)]


def load(file: Path) -> Source:
    """Read one source; every mistake is a UsageError that says which key of which file and what to write."""
    try:
        given = yaml.safe_load(file.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise UsageError(f"{file}: not YAML: {error}") from None
    if not isinstance(given, dict):
        raise UsageError(f"{file}: expected keys and values, found {type(given).__name__}")
    _check_keys(file, given)
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in given.items()
    }
    values["records"] = tuple(_records(file, entry) for entry in given.get("records", ()))
    values["expected"] = tuple(_expected(file, given, entry) for entry in given.get("expected", ()))
    source = Source(name=file.stem, **values)
    _check_values(file, source)
    return source


def _records(file: Path, entry: dict[str, Any]) -> Records:
    keys = {field.name for field in fields(Records)}
    if not {"of", "kind", "address"} <= entry.keys() <= keys or not all(isinstance(v, str) for v in entry.values()):
        raise UsageError(f"{file}: records: expected of, kind, address and perhaps title as texts, found {entry!r}")
    if entry["kind"] not in KINDS:
        raise UsageError(f"{file}: records: kind should be one of {', '.join(KINDS)}, found {entry['kind']!r}")
    return Records(**entry)


def _expected(file: Path, given: dict[str, Any], entry: dict[str, Any]) -> Expected:
    """One round of publication; it is of the source's own place."""
    keys = {field.name for field in fields(Expected)} - {"source", "jurisdiction"}
    for key in entry:
        if key not in keys:
            raise UsageError(f"{file}: expected: unknown key {key!r}; known: {', '.join(sorted(keys))}")
    said: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    if not isinstance(said.get("year"), int) or said.get("stage") not in codes.labels("stages"):
        raise UsageError(f"{file}: expected: every round says a year and a stage (budget, final), found {entry!r}")
    if said.get("approved_on") and not _is_approval(said):
        raise UsageError(
            f'{file}: expected: approved_on should be a day in quotes ("2026-02-25") beside approved_by'
            f" ({', '.join(codes.labels('approvers'))}), found {entry!r}"
        )
    return Expected(source=file.stem, jurisdiction=given["jurisdiction"], **said)


def _is_approval(said: dict[str, Any]) -> bool:
    try:
        date.fromisoformat(said["approved_on"])
    except (TypeError, ValueError):
        return False
    return said.get("approved_by") in codes.labels("approvers")


def _check_keys(file: Path, given: dict[str, Any]) -> None:
    known = {entry.name: entry for entry in fields(Source) if entry.name != "name"}
    for key in given:
        if key not in known:
            raise UsageError(f"{file}: unknown key {key!r}{_nearest(str(key), known)}; known: {', '.join(known)}")
    for key, entry in known.items():
        required = entry.default is MISSING and entry.default_factory is MISSING
        if required and given.get(key) in (None, "", []):
            raise UsageError(f"{file}: key {key!r} is missing; every source says {key}")
        if key in given and not _has_type(given[key], str(entry.type)):
            raise UsageError(f"{file}: {key} should be {entry.type}, found {given[key]!r}")


def _has_type(value: object, wanted: str) -> bool:
    if wanted.startswith(("tuple[Expected", "tuple[Records")):
        return isinstance(value, list) and all(isinstance(part, dict) for part in value)
    if wanted.startswith("tuple"):
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    kinds: dict[str, tuple[type, ...]] = {
        "str": (str,), "int": (int,), "bool": (bool,), "float": (int, float), "int | None": (int, type(None)),
    }  # fmt: skip
    return isinstance(value, kinds.get(wanted, (dict,)))


def _check_values(file: Path, source: Source) -> None:
    if source.state not in STATES:
        raise UsageError(f"{file}: state should be one of {', '.join(STATES)}, found {source.state!r}")
    if not re.fullmatch(r"\d{6}", source.jurisdiction):
        raise UsageError(f"{file}: jurisdiction should be six digits in quotes, found {source.jurisdiction!r}")
    if source.family not in families():
        raise UsageError(f"{file}: unknown family {source.family!r}{_nearest(source.family, families())}")
    if source.family == "generic" and not (source.details or source.by_name):
        raise UsageError(
            f"{file}: family generic needs `details`, a regular expression for detail pages, or `by_name: true`"
        )
    for entry in source.entries:
        if not source.is_allowed(entry):
            raise UsageError(
                f"{file}: entry {entry} is on none of the hosts {', '.join(source.hosts)}; add its host"
            )


def _nearest(name: str, known: dict[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
