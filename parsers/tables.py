"""Printed tables to lists: blocks apart, rows complete, and only rows that hold something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from datapackages.model import Cell, Table
from parsers.blocks import Block, split
from parsers.grid import Grid, Slot, is_amount, is_index
from parsers.opened import opened
from parsers.stitch import ALIGNED, Printed, fit
from parsers.text import fold
from parsers.vocabulary import canonical, words

NOT_ZERO = re.compile("[1-9]")
_new_cell = opened(Cell)


def read_tables(printed: Iterable[Printed], sha256: str) -> Iterator[Table]:
    """The lists of a document in reading order. A money unit printed once holds until the next is printed."""
    money_unit = ""
    for table in printed:
        money_unit = table.caption.money_unit or money_unit
        yield from _lists(table, sha256, money_unit)


def _lists(printed: Printed, sha256: str, money_unit: str) -> Iterator[Table]:
    caption = printed.caption
    if not any(printed.header):
        printed = _form(printed)
    name = canonical(caption.title) if caption.title else "unrecognised"
    blocks = split(name, printed.header)
    declared = next((note for note in printed.notes if words()["declared"].search(fold(note))), "")
    grids = _placed(printed.grids)
    for title, group in _same_name(blocks).items():
        rows = tuple(row for block in group for row in _rows(grids, block, blocks))
        columns = tuple("/".join(path) for path in group[0].paths)
        yield Table(
            table_id=_table_id(sha256, grids[0], group[0]),
            label=caption.label,
            title=caption.title,
            canonical=name,
            block=title,
            unit_name=caption.unit_name,
            money_unit=_form_money_unit(rows) or money_unit if name.startswith("performance") else money_unit,
            pages=tuple(dict.fromkeys(grid.page for grid in grids)),
            columns=columns,
            rows=rows,
            state="failed" if printed.doubt else _state(name, rows, declared),
            declared=declared,
        )


def _form(printed: Printed) -> Printed:
    """The pages of a form in one set of columns: every page has its own, as labels and values need them."""
    edges: list[float] = []
    for edge in sorted(edge for grid in printed.grids for edge in grid.edges):
        if not edges or edge - edges[-1] > ALIGNED:
            edges.append(edge)
    fitted = [fit(grid, edges) or grid for grid in printed.grids]
    width = max(len(grid.header) for grid in fitted)
    whole = [grid for grid in fitted if len(grid.header) == width]
    for i in range(1, len(whole)):
        whole[i - 1], whole[i] = _joined_labels(whole[i - 1], whole[i])
    return replace(printed, grids=whole)


def _joined_labels(before: Grid, onward: Grid) -> tuple[Grid, Grid]:
    """A label over several rows that a page break cuts in two stands in its lower half; it belongs to the upper."""
    if not before.body or not onward.body or onward.page != before.page + 1:
        return before, onward
    body, first = [list(row) for row in before.body], list(onward.body[0])
    for column, lower in enumerate(first):
        place = max((i for i, row in enumerate(body) if row[column].box), default=None)
        if place is None or not lower.text or not lower.box:
            continue
        upper = body[place][column]
        merged = place < len(body) - 1 or (len(onward.tops) > 1 and lower.box[3] > onward.tops[1] + ALIGNED)
        if merged and _is_lower_half(upper, lower, before.box[3]):
            body[place][column] = upper._replace(text=lower.text)
            first[column] = Slot("", None)
    rows = tuple(tuple(row) for row in body)
    return replace(before, body=rows), replace(onward, body=(tuple(first), *onward.body[1:]))


def _is_lower_half(upper: Slot, lower: Slot, bottom: float) -> bool:
    """Whether an empty cell at the foot of a page and a filled one at the head of the next are one."""
    if upper.text or not upper.box or not lower.box or is_amount(fold(lower.text)):
        return False
    sides = all(abs(upper.box[i] - lower.box[i]) <= ALIGNED for i in (0, 2))
    return sides and upper.box[3] >= bottom - ALIGNED


def _placed(grids: Sequence[Grid]) -> list[Grid]:
    """Figures of merged cells moved to the column of figures that the cell reaches.

    Where a rule is missing in one row, the name's empty cell and the figure's are one; the other rows
    tell in which of the two columns figures stand.
    """
    rows = [row for grid in grids for row in grid.body]
    merged = [slot for row in rows for slot in row if slot.span > 1]
    if not any(map(_is_merged_figure, merged)):
        return list(grids)
    counts = [sum(is_amount(fold(row[i].text)) for row in rows) for i in range(len(grids[0].header))]
    return [replace(grid, body=tuple(_placed_row(row, counts) for row in grid.body)) for grid in grids]


def _placed_row(row: Sequence[Slot], counts: Sequence[int]) -> tuple[Slot, ...]:
    out = list(row)
    for i, slot in enumerate(row):
        if _is_merged_figure(slot):
            best = max(range(i, min(i + slot.span, len(row))), key=lambda column: counts[column])
            out[i] = slot._replace(text="", span=1)
            out[best] = slot._replace(span=1)
    return tuple(out)


def _is_merged_figure(slot: Slot) -> bool:
    return slot.span > 1 and is_amount(fold(slot.text))


def _same_name(blocks: Sequence[Block]) -> dict[str, list[Block]]:
    """A list that runs on in the next column group of the same name is one list."""
    out: dict[str, list[Block]] = {}
    for block in blocks:
        out.setdefault(block.name, []).append(block)
    return out


def _form_money_unit(rows: Sequence[Sequence[Cell]]) -> str:
    """The unit that a form states in its own label, whatever the tables around it use."""
    texts = (fold(cell.text) for row in rows for cell in row if len(cell.text) < 40)
    return next((match["unit"] for text in texts if (match := words()["form_money_unit"].search(text))), "")


def _table_id(sha256: str, grid: Grid, block: Block) -> str:
    left = grid.edges[block.columns[0]]
    return f"{sha256[:16]}-p{grid.page}-x{round(left)}-y{round(grid.box[1])}"


def _rows(grids: Sequence[Grid], block: Block, blocks: Sequence[Block]) -> Iterator[tuple[Cell, ...]]:
    for grid in grids:
        for slots in grid.body:
            texts = [slot.text for slot in slots]
            if not any(texts) or is_index(texts):
                continue
            if len(blocks) == 1:
                yield tuple([_new_cell({"text": text, "page": grid.page, "box": box}) for text, box, _ in slots])
                continue
            cells = tuple([_cell(slots, column, block, grid.page) for column in block.columns])
            if any(cell.text for cell in cells):
                yield cells


def _cell(slots: Sequence[Slot], column: int, block: Block, page: int) -> Cell:
    """The cell of a row in one column, where lists stand side by side.

    A name merged over the end of one list and the start of the next belongs to the list whose figure
    follows it: the last one that it reaches.
    """
    text, box, span = slots[column]
    if span > 1 and text and column + span - 1 > block.columns[-1]:
        return _new_cell({"text": "", "page": page, "box": None})
    if not text and column == block.columns[0]:
        for start in range(column - 1, -1, -1):
            reach = start + slots[start].span - 1
            if slots[start].text and column <= reach <= block.columns[-1] and start not in block.columns:
                return _new_cell({"text": slots[start].text, "page": page, "box": slots[start].box})
    return _new_cell({"text": text, "page": page, "box": box})


def _state(name: str, rows: Sequence[Sequence[Cell]], declared: str) -> str:
    if name == "unrecognised":
        return "unrecognised"
    texts = (cell.text for row in rows for cell in row)
    figures = (text for text in texts if "." in text or is_amount(fold(text)))
    return "parsed" if any(not declared or NOT_ZERO.search(text) for text in figures) else "blank"
