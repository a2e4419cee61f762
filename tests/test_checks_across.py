"""Rules over several documents: last year's figures, a department and its units, the deadline, two publications."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

import little_documents as little
from datapackages import shelving  # noqa: F401  it registers the rules
from datapackages.checks import across
from datapackages.checks.shelf import Shelf, Volume
from datapackages.compared import compared
from datapackages.model import Outcome, ParsedDocument

UNIT, DEPARTMENT = "cn-999900-u0007", "cn-999900-u0001"
NAMES = {"u1": "示例市第一中学", "u2": "示例市特殊教育学校"}


def named(parsed: ParsedDocument, number: int) -> ParsedDocument:
    """The document under a hash of its own."""
    sha = f"{number:064x}"
    facts = tuple(
        replace(fact, sha256=sha, fact_id=f"{number}-{fact.fact_id}", table_id=f"{number}-{fact.table_id}")
        for fact in parsed.facts
    )
    tables = tuple(replace(table, table_id=f"{number}-{table.table_id}") for table in parsed.tables)
    return replace(parsed, document=replace(parsed.document, sha256=sha), facts=facts, tables=tables)


def run(
    rule: str, own: ParsedDocument, *others: tuple[str, ParsedDocument], unit_id: str = UNIT,
    below: tuple[tuple[str, str], ...] = (), said: Iterable[dict[str, Any]] = (),
) -> list[Outcome]:  # fmt: skip
    """The outcomes of one rule on ``own`` beside the documents of other slots; ``said`` is told of each volume."""
    documents = [(unit_id, own), *others]
    kept = {parsed.document.sha256: parsed for _, parsed in documents}
    told = [*said, *({} for _ in documents)]
    volumes = [
        Volume(document=parsed.document, unit_id=owner, **more)
        for (owner, parsed), more in zip(documents, told, strict=False)
    ]
    shelf = Shelf(volumes, lambda sha: compared(kept[sha]), lambda volume: below, lambda sha: kept[sha].statements)
    return [outcome for outcome in across.run(shelf, volumes[0]) if outcome.rule == rule]


def results(outcomes: list[Outcome]) -> list[tuple[str, str, str]]:
    return [(outcome.outcome, outcome.left, outcome.right) for outcome in outcomes]


# ---- X19 ----


def three_public(year: int, *columns: Any, texts: tuple[str, ...], number: int, **about: Any) -> ParsedDocument:
    table = little.table(
        "three_public", columns, [little.row("公务接待费", *texts, item="hospitality")], fund="general_public"
    )
    return named(little.document(table, year=year, **about), number)


def later(text: str = "1.50", **meaning: Any) -> ParsedDocument:
    """A budget of 2026 that repeats last year's figure."""
    last = little.column("2025年预算数", **{"fiscal_year": 2025, **meaning})
    return three_public(2026, last, little.column("2026年预算数"), texts=(text, "1.40"), number=1)


def earlier(text: str = "1.50", **about: Any) -> ParsedDocument:
    return three_public(2025, little.column("2025年预算数"), texts=(text,), number=2, **about)


def test_last_year_s_figure_is_the_one_its_own_budget_printed() -> None:
    found = run("X19", later(), (UNIT, earlier()))
    assert results(found) == [("pass", "1.50", "1.50")]
    assert len(found[0].fact_ids) == 2
    assert found[0].place.startswith("p1/1-") and ",p1/2-" in found[0].place


def test_another_figure_is_a_question_because_the_basis_may_have_changed() -> None:
    (found,) = run("X19", later("1.80"), (UNIT, earlier()))
    assert (found.outcome, found.difference, found.fault) == ("question", "0.3", "")
    assert "“公务接待费”在本文件印为 1.80，在 2025 年的预算文件印为 1.50" in found.message_zh


def test_a_figure_in_another_money_unit_is_the_same_within_its_rounding() -> None:
    table = little.table(
        "three_public", [little.column("2025年预算数")], [little.row("公务接待费", "15,032", item="hospitality")],
        money_unit="元", fund="general_public",
    )  # fmt: skip
    (found,) = run("X19", later(), (UNIT, named(little.document(table, year=2025), 2)))
    assert found.outcome == "rounding"


