"""Every figure stated in the prose, and the fact that it should equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from datapackages.issues import issue
from datapackages.model import Document, Fact, Issue, Statement
from parsers import amounts
from parsers.agreement import Claim, Facts, agree, half_of_last_decimal
from parsers.metrics import OTHER
from parsers.prose import narrow, pattern
from parsers.sections import PROSE, Passage
from parsers.sentences import Reader
from parsers.stated import Stated

READ = ("budget", "final", "tables_only", "narrative_only")  # kinds of documents that state figures of a budget
LIST = 3  # so many figures by item under one heading are a table told in words
RESERVED = ("government_fund", "state_capital")  # funds whose few items are each stated


def read_statements(
    passages: Sequence[Passage], document: Document, facts: Iterable[Fact]
) -> tuple[tuple[Statement, ...], list[Issue]]:
    """The figures stated in the prose in reading order, with the facts they should equal.

    Lists that tell a table again item by item are no statements: an issue says how many figures they hold.
    """
    if document.kind not in READ:
        return (), []
    index = Facts(document, facts)
    found: list[tuple[Passage, Stated]] = []
    issues: list[Issue] = []
    for root, group in _by_root(passages):
        stated = _read(group)
        kept = _without_lists(stated)
        if left := len(stated) - len(kept):
            page = group[0].section.pages[0]
            issues.append(issue("itemised-statements", page=page, count=left, heading=root or "-"))
        found += kept
    numbered = enumerate(found, start=1)
    return tuple(_statement(seq, *entry, index, document) for seq, entry in numbered), issues


def _by_root(passages: Sequence[Passage]) -> Iterator[tuple[str, list[Passage]]]:
    """Passages under one main heading: 一、 below 第三部分, or at the top where there are no parts."""
    group: list[Passage] = []
    last = ""
    for passage in passages:
        if passage.section.kind != PROSE:
            continue
        root = _root(passage.section.heading_path)
        if group and root != last:
            yield last, group
            group = []
        group.append(passage)
        last = root
    if group:
        yield last, group


def _root(path: str) -> str:
    headings = path.split("/")
    return "/".join(headings[: 2 if pattern("sections", "part").match(narrow(headings[0])) else 1])


def _read(group: Sequence[Passage]) -> list[tuple[Passage, Stated]]:
    found: list[tuple[Passage, Stated]] = []
    for passage in group:
        path = narrow(passage.section.heading_path)
        unread = bool(pattern("reading", "unread").search(path))
        if unread and not pattern("reading", "staffing").search(path.rpartition("/")[2]):
            continue
        headings = tuple(reversed(path.split("/")))
        before = [stated for _, stated in found]
        reader = Reader(passage.section.text, headings, before, counts_only=unread)
        found += [(passage, stated) for stated in reader.read()]
    return found


def _without_lists(found: Sequence[tuple[Passage, Stated]]) -> list[tuple[Passage, Stated]]:
    """Leave out lists by 项 or by project when they are lists: a few such figures are statements."""
    kinds = Counter(kind for _, stated in found if (kind := _listed(stated)))
    return [(passage, stated) for passage, stated in found if kinds[_listed(stated)] < LIST]


def _listed(stated: Stated) -> str:
    """In which kind of list the figure stands: "" for none."""
    if stated.itemised and stated.about.fund not in RESERVED:
        return "item"
    return OTHER if stated.about.metric == OTHER else ""


def _statement(seq: int, passage: Passage, stated: Stated, facts: Facts, document: Document) -> Statement:
    value = amounts.read(stated.amount_text) if stated.amount_text else None
    money_unit = stated.unit if stated.unit in amounts.FACTOR else ""
    value = None if value is not None and amounts.is_too_much(value, money_unit) else value
    amount = amounts.yuan(value, money_unit) if value is not None and money_unit else None
    if stated.kind == "money" and value is not None and not value:
        amount = Decimal(0)
    known = amount if stated.kind == "money" else value
    fact_id, agreement = "", "not_found"
    if known is not None:
        half = half_of_last_decimal(stated.amount_text, money_unit)
        owner = _owner(passage.section.heading_path, document)
        measure = "amount" if stated.kind == "money" else "count"
        claim = Claim(
            about=stated.about, name=stated.name, owner=owner, amount=known, half=half, measure=measure
        )
        fact_id, agreement = agree(claim, facts)
    page, box = passage.place(stated.start, stated.end)
    return Statement(
        seq=seq,
        section=passage.section.heading_path,
        metric=stated.about.metric,
        metric_text=_without_owner(stated.name, document),
        amount_text=stated.amount_text,
        amount=amount,
        value=None if stated.kind == "money" else value,
        unit=stated.unit,
        prior=stated.prior,
        change=stated.change,
        change_percent=stated.change_percent,
        share_percent=stated.share_percent,
        direction=stated.direction,
        compared_with=stated.compared_with,
        reason=stated.reason,
        span=(stated.start, stated.end),
        page=page,
        box=box,
        fact_id=fact_id,
        agreement=agreement,
    )


def _owner(path: str, document: Document) -> str:
    """The body that a heading names, where it is another than the document's own."""
    for heading in narrow(path).split("/"):
        if (body := pattern("sentences", "body").match(heading)) and body["name"] != narrow(document.unit_name):
            return body["name"]
    return ""


def _without_owner(name: str, document: Document) -> str:
    """The words before a figure without the name of the body whose document it is."""
    plain = narrow(name)
    for owner in (document.unit_name, document.department_name):
        if owner and plain.startswith(narrow(owner)):
            return name[len(owner) :]
    return name
