"""What the rules say of many documents, as Markdown tables: how often each outcome, whose fault, what is open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from datapackages.checks.outcomes import COUNTED, coverage
from datapackages.checks.rules import RULES, Said
from datapackages.model import Outcome, ParsedDocument

BEGIN, END = "<!-- regenerated: begin -->", "<!-- regenerated: end -->"
COLUMNS = (
    ("pass", ""), ("rounding", ""), ("fail", "source"), ("fail", "parser"), ("fail", "undecided"),
    ("question", "source"), ("question", "parser"), ("question", "undecided"),
    ("insufficient_data", ""), ("error", ""),
)  # fmt: skip
OPEN = ("parser", "undecided")
OFTEN = 12  # lines of one document and rule that are listed one by one


@dataclass
class Counts:
    """The outcomes of many documents, gathered one document at a time."""

    documents: int = 0
    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # rule, outcome, fault
    seen_in: Counter[str] = field(default_factory=Counter)  # rule → documents it had something to look at in
    open: list[tuple[str, Outcome]] = field(default_factory=list)  # document and what is not its own fault
    amounts: int = 0
    covered: int = 0

    def add(self, name: str, parsed: ParsedDocument) -> None:
        """Count one document under its name."""
        self.documents += 1
        for one in parsed.checks:
            self.outcomes[one.rule, one.outcome, _fault(one)] += 1
            if one.outcome == "fail" and one.fault in OPEN:
                self.open.append((name, one))
        self.seen_in.update({one.rule for one in parsed.checks if one.outcome != "not_applicable"})
        taking_part = coverage(parsed.checks)
        amounts = [fact for fact in parsed.facts if fact.measure == "amount" and fact.amount is not None]
        self.amounts += len(amounts)
        self.covered += sum(fact.fact_id in taking_part for fact in amounts)


def _fault(outcome: Outcome) -> str:
    """Whose fault, for what does not hold; a question that names no figure is undecided."""
    return outcome.fault or "undecided" if outcome.outcome in ("fail", "question") else ""


def replaced(readme: str, lines: Iterable[str]) -> str:
    """The README with what stands between its two marks renewed. Raises ValueError where it has no marks."""
    if BEGIN not in readme or END not in readme:
        raise ValueError(f"the README has no lines {BEGIN} and {END} between which to write")
    new = "\n".join((BEGIN, "", *lines, "", END))
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: new, readme, flags=re.S)


def rules_table(counts: Counts) -> Iterator[str]:
    """One line for each rule: its statement, the documents it looked at and its outcomes."""
    heads = [*(f"{outcome} {fault}".strip().replace("_", " ") for outcome, fault in COLUMNS)]
    yield from _table(("rule", "says", "kind", "documents", *heads), _rule_rows(counts))


def _rule_rows(counts: Counts) -> Iterator[Sequence[object]]:
    for rule in sorted(RULES.values(), key=in_order):
        found = [counts.outcomes[rule.id, outcome, fault] for outcome, fault in COLUMNS]
        says = f"{rule.statement_zh}<br>{rule.statement}"
        yield rule.id, says, rule.kind, counts.seen_in[rule.id], *(number or "" for number in found)
    totals = [sum(counts.outcomes[rule, outcome, fault] for rule in RULES) for outcome, fault in COLUMNS]
    yield "all", "", "", counts.documents, *totals


def in_order(rule: Said) -> tuple[str, int]:
    """A2 before A10."""
    return rule.id[0], int(rule.id[1:])


def kinds_table(counts: Counts) -> Iterator[str]:
    """Outcomes by the kind of rule and whose fault it is."""
    kinds = {rule.id: rule.kind for rule in RULES.values()}
    found: Counter[tuple[str, str, str]] = Counter()
    for (rule, outcome, fault), number in counts.outcomes.items():
        found[kinds.get(rule, "?"), outcome, fault] += number
    heads = [f"{outcome} {fault}".strip().replace("_", " ") for outcome, fault in COLUMNS]
    rows = ([kind, *(found[kind, *column] or "" for column in COLUMNS)] for kind in dict.fromkeys(kinds.values()))
    yield from _table(("kind", *heads), rows)


def coverage_line(counts: Counts) -> str:
    """In how much of what is printed a check takes part."""
    share = 100 * counts.covered / counts.amounts if counts.amounts else 0.0
    return (
        f"{counts.covered:,} of {counts.amounts:,} amounts ({share:.1f} %) take part in at least one "
        f"{' or '.join(COUNTED)} check that held two printed figures against each other."
    )


def open_table(counts: Counts) -> Iterator[str]:
    """Every fail that is not the document's own: the parser's fault, or undecided."""
    shown: Counter[tuple[str, str, str]] = Counter()
    rows = []
    for name, one in counts.open:
        group = name, one.rule, one.fault
        shown[group] += 1
        if shown[group] <= OFTEN:
            rows.append((name, one.rule, one.fault, _first_page(one), one.left, one.right))
    rows += [(*group, "", f"{number - OFTEN} more", "") for group, number in shown.items() if number > OFTEN]
    yield from _table(("document", "rule", "fault", "page", "left", "right"), rows) if rows else ("None.",)


def _first_page(outcome: Outcome) -> str:
    return outcome.place.partition("/")[0].removeprefix("p")


def agreement_table(rates: Mapping[str, tuple[int, int, int]]) -> Iterator[str]:
    """What was read twice → lists, figures compared, figures on which both readers agree."""
    rows = (
        (
            what,
            f"{tables:,}",
            f"{compared:,}",
            f"{agreed:,}",
            f"{100 * agreed / compared:.3f} %" if compared else "",
        )
        for what, (tables, compared, agreed) in rates.items()
    )
    yield from _table(("read twice", "lists", "figures", "agree", "rate"), rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield _row(heads)
    yield _row(["---"] * len(heads))
    yield from map(_row, rows)


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