def test_without_last_year_s_document_it_cannot_be_told() -> None:
    (found,) = run("X19", later())
    assert (found.outcome, "没有见到 2025 年的预算文件" in found.message_zh) == ("insufficient_data", True)


@pytest.mark.parametrize(
    "other",
    [
        ("cn-999900-u0008", earlier("9.99")),  # another unit
        (UNIT, earlier("9.99", scope="department")),
        (UNIT, earlier("9.99", stage="adjusted")),
    ],
)
def test_only_the_same_unit_s_budget_in_the_same_scope_is_held_against_it(
    other: tuple[str, ParsedDocument],
) -> None:
    assert [found[0] for found in results(run("X19", later(), other))] == ["insufficient_data"]


def test_an_estimate_of_execution_repeats_no_published_figure() -> None:
    found = run("X19", later("9.99", phase="executed"), (UNIT, earlier()))
    assert [outcome.outcome for outcome in found] == ["not_applicable"]


def test_final_accounts_repeat_the_budget_under_a_wider_name_of_the_same_money() -> None:
    columns = [little.column("预算数", phase="approved"), little.column("决算数", phase="final")]
    table = little.table(
        "three_public", columns, [little.row("公务接待费", "1.50", "1.36", item="hospitality")], fund="fiscal"
    )
    final = named(little.document(table, year=2025, stage="final", kind="final"), 1)
    assert results(run("X19", final, (UNIT, earlier()))) == [("pass", "1.50", "1.50")]


@pytest.mark.parametrize(
    ("label", "outcome"),
    [("年初预算数", "question"), ("预算数", "insufficient_data"), ("全年预算数", "insufficient_data")],
)
def test_the_budget_column_of_final_accounts_may_hold_the_adjusted_budget(label: str, outcome: str) -> None:
    final = three_public(
        2025, little.column(label, phase="approved"), texts=("1.80",), number=1, stage="final", kind="final"
    )
    assert [found.outcome for found in run("X19", final, (UNIT, earlier()))] == [outcome]


def test_a_column_of_last_year_that_is_not_called_a_budget_proves_nothing_when_it_differs() -> None:
    last = little.column("上年", fiscal_year=2025)
    own = three_public(2026, last, little.column("本年"), texts=("1.80", "1.40"), number=1)
    assert [found.outcome for found in run("X19", own, (UNIT, earlier()))] == ["insufficient_data"]


def test_a_figure_printed_twice_is_held_against_nothing() -> None:
    rows = [little.row("公务接待费", text, item="hospitality") for text in ("1.50", "9.99")]
    table = little.table("three_public", [little.column("2025年预算数")], rows, fund="general_public")
    assert run("X19", later(), (UNIT, named(little.document(table, year=2025), 2)))[0].outcome == "not_applicable"


def in_prose(compared_with: str = "上年预算", **said: Any) -> ParsedDocument:
    """A budget of 2026 whose prose says how its 公务接待费 of 1.40 has changed."""
    made = three_public(2026, little.column("2026年预算数"), texts=("1.40",), number=1)
    plain: dict[str, Any] = {
        "change": "0.10", "direction": "decrease", "compared_with": compared_with, "agreement": "equal",
        "fact_id": made.facts[0].fact_id, "metric_text": "公务接待费",
    }  # fmt: skip
    return replace(made, statements=(little.statement("1.40", **{**plain, **said}),))


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"change": "0", "direction": "increase", "prior": "1.5"},
        {"compared_with": "2025年年初预算数"},
        {"compared_with": "上年"},
        {"change": "0.1"},
    ],
)
def test_this_year_s_figure_less_the_stated_change_is_last_year_s(said: dict[str, Any]) -> None:
    (found,) = run("X19", in_prose(**said), (UNIT, earlier()))
    assert (found.outcome, found.right, len(found.fact_ids)) == ("pass", "1.50", 2)


