"""Blocks of indicators: a heading row (一级指标, 三级指标, 指标值 ...) and the lines under it.

Two blocks may stand side by side under one first column (Datong: 实施期 and 年度), and one name may have
two targets; each is a :class:`Segment` that borrows the columns it lacks from the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from datapackages.model import Indicator
from parsers.performance_form import Form, indicator
from parsers.performance_grid import Part, Sheet
from parsers.performance_targets import Target, read_target
from parsers.performance_words import column as heading
from parsers.performance_words import group, is_like, label, level1_of, pattern, said_beside
from parsers.text import fold

UNKNOWN = "unknown"  # a heading that is not understood: what stands under it becomes an issue
LONGEST_LEVEL = 30  # characters
REMARKS = 100  # more than a row has columns: keeps the remarks of a form apart
LEVELS = ("level1", "level2", "level3", "packed")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a block: its role, the period its heading names, and the grid columns it covers."""

    role: str
    period: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """The columns of one set of targets, by role."""

    period: str
    columns: dict[str, Column]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading row understood; ``columns`` in printed order with the row label, ``segments`` by target."""

    columns: tuple[Column, ...]
    segments: tuple[Segment, ...]
    width: int

    @property
    def first(self) -> int:
        """The first grid column that is no row label."""
        return min((found.start for found in self.columns if found.role), default=0)

    @property
    def opens_with(self) -> str:
        """The role of that column."""
        return next((found.role for found in self.columns if found.role), "")


def read_heading(parts: Sequence[Part], width: int, period_over: Callable[[Column], str]) -> Block | None:
    """The block that a row of headings opens, or None where it is none."""
    columns: list[Column] = []
    for part in parts:
        if not part.text:
            columns += [] if columns else [Column("", "", part.column, part.column_end)]
            continue
        role, period = heading(part.text)
        if role == "packed" and not columns and len(parts) > 1:
            role = ""  # the label of the whole block: 绩效指标
        if not role and not columns and not is_like("row_label", part.plain):
            return None
        columns.append(Column(role or ("" if not columns else UNKNOWN), period, part.column, part.column_end))
    roles = [found.role for found in columns if found.role and found.role != UNKNOWN]
    unknown = sum(found.role == UNKNOWN for found in columns)
    if not {"level3", "packed"} & set(roles) or not {"target", "level2"} & set(roles) or unknown >= len(roles):
        return None
    return Block(tuple(columns), tuple(read_segments(columns, period_over)), width)


def _sets(columns: Sequence[Column]) -> list[dict[str, Column]]:
    """The columns by role, a set for each target; a blank form may have lost its last column."""
    sets: list[dict[str, Column]] = [{}]
    for column in columns:
        again = column.role in (*LEVELS, "target") and column.role in sets[-1] and "target" in sets[-1]
        if again and any(later.role == "target" for later in columns if later.start >= column.start):
            sets.append({})
        if column.role and column.role != UNKNOWN:
            again = column.role in sets[-1]  # a second 指标内容 after the targets explains them
            sets[-1][f"remark{column.start}" if again else column.role] = column
    for before, after in zip(sets, sets[1:], strict=False):
        for role in LEVELS:
            if role in before:
                after.setdefault(role, before[role])
    return sets


def read_segments(columns: Sequence[Column], period_over: Callable[[Column], str]) -> list[Segment]:
    sets = _sets(columns)
    label_period = next((column.period for column in columns if not column.role and column.period), "")
    out = []
    for number, found in enumerate(sets):
        usual = "year" if len(sets) == 1 or number else "implementation"
        last = found.get("target") or columns[-1]
        period = last.period or period_over(last) or label_period or usual
        out.append(Segment(period, found))
    if len(out) > 1 and len({segment.period for segment in out}) == 1:
        out[0] = replace(out[0], period="implementation")
    return out


def realigned(block: Block, width: int) -> Block | None:
    """The block on a page that repeats no heading and may lack the columns that are merged away there."""
    if width == block.width:
        return block
    if width > len(block.columns):
        return None
    moved: dict[Column, Column] = {}
    for place, found in enumerate(block.columns[len(block.columns) - width :]):
        moved[found] = replace(found, start=place, end=place + 1)
    segments = [
        Segment(segment.period, {role: moved[found] for role, found in segment.columns.items() if found in moved})
        for segment in block.segments
    ]
    return Block(tuple(moved.values()), tuple(segments), width)


@dataclass(slots=True)
class Lines:
    """Reads the rows of a block into a form, remembering the levels that a merged or blank cell stands for."""

    form: Form
    block: Block
    last: dict[int, tuple[Part | None, Part | None]]
    levels: dict[str, str]

    @classmethod
    def of(cls, form: Form, block: Block, before: Lines | None = None) -> Lines:
        """Begin a block; one that goes on from ``before`` keeps its levels."""
        return cls(form, block, {}, dict(before.levels) if before else {})

    def read_row(self, sheet: Sheet, row: int) -> None:
        """Read one row; every part of it that lies under a heading is taken."""
        for part in sheet.row(row):
            if part.column < self.block.first and (not part.text or is_like("row_label", part.plain)):
                self.form.take(part)
        for number, segment in enumerate(self.block.segments):
            self._segment(sheet, row, number, segment)

    def _segment(self, sheet: Sheet, row: int, number: int, segment: Segment) -> None:
        found = {role: _part(sheet, row, place) for role, place in segment.columns.items()}
        name, target = found.get("level3") or found.get("packed"), found.get("target")
        levels = self._levels(found, row)
        own = [part for role, part in found.items() if part is not None and part.row == row and _says(part)]
        told = [part for part in own if part in (name, target) or part is found.get("level2")]
        for role, part in found.items():
            if role in ("level1", "level2") and _is_grown(part):
                continue
            if part is not None and (part.row == row or not part.text):
                self._beside(role, part, row)
        if _torn(name, target, self.last.get(number), row):
            self._append(number, name)
            return
        self.last[number] = (name, target)
        self._drop_group(segment.period, found, row)
        if told or (own and "level2" not in found and found.get("level1") in own):
            self.form.indicators.append(self._indicator(segment.period, levels, found))

    def _beside(self, role: str, part: Part, row: int) -> None:
        """Take a part; an activity and a remark have no place in a line, so the form keeps them in order."""
        activities = [text for (_, name, _), text in self.form.texts.items() if name == "task"]
        if role == "activity" and part.text and part.text not in activities:
            self.form.add_text("year", "task", part.text, part, number=row + 1)
        elif role.startswith("remark") and part.text and not is_like("dash", part.plain):
            self.form.add_text("year", "note", part.text, part, number=row * REMARKS + part.column + 1)
        self.form.take(part)

    def _levels(self, found: dict[str, Part | None], row: int) -> tuple[str, str, str]:
        """The three levels; a blank one at a torn page is known from its second level or the line before."""
        level2 = "" if _is_grown(found.get("level2")) else _said(found.get("level2"))
        first = "" if _is_grown(found.get("level1")) else _said(found.get("level1"))
        level1 = "" if is_like("row_label", fold(first)) else first
        level1 = level1 or level1_of(level2)
        if "level2" in found and not level2 and (not level1 or level1 == self.levels.get("level1")):
            name = found.get("level3")
            anew = name is not None and pattern("numbered_first").match(name.plain)  # 指标1 opens another level
            level2 = "" if anew and name is not None and name.row == row else self.levels.get("level2", "")
        level1 = level1 or (self.levels.get("level1", "") if "level1" in found else "")
        level3 = _said(found.get("level3")) or ("" if "level3" in found else _said(found.get("packed")))
        if "level3" not in found and (match := pattern("packed_name").match(level3)):
            level1, level2, level3 = match["level1"], match["level2"], match["level3"]
        self.levels.update(level1=level1, level2=level2)
        return level1, level2, level3

    def _indicator(self, period: str, levels: tuple[str, str, str], found: dict[str, Part | None]) -> Indicator:
        target = found.get("target")
        raw, split = _target(_said(target), found, levels[2])
        name = found.get("level3") or found.get("packed")
        place = target if name is None or (target is not None and target.text) else name
        return indicator(
            period=period,
            levels=levels,
            raw=raw,
            target=split,
            page=place.page if place else 0,
            box=place.box if place else None,
            weight=_said(found.get("weight")),
            is_core=is_like("core_mark", fold(_said(found.get("core")))),
            actual=_said(found.get("actual")),
            score=_said(found.get("score")),
            reason=_said(found.get("reason")),
        )

    def _drop_group(self, period: str, found: dict[str, Part | None], row: int) -> None:
        """A line that only named the level of the lines under it, where theirs is blank, is no indicator."""
        last = self.form.indicators[-1] if self.form.indicators else None
        if last is None or last.level3 or last.raw or last.period != period:
            return
        role = "level2" if last.level2 else "level1"
        part, below = found.get(role), found.get("level3" if last.level2 else "level2")
        blank = part is not None and part.row == row and not part.text
        if blank and below is not None and below.text and below.row == row:
            self.form.indicators.pop()

    def _append(self, number: int, name: Part | None) -> None:
        """A name that a rule of another column has torn in two goes on."""
        if name is None or not name.text:
            return
        period = self.block.segments[number].period
        for place in range(len(self.form.indicators) - 1, -1, -1):
            line = self.form.indicators[place]
            if line.period == period:
                self.form.indicators[place] = replace(line, level3=line.level3 + name.text)
                return


def _part(sheet: Sheet, row: int, place: Column) -> Part | None:
    """The part of a row under a heading: the first that says something, where it has several columns."""
    parts = sheet.between(row, place.start, place.end)
    return next((part for part in parts if part.text), parts[0] if parts else None)


def _is_grown(part: Part | None) -> bool:
    """Whether the cell of a level holds more than one: cells that have grown together say nothing of a line."""
    return part is not None and len(part.text) > LONGEST_LEVEL


def _said(part: Part | None) -> str:
    return "" if part is None or is_like("placeholder", part.plain) else part.text


def _says(part: Part) -> bool:
    return bool(part.text) and not is_like("placeholder", part.plain)


def _torn(name: Part | None, target: Part | None, last: tuple[Part | None, Part | None] | None, row: int) -> bool:
    """Whether a name goes on beside the target of the row before."""
    if name is None or target is None or last is None or name.row != row or not target.text:
        return False
    return target is last[1] and name is not last[0] and not pattern("numbered").match(name.plain)


def _target(text: str, found: dict[str, Part | None], name: str) -> tuple[str, Target | None]:
    """The target as one text and its pieces, also where operator and unit have columns of their own."""
    measure, sign = _said(found.get("measure")), _said(found.get("operator"))
    if "operator" not in found and "measure" not in found:
        return text, None
    words = not sign or is_like("words_operator", fold(sign))
    whole = f"{'' if words else sign}{text}{measure}"
    inner = read_target(text, name)
    signs = [operator for operator, word in group("operators_before").items() if word.match(fold(sign))]
    operator = signs[0] if signs and not words else inner.operator
    return whole, Target(operator, inner.value or text, measure or inner.unit)


def ends_block(parts: Sequence[Part], block: Block) -> bool:
    """Whether a row belongs to the form again: it opens with a label where the row label or first level stands."""
    first = next((part for part in parts if part.text), None)
    if first is None or first.column > block.first or is_like("row_label", first.plain):
        return False
    told = label(first.text) or (inline[0] if (inline := said_beside(first.text)) else None)
    if told is None or first.column < block.first or told.kind in ("field", "person"):
        return told is not None
    return block.opens_with in ("level1", "level2")  # the name of an indicator may read like a label
