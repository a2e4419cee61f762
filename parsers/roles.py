"""Which rows sum others: by their codes, their numbering, and the figures where words leave it open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from datapackages.model import Table
from parsers import amounts
from parsers.columns import Column
from parsers.rows import Row
from parsers.text import fold
from parsers.vocabulary import meaning

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
    ranks = [_rank(rows, i) for i in range(len(rows))]
    children = _children(rows, ranks)
    for i, row in enumerate(rows):
        row.role = _role(i, rows, children[i], figures, columns)
    _of_which(rows, children, figures, columns)
    _containers(rows, figures, columns)
    _repeats(rows, figures)
    _paths(rows, children)


def _figures(table: Table, columns: Sequence[Column]) -> Figures:
    own = [c.index for c in columns if c.kind == "amount" and c.measure == "amount"]
    return [tuple(amounts.read(cells[i].text) for i in own) for cells in table.rows]


def _is_total(row: Row) -> bool:
    return meaning("total", fold(row.name))


def _rank(rows: Sequence[Row], i: int) -> int:
    """How deep a row stands: 0 for a total, else by its number; lines after a 本年…合计 open a new part."""
    plain = fold(rows[i].name)
    if _is_total(rows[i]):
        return 0
    for rank, pattern in RANKS:
        if pattern.match(plain):
            return rank
    numbered = any(p.match(fold(r.name)) for r in rows[:i] for _, p in RANKS)
    after_total = any(_is_total(r) and "本年" in r.name for r in rows[:i])
    return 1 if after_total or not numbered else UNNUMBERED


def _children(rows: Sequence[Row], ranks: Sequence[int]) -> list[list[int]]:
    """For each row its direct parts: by code where the list is coded, else by numbering."""
    out: list[list[int]] = [[] for _ in rows]
    for i, row in enumerate(rows):
        parent = _coded_parent(rows, i) if row.code else _numbered_parent(rows, ranks, i)
        if parent is not None:
            out[parent].append(i)
    return out


def _coded_parent(rows: Sequence[Row], i: int) -> int | None:
    own = rows[i]
    best: int | None = None
    for j in range(i - 1, -1, -1):
        other = rows[j]
        if other.unit_name != own.unit_name and other.unit_name and own.unit_name:
            break
        if other.code and own.code.startswith(other.code) and other.code != own.code and _same_lists(own, other):
            best = j
            break
    return best


def _same_lists(own: Row, other: Row) -> bool:
    """In lists with two classifications a parent is one in both."""
    mine = {coded.scheme: coded.code for coded in own.codes}
    return all(mine.get(coded.scheme, "").startswith(coded.code) for coded in other.codes)


def _numbered_parent(rows: Sequence[Row], ranks: Sequence[int], i: int) -> int | None:
    if ranks[i] <= 1:
        return None
    for j in range(i - 1, -1, -1):
        if ranks[j] == 0:
            return None
        if ranks[j] < ranks[i] and not rows[j].code:
            return j
    return None


def _role(i: int, rows: Sequence[Row], children: list[int], figures: Figures, columns: Sequence[Column]) -> str:
    if _is_total(rows[i]):
        return "subtotal" if re.search("本年|人员|公用|小计", rows[i].name) and _has_grand_total(rows) else "total"
    if children and (rows[i].code or _sums(figures, i, children)):
        return "subtotal"
    return "leaf"


def _has_grand_total(rows: Sequence[Row]) -> bool:
    return any(_is_total(row) and not re.search("本年|人员|公用|小计", row.name) for row in rows)


def _sums(figures: Figures, whole: int, parts: Sequence[int]) -> bool:
    """Whether rows add up to another in every column, within the rounding of their decimals."""
    printed = False
    for column, total in enumerate(figures[whole]):
        values = [figures[part][column] for part in parts]
        if total is None and not any(values):
            continue
        printed = printed or bool(total)
        exponent = int((total if total is not None else Decimal(0)).as_tuple().exponent)
        tolerance = Decimal(5).scaleb(exponent - 1) * (len(parts) + 1)
        if abs((total or Decimal(0)) - sum((v or Decimal(0) for v in values), Decimal(0))) > tolerance:
            return False
    return printed or not any(v for part in parts for v in figures[part])


def _of_which(rows: list[Row], children: list[list[int]], figures: Figures, columns: Sequence[Column]) -> None:
    """Parts that do not make up their parent are 其中: they are not added up."""
    for i, parts in enumerate(children):
        if not parts or rows[i].role == "subtotal" or _is_total(rows[i]):
            continue
        pending = list(parts)
        while pending:
            part = pending.pop()
            rows[part].role = "of_which"
            pending.extend(children[part])


def _containers(rows: list[Row], figures: Figures, columns: Sequence[Column]) -> None:
    """Rows that name a unit over its projects or codes, or a department over its units, sum what follows."""
    open_rows: list[int] = []
    for i in range(len(rows) - 1, -1, -1):
        if rows[i].role in ("subtotal", "total", "of_which") or not any(figures[i]):
            continue
        if _may_contain(rows[i], columns):
            for count in range(len(open_rows), 1, -1):
                if _sums(figures, i, open_rows[:count]):
                    rows[i].role = "subtotal"
                    del open_rows[:count]
                    break
        open_rows.insert(0, i)


def _may_contain(row: Row, columns: Sequence[Column]) -> bool:
    kinds = {column.kind for column in columns}
    if "unit_name" in kinds:
        return bool(row.unit_name) and not row.code and not row.project_name
    return "project_name" in kinds and not row.code


def _repeats(rows: list[Row], figures: Figures) -> None:
    """A row that says the 合计 again, a department over its only unit, counts once."""
    total = next((i for i, row in enumerate(rows) if row.role == "total" and any(figures[i])), None)
    if total is None:
        return
    leaves = [i for i, row in enumerate(rows) if row.role == "leaf" and any(figures[i])]
    same = [i for i in leaves if figures[i] == figures[total] and not rows[i].code]
    if same and len(leaves) > len(same):
        for i in same:
            rows[i].role = "repeat"
    elif len(same) > 1:
        for i in same[:-1]:
            rows[i].role = "repeat"


def _paths(rows: list[Row], children: list[list[int]]) -> None:
    parent = {part: i for i, parts in enumerate(children) for part in parts}
    for i, row in enumerate(rows):
        names = [row.name]
        above = parent.get(i)
        while above is not None:
            names.insert(0, rows[above].name)
            above = parent.get(above)
        row.path = "/".join(name for name in names if name)
