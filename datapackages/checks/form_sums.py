"""Money on performance forms: its sources, the project it belongs to, and quantity times price."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, Side, Term, equal, one, plain, printed, sum_of, value_of
from datapackages.checks.rules import rule
from datapackages.checks.word_lists import words
from datapackages.codes import money_factors
from datapackages.model import Fact, Indicator, Performance, Project

PROJECT_FORMS = "performance_project"
FUNDS_OF_FISCAL = ("general_public", "government_fund", "state_capital")
LEVELS = ("central", "provincial", "city_county", "city", "county", "local")
BESIDE_ALWAYS = ("special_account", "self_raised", "unit_funds", "other")
BESIDE_FISCAL = (*BESIDE_ALWAYS, "carryover")
WHERE_SPENT = ("city_spending", "county_subsidy")
TASK = "task_"
PHASES = ("", "_adjusted", "_executed", "_basic", "_project")
FIGURE = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
BEST_FIRST = ("pass", "rounding", "fail")
NEAR = Decimal("0.05")  # a product further off than this share of the money is about something else
LARGEST_RATE = Decimal("0.1")  # a levy of some per cent of average wages: 残疾人就业保障金 1.5 %
MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Money:
    """The printed figures of one form and period by name."""

    form: Performance
    period: str
    figures: Mapping[str, Term]

    def side(self, names: tuple[str, ...], phase: str = "") -> Side:
        """The printed figures of these names."""
        return tuple((1, self.figures[name + phase]) for name in names if name + phase in self.figures)


def money_of_forms(book: Book) -> list[Money]:
    """The money that each performance form prints for each period; not of forms where a name stands twice."""
    found = []
    for form in book.parsed.performance:
        named = Counter((period, name) for period, name, _ in form.funds if not name.startswith(TASK))
        if max(named.values(), default=0) > 1:
            continue  # two periods, or two forms, that were not told apart
        for period in dict.fromkeys(period for period, _, _ in form.funds):
            texts = {name: text for own, name, text in form.funds if own == period}
            figures = {name: _term(form, text) for name, text in texts.items() if FIGURE.search(text)}
            found.append(Money(form=form, period=period, figures=figures))
    return found


def _term(form: Performance, text: str) -> Term:
    """A figure of a form in yuan; some print the unit behind it."""
    match = FIGURE.search(text)
    assert match is not None
    unit = text[match.end() :].strip() if text[match.end() :].strip() in money_factors() else form.money_unit
    amount = Decimal(match[0].replace(",", "")) * money_factors().get(unit, Decimal(1))
    return printed(match[0], amount, unit, f"p{form.pages[0]}/{form.table_id}", form.table_id)


@rule("A23", "arithmetic")
def money_of_a_form(book: Book) -> Iterator[Finding]:
    """绩效目标表的资金总额等于各来源资金之和。
    On a performance form the money as a whole equals the sources it comes from.
    """
    for money in book.once(money_of_forms):
        for phase in PHASES:
            for whole, *readings in _sums(money, phase):
                total = money.side((whole,), phase)
                found = [equal(total, parts) for parts in readings if total and parts]
                if found:
                    yield min(found, key=lambda one: BEST_FIRST.index(one.outcome))


def _sums(money: Money, phase: str) -> Iterator[tuple[str, *tuple[Side, ...]]]:
    """Names of wholes with what should make them up, as far as the form prints it.

    Money carried over stands beside the appropriation of the year on some forms, and is part of it on others.
    """
    levels = tuple(name for name in LEVELS if not (name in ("city", "county") and "city_county" in money.figures))
    by_level, by_fund = money.side(levels, phase), money.side(FUNDS_OF_FISCAL, phase)
    beside = money.side(BESIDE_FISCAL, phase)
    if fiscal := money.side(("fiscal",), phase):
        yield "total", (*fiscal, *beside), (*fiscal, *money.side(BESIDE_ALWAYS, phase))
        yield "fiscal", by_level
        yield "fiscal", by_fund
    else:
        yield "total", (*by_level, *beside) if by_level else ()
        yield "total", (*by_fund, *beside) if by_fund else ()
    yield "total", money.side(WHERE_SPENT, phase)


@rule("A24", "agreement")
def project_on_its_form(book: Book) -> Iterator[Finding]:
    """绩效目标表的年度资金总额与项目表中该项目的金额一致。
    The money of the year on a performance form equals the amount of the project in the project table.
    """
    projects = _by_name(book)
    forms = [money for money in _of_the_year(book) if "total" in money.figures]
    named = Counter(money.form.project for money in forms)
    for money in forms:
        project = projects.get(money.form.project)
        fact = _amount(book, project) if project is not None else None
        if fact is not None and named[money.form.project] == 1:
            yield equal(one(book, fact), money.side(("total",)))


def _by_name(book: Book) -> dict[str, Project]:
    """Projects by their name with prefix; names that several have are left out."""
    named = Counter(project.prefix + project.name for project in book.parsed.projects)
    return {
        name: project
        for project in book.parsed.projects
        if named[name := project.prefix + project.name] == 1 and project.fact_ids
    }


def _amount(book: Book, project: Project) -> Fact | None:
    """The figure of a project over all its money."""
    facts = [book.by_id[name] for name in project.fact_ids if name in book.by_id]
    totals = [fact for fact in facts if fact.column_role == "total"] or facts
    return totals[0] if len(totals) == 1 and totals[0].amount is not None else None


def _of_the_year(book: Book) -> list[Money]:
    """The money of the year on the forms of projects."""
    forms = book.once(money_of_forms)
    return [money for money in forms if money.form.canonical == PROJECT_FORMS and money.period == "year"]


@rule("A25", "agreement")
def all_forms_together(book: Book) -> Iterator[Finding]:
    """各项目均有绩效目标表的，其年度资金总额之和等于项目支出表所列各项目之和。
    Where each project has its form, the money of all forms equals the projects of the project table.
    """
    projects = [_amount(book, project) for project in book.parsed.projects]
    forms = [money for money in _of_the_year(book) if "total" in money.figures]
    facts = [fact for fact in projects if fact is not None]
    names = {project.prefix + project.name for project in book.parsed.projects}
    same = sum(money.form.project in names for money in forms)
    if forms and len(forms) == len(projects) == len(facts) and 2 * same >= len(forms):
        sums = tuple(figure for money in forms for figure in money.side(("total",)))
        yield equal(sum_of(book, facts), sums)


@rule("A26", "question")
def quantity_times_price(book: Book) -> Iterator[Finding]:
    """绩效目标表列明数量与单价的，数量乘以单价等于资金总额。
    Where a performance form gives a quantity and a price, their product is the money.
    """
    for money in _of_the_year(book):
        total = money.side(("total",))
        indicators = [one for one in book.parsed.indicators if one.form_seq == money.form.form_seq]
        own = [indicator for indicator in indicators if indicator.period == money.period]
        if total and value_of(total):
            yield from _products(total, own)


def _products(total: Side, indicators: list[Indicator]) -> Iterator[Finding]:
    """The product of the only quantity and the only price of a form, against its money."""
    quantity = [one for one in indicators if _is(one, "quantity_indicators") and _is_unit(one, "counted")]
    price = [one for one in indicators if _is(one, "cost_indicators") and _is_unit(one, "price_units")]
    months = [one for one in indicators if _is(one, "time_indicators") and _is_unit(one, "months")]
    costs = [one for one in indicators if _is(one, "cost_indicators") and one.target]
    if len(quantity) != 1 or len(price) != 1 or len(costs) != 1 or not _number(quantity[0]):
        return
    sides = [_product([quantity[0], price[0]])]
    if len(months) == 1 and _number(months[0]) <= MONTHS:
        sides.append(_product([quantity[0], months[0], price[0]]))
    if re.search(words("wages"), price[0].level3) and (levied := _at_a_rate(sides[0], value_of(total))):
        sides.append(levied)
    found = min((equal(side, total) for side in sides), key=lambda one: abs(Decimal(one.difference)))
    if found.outcome != "fail":
        yield replace(found, outcome="pass", key="equal-pass")
    elif abs(Decimal(found.difference)) <= NEAR * value_of(total) / money_factors()[total[0][1].unit]:
        yield replace(found, outcome="question", key="product-question")


def _is(indicator: Indicator, name: str) -> bool:
    return bool(re.search(words(name), indicator.level2 or indicator.level1))


def _is_unit(indicator: Indicator, name: str) -> bool:
    return bool(re.fullmatch(words(name), indicator.unit)) and bool(FIGURE.fullmatch(indicator.target))


def _number(indicator: Indicator) -> Decimal:
    return Decimal(indicator.target.replace(",", ""))


def _product(factors: list[Indicator]) -> Side:
    """A side that is the product of indicators, written out."""
    amount = Decimal(1)
    for factor in factors:
        amount *= _number(factor)
    text = " × ".join(f"{factor.target}{factor.unit}" for factor in factors)
    unit = factors[-1].unit[:1]
    return ((1, Term(f"{text} = {plain(amount)}", amount, Decimal(0), unit, _place(factors[0]))),)


def _at_a_rate(side: Side, total: Decimal) -> Side | None:
    """The product at a rate that the form does not print, where the money is exactly that: 1.5 %."""
    product = side[0][1]
    rate = total / product.amount if product.amount else Decimal(0)
    if not 0 < rate <= LARGEST_RATE or rate != round(rate, 3):
        return None
    text = product.text.rpartition(" = ")[0]
    shown = f"{text} × {plain(100 * rate)}% = {plain(total)}"
    return ((1, product._replace(text=shown, amount=total)),)


def _place(indicator: Indicator) -> str:
    return f"p{indicator.page}/indicators/{indicator.form_seq}/{indicator.seq}"
