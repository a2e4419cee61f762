"""Real and synthetic documents, found through YUSUAN_SHARED: nothing of them is in the repository.

All of them are parsed once, by two workers. What the 72 real files are stands in ``real_kinds.csv``;
``pytest --accept`` writes it again, and a person reads the difference.
"""

import csv
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import parsers
from benchmarks.additive import compared
from datapackages.model import Fact, ParsedDocument, Table
from datapackages.parsed import dumps
from parsers.grid import is_index
from parsers.text import fold

pytestmark = pytest.mark.shared

KINDS = Path(__file__).with_name("real_kinds.csv")
TOTALS = Path(__file__).with_name("real_totals.csv")  # the lists that do not add up, and why not
KIND_FIELDS = ("kind", "fiscal_year", "stage", "scope", "part", "unit_name", "department_name")
SEED = "datong-2026-unit-budget"
SEVERAL_HUNDRED_PAGES = "b01_40units"  # its forms are those of c01_base; it is there to measure speed
SCANS = [
    "baoding-scanned-01",
    "yulin-scanned-01",
    "yulin-scanned-02",
    "s02_150clean",
    "s04_150noisy",
    "s07_150hybrid",
]
RULED = [
    *["c01_base", "d01_base", "d02_compact", "d08_zero_neg", "d11_planted", "d13_rich", "h01_base", "h09_planted"],
    *["r05_rot90", "r06_watermark", "x01_base", "x04_yuan", "x07_nowrap", "z01_enc_empty_pw", "z04_bad_xref"],
]
UNRULED = {  # and how many per cent of its figures are found at least
    **dict.fromkeys(["c03_borderless", "d03_borderless", "d10_alt", "h04_hlines", "h05_zebra", "r08_outer"], 99.5),
    "x06_hlines": 94.0,
}
FLOORS = {
    "numbers": 99.9,
    "keys": 99.9,
    "tables": 99,
    "canonical": 99.5,
    "unit": 99.5,
    "headers": 99.5,
    "paths": 97,
    "facts": 99,
    "precision": 98,
    "year": 100,
    "stage": 100,
    "name": 100,
    "spurious": 50,
}
SAME_AS = {  # kinds of documents.tsv in the words of codes/kinds.csv
    "unit-budget": ("budget", "tables_only"),
    "department-budget": ("budget", "tables_only"),
    "department-budget-tables-only": ("tables_only",),
    "final-accounts": ("final",),
    "narrative-only": ("narrative_only",),
    "performance-only": ("performance_only",),
    "scanned": ("scan",),
    "not-a-budget": ("not_a_budget",),
    "government-budget-report": ("government_report",),
    "broken": ("broken",),
    "html-served-as-pdf": ("broken",),
}


