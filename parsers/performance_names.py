"""Names that the narrow cell of a form has cut, matched with the whole name printed beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from datapackages.issues import issue
from datapackages.model import Indicator, Issue, Performance, Table
from parsers.text import fold

SHORTEST = 4  # characters: what is shorter begins too many names


def whole_name(cut: str, names: Iterable[str]) -> str:
    """The one longer name that begins with a cut one; empty where there is none or more than one."""
    plain = fold(cut)
    if len(plain) < SHORTEST:
        return ""
    longer = {name for name in names if fold(name).startswith(plain) and fold(name) != plain}
    return longer.pop() if len(longer) == 1 else ""


def cut_names(
    performance: Sequence[Performance], indicators: Sequence[Indicator], tables: Sequence[Table]
) -> Iterator[Issue]:
    """An issue for each cut name with the whole one: names stay as printed in the data."""
    yield from _cut_indicators(performance, indicators)
    yield from _cut_projects(performance, tables)


def _cut_indicators(performance: Sequence[Performance], indicators: Sequence[Indicator]) -> Iterator[Issue]:
    """A line of one period whose name begins the name of the other period's line with the same target."""
    beside: dict[tuple[int, str, str, str], list[str]] = defaultdict(list)
    for line in indicators:
        beside[line.form_seq, line.period, fold(line.level2), fold(line.raw)].append(line.level3)
    forms = {form.form_seq: form for form in performance}
    for line in indicators:
        other = "year" if line.period == "implementation" else "implementation"
        whole = whole_name(line.level3, beside[line.form_seq, other, fold(line.level2), fold(line.raw)])
        if whole:
            table = forms[line.form_seq].table_id
            yield issue("name-cut", page=line.page, table=table, cut=line.level3, whole=whole)


def _cut_projects(performance: Sequence[Performance], tables: Sequence[Table]) -> Iterator[Issue]:
    """A project that the project table does not name so, but longer; a body that other tables name longer."""
    others = [table for table in tables if not table.canonical.startswith("performance")]
    projects = _texts(table for table in others if table.canonical.startswith("projects"))
    bodies = _texts(others) | {table.unit_name for table in others}
    whole_forms = {form.project for form in performance}
    for form in performance:
        for cut, names in ((form.project, projects - whole_forms), (form.unit, bodies)):
            if cut and cut not in projects | bodies and (whole := whole_name(cut, names)):
                yield issue("name-cut", page=form.pages[0], table=form.table_id, cut=cut, whole=whole)


def _texts(tables: Iterable[Table]) -> set[str]:
    return {cell.text for table in tables for row in table.rows for cell in row if len(cell.text) >= SHORTEST}
