"""Crawl in a child process: Scrapy's reactor starts once in a process, and a crawl may be asked for twice."""

from __future__ import annotations

import ipaddress
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.catalogue import Source, pick
from crawler.errors import Crashed, Locked, UsageError

CONTACT = "YUSUAN_CONTACT"
LOCKED = 75
OLD_TLS = Path(__file__).with_name("old_tls.cnf")


@dataclass(frozen=True, kw_only=True)
class CrawlReport:
    """One crawl. Documents are counted by address; a resumed run counts what its killed part had done."""

    finished: bool  # every list page was read and every assertion of the sources holds
    requests: int  # sent by this process, robots.txt and retries included
    new: int
    changed: int  # other bytes at a known address
    unchanged: int
    young: int  # not asked: read lately
    vanished: int  # sightings no longer listed
    events: dict[str, int] = field(default_factory=dict)  # what went wrong or was left alone, by name
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)  # the same for each source


def crawl(
    names: list[str], data: Path, *, hosts: Mapping[str, str] | None = None, recheck: bool = False
) -> CrawlReport:
    """Crawl the named sources into ``data`` and say what came of it; ``recheck`` asks everything, however young.

    ``hosts`` serves a host name from elsewhere, for instance {"demo.yusuan.example": "127.0.0.1:8001"}.
    Raises UsageError (no such source, no contact for a real host), Locked, or Crashed.
    """
    chosen = pick(names, data)
    mapped = dict(hosts or {})
    contact = _contact(chosen, mapped)
    data.mkdir(parents=True, exist_ok=True)
    results: dict[str, dict[str, Any]] = {}
    for old_tls in (False, True):  # OpenSSL reads how strict it is once in a process
        names = [source.name for source in chosen if source.old_tls is old_tls]
        job = {"names": names, "data": str(data), "hosts": mapped, "contact": contact, "recheck": recheck}
        if names:
            results |= _run(job, data / "crawl.log", _environment(old_tls))
    return _report(results)


def _environment(old_tls: bool) -> dict[str, str]:
    return {**os.environ, "OPENSSL_CONF": str(OLD_TLS)} if old_tls else dict(os.environ)


def _contact(chosen: list[Source], mapped: Mapping[str, str]) -> str:
    return contact_for([host for source in chosen for host in source.hosts], mapped)


def contact_for(hosts: Iterable[str], mapped: Mapping[str, str]) -> str:
    """The operator's address for the user agent; UsageError when a host but loopback is asked without one."""
    contact = os.environ.get(CONTACT, "").strip()
    real = sorted({host for host in hosts if not is_loopback(mapped.get(host, host))})
    if real and not contact:
        raise UsageError(
            f"crawling {', '.join(real)} needs an address at which their operators can reach you:"
            f" set {CONTACT} to a mail address or a page about you"
        )
    return contact or "loopback only"


def is_loopback(netloc: str) -> bool:
    """Whether ``host[:port]`` is this machine."""
    host = urlsplit(f"//{netloc}").hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _run(job: dict[str, Any], log: Path, environment: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Run the child; its end is our end, because the pipe that it watches closes with us."""
    with log.open("ab") as errors:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "crawler.child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment,
        )  # fmt: skip
        assert child.stdin and child.stdout
        child.stdin.write(json.dumps(job).encode() + b"\n")
        child.stdin.flush()
        output = child.stdout.read()
        child.stdin.close()
        code = child.wait()
    if code == LOCKED:
        raise Locked(output.decode())
    if code != 0 or not output:
        raise Crashed(f"the crawling process ended with code {code} and no report; its last words are in {log}")
    results: dict[str, dict[str, Any]] = json.loads(output)
    return results


def _report(results: dict[str, dict[str, Any]]) -> CrawlReport:
    events: dict[str, int] = {}
    for result in results.values():
        for name, count in result["events"].items():
            events[name] = events.get(name, 0) + count
    totals = {
        name: sum(result[name] for result in results.values())
        for name in ("requests", "new", "changed", "unchanged", "young", "vanished")
    }
    finished = all(result["finished"] for result in results.values())
    return CrawlReport(finished=finished, events=dict(sorted(events.items())), sources=results, **totals)
