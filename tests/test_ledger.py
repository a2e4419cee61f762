"""The ledger: who has published, late, not at all or behind a refusal, and why. Nobody is accused in doubt."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import made_up_city as city
from crawler import catalogue
from crawler.errors import UsageError
from crawler.night import Answer, Link, Night
from crawler.state import State
from crawler.visits import visits
from datapackages import codes, ledger
from datapackages.announced import Announcement, Names
from datapackages.deadlines import Expected, deadline_of
from datapackages.ledger import Line, Missed, Outlook, Visit
from datapackages.units import Unit, Units
from datapackages.versions import Placed
from datapackages.write import write_packages
from yusuan.cli import main

PLACE = "999900"
OWN_LEVEL, UNIT, YOUNG = "cn-999900-u0006", "cn-999900-u0007", "cn-999900-u0018"
SCHOOL = "示例市第一中学"
FINANCE = Expected(
    source="demo", jurisdiction=PLACE, year=2026, stage="budget", kinds=("own_level",),
    approved_on="2026-02-25", approved_by="finance", evidence="http://demo.example/approval",
)  # fmt: skip
DEPARTMENTS = Expected(
    source="demo", jurisdiction=PLACE, year=2026, stage="budget", kinds=("unit",),
    approved_on="2026-02-27", approved_by="department",
)  # fmt: skip
UNDATED = Expected(source="demo", jurisdiction=PLACE, year=2026, stage="budget")
AFTER, BEFORE = "2026-03-20T18:17:00Z", "2026-03-10T18:17:00Z"


def placed(unit_id: str = UNIT, published_on: str = "2026-03-12", name: str = "a", **said: object) -> Placed:
    seen = city.sighting(name, published_on=published_on, first_seen="2026-03-20T18:17:00Z")
    return Placed(
        document=city.document(name, **said), sightings=(seen,), jurisdiction=PLACE, unit_id=unit_id
    )  # fmt: skip


def visit(*missed: Missed, finished: bool = True, ended: str = AFTER) -> Visit:
    return Visit(source="demo", jurisdiction=PLACE, finished=finished, ended=ended, missed=missed)


def line(
    tmp_path: Path, *documents: Placed, unit_id: str = UNIT,
    expected: tuple[Expected, ...] = (FINANCE, DEPARTMENTS), seen: tuple[Visit, ...] = (visit(),),
) -> Line:  # fmt: skip
    """The line of one unit's budget of 2026."""
    found = ledger.lines(documents, Units(tmp_path), Outlook(expected=expected, visits=seen))
    return next(entry for entry in found if (entry.unit_id, entry.document_year) == (unit_id, 2026))


def told(entry: Line) -> tuple[str, str]:
    return entry.state, entry.basis


def test_a_document_in_time_is_published_with_its_dates_and_the_rule(tmp_path: Path) -> None:
    assert line(tmp_path, placed()) == Line(
        unit_id=UNIT, document_year=2026, stage="budget", jurisdiction=PLACE, state="published", due="2026-03-19",
        approved_on="2026-02-27", published_on="2026-03-12", looked_on="2026-03-21", basis="regulation_6",
        source=("demo",), url="http://demo.example/a.html", sha256=city.sha("a"),
    )  # fmt: skip


@pytest.mark.parametrize(("published_on", "state"), [("2026-03-17", "published"), ("2026-03-18", "late")])
def test_late_begins_the_day_after_the_last_day(tmp_path: Path, published_on: str, state: str) -> None:
    found = line(tmp_path, placed(OWN_LEVEL, published_on), unit_id=OWN_LEVEL)
    assert (found.state, found.due, found.basis) == (state, "2026-03-17", "budget_law_14")
    assert found.evidence == "http://demo.example/approval"


def test_nobody_is_late_without_a_day_of_approval(tmp_path: Path) -> None:
    assert told(line(tmp_path, placed(published_on="2026-12-31"), expected=(UNDATED,))) == ("published", "seen")


@pytest.mark.parametrize("published_on", ["", "三月", "2026/3/30"])
def test_nobody_is_late_without_a_day_of_publication(tmp_path: Path, published_on: str) -> None:
    """When we first saw it proves only that it was there then."""
    assert told(line(tmp_path, placed(published_on=published_on))) == ("published", "seen")


def test_the_first_of_several_versions_counts(tmp_path: Path) -> None:
    """A page may be dated anew when its file is replaced."""
    found = line(tmp_path, placed(published_on="2026-03-12"), placed(name="b", published_on="2026-04-30"))
    assert (found.state, found.published_on) == ("published", "2026-03-12")


