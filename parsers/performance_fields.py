"""Labels and values of a form outside its indicators: a value belongs to the label beside it, above it or both."""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers import amounts
from parsers.performance_form import Form
from parsers.performance_grid import Part, Sheet
from parsers.performance_words import Label, is_like, label, said_beside

ABOVE = 4  # a value without a label beside it lies at most so many rows below its heading


@dataclass(slots=True)
class Fields:
    """Reads rows of labels and values into a form."""

    form: Form
    labels: dict[Part, Label] = field(default_factory=dict)
    headings: list[Part] = field(default_factory=list)
    fund_periods: dict[int, str] = field(default_factory=dict)  # by the column of the fund's label
    used: set[Part] = field(default_factory=set)  # labels that have their value
    page: int = 0  # of the row before
    last: Label | None = None  # of the last text: at the top of a page it may go on

    def read_row(self, sheet: Sheet, row: int) -> None:
        """Read the parts of a row that start in it."""
        beside: Part | None = None
        parts = sheet.row(row)
        for place, part in enumerate(parts):
            if part.row < row:
                beside = part if part in self.labels else beside
                continue
            if self._is_label(part, beside):
                beside = self._label(part, parts[place + 1 :], sheet.width)
            elif part.text:
                self._value(part, beside, row)
            else:
                self.form.take(part)
        self.page = max((part.page for part in parts if part.row == row), default=self.page)

    def period_over(self, columns: Part) -> str:
        """The period that a heading above these columns names (实施期目标 over the first of two blocks)."""
        found = (self.labels[part].period for part in reversed(self.headings) if part.over(columns))
        return next((period for period in found if period), "")

    def _is_label(self, part: Part, beside: Part | None) -> bool:
        """Remember what a part announces; a colon in the text of a goal announces nothing."""
        if not part.text:
            return False
        told = self.labels[beside] if beside is not None else None
        if found := label(part.text):
            self.labels[part] = found
        elif (beside is None or told is None or told.kind != "text") and (inline := said_beside(part.text)):
            self.labels[part] = inline[0]
        return part in self.labels

    def _label(self, part: Part, rest: list[Part], width: int) -> Part:
        told = self.labels[part]
        self.form.take(part)
        self.form.note_money_unit(part.text)
        inline = None if label(part.text) else said_beside(part.text)
        if inline:
            self._put(part, told, inline[1])
        elif told.name == "execution_weight":
            self.form.add_text("year", told.name, part.text, part)
        if told.kind == "fund" and told.period:
            self.fund_periods[part.column] = told.period
        following = next((other for other in rest if other.row == part.row), None)
        if following is None or not following.text or label(following.text):
            self.headings.append(part)
            if following is None or following.text:  # without rules a heading's cell is only as wide as its words
                part.column_end = max(part.column_end, following.column if following else width)
        return part

    def _put(self, part: Part, told: Label, text: str) -> None:
        """A value printed in the cell of its label."""
        if told.kind == "person":
            self.form.take_person(part)
        if told.kind == "field":
            self.form.fields[told.name] = self.form.fields.get(told.name, "") + text
        elif told.kind == "text":
            self.form.add_text(told.period, told.name, text, part)
        elif told.kind == "fund":
            self.form.funds.append((told.period or "year", told.name, text))

    def _value(self, part: Part, beside: Part | None, row: int) -> None:
        if is_like("ignored", part.plain):
            self.form.note_money_unit(part.text)
            self.form.take(part)
            return
        above = self._above(part, beside, row)
        if beside is None and not above:
            if self.last is not None and part.page != self.page:
                self._text(part, self.last, None, row)
            return
        told = self.labels[beside] if beside is not None else None
        if told is not None and told.kind == "person":
            self.form.take_person(part)
        elif told is not None and told.kind == "field" and beside is not None and beside.row_end > row:
            self.form.set_field(told.name, part)
            self.used.add(beside)
        elif any(self.labels[heading].kind in ("fund", "phase", "part") for heading in above):
            self._amount(part, beside, above, row)
        elif above:
            found = self.labels[above[0]]
            self._text(part, found, told, row)
        elif told is not None and told.kind == "text":
            if told.name != "task" or amounts.read(part.text) is None:
                self._text(part, told, None, row)
        elif told is not None and beside is not None and (beside not in self.used or is_like("dash", part.plain)):
            self._amount(part, beside, [], row)

    def _above(self, part: Part, beside: Part | None, row: int) -> list[Part]:
        """The headings over a value that go with the label beside it, the nearest first."""
        over = [heading for heading in reversed(self.headings) if heading.over(part) and heading.row < row]
        if beside is None:
            return [heading for heading in over[:1] if row - heading.row_end < ABOVE]
        told = self.labels[beside]
        if beside.row < row:  # a label over several rows, with headings of its own beside it
            return [heading for heading in over if heading.row >= beside.row and heading is not beside]
        if told.kind == "fund":
            since = max((heading.row for heading in over if self.labels[heading].kind == "text"), default=-1)
            own = [heading for heading in over if self.labels[heading].kind != "text" and heading.row > since]
            return [heading for heading in own if heading.column > beside.column]
        if told.kind == "text" and told.name == "goal":
            return [heading for heading in over[:1] if self.labels[heading].name in ("goal", "achieved")]
        return []

    def _text(self, part: Part, told: Label, wider: Label | None, row: int) -> None:
        if told.kind != "text":
            return
        period = told.period or (wider.period if wider and wider.kind == "text" else "")
        is_task = told.name in ("task", "task_content")
        self.last = told
        self.form.add_text(period, told.name, part.text, part, number=row + 1 if is_task else 0)

    def _amount(self, part: Part, beside: Part | None, above: list[Part], row: int) -> None:
        """An amount under its headings: fund, phase (全年执行数) and kind of expenditure."""
        if not is_like("amount", part.plain) and not is_like("dash", part.plain):
            return
        told = self.labels[beside] if beside is not None else None
        heads = [self.labels[heading] for heading in above]
        funds = [head.name for head in heads if head.kind == "fund"]
        own = told.name if told and told.kind == "fund" and beside is not None and beside.row == part.row else ""
        wide = [name for name in funds if name != "total"]
        name = own or (wide[0] if wide else "total")
        suffix = [head.name for head in [*heads, *([told] if told else [])] if head.kind in ("phase", "part")]
        suffix = [word for word in suffix if word != "approved"]
        if own and wide and own != "total":
            return
        if own and wide:
            name = wide[0]
        if told and told.kind == "text" and told.name == "task" and not own:
            name = f"task_{name}"
        self.form.add_fund(self._period(told, beside, above), "_".join([name, *suffix[:1]]), part)
        if beside is not None:
            self.used.add(beside)

    def _period(self, told: Label | None, beside: Part | None, above: list[Part]) -> str:
        if told and told.period:
            return told.period
        columns = [heading.column for heading in above] + ([beside.column] if beside is not None else [])
        periods = [self.labels[heading].period for heading in above]
        periods += [self.fund_periods.get(found, "") for found in columns]
        return next((period for period in periods if period), "year")