@pytest.fixture(scope="module")
def parsed(shared: Path) -> dict[str, ParsedDocument]:
    """Every document by the stem of its file; scans as they are read without the extra ocr."""
    paths = [
        *sorted((shared / "real/documents").glob("*.pdf")),
        shared / f"seed/{SEED}.pdf",
        *sorted(path for path in (shared / "synthetic").glob("*.pdf") if path.stem != SEVERAL_HUNDRED_PAGES),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parsers.ocr.is_installed", lambda: False)
        found = {path.stem: parsers.parse(path) for path in paths if path.stem in SCANS}
    others = [path for path in paths if path.stem not in SCANS]
    return found | {path.stem: document for path, document in parsers.many(others, workers=2)}


@pytest.fixture(scope="module")
def listed(shared: Path) -> list[dict[str, str]]:
    """The lines of documents.tsv."""
    with (shared / "real/documents.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def issues(document: ParsedDocument) -> list[str]:
    return [issue.type for issue in document.issues]


def test_every_real_document_is_of_the_kind_year_stage_scope_and_body_that_a_person_saw(
    parsed: dict[str, ParsedDocument], listed: list[dict[str, str]], accept: bool
) -> None:
    rows = [
        {"file": line["file"], **{name: str(getattr(document, name) or "") for name in KIND_FIELDS}}
        for line in sorted(listed, key=lambda line: line["file"])
        for document in [parsed[Path(line["file"]).stem].document]
    ]
    if accept:
        with KINDS.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["file", *KIND_FIELDS], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    assert rows == list(csv.DictReader(KINDS.open(encoding="utf-8", newline="")))


def test_what_was_seen_fits_the_list_that_came_with_the_documents(listed: list[dict[str, str]]) -> None:
    seen = {row["file"]: row for row in csv.DictReader(KINDS.open(encoding="utf-8", newline=""))}
    strange = []
    for line in listed:
        row, kind = seen[line["file"]], line["kind"]
        fits = row["kind"] in SAME_AS[kind]
        if kind.startswith(("unit", "department")):
            fits = fits and row["scope"] == kind.partition("-")[0]
            fits = fits and line["year_in_document"] in ("", row["fiscal_year"])
        if not fits:
            strange.append((line, row))
    assert (len(listed), strange) == (72, [])


def test_every_real_document_has_facts_or_says_why_not(
    parsed: dict[str, ParsedDocument], listed: list[dict[str, str]]
) -> None:
    for line in listed:
        document = parsed[Path(line["file"]).stem]
        budget = document.document.kind in ("budget", "final", "tables_only")
        assert bool(document.facts) == budget, line
        assert budget or issues(document), line


def test_every_list_with_figures_has_facts_or_an_issue_of_its_own(
    parsed: dict[str, ParsedDocument], listed: list[dict[str, str]]
) -> None:
    silent = []
    for line in listed:
        document = parsed[Path(line["file"]).stem]
        if document.document.kind not in ("budget", "final", "tables_only"):
            continue
        heard = {fact.table_id for fact in document.facts} | {issue.table for issue in document.issues}
        silent += [
            (line["file"], table.canonical, table.pages)
            for table in document.tables
            if table.state == "parsed"
            and not table.canonical.startswith("performance")
            and table.table_id not in heard
        ]
    assert silent == []


def test_the_typed_truth_of_eighteen_documents_is_met(
    parsed: dict[str, ParsedDocument], shared: Path, tmp_path: Path
) -> None:
    for path in sorted((shared / "real/truth").glob("*.json")):
        (tmp_path / path.name).write_text(dumps(parsed[path.stem]), "utf-8")
    need = ",".join(f"{name}={floor}" for name, floor in FLOORS.items())
    command = [sys.executable, str(shared / "tools/score_truth.py"), str(tmp_path), "--detail", "--need", need]
    environment = {name: value for name, value in os.environ.items() if name != "TRUTH_DIR"}
    scored = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert scored.returncode == 0, scored.stdout + scored.stderr
    assert "18 documents, 200 lists, 8377 numbers" in scored.stdout


def test_what_is_additive_makes_the_printed_total_of_every_list_but_those_of_which_a_person_knows_why(
    parsed: dict[str, ParsedDocument],
) -> None:
    lists = [(name, sums) for name, document in parsed.items() for sums in compared(document)]
    wrong = [(name, one.place) for name, sums in lists for one in sums if not one.agrees]
    known = list(csv.DictReader(TOTALS.open(encoding="utf-8", newline="")))
    assert sorted(wrong) == sorted((row["file"], row["list"]) for row in known)
    assert len(lists) > 900
    assert {row["fault"] for row in known} <= {"source", "parser"}
    assert all(row["why"] for row in known)


def test_the_lists_of_the_seed_are_its_truth(parsed: dict[str, ParsedDocument], shared: Path) -> None:
    names = ("canonical", "block", "title", "pages", "money_unit", "columns", "rows", "empty")
    truth = load(shared / f"seed/{SEED}.json")["tables"]
    own = {table["canonical"] for table in truth}
    found = [said(table) for table in parsed[SEED].tables if table.canonical in own]
    assert found == [{name: table[name] for name in names} for table in truth]
    assert len({(table["number"]) for table in truth}) == 13


def said(table: Table) -> dict[str, Any]:
    """A list in the form of the seed's truth."""
    return {
        "canonical": table.canonical,
        "block": table.block,
        "title": table.title,
        "pages": list(table.pages),
        "money_unit": table.money_unit,
        "columns": list(table.columns),
        "rows": texts(table),
        "empty": table.state == "blank",
    }


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_the_expenditure_of_the_seed_arrives_in_yuan_and_adds_up(parsed: dict[str, ParsedDocument]) -> None:
    facts = [fact for fact in parsed[SEED].facts if fact.canonical == "expenditure"]
    (total,) = [fact for fact in facts if (fact.row_role, fact.column_role) == ("total", "total")]
    assert (total.amount_text, total.money_unit, total.amount) == ("483.69", "万元", Decimal(4_836_900))
    assert additive(facts) == Decimal(4_836_900)


def additive(facts: Sequence[Fact]) -> Decimal:
    return sum((fact.amount or Decimal(0) for fact in facts if fact.additive), Decimal(0))


@pytest.mark.parametrize("name", RULED)
def test_every_ruled_table_of_a_synthetic_document_is_what_was_printed(
    name: str, parsed: dict[str, ParsedDocument], shared: Path
) -> None:
    truth = load(shared / f"synthetic/{name}.truth.json")["tables"]
    printed = forms(parsed[name].tables)
    missed = [
        (table["title"], table["pages"])
        for table in truth
        if table["key"] != "PERF" and not any(same(table, form) for form in printed)
    ]
    assert missed == []


def forms(tables: Sequence[Table]) -> list[list[Table]]:
    """The lists of each printed table, from left to right: they begin at one height of one page."""
    out: dict[Any, list[Table]] = defaultdict(list)
    for table in tables:
        out[table.pages[0], table.table_id.rpartition("-y")[2]].append(table)
    return list(out.values())


def same(truth: dict[str, Any], form: Sequence[Table]) -> bool:
    """Whether a form prints the truth's table: title, unit of money, and each list's rows where they differ."""
    if fold(form[0].title) != fold(truth["title"]) or form[0].money_unit != truth["money_unit"]:
        return False
    body = [[fold(text or "") for text in row] for row in truth["rows"][truth["header_rows"] :]]
    body = [row for row in body if not is_index(row)]
    start = 0
    for table in form:
        end = start + len(table.columns)
        rows = [row[start:end] for row in body]
        if [[fold(text) for text in row] for row in texts(table)] != [row for row in rows if any(row)]:
            return False
        start = end
    return start == len(truth["rows"][0])


@pytest.mark.parametrize(("name", "floor"), UNRULED.items())
def test_most_figures_of_tables_with_few_rules_stand_in_the_table_of_their_title(
    name: str, floor: float, parsed: dict[str, ParsedDocument], shared: Path
) -> None:
    truth = [t for t in load(shared / f"synthetic/{name}.truth.json")["tables"] if t["key"] != "PERF"]
    places = [(t, *map(int, place.split(","))) for t in truth for place in t["money_cents"]]
    printed = Counter((fold(t["title"]), fold(t["rows"][row][column])) for t, row, column in places)
    read = Counter((fold(t.title), fold(text)) for t in parsed[name].tables for row in texts(t) for text in row)
    assert 100 * (printed & read).total() / printed.total() >= floor


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("z02_enc_password", ["password"]),
        ("z03_truncated", ["broken-file"]),
        ("z06_not_pdf", ["html-not-pdf"]),
        ("z07_empty", ["empty-file"]),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_named_once(
    name: str, found: list[str], parsed: dict[str, ParsedDocument]
) -> None:
    assert (parsed[name].document.kind, issues(parsed[name])) == ("broken", found)
    assert (parsed[name].tables, parsed[name].facts, parsed[name].sections) == ((), (), ())


def test_each_page_that_cannot_be_read_is_named_and_the_others_are_kept(parsed: dict[str, ParsedDocument]) -> None:
    document = parsed["z05_bitrot"]
    failed = [issue.page for issue in document.issues if issue.type == "page-failed"]
    assert failed == sorted(set(failed))
    assert 0 < len(failed) < document.document.pages == 21
    assert document.document.kind != "broken"
    assert document.sections


@pytest.mark.parametrize("name", ["s02_150clean", "s04_150noisy"])
def test_without_the_extra_a_scan_says_so_page_by_page(name: str, parsed: dict[str, ParsedDocument]) -> None:
    document = parsed[name]
    named = Counter(issues(document))
    assert (document.document.kind, document.facts) == ("scan", ())
    assert (named["scanned-page"], named["scanned-document"]) == (document.document.pages, 1)


def test_without_the_extra_the_scanned_pages_among_others_are_named(parsed: dict[str, ParsedDocument]) -> None:
    document = parsed["s07_150hybrid"]
    assert (document.document.text_layer, issues(document).count("scanned-page")) == ("mixed", 8)
