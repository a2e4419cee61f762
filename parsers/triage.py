"""Whose fault is a check that does not hold: the document's or ours? A second reader looks again.

It reads the lists of every failing check and of every question about figures, and a fixed sample of all lists.
Where it agrees on every figure of a check, the document is printed so (``source``); where it differs, one of
the readers is wrong and the document is not accused (``parser``); else the fault stays ``undecided``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from os import PathLike
from typing import NamedTuple

from datapackages.issues import issue, templates
from datapackages.model import Fact, Issue, Outcome, ParsedDocument
from parsers.cited import Cited, Printed
from parsers.page import PasswordNeeded, Unreadable
from parsers.second_reading import Reading, beside, read_twice

SAMPLE = 1.0  # per cent of all lists
DIFFERS = "second_reader_differs"
NUMBERS = ("tables", "compared", "agreed")
WHY = ("sample", "checks")


class Agreement(NamedTuple):
    """How many figures of how many lists were read twice, and on how many both readers agree."""

    tables: int
    compared: int
    agreed: int


def triage(parsed: ParsedDocument, path: str | PathLike[str], *, percent: float = SAMPLE) -> ParsedDocument:
    """The document with the fault of its failing checks, its doubtful facts marked, and how often readers agree.

    ``path`` is the file that ``parsed`` was read from. Works in the calling process and never raises for what
    the file holds: what the second reader cannot read leaves its checks undecided and says so.
    """
    printed = Printed(parsed)
    doubted = {place: printed.cited(outcome) for place, outcome in enumerate(parsed.checks) if is_doubted(outcome)}
    sample = {table.table_id for table in parsed.tables if sampled(table.table_id, percent)}
    checked = {one.table_id for cited in doubted.values() for one in cited if one.table_id in printed.tables}
    cited = [
        *printed.figures(sample | checked),
        *(one for side in doubted.values() for one in side if is_compared(one)),
    ]
    cited += [code for one in cited for code in printed.codes_beside(one)]
    if not cited:
        return parsed
    try:
        reading = read_twice(path, cited, printed, sample | checked)
    except (PasswordNeeded, Unreadable) as error:
        return lost(parsed, f"{type(error).__name__}: {error}")
    checks = tuple(
        _judged(outcome, doubted[place], reading, printed) if place in doubted else outcome
        for place, outcome in enumerate(parsed.checks)
    )
    issues = [
        *reading.issues(),
        *_counts(parsed, reading, sample, "sample"),
        *_counts(parsed, reading, checked, "checks"),
    ]
    return replace(
        parsed, checks=checks, facts=_marked(parsed.facts, reading), issues=(*_others(parsed.issues), *issues)
    )


def lost(parsed: ParsedDocument, error: str) -> ParsedDocument:
    """The document where the second reader broke: its checks stay undecided and say why."""
    reason = issue("second-reader-lost", error=error)
    checks = tuple(_undecided(outcome, reason) if is_doubted(outcome) else outcome for outcome in parsed.checks)
    return replace(parsed, checks=checks, issues=(*_others(parsed.issues), reason))


def is_doubted(outcome: Outcome) -> bool:
    """Whether the second reader is to look at what the check is about: a fail, or a question, with a place."""
    return outcome.outcome in ("fail", "question") and bool(outcome.fact_ids or outcome.place)


def is_compared(cited: Cited) -> bool:
    """Whether there is a text to compare: not where a check is about a page or a list as a whole."""
    return cited.box is not None and bool(cited.text)


def sampled(table_id: str, percent: float = SAMPLE) -> bool:
    """Whether a list is in the fixed sample: by its id, so that every machine takes the same."""
    return int(hashlib.sha256(table_id.encode()).hexdigest()[:8], 16) % 10_000 < percent * 100


def agreement(parsed: ParsedDocument) -> dict[str, Agreement]:
    """What :func:`triage` noted of how often the readers agree: of the ``sample`` and of failing ``checks``."""
    found = {}
    for why in WHY:
        template = re.escape(templates()[f"second-reader-{why}"]["message_en"])
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>\\d+)", template)
        for one in parsed.issues:
            if one.type == f"second-reader-{why}" and (match := re.fullmatch(pattern, one.message)):
                found[why] = Agreement(*(int(match[name]) for name in NUMBERS))
    return found


def _judged(outcome: Outcome, cited: Sequence[Cited], reading: Reading, printed: Printed) -> Outcome:
    """The outcome with its fault. Codes in the rows of the figures count: they say what a figure is of."""
    placed = [one for one in cited if is_compared(one)]
    if not placed:
        return outcome
    verdicts = {
        reading.verdict(one) for one in [*placed, *(code for one in placed for code in printed.codes_beside(one))]
    }
    if "differs" in verdicts or reading.doubted_columns & {(one.table_id, one.column) for one in placed}:
        return replace(outcome, fault="parser")  # a misread figure also says how finely its column is printed
    if "blind" in verdicts:
        return _undecided(outcome, next(filter(None, (reading.reason(one.page) for one in placed)), None))
    more = any(
        beside(reading.more.get(page, ()), [one for one in placed if one.page == page])
        for page in {one.page for one in placed}
    )
    return replace(outcome, fault="parser" if more else "source")


def _undecided(outcome: Outcome, reason: Issue | None) -> Outcome:
    if reason is None or reason.message in outcome.message:
        return replace(outcome, fault="undecided")
    message, message_zh = f"{outcome.message} {reason.message}", f"{outcome.message_zh}{reason.message_zh}"
    return replace(outcome, fault="undecided", message=message, message_zh=message_zh)


def _marked(facts: Iterable[Fact], reading: Reading) -> tuple[Fact, ...]:
    differing = {cited.fact_id for cited, found in reading.held.items() if found.verdict == "differs"}
    return tuple(_flagged(fact) if fact.fact_id in differing else fact for fact in facts)


def _flagged(fact: Fact) -> Fact:
    return fact if DIFFERS in fact.flags else replace(fact, flags=(*fact.flags, DIFFERS))


def _others(issues: Iterable[Issue]) -> Iterator[Issue]:
    """Without those of an earlier triage: a document is looked at again when checks across documents are added."""
    return (one for one in issues if not one.type.startswith("second-reader-"))


def _counts(parsed: ParsedDocument, reading: Reading, tables: set[str], why: str) -> Iterator[Issue]:
    """How many figures of these lists both readers could read, and on how many they agree."""
    verdicts = [reading.of_fact(fact.fact_id) for fact in parsed.facts if fact.table_id in tables]
    compared = [verdict for verdict in verdicts if verdict in ("agrees", "differs")]
    if tables:
        agreed = compared.count("agrees")
        yield issue(f"second-reader-{why}", tables=len(tables), compared=len(compared), agreed=agreed)
