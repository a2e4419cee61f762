"""The command `yusuan`: its help, its exit codes, what it prints, and the chain from file to database."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

import crawler.lock
from datapackages.model import Cover, Document, Fact, Indicator, Outcome, Performance, Project, Purchase, Statement
from yusuan.cli import main
from yusuan.demo_site import HOST

DOCUMENTS = Path(__file__).parent / "documents"
BUDGET = DOCUMENTS / "demo/night1/czxx/yjsgk/202603/P020260309316100001.pdf"
COMMANDS = ["demo", "crawl", "import", "parse", "explain", "package", "build", "serve", "refresh", "status", "diff",
            "sources", "upgrade", "rollback"]  # fmt: skip

# The contract of `yusuan parse FILE --json`, and what is printed beyond it.
CONTRACT = {
    "document": (
        "sha256 pages text_layer kind fiscal_year year_basis stage scope unit_name department_name title",
        "bytes part producer language parser_version",
    ),
    "tables": (
        "canonical label title unit_name money_unit pages block columns rows state declared",
        "table_id cells",
    ),
    "facts": (" ".join(Fact.__dataclass_fields__), ""),
    "sections": ("seq heading_path text pages", "kind box"),
    "issues": ("type severity page table row column message remedy", "message_zh remedy_zh"),
}
# What is told around the tables: entries have the fields of their types.
TOLD: dict[str, type] = {
    "statements": Statement,
    "performance": Performance,
    "indicators": Indicator,
    "covers": Cover,
    "projects": Project,
    "purchases": Purchase,
    "checks": Outcome,
}


def yusuan(*arguments: str | os.PathLike[str]) -> Result:
    return CliRunner().invoke(main, [os.fspath(argument) for argument in arguments])


def in_own_process(*arguments: str | bytes, **env: str) -> tuple[int, bytes, bytes]:
    """Run the command as a user does; returns exit code, stdout and stderr."""
    command = [sys.executable, "-m", "yusuan.cli", *arguments]
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


# ---- help ----


def test_the_commands_stand_in_the_order_of_the_work_each_with_help() -> None:
    assert list(main.commands) == COMMANDS
    listed = yusuan("--help").output.partition("Commands:")[2]
    assert [line.split()[0] for line in listed.strip().splitlines()] == COMMANDS
    assert [name for name, command in main.commands.items() if not command.help] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_its_data_directory_after_its_name_and_explains_its_options(command: str) -> None:
    shown = yusuan(command, "--help")
    options = [option for option in main.commands[command].params if option.param_type_name == "option"]
    assert shown.exit_code == 0
    assert "--data" in shown.output
    assert [option.name for option in options if not getattr(option, "help", None)] == []


def test_the_readme_names_every_command_and_the_two_of_a_fresh_machine() -> None:
    readme = (DOCUMENTS.parent.parent / "README.md").read_text(encoding="utf-8")
    asked = [*(f"yusuan {command}" for command in COMMANDS), "make demo", "make test"]
    assert [command for command in asked if command not in readme] == []


# ---- one file ----


def draw(path: Path, kind: str) -> Path:
    """A file of one page: a scan, some text, a locked budget, or no PDF at all."""
    if kind in ("html", "empty", "rubbish"):
        path.write_bytes({"html": b"<!DOCTYPE html><html>404", "empty": b"", "rubbish": b"\x00\xff" * 50}[kind])
        return path
    lock = StandardEncryption("reader", ownerPassword="owner") if kind == "locked" else None
    canvas = Canvas(str(path), invariant=1, encrypt=lock)
    if kind == "scan":
        canvas.drawImage(ImageReader(Image.new("L", (400, 560), 240)), 0, 0, *canvas._pagesize)
    else:
        canvas.drawString(72, 700, "Minutes of the gardening club, with nothing about money in them.")
    canvas.save()
    return path


@pytest.mark.parametrize(
    ("kind", "code", "said", "issue"),
    [
        ("scan", 0, "scan", "scanned-document"),
        ("text", 0, "not_a_budget", "not-a-budget"),
        ("locked", 1, "broken", "password"),
        ("html", 1, "broken", "html-not-pdf"),
        ("empty", 1, "broken", "empty-file"),
        ("rubbish", 1, "broken", "broken-file"),
    ],
)
def test_the_exit_code_of_a_file_is_1_only_when_nothing_can_be_read(
    kind: str, code: int, said: str, issue: str, tmp_path: Path
) -> None:
    done = yusuan("parse", draw(tmp_path / "file.pdf", kind), "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["document"]["kind"]) == (code, said)
    assert issue in [entry["type"] for entry in found["issues"]]
    assert list(found) == [*("document", "tables", "facts", "sections", "statements", "performance", "indicators"),
                           *("covers", "projects", "purchases", "checks", "issues")]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "code", "issue"),
    [
        ("missing.pdf", 2, "file-missing"),
        (".", 2, "file-missing"),
        ("/proc/self/mem", 1, "broken-file"),  # the system does not hand its bytes over
    ],
)
def test_json_is_printed_for_what_is_no_readable_file(name: str, code: int, issue: str) -> None:
    done = yusuan("parse", name, "--json")
    assert (done.exit_code, [entry["type"] for entry in json.loads(done.stdout)["issues"]]) == (code, [issue])


def test_a_path_that_is_no_text_is_answered_without_a_traceback() -> None:
    code, stdout, stderr = in_own_process("parse", "公开.pdf".encode("gbk"), "--json")
    assert (code, [entry["type"] for entry in json.loads(stdout)["issues"]]) == (2, ["file-missing"])
    assert b"Traceback" not in stderr


@pytest.fixture(scope="module")
def printed() -> dict[str, Any]:
    return dict(json.loads(yusuan("parse", BUDGET, "--json").stdout_bytes))


def test_parse_json_has_the_keys_of_the_contract(printed: dict[str, Any]) -> None:
    assert printed.keys() == CONTRACT.keys() | TOLD.keys()
    assert printed["document"].keys() == {key for keys in CONTRACT["document"] for key in keys.split()}
    for name in ("tables", "facts", "sections", "issues"):
        expected = {key for keys in CONTRACT[name] for key in keys.split()}
        assert {frozenset(entry) for entry in printed[name]} <= {frozenset(expected)}, name
    for name, kind in TOLD.items():
        assert {frozenset(entry) for entry in printed[name]} <= {frozenset(kind.__dataclass_fields__)}, name
    filled = ("tables", "facts", "sections", "statements", "purchases")
    assert [name for name in filled if not printed[name]] == []


def test_parse_json_says_what_the_document_is(printed: dict[str, Any]) -> None:
    document = {key: printed["document"][key] for key in CONTRACT["document"][0].split()}
    assert document == {
        "sha256": hashlib.sha256(BUDGET.read_bytes()).hexdigest(),
        "pages": document["pages"],
        "text_layer": "text",
        "kind": "budget",
        "fiscal_year": 2026,
        "year_basis": document["year_basis"],
        "stage": "budget",
        "scope": "unit",
        "unit_name": "示例市教育局(本级)",
        "department_name": document["department_name"],
        "title": document["title"],
    }
    assert set(printed["document"]) == set(Document.__dataclass_fields__)


def test_cells_are_text_without_white_space_and_pages_count_from_1(printed: dict[str, Any]) -> None:
    cells = [cell for table in printed["tables"] for row in table["rows"] for cell in row]
    assert [cell for cell in cells if cell != "".join(cell.split())] == []
    assert all(len(row) == len(table["columns"]) for table in printed["tables"] for row in table["rows"])
    assert {page for table in printed["tables"] for page in table["pages"]} <= set(
        range(1, printed["document"]["pages"] + 1)
    )


def test_amounts_of_facts_are_decimal_text_in_yuan(printed: dict[str, Any]) -> None:
    amounts = [fact["amount"] for fact in printed["facts"] if fact["measure"] == "amount"]
    assert amounts
    assert [amount for amount in amounts if not isinstance(amount, str) or "e" in amount.lower()] == []


def test_parse_csv_holds_the_facts_and_the_byte_order_mark_only_when_asked_for(printed: dict[str, Any]) -> None:
    plain, marked = (yusuan("parse", BUDGET, "--csv", *bom).stdout_bytes for bom in ((), ("--bom",)))
    rows = list(csv.DictReader(io.StringIO(plain.decode("utf-8"))))
    assert marked == b"\xef\xbb\xbf" + plain
    assert [row["fact_id"] for row in rows] == [fact["fact_id"] for fact in printed["facts"]]
    assert [row["amount"] for row in rows] == [fact["amount"] or "" for fact in printed["facts"]]


def test_data_on_stdout_is_utf_8_in_every_locale() -> None:
    code, stdout, _ = in_own_process("parse", os.fspath(BUDGET), "--csv", "--bom", PYTHONIOENCODING="gbk")
    assert code == 0
    assert stdout.startswith(b"\xef\xbb\xbffact_id,")
    assert "示例市教育局" in stdout.decode("utf-8")


# ---- usage ----


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nonsense",), 2, "No such command"),
        (("parse", "--json"), 2, "need a FILE"),
        (("parse", BUDGET, "--json", "--csv"), 2, "choose --json or --csv"),
        (("parse", BUDGET, "--bom"), 2, "--bom goes with --csv"),
        (("import",), 2, "name a PDF, a folder or a zip file"),
        (("import", "missing.pdf"), 2, "no such file or folder: missing.pdf"),
        (("crawl",), 2, "`yusuan sources` lists them"),
        (("crawl", "nowhere"), 2, "no source 'nowhere'"),
        (("crawl", "demo", "--host", "a.example"), 2, "NAME=ADDRESS"),
        (("build",), 1, "run `yusuan package` first"),
        (("serve",), 1, "Run `yusuan build"),
    ],
    ids=lambda value: " ".join(map(str, value))[:24] if isinstance(value, tuple) else None,
)
def test_a_wrong_call_says_what_to_do_instead(
    arguments: tuple[Any, ...], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUSUAN_DATA", str(tmp_path))
    done = yusuan(*arguments)
    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("command", ["crawl", "import", "parse", "package", "build"])
def test_a_command_that_meets_another_run_ends_with_75(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawler.lock, "PATIENCE", 0)
    here = f"{HOST}=127.0.0.1:9"
    about: dict[str, tuple[Any, ...]] = {"crawl": ("demo", "--host", here), "import": (BUDGET,)}
    with crawler.lock.hold(tmp_path):
        done = yusuan(command, *about.get(command, ()), "--data", tmp_path)
    assert done.exit_code == 75, done.output
    assert f"{tmp_path}: another" in done.stderr


# ---- the chain ----


def contents(folder: Path) -> dict[str, str]:
    """The hash of every file that a run must make alike: packages, their zips and the database."""
    files = [*(folder / "packages").rglob("*"), folder / "site" / "budgets.db"]
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in files if file.is_file()}  # fmt: skip


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Callable[[], list[str]]]:
    """A data directory and the chain of commands that fills it from one file with a manifest."""
    folder = tmp_path_factory.mktemp("chain")
    data = folder / "data"
    manifest = folder / "files.csv"
    manifest.write_text(
        "path,url,page_url,title,publisher,published_on,jurisdiction\n"
        f"{BUDGET},http://city.example/a.pdf,http://city.example/,示例市教育局2026年度预算,示例市教育局,2026-03-09,999900\n",
        encoding="utf-8",
    )

    def run() -> list[str]:
        said = []
        for arguments in (("import", "--manifest", str(manifest)), ("parse",), ("package",), ("build",)):
            done = yusuan(*arguments, "--data", data)
            assert done.exit_code == 0, done.output
            said.append(done.stdout.splitlines()[-1])
        return said

    return data, run


def test_a_file_goes_through_import_parse_package_build_and_again_without_a_difference(
    chain: tuple[Path, Callable[[], list[str]]], printed: dict[str, Any]
) -> None:
    data, run = chain
    first = run()
    made = contents(data)
    assert first[:3] == [
        "1 files: 1 new documents, 0 known; 1 sightings",
        "1 documents: 1 budget",
        f"1 packages in {data / 'packages'}",
    ]
    assert {"packages/cn-999900-2026-budget.zip", "packages/cn-999900-2026-budget/datapackage.json",
            "packages/cn-999900-2026-budget/data/facts.csv", "site/budgets.db"} <= set(made)  # fmt: skip
    second = run()
    assert second == ["1 files: 0 new documents, 1 known; 1 sightings", *first[1:]]
    assert contents(data) == made
    status = json.loads(yusuan("status", "--data", data, "--json").stdout_bytes)
    assert status == {
        "documents": 1,
        "sightings": 1,
        "parsed": 1,
        "tables": len(printed["tables"]),
        "facts": len(printed["facts"]),
        "kinds": {"budget": 1},
        "issues": {},
        "silent": [],
        "packages": [{"name": "cn-999900-2026-budget", "documents": 1, "facts": len(printed["facts"])}],
        "ledger": [],
        "reports": [],
    }


def test_status_in_words_names_kinds_and_packages(chain: tuple[Path, Callable[[], list[str]]]) -> None:
    data, run = chain
    run()
    said = yusuan("status", "--data", data).stdout.splitlines()
    assert said[0] == "documents 1, seen at 1 addresses"
    assert "       1  budget" in said
    assert said[-1].startswith("package cn-999900-2026-budget: 1 documents, ")


def test_sources_lists_the_made_up_city_as_such() -> None:
    listed = json.loads(yusuan("sources", "--json").stdout_bytes)
    assert [source["state"] for source in listed if source["name"] == "demo"] == ["demo"]


def test_packages_stay_while_documents_wait_for_this_version_of_the_parser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ("--data", str(tmp_path / "data"))
    for arguments in (("import", BUDGET), ("parse",), ("package",)):
        assert yusuan(*arguments, *data).exit_code == 0
    before = sorted((tmp_path / "data" / "packages").iterdir())
    monkeypatch.setattr("parsers.parser_version", lambda: "of-tomorrow")
    refused = yusuan("package", *data)
    assert refused.exit_code == 1
    assert "1 of the documents" in refused.output
    assert "run `yusuan parse" in refused.output
    assert sorted((tmp_path / "data" / "packages").iterdir()) == before != []
