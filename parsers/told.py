"""What stands around and behind the tables: prose and its figures, performance forms, projects, purchases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from datapackages.model import (
    Cover,
    Document,
    Fact,
    Indicator,
    Issue,
    Performance,
    Project,
    Purchase,
    Section,
    Statement,
    Table,
)
from parsers.performance import read_performance
from parsers.projects import read_projects
from parsers.purchases import read_purchases
from parsers.sections import read_passages
from parsers.statements import read_statements
from parsers.stitch import PageText


class Told(TypedDict, total=False):
    """The fields of :class:`ParsedDocument` filled here; ``issues`` go with the document's others."""

    sections: tuple[Section, ...]
    statements: tuple[Statement, ...]
    performance: tuple[Performance, ...]
    indicators: tuple[Indicator, ...]
    covers: tuple[Cover, ...]
    projects: tuple[Project, ...]
    purchases: tuple[Purchase, ...]


def read_told(
    document: Document, texts: Sequence[PageText], tables: Sequence[Table], facts: Sequence[Fact]
) -> tuple[Told, list[Issue]]:
    """Read what a document says apart from the figures of its tables."""
    passages = read_passages(texts, tables)
    statements, issues = read_statements(passages, document, facts)
    forms = read_performance(tables)
    issues += forms.issues
    told = Told(
        sections=tuple(passage.section for passage in passages),
        statements=statements,
        performance=forms.performance,
        indicators=forms.indicators,
        covers=forms.covers,
        projects=read_projects(document, tables, facts),
        purchases=read_purchases(document, tables, facts),
    )
    return told, issues
