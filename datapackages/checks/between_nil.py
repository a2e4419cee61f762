"""A fund without money: its own table is empty exactly where the overall tables print nothing of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from datapackages.checks.book import Book
from datapackages.checks.findings import Finding, place_of
from datapackages.checks.quantities import quantities
from datapackages.model import Fact, Table

OVERALL = ("overall", "fiscal_overall")
SPENT = ("current", "all")


def findings(book: Book, fund: str, *canonicals: str) -> Iterator[Finding]:
    """For each body with a table of the fund, whether that and the overall tables tell the same of nothing."""
    bodies = quantities(book).bodies
    for body in dict.fromkeys(bodies.get(table.table_id, "") for table in book.tables_of(*canonicals)):
        own = [table for table in book.tables_of(*canonicals) if bodies.get(table.table_id, "") == body]
        over = [table for table in book.tables_of(*OVERALL) if bodies.get(table.table_id, "") == body]
        if over and all(table.state in ("parsed", "blank") for table in (*own, *over)):
            yield from _held(own, _money(book, own), _of_fund(book, body, fund))


def _held(own: Sequence[Table], inside: Sequence[Fact], outside: Sequence[Fact]) -> Iterator[Finding]:
    if not inside and not outside:
        yield _told("pass", own[0], "0")
    elif outside and not inside:
        yield _told("question", own[0], outside[0].amount_text, outside[0])


def _money(book: Book, tables: Sequence[Table]) -> list[Fact]:
    """Figures of the lists that are not nil."""
    ids = {table.table_id for table in tables}
    return [fact for fact in book.facts if fact.table_id in ids and fact.amount]


def _of_fund(book: Book, body: str, fund: str) -> list[Fact]:
    """What the overall tables print of the fund for the document's own year and do not say is last year's."""
    return [
        fact
        for key, facts in quantities(book).strict.items()
        if key.body == body and key.fund == fund and key.flow in SPENT and not key.is_line
        for fact in facts
        if fact.canonical in OVERALL and fact.amount and book.own_year(fact) and fact.flow == "current"
    ]  # fmt: skip


def _told(outcome: str, table: Table, left: str, fact: Fact | None = None) -> Finding:
    return Finding(
        outcome=outcome,
        key=f"nil-{outcome}",
        values={"title": table.title or table.label},
        places=(f"p{table.pages[0]}/{table.table_id}", *((place_of(fact),) if fact else ())),
        table_ids=(table.table_id, *((fact.table_id,) if fact else ())),
        left=left + (fact.money_unit if fact else ""),
    )
