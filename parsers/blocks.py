"""Lists that stand side by side in one frame, each with its own key and amount columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parsers.text import fold
from parsers.vocabulary import first, words

SPLIT_FORMS = ("overall", "fiscal_overall", "state_capital", "fund", "basic_economic", "fiscal_basic_economic")


@dataclass(frozen=True, slots=True)
class Block:
    """One list: its name, its leaf columns (0-based) and its header paths."""

    name: str
    columns: tuple[int, ...]
    paths: tuple[tuple[str, ...], ...]


def split(canonical: str, header: Sequence[tuple[str, ...]]) -> list[Block]:
    """The lists of a table from left to right; one without a name where nothing stands beside it."""
    columns = range(len(header))
    if canonical in SPLIT_FORMS:
        groups = _groups(header)
        if len(groups) > 1:
            return _named(canonical, header, groups)
    return [Block("", tuple(columns), tuple(header))]


def _groups(header: Sequence[tuple[str, ...]]) -> list[list[int]]:
    """A new list opens where a heading such as 项目 or 科目编码 follows a column of figures."""
    groups: list[list[int]] = [[]]
    figures = False
    for column, path in enumerate(header):
        leaf = fold(path[-1]) if path else ""
        if words()["serial_column"].search(leaf) and not groups[0]:
            continue  # 序号 and 行次 count the printed rows and belong to no single list
        opens = bool(words()["list_head"].search(leaf)) or (not leaf and _opens_side(header, column))
        if opens and figures:
            groups.append([])
            figures = False
        elif not opens and not words()["text_column"].search(leaf):
            figures = True
        groups[-1].append(column)
    return [group for group in groups if group]


def _opens_side(header: Sequence[tuple[str, ...]], column: int) -> bool:
    return bool(column and header[column] and header[column - 1] and header[column][0] != header[column - 1][0])


def _named(canonical: str, header: Sequence[tuple[str, ...]], groups: list[list[int]]) -> list[Block]:
    paths = [[header[column] for column in group] for group in groups]
    if "economic" in canonical:
        return _economic(groups, paths)
    blocks = []
    for number, (group, own) in enumerate(zip(groups, paths, strict=True)):
        seen = "/".join(fold(text) for path in own for text in path[:-1]) + "/" + fold(own[0][-1] if own[0] else "")
        name = first("blocks", seen) or ("revenue" if number == 0 else "expenditure")
        if name in ("personnel", "public"):
            name = "revenue" if number == 0 else "expenditure"
        blocks.append(Block(name, tuple(group), tuple(_without_side(path) for path in own)))
    return blocks


def _economic(groups: list[list[int]], paths: list[list[tuple[str, ...]]]) -> list[Block]:
    """决算 form 06: personnel on the left, public on the right over one or two column groups."""
    return [
        Block("personnel" if number == 0 else "public", tuple(group), tuple(own))
        for number, (group, own) in enumerate(zip(groups, paths, strict=True))
    ]


def _without_side(path: tuple[str, ...]) -> tuple[str, ...]:
    """Header path without the heading 收入 or 支出 that spans the whole side."""
    return path[1:] if len(path) > 1 and words()["side_head"].search(fold(path[0])) else path