def test_a_change_from_another_figure_is_a_question() -> None:
    (found,) = run("X19", in_prose(change="0.50"), (UNIT, earlier()))
    assert (found.outcome, found.left, found.right) == ("question", "1.40 + 0.50 = 1.9", "1.50")


def test_no_change_from_another_figure_is_a_question_too() -> None:
    (found,) = run("X19", in_prose(change="", direction="flat"), (UNIT, earlier()))
    assert (found.outcome, found.difference) == ("question", "-0.1")


def test_a_sentence_that_does_not_say_which_version_of_last_year_it_means_proves_nothing() -> None:
    (found,) = run("X19", in_prose("上年", change="0.50"), (UNIT, earlier()))
    assert (found.outcome, "没有写明上年数是哪一口径" in found.message_zh) == ("insufficient_data", True)


@pytest.mark.parametrize(
    "said",
    [
        {"compared_with": "上年执行数", "change": "0.50"},
        {"compared_with": "2024年预算", "change": "0.50"},
        {"agreement": "differs", "change": "0.50"},  # which figure the sentence restates is in doubt
        {"fact_id": "", "change": "0.50"},
        {"change": ""},
    ],
)
def test_what_compares_with_no_published_figure_is_left_alone(said: dict[str, Any]) -> None:
    assert [found.outcome for found in run("X19", in_prose(**said), (UNIT, earlier()))] == ["not_applicable"]


# ---- X18 ----

CODES = {"2050204": "高中教育", "2050701": "特殊学校教育"}


def expenditure(number: int, total: str, codes: dict[str, str], rows: tuple[Any, ...] = (), **about: Any) -> Any:
    """A document of one list of expenditure by function, in one column."""
    lines = [little.row(CODES[code], text, function_code=code) for code, text in codes.items()]
    lines += [little.row("合计", total, row_role="total"), *rows]
    table = little.table("expenditure", [little.total(flow="all")], lines)
    return named(little.document(table, **about), number)


FIRST = ("u1", expenditure(2, "300.00", {"2050204": "300.00"}))
SECOND = ("u2", expenditure(3, "100.00", {"2050701": "100.00"}))
BELOW = tuple(NAMES.items())


def department(total: str, rows: tuple[Any, ...] = ()) -> ParsedDocument:
    codes = {"2050204": "300.00", "2050701": "100.00"}
    made: ParsedDocument = expenditure(1, total, codes, rows, scope="department", unit_name="示例市教育局")
    return made


def listed() -> tuple[Any, ...]:
    """Rows that name the units, so that none can be lacking."""
    return tuple(
        little.row(name, text, row_unit_name=name, row_role="repeat")
        for name, text in zip(NAMES.values(), ("300.00", "100.00"), strict=True)
    )


def test_a_department_s_lines_are_those_of_its_units_added_up() -> None:
    found = run("X18", department("400.00"), FIRST, SECOND, unit_id=DEPARTMENT, below=BELOW)
    assert results(found) == [
        ("pass", "300.00", "300.00"),
        ("pass", "100.00", "100.00"),
        ("pass", "400.00", "300.00 + 100.00 = 400"),
    ]


def test_a_sum_that_differs_is_a_question_while_a_unit_may_be_lacking() -> None:
    found = run("X18", department("450.00"), FIRST, SECOND, unit_id=DEPARTMENT, below=BELOW)[-1]
    assert (found.outcome, found.difference) == ("question", "50")
    assert "单位是否齐全" in found.message_zh


def test_a_sum_that_differs_fails_where_the_department_lists_just_these_units() -> None:
    found = run("X18", department("450.00", listed()), FIRST, SECOND, unit_id=DEPARTMENT, below=BELOW)[-1]
    assert (found.outcome, found.left, found.right) == ("fail", "450.00", "300.00 + 100.00 = 400")