def test_a_page_dated_after_we_saw_it_was_public_when_we_saw_it(tmp_path: Path) -> None:
    found = line(tmp_path, placed(OWN_LEVEL, "2026-05-01"), unit_id=OWN_LEVEL)
    assert (found.state, found.published_on) == ("late", "2026-03-21")


def test_what_is_not_there_after_its_last_day_is_missing(tmp_path: Path) -> None:
    found = line(tmp_path)
    assert (told(found), found.due, found.looked_on) == (("missing", "regulation_6"), "2026-03-19", "2026-03-21")


def test_what_is_expected_without_a_deadline_is_missing_too(tmp_path: Path) -> None:
    assert told(line(tmp_path, expected=(UNDATED,))) == ("missing", "expected")


def test_before_the_last_day_nobody_is_missing(tmp_path: Path) -> None:
    assert told(line(tmp_path, seen=(visit(ended=BEFORE),))) == ("unknown", "not_due")


@pytest.mark.parametrize("seen", [(), (visit(finished=False),), (visit(ended=""),)])
def test_nobody_is_missing_unless_the_source_was_read_to_its_end(tmp_path: Path, seen: tuple[Visit, ...]) -> None:
    assert told(line(tmp_path, seen=seen)) == ("unknown", "not_looked")


def missed(kind: str, title: str = "", page_title: str = "", is_list: bool = False) -> Missed:
    return Missed(kind=kind, url="http://demo.example/x", title=title, page_title=page_title, is_list=is_list)


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("", ("unknown", "not_read")),  # whose it is cannot be told
        ("2026年度单位预算公开.pdf", ("unknown", "not_read")),
        (f"{SCHOOL}公开表", ("unknown", "not_read")),
        ("示例市特殊教育学校2026年度单位预算公开", ("missing", "regulation_6")),
        (f"{SCHOOL}2025年度单位预算公开", ("missing", "regulation_6")),
        (f"{SCHOOL}2026年度单位决算公开", ("missing", "regulation_6")),
    ],
)
def test_nobody_is_missing_while_an_address_that_may_hold_it_was_not_read(
    tmp_path: Path, title: str, state: tuple[str, str]
) -> None:
    assert told(line(tmp_path, seen=(visit(missed("unread", title)),))) == state


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("关于做好2026年春季安全工作的通知", ("missing", "regulation_6")),
        ("关于2026年预算公开的说明", ("unknown", "not_read")),
        (f"{SCHOOL}概况", ("unknown", "not_read")),
        ("", ("unknown", "not_read")),
    ],
)
def test_a_page_without_a_document_matters_only_if_its_title_may_be_about_one(
    tmp_path: Path, title: str, state: tuple[str, str]
) -> None:
    assert told(line(tmp_path, seen=(visit(missed("no_document", title)),))) == state


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("blocked", ("blocked", "refused")),
        ("other_format", ("published_not_as_pdf", "other_format")),
        ("unread", ("unknown", "not_read")),
    ],
)
def test_an_address_whose_title_names_unit_year_and_stage_tells_the_state(
    tmp_path: Path, kind: str, state: tuple[str, str]
) -> None:
    found = line(tmp_path, seen=(visit(missed(kind, f"{SCHOOL}2026年度单位预算公开")),))
    assert (told(found), found.url) == (state, "http://demo.example/x")


def test_what_a_link_leaves_out_its_page_tells(tmp_path: Path) -> None:
    found = line(tmp_path, seen=(visit(missed("blocked", f"{SCHOOL}.pdf", "教育系统2026年预算公开")),))
    assert told(found) == ("blocked", "refused")


def test_a_refused_address_of_nobody_in_particular_blocks_nobody(tmp_path: Path) -> None:
    assert told(line(tmp_path, seen=(visit(missed("blocked")),))) == ("unknown", "not_read")


def test_nobody_is_missing_while_a_stored_document_may_be_theirs(tmp_path: Path) -> None:
    """Not parsed, not placed, or of a unit that is only proposed: perhaps the same under another name."""
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / "units.csv").write_text(
        "unit_id,name,jurisdiction\ncn-999900-u0099,示例市一中,999900\n", encoding="utf-8"
    )
    outlook = Outlook(expected=(DEPARTMENTS,), visits=(visit(),))
    unnamed = city.sighting("b", title="2026年单位预算公开")
    proposed, nobody = placed("cn-999900-u0099", name="b"), placed("", name="b")
    for documents, unparsed in (([], [unnamed]), ([proposed], []), ([nobody], [])):
        documents = [replace(entry, sightings=(unnamed,)) for entry in documents]
        found = ledger.lines(documents, Units(tmp_path), outlook, unparsed)
        assert told(next(entry for entry in found if entry.unit_id == UNIT)) == ("unknown", "unplaced")


