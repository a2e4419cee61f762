"""Lines of procurement (政府采购) and purchased-services (政府购买服务) tables: who buys what, and for how much."""

from __future__ import annotations

from collections.abc import Sequence

from datapackages.codes import classifications
from datapackages.model import Document, Fact, Purchase, Table
from parsers.lines import Line, is_total, names_unit, own_figures, read_lines, unit_of, whole
from parsers.text import fold, fold_keep
from parsers.vocabulary import meaning, words

FORMS = ("procurement", "purchased_services")


def read_purchases(document: Document, tables: Sequence[Table], facts: Sequence[Fact]) -> tuple[Purchase, ...]:
    """The lines in the order printed; those with role ``leaf`` add up to the printed total of their table.

    What a line leaves to the line over it (unit, project, economic class) is taken from there. ``amount``
    is the line's total as printed, else the sum of its columns.
    """
    found: list[Purchase] = []
    for table in tables:
        if table.canonical in FORMS:
            lines = read_lines(table, facts, document, "purchase_column")
            _carry_projects(lines)
            found += [_purchase(line, table, document) for line in lines if line.facts or _names_item(line)]
    return tuple(found)


def _names_item(line: Line) -> bool:
    """Whether a line without a figure still says what is bought."""
    return any(line.text(kind) for kind in ("item", "project", "content")) and not is_total(line)


def _purchase(line: Line, table: Table, document: Document) -> Purchase:
    figures = own_figures(line, document)
    code, name = _item(line)
    fact = next(iter(figures), None)
    return Purchase(
        table_id=table.table_id,
        row=line.row,
        canonical=table.canonical,
        unit="" if line.role == "total" else _unit(line, table, document),
        function_code=fact.function_code if fact else "",
        function_name=fact.function_name if fact else "",
        project=_project(line),
        item_code=code,
        item_name=name,
        specification="；".join([*line.texts.get("specification", ()), *line.texts.get("content", ())]),
        quantity=line.text("quantity"),
        quantity_unit=line.text("quantity_unit"),
        econ_dept_code=_economic(line, "econ_dept_code", "economic_department"),
        econ_gov_code=_economic(line, "econ_gov_code", "economic_government"),
        method=line.text("method"),
        time=line.text("time"),
        amount=whole(figures),
        row_role=line.role,
        fact_ids=tuple(fact.fact_id for fact in figures),
        page=line.page,
    )


def _unit(line: Line, table: Table, document: Document) -> str:
    if line.role != "leaf" and names_unit(line):
        return line.text("unit") or line.words
    return unit_of(line, table, document)


def _project(line: Line) -> str:
    """The project named in the line or over it; lines over units name those in the same column."""
    named = (other for other in (line, *reversed(line.over)) if other.role == "leaf" or _may_name_project(other))
    return next((text for other in named if (text := other.text("project"))), "")


def _may_name_project(line: Line) -> bool:
    words = fold(line.text("project"))
    return not (is_total(line) or names_unit(line) or meaning("funding_line", words))


def _item(line: Line) -> tuple[str, str]:
    """Code and name of what is bought. Levels in columns of their own are joined, the last printed code counts."""
    if is_total(line):
        return "", ""
    categories = (words()["purchase_category"].match(fold(text)) for text in line.texts.get("category", ()))
    category = next(filter(None, categories), None)
    if category and not line.texts.get("item"):
        return category["code"] or category["behind"], category["name"]
    code, names = line.text("item_code"), []
    for text in line.texts.get("item", ()):
        match = words()["purchase_item"].match(fold(text))
        code = match["code"] if match else code
        names.append(fold_keep(text, match.start("name")) if match else text)
    return code, "/".join(names)


def _economic(line: Line, kind: str, scheme: str) -> str:
    """The economic code of the line or the line over it; a name alone counts where the list has it once."""
    for other in (line, *reversed(line.over)):
        if code := "".join(fold(text) for text in other.texts.get(kind, ())):
            return code
        if scheme == "economic_department" and (name := other.text("econ_dept_name")):
            found = classifications().find(scheme, name)
            return found[0].code if len(found) == 1 else ""
    return ""


def _carry_projects(lines: Sequence[Line]) -> None:
    """A project printed once for several economic classes stands in the first of their lines only."""
    last: dict[int, str] = {}
    for line in lines:
        place = id(line.over[-1]) if line.over else 0
        if project := line.text("project"):
            last[place] = project
        elif line.text("econ_dept_name") and place in last:
            line.texts["project"] = [last[place]]
