"""The text parts of a document: sentences of ``data/prose.yaml`` filled with the same sums as the tables."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

import yaml
from generator.city import DATA, names
from generator.figures import Accounts, public_total, total
from generator.layout import Block, Heading, Prose

TITLE = {"budget": ("单位预算", "部门预算"), "final": ("单位决算", "部门决算")}


@cache
def sentences() -> dict[str, Any]:
    """The whole of prose.yaml."""
    parsed: dict[str, Any] = yaml.safe_load((DATA / "prose.yaml").read_text(encoding="utf-8"))
    return parsed


def scope_of(accounts: Accounts) -> str:
    """部门 where a document covers several units, else 单位."""
    return "部门" if len(accounts.units) > 1 else "单位"


def opening(accounts: Accounts) -> list[Block]:
    """What stands before the tables: duties and organisation."""
    words = sentences()[accounts.stage]
    listed = [unit.name for unit in accounts.units] if len(accounts.units) > 1 else list(accounts.units[0].offices)
    offices = words["department_offices" if len(accounts.units) > 1 else "offices"].format(
        name=accounts.name, offices="、".join(listed), count=len(listed)
    )
    return [
        Heading(1, words["overview"]),
        Heading(2, words["duties"]),
        Prose(accounts.units[0].duties),
        Heading(2, words["organisation"]),
        Prose(offices),
    ]


def explanation(accounts: Accounts) -> list[Block]:
    """What stands after the tables: the figures in sentences, and the glossary."""
    words, filled = sentences()[accounts.stage], _facts(accounts)
    blocks: list[Block] = [Heading(1, words["text"].format(**filled))]
    for section in words["sections"]:
        blocks.append(Heading(2, section["heading"]))
        blocks += [Prose(paragraph.format(**filled)) for paragraph in section["paragraphs"]]
    return [*blocks, Heading(1, words["glossary"]), *map(Prose, sentences()["terms"])]


def percent(part: int, whole: int) -> str:
    """A share with two decimals, rounded half up; 0% where there is no part."""
    if not part or not whole:
        return "0%"
    share = Decimal(part) * 100 / Decimal(whole)
    return f"{share.quantize(Decimal('0.01'), ROUND_HALF_UP)}%"


class _Words:
    """Amounts as the document's sentences print them: 万元, or 元 where the tables are in 元."""

    def __init__(self, accounts: Accounts) -> None:
        self.unit = "元" if accounts.department.form == "levels" else "万元"

    def amount(self, yuan: int, unit: str = "") -> str:
        unit = unit or self.unit
        if not yuan:
            return f"0{unit}"
        return f"{yuan}元" if unit == "元" else f"{Decimal(yuan) / 10_000:.2f}万元"

    def change(self, now: int, before: int, unit: str = "") -> str:
        words = sentences()["change"]
        key = "same" if now == before else "fresh" if not before else "more" if now > before else "less"
        text: str = words[key].format(
            difference=self.amount(abs(now - before), unit), percent=percent(abs(now - before), before)
        )
        return text


def _facts(accounts: Accounts) -> dict[str, Any]:
    """Every word the sentences may ask for."""
    words, lines, last = _Words(accounts), accounts.lines, accounts.last
    if last is None:
        raise ValueError(f"{accounts.name} {accounts.year}: sentences compare with a year that was not made")
    sums = {
        name: total(lines, name)
        for name in ("current", "carried", "general", "general_all", "fund", "account", "own", "fiscal")
    }
    sums |= {nature: total(lines, "all", nature) for nature in ("total", "basic", "personnel", "public", "project")}
    sums |= {
        "closing": total(accounts.closing),
        "income": total(accounts.revenue, "current"),
        "fiscal_income": total(accounts.revenue, "fiscal_current"),
        "flow_total": total(accounts.revenue),
    }
    facts: dict[str, Any] = {name: words.amount(yuan) for name, yuan in sums.items()}
    for name in ("general", "fund", "account", "own", "carried", "basic", "project"):
        facts[f"{name}_share"] = percent(sums[name], sums["total"])
    for name in ("account", "own", "fiscal_income"):
        facts[f"{name.removesuffix('_income')}_income_share"] = percent(sums[name], sums["income"])
    facts |= {
        "year": accounts.year,
        "last": accounts.year - 1,
        "name": accounts.name,
        "unit": words.unit,
        "scope": scope_of(accounts),
        "projects": sum(bool(project.amount) for project in accounts.projects),
        "total_change": words.change(sums["total"], total(last.lines)),
        "general_change": words.change(sums["general"], total(last.lines, "general")),
        "public_change": words.change(sums["public"], total(last.lines, "all", "public")),
        "cars": max(1, sum(int(float(unit.three_public["operation"]) / 1.6) for unit in accounts.units)),
    }
    facts |= _three_public(accounts, last, words) | _purchases(accounts, words) | _categories(accounts, words)
    return facts | _items(accounts) | {"operating": _operating(accounts, facts)}


def _three_public(accounts: Accounts, last: Accounts, words: _Words) -> dict[str, str]:
    """The three public expenses are sentences in 万元 everywhere, as their table is."""
    now = {**accounts.three_public, "three": public_total(accounts.three_public)}
    before = {**last.three_public, "three": public_total(last.three_public)}
    unit = words.unit if accounts.stage == "final" else "万元"
    facts = {name: words.amount(yuan, unit) for name, yuan in now.items()}
    facts |= {f"{name}_change": words.change(yuan, before[name], unit) for name, yuan in now.items()}
    return facts | {
        "three_last": words.amount(before["three"], unit),
        "three_rate": percent(now["three"], before["three"]),
    }


def _purchases(accounts: Accounts, words: _Words) -> dict[str, str]:
    kinds = {"goods": "货物", "works": "工程", "services": "服务"}
    sums = {name: sum(project.bought.get(kind, 0) for project in accounts.projects) for name, kind in kinds.items()}
    return {name: words.amount(yuan) for name, yuan in (sums | {"bought": sum(sums.values())}).items()}


def _categories(accounts: Accounts, words: _Words) -> dict[str, str]:
    """Amounts by 类: of the fiscal appropriation, and with shares of the general public budget."""
    source = "general" if accounts.stage == "budget" else "general_all"
    whole = total(accounts.lines, source)
    codes = sorted({line.function[:3] for line in accounts.lines})
    fiscal = [(code, total(accounts.lines, "fiscal", "total", code)) for code in codes]
    general = [(code, total(accounts.lines, source, "total", code)) for code in codes]
    return {
        "categories": "、".join(f"{names('function')[code]}{words.amount(yuan)}" for code, yuan in fiscal if yuan),
        "category_shares": "；".join(
            f"{names('function')[code]}{words.amount(yuan)}，占{percent(yuan, whole)}"
            for code, yuan in general
            if yuan
        ),
    }


def _items(accounts: Accounts) -> dict[str, str]:
    def listed(nature: str) -> str:
        codes = sorted({line.code for line in accounts.economics if getattr(line, nature)})
        return "、".join(names("economic")[code] for code in codes)

    return {"personnel_items": listed("personnel"), "public_items": listed("public")}


def _operating(accounts: Accounts, facts: dict[str, Any]) -> str:
    key = "operating_some" + ("_final" if accounts.stage == "final" else "")
    text: str = sentences()[key if accounts.administration else "operating_none"].format(**facts)
    return text
