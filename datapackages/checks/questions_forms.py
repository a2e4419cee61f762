"""Questions on performance forms and projects: terms, copied targets, weights, a project listed twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher

from datapackages.checks.asking import asks, at_form, at_indicator, holds, untold
from datapackages.checks.book import Book
from datapackages.checks.dates import years_of
from datapackages.checks.findings import Finding
from datapackages.checks.form_words import pattern
from datapackages.checks.rules import rule
from datapackages.codes import fold
from datapackages.model import Indicator, Performance, Project

LONG_TERM = 50  # years: longer than anybody plans for
LONG_TEXT = 20  # characters: shorter targets are alike by chance
ALIKE = 0.6  # names of one project in several years, or in several units
AT_LEAST = (">=", ">")
WHOLE = Decimal(100)
BUT_EXECUTION = Decimal(90)  # where the rate of execution has the other 10


@rule("Q1", "question")
def term_of_a_project(book: Book) -> Iterator[Finding]:
    """项目期限不是99年这类没有期限的写法。
    A project's term is not one that means no term, such as 99 years.
    """
    terms: dict[str, list[Performance]] = defaultdict(list)
    for form in book.parsed.performance:
        if years_of(form):
            terms[form.term].append(form)
    for term, forms in terms.items():
        own = [form.table_id for form in forms]
        if years_of(forms[0]) >= LONG_TERM:
            projects = " ".join(form.project for form in forms)
            yield asks("long-term", term, projects, map(at_form, forms), own, count=len(forms))
        else:
            yield holds(term, map(at_form, forms), own)


@rule("Q2", "question")
def targets_of_others(book: Book) -> Iterator[Finding]:
    """不同单位、不同项目的绩效目标不是同一段文字。
    The targets of different units and different projects are not one and the same text.
    """
    same: dict[str, list[Performance]] = defaultdict(list)
    for form in book.parsed.performance:
        for text in sorted({fold(text) for _, name, text in form.texts if name == "goal"}):
            if len(text) >= LONG_TEXT:
                same[text].append(form)
    copied = {text: forms for text, forms in same.items() if _are_others(forms)}
    for text, forms in copied.items():
        names = " / ".join(f"{form.unit} {form.project}".strip() for form in forms)
        yield asks("same-target", text, names, map(at_form, forms), (form.table_id for form in forms))
    if same and not copied:
        yield holds(str(len(same)))


def _are_others(forms: list[Performance]) -> bool:
    """Whether the forms are of projects that are not one project, by their units and their names without years."""
    named = [(form.unit, _bare(form)) for form in forms]
    return any(
        _is_another(*first, *second)
        for number, first in enumerate(named)
        for second in named[number + 1 :]
        if first[1] and second[1]
    )


def _is_another(unit: str, name: str, other_unit: str, other: str) -> bool:
    least = 1.0 if unit != other_unit else ALIKE
    return SequenceMatcher(None, name, other).ratio() < least


def _bare(form: Performance) -> str:
    name = fold(form.project)
    if form.unit:
        name = name.replace(fold(form.unit), "")
    return pattern("years_and_codes").sub("", name)


@rule("Q3", "question")
def weights_of_indicators(book: Book) -> Iterator[Finding]:
    """绩效指标的权重（分值）合计不超过100。
    The weights of a form's indicators make no more than 100.
    """
    forms = {form.form_seq: form for form in book.parsed.performance}
    for key, lines in _weighted(book).items():
        total = sum((weight for _, weight in lines), Decimal(0))
        place, own = at_indicator(lines[0][0], forms[key]), forms[key].table_id
        printed = " + ".join(line.weight for line, _ in lines)
        if total in (WHOLE, BUT_EXECUTION):
            yield holds(f"{printed} = {total}", [place], [own])
        elif total < WHOLE:  # a line of the form may have been missed
            yield untold(f"{printed} = {total}", [place], [own])
        else:
            yield asks("weights", f"{printed} = {total}", "100", [place], [own], project=forms[key].project)


def _weighted(book: Book) -> dict[int, list[tuple[Indicator, Decimal]]]:
    """The indicators of the forms that weigh every one of them."""
    forms: dict[int, list[Indicator]] = defaultdict(list)
    for line in book.parsed.indicators:
        forms[line.form_seq].append(line)
    weighed = {seq: [(line, _weight(line)) for line in lines] for seq, lines in forms.items()}
    return {
        seq: [(line, weight) for line, weight in lines if weight is not None]
        for seq, lines in weighed.items()
        if all(weight is not None for _, weight in lines) and len({line.period for line, _ in lines}) == 1
    }


def _weight(line: Indicator) -> Decimal | None:
    try:
        return Decimal(fold(line.weight).rstrip("%")) if line.weight else None
    except InvalidOperation:
        return None


@rule("Q4", "question")
def project_listed_twice(book: Book) -> Iterator[Finding]:
    """同一单位的同一项目不以同一金额列两次。
    A project of a unit is not listed twice with the same amounts.
    """
    first: dict[tuple[object, ...], Project] = {}
    twice = []
    for project in book.parsed.projects:
        key = fold(project.name), project.kind, fold(project.unit), project.funds
        if any(amount for _, amount in project.funds) and first.setdefault(key, project) is not project:
            twice.append((first[key], project))
    for before, project in twice:
        facts = [*before.fact_ids, *project.fact_ids]
        yield asks("listed-twice", project.name, before.name, [_at(before), _at(project)], (), facts)
    if first and not twice:
        yield holds(str(len(first)))


def _at(project: Project) -> str:
    return f"p{project.page}/projects/{project.project_seq}"


@rule("Q11", "question")
def targets_anything_meets(book: Book) -> Iterator[Finding]:
    """绩效指标的目标值不是任何结果都能达到的“≥0”。
    No target is one that any result meets, such as no less than zero.
    """
    forms = {form.form_seq: form for form in book.parsed.performance}
    numbers = [line for line in book.parsed.indicators if line.operator in AT_LEAST and _is_number(line.target)]
    met = {(line.form_seq, line.level3): line for line in numbers if not Decimal(line.target)}
    for (seq, name), line in met.items():
        place, own = at_indicator(line, forms[seq]), forms[seq].table_id
        yield asks("anything-meets", f"{name} {line.raw}", forms[seq].project, [place], [own])
    if numbers and not met:
        yield holds(str(len(numbers)))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
