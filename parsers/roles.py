"""Which rows sum others: by their codes, their numbering, and the figures where words leave it open.

Leaf rows must add up to the total row once. Words come first; where a form prints units over their
projects, or categories over their items, without any mark, only the figures can tell.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from decimal import Decimal

from datapackages.model import Table
from parsers import amounts
from parsers.columns import Column
from parsers.rows import Row, bare
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
    _of_which(rows, children)
    _containers(table, rows, figures)
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
    for i, row in enumerate(rows):
        coded = row.code and (row.codes[0].basis != "looked_up" or not _number(row))
        parent = _coded_parent(rows, i) if coded else _numbered_parent(rows, ranks, i)
        if parent is not None:
            out[parent].append(i)
    return out


def _coded_parent(rows: Sequence[Row], i: int) -> int | None:
    own = rows[i]
    for j in range(i - 1, -1, -1):
        other = rows[j]
        if other.unit_name and own.unit_name and other.unit_name != own.unit_name:
            return None
        if other.code and own.code.startswith(other.code) and other.code != own.code and _same_lists(own, other):
            return j
    return None


def _same_lists(own: Row, other: Row) -> bool:
    """In lists with two classifications a parent is one in both."""
    mine = {coded.scheme: coded.code for coded in own.codes}
    return all(mine.get(coded.scheme, "").startswith(coded.code) for coded in other.codes)


def _numbered_parent(rows: Sequence[Row], ranks: Sequence[int], i: int) -> int | None:
    """The nearest line above that stands less deep.

    Behind 本年收入合计 some forms print 上年结转 and under it the funds once more, at the same depth.
    """
    for j in range(i - 1, -1, -1):
        if ranks[j] == 0:
            return None
        if ranks[j] == ranks[i] == 1 and _is_fund_of(rows[i], rows[j]) and _totals(rows[:j]):
            return j
        if ranks[j] < ranks[i] and (not rows[j].code or rows[j].codes[0].basis == "looked_up"):
            return j
    return None


def _is_fund_of(row: Row, above: Row) -> bool:
    own, over = bare(row.name), bare(above.name)
    return bool(first("flow", over) and first("fund", own)) and not first("flow", own)


def _totals(rows: Sequence[Row]) -> bool:
    return any(_is_total(row) for row in rows)


def _role(i: int, rows: Sequence[Row], children: list[int], figures: Figures) -> str:
    row = rows[i]
    if _is_total(row):
        return "subtotal" if _is_part(row) and _has_grand_total(rows) else "total"
    coded = bool(row.code) and (row.codes[0].basis != "looked_up" or not _number(row))
    if children and (coded or _sums(figures, i, children)):
        return "subtotal"
    return "leaf"


def _has_grand_total(rows: Sequence[Row]) -> bool:
    return any(_is_total(row) and not _is_part(row) for row in rows)


def _is_part(row: Row) -> bool:
    return any(meaning("part_total", word) for word in (row.name, *row.words[:2]))


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


def _containers(table: Table, rows: list[Row], figures: Figures) -> None:
    """Rows over their parts without any mark: a department over its units, a category over its items.

    A single part equal to its whole looks like two equal items. The cautious reading is kept unless only
    the other one adds up to the printed total.
    """
    if table.canonical.endswith("overall"):
        return
    cautious = _contained(rows, figures, chains=False)
    found = cautious
    if not _complete(rows, figures, cautious):
        bold = _contained(rows, figures, chains=True)
        found = bold if _complete(rows, figures, bold) else cautious
    total = _total_row(rows, figures)
    for i, parts in found.items():
        again = parts == 1 and total is not None and figures[i] == figures[total]
        rows[i].role = "repeat" if again else "subtotal"


def _contained(rows: Sequence[Row], figures: Figures, *, chains: bool) -> dict[int, int]:
    """The leaf rows that are exactly the sum of rows right behind them, with their number; read from below."""
    counts = [len(row.words) for row in rows if row.role == "leaf" and row.words]
    least, most = min(counts, default=0), max(counts, default=0)
    found: dict[int, int] = {}
    waiting: list[int] = []
    for i in range(len(rows) - 1, -1, -1):
        if rows[i].role in ("subtotal", "total", "of_which") or not any(figures[i]):
            continue
        if len(rows[i].words) == least and (least < most or not rows[i].code):
            shortest = 0 if chains or _over_one(rows, i, waiting) else 1
            for count in range(len(waiting), shortest, -1):
                if _sums(figures, i, waiting[:count]):
                    found[i] = count
                    del waiting[:count]
                    break
        waiting.insert(0, i)
    return found


def _over_one(rows: Sequence[Row], i: int, waiting: Sequence[int]) -> bool:
    """Whether a row plainly stands over a single part: a unit over its only project, a category over its item."""
    if not waiting:
        return False
    below = rows[waiting[0]]
    if len(below.words) > len(rows[i].words):
        return True
    return meaning("unit_like", fold(rows[i].name)) and not meaning("unit_like", fold(below.name))


def _complete(rows: Sequence[Row], figures: Figures, found: Collection[int]) -> bool:
    """Whether the leaves add up to the total row; True where there is nothing to compare with."""
    total = _total_row(rows, figures)
    if total is None:
        return True
    return _sums(figures, total, [i for i, row in enumerate(rows) if row.role == "leaf" and i not in found])


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
    parent = {part: i for i, parts in enumerate(children) for part in parts}
    for i, row in enumerate(rows):
        names = [row.name]
        above = parent.get(i)
        while above is not None:
            names.insert(0, rows[above].name)
            above = parent.get(above)
        row.path = "/".join(name for name in names if name)