def test_a_document_whose_title_names_another_unit_is_no_doubt(tmp_path: Path) -> None:
    another = city.sighting("b", title="示例市特殊教育学校2026年度单位预算公开")
    outlook = Outlook(expected=(DEPARTMENTS,), visits=(visit(),))
    found = {entry.unit_id: told(entry) for entry in ledger.lines([], Units(tmp_path), outlook, [another])}
    assert found[UNIT] == ("missing", "regulation_6")
    assert found["cn-999900-u0008"] == ("unknown", "unplaced")


def test_a_refused_list_blocks_everybody_who_was_not_seen(tmp_path: Path) -> None:
    refused = visit(missed("blocked", is_list=True), finished=False)
    assert told(line(tmp_path, seen=(refused,))) == ("blocked", "list_refused")
    assert told(line(tmp_path, placed(), seen=(refused,))) == ("published", "regulation_6")


def test_a_unit_that_was_founded_later_owes_nothing(tmp_path: Path) -> None:
    expected = tuple(
        Expected(source="demo", jurisdiction=PLACE, year=year, stage=stage)
        for year, stage in ((2024, "final"), (2025, "budget"), (2025, "final"), (2026, "budget"))
    )
    found = ledger.lines([], Units(tmp_path), Outlook(expected=expected, visits=(visit(),)))
    assert {(entry.document_year, entry.stage): entry.state for entry in found if entry.unit_id == YOUNG} == {
        (2024, "final"): "not_applicable",
        (2025, "budget"): "not_applicable",
        (2025, "final"): "missing",
        (2026, "budget"): "missing",
    }


def test_of_whom_no_source_speaks_nothing_can_be_told(tmp_path: Path) -> None:
    assert told(line(tmp_path, unit_id="cn-999900-u0001")) == ("unknown", "not_expected")


def test_without_expectations_only_what_was_seen_is_listed(tmp_path: Path) -> None:
    other = placed(name="b", kind="not_a_budget", unit_name="")
    found = ledger.lines([placed(), other], Units(tmp_path), Outlook())
    assert [(entry.unit_id, *told(entry)) for entry in found] == [(UNIT, "published", "seen")]


def unit(kind: str) -> Unit:
    return Unit(unit_id="cn-999900-u9999", name="某单位", jurisdiction=PLACE, kind=kind)


@pytest.mark.parametrize(
    ("kind", "by", "approved_on", "due", "basis"),
    [
        ("department", "finance", "2026-02-25", "2026-03-17", "budget_law_14"),
        ("unit", "department", "2026-02-25", "2026-03-17", "regulation_6"),
        ("unit", "finance", "2026-02-25", "2026-04-01", "budget_law_52"),  # its department has fifteen days first
        ("department", "finance", "2026-02-22", "2026-03-16", "budget_law_14"),  # the twentieth day is a Saturday
    ],
)
def test_the_last_day_follows_from_the_approval_and_from_who_gave_it(
    kind: str, by: str, approved_on: str, due: str, basis: str
) -> None:
    entry = Expected(
        source="demo", jurisdiction=PLACE, year=2026, stage="budget", approved_on=approved_on, approved_by=by
    )
    found = deadline_of(entry, unit(kind))
    assert found is not None
    assert (found.due, found.basis) == (date.fromisoformat(due), basis)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("示例市民政局（本级）2026年度单位预算公开", Announcement("cn-999900-u0012", 2026, "budget")),
        ("示例市民政局(含下属单位)2026年预算公开", Announcement("cn-999900-u0003", 2026, "budget")),
        ("示例市公路管理处2024年度单位决算公开", Announcement("cn-999900-u0015", 2024, "final")),  # a former name
        ("示例市民政局2025年预算调整", Announcement("cn-999900-u0003", 2025, "adjusted")),
        ("示例市民政局2025—2026年预算", Announcement("cn-999900-u0003", None, "budget")),
        ("部门信息", Announcement("", None, "")),
    ],
)
def test_the_longest_name_in_a_title_is_whom_it_announces(tmp_path: Path, title: str, said: Announcement) -> None:
    assert Names(Units(tmp_path).of(PLACE)).read(title) == said


# ---- from crawl.db and from the sources ----


