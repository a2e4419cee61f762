"""The pictures of a check's row: each page that it speaks of, the first figure in red and the others in blue."""

from collections.abc import Callable
from typing import Any

from datasette import hookimpl

PAGES, MARKS = 4, 40  # pictures on a row's page, boxes on a picture (page_image.py)
FIGURES = """SELECT fact_id, sha256, page, x0, top, x1, bottom, amount_text, name FROM facts
WHERE fact_id IN ({marks})"""


@hookimpl
def extra_template_vars(template: str, table: str | None, datasette: Any) -> dict[str, Callable[[str], Any]]:
    """``check_pages(fact_ids)`` for the row of a check: pages in the order of the check, with their boxes."""

    async def check_pages(fact_ids: str | None) -> list[dict[str, Any]]:
        wanted = [name for name in (fact_ids or "").split("|") if name][: PAGES * MARKS]
        if not wanted:
            return []
        sql = FIGURES.format(marks=", ".join("?" * len(wanted)))
        found = {row["fact_id"]: row for row in await datasette.get_database("budgets").execute(sql, wanted)}
        return _pages([found[name] for name in wanted if name in found])

    return {"check_pages": check_pages} if template == "row.html" and table == "checks" else {}


def _pages(figures: list[Any]) -> list[dict[str, Any]]:
    pages: dict[tuple[str, int], dict[str, Any]] = {}
    for number, figure in enumerate(figures):
        key = figure["sha256"], figure["page"]
        page = pages.setdefault(key, {"sha256": key[0], "page": key[1], "cell": "", "others": [], "said": []})
        box = ",".join(str(figure[edge]) for edge in ("x0", "top", "x1", "bottom"))
        if number == 0:
            page["cell"] = box
        elif len(page["others"]) < MARKS:
            page["others"].append(box)
        page["said"].append(figure["amount_text"])
    return list(pages.values())[:PAGES]
