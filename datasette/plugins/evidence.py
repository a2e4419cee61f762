"""The row of a check: the pages where both its sides are printed, and the rule in words; the checks of a figure."""

from collections.abc import Callable
from functools import cache
from typing import Any

from datasette import hookimpl

from datapackages import checks, codes, display, marks
from datapackages.checks import across
from datapackages.checks.rules import Said

FIGURES = """
select sha256, rule, place, outcome, fault, message, message_zh from checks
where sha256 = ? and ('|' || fact_ids || '|') like ? order by outcome, rule, place limit 60
"""


@cache
def rule_texts() -> dict[str, tuple[str, str]]:
    """Rule → what it says, in Chinese and English."""
    rules: list[Said] = [*checks.RULES.values(), *across.ACROSS.values()]
    return {rule.id: (rule.statement_zh, rule.statement) for rule in rules}


def rule_text(rule: str) -> str:
    """What a rule says in the reader's language; empty for a rule that this version does not have."""
    chinese, english = rule_texts().get(rule, ("", ""))
    return english if display.language.get() == "en" else chinese


def flag_words(flags: str | None) -> str:
    """The flags of a figure (``second_reader_differs|check_failed``) in the reader's language."""
    words = codes.labels("flags", display.language.get())
    return " · ".join(words.get(flag, flag) for flag in (flags or "").split("|"))


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    env.filters["rule_text"] = rule_text
    env.filters["flag_words"] = flag_words


@hookimpl
def extra_template_vars(template: str, table: str | None, datasette: Any) -> dict[str, Callable[[Any], Any]]:
    """``check_pages(check)``: its marked pages. ``checks_of(fact)``: the checks of its document that take it."""
    database = datasette.get_database("budgets")

    async def check_pages(check: Any) -> list[marks.Picture]:
        return await marks.of_check(database, check)

    async def checks_of(fact: Any) -> Any:
        return (await database.execute(FIGURES, [fact["sha256"], f"%|{fact['fact_id']}|%"])).rows

    if template == "row.html" and table == "checks":
        return {"check_pages": check_pages}
    return {"checks_of": checks_of} if template == "figure.html" else {}
