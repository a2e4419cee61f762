"""What a figure is about in its place: its own words, the topic and headings over it, what it is part of."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.metrics import OTHER, About, about
from parsers.prose import first, narrow, pattern
from parsers.stated import Stated

BY_KIND = {  # a part of the vehicles kept, or to be bought, is one kind of them
    ("vehicles_to_buy", "vehicles_by_kind"): "vehicles_to_buy_by_kind",
    ("vehicles_to_buy", "vehicles_to_buy"): "vehicles_to_buy_by_kind",
    ("vehicles_kept", "vehicles_kept"): "vehicles_by_kind",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What surrounds a figure."""

    headings: tuple[str, ...]  # of its section, from the inner outwards; at least one, perhaps empty
    topic: str  # the numbered words before its sentence
    head: Stated | None  # the figure whose parts are being told
    here: Stated | None  # the last figure of its sentence
    found: list[Stated]  # the figures of its section so far

    def meaning(self, name: str, kind: str, behind: str) -> About | None:
        """What the figure with that name is about: its own words, else topic and headings; None for no statement.

        ``behind`` are the words behind a count, which may name what is counted.
        """
        money = kind == "money"
        if money and pattern("sentences", "performance").search(self.headings[0]):
            return self.complete(About("performance"))
        phase = bool(pattern("sentences", "phase").match(name))
        if not phase and not pattern("sentences", "empty").match(name):
            return self._named(name, kind, behind)
        if phase and self.here:
            return self.here.about
        for words in (behind, self.topic, self.here.name if self.here else "", *self.headings):
            meant = about(narrow(words), kind, side=self._side())
            if words and meant.metric != OTHER:
                return self.complete(meant)
        return self.complete(About()) if money else None

    def complete(self, meant: About) -> About:
        """The meaning with the fund of its surroundings, and as a kind where the whole is counted by kind."""
        fund = meant.fund or (self.head.about.fund if self.head else "")
        if not fund:
            fund = next((found for heading in self.headings if (found := first("funds", heading))), "total")
        name = BY_KIND.get((self.head.about.metric if self.head else "", meant.metric), meant.metric)
        if name == "equipment" and any(stated.about.metric == name for stated in self.found) and self._to_buy():
            name = "equipment_to_buy"
        return About(name, fund, meant.side, meant.function)

    def _named(self, name: str, kind: str, behind: str) -> About | None:
        meant = about(name, kind, side=self._side())
        if meant.metric == OTHER:
            meant = about(f"{name}{behind}", kind, side=self._side())
        if kind == "money" or meant.metric != OTHER:
            return self.complete(meant)
        if self.head and self.head.kind == kind:  # 实有214人，其中行政154人
            return self.complete(self.head.about)
        return None

    def _side(self) -> str:
        """Revenue or expenditure where the words do not say: as the whole, else as the heading."""
        if self.head and self.head.about.side:
            return self.head.about.side
        for heading in self.headings:
            if side := first("sides", heading):
                return side
        return "expenditure" if first("funds", self.headings[0]) else ""

    def _to_buy(self) -> bool:
        """Whether the last vehicles that were stated are to be bought: the equipment behind them is too."""
        last = next((stated for stated in reversed(self.found) if stated.kind == "vehicle"), None)
        return last is not None and last.about.metric.startswith("vehicles_to_buy")
