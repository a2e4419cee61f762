"""When and how often a document was published."""

from __future__ import annotations

from collections.abc import Iterator

from datapackages.changes import compare
from datapackages.checks.across import across
from datapackages.checks.findings import Finding
from datapackages.checks.shelf import Shelf, Volume


@across("C17", "form")
def published_in_time(shelf: Shelf, volume: Volume) -> Iterator[Finding]:
    """预算、决算在批复后的法定期限内公开。
    Budgets and final accounts are published within the legal period after their approval."""
    if not volume.unit_id:
        return
    dates = {"approved_on": volume.approved_on, "due": volume.due, "published_on": volume.published_on}
    if not volume.due:
        yield Finding(outcome="insufficient_data", key="no-approval-date")
    elif not volume.published_on:
        yield Finding(outcome="insufficient_data", key="no-publication-date")
    elif volume.published_on > volume.due:
        yield Finding(outcome="fail", key="published-late", values=dates)
    else:
        yield Finding(outcome="pass", key="published-in-time", values=dates)


@across("C18", "form")
def published_once(shelf: Shelf, volume: Volume) -> Iterator[Finding]:
    """同一份文件不应以不同的数字重复公开。
    The same document is not published twice with different figures."""
    for other in shelf.others(volume):
        elsewhere = other.addresses - volume.addresses
        if not (volume.addresses and elsewhere):
            continue
        changes = compare(shelf.compared(other.document.sha256), shelf.compared(volume.document.sha256)).changes
        sure = [change for change in changes if change.cause == "source"]
        values = {"url": min(elsewhere), "count": len(sure)}
        if sure:
            ids = tuple(change.after.fact_id for change in sure if change.after)
            yield Finding(outcome="question", key="published-twice-differs", values=values, fact_ids=ids)
        elif changes:
            yield Finding(outcome="insufficient_data", key="published-twice-unread", values=values)
        else:
            yield Finding(outcome="pass", key="published-twice-same", values=values)
