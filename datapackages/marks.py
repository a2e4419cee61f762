"""Which cells of which pages show a figure, or both sides of a check, and the address of the picture of each page.

``database`` is Datasette's; boxes are PDF points of the page as displayed, origin top left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

PAGES, BOXES = 4, 40  # pictures for one check, boxes on a picture
EDGES = ("x0", "top", "x1", "bottom")
MARGIN, HEADER = 4.0, 40.0  # points beyond the figures of a table on one page, and above them
STATEMENTS = "statements"  # p3/statements/7: the seventh figure of the prose

BOUNDS = "SELECT min(x0), min(top), max(x1), max(bottom) FROM facts WHERE table_id = ? AND page = ?"
FACTS = """SELECT fact_id, sha256, table_id, page, "row", "column", x0, top, x1, bottom, amount_text FROM facts
WHERE fact_id IN ({})"""
STATED = "SELECT seq, page, x0, top, x1, bottom, amount_text, unit FROM statements WHERE sha256 = ? AND seq IN ({})"
TABLES = "SELECT table_id, sha256, page, x0, top, x1, bottom, title FROM tables WHERE table_id IN ({})"

Box = tuple[float, float, float, float]


class Mark(NamedTuple):
    """One printed text that a check is about. ``box`` is None where it is about the page as a whole."""

    sha256: str
    page: int
    box: Box | None
    text: str
    on_left: bool
    fact_id: str = ""


class Picture(NamedTuple):
    """A page with the marks of a check: its address, and the marked texts of either side."""

    sha256: str
    page: int
    address: str
    left: tuple[str, ...]
    right: tuple[str, ...]


async def of_figure(database: Any, fact: Any, table: Any) -> str:
    """The address of a figure's page; its row and column are marked as far as the table reaches on it."""
    found = (await database.execute(BOUNDS, [fact["table_id"], fact["page"]])).first()
    _, top, right, bottom = found
    if table is None or table["x0"] is None:
        left, above = 0.0, top - HEADER
    else:  # the table's own box is that of its first page
        left, above = table["x0"], table["top"] if table["page"] == fact["page"] else top - HEADER
    within = (left, max(0.0, above), right + MARGIN, bottom + MARGIN)
    return address(fact["sha256"], fact["page"], cell=_edges(_box(fact)), within=_edges(within))


async def of_check(database: Any, check: Any) -> list[Picture]:
    """The pages of a check, those of its left side first, with both sides marked on them."""
    return pictures(await marked(database, check))


async def marked(database: Any, check: Any) -> list[Mark]:
    """What a check is about. Places name the first figure of each side, ``fact_ids`` all facts, in order."""
    names = [name for name in (check["fact_ids"] or "").split("|") if name][: PAGES * BOXES]
    facts = {row["fact_id"]: row for row in await _among(database, FACTS, names)}
    at = {(row["table_id"], str(row["row"]), str(row["column"])): row["fact_id"] for row in facts.values()}
    places = [place.partition("#")[0].split("/") for place in (check["place"] or "").split(",") if place]
    firsts = [at.get((*place[1:], "", "", "")[:3], "") for place in places]
    split = _split([name for name in names if name in facts], firsts)
    listed = [
        Mark(row["sha256"], row["page"], _box(row), row["amount_text"], number < split, row["fact_id"])
        for number, row in enumerate(facts[name] for name in names if name in facts)
    ]
    others = [(place, number == 0) for number, place in enumerate(places) if not firsts[number]]
    listed += await _other(database, check["sha256"], others)
    return sorted(listed, key=lambda mark: not mark.on_left)


def pictures(marks: Iterable[Mark]) -> list[Picture]:
    """At most ``PAGES`` pictures of the pages where the marks are, in their order."""
    pages: dict[tuple[str, int], list[Mark]] = {}
    for mark in marks:
        pages.setdefault((mark.sha256, mark.page), []).append(mark)
    return [_picture(*page, some) for page, some in list(pages.items())[:PAGES]]


def address(sha256: str, page: int, **drawn: str) -> str:
    """The path of a page's picture; empty values are left out."""
    query = urlencode({name: value for name, value in drawn.items() if value}, safe=",;")
    return f"/-/page/{sha256}/{page}.png" + (f"?{query}" if query else "")


def _picture(sha256: str, page: int, marks: Sequence[Mark]) -> Picture:
    sides = [[mark for mark in marks if mark.on_left is on_left] for on_left in (True, False)]
    red, blue = ([mark.box for mark in side if mark.box][:BOXES] for side in sides)
    drawn = {name: ";".join(map(_edges, some)) for name, some in (("lefts", red[1:]), ("others", blue))}
    left, right = (tuple(mark.text for mark in side if mark.text) for side in sides)
    drawn |= {"cell": _edges(red[0] if red else None), "within": _edges(_around([*red, *blue]))}
    return Picture(sha256, page, address(sha256, page, **drawn), left, right)


def _around(boxes: Iterable[Box]) -> Box | None:
    """The box around these: the row and column of the first figure are tinted no further."""
    edges = list(zip(*boxes, strict=True))
    return (min(edges[0]), min(edges[1]), max(edges[2]), max(edges[3])) if edges else None


def _split(names: list[str], firsts: list[str]) -> int:
    """How many of the facts belong to the left side."""
    if len(firsts) > 1 and firsts[1] in names:
        return names.index(firsts[1])
    if firsts and not firsts[0]:
        return 0  # the left side is no fact, so that all facts stand on the right
    return len(names)


async def _other(database: Any, sha256: str, places: list[tuple[list[str], bool]]) -> list[Mark]:
    """Places that are no fact: a figure of the prose, a table as a whole, a page."""
    stated = [place[2] for place, _ in places if place[1:2] == [STATEMENTS] and len(place) > 2]
    sentences = {str(row["seq"]): row for row in await _among(database, STATED, stated, sha256)}
    names = [place[1] for place, _ in places if len(place) > 1 and place[1] != STATEMENTS]
    tables = {row["table_id"]: row for row in await _among(database, TABLES, names)}
    found = []
    for (page, *rest), on_left in places:
        number = int(page[1:]) if page[1:].isdecimal() else 0
        if rest[:1] == [STATEMENTS] and (row := sentences.get(rest[-1])):
            text = f"{row['amount_text'] or ''}{row['unit'] or ''}"
            found.append(Mark(sha256, row["page"] or number, _box(row), text, on_left))
        elif rest and (row := tables.get(rest[0])):
            box = _box(row) if row["page"] == number else None
            found.append(Mark(row["sha256"], number, box, row["title"] or "", on_left))
        elif number:
            found.append(Mark(sha256, number, None, "", on_left))
    return found


async def _among(database: Any, sql: str, names: list[str], *before: str) -> Iterable[Mapping[str, Any]]:
    if not names:
        return []
    found = await database.execute(sql.format(", ".join("?" * len(names))), [*before, *names])
    rows: list[Mapping[str, Any]] = found.rows
    return rows


def _box(row: Any) -> Box | None:
    if row["x0"] is None or row["top"] is None:
        return None
    x0, top, x1, bottom = (row[edge] for edge in EDGES)
    return x0, top, x1, bottom


def _edges(box: Box | None) -> str:
    return ",".join(f"{edge:g}" for edge in box) if box else ""
