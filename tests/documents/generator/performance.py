"""Project performance forms (项目支出绩效目标表): one page a project, cells of its own, amounts in 元."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml
from generator.city import DATA
from generator.figures import Accounts, Project
from generator.grid import Span
from generator.layout import Form

WIDTHS = (30.0, 42.0, 62.0, 74.0, 55.0, 30.0, 62.0, 78.0, 54.0)


@cache
def wording() -> dict[str, Any]:
    """The form's printed words and the indicators of each project."""
    parsed: dict[str, Any] = yaml.safe_load((DATA / "performance.yaml").read_text(encoding="utf-8"))
    return parsed


def forms(accounts: Accounts) -> list[tuple[Form, dict[str, Any]]]:
    """A form and its truth for each project of a unit that publishes them."""
    if not accounts.units[0].performance or accounts.stage != "budget" or len(accounts.units) > 1:
        return []
    return [_form(accounts, project) for project in accounts.projects if project.amount]


def _indicators(project: Project) -> list[tuple[str, str, str, str]]:
    """(一级, 二级, 三级, 指标值); a 二级 without indicator has empty texts."""
    cost = f"{project.amount / 10_000:.2f}万元"
    rows: list[tuple[str, str, str, str]] = []
    for level1, entries in wording()["indicators"].items():
        for level2, level3, value in entries:
            rows.append((level1, level2, level3, value.format(people=project.people, cost=cost)))
    return rows


def _form(accounts: Accounts, project: Project) -> tuple[Form, dict[str, Any]]:
    words, name = wording(), project.prefix + project.name
    owner = f"{accounts.department.code}-{accounts.department.name}[部门]"
    texts = {
        key: text.format(project=project.name, year=accounts.year, people=project.people)
        for key, text in words["texts"].items()
    }
    cells, spans = _head(name, owner, accounts, project, texts)
    rows = _indicators(project)
    _indicator_rows(cells, spans, rows)
    cells.append([text.format(last=accounts.year - 1, **words["people"]) for text in words["signatures"]])
    spans.append(((0, len(cells) - 1), (1, len(cells) - 1)))
    form = Form(words["title"], f"（{accounts.year}年度）", tuple(map(tuple, cells)), tuple(spans), WIDTHS)
    return form, _truth(name, owner, accounts, project, texts, rows)


def _head(
    name: str,
    owner: str,
    accounts: Accounts,
    project: Project,
    texts: dict[str, str],
) -> tuple[list[list[str]], list[Span]]:
    amount = f"{project.amount:,}"
    cells: list[list[str]] = []
    spans: list[Span] = []

    def row(*parts: tuple[str, int]) -> None:
        line: list[str] = []
        for text, width in parts:
            spans.append(((len(line), len(cells)), (len(line) + width - 1, len(cells))))
            line += [text, *[""] * (width - 1)]
        cells.append(line)

    row(("项目名称", 2), (name, 7))
    row(("主管部门及代码", 2), (owner, 3), ("实施单位", 2), (accounts.name, 2))
    row(("项目属性", 2), (wording()["attribute"], 3), ("项目期", 2), (wording()["term"], 2))
    top = len(cells)
    for number, source in enumerate(wording()["funds"]):
        own = amount if number in (0, 3) else "" if number == 5 else "0"
        year = source.replace("实施期", "年度")
        row(("项目资金（元）" if number == 0 else "", 2), (source, 2), (own, 1), (year, 3), (own, 1))
    for number in range(top, len(cells)):
        spans.remove(((0, number), (1, number)))
    spans.append(((0, top), (1, len(cells) - 1)))
    for label in ("项目概况", "立项依据", "项目设立必要性", "保证项目实施的制度、措施", "项目实施计划"):
        row((label, 2), (texts[label], 7))
    row(("", 1), ("实施期目标", 4), ("年度目标", 4))
    row(("总体目标", 1), (texts["总体目标"], 4), (texts["总体目标"], 4))
    return cells, spans


def _indicator_rows(cells: list[list[str]], spans: list[Span], rows: list[tuple[str, str, str, str]]) -> None:
    start = len(cells)
    cells.append(["绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "二级指标", "", "三级指标", "指标值"])
    spans.append(((5, start), (6, start)))
    group = start + 1
    for number, (level1, level2, level3, value) in enumerate(rows, start + 1):
        first = number == start + 1 or rows[number - start - 2][0] != level1
        if first and number > group:
            spans.append(((1, group), (1, number - 1)))
        group = number if first else group
        cells.append(["", level1 if first else "", level2, level3, value, level2, "", level3, value])
        spans.append(((5, number), (6, number)))
    spans.append(((1, group), (1, start + len(rows))))
    spans.append(((0, start), (0, start + len(rows))))


def _truth(
    name: str,
    owner: str,
    accounts: Accounts,
    project: Project,
    texts: dict[str, str],
    rows: list[tuple[str, str, str, str]],
) -> dict[str, Any]:
    amount = f"{project.amount:,}"
    funds = {"central": "0", "provincial": "0", "city_county": amount, "self_raised": "0", "other": ""}
    listed = [
        {"period": period, "level1": one, "level2": two, "level3": three, "value": value}
        for period in ("implementation", "year")
        for one, two, three, value in rows
        if three
    ]
    empty = [
        {"period": period, "level1": one, "level2": two}
        for period in ("implementation", "year")
        for one, two, three, _ in rows
        if not three
    ]
    return {
        "project_name": name,
        "department_code_and_name": owner,
        "unit": accounts.name,
        "attribute": wording()["attribute"],
        "term": wording()["term"],
        "money_unit": "元",
        "funds_total_implementation": amount,
        "funds_total_year": amount,
        "funds_implementation": funds,
        "funds_year": funds,
        "overview": texts["项目概况"],
        "basis": texts["立项依据"],
        "necessity": texts["项目设立必要性"],
        "measures": texts["保证项目实施的制度、措施"],
        "plan": texts["项目实施计划"],
        "overall_goal_implementation": texts["总体目标"],
        "overall_goal_year": texts["总体目标"],
        "indicators": listed,
        "empty_indicators": empty,
        "filled_at": f"{accounts.year - 1}1120",
    }
