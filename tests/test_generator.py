"""The made-up documents: their bytes can be made again, their figures add up, their pages show every character."""

import csv
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pypdfium2
import pytest
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1
from PIL import ImageChops
from reportlab import rl_config, rl_settings

import loaded

DOCUMENTS = Path(__file__).parent / "documents"
DEMO = DOCUMENTS / "demo"
PDFS = sorted(path for path in DOCUMENTS.rglob("*.pdf") if path.read_bytes()[:5] == b"%PDF-")
Table = dict[str, Any]


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


TRUTHS = {path.stem: load(path) for path in sorted((DEMO / "truth").glob("*.json"))}
FORMS = {path.name.removesuffix(".truth.json"): load(path) for path in sorted(DOCUMENTS.glob("*.truth.json"))}
PLANTED = load(DEMO / "planted.json")
ROWS = list(csv.DictReader((DEMO / "documents.csv").open(encoding="utf-8")))


@pytest.fixture(scope="module")
def make() -> ModuleType:
    """make.py as a module."""
    sys.path.insert(0, str(DOCUMENTS))
    return loaded.script(DOCUMENTS / "make.py")


def test_the_committed_files_are_what_make_py_makes(make: ModuleType, tmp_path: Path) -> None:
    if not make.font.installed():
        pytest.skip("the fonts of fonts-droid-fallback and fonts-dejavu-core are not installed")
    if make.made_with() != load(DOCUMENTS / "made_with.json"):
        pytest.skip("other fonts, libraries or zlib than made_with.json names, which make other bytes")
    make.main(tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert [str(path) for path, content in made.items() if (DOCUMENTS / path).read_bytes() != content] == []
    site = {path.relative_to(DOCUMENTS) for night in ("night1", "night2") for path in (DEMO / night).rglob("*.*")}
    assert sorted(site - set(made)) == []


def test_other_documents_drawn_in_the_same_process_keep_their_settings(make: ModuleType) -> None:
    assert make.font.NAME == "DemoCitySans"
    assert rl_config.canvas_basefontname == rl_settings.canvas_basefontname == "Helvetica"
    assert rl_config.useA85 == rl_settings.useA85 == 1


def test_a_character_without_a_glyph_is_refused(make: ModuleType) -> None:
    with pytest.raises(make.font.MissingGlyph, match="镕"):
        make.font.require("朱镕基", frozenset(map(ord, "朱基")))


def test_all_documents_together_stay_under_three_megabytes() -> None:
    assert sum(path.stat().st_size for path in PDFS) < 3_000_000


@pytest.mark.parametrize("pdf", PDFS, ids=lambda path: path.stem)
def test_every_font_is_embedded(pdf: Path) -> None:
    with pdf.open("rb") as file:
        document = PDFDocument(PDFParser(file))
        objects = [document.getobj(number) for table in document.xrefs for number in table.get_objids() if number]
        fonts = [thing for thing in objects if isinstance(thing, dict) and str(thing.get("Type")) == "/'Font'"]
        described = [resolve1(font.get("FontDescriptor")) for font in fonts]
    assert fonts
    assert [
        font["BaseFont"] for font, entry in zip(fonts, described, strict=True) if "FontFile2" not in entry
    ] == []


def sample() -> list[Path]:
    """Every single form, and one document of each department's form."""
    names = ("u0006-2026-budget", "u0011-2026-budget", "u0012-2026-budget", "u0014-2026-budget", "u0016-2024-final")
    return [DOCUMENTS / f"{name}.pdf" for name in FORMS] + [DEMO / TRUTHS[name]["file"] for name in names]


@pytest.mark.parametrize("pdf", sample(), ids=lambda path: path.stem)
def test_no_page_picture_misses_a_glyph(pdf: Path) -> None:
    document = pypdfium2.PdfDocument(pdf)
    seen: dict[str, bool] = {}
    for page in document:
        if page.get_rotation():
            continue  # character boxes are those of the unturned page
        seen |= {text: ink for text, ink in characters(page) if text not in seen}
    assert [text for text, ink in seen.items() if not ink] == []


def characters(page: Any) -> Iterator[tuple[str, bool]]:
    """Each visible character once with whether its place on the page's picture shows ink."""
    picture, text, height = page.render(scale=2).to_pil().convert("L"), page.get_textpage(), page.get_height()
    known: set[str] = set()
    for number in range(text.count_chars()):
        letter = text.get_text_range(number, 1)
        if letter.isspace() or not letter or letter in known:
            continue
        known.add(letter)
        left, bottom, right, top = text.get_charbox(number)
        box = (int(left * 2) - 1, int((height - top) * 2) - 1, int(right * 2) + 2, int((height - bottom) * 2) + 2)
        yield letter, ImageChops.invert(picture.crop(box)).getextrema()[1] > 60


@pytest.mark.parametrize("pdf", sample(), ids=lambda path: path.stem)
def test_what_the_truth_says_is_printed_on_the_pages_it_names(pdf: Path) -> None:
    names = {DEMO / truth["file"]: truth for truth in TRUTHS.values()}
    truth = names.get(pdf) or FORMS[pdf.stem]
    document = pypdfium2.PdfDocument(pdf)
    pages = [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in document]
    missing = [
        (table["title"], cell)
        for table in truth["tables"]
        for cell in [
            table["title"],
            *(part for path in table["columns"] for part in path.split("/")),
            *sum(table["rows"], []),
        ]
        if not printed(cell, "".join(pages[page - 1] for page in table["pages"]))
    ]
    assert missing == []


def printed(cell: str, text: str) -> bool:
    """Whether the cell stands in the text, whole or in two pieces: another line or a page's end may part it."""
    return any(cell[:cut] in text and cell[cut:] in text for cut in range(len(cell) or 1))


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "")) if text else Decimal(0)


