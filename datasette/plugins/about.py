"""``/-/about``: how figures are read and checked, what they cannot tell, how to correct them, who runs this."""

import os
import re
from functools import cache
from typing import Any

from datasette import Response, hookimpl

from datapackages import checks, codes, display
from datapackages.checks import across

CHECKED = """
select count(*) as documents, sum(held) as held, sum(failed) as failed, sum(asked) as asked, sum(issues) as issues
from summaries where is_current
"""
FAMILIES = ("A", "X", "S", "C", "Q")  # arithmetic, between tables, sentence against table, form, questions


async def about_page(datasette: Any, request: Any) -> Response:
    """Method, tolerance, limits, corrections, licences and contact."""
    language = display.language.get()
    context = {
        "checked": (await datasette.get_database("budgets").execute(CHECKED)).first(),
        "outcomes": codes.labels("outcomes", language),
        "rules": {family: [rule for rule in _rules() if rule[0].startswith(family)] for family in FAMILIES},
        "said": 2 if language == "en" else 1,
        "contact": _contact(datasette),
        "permalink": datasette.absolute_url(request, datasette.urls.path("/-/about")),
    }
    return Response.html(await datasette.render_template("about.html", context, request=request))


def _contact(datasette: Any) -> str:
    """Who runs the site: ``contact`` of the metadata, or the address that the crawler gives to sites."""
    return str(datasette.metadata("contact") or os.environ.get("YUSUAN_CONTACT", "")).strip()


@cache
def _rules() -> list[tuple[str, str, str]]:
    """Id, Chinese and English statement of every rule, in order of family and number."""
    rules = {**checks.RULES, **across.ACROSS}
    told = [(name, rule.statement_zh, rule.statement) for name, rule in rules.items()]
    return sorted(told, key=lambda rule: (rule[0][0], int(re.sub(r"\D", "", rule[0])), rule[0]))


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/about$", about_page)]
