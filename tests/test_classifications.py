"""Code lists, word lists and issue templates."""

from __future__ import annotations

import re

import pytest

from datapackages import codes, issues
from datapackages.codes import Classification
from datapackages.model import Issue

CANONICALS = [
    "overall", "income", "expenditure", "fiscal_overall", "general_function", "general_economic",
    "basic_economic", "basic_function", "fund_income", "fund", "state_capital", "three_public", "operating",
    "projects", "projects_carryover", "general_project_economic", "fiscal_function", "fiscal_economic",
    "fiscal_basic_economic", "procurement", "purchased_services", "performance_project",
    "performance_overall", "performance_result",
]  # fmt: skip

ISSUES = [
    "broken-file", "password", "html-not-pdf", "empty-file", "scanned-document", "scanned-page",
    "not-a-budget", "government-report", "narrative-only", "performance-only", "no-table-found",
    "unknown-title", "unknown-heading", "missing-money-unit", "unreadable-amount", "unknown-code",
    "unknown-name", "year-unknown", "unit-unknown", "stage-unknown", "page-failed", "text-is-not-text",
    "table-failed", "unit-proposed", "jurisdiction-unknown",
]  # fmt: skip


def test_a_code_gives_its_line_with_parent_level_and_basis() -> None:
    assert codes.classifications().get("functional", "2080505") == Classification(
        scheme="functional",
        year=2026,
        code="2080505",
        name="机关事业单位基本养老保险缴费支出",
        parent="20805",
        level=3,
        basis="observed",
    )


def test_a_code_the_lists_lack_is_none_and_an_unknown_scheme_an_error() -> None:
    assert codes.classifications().get("functional", "9999999") is None
    with pytest.raises(ValueError, match="scheme 'function' is not one of functional, economic_department"):
        codes.classifications().get("function", "201")


def test_a_name_is_found_below_its_parent_only() -> None:
    below = codes.classifications().find("functional", "行政运行", "20801")
    everywhere = codes.classifications().find("functional", "行政运行")
    assert [entry.code for entry in below] == ["2080101"]
    assert len(everywhere) > 20
    assert {entry.code[5:] for entry in everywhere} == {"01"}


@pytest.mark.parametrize("printed", ["因公出国（境）费用", "因公出国(境)费用", " 因公 出国\n〔境〕费用 "])
def test_names_are_compared_without_blanks_and_bracket_styles(printed: str) -> None:
    found = codes.classifications().find("economic_department", printed)
    assert [entry.code for entry in found] == ["30212"]


def test_every_code_stands_under_its_parent() -> None:
    known = codes.classifications()
    for entry in known:
        assert entry.basis in codes.labels("classification_bases")
        assert entry.level == {3: 1, 5: 2, 7: 3}[len(entry.code)], entry
        assert entry.parent == entry.code[:-2] * (entry.level > 1), entry
        assert not entry.parent or known.get(entry.scheme, entry.parent), entry


def test_a_nameless_line_says_that_its_name_is_unknown() -> None:
    assert {entry.basis for entry in codes.classifications() if not entry.name} == {"name_unknown"}


def test_word_lists_have_unique_codes_and_both_labels() -> None:
    for vocabulary in codes.vocabularies():
        listed = [row["code"] for row in codes.rows(vocabulary)]
        assert len(listed) == len(set(listed)), vocabulary
        assert all(codes.labels(vocabulary, "zh").values()), vocabulary
        assert all(codes.labels(vocabulary, "en").values()), vocabulary


def test_the_tables_and_funds_of_the_contract_are_there() -> None:
    assert set(codes.labels("canonicals")) >= {*CANONICALS, "unrecognised"}
    assert codes.labels("funds")["subordinate_remittance"] == "附属单位上缴收入"
    assert codes.labels("stages", "en") == {
        "budget": "Budget",
        "adjusted": "Adjusted budget",
        "final": "Final accounts",
        "unknown": "Unknown",
    }


def test_every_function_of_the_first_level_has_its_line_of_an_overall_table() -> None:
    functions = {entry.code: entry.name for entry in codes.classifications() if entry.scheme == "functional"}
    first = {f"function_{code}": name for code, name in functions.items() if len(code) == 3}
    assert {item: codes.labels("items").get(item) for item in first} == first


def test_a_list_that_does_not_exist_is_named_with_the_choices() -> None:
    with pytest.raises(ValueError, match="no list 'fund'; there are .*funds"):
        list(codes.rows("fund"))
    with pytest.raises(ValueError, match="language 'fr' is not zh or en"):
        codes.labels("funds", "fr")
    with pytest.raises(ValueError, match="units.csv is not a word list"):
        codes.labels("units")


def test_jurisdictions_stand_under_their_parents() -> None:
    places = codes.jurisdictions()
    assert places["140213"].name == "平城区"
    assert places["140213"].parent == "140200"
    assert places["000000"].level == "central"
    assert "Made up" in places["999900"].note
    for place in places.values():
        assert place.level in codes.labels("levels")
        assert not place.parent or place.parent in places


def test_an_issue_is_filled_from_its_template() -> None:
    assert issues.issue("page-failed", page=3, error="no object") == Issue(
        type="page-failed",
        severity="error",
        message="Page 3 could not be read: no object.",
        message_zh="第 3 页读取失败：no object。",
        remedy="The other pages were read; report the file.",
        remedy_zh="其余各页已读取；请把文件附到问题报告中。",
        page=3,
    )


def test_an_unknown_issue_type_and_a_missing_value_are_errors() -> None:
    with pytest.raises(ValueError, match="no issue type 'scaned-page' in datapackages/codes/issues.csv"):
        issues.issue("scaned-page", page=3)
    with pytest.raises(ValueError, match="issue 'unknown-title' needs title"):
        issues.issue("unknown-title", page=3)


def test_text_of_a_document_is_never_read_as_a_template() -> None:
    assert issues.issue("unknown-title", title="{page} {0}").message == "Unknown table title: {page} {0}."


def test_every_issue_type_is_a_slug_with_four_texts_that_agree_on_their_values() -> None:
    templates = issues.templates()
    assert set(templates) >= set(ISSUES)
    for type, row in templates.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", type)
        assert row["severity"] in codes.labels("severities")
        assert all(row[name] for name in issues.TEXTS), type
        for text in ("message", "remedy"):
            zh, en = (set(re.findall(r"{(\w+)}", row[f"{text}_{lang}"])) for lang in ("zh", "en"))
            assert zh == en, type
