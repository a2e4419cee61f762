"""Questions on figures: quantity and price, jumps from or to zero, slips of the unit, cars nobody keeps."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from datapackages.checks.asking import asks, at_section, at_statement, holds
from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, place_of, plain
from datapackages.checks.form_words import form_words, pattern, prose, shown
from datapackages.checks.rules import rule
from datapackages.codes import fold, money_factors
from datapackages.model import Fact, Performance, Project, Statement, Table

BOUGHT = ("procurement", "purchased_services")
LARGE = Decimal(1_000_000)  # yuan: a total that a reader would miss
PART = 10  # and at least one in so many of the document's whole
SLIP = Decimal(10_000)
ALL_KINDS = 4  # a list of fewer kinds of vehicles names some of them only
TOTALS = ("overall", "income", "expenditure", "fiscal_overall", "general_function")


@rule("Q5", "question")
def quantity_and_price(book: Book) -> Iterator[Finding]:
    """采购的数量乘单价等于金额。
    The quantity of a purchase times its price is its amount.
    """
    for table in book.tables_of(*BOUGHT):
        yield from _products(table)


def _products(table: Table) -> Iterator[Finding]:
    columns = [_column(table, name) for name in ("quantity", "price", "amount")]
    if None in columns:
        return
    factors = [_factor(table, column or 0) for column in columns[1:]]
    for row in table.rows:
        texts = [row[column or 0].text for column in columns]
        if (numbers := [_number(text) for text in texts]) and None not in numbers:
            quantity, price, amount = (number or Decimal(0) for number in numbers)
            off = quantity * price * factors[0] - amount * factors[1]
            product = f"{texts[0]} × {texts[1]} = {plain(quantity * price)}"
            place, own = [f"p{row[0].page}/{table.table_id}"], [table.table_id]
            slack = _half(texts[1]) * quantity * factors[0] + _half(texts[2]) * factors[1]
            yield asks("product", product, texts[2], place, own) if abs(off) > slack else holds(product, place, own)


def _column(table: Table, name: str) -> int | None:
    """The one column of that meaning, None where there is none or more than one."""
    at = [number for number, label in enumerate(table.columns) if pattern("purchase", name).search(fold(label))]
    return at[0] if len(at) == 1 else None


def _factor(table: Table, column: int) -> Decimal:
    """Yuan in one of a column's unit of money: its own in brackets, or the table's."""
    match = pattern("purchase", "unit").search(fold(table.columns[column]))
    return money_factors().get(match[1] if match else table.money_unit, Decimal(1))


def _half(text: str) -> Decimal:
    return Decimal(5).scaleb(-len(fold(text).partition(".")[2]) - 1)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(fold(text).replace(",", "")) if text else None
    except InvalidOperation:
        return None


@rule("Q6", "question")
def from_or_to_zero(book: Book) -> Iterator[Finding]:
    """大额合计没有从零突增，也没有突降为零。
    No large total jumps from zero, or to zero, between last year and this.
    """
    least = max(LARGE, _whole(book) / PART)
    found = [*_jumps_in_tables(book, least), *_jumps_in_prose(book, least)]
    yield from found
    compared = [one for one in book.parsed.statements if one.prior and one.metric in form_words()["totals"]]
    if not found and (compared or _pairs(book)):
        yield holds(str(len(compared) + len(_pairs(book))))


def _whole(book: Book) -> Decimal:
    amounts = [fact.amount for fact in book.find("overall", book.own_year) if fact.amount]
    return max(amounts, default=Decimal(0))


def _pairs(book: Book) -> list[tuple[Fact, Fact]]:
    """The figures of last year and of this year that stand in one total row for the same money."""
    return book.once(_year_pairs)


def _year_pairs(book: Book) -> list[tuple[Fact, Fact]]:
    year = book.document.fiscal_year
    pairs = []
    for grid in book.grids.values() if year else ():
        for row in grid.values():
            by_year: dict[tuple[object, ...], dict[int, list[Fact]]] = {}
            for fact in row.values():
                if fact.measure == "amount" and fact.row_role == "total" and fact.fiscal_year:
                    key = fact.fund, fact.expenditure_type, fact.flow, fact.direction, fact.column_role
                    by_year.setdefault(key, {}).setdefault(fact.fiscal_year, []).append(fact)
            for years in by_year.values():
                before, now = years.get((year or 0) - 1, []), years.get(year or 0, [])
                if len(before) == len(now) == 1:
                    pairs.append((before[0], now[0]))
    return pairs


def _jumps_in_tables(book: Book, least: Decimal) -> Iterator[Finding]:
    for before, now in _pairs(book):
        if _jumps(before.amount, now.amount, least):
            facts = [before.fact_id, now.fact_id]
            places = [place_of(before), place_of(now)]
            texts = f"{now.name} {before.amount_text}", f"{now.name} {now.amount_text}"
            yield asks("jump", *texts, places, [now.table_id], facts)


def _jumps_in_prose(book: Book, least: Decimal) -> Iterator[Finding]:
    for one in book.parsed.statements:
        before = _prior(one)
        if one.metric in form_words()["totals"] and before is not None and _jumps(before, one.amount, least):
            texts = f"{one.metric_text} {one.prior}{one.unit}", f"{one.amount_text}{one.unit} {one.reason}"
            yield asks("jump", *texts, [at_statement(one)], (), [one.fact_id] if one.fact_id else [])


def _prior(one: Statement) -> Decimal | None:
    number = _number(one.prior)
    return None if number is None else number * money_factors().get(one.unit, Decimal(1))


def _jumps(before: Decimal | None, now: Decimal | None, least: Decimal) -> bool:
    return None not in (before, now) and (before == 0) != (now == 0) and max(before or 0, now or 0) >= least


@rule("Q7", "question")
def slips_of_the_unit(book: Book) -> Iterator[Finding]:
    """同一笔金额在两处不正好相差一万倍。
    The same money is not printed ten thousand times as large in another place.
    """
    pairs = [*_totals(book), *_projects(book)]
    for here, there in pairs:
        (name, text, amount, place, ids), (other, other_text, other_amount, other_place, other_ids) = here, there
        if amount and other_amount and SLIP in (amount / other_amount, other_amount / amount):
            texts = f"{name} {text}", f"{other} {other_text}"
            yield asks("slip-of-unit", *texts, [place, other_place], (), [*ids, *other_ids])
    if pairs and all(here[2] * SLIP != there[2] and there[2] * SLIP != here[2] for here, there in pairs):
        yield holds(str(len(pairs)))


Printed = tuple[str, str, Decimal, str, tuple[str, ...]]  # name, text, yuan, place, facts


def _totals(book: Book) -> list[tuple[Printed, Printed]]:
    """The largest figure of the overall table beside that of each other table of totals."""
    largest = [found for name in TOTALS if (found := _largest(book, name))]
    return [(largest[0], other) for other in largest[1:]]


def _largest(book: Book, canonical: str) -> Printed | None:
    facts = [fact for fact in book.find(canonical, measure="amount") if fact.amount and book.own_year(fact)]
    if not facts:
        return None
    fact = max(facts, key=lambda one: one.amount or Decimal(0))
    text = fact.amount_text + fact.money_unit
    return fact.row_path, text, fact.amount or Decimal(0), place_of(fact), (fact.fact_id,)


def _projects(book: Book) -> list[tuple[Printed, Printed]]:
    """Each project of the tables beside its performance form, by the whole name."""
    forms = {fold(form.project): form for form in book.parsed.performance}
    pairs = []
    for project in book.parsed.projects:
        form = forms.get(fold(project.prefix + project.name)) or forms.get(fold(project.name))
        if form and (asked := _of_the_year(form)) and (planned := dict(project.funds).get("total")):
            pairs.append((_printed_project(project, planned), asked))
    return pairs


def _printed_project(project: Project, amount: Decimal) -> Printed:
    place = f"p{project.page}/projects/{project.project_seq}"
    return project.name, plain(amount), amount, place, project.fact_ids


def _of_the_year(form: Performance) -> Printed | None:
    text = next((text for period, name, text in form.funds if (period, name) == ("year", "total")), "")
    number = _number(text)
    if not number:
        return None
    amount = number * money_factors().get(form.money_unit, Decimal(1))
    return form.project, text + form.money_unit, amount, f"p{form.pages[0]}/{form.table_id}", ()


@rule("Q8", "question")
def running_cars_nobody_keeps(book: Book) -> Iterator[Finding]:
    """安排了公务用车运行维护费的，有公务用车。
    Where money is planned to run official vehicles, vehicles are kept.
    """
    kept = [one for one in book.parsed.statements if one.metric == "vehicles_kept" and one.value is not None]
    running = [
        fact
        for fact in book.find("three_public", item="vehicle_operation", measure="amount")
        if fact.amount and book.own_year(fact) and fact.column_role != "repeat"
    ]
    if not kept or not running:
        return
    stated = f"{kept[0].metric_text} {kept[0].amount_text}{kept[0].unit}"
    cost = f"{running[0].amount_text}{running[0].money_unit}"
    places = [at_statement(kept[0]), place_of(running[0])]
    if any(one.value for one in kept):
        yield holds(f"{stated}, {cost}", places)
    else:
        yield asks("cars-nobody-keeps", stated, cost, places, [running[0].table_id], [running[0].fact_id])


@rule("Q9", "question")
def compared_with_itself(book: Book) -> Iterator[Finding]:
    """文字不拿一个年度与同一年度相比。
    The text does not compare a year with itself.
    """
    same = pattern("compared_with_itself")
    found = [(section, text, match) for section, text in prose(book) for match in same.finditer(text)]
    for section, text, match in found:
        yield asks("same-year", shown(text, match), "", [at_section(section)])
    if not found and prose(book):
        yield holds(book.document.title)


@rule("Q10", "question")
def vehicles_by_kind(book: Book) -> Iterator[Finding]:
    """分类车辆数之和等于实有车辆数。
    The vehicles of each kind make the vehicles kept.
    """
    for section, _ in prose(book):
        here = [one for one in book.parsed.statements if one.section == section.heading_path]
        kept = [one for one in here if one.metric == "vehicles_kept" and one.value is not None]
        kinds = _kinds(kept[0], here) if len(kept) == 1 else []
        if len(kinds) >= ALL_KINDS and pattern("last_kind").search(kinds[-1].metric_text):
            yield _kinds_against(kept[0], kinds)


def _kinds(kept: Statement, here: list[Statement]) -> list[Statement]:
    """The kinds listed right behind the whole, up to the first that comes again (vehicles to be bought)."""
    kinds: dict[str, Statement] = {}
    for one in (one for one in here if one.seq > kept.seq):
        if one.metric != "vehicles_by_kind" or one.value is None or one.metric_text in kinds:
            break
        kinds[one.metric_text] = one
    return list(kinds.values())


def _kinds_against(kept: Statement, kinds: list[Statement]) -> Finding:
    total = sum((one.value or Decimal(0) for one in kinds), Decimal(0))
    printed = " + ".join(one.amount_text for one in kinds) + f" = {plain(total)}"
    whole = f"{kept.metric_text} {kept.amount_text}{kept.unit}"
    places = [at_statement(kept), at_statement(kinds[0])]
    if total == kept.value:
        return holds(f"{whole} = {printed}", places)
    return asks("vehicles-by-kind", whole, printed, places)
