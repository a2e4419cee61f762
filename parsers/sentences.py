"""Sentences to stated figures: which number is the figure itself, which its change, share, base or reason.

A sentence is read from left to right. Between two figures stand clauses; the words right before a number say
what it is. 其中 and brackets open a group of parts; a comparison without a subject of its own belongs to the
last figure, and behind a plain list of parts to the figure they are parts of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsers.context import Context
from parsers.metrics import OTHER, About, about, kind_of
from parsers.prose import narrow, pattern
from parsers.stated import (
    Group,
    Stated,
    denied_kinds,
    direction_of,
    figures,
    name_of,
    same_metric,
    sentences,
    subject_of,
)

CLAUSE = re.compile("[,;:]")
BEHIND = 8  # characters behind a count that may name what is counted: 33个一级项目


@dataclass(slots=True)
class Reader:
    """Reads the text of one section; ``headings`` go from the section's own outwards."""

    text: str
    headings: tuple[str, ...]
    before: list[Stated]  # stated earlier under the same main heading
    counts_only: bool = False  # read nothing but people: the section is about staff
    found: list[Stated] = field(default_factory=list)
    _plain: str = ""
    _topic: str = ""
    _current: Stated | None = None
    _target: Stated | None = None  # of the last comparison in the sentence
    _explained: Stated | None = None  # the last one compared, which a reason is about
    _start: int = 0  # of the sentence
    _group: Group | None = None
    _stack: list[Stated | None] = field(default_factory=list)
    _base: str = ""
    _reason: int = -1  # where the words of a reason begin
    _reason_parts: bool = False

    def read(self) -> list[Stated]:
        """The figures stated in the text, in reading order."""
        self._plain = narrow(self.text)
        for start, end in sentences(self._plain):
            self._sentence(start, end)
        return self.found

    def _sentence(self, start: int, end: int) -> None:
        self._stack, self._base, self._reason, self._target, self._start = [], "", -1, None, start
        if not pattern("sentences", "parts").match(self._plain, start):
            self._group = None
        self._read_topic(start, end)
        last = start
        for figure in figures(self._plain, start, end):
            self._gap(last, figure.start())
            self._figure(figure, self._clause_start(last, figure.start()))
            last = figure.end()
        self._gap(last, end, whole=True)
        self._close_reason(end)
        if not self.counts_only:
            self._absences(last, end)

    def _read_topic(self, start: int, end: int) -> None:
        """1.公务接待费。 or 1.公务接待费:… names what the following sentences are about."""
        sentence = self._plain[start : end + 1]
        if topic := pattern("sentences", "topic").search(sentence):
            self._topic = topic["topic"] or topic["title"]
        elif pattern("sentences", "numbered").match(sentence):
            self._topic = ""

    # ---- between two figures ----

    def _clause_start(self, start: int, end: int) -> int:
        marks = [found.end() for found in CLAUSE.finditer(self._plain, start, end)]
        return marks[-1] if marks else start

    def _gap(self, start: int, end: int, *, whole: bool = False) -> None:
        """The clauses between two figures; the last one belongs to the figure behind it."""
        if self._plain[start : start + 1] == ":" and self._current and self._current.end == start:
            self._group = Group(self._current)
        at = start
        while at < end:
            mark = CLAUSE.search(self._plain, at, end)
            stop = mark.start() if mark else end
            self._words(at, stop, said=whole or mark is not None)
            if mark and mark[0] == ";":
                self._reason_parts = True
                if self._group:
                    self._group.plain = False
            at = stop + 1

    def _words(self, start: int, end: int, *, said: bool) -> None:
        words = self._plain[start:end]
        self._brackets(words)
        if base := pattern("sentences", "compared").search(words):
            self._base = self.text[start + base.start("base") : start + base.end("base")]
        if reason := pattern("sentences", "reason").search(words):
            self._close_reason(start)
            self._reason, self._reason_parts = start + reason.end(), False
            self._explain(words[: reason.start()])
        elif said and self._reason < 0 and pattern("sentences", "flat").search(words):
            self._flat(words)
        if self._reason < 0 and pattern("sentences", "parts").search(words):
            self._open_group()

    def _explain(self, words: str) -> None:
        """收支预算增加的主要原因 names what is explained; without a subject it is what was compared last."""
        meant = about(subject_of(words), "money")
        if meant.metric != OTHER:
            stated = [*self.before, *self.found]
            alike = (other for other in reversed(stated) if same_metric(other.about, meant) and other.compared)
            self._explained = next(alike, self._explained)

    def _open_group(self) -> None:
        """其中 opens the parts of the last figure; behind a plain list once more those of the same whole."""
        again = self._group and self._group.plain and self._group.parts > 1
        if self._group and again:
            self._group.parts = 0
        elif self._current:
            self._group = Group(self._current)

    def _brackets(self, words: str) -> None:
        for mark in words:
            if mark == "(":
                self._stack.append(self._current)
            elif mark == ")" and self._stack:
                self._current = self._stack.pop()

    def _flat(self, words: str) -> None:
        target = self._target_of(words, "money") or self._current
        if target and target in [*self.before, *self.found] and not target.compared:
            target.direction, target.compared_with = "flat", self._base
            self._compare(target)

    def _close_reason(self, end: int) -> None:
        if self._reason >= 0:
            target = self._explained
            if target and target.compared and not target.reason:
                plain = self._plain[self._reason : end]
                opening = pattern("sentences", "opening").match(plain)
                closing = pattern("sentences", "closing").search(plain)
                last = self._reason + closing.start() if closing else end
                target.reason = self.text[self._reason + (opening.end() if opening else 0) : last]
            self._reason = -1

    # ---- at a figure ----

    def _figure(self, figure: re.Match[str], clause: int) -> None:
        words = self._plain[clause : figure.start()]
        unit = figure["unit"]
        if unit == "%":
            self._percent(figure, words)
        elif pattern("sentences", "increase").search(words) or pattern("sentences", "decrease").search(words):
            self._change(figure, words)
        elif pattern("sentences", "prior_lead").search(words) and self._current:
            self._current.prior = self._current.prior or self._printed(figure, "number")
        elif pattern("sentences", "change_lead").search(words) and self._current:
            self._current.change, self._current.compared_with = self._printed(figure, "number"), self._base
            self._compare(self._current)
        else:
            self._main(figure, words, clause)

    def _percent(self, figure: re.Match[str], words: str) -> None:
        printed = self.text[figure.start() : figure.end()]
        if pattern("sentences", "completion").search(words):
            return
        if pattern("sentences", "share").search(words):
            if self._current and self._reason < 0 and not self._current.share_percent:
                self._current.share_percent = printed
            return
        direction = direction_of(words)
        if not direction:
            return
        target = self._target or self._target_of(words, "money")
        if target and not target.change_percent:
            target.change_percent, target.direction = printed, target.direction or direction
            target.compared_with = target.compared_with or self._base
            if self._reason < 0:
                self._compare(target)

    def _change(self, figure: re.Match[str], words: str) -> None:
        kind = kind_of(figure["unit"], words)
        target = self._target_of(words, kind)
        if target is None:
            return
        target.change, target.direction = self._printed(figure, "number"), direction_of(words)
        target.compared_with = self._base
        if not target.end:  # nothing but its change is stated
            target.unit = self._printed(figure, "unit")
            target.start, target.end = figure.start("number"), figure.end("unit")
            self.found.append(target)
        if self._reason < 0:
            self._compare(target)

    def _compare(self, target: Stated) -> None:
        self._target = self._explained = target
        if self._group:
            self._group.plain = False

    def _target_of(self, words: str, kind: str) -> Stated | None:
        """The figure that a comparison is about: its subject's, else the last one, or the whole of a list."""
        subject = subject_of(words)
        if subject:
            meant = about(subject, kind)
            if meant.metric != OTHER:
                return self._by_metric(meant, subject, kind)
            if self._reason >= 0:
                return None
        group = self._group
        if self._reason >= 0:
            return None
        if group and group.plain and group.parts > 1 and not group.head.compared and group.head.kind == kind:
            return group.head
        return self._last(kind)

    def _last(self, kind: str) -> Stated | None:
        if self._current and self._current.kind == kind:
            return self._current
        return next((stated for stated in reversed(self.found) if stated.kind == kind), None)

    def _by_metric(self, meant: About, subject: str, kind: str) -> Stated | None:
        """The last figure of that metric under the main heading not compared yet; else one without an amount."""
        current = self._current
        if current and same_metric(current.about, meant) and not current.change and self._reason < 0:
            return current
        stated = [*self.before, *self.found]
        alike = [other for other in reversed(stated) if same_metric(other.about, meant) and other.kind == kind]
        if alike:  # one compared before was compared just so: the same change is told again
            return next((other for other in alike if not other.change), None)
        if current and self._reason < 0 and not self._group and not current.change and current.kind == kind:
            return current
        return Stated(
            start=0, end=0, amount_text="", unit="", kind=kind, name=subject, about=self._context().complete(meant)
        )

    def _main(self, figure: re.Match[str], words: str, clause: int) -> None:
        name = name_of(words)
        kind = kind_of(figure["unit"], words)
        behind = self._plain[figure.end() : figure.end() + BEHIND] if kind in ("count", "house", "vehicle") else ""
        behind = re.split("[,;。:]", behind)[0]
        meant = self._context().meaning(name, kind, behind)
        if meant is None or (self.counts_only and kind != "people"):
            return
        if self._reason >= 0 and not self._ends_reason(words, kind, clause):
            return
        stated = Stated(
            start=figure.start("number"), end=figure.end("unit"), amount_text=self._printed(figure, "number"),
            unit=self._printed(figure, "unit"), kind=kind, about=meant,
            name=self.text[figure.start() - len(name) : figure.start()] or behind or self._topic,
            itemised=bool(pattern("sentences", "itemised").search(f"{self._topic};{words};{self.headings[0]}")),
        )  # fmt: skip
        self.found.append(stated)
        self._current, self._target, self._base = stated, None, ""
        if self._group:
            self._group.parts += 1

    def _printed(self, figure: re.Match[str], group: str) -> str:
        return self.text[figure.start(group) : figure.end(group)]

    def _ends_reason(self, words: str, kind: str, clause: int) -> bool:
        """A figure behind a semicolon that names its metric, or has a number, goes on with the list."""
        listed = pattern("sentences", "numbered").match(words) or pattern("sentences", "itemised").search(words)
        named = about(name_of(words), kind).metric != OTHER and not pattern("sentences", "purpose").search(words)
        if kind == "money" and self._reason_parts and (listed or named):
            self._close_reason(clause)
            return True
        return False

    def _context(self) -> Context:
        here = self._current if self._current and self._current.start >= self._start else None
        head = self._group.head if self._group else None
        return Context(headings=self.headings, topic=self._topic, head=head, here=here, found=self.found)

    # ---- nothing at all ----

    def _absences(self, start: int, end: int) -> None:
        """Sentences that say there is none: 本单位无机关运行经费。 没有使用国有资本经营预算拨款安排的支出。"""
        if pattern("sentences", "reason").search(self._plain, start, end):
            return
        if pattern("sentences", "only_none").match(self._plain[start : end + 1]):
            meant = next((m for h in self.headings[:1] if (m := about(h, "money")).metric != OTHER), None)
            if meant:
                self._absent(start, end, self.headings[0], meant)
            return
        for found in pattern("sentences", "none").finditer(self._plain[start:end]):
            clause = found["clause"]
            for kind in denied_kinds(clause):
                meant = about(clause, kind)
                if meant.metric != OTHER and not any(same_metric(stated.about, meant) for stated in self.found):
                    self._absent(start + found.start("clause"), start + found.end("clause"), clause, meant, kind)
                    break

    def _absent(self, start: int, end: int, name: str, meant: About, kind: str = "money") -> None:
        meant = self._context().complete(meant)
        stated = Stated(start=start, end=end, amount_text="", unit="", kind=kind, name=name, about=meant)
        if pattern("sentences", "flat").search(self._plain[end : self._plain.find("。", end)]):
            stated.direction = "flat"
        self.found.append(stated)
        self._current = stated
