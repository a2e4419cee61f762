"""The made-up city's site: list pages with script pagination, detail pages, attachments beside them."""

from __future__ import annotations

import datetime
import html
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from string import Template
from typing import Any

import yaml
from generator.city import DATA
from generator.document import Document


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where one document is published."""

    document: Document
    path: PurePosixPath  # of the PDF, from the site's root
    page: PurePosixPath  # of the detail page that links it
    published_on: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of a list page."""

    page: PurePosixPath
    title: str
    published_on: str


@cache
def words() -> dict[str, Any]:
    """The site's texts and dates."""
    parsed: dict[str, Any] = yaml.safe_load((DATA / "site" / "words.yaml").read_text(encoding="utf-8"))
    return parsed


def places(documents: list[Document]) -> list[Place]:
    """An address and a date for every document; an edited one takes the place of the one it replaces."""
    found: dict[str, Place] = {}
    shared: dict[str, PurePosixPath] = {}
    together = words()["together"]
    counts: dict[str, int] = {}
    for document in documents:
        original = document.name.removesuffix("-edited")
        if original in found:
            before = found[original]
            found[document.name] = Place(
                document=document, path=before.path, page=before.page, published_on=before.published_on
            )
            continue
        slot = f"{document.accounts.year}-{document.accounts.stage}"
        counts[slot] = counts.get(slot, 0) + 1
        group = together["page"] if document.name in together["documents"] else document.name
        number = counts[slot] if group not in shared else int(shared[group].stem[-2:])
        date = _date(slot, number)
        folder = PurePosixPath(words()["columns"][document.accounts.stage]["folder"]) / date[:6]
        page = shared.setdefault(group, folder / f"t{date}_{_serial(slot)}{number:02}.html")
        attachment = folder / f"P0{date}{_serial(slot)}{counts[slot]:05}.pdf"
        found[document.name] = Place(
            document=document, path=attachment, page=page, published_on=f"{date[:4]}-{date[4:6]}-{date[6:]}"
        )
    return list(found.values())


def _serial(slot: str) -> str:
    return {"2026-budget": "3161", "2025-budget": "2874", "2024-final": "3042"}[slot]


