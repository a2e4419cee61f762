"""What a document is: kind, fiscal year, stage, scope, unit. Read from its own text, never from a file name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from datapackages.model import Table
from parsers.stitch import PageText
from parsers.text import fold
from parsers.vocabulary import meaning, words

COVER_LINES = 9
PROSE = 400  # characters outside tables from which on a document has prose of its own
PERFORMANCE = ("performance_project", "performance_overall", "performance_result")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the text says; empty strings and None where it does not."""

    kind: str
    fiscal_year: int | None
    year_basis: str
    stage: str
    scope: str
    part: str
    unit_name: str
    department_name: str
    title: str


def read_about(texts: Sequence[PageText], tables: Sequence[Table], scanned: bool) -> About:
    """Put together cover, table titles and tables."""
    cover = _cover(texts)
    found = _from_cover(cover)
    year, basis = _year(tables, found.get("year", ""), texts)
    stage = _stage(tables, found.get("stage", ""), cover)
    unit, department = _names(tables, found)
    kind = _kind(texts, tables, cover, scanned, stage)
    return About(
        kind=kind,
        fiscal_year=year,
        year_basis=basis,
        stage=stage,
        scope=_scope(found, tables, unit),
        part=_part(kind, tables),
        unit_name=unit,
        department_name=department,
        title=cover[:120],
    )


def _cover(texts: Sequence[PageText]) -> str:
    """The words of the first page down to the contents, joined: names are wrapped over its lines."""
    out: list[str] = []
    for page in texts[:1]:
        for line in page.lines[:COVER_LINES]:
            plain = fold(line.text)
            if meaning("cover_end", plain):
                break
            if not meaning("cover_noise", plain) or re.fullmatch(r"20\d\d年(?:度)?", plain):
                out.append(plain.strip("-—–"))
    return "".join(out)


def _from_cover(cover: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("cover_name_first", "cover_year_first", "cover_any"):
        if match := words()[name].search(cover):
            found.update({key: value for key, value in match.groupdict().items() if value})
            break
    if match := words()["cover_unit"].search(cover):
        found.update(name=match["name"], scope="单位")
    elif match := words()["cover_department"].search(cover):
        found.update(name=match["name"], scope="部门")
    return found


def _year(tables: Sequence[Table], cover: str, texts: Sequence[PageText]) -> tuple[int | None, str]:
    """A year in the table titles beats the cover, because covers are copied from year to year."""
    titles = Counter(
        match["year"]
        for table in tables
        if table.canonical != "unrecognised" and (match := words()["year_stated"].search(fold(table.title)))
    )
    if titles:
        return int(titles.most_common(1)[0][0]), "table_title"
    if cover:
        return int(cover), "cover"
    stated = Counter(
        match["year"]
        for page in texts[:12]
        for line in page.lines
        for match in words()["year_stated"].finditer(fold(line.text))
    )
    if stated:
        return int(stated.most_common(1)[0][0]), "text"
    return _year_in_forms(tables, texts)


def _year_in_forms(tables: Sequence[Table], texts: Sequence[PageText]) -> tuple[int | None, str]:
    """Tables published alone may state the year only in a heading or on a performance form: (2026年度)."""
    own = [text for table in tables for text in (table.title, *table.columns)]
    own += [cell.text for table in tables for row in table.rows[:3] for cell in row]
    own += [line.text for page in texts for line in page.lines if len(line.text) < 40]
    years = Counter(m[1] for text in own for m in re.finditer(r"(20\d\d)年", fold(text)))
    return (int(years.most_common(1)[0][0]), "form") if years else (None, "unknown")


def _stage(tables: Sequence[Table], cover: str, title: str) -> str:
    if meaning("adjusted_stage", title):
        return "adjusted"
    if cover:
        return "final" if cover == "决算" else "budget"
    known = [table for table in tables if table.canonical != "unrecognised"]
    final = sum(meaning("final_stage", fold(table.title + "".join(table.columns))) for table in known)
    if not known:
        return "unknown"
    return "final" if final > len(known) / 2 else "budget"


def _names(tables: Sequence[Table], found: dict[str, str]) -> tuple[str, str]:
    """Unit and department. Without a cover the name over most tables holds, else the one in the rows."""
    name = found.get("name", "").strip("《》")
    if not name:
        over = Counter(table.unit_name for table in tables if table.unit_name)
        name = over.most_common(1)[0][0] if over else _name_in_rows(tables)
    department = name if found.get("scope") == "部门" and not meaning("own_level", fold(name)) else ""
    return name, department


def _name_in_rows(tables: Sequence[Table]) -> str:
    """The department that most rows of unit columns start with."""
    names: Counter[str] = Counter()
    for table in tables:
        for index, label in enumerate(table.columns):
            if re.search("单位名称|预算单位|部门名称|主管部门|实施单位", fold(label)):
                names.update(row[index].text for row in table.rows if len(row[index].text) > 4)
    return names.most_common(1)[0][0] if names else ""


def _scope(found: dict[str, str], tables: Sequence[Table], unit: str) -> str:
    if meaning("own_level", fold(unit)):
        return "unit"
    scope = {"单位": "unit", "部门": "department"}.get(found.get("scope", ""), "")
    if scope:
        return scope
    titles = "".join(fold(table.title) for table in tables)
    if "部门" in titles or "单位" in titles:
        return "department" if titles.count("部门") >= titles.count("单位") else "unit"
    return "unknown"


def _kind(texts: Sequence[PageText], tables: Sequence[Table], cover: str, scanned: bool, stage: str) -> str:
    if scanned:
        return "scan"
    known = [t for t in tables if t.canonical != "unrecognised" and t.canonical not in PERFORMANCE]
    forms = {t.canonical for t in known}
    opening = cover + "".join(fold(line.text) for page in texts[:2] for line in page.lines[:12])
    if meaning("government_report", opening) and len(forms) < 4:
        return "government_report"
    if len(forms) >= 3:
        prose = sum(len(line.text) for page in texts for line in page.lines if len(line.text) > 20)
        return ("final" if stage == "final" else "budget") if prose > PROSE else "tables_only"
    if any(t.canonical in PERFORMANCE for t in tables) or "绩效目标表" in opening[:80]:
        return "performance_only"
    if meaning("disclosure", opening):
        return "narrative_only"
    return "not_a_budget"


def _part(kind: str, tables: Sequence[Table]) -> str:
    return {"narrative_only": "narrative", "tables_only": "tables", "performance_only": "performance"}.get(kind, "whole")
