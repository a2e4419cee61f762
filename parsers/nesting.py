"""Which line of a list stands under which, by the figures alone.

Lists of projects and of purchases print units over categories over projects, all in one column and without
any mark. What they have in common is that each line is the sum of the lines under it, and that all lines
that sum nothing stand equally deep.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from parsers.amounts import tolerance

DEEPEST = 7
Figures = Sequence[Sequence[Decimal | None]]


def nest(figures: Figures, total: int | None) -> list[int | None] | None:
    """For each line the line it is a part of, None for the root; None where no depth lets everything add up.

    ``figures`` holds for each line its printed figures, column by column; ``total`` is the line of the total,
    or None where none is printed and the first line must be the sum of the others.
    """
    root = 0 if total is None else total
    below = [i for i in range(len(figures)) if i != root]
    for depth in range(1, DEEPEST + 1):
        parents: list[int | None] = [root] * len(figures)
        if below and _under(root, below, 0, depth, figures, parents) == len(below):
            parents[root] = None
            return parents
    return None


def _under(
    whole: int, below: Sequence[int], at: int, depth: int, figures: Figures, parents: list[int | None]
) -> int | None:
    """Take lines from ``at`` on until they make up the whole; return where the next line stands."""
    sums = [Decimal(0)] * len(figures[whole])
    count = 0
    while at < len(below):
        line = below[at]
        if count and any(figures[line]) and _equal(figures[whole], sums, count):
            break
        parents[line] = whole
        sums = [sum_ + (figure or 0) for sum_, figure in zip(sums, figures[line], strict=True)]
        at, count = at + 1, count + 1
        if depth > 1 and any(figures[line]):
            after = _under(line, below, at, depth - 1, figures, parents)
            if after is None:
                return None
            at = after
    return at if count and _equal(figures[whole], sums, count) else None


def _equal(whole: Sequence[Decimal | None], sums: Sequence[Decimal], count: int) -> bool:
    """Whether sums equal the printed figures within the rounding of their decimals."""
    pairs = zip(whole, sums, strict=True)
    return all(abs((figure or 0) - sum_) <= _tolerance(figure, count) for figure, sum_ in pairs)


def _tolerance(figure: Decimal | None, count: int) -> Decimal:
    """What has no decimals is not rounded."""
    rounded = figure is not None and int(figure.as_tuple().exponent) < 0
    return tolerance(figure, count) if figure is not None and rounded else Decimal(0)
