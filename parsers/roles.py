"""Which rows sum others: by their codes, their numbering, and the figures where words leave it open.

Leaf rows must add up to the total row once. Words come first; where a form prints units over their
projects, or categories over their items, without any mark, only the figures can tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from datapackages.model import Table
from parsers import amounts
from parsers.columns import Column
from parsers.containers import adds_up, from_below, tree
from parsers.row_codes import bare
from parsers.rows import Row
from parsers.text import fold
from parsers.vocabulary import first, meaning

RANKS = (
    (1, re.compile(r"^[一二三四五六七八九十]{1,3}、")),
    (2, re.compile(r"^[(（][一二三四五六七八九十]{1,3}[)）]")),
    (3, re.compile(r"^\d{1,2}[、.．](?!\d)")),
    (4, re.compile(r"^[(（]\d{1,2}[)）]")),
    (5, re.compile(r"^[①②③④⑤⑥⑦⑧⑨⑩]")),
)
UNNUMBERED = 6
Figures = list[tuple[Decimal | None, ...]]


def set_roles(table: Table, columns: Sequence[Column], rows: list[Row]) -> None:
    """Fill ``role`` and ``path`` of every row."""
    figures = _figures(table, columns)
    ranks = _ranks(rows)
    children = _children(rows, ranks)
    for i, row in enumerate(rows):
        row.role = _role(i, rows, children[i], figures)
    _nested(rows, children, figures)
    _of_which(rows, children)
    _containers(table, rows, figures, children)
    _repeats(rows, figures)
    _paths(rows, children)


def _figures(table: Table, columns: Sequence[Column]) -> Figures:
    own = [c.index for c in columns if c.kind == "amount" and c.measure == "amount"]
    return [tuple(amounts.read(cells[i].text) for i in own) for cells in table.rows]


def _is_total(row: Row) -> bool:
    return meaning("total", fold(row.name)) or any(meaning("total", fold(word)) for word in row.words[:2])


def _number(row: Row) -> int:
    """How deep the printed number of a line stands; 0 for a line without one."""
    plain = fold(row.name)
    return next((rank for rank, pattern in RANKS if pattern.match(plain)), 0)


def _ranks(rows: Sequence[Row]) -> list[int]:
    """How deep each row stands: 0 for a total, else by its number; lines after a 本年…合计 open a new part."""
    ranks = []
    numbered = after_total = False
    for i, row in enumerate(rows):
        if _is_total(row):
            ranks.append(0)
            after_total = after_total or "本年" in row.name
        elif number := _number(row):
            ranks.append(number)
            numbered = True
        elif i and meaning("of_which", fold(row.name)):
            ranks.append(UNNUMBERED + 1)
        else:
            ranks.append(1 if after_total or not numbered else UNNUMBERED)
    return ranks


def _children(rows: Sequence[Row], ranks: Sequence[int]) -> list[list[int]]:
    """For each row its direct parts: by number where lines are numbered, by code where the list is coded."""
    out: list[list[int]] = [[] for _ in rows]
    flows = [bool(first("flow", bare(row.name))) for row in rows]
    codes = [row.code for row in rows]
    for i, row in enumerate(rows):
        coded = row.code and (row.codes[0].basis != "looked_up" or not _number(row))
        parent = _coded_parent(rows, codes, i) if coded else _numbered_parent(rows, ranks, flows, i)
        if parent is not None:
            out[parent].append(i)
    return out


def _coded_parent(rows: Sequence[Row], codes: Sequence[str], i: int) -> int | None:
    unit, code = rows[i].unit_name, codes[i]
    for j in range(i - 1, -1, -1):
        if unit and rows[j].unit_name not in ("", unit):
            return None
        other = codes[j]
        if other and other != code and code.startswith(other) and _same_lists(rows[i], rows[j]):
            return j
    return None


def _same_lists(own: Row, other: Row) -> bool:
    """In lists with two classifications a parent is one in both."""
    mine = {coded.scheme: coded.order for coded in own.codes}
    return all(mine.get(coded.scheme, "").startswith(coded.order) for coded in other.codes)


def _numbered_parent(rows: Sequence[Row], ranks: Sequence[int], flows: Sequence[bool], i: int) -> int | None:
    """The nearest line above that stands less deep.

    Behind 本年收入合计 some forms print 上年结转 and under it the funds once more, at the same depth.
    """
    is_fund = ranks[i] == 1 and not flows[i] and bool(first("fund", bare(rows[i].name)))
    for j in range(i - 1, -1, -1):
        if ranks[j] == 0:
            return None
        if is_fund and flows[j] and ranks[j] == 1 and _totals(rows[:j]):
            return j
        if ranks[j] < ranks[i] and (not rows[j].code or rows[j].codes[0].basis == "looked_up"):
            return j
    return None


def _totals(rows: Sequence[Row]) -> bool:
    return any(_is_total(row) for row in rows)


def _role(i: int, rows: Sequence[Row], children: list[int], figures: Figures) -> str:
    row = rows[i]
    if _is_total(row):
        return "subtotal" if _is_part(row) and _has_grand_total(rows) else "total"
    coded = bool(row.code) and (row.codes[0].basis != "looked_up" or not _number(row))
    if children and (coded or (_sums(figures, i, children) and not _is_empty_of_which(rows, children, figures[i]))):
        return "subtotal"
    return "leaf"


def _is_empty_of_which(rows: Sequence[Row], children: Sequence[int], whole: tuple[Decimal | None, ...]) -> bool:
    """Where nothing is printed but zeros, 其中 stays 其中."""
    return not any(whole) and any(meaning("of_which", fold(rows[i].name)) for i in children)


def _has_grand_total(rows: Sequence[Row]) -> bool:
    return any(_is_total(row) and not _is_part(row) for row in rows)


def _is_part(row: Row) -> bool:
    return any(meaning("part_total", word) for word in (row.name, *row.words[:2]))


def _sums(figures: Figures, whole: int, parts: Sequence[int]) -> bool:
    return adds_up(figures[whole], [figures[part] for part in parts])


def _nested(rows: list[Row], children: list[list[int]], figures: Figures) -> None:
    """Parts of a numbered line that are themselves over parts without any mark: 货物 over projects over goods."""
    for i, parts in enumerate(children):
        named = any(meaning("of_which", fold(rows[part].name)) for part in parts)
        own = [part for part in parts if any(figures[part])]
        if rows[i].role != "leaf" or len(own) < 3 or named or any(children[part] for part in parts):
            continue
        found = tree([figures[part] for part in own], figures[i], [True] * len(own))
        if not found:
            continue
        rows[i].role = "subtotal"
        for place, under in found.items():
            rows[own[place]].role = "subtotal"
            children[own[place]].extend(own[part] for part in under)
        nested = {own[part] for under in found.values() for part in under}
        children[i] = [part for part in parts if part not in nested]


def _of_which(rows: list[Row], children: list[list[int]]) -> None:
    """Parts that do not make up their parent are 其中: they are not added up."""
    for i, parts in enumerate(children):
        if not parts or rows[i].role == "subtotal" or _is_total(rows[i]):
            continue
        pending = list(parts)
        while pending:
            part = pending.pop()
            rows[part].role = "of_which"
            pending.extend(children[part])


def _containers(table: Table, rows: list[Row], figures: Figures, children: list[list[int]]) -> None:
    """Rows over their parts without any mark; where the figures do not settle it, the cautious reading."""
    if table.canonical.endswith("overall"):
        return
    total = _total_row(rows, figures)
    own = [i for i, row in enumerate(rows) if row.role == "leaf" and any(figures[i])]
    shown, holders = [figures[i] for i in own], _holders([rows[i] for i in own])
    found = None
    if total is not None:
        found = tree(shown, figures[total], holders)
        if found is None and not all(holders) and any(holders):
            found = tree(shown, figures[total], [not rows[i].code or any(rows[i].words) for i in own])
    if found is None:
        found = from_below(shown, holders, lambda i, below: _is_over(rows[own[i]], rows[own[below]]))
    above = {part: i for i, parts in enumerate(children) for part in parts}
    for place, parts in found.items():
        i = own[place]
        again = len(parts) == 1 and total is not None and figures[i] == figures[total]
        rows[i].role = "repeat" if again and meaning("unit_like", fold(rows[i].name)) else "subtotal"
        children[i].extend(dict.fromkeys(_top(own[part], above, i) for part in parts))


def _top(row: int, above: dict[int, int], whole: int) -> int:
    """The row over a part that itself stands under the whole: the 类 over a 款 under its unit."""
    while above.get(row, -1) > whole:
        row = above[row]
    return row


def _holders(rows: Sequence[Row]) -> list[bool]:
    """Which rows may stand over others: those with the fewest words; where all have as many, those without code."""
    counts = [len(row.words) for row in rows]
    least, most = min(filter(None, counts), default=0), max(counts, default=0)
    return [len(row.words) == least and (least < most or not row.code) for row in rows]


def _is_over(row: Row, below: Row) -> bool:
    """Whether a row plainly stands over a single part: a unit over its only project, a category over its item."""
    if len(below.words) > len(row.words):
        return True
    return meaning("unit_like", fold(row.name)) and not meaning("unit_like", fold(below.name))


def _total_row(rows: Sequence[Row], figures: Figures) -> int | None:
    return next((i for i, row in enumerate(rows) if row.role == "total" and any(figures[i])), None)


def _repeats(rows: list[Row], figures: Figures) -> None:
    """A row that says the 合计 again, a department over its only unit, counts once."""
    total = _total_row(rows, figures)
    if total is None:
        return
    leaves = [i for i, row in enumerate(rows) if row.role == "leaf" and any(figures[i])]
    same = [i for i in leaves if figures[i] == figures[total] and not rows[i].code]
    surplus = same if len(leaves) > len(same) else same[:-1]
    for i in surplus:
        rows[i].role = "repeat"


def _paths(rows: list[Row], children: list[list[int]]) -> None:
    for i, parts in enumerate(children):
        for part in parts:
            rows[part].parent = i if part > i else rows[part].parent
    for row in rows:
        above = rows[row.parent].path if row.parent is not None else ""
        row.path = "/".join(filter(None, (above, row.name)))
