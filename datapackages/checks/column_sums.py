"""Sums down a column: a row against the rows it sums, each under the rule that names what is added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, at_most, equal, one, place_of, sum_of
from datapackages.checks.form_words import withholds
from datapackages.checks.row_parts import CURRENT, RowSum, row_sums
from datapackages.checks.rules import rule
from datapackages.model import Fact

OVERALL = ("overall", "fiscal_overall")
FISCAL = {"general_public", "government_fund", "state_capital"}
ITEMS = ("three_public", "operating")
PURCHASES = ("procurement", "purchased_services")
GOODS = ("procurement_goods", "procurement_works", "procurement_services")


def named(found: RowSum) -> str:
    """The id of the rule that a row and its parts fall under."""
    if found.kind == "of_which":
        return "A29"
    whole, parts = found.whole.head, [part.head for part in found.parts]
    if found.table.canonical in OVERALL:
        if found.kind == "grand" or (found.kind == "total" and any(part.item in CURRENT for part in parts)):
            return "A2"
        if whole.function_code and found.kind == "subtotal" and not whole.item.startswith("expenditure"):
            return "A9"
        if whole.direction != "revenue":
            return "A4"
        budgets = found.table.canonical == "fiscal_overall" and {part.fund for part in parts} <= FISCAL
        return "A5" if budgets or (found.kind == "subtotal" and whole.item not in CURRENT) else "A3"
    if found.table.canonical in PURCHASES and any(part.item in GOODS for part in parts):
        return "A20"
    if any(part.project_name for part in parts) or found.table.canonical.startswith("projects"):
        return "A28"
    if any(part.row_unit_name or part.row_unit_code for part in parts) and not _coded(parts):
        return "A27"
    if found.table.canonical in ITEMS:
        return "A14"
    if found.kind != "subtotal":
        return "A11"
    if any(part.econ_dept_code or part.econ_gov_code for part in parts):
        return "A10"
    return "A9" if any(part.function_code for part in parts) else "A11"


def _coded(parts: list[Fact]) -> bool:
    return any(part.function_code or part.econ_dept_code for part in parts)


def findings(book: Book, id: str) -> Iterator[Finding]:
    """What the sums that fall under a rule come to."""
    for found in book.once(row_sums):
        if named(found) == id:
            yield from columns(book, found)


def columns(book: Book, found: RowSum) -> Iterator[Finding]:
    """The comparison of a row with its parts, once for each column."""
    if found.kind == "unclear":
        head = found.whole.head
        yield Finding(
            outcome="insufficient_data",
            key="rows-not-understood",
            values={"what": head.name},
            places=(place_of(head),),
            table_ids=(head.table_id,),
        )
        return
    for column in found.columns:
        parts = [part.facts[column] for part in found.parts if column in part.facts]
        yield _fair(book, equal(one(book, found.whole.facts[column]), sum_of(book, parts)))


def _fair(book: Book, finding: Finding) -> Finding:
    """Parts that make less than the total prove nothing where the document says that it leaves secret ones out."""
    less = finding.outcome == "fail" and not finding.difference.startswith("-")
    return replace(finding, outcome="insufficient_data", key="withheld") if less and withholds(book) else finding


def of_which(book: Book, found: RowSum) -> Iterator[tuple[Fact, Fact]]:
    """Each figure of a line with one that is part of it; not where something is deducted in their column."""
    rows = book.grids[found.table.table_id].values()
    deducted = {column for row in rows for column, fact in row.items() if (fact.amount or 0) < 0}
    for part in found.parts:
        for column, fact in part.facts.items():
            if column in found.whole.facts and column not in deducted:
                yield found.whole.facts[column], fact


@rule("A2", "arithmetic")
def grand_totals(book: Book) -> Iterator[Finding]:
    """收入（支出）总计等于本年合计与结转结余等各行之和。
    Total revenue (expenditure) equals that of the year and the lines of balances.
    """
    yield from findings(book, "A2")


@rule("A3", "arithmetic")
def revenue_lines(book: Book) -> Iterator[Finding]:
    """收入合计等于各收入项目之和。
    Total revenue equals its lines.
    """
    yield from findings(book, "A3")


@rule("A5", "arithmetic")
def lines_by_fund(book: Book) -> Iterator[Finding]:
    """财政拨款、上年结转等各项等于其一般公共预算、政府性基金、国有资本经营预算等各分项之和。
    Fiscal appropriation, balances brought forward and the like equal the budgets they are made up of.
    """
    yield from findings(book, "A5")


@rule("A9", "arithmetic")
def function_codes(book: Book) -> Iterator[Finding]:
    """功能分类的类、款等于其下各款、项之和。
    A functional class or subclass equals the codes under it.
    """
    yield from findings(book, "A9")


@rule("A10", "arithmetic")
def economic_codes(book: Book) -> Iterator[Finding]:
    """经济分类的类等于其下各款之和。
    An economic class equals the codes under it.
    """
    yield from findings(book, "A10")


@rule("A11", "arithmetic")
def list_totals(book: Book) -> Iterator[Finding]:
    """合计行等于所列各行之和。
    The total row equals the rows of the list.
    """
    yield from findings(book, "A11")


@rule("A27", "arithmetic")
def unit_rows(book: Book) -> Iterator[Finding]:
    """按单位列示的，合计等于所列各单位之和。
    Where rows are units, the total equals the units listed.
    """
    yield from findings(book, "A27")


@rule("A28", "arithmetic")
def project_rows(book: Book) -> Iterator[Finding]:
    """按项目列示的，合计等于所列各项目之和。
    Where rows are projects, the total equals the projects listed.
    """
    yield from findings(book, "A28")


@rule("A29", "arithmetic")
def parts_named(book: Book) -> Iterator[Finding]:
    """“其中”各项不超过其所属项目。
    What is printed as part of a line is no more than the line.
    """
    for found in book.once(row_sums):
        if found.kind == "of_which":
            for whole, part in of_which(book, found):
                yield at_most(one(book, part), one(book, whole))
