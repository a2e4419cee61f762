"""Before a new version of the parser publishes anything: what it reads again, in what time, and what otherwise."""

import json
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import parsers
from datapackages import parsed as parsed_json
from datapackages.model import ParsedDocument
from yusuan.cli import main
from yusuan.reread import reread
from yusuan.upgrade import upgrade

DEMO = Path(__file__).parent / "documents/demo/night1"
EARLIER = "000000000000"


def run(data: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(upgrade, [*map(str, arguments), "--data", str(data)])


def read(path: Path) -> ParsedDocument:
    return parsed_json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three documents, as this version of the parser reads them."""
    data = tmp_path_factory.mktemp("upgraded") / "data"
    files = sorted(DEMO.rglob("*.pdf"))[:3]
    for command in (["import", *map(str, files)], ["parse"]):
        done = CliRunner().invoke(main, [*command, "--data", str(data)])
        assert done.exit_code == 0, done.output
    return data


@pytest.fixture
def data(stored: Path, tmp_path: Path) -> Path:
    """The same, as if an earlier version had read it."""
    data = tmp_path / "data"
    shutil.copytree(stored, data)
    (data / "parsed" / parsers.parser_version()).rename(data / "parsed" / EARLIER)
    return data


def earlier(data: Path) -> list[Path]:
    return sorted((data / "parsed" / EARLIER).glob("*.json"))


def changed(path: Path) -> ParsedDocument:
    """Let the earlier version have read five figures of a document otherwise; returns what is right."""
    now = read(path)
    altered, meant, redrawn, added, *rest = now.facts
    other_id = redrawn.fact_id.replace("-x", "-x9")
    facts = (
        replace(altered, amount=Decimal(1), amount_text="0.0001"),
        replace(meant, function_code="9999999"),
        replace(redrawn, fact_id=other_id),
        replace(rest[0], fact_id=f"{rest[0].fact_id}9", amount_text="printed elsewhere"),
        *rest,
    )
    document = replace(now.document, unit_name="某局", parser_version=EARLIER)
    path.write_text(parsed_json.dumps(replace(now, facts=facts, document=document)), "utf-8")
    return now


def test_the_plan_counts_what_waits_and_its_pages_and_reads_nothing(data: Path) -> None:
    pages = sum(read(path).document.pages for path in earlier(data))
    done = run(data, "--sample", "0")
    assert (done.exit_code, done.output.splitlines()) == (0, [
        f"parser {EARLIER} -> {parsers.parser_version()}: 3 of 3 documents are to be read, {pages} pages",
        "compared: 0 documents that both versions have read, 0 differ",
    ])  # fmt: skip
    assert not (data / "parsed" / parsers.parser_version()).exists()


def test_pages_of_documents_that_the_earlier_version_has_not_read_are_as_many_as_of_the_others(data: Path) -> None:
    first, *rest = earlier(data)
    first.unlink()
    pages = sum(read(path).document.pages for path in rest)
    told = json.loads(run(data, "--sample", "0", "--json").stdout)["plan"]
    assert (told["waiting"], told["pages"]) == (3, round(pages * 3 / 2))
    for path in rest:
        path.unlink()
    assert "3 of 3 documents are to be read, unknown pages" in run(data, "--sample", "0").output


def test_a_sample_tells_the_time_of_the_rest_and_is_not_read_again(data: Path) -> None:
    told = json.loads(run(data, "--sample", "1", "--json").stdout)
    sampled = read(earlier(data)[0]).document.pages
    plan = told["plan"]
    assert plan["sampled"] == 1 and plan["seconds"] > 0
    assert plan["left"] == pytest.approx(plan["seconds"] * (plan["pages"] - sampled) / sampled)
    assert (told["compared"]["documents"], told["compared"]["differing"], told["documents"]) == (1, 0, [])
    told = json.loads(run(data, "--sample", "2", "--json").stdout)
    assert (told["plan"]["waiting"], told["plan"]["sampled"], told["plan"]["left"]) == (2, 2, 0)
    assert told["compared"]["documents"] == 3
    assert not (data / "packages").exists(), "looking publishes nothing"


def test_every_kind_of_difference_is_counted_and_reported_by_document(data: Path, tmp_path: Path) -> None:
    path = earlier(data)[0]
    now = changed(path)
    CliRunner().invoke(main, ["parse", "--data", str(data)])
    report = tmp_path / "report.md"
    done = run(data, "--report", report)
    count = sum(len(read(one).facts) for one in earlier(data))
    assert done.exit_code == 0
    assert done.output.splitlines()[1:] == [
        "compared: 3 documents that both versions have read, 1 differ",
        f"figures: {count} -> {count}: {count - 4} same, 1 altered, 1 meant, 1 redrawn, 1 removed, 1 added",
        done.output.splitlines()[3],
        "meaning, by field: function_code 1",
    ]
    written = report.read_text("utf-8")
    altered, meant = now.facts[:2]
    facts = len(now.facts)
    assert f"| {path.stem[:16]} | {facts} -> {facts} | {facts - 4} | 1 | 1 | 1 | 1 | 1 |" in written
    assert f"## {path.stem}" in written and earlier(data)[1].stem not in written
    assert f": 0.0001 -> {altered.amount_text}" in written
    assert f"function_code 9999999 -> {meant.function_code}".rstrip() in written
    assert f"- unit_name: 某局 -> {now.document.unit_name}" in written


def test_checks_and_issues_are_counted_before_and_now(data: Path) -> None:
    path = earlier(data)[0]
    now = read(path)
    failing = replace(now.checks[0], outcome="fail")
    before = replace(now, checks=(failing, failing, *now.checks), issues=())
    found = reread(before, now)
    assert (found.failing[0] - found.failing[1], found.issues) == (2, (0, len(now.issues)))
    assert (found.parts, found.differs, reread(now, now).differs) == (("checks",), True, False)


@pytest.mark.parametrize(("arguments", "code", "said"), [
    (["--from", "ffffffffffff"], 2, "holds nothing read by version ffffffffffff, only by 000000000000"),
    (["--sample", "-1"], 2, "Invalid value for '--sample'"),
])  # fmt: skip
def test_wrong_calls_say_what_there_is(data: Path, arguments: list[str], code: int, said: str) -> None:
    done = run(data, *arguments)
    assert (done.exit_code, said in done.output) == (code, True), done.output


def test_a_reading_in_an_older_form_is_named(data: Path) -> None:
    path = earlier(data)[0]
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    del told["facts"][0]["measure"]
    path.write_text("{\n" + f'"document": {json.dumps(told.pop("document"))},\n' + json.dumps(told)[1:], "utf-8")
    done = run(data, "--sample", "1")
    assert done.exit_code == 1
    assert f"{path} was written in a form that this version cannot read" in done.output


def test_where_nothing_was_read_before_there_is_nothing_to_compare(stored: Path) -> None:
    assert run(stored).output.splitlines() == [
        f"parser (none) -> {parsers.parser_version()}: 0 of 3 documents are to be read, unknown pages",
        "compared: 0 documents that both versions have read, 0 differ",
    ]
