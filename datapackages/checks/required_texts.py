"""What the text of a publication must tell: duties, reasons, 三公, assets, terms, targets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from datapackages.checks.asking import asks, at_section, at_statement, holds
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding
from datapackages.checks.form_words import form_words, glossary, narrative, pattern, prose, shown
from datapackages.checks.rules import rule
from datapackages.codes import fold, jurisdictions
from datapackages.model import Section, Statement
from datapackages.places import place_of

ITEMS = ("overseas_visits", "vehicles", "vehicle_purchase", "vehicle_operation", "hospitality")
OF_VEHICLES = ("vehicles", "vehicle_purchase", "vehicle_operation")
LEVELS = ("central", "province", "prefecture", "county")


@rule("C7", "form")
def told_in_the_text(book: Book) -> Iterator[Finding]:
    """文字说明了主要职责、机构设置、增减变化原因和“三公”经费。
    The text tells of duties, organisation, reasons for changes and the three public expenses.
    """
    yield from _told(book, "duties", "organisation", "changes", "three_public")


@rule("C10", "form")
def operating_and_procurement(book: Book) -> Iterator[Finding]:
    """文字说明了机关运行经费和政府采购，或说明没有。
    The text tells of operating expenses and procurement, or says there are none.
    """
    yield from _told(book, "operating", "procurement")


def _told(book: Book, *topics: str) -> Iterator[Finding]:
    if not (text := narrative(book)):
        return
    for topic in topics:
        name = form_words()["topic_names"][topic]
        if match := pattern("topics", topic).search(text):
            yield holds(f"{name}: {shown(text, match, 10)}")
        elif not any(pattern("topics", topic).search(fold(table.declared)) for table in book.parsed.tables):
            yield asks("text-missing", name)


@rule("C8", "form")
def reasons_for_three_public(book: Book) -> Iterator[Finding]:
    """“三公”经费有增减的各项说明了原因，称持平的不说增减的原因。
    Each of the three public expenses that changed has its reason; one said to be unchanged has none for a change.
    """
    changes = [one for one in book.parsed.statements if one.metric in (*ITEMS, "three_public") and one.direction]
    for _, group in groupby(changes, key=lambda one: one.section):
        yield from _reasons(book, list(group))


def _reasons(book: Book, stated: list[Statement]) -> Iterator[Finding]:
    """The changes of one section; a reason for the whole, or for all vehicles, is a reason for the part."""
    reasoned = {one.metric for one in stated if one.reason}
    for one, after in zip(stated, [*stated[1:], None], strict=True):
        printed = f"{one.metric_text} {one.amount_text}{one.unit} {one.change}"
        if one.direction == "flat":
            if _speaks_of_a_change(one.reason):
                yield asks("unchanged-with-reason", printed, one.reason, [at_statement(one)])
        elif one.metric in ITEMS and _is_a_change(one):
            if "three_public" in reasoned or reasoned & _family(one.metric) or _reason_beside(book, one, after):
                yield holds(f"{printed} {one.reason}", [at_statement(one)])
            else:
                yield asks("change-without-reason", printed, "", [at_statement(one)])


def _family(metric: str) -> set[str]:
    return set(OF_VEHICLES) if metric in OF_VEHICLES else {metric}


def _is_a_change(one: Statement) -> bool:
    return bool(one.change.strip("0.,"))


def _speaks_of_a_change(reason: str) -> bool:
    words = pattern("without_change").sub("", fold(reason))
    return bool(pattern("of_a_change").search(words))


def _reason_beside(book: Book, one: Statement, after: Statement | None) -> bool:
    """Whether a reason or 持平 stands between this figure and the next item."""
    section = next((section for section in book.parsed.sections if section.heading_path == one.section), None)
    if section is None:
        return True  # its words are not at hand: no doubt is raised
    end = after.span[0] if after is not None and after.span[0] > one.span[1] else len(section.text)
    words = fold(section.text[one.span[0] : end])
    return bool(pattern("reason").search(words) or pattern("without_change").search(words))


@rule("C9", "form")
def numbers_of_three_public(book: Book) -> Iterator[Finding]:
    """决算说明了出国（境）团组和人次、购车数、保有量、接待批次和人次。
    Final accounts tell the numbers of visits and persons, of vehicles bought and kept, of receptions and guests.
    """
    text = narrative(book)
    if not text or book.document.stage != "final":
        return
    for item, words in form_words()["three_public_numbers"].items():
        spent = [fact for fact in book.find("three_public", item=item, phase=("final", "executed")) if fact.amount]
        if spent and pattern("three_public_numbers", item, "pattern").search(text):
            yield holds(f"{words['name']} {spent[0].amount_text}")
        elif spent:
            yield asks("text-missing", words["name"], spent[0].amount_text, (), (), [spent[0].fact_id])


@rule("C11", "form")
def state_assets(book: Book) -> Iterator[Finding]:
    """说明了国有资产占有使用情况；实有车辆超过编制的说明了原因。
    State assets are described; where more vehicles are kept than allowed, the reason is told.
    """
    yield from _told(book, "assets")
    for section, text in prose(book):
        here = [one for one in book.parsed.statements if one.section == section.heading_path]
        quotas = [one for one in here if one.metric == "vehicles_quota" and one.value is not None]
        kept = [one for one in here if one.metric == "vehicles_kept" and one.value is not None]
        if len(quotas) == len(kept) == 1:
            yield _vehicles(section, text, quotas[0], kept[0])


def _vehicles(section: Section, text: str, quota: Statement, kept: Statement) -> Finding:
    left, right = (f"{one.metric_text} {one.amount_text}{one.unit}" for one in (kept, quota))
    places = [at_statement(kept), at_statement(quota)]
    above = kept.value is not None and quota.value is not None and kept.value > quota.value
    if above and not pattern("above_quota_reason").search(text):
        return asks("vehicles-above-quota", left, right, places)
    return holds(f"{left}, {right}", places)


@rule("C12", "form")
def terms_explained(book: Book) -> Iterator[Finding]:
    """有名词解释，且不是照抄其他层级的说法。
    Terms are explained, and not in words copied from another level of government.
    """
    if not narrative(book):
        return
    if not (terms := glossary(book)):
        if not pattern("glossary").search(narrative(book)):
            yield asks("text-missing", form_words()["topic_names"]["glossary"])
        return
    copied = list(_of_other_levels(book, terms))
    yield from copied
    if not copied:
        names = [section.heading_path.rpartition("/")[2] for section, _ in terms]
        yield holds(" ".join(names), [at_section(terms[0][0])])


def _of_other_levels(book: Book, terms: list[tuple[Section, str]]) -> Iterator[Finding]:
    level = _level(book)
    for other in LEVELS if level else ():
        if other == level:
            continue
        for section, text in terms:
            for match in pattern("levels", other).finditer(text):
                place, body = [at_section(section)], book.document.unit_name
                yield asks("words-of-another-level", shown(text, match), body, place)


def _level(book: Book) -> str:
    """The level of the body whose document it is: of a municipality's own bodies that of a city."""
    code = place_of([book.document.unit_name, book.document.department_name])
    if not code:
        return ""
    level = jurisdictions()[code].level
    city = level == "province" and code.startswith(tuple(form_words()["municipalities"]))
    return "prefecture" if city else level


@rule("C13", "form")
def number_of_target_forms(book: Book) -> Iterator[Finding]:
    """文字所说公开的绩效目标表个数与所附的表相符。
    As many target forms are attached as the text says are published.
    """
    forms = [form for form in book.parsed.performance if form.canonical == "performance_project"]
    published = pattern("published_targets")
    for one in book.parsed.statements:
        if one.metric == "projects" and one.value is not None and published.search(fold(one.metric_text)):
            printed = f"{one.metric_text} {one.amount_text}{one.unit}"
            if one.value == len(forms):
                yield holds(printed, [at_statement(one)])
            elif forms:
                yield asks("number-of-forms", printed, str(len(forms)), [at_statement(one)])