def _date(slot: str, number: int) -> str:
    """The day of the number-th publication: about three in two working days."""
    weeks, day = divmod(number * 2 // 3, 5)
    first = datetime.date.fromisoformat(words()["published"][slot])  # a Monday
    return (first + datetime.timedelta(weeks=weeks, days=day)).strftime("%Y%m%d")


def write(root: Path, found: list[Place]) -> None:
    """Write every page of the first night under ``root``; PDFs are put there by who makes them."""
    first = [place for place in found if place.document.night == 1]
    for stage in words()["columns"]:
        published = [place for place in first if place.document.accounts.stage == stage]
        pages = sorted({place.page for place in published}, key=lambda page: page.name, reverse=True)
        for page in pages:
            _write_detail(root, stage, page, [place for place in published if place.page == page])
        items = [_item(page, published) for page in pages]
        if words()["refused"]["stage"] == stage:
            items.append(_write_refused(root))
        _write_lists(root, stage, sorted(items, key=lambda item: item.page.name, reverse=True))
    _write_plain(root)


def _text(name: str, encoding: str, **values: Any) -> bytes:
    template = Template((DATA / "site" / f"{name}.html").read_text(encoding="utf-8"))
    common = {key: words()[key] for key in ("site", "site_id", "host", "notice")}
    return template.substitute(common, encoding=encoding, **values).encode(encoding)


def _save(root: Path, path: PurePosixPath | str, content: bytes) -> None:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _title(page: PurePosixPath, published: list[Place]) -> str:
    together = words()["together"]
    inside = [place.document for place in published if place.page == page]
    return str(together["title"]) if len(inside) > 1 else inside[0].title


def _write_detail(root: Path, stage: str, page: PurePosixPath, inside: list[Place]) -> None:
    attachments = "\n".join(line for place in inside for line in _attachments(root, place))
    item, source = _item(page, inside), inside[0].document.accounts.department.short
    _save_detail(root, stage, item, source, attachments)


def _save_detail(root: Path, stage: str, item: Item, source: str, attachments: str) -> None:
    column = words()["columns"][stage]
    _save(
        root,
        item.page,
        _text(
            "detail",
            "utf-8",
            title=item.title,
            column=column["name"],
            parent=column["parent"],
            published=item.published_on,
            path=f"/{item.page}",
            source=source,
            attachments=attachments,
        ),
    )


def _write_refused(root: Path) -> Item:
    """A page that can be read and names a PDF that the site does not give."""
    entry = words()["refused"]
    folder = PurePosixPath(words()["columns"][entry["stage"]]["folder"]) / entry["published"].replace("-", "")[:6]
    item = Item(page=folder / entry["page"], title=entry["title"], published_on=entry["published"])
    name = f"{entry['title']}.pdf"
    link = f'<p><a appendix="true" href="./{entry["attachment"]}" title="{name}">{name}</a></p>'
    _save_detail(root, entry["stage"], item, entry["source"], link)
    _save(root, folder / f"{entry['attachment']}.{entry['status']}", _text("plain", "utf-8", **entry["answer"]))
    return item


def _attachments(root: Path, place: Place) -> Iterator[str]:
    """The links of one document: itself, and what the page offers beside it in vain."""
    name = html.escape(f"{place.document.title}.pdf")
    address = f"./{place.path.name}"
    if place.document.accounts.department.id in words()["viewer"]:
        address = f"/pdfjs/web/viewer.html?file=/{place.path}"
    yield f'<p><a appendix="true" href="{address}" title="{name}">{name}</a></p>'
    for key in ("missing", "html_named_pdf"):
        entry = words()[key]
        if entry["document"] == place.document.name:
            beside = place.path.with_name(place.path.stem[:-5] + "90001.pdf")
            yield f'<p><a appendix="true" href="./{beside.name}" title="{entry["title"]}">{entry["title"]}</a></p>'
            if key == "html_named_pdf":
                _save(root, beside, _text("plain", "utf-8", **entry["answer"]))


def _write_lists(root: Path, stage: str, listed: list[Item]) -> None:
    column = words()["columns"][stage]
    size = column["per_page"]
    count = math.ceil(len(listed) / size)
    for number in range(count):
        items = "\n".join(_line(item, column["folder"]) for item in listed[number * size : (number + 1) * size])
        name = "index.html" if number == 0 else f"index_{number}.html"
        _save(
            root,
            f"{column['folder']}/{name}",
            _text(
                "list",
                column["encoding"],
                column=column["name"],
                parent=column["parent"],
                items=items,
                pages=count,
                page=number,
            ),
        )


def _item(page: PurePosixPath, published: list[Place]) -> Item:
    date = next(place.published_on for place in published if place.page == page)
    return Item(page=page, title=_title(page, published), published_on=date)


def _line(item: Item, folder: str) -> str:
    title, address = html.escape(item.title), item.page.relative_to(folder)
    return f'<li><a href="./{address}" title="{title}">{title}</a><span>{item.published_on}</span></li>'


def _write_plain(root: Path) -> None:
    links = "".join(
        f'<p><a href="/{column["folder"]}/">{column["name"]}</a></p>' for column in words()["columns"].values()
    )
    _save(root, "index.html", _text("plain", "utf-8", title=words()["site"], text=links))
    _save(root, "pdfjs/web/viewer.html", _text("plain", "utf-8", **words()["viewer_page"]))
    for notice in words()["notices"]:
        _save(root, notice["path"], _text("plain", "utf-8", title=notice["title"], text=notice["text"]))
    robots = "# Made-up site for tests: the city and every figure are invented.\nUser-agent: *\nDisallow: /admin/\n"
    _save(root, "robots.txt", robots.encode())
