"""The rows of a list by what stands under what: by their paths, by the figures where nothing is printed to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from datapackages.checks.book import Book
from datapackages.checks.findings import term
from datapackages.model import Fact

HOLDING = ("subtotal", "total", "repeat")
LONGEST = 200  # rows that one row without any mark is tried over


@dataclass(eq=False)
class Line:
    """A row of a list with its figures of one share, and the rows under it."""

    number: int
    facts: Mapping[int, Fact]
    head: Fact
    under: list[Line] = field(default_factory=list)
    above: Line | None = None


def lines(rows: Mapping[int, Mapping[int, Fact]]) -> list[Line]:
    """The rows in printed order, each under the nearest row above whose path its own begins with."""
    found: list[Line] = []
    latest: dict[str, Line] = {}
    for number in sorted(rows):
        head = next(iter(rows[number].values()))
        line = Line(number, rows[number], head)
        line.above = _above(head, latest)
        if line.above is not None:
            line.above.under.append(line)
        before = latest.get(head.row_path)
        if before is None or before.head.row_role not in HOLDING or head.row_role in HOLDING:
            latest[head.row_path] = line  # 本级 has the name of the department over it, and nothing under it
        found.append(line)
    return found


def _above(head: Fact, latest: Mapping[str, Line]) -> Line | None:
    """A row whose parent prints no figure stands under the next one up that does; one under a repeat, beside it."""
    path = head.row_path.removesuffix(head.name).rstrip("/")
    while path:
        if path in latest:
            above: Line | None = latest[path]
            while above is not None and above.head.row_role == "repeat":
                above = above.above
            return above
        path = path.rpartition("/")[0]
    return None


def held(book: Book, whole: Line, parts: Sequence[Line]) -> int:
    """In how many columns the parts make the whole."""
    return sum(_holds(book, column, whole, parts) for column in whole.facts)


def _holds(book: Book, column: int, whole: Line, parts: Sequence[Line]) -> bool:
    printed = [part.facts[column] for part in parts if column in part.facts]
    terms = [term(book, fact) for fact in (whole.facts[column], *printed)]
    gap = terms[0].amount - sum((one.amount for one in terms[1:]), Decimal(0))
    return bool(printed) and abs(gap) <= sum((one.slack for one in terms), Decimal(0))


def told(line: Line) -> list[int]:
    """The columns in which a row prints more than nothing: only these can tell what it sums."""
    return [column for column, fact in line.facts.items() if fact.amount]


def regroup(book: Book, total: Line, top: Sequence[Line]) -> dict[Line, list[Line]]:
    """Rows that in most columns are the sum of rows right behind them, where only so most columns make the total.

    One wrong figure hides a unit over its projects from whoever asks all columns to agree. Nothing is found
    where the total is made as it stands, or where the rows so found do not make it either.
    """
    if len(told(total)) < 2 or _mostly(book, total, top):
        return {}
    found: dict[Line, list[Line]] = {}
    waiting: list[Line] = []
    for line in reversed(top):
        if run := _run(book, line, waiting):
            found[line] = run
            waiting = waiting[len(run) :]
        waiting.insert(0, line)
    return found if found and _mostly(book, total, waiting) else {}


def _run(book: Book, line: Line, behind: Sequence[Line]) -> list[Line]:
    """The rows behind a row without code that it sums in most of its columns, at least in two."""
    if line.under or _coded(line) or len(told(line)) < 2:
        return []
    runs = [list(behind[:count]) for count in range(2, min(len(behind), LONGEST) + 1)]
    best = max(runs, key=lambda run: held(book, line, run), default=[])
    return best if best and held(book, line, best) >= 2 and _mostly(book, line, best) else []


def _mostly(book: Book, whole: Line, parts: Sequence[Line]) -> bool:
    shown = told(whole)
    return 2 * sum(_holds(book, column, whole, parts) for column in shown) > len(shown)


def _coded(line: Line) -> bool:
    return bool(line.head.function_code or line.head.econ_dept_code or line.head.econ_gov_code)


def is_counted_twice(book: Book, total: Line, parts: Sequence[Line]) -> bool:
    """Whether rows without codes make more than a total in every column: some may be sums of others."""
    shown = told(total)
    over = [column for column in shown if _sum(column, parts) > (total.facts[column].amount or Decimal(0))]
    failing = [column for column in shown if not _holds(book, column, total, parts)]
    uncoded = any(not _coded(part) for part in parts)
    return uncoded and len(shown) > 1 and len(failing) == len(over) == len(shown)


def _sum(column: int, parts: Sequence[Line]) -> Decimal:
    return sum((part.facts[column].amount or Decimal(0) for part in parts if column in part.facts), Decimal(0))
