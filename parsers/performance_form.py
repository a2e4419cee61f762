"""A performance form while it is read, and what it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from datapackages.model import Box, Indicator, Performance, Table
from parsers.performance_grid import Part
from parsers.performance_targets import Target, read_target
from parsers.performance_words import is_like, pattern
from parsers.text import fold


@dataclass(slots=True)
class Form:
    """What has been read of one form; ``indicators`` get their numbers at the end."""

    table: Table
    canonical: str
    fields: dict[str, str] = field(default_factory=dict)
    funds: list[tuple[str, str, str]] = field(default_factory=list)
    texts: dict[tuple[str, str, int], str] = field(default_factory=dict)
    indicators: list[Indicator] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    money_unit: str = ""
    people: list[Part] = field(default_factory=list)  # cells with a name or a number of a person: never data

    def set_field(self, name: str, part: Part) -> None:
        """A field that is printed twice keeps its first value; one that runs on over cells is joined."""
        self.fields[name] = self.fields.get(name, "") + part.text
        self.take(part)

    def add_fund(self, period: str, name: str, part: Part) -> None:
        """An amount as printed; a dash says that there is none."""
        if part.text and not is_like("dash", part.plain):
            self.funds.append((period or "year", name, part.text))
        self.take(part)

    def add_text(self, period: str, name: str, text: str, part: Part, number: int = 0) -> None:
        """A text; pieces of the same one are joined, ``number`` keeps those of a list apart."""
        key = (period or "year", name, number)
        if text:
            self.texts[key] = self.texts.get(key, "") + text
        self.take(part)

    def take(self, part: Part) -> None:
        """Count a part as read."""
        part.read = True
        if part.text and part.page not in self.pages:
            self.pages.append(part.page)

    def take_person(self, part: Part) -> None:
        """Count a part as read without keeping what it says."""
        self.people.append(part)
        self.take(part)

    def note_money_unit(self, text: str) -> None:
        """The unit in a label of the form holds for the form, whatever stands over the table."""
        if match := pattern("money_unit").search(fold(text)):
            self.money_unit = self.money_unit or match["unit"]

    @property
    def is_filled(self) -> bool:
        """Whether anything but labels is printed: some publish a blank form."""
        said = [text for (_, name, _), text in self.texts.items() if name != "execution_weight"]
        return bool(
            any(self.fields.values())
            or self.funds
            or any(not is_like("placeholders", fold(text)) for text in said)
            or any(line.level3 or line.raw for line in self.indicators)
        )

    def performance(self, form_seq: int) -> Performance:
        """The form as it is handed on."""
        return Performance(
            form_seq=form_seq,
            canonical=self.canonical,
            project=self.fields.get("project", ""),
            department=self.fields.get("department", ""),
            unit=self.fields.get("unit", "") or self.table.unit_name,
            attribute=self.fields.get("attribute", ""),
            term=self.fields.get("term", ""),
            money_unit=self.money_unit or self.table.money_unit,
            funds=tuple(self.funds),
            texts=tuple((period, name, text) for (period, name, _), text in self.texts.items()),
            filled_on=self.fields.get("filled_on", ""),
            pages=tuple(sorted(self.pages)) or self.table.pages,
            table_id=self.table.table_id,
        )

    def numbered(self, form_seq: int) -> list[Indicator]:
        """The lines of the form: those of the implementation period first, each period in reading order."""
        ordered = sorted(self.indicators, key=lambda line: line.period != "implementation")
        return [replace(line, form_seq=form_seq, seq=seq) for seq, line in enumerate(ordered, 1)]


def indicator(
    *,
    period: str,
    levels: tuple[str, str, str],
    raw: str,
    page: int,
    box: Box | None,
    target: Target | None = None,
    weight: str = "",
    is_core: bool = False,
    actual: str = "",
    score: str = "",
    reason: str = "",
) -> Indicator:
    """One line without its numbers; the target is split from ``raw`` where the form has not done it."""
    operator, value, unit = target if target is not None else read_target(raw, levels[2])
    return Indicator(
        form_seq=0,
        seq=0,
        period=period,
        level1=levels[0],
        level2=levels[1],
        level3=levels[2],
        operator=operator,
        target=value,
        unit=unit,
        weight=weight,
        is_core=is_core,
        actual=actual,
        score=score,
        deviation_reason=reason,
        raw=raw,
        page=page,
        box=box,
    )
