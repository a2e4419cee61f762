"""A first source for a site, proposed from one of its pages, and the test that waits for a person's eyes."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import yaml

from crawler.catalogue import families
from crawler.errors import UsageError
from crawler.kinds import CHALLENGE, SHELL, kind_of
from crawler.pages import meta_tags, named_links, read_page, readable, tree
from crawler.paging import further_pages
from crawler.words import Words, words
from datapackages.codes import jurisdictions

NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")
TEST = Path(__file__).with_name("proposed_test.py.txt")
CENTRE = "000000"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What one page suggests: the source's keys, what the page says, and what a person should look at."""

    source: dict[str, Any]
    reading: dict[str, Any]
    remarks: tuple[str, ...]


def read_as_json(html: str, url: str, known: Words) -> dict[str, Any]:
    """What the page is and says, as the expected file of its test holds it."""
    page, links = read_page(html, url, known), named_links(html, url, known)
    return {
        "url": url,
        "is": kind_of(html, page, known, url),
        "attachments": [
            {"name": readable(file, page, known), "form": file.form, "url": file.url} for file in page.attachments
        ],
        "further_pages": list(further_pages(html, url, known)),
        "columns": [{"name": name, "url": link} for link, name in links.items() if known.is_column(name)],
        "disclosures": [{"name": name, "url": link} for link, name in links.items() if known.is_disclosure(name)],
    }


def propose(html: str, url: str) -> Proposal:
    """Keys for a source whose list begins at ``url``; what the page does not say is left for a person."""
    known = words()
    reading = read_as_json(html, url, known)
    targets = [link["url"] for link in reading["disclosures"]]
    family = family_of(html, url)
    pattern = str(families()[family]["details"])
    if targets and not all(pattern and re.search(pattern, target) for target in targets):
        family, pattern = "generic", _generalised(targets)
    place = _place(html)
    source: dict[str, Any] = {
        "state": "unverified",
        "place": place[1],
        "jurisdiction": place[0],
        "publisher": meta_tags(tree(html)).get("sitename", ""),
        "family": family,
        "entries": [url],
        "hosts": _hosts(url, reading),
        "pace": 3,
    }
    if family == "generic":
        source |= {"details": pattern} if pattern else {"by_name": True}
    within = _within(url, targets)
    if within:
        source["within"] = within
    return Proposal(source=source, reading=reading, remarks=tuple(_remarks(source, reading)))


def family_of(html: str, url: str) -> str:
    """The publishing system with most signs in the page and its address; generic when none has one."""
    signs = {
        name: sum(bool(re.search(sign, html) or re.search(sign, url)) for sign in family["signs"])
        for name, family in families().items()
    }
    best = max(signs, key=lambda name: signs[name])
    return best if signs[best] else "generic"


def write(proposal: Proposal, html: str, name: str, folder: Path) -> list[Path]:
    """``<name>.yaml``, the page, what was read in it and a test that fails until a person confirms it.

    Raises UsageError for a name that is none and for one that is taken.
    """
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name of a source; use small letters, digits and _, as in lanzhou_finance")
    own = folder / name
    files = [folder / f"{name}.yaml" if _is_whole(proposal.source) else own / "source.yaml"]
    files += [own / "page.html", own / "expected.json", own / f"test_{name}.py"]
    if own.exists() or files[0].exists():
        raise UsageError(f"{name} is there already in {folder}; choose another --name or remove it")
    own.mkdir(parents=True)
    remarks = "".join(f"# {remark}\n" for remark in proposal.remarks)
    told = yaml.safe_dump(proposal.source, allow_unicode=True, sort_keys=False)
    expected = json.dumps({"read_by_a_person": False, **proposal.reading}, ensure_ascii=False, indent=1)
    for file, text in zip(files, (remarks + told, html, expected + "\n", TEST.read_text("utf-8")), strict=True):
        file.write_text(text, "utf-8", newline="")
    return files


def _is_whole(source: dict[str, Any]) -> bool:
    """A source without one of its keys would stop every command that reads the sources."""
    return all(source[key] for key in ("place", "jurisdiction", "publisher"))


def _place(html: str) -> tuple[str, str]:
    """Code and name: the site's identification code begins with them, else the site's name says the place."""
    meta = meta_tags(tree(html))
    known = jurisdictions()
    code = meta.get("siteidcode", "")[:6]
    if code in known and code != CENTRE:
        return code, known[code].name
    said = meta.get("sitename", "") or read_page(html, "http://none.example/", words()).title
    named = [(entry.name, key) for key, entry in known.items() if key != CENTRE and entry.name in said]
    name, key = max(named, key=lambda pair: len(pair[0]), default=("", ""))
    return key, name


def _hosts(url: str, reading: dict[str, Any]) -> list[str]:
    linked = [entry["url"] for key in ("attachments", "disclosures") for entry in reading[key]]
    return list(dict.fromkeys(urlsplit(address).netloc for address in [url, *linked]))


def _within(url: str, targets: list[str]) -> list[str]:
    """Folders of disclosures that lie outside the list's own; empty when all lie in it."""
    own = urljoin(url, ".")
    outside = Counter(_root(target) for target in targets if not target.startswith(own))
    return [own, *outside] if outside else []


def _root(target: str) -> str:
    """The part of an address before its first number."""
    parts = urlsplit(target)
    kept = re.split(r"/[^/]*\d", parts.path)[0]
    return f"{parts.scheme}://{parts.netloc}{kept}/"


def _generalised(targets: list[str]) -> str:
    """One regular expression for the ends of most addresses: numbers and identifiers become their kinds."""
    shapes = Counter(_shape(target) for target in targets)
    shape, count = shapes.most_common(1)[0]
    return shape if shape and 2 * count > len(targets) else ""


def _shape(target: str) -> str:
    parts = urlsplit(target)
    last = "/" + parts.path.rpartition("/")[2]
    plain = re.escape(last)
    for length in (36, 32, 24):
        plain = re.sub(rf"(?<![0-9a-f])(?:[0-9a-f]|\\-){{{length}}}(?![0-9a-f])", f"[0-9a-f-]{{{length}}}", plain)
    if "[0-9a-f" not in plain:
        plain = re.sub(r"[0-9]+", r"\\d+", plain)
    return plain + "$" if plain != re.escape(last) else ""


def _remarks(source: dict[str, Any], reading: dict[str, Any]) -> list[str]:
    told = ["Proposed from one page: look at every line, then set the state to verified."]
    empty = [key for key in ("place", "jurisdiction", "publisher") if not source[key]]
    if empty:
        told.append(f"The page does not say {', '.join(empty)}: write it, then move this file beside its folder.")
    if reading["is"] in (SHELL, CHALLENGE):
        told.append(
            f"The page is a {reading['is']}: its list is built by a script or refused; nothing can be proposed."
            " Where a script builds it, `browser: true` renders it (pip install 'yusuan[browser]')."
        )
    elif not (reading["disclosures"] or reading["attachments"] or reading["further_pages"]):
        told.append("No link names a budget: this may be no list. Columns named on it:")
        told.extend(f"  {column['name']} {column['url']}" for column in reading["columns"])
    return told
