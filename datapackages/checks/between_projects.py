"""A project in the list of projects and in its performance form: the same name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from difflib import SequenceMatcher

from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, Term, equal, place_of, printed, term
from datapackages.checks.prose_terms import decimal_of
from datapackages.checks.quantities import forms
from datapackages.checks.rules import rule
from datapackages.codes import fold, money_factors
from datapackages.model import Performance, Project

FORM = "performance_project"
ALIKE = 0.8  # of the characters, in order


@rule("X20", "agreement")
def names_of_projects(book: Book) -> Iterator[Finding]:
    """同一项目在项目支出表和绩效目标表中的名称相同。
    A project has the same name in the list of projects and in its performance form.

    Their amounts are A24's.
    """
    printed_forms = [form for form in book.parsed.performance if form.canonical == FORM and form.project]
    listed = {_key(_printed_name(project)): project for project in book.parsed.projects}
    targets = {_key(form.project): form for form in printed_forms}
    for name in sorted(listed.keys() & targets.keys()):
        yield _told(book, "pass", listed[name], targets[name])
    lost = [project for name, project in listed.items() if name not in targets]
    for form in [form for name, form in targets.items() if name not in listed]:
        alike = [project for project in lost if _may_be_one(book, project, form)]
        if len(alike) == 1:
            yield _told(book, "question", alike[0], form)


def _may_be_one(book: Book, project: Project, form: Performance) -> bool:
    """Whether names are nearly the same, do not differ in a number, and the money is the same."""
    names = _key(_printed_name(project)), _key(form.project)
    matcher = SequenceMatcher(None, *names, autojunk=False)
    changed = [
        name[low:high]
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
        for name, low, high in ((names[0], i1, i2), (names[1], j1, j2))
    ]
    if matcher.ratio() < ALIKE or any(re.search(forms()["counts"], part) for part in changed):
        return False
    own, money = _amount_of(book, project), _money_of(form)
    return own is not None and money is not None and equal(((1, own),), ((1, money),)).outcome != "fail"


def _told(book: Book, outcome: str, project: Project, form: Performance) -> Finding:
    fact = book.by_id[project.fact_ids[0]] if project.fact_ids else None
    return Finding(
        outcome=outcome,
        key=f"projects-{outcome}",
        places=((place_of(fact),) if fact else ()) + (f"p{form.pages[0]}/{form.table_id}",),
        table_ids=((fact.table_id,) if fact else ()) + (form.table_id,),
        left=_printed_name(project),
        right=form.project,
    )


def _printed_name(project: Project) -> str:
    return project.prefix + project.name


def _key(name: str) -> str:
    """A name without what forms print differently: white space, marks, brackets."""
    return re.sub(r"\W|_", "", fold(name)).lower()


def _amount_of(book: Book, project: Project) -> Term | None:
    """The printed total of a project."""
    total = dict(project.funds).get("total")
    facts = [book.by_id[name] for name in project.fact_ids if name in book.by_id]
    return next((term(book, fact) for fact in facts if fact.amount == total), None)


def _money_of(form: Performance) -> Term | None:
    """The money of the year on a form."""
    texts = [text for period, name, text in form.funds if (period, name) == ("year", "total")]
    number = decimal_of(texts[0]) if texts else None
    if number is None:
        return None
    factor = money_factors().get(form.money_unit, Decimal(1))
    return printed(texts[0], number * factor, form.money_unit, f"p{form.pages[0]}/{form.table_id}", form.table_id)