def lead(table: Table) -> int:
    """How many columns say what a row is, before those with figures."""
    leaves = [path.split("/")[-1] for path in table["columns"]]
    words, ends = ("类", "款", "项", "项目"), ("名称", "科目", "编码", "代码", "大类）")
    return max(place for place, leaf in enumerate(leaves) if leaf in words or leaf.endswith(ends)) + 1


def amounts(table: Table, row: list[str]) -> list[Decimal]:
    """The row's figures; percentages are no sums."""
    pairs = zip(table["columns"][lead(table) :], row[lead(table) :], strict=True)
    return [number(cell) for path, cell in pairs if not path.endswith("%")]


def coded(table: Table) -> Iterator[tuple[str, list[Decimal]]]:
    """Rows that carry a code, the code joined, with the numbers of the row; "合计" stands for itself."""
    leaves = [path.split("/")[-1] for path in table["columns"]]
    parts = [place for place, leaf in enumerate(leaves[:3]) if leaf in ("类", "款", "项")]
    ancestors = ["", "", ""]
    for row in table["rows"]:
        values = amounts(table, row)
        if "合计" in row[: lead(table)]:
            yield "合计", values
        elif parts:
            level = max(place for place in parts if row[place])
            ancestors = [row[place] or (ancestors[place] if place < level else "") for place in parts]
            yield "".join(ancestors), values
        elif match := re.match(r"\[?(\d+)", row[0]):
            yield match[1], values


def broken(table: Table) -> list[str]:
    """Sums that do not hold in a table of codes: parents, the total, and 合计 = 基本支出 + 项目支出."""
    rows = dict(coded(table))
    found: list[str] = []
    for parent, figures in rows.items():
        below = {"合计": 3}.get(parent, len(parent) + 2)
        start = "" if parent == "合计" else parent
        children = [rows[code] for code in rows if code != "合计" and len(code) == below and code.startswith(start)]
        if children and [sum(column) for column in zip(*children, strict=True)] != figures:
            found.append(parent)
    return found + [f"{code} 合计" for code in unequal_natures(table, rows)]


def unequal_natures(table: Table, rows: dict[str, list[Decimal]]) -> list[str]:
    """Rows whose total is not 基本支出 and 项目支出 together, where the three columns stand side by side."""
    paths = [path for path in table["columns"][lead(table) :] if not path.endswith("%")]
    leaves = [path.split("/")[-1].removeprefix("其中：") for path in paths]
    if not {"基本支出", "项目支出"} <= set(leaves):
        return []
    basic, project = leaves.index("基本支出"), leaves.index("项目支出")
    return [code for code, figures in rows.items() if figures[basic - 1] != figures[basic] + figures[project]]


def sums(truth: dict[str, Any]) -> dict[str, list[str]]:
    """Broken sums by table title."""
    tables = [table for table in truth["tables"] if table["block"] == "" and not table["empty"]]
    with_codes = [table for table in tables if any(re.search("编码|科目", path) for path in table["columns"])]
    return {table["title"]: faults for table in with_codes if (faults := broken(table))}


def put_right(truth: dict[str, Any], name: str) -> dict[str, Any]:
    """The truth with the errors planted in it replaced by the right figures."""
    tables = [{**table, "rows": [[*row] for row in table["rows"]]} for table in truth["tables"]]
    for error in PLANTED:
        for table in tables:
            if error["document"] == name and error["title"] == table["title"]:
                cells = table["rows"][error["row"] - 1]
                assert cells[error["column"] - 1] == error["printed"]
                cells[error["column"] - 1] = error["right"]
    return {**truth, "tables": tables}


@pytest.mark.parametrize("name", TRUTHS)
def test_parents_totals_and_natures_add_up_once_the_planted_errors_are_put_right(name: str) -> None:
    assert sums(put_right(TRUTHS[name], name)) == {}


@pytest.mark.parametrize("name", FORMS)
def test_the_single_forms_add_up(name: str) -> None:
    assert sums(FORMS[name]) == {}


def test_the_planted_errors_break_these_sums_and_no_others() -> None:
    assert {name: faults for name, truth in TRUTHS.items() if (faults := sums(truth))} == {
        "u0010-2025-budget": {"2025年预算支出总表": ["208", "20807", "20807 合计"]},
        "u0013-2024-final": {"一般公共预算财政拨款支出决算表": ["合计", "合计 合计"]},
    }


