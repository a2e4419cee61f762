"""What a document is: kind, fiscal year, stage, scope, unit. Read from its own text, never from a file name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from datapackages.model import Table
from parsers.stitch import PageText
from parsers.text import fold
from parsers.vocabulary import first, meaning, words

COVER_LINES = 9
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
    unit = found.get("name", "") or _name(tables)
    scope = _scope(found, tables, unit)
    kind = _kind(texts, tables, cover, scanned, stage)
    if kind == "government_report":
        unit = ""  # a government's report to its congress is no body's disclosure
    return About(
        kind=kind,
        fiscal_year=year,
        year_basis=basis,
        stage=stage,
        scope=scope,
        part=_part(kind),
        unit_name=unit,
        department_name=unit if scope == "department" else _department(unit, tables),
        title=tables[0].title if kind == "tables_only" else _title(cover),
    )


def _cover(texts: Sequence[PageText]) -> str:
    """The words of the first page down to the contents, joined: names are wrapped over its lines."""
    out: list[str] = []
    for page in texts[:1]:
        for line in page.lines[:COVER_LINES]:
            plain = words()["cover_mark"].sub("", _digits(fold(line.text)))
            if match := words()["cover_end"].search(plain):
                out.append(plain[: match.start()] if meaning("cover_contents", match[0]) else "")
                break
            if not meaning("cover_noise", plain) or re.fullmatch(r"20\d\d年(?:度)?", plain):
                out.append(plain.strip("-—–"))
    return "".join(out)


def _digits(text: str) -> str:
    """A year written in Chinese numerals as digits: 二〇二六年 -> 2026年."""
    return words()["chinese_year"].sub(lambda match: "".join(first("digit", char) for char in match[0]), text)


def _title(cover: str) -> str:
    match = words()["cover_title"].search(cover)
    return match[0] if match else cover[:120]


def _from_cover(cover: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("cover_name_first", "cover_year_first", "cover_name_last", "cover_body", "cover_any"):
        if match := words()[name].search(cover):
            found.update({key: value.strip("《》") for key, value in match.groupdict().items() if value})
            break
    if "name" in found:
        found["name"] = words()["cover_about"].sub("", found["name"])
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


def _name(tables: Sequence[Table]) -> str:
    """The name over most tables; where none is printed, the one on a form."""
    over = Counter(table.unit_name for table in tables if table.unit_name)
    return over.most_common(1)[0][0] if over else _name_in_forms(tables)


def _department(unit: str, tables: Sequence[Table]) -> str:
    """The department over a unit: the one on its performance forms, else the body whose own level the unit is."""
    own_level = words()["own_level_mark"].sub("", unit)
    if own_level != unit:
        return own_level
    found = _name_in_forms(tables, "department_label") if unit else ""
    found = words()["body_code"].sub("", words()["body_mark"].sub("", found))
    return "" if fold(found) == fold(unit) else found


def _name_in_forms(tables: Sequence[Table], label: str = "body_label") -> str:
    """The body named beside a 部门名称 cell: tables published alone name it only on a performance form."""
    names: Counter[str] = Counter()
    for table in tables:
        depth = max((label.count("/") + 1 for label in table.columns), default=0)
        header = [[(label.split("/") + [""] * depth)[level] for label in table.columns] for level in range(depth)]
        for texts in (*header, *([cell.text for cell in row] for row in table.rows)):
            names.update(_beside(list(dict.fromkeys(text for text in texts if text)), label))
    return names.most_common(1)[0][0] if names else ""


def _beside(texts: Sequence[str], wanted: str) -> list[str]:
    pairs = zip(texts, texts[1:], strict=False)
    return [name for label, name in pairs if meaning(wanted, fold(label)) and 3 < len(name) < 40]


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
    figures = any(t.canonical == "unrecognised" and t.state != "blank" for t in tables)
    if len(forms) >= 3 or (forms and tables[0].canonical != "unrecognised" and not figures):
        if known[0].pages[0] == texts[0].number:
            return "tables_only"  # no cover and no prose before the first table
        return "final" if stage == "final" else "budget"
    if any(t.canonical in PERFORMANCE for t in tables) or "绩效目标表" in opening[:80]:
        return "performance_only"
    if meaning("disclosure", opening):
        return "narrative_only"
    return "not_a_budget"


def _part(kind: str) -> str:
    parts = {"narrative_only": "narrative", "tables_only": "tables", "performance_only": "performance"}
    return parts.get(kind, "whole")