def test_money_that_passes_between_the_units_leaves_it_a_question() -> None:
    moved = little.table(
        "expenditure", [little.column("对附属单位补助支出", expenditure_type="to_subordinates")],
        [little.row("合计", "50.00", row_role="total")],
    )  # fmt: skip
    own = little.table("expenditure", [little.total(flow="all")], [little.row("合计", "300.00", row_role="total")])
    first = ("u1", named(little.document(own, moved), 2))
    found = run("X18", department("450.00", listed()), first, SECOND, unit_id=DEPARTMENT, below=BELOW)
    assert "fail" not in {outcome.outcome for outcome in found}


def test_while_a_unit_s_document_is_not_there_nothing_is_added_up() -> None:
    (found,) = run("X18", department("400.00"), FIRST, unit_id=DEPARTMENT, below=BELOW)
    assert found.outcome == "insufficient_data"
    assert "所属 2 个单位中没有见到 示例市特殊教育学校 的文件" in found.message_zh


def test_while_a_unit_s_table_is_not_there_nothing_is_added_up() -> None:
    other = little.table("income", [little.total()], [little.row("合计", "100.00", row_role="total")])
    second = ("u2", named(little.document(other), 3))
    (found,) = run("X18", department("400.00"), FIRST, second, unit_id=DEPARTMENT, below=BELOW)
    assert (found.outcome, "没有这张表" in found.message_zh) == ("insufficient_data", True)


def test_a_table_that_was_not_read_is_no_empty_table() -> None:
    failed = little.table("expenditure", [little.total(flow="all")], [], state="failed")
    second = ("u2", named(little.document(failed), 3))
    (found,) = run("X18", department("400.00"), FIRST, second, unit_id=DEPARTMENT, below=BELOW)
    assert found.outcome == "insufficient_data"


def test_a_unit_s_own_document_is_no_sum() -> None:
    assert run("X18", earlier())[0].outcome == "not_applicable"


# ---- C17, C18 ----


@pytest.mark.parametrize(
    ("dates", "outcome"),
    [
        ({"approved_on": "2026-02-25", "due": "2026-03-17", "published_on": "2026-03-17"}, "pass"),
        ({"approved_on": "2026-02-25", "due": "2026-03-17", "published_on": "2026-03-18"}, "fail"),
        ({"published_on": "2026-03-18"}, "insufficient_data"),
        ({"approved_on": "2026-02-25", "due": "2026-03-17"}, "insufficient_data"),
    ],
)
def test_in_time_is_told_by_both_dates(dates: dict[str, str], outcome: str) -> None:
    fault = "source" if outcome == "fail" else ""
    assert [(found.outcome, found.fault) for found in run("C17", earlier(), said=[dates])] == [(outcome, fault)]


HERE, THERE = ({"addresses": frozenset({f"http://a.example/{name}.pdf"})} for name in "ab")


def test_two_files_that_stand_side_by_side_with_other_figures_are_a_question() -> None:
    other = earlier("1.90")
    own = named(earlier(), 9)
    (found,) = run("C18", own, (UNIT, other), said=[HERE, {**THERE, "is_current": False}])
    assert found.outcome == "question"
    assert "有 1 个数字与本文件不同（http://a.example/b.pdf）" in found.message_zh


def test_two_files_with_the_same_figures_agree() -> None:
    own = named(earlier(), 9)
    (found,) = run("C18", own, (UNIT, earlier()), said=[HERE, {**THERE, "is_current": False}])
    assert found.outcome == "pass"


def test_a_file_that_was_replaced_at_its_address_is_no_second_publication() -> None:
    own = named(earlier(), 9)
    gone = {"addresses": frozenset[str](), "is_current": False}
    assert run("C18", own, (UNIT, earlier("1.90")), said=[HERE, gone])[0].outcome == "not_applicable"


# ---- the registry ----


def test_every_rule_says_itself_in_both_languages() -> None:
    assert sorted(across.ACROSS) == ["C17", "C18", "X18", "X19"]
    assert all(rule.statement.isascii() and not rule.statement_zh.isascii() for rule in across.ACROSS.values())


def test_what_is_no_budget_is_held_against_nothing() -> None:
    assert run("X19", earlier(kind="not_a_budget")) == []