def test_the_planted_errors_are_printed_once_each() -> None:
    found = [
        (error["document"], truth["tables"][place]["rows"][error["row"] - 1][error["column"] - 1])
        for error in PLANTED
        for truth in [TRUTHS[error["document"]]]
        for place in range(len(truth["tables"]))
        if truth["tables"][place]["title"] == error["title"]
    ]
    assert found == [
        ("u0010-2025-budget", "649.00"),
        ("u0013-2024-final", "1,777,229"),
        ("u0014-2026-budget-edited", "3.50"),
    ]


def values(truth: dict[str, Any], canonical: str, block: str, row: str) -> list[Decimal]:
    """The numbers of one named row of one list."""
    table = next(entry for entry in truth["tables"] if (entry["canonical"], entry["block"]) == (canonical, block))
    return amounts(table, [cells for cells in table["rows"] if row in cells][-1])


@pytest.mark.parametrize("name", TRUTHS)
def test_revenue_equals_expenditure_and_the_tables_agree_with_one_another(name: str) -> None:
    truth = put_right(TRUTHS[name], name)
    final = truth["phase"] == "final"
    ends = {"revenue": "总计" if final else "收入总计", "expenditure": "总计" if final else "支出总计"}
    for canonical in ("overall", "fiscal_overall"):
        revenue, expenditure = (values(truth, canonical, block, end)[0] for block, end in ends.items())
        assert revenue == expenditure
    spent = values(truth, "expenditure", "", "合计")[0]
    whole = "本年支出合计" if final else "支出总计"
    assert spent == values(truth, "overall", "expenditure", whole)[0]
    overall = next(table for table in truth["tables"] if table["block"] == "expenditure")
    assert sum(number(row[1]) for row in overall["rows"] if "、" in row[0]) == spent


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_the_sentences_say_what_the_tables_say(row: dict[str, str]) -> None:
    document = pypdfium2.PdfDocument(DEMO / row["file"])
    text = re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))
    truth = put_right(TRUTHS[row["name"]], row["name"])
    total, basic, project = (values(truth, "expenditure", "", "合计") + [Decimal(0)] * 2)[:3]
    said = re.search(r"支出(?:预算|合计)([\d.]+)万?元，其中：基本支出([\d.]+)万?元.*?项目支出([\d.]+)万?元", text)
    assert said is not None
    assert [Decimal(part) for part in said.groups()] == [total, basic, project]
    assert "示例文件，机构与数字均为虚构" in text


def test_the_city_has_what_its_readme_promises() -> None:
    units = {row["unit_id"]: row for row in csv.DictReader((DEMO / "units.csv").open(encoding="utf-8"))}
    published = {(row["unit_id"], row["document_year"]) for row in ROWS if row["scope"] == "unit"}
    publishing = {unit for unit, row in units.items() if row["kind"] != "department"}
    assert len(publishing) == 13
    assert {unit for unit in publishing if (unit, "2026") not in published} == {
        "cn-999900-u0017",
        "cn-999900-u0018",
    }
    names = {row["document_year"]: row["unit_name"] for row in ROWS if row["unit_id"] == "cn-999900-u0015"}
    assert (names["2025"], names["2026"]) == (units["cn-999900-u0015"]["aliases"], units["cn-999900-u0015"]["name"])
    assert len(TRUTHS["u0011-2026-budget"]["tables"]) == 16
    assert len(TRUTHS["u0011-2026-budget"]["performance"]) == 6


def test_the_second_night_replaces_one_file_whose_edited_cells_are_written_down() -> None:
    replaced = [path.relative_to(DEMO / "night2") for path in (DEMO / "night2").rglob("*.*")]
    edit = load(DEMO / "edited.json")[0]
    assert [f"night2/{path.as_posix()}" for path in replaced] == [edit["after"]]
    assert (DEMO / edit["before"]).read_bytes() != (DEMO / edit["after"]).read_bytes()
    assert [(cell["row_name"], cell["column_path"], cell["before"], cell["after"]) for cell in edit["cells"]] == [
        ("（三）公务接待费支出", "合计", "2.50", "3.50"),
    ]


def test_the_correction_means_the_edited_cell_of_the_file_that_was_replaced() -> None:
    (entered,) = csv.DictReader((DEMO / "corrections.csv").open(encoding="utf-8"))
    (edit,) = load(DEMO / "edited.json")
    assert entered["sha256"] == hashlib.sha256((DEMO / edit["before"]).read_bytes()).hexdigest()
    assert entered["amount_text"] == edit["cells"][0]["before"]


def test_the_department_s_tables_are_its_units_added_up() -> None:
    parts = [TRUTHS[name] for name in ("u0012-2026-budget", "u0013-2026-budget")]
    added = [sum(pair) for pair in zip(*(values(part, "expenditure", "", "合计") for part in parts), strict=True)]
    assert values(TRUTHS["u0003-2026-budget"], "expenditure", "", "合计") == added