def test_a_visit_tells_what_it_missed_with_the_words_of_the_pages_that_name_it(tmp_path: Path) -> None:
    entry, page = "http://demo.yusuan.example/czxx/yjsgk/index.html", "http://demo.yusuan.example/t1.html"
    answer = Answer(status=200, date=AFTER)
    detail = Link(url=page, kind="detail", page_url=entry, title=f"{SCHOOL}2026年预算")
    file = Link(url="http://demo.yusuan.example/1.pdf", kind="file", page_url=page, title="附表.pdf")
    with State(tmp_path) as state:
        night = Night(state, "demo", PLACE)
        night.read(Link(url=entry, kind="list"), answer, [detail])
        night.read(detail, answer, [file])
        night.event("http-412", file, date=AFTER)
        night.event("js-challenge", Link(url=entry, kind="list"), date=AFTER)
        night.event("other-format", Link(url="http://demo.yusuan.example/1.xls", kind="other", page_url=page))
        night.close(finished=False, requests=4)
    assert visits(tmp_path) == (
        Visit(
            source="demo", jurisdiction=PLACE, finished=False, ended=AFTER,
            missed=(
                Missed(kind="blocked", url=file.url, title="附表.pdf", page_title=f"{SCHOOL}2026年预算"),
                Missed(kind="blocked", url=entry, is_list=True),
                Missed(
                    kind="other_format", url="http://demo.yusuan.example/1.xls", page_title=f"{SCHOOL}2026年预算"
                ),
            ),
        ),
    )  # fmt: skip


def test_before_the_first_crawl_there_was_no_visit(tmp_path: Path) -> None:
    assert visits(tmp_path) == ()


def source(folder: Path, expected: str) -> Path:
    file = folder / "place.yaml"
    file.write_text(
        'state: unverified\nplace: 某市\njurisdiction: "999900"\npublisher: 某局\nfamily: trs\n'
        f"entries: [http://a.example/]\nhosts: [a.example]\npace: 3\nexpected: {expected}\n",
        encoding="utf-8",
    )
    return file


def test_a_source_states_what_it_expects(tmp_path: Path) -> None:
    said = '[{year: 2026, stage: budget, kinds: [unit], approved_on: "2026-02-27", approved_by: department}]'
    assert catalogue.load(source(tmp_path, said)).expected == (
        Expected(
            source="place", jurisdiction=PLACE, year=2026, stage="budget", kinds=("unit",),
            approved_on="2026-02-27", approved_by="department",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("[{stage: budget}]", "every round says a year and a stage"),
        ("[{year: 2026, stage: buget}]", "every round says a year and a stage"),
        ("[{year: 2026, stage: budget, until: 3}]", "unknown key 'until'; known: approved_by, approved_on,"),
        ("[{year: 2026, stage: budget, approved_on: 2026-02-27, approved_by: finance}]", "a day in quotes"),
        ('[{year: 2026, stage: budget, approved_on: "2026-02-27"}]', r"beside approved_by \(finance, department\)"),
        ("[2026]", "expected should be"),
    ],
)
def test_a_mistake_in_it_is_named(tmp_path: Path, said: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        catalogue.load(source(tmp_path, said))


def test_the_words_of_the_ledger_are_closed_lists(tmp_path: Path) -> None:
    found: list[Any] = ledger.lines([placed()], Units(tmp_path), Outlook(expected=(UNDATED,), visits=(visit(),)))
    assert {entry.state for entry in found} <= set(codes.labels("ledger_states"))
    assert {entry.basis for entry in found} <= set(codes.labels("ledger_bases"))


def test_status_names_who_is_late_missing_or_blocked(tmp_path: Path) -> None:
    title = "示例市特殊教育学校2026年度单位预算公开"
    expected, seen = (FINANCE, DEPARTMENTS), (visit(missed("blocked", title)),)
    late = city.sighting("a", published_on="2026-05-01", first_seen="", last_seen="")
    parsed = city.parsed("a", unit_name="示例市民政局（本级）")
    write_packages([parsed], [late], tmp_path, outlook=Outlook(expected=expected, visits=seen))
    done = CliRunner().invoke(main, ["status", "--data", str(tmp_path)])
    told = [entry for entry in done.output.splitlines() if entry.startswith(("late", "missing", "blocked"))]
    dates = "due 2026-03-17, published 2026-05-01, looked 2026-03-21"
    assert f"late: 2026 budget 示例市民政局（本级） ({dates})" in told
    assert f"missing: 2026 budget {SCHOOL} (due 2026-03-19, looked 2026-03-21)" in told
    assert (
        "blocked: 2026 budget 示例市特殊教育学校 (due 2026-03-19, looked 2026-03-21, http://demo.example/x)" in told
    )
    assert len(told) == 13  # of the thirteen bodies that owe a budget none is in time


def test_a_round_of_which_nothing_was_published_has_a_package(tmp_path: Path) -> None:
    (report,) = write_packages([], [], tmp_path, outlook=Outlook(expected=(UNDATED,), visits=(visit(),)))
    assert (report.name, report.rows["documents"], report.rows["ledger"]) == ("cn-999900-2026-budget", 0, 18)
