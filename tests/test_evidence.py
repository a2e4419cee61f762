"""The picture of a check: both its sides marked, each in its colour."""

from __future__ import annotations

import io
import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from PIL import Image

import parsers
from datapackages.model import Cover, Outcome, ParsedDocument
from parsers.cited import Printed
from parsers.evidence import COVERED, LEFT, RIGHT, NothingToShow, evidence
from parsers.explain import SCALE
from yusuan.cli import main

HERE = Path(__file__).parent
FORM = HERE / "documents" / "four_blocks.pdf"
budgets = SimpleNamespace(**runpy.run_path(str(HERE / "test_triage.py")))


@pytest.fixture(scope="module")
def parsed() -> ParsedDocument:
    return parsers.parse(FORM)


def outcome(place: str, *fact_ids: str) -> Outcome:
    return Outcome(
        rule="A9",
        place=place,
        kind="arithmetic",
        outcome="fail",
        severity="error",
        fault="source",
        fact_ids=fact_ids,
    )


def over(parsed: ParsedDocument, *numbers: int) -> Outcome:
    """A check of the first of these facts against the sum of the others."""
    facts = [parsed.facts[number] for number in numbers]
    places = [f"p{fact.page}/{fact.table_id}/{fact.row}/{fact.column}" for fact in facts[:2]]
    return outcome(",".join(places), *(fact.fact_id for fact in facts))


def colours(picture: bytes) -> set[tuple[int, int, int]]:
    counted = Image.open(io.BytesIO(picture)).convert("RGB").getcolors(maxcolors=1 << 24)
    assert counted is not None
    return {colour for _, colour in counted}  # type: ignore[misc]


def test_the_first_figure_is_the_left_side_and_the_rest_the_right(parsed: ParsedDocument) -> None:
    cited = Printed(parsed).cited(over(parsed, 0, 1, 2))
    assert [(one.fact_id, one.on_left) for one in cited] == [
        (parsed.facts[0].fact_id, True), (parsed.facts[1].fact_id, False), (parsed.facts[2].fact_id, False),
    ]  # fmt: skip


def test_a_place_said_twice_is_still_that_place(parsed: ParsedDocument) -> None:
    check = over(parsed, 0, 1)
    again = replace(check, place=f"{check.place}#2")
    assert Printed(parsed).cited(again) == Printed(parsed).cited(check)


@pytest.mark.parametrize("place", ["", "nowhere", "p/x", "p1/unknown/2/3"])
def test_a_place_that_is_no_cell_is_no_error(place: str, parsed: ParsedDocument) -> None:
    assert [one.box for one in Printed(parsed).cited(outcome(place))] in ([], [None])


def test_a_cell_that_is_no_figure_and_a_whole_list_have_their_boxes(parsed: ParsedDocument) -> None:
    table = parsed.tables[0]
    cell = table.rows[0][0]
    (name,) = Printed(parsed).cited(outcome(f"p1/{table.table_id}/1/1"))
    assert (name.text, name.box) == (cell.text, cell.box)
    (whole,) = Printed(parsed).cited(outcome(f"p{table.pages[0]}/{table.table_id}"))
    assert whole.box is not None and cell.box is not None
    assert whole.box[0] <= cell.box[0] and whole.box[3] >= cell.box[3]


def test_both_sides_are_marked_and_only_their_part_of_the_page_is_shown(parsed: ParsedDocument) -> None:
    picture = evidence(FORM, parsed, over(parsed, 0, 1))
    assert colours(picture) >= {LEFT, RIGHT}
    shown = Image.open(io.BytesIO(picture))
    assert (shown.format, shown.height < 842 * SCALE / 2) == ("PNG", True)


def test_a_mark_stands_around_its_cell(parsed: ParsedDocument) -> None:
    fact = parsed.facts[0]
    page = Image.open(io.BytesIO(evidence(FORM, parsed, over(parsed, 0)))).convert("RGB")
    top = max(0.0, fact.top - 60) * SCALE
    x, y = round((fact.x0 + fact.x1) / 2 * SCALE), round(fact.top * SCALE - round(top))
    assert LEFT in {page.getpixel((x, y + shift)) for shift in range(-3, 4)}


def test_a_cell_that_names_a_person_is_painted_over(parsed: ParsedDocument) -> None:
    fact = parsed.facts[0]
    box = (fact.x1, fact.top, fact.x1 + 30, fact.bottom)
    assert COVERED not in colours(evidence(FORM, parsed, over(parsed, 0)))
    assert COVERED in colours(evidence(FORM, replace(parsed, covers=(Cover(page=1, box=box),)), over(parsed, 0)))


def test_places_on_several_pages_are_strips_one_below_the_other() -> None:
    long = HERE / "documents" / "continuation.pdf"
    parsed = parsers.parse(long)
    first = next(number for number, fact in enumerate(parsed.facts) if fact.page == 1)
    second = next(number for number, fact in enumerate(parsed.facts) if fact.page == 2)
    alone, other, both = (
        Image.open(io.BytesIO(evidence(long, parsed, over(parsed, *numbers))))
        for numbers in ((first,), (second,), (first, second))
    )
    assert both.height == alone.height + 4 + other.height
    assert both.width == max(alone.width, other.width)


def test_an_outcome_without_a_place_says_so(parsed: ParsedDocument) -> None:
    with pytest.raises(NothingToShow, match="A9@: the check names no place"):
        evidence(FORM, parsed, outcome(""))


def test_the_command_draws_a_check_and_says_what_it_found(tmp_path: Path) -> None:
    wrong = budgets.budget(tmp_path / "wrong.pdf", budgets.PRINTED_WRONG)
    target = tmp_path / "check.png"
    result = CliRunner().invoke(main, ["explain", str(wrong), "--check", "A9", "--out", str(target)])
    assert result.exit_code == 0, result.output
    assert colours(target.read_bytes()) >= {LEFT, RIGHT}
    assert "fail source A9@p1/" in result.output


def test_the_command_names_the_checks_there_are(tmp_path: Path) -> None:
    wrong = budgets.budget(tmp_path / "wrong.pdf", budgets.PRINTED_WRONG)
    result = CliRunner().invoke(main, ["explain", str(wrong), "--check", "Z9"])
    assert result.exit_code == 2
    assert "its fails and questions are: A" in result.output


def test_the_command_needs_a_page_or_a_check() -> None:
    result = CliRunner().invoke(main, ["explain", str(FORM)])
    assert (result.exit_code, "give --page or --check" in result.output) == (2, True)


def test_parse_takes_triage_with_a_file_only(tmp_path: Path) -> None:
    wrong = budgets.budget(tmp_path / "wrong.pdf", budgets.PRINTED_WRONG)
    alone, triaged = (
        CliRunner().invoke(main, ["parse", str(wrong), "--json", *more]).output for more in ([], ["--triage"])
    )
    assert '"fault": "undecided"' in alone and '"fault": "source"' not in alone
    assert '"fault": "source"' in triaged and '"fault": "undecided"' not in triaged
    assert CliRunner().invoke(main, ["parse", "--triage", "--data", str(tmp_path)]).exit_code == 2
