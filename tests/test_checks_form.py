"""Rules C1 … C21: what a publication must have and say, each with a finding and a near miss."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import little_documents as little
import parsers
from datapackages import checks
from datapackages.checks.catalogue import required
from datapackages.checks.form_words import form_words, pattern
from datapackages.checks.numbering import label_number
from datapackages.codes import jurisdictions, labels
from datapackages.model import Outcome, ParsedDocument, Section

CITY = "大同市数据中心"
LONG = "。".join(
    ["本单位的主要职责是管理数据", "机构设置情况为三个科室", "政府采购没有", "机关运行经费没有", "国有资产没有"]
)
TOLD = f"{LONG}。“三公”经费减少的主要原因是厉行节约。"


def found(rule: str, parsed: ParsedDocument) -> list[tuple[str, str, str]]:
    return [(one.outcome, one.left, one.right) for one in checks.run(parsed) if one.rule == rule]


def asked(rule: str, parsed: ParsedDocument) -> list[tuple[str, str]]:
    return [(left, right) for outcome, left, right in found(rule, parsed) if outcome == "question"]


def outcomes(rule: str, parsed: ParsedDocument) -> set[str]:
    return {outcome for outcome, _, _ in found(rule, parsed)}


def form_of(canonical: str, **others: object) -> object:
    return little.table(canonical, [little.total()], [little.row("合计", "1.00", row_role="total")], **others)


def empty(canonical: str, declared: str = "", **others: object) -> object:
    return little.table(canonical, [little.total()], [], state="blank", declared=declared, **others)


def part(parsed: ParsedDocument, name: str) -> ParsedDocument:
    return replace(parsed, document=replace(parsed.document, part=name))


def prose(text: str, heading: str = "第三部分情况说明/一、说明", **others: object) -> Section:
    section: Section = little.section(text, heading, **others)
    return section


def all_forms() -> list[object]:
    return [form_of(name) for name in dict.fromkeys(row["canonical"] for row in required())]


# ---- C1, C2: the tables ----


def test_c1_asks_for_a_table_that_is_not_there() -> None:
    tables = [table for table in all_forms() if table.table.canonical != "three_public"]  # type: ignore[attr-defined]
    assert asked("C1", little.document(*tables, unit_name=CITY)) == [("“三公”经费支出表", "")]


def test_c1_asks_nothing_of_a_complete_set_nor_of_the_part_without_tables() -> None:
    assert outcomes("C1", little.document(*all_forms(), unit_name=CITY)) == {"pass"}
    assert found("C1", part(little.document(unit_name=CITY), "narrative")) == [("not_applicable", "", "")]


def test_c1_does_not_say_what_is_missing_where_a_table_could_not_be_read() -> None:
    unread = little.table(
        "unrecognised",
        [little.column(str(number)) for number in range(4)],
        [],
        title="一张表",
        state="unrecognised",
    )
    tables = [table for table in all_forms() if table.table.canonical != "three_public"]  # type: ignore[attr-defined]
    assert outcomes("C1", little.document(*tables, unread, unit_name=CITY)) == {"pass", "insufficient_data"}


def test_c1_takes_a_file_of_a_few_tables_for_an_extract() -> None:
    assert outcomes("C1", little.document(form_of("overall"), unit_name=CITY)) == {"insufficient_data"}


def test_c1_asks_only_forms_of_the_place() -> None:
    names = {name for _, name, _ in found("C1", little.document(*all_forms(), unit_name="某处数据中心"))}
    assert names == {
        "收支总表", "收入总表", "支出总表", "财政拨款收支总表", "一般公共预算支出表（功能分类）",
        "一般公共预算基本支出表（经济分类）", "“三公”经费支出表", "政府性基金预算支出表",
    }  # fmt: skip


def test_the_list_of_required_tables_names_known_forms_and_places() -> None:
    for row in required():
        assert {row["canonical"], *filter(None, row["instead"].split("|"))} <= set(labels("canonicals"))
        for place in filter(None, row["places"].split("|")):
            assert any(code.startswith(place) for code in jurisdictions())


@pytest.mark.parametrize(
    ("declared", "text", "outcome"),
    [("注：本表无数据", "", "pass"), ("", "", "question"), ("注：本单位没有国有资本经营预算", "", "question"),
     ("", "政府性基金拨款支出预算为0；", "pass"), ("", "政府性基金拨款支出预算为0.5万元。", "question"),
     ("无锡市某局2026年度部门预算公开", "", "question"),
     ("无政府性基金收支的，仍保留该表格式，并在本表下方作下述说明：", "", "question")],
)  # fmt: skip
def test_c2_asks_for_a_statement_under_an_empty_table(declared: str, text: str, outcome: str) -> None:
    parsed = little.document(empty("fund", declared, title="政府性基金预算支出表"), sections=[prose(text)])
    assert outcomes("C2", parsed) == {outcome}


def test_c2_cannot_tell_where_the_statement_may_stand_in_the_other_part() -> None:
    assert outcomes("C2", part(little.document(empty("fund")), "tables")) == {"insufficient_data"}


def test_c2_takes_a_list_of_empty_tables_for_a_statement() -> None:
    parsed = little.document(empty("fund", label="表9", title="政府性基金收支表"))
    assert outcomes("C2", parsed) == {"question"}
    cells = tuple(little.Cell(text=text, page=1) for text in ("1", "表9", "是"))
    table = replace(
        parsed.tables[0], table_id="list", columns=("序号", "报表", "是否空表"), rows=(cells,), state="parsed"
    )
    assert outcomes("C2", replace(parsed, tables=(*parsed.tables, table))) == {"pass"}


def test_c2_asks_about_a_table_with_figures_that_says_it_is_empty() -> None:
    assert asked("C2", little.document(form_of("fund", declared="注：本表无数据", title="基金表"))) == [
        ("注:本表无数据", "基金表")
    ]
    assert outcomes("C2", little.document(form_of("fund", declared="某市2026年度部门预算公开"))) == {
        "not_applicable"
    }


# ---- C3: contents and labels ----

CONTENTS = """目录
第二部分2026年单位预算表..........2
表一2026年收支总表..........3
二、政府性基金预算支出表……………4
三、说明…5"""


def test_c3_asks_about_a_table_that_only_the_contents_name() -> None:
    contents = little.section(CONTENTS, "目录", kind="contents")
    parsed = little.document(form_of("overall", title="2026年收支总表"), sections=[contents])
    assert asked("C3", parsed) == [("政府性基金预算支出表", "")]


def test_c3_finds_the_tables_of_the_contents_whatever_year_and_number_they_bear() -> None:
    contents = little.section(CONTENTS, "目录", kind="contents")
    tables = [form_of("overall", title="收支总表"), empty("fund", title="2026年度政府性基金预算支出表")]
    assert outcomes("C3", little.document(*tables, sections=[contents])) == {"pass"}


NUMBERED = ("overall", "income", "expenditure", "fund")


def labelled(*names: str) -> ParsedDocument:
    tables = [
        form_of(canonical, label=label, title=f"表{canonical}")
        for canonical, label in zip(NUMBERED, names, strict=False)
    ]
    parsed: ParsedDocument = little.document(*tables)
    return parsed


@pytest.mark.parametrize(
    ("names", "questions"),
    [(("预算公开表1", "预算公开表2", "预算公开表3", "预算公开表4"), []),
     (("预算公开表1", "预算公开表2", "部门公开表3", "预算公开表4"), [("部门公开表3", "预算公开表1")]),
     (("公开01表", "公开02表", "", "公开03表"), [("表expenditure", "")]),
     (("表一", "表二", "表二", "表三"), [("表二 表income", "表二 表expenditure")]),
     (("表1", "表2", "表4", "表5"), [("表1 表2 表4 表5", "3")]),
     (("", "", "", ""), [])],
)  # fmt: skip
def test_c3_asks_about_numbers_that_are_missing_repeated_or_in_other_words(
    names: tuple[str, ...], questions: list[tuple[str, str]]
) -> None:
    assert asked("C3", labelled(*names)) == questions


def test_c3_counts_lists_under_one_title_once_and_a_label_inside_a_title() -> None:
    two_lists = [
        form_of("overall", label="表1", title="收支总表", block=block) for block in ("revenue", "expenditure")
    ]
    in_title = form_of("performance_project", title="预算表2项目支出绩效目标表")
    assert asked("C3", little.document(*two_lists, in_title, form_of("fund", label="表3", title="基金表"))) == []


@pytest.mark.parametrize(
    ("label", "number"), [("预算公开表5", 5), ("公开05表", 5), ("表十", 10), ("表十二", 12), ("附表", 0)]
)
def test_the_number_of_a_label(label: str, number: int) -> None:
    assert label_number(label) == number


# ---- C4, C5, C6: years, names, units of money ----


def test_c4_asks_about_another_year_in_titles_headings_and_on_the_cover() -> None:
    parsed = little.document(
        form_of("overall", title="2025年部门收支总表"), title="示例市2024年度部门预算",
        sections=[prose("说明。", "第三部分2023年度单位预算情况说明/一、收入")],
    )  # fmt: skip
    assert asked("C4", parsed) == [
        ("2025年部门收支总表", "2026"), ("第三部分2023年度单位预算情况说明", "2026"),
        ("示例市2024年度部门预算", "2026"),
    ]  # fmt: skip


def test_c4_lets_titles_speak_of_last_years_money_and_work() -> None:
    parsed = little.document(
        form_of("overall", title="2026年收支总表"), form_of("performance_result", title="2025年项目支出绩效自评表"),
        form_of("fund", title="2025年政府性基金预算执行情况表"), title="2026年度单位预算",
        sections=[prose("2025年完成工作。", "二、2025年部门预算执行情况")],
    )  # fmt: skip
    assert outcomes("C4", parsed) == {"pass"}


def test_c5_asks_about_a_table_of_another_name() -> None:
    parsed = little.document(
        form_of("overall", unit_name=CITY), form_of("fund", unit_name="大同市数字中心"), unit_name=CITY
    )
    assert asked("C5", parsed) == [("大同市数字中心", CITY)]


def test_c5_knows_the_own_level_short_names_and_the_units_of_a_department() -> None:
    own = little.document(
        form_of("overall", unit_name=f"{CITY}（本级）"), form_of("fund", unit_name="数据中心"), unit_name=CITY
    )
    assert outcomes("C5", own) == {"pass"}
    department = little.document(
        form_of("overall", unit_name="大同市数据局"), form_of("fund", unit_name="大同市机要通信站"),
        unit_name="大同市数据局", scope="department",
    )  # fmt: skip
    assert outcomes("C5", department) == {"pass"}


def test_c5_asks_about_a_form_of_another_unit_in_the_document_of_one() -> None:
    forms = [little.form("维修", unit=CITY), little.form("会议", unit="大同市图书馆")]
    parsed = little.document(form_of("overall", unit_name=CITY), unit_name=CITY, performance=forms)
    assert asked("C5", parsed) == [("大同市图书馆", CITY)]


def test_c5_asks_about_prose_of_another_unit() -> None:
    text = f"2026年度{CITY}预算收入5万元。2026年大同市图书馆政府采购预算1万元。"
    assert asked("C5", little.document(unit_name=CITY, sections=[prose(text)])) == [("大同市图书馆", CITY)]
    own = f"2026年度{CITY}预算收入5万元。2026年大同市人社局支出预算5万元，用于大同市图书馆修缮。"
    parsed = little.document(unit_name=CITY, department_name="大同市人力资源和社会保障局", sections=[prose(own)])
    assert outcomes("C5", parsed) == {"pass"}


def test_c5_asks_nothing_of_a_file_of_several_units() -> None:
    both = [form_of("overall", unit_name=CITY), form_of("overall", unit_name="大同市图书馆")]
    assert outcomes("C5", little.document(*both, unit_name=CITY)) == {"not_applicable"}


def test_c5_cannot_tell_where_nothing_bears_the_name_of_the_cover() -> None:
    parsed = little.document(form_of("overall", unit_name="大同市图书馆"), unit_name=CITY)
    assert outcomes("C5", parsed) == {"insufficient_data"}


def test_c6_asks_about_amounts_without_a_unit_of_money() -> None:
    assert asked("C6", little.document(form_of("overall", money_unit="", title="收支总表"))) == [("收支总表", "")]
    assert outcomes("C6", little.document(form_of("overall"))) == {"pass"}
    staff = little.table(
        "unrecognised", [little.column("人数", measure="count")], [little.row("在职", "5")], money_unit=""
    )
    assert outcomes("C6", little.document(staff)) == {"not_applicable"}


# ---- C7 … C13: the text ----


def test_c7_and_c10_ask_for_what_the_text_does_not_tell() -> None:
    silent = little.document(sections=[prose("本单位预算如下。" * 6)])
    assert asked("C7", silent) == [("主要职责", ""), ("机构设置", ""), ("增减变化原因", ""), ("“三公”经费", "")]
    assert asked("C10", silent) == [("机关运行经费", ""), ("政府采购", "")]
    told = little.document(sections=[prose(TOLD)])
    assert outcomes("C7", told) == outcomes("C10", told) == {"pass"}


def test_c7_and_c10_ask_nothing_of_a_part_without_narrative() -> None:
    for name in ("C7", "C10", "C12"):
        assert outcomes(name, part(little.document(sections=[prose(TOLD)]), "tables")) == {"not_applicable"}
        assert outcomes(name, little.document(sections=[prose("某市某局2026年预算")])) == {"not_applicable"}


def stated_changes(*changes: tuple[str, str, str, str]) -> ParsedDocument:
    """Statements of (metric, direction, change, reason) in one section, whose words are 下降 and the reasons."""
    text, statements = "", []
    for seq, (metric, direction, change, reason) in enumerate(changes, start=1):
        start = len(text)
        text += f"1.00万元，下降{change}。{reason}"
        statements.append(
            little.statement(
                "1.00", seq=seq, metric=metric, metric_text=metric, section="三公", direction=direction,
                change=change,
                reason=reason, span=(start, start + 4),
            )
        )  # fmt: skip
    parsed: ParsedDocument = little.document(sections=[prose(text, "三公")], statements=statements)
    return parsed


def test_c8_asks_about_a_change_without_a_reason() -> None:
    parsed = stated_changes(
        ("overseas_visits", "decrease", "5", "压减出国"), ("hospitality", "decrease", "0.45", "")
    )
    assert asked("C8", parsed) == [("hospitality 1.00万元 0.45", "")]


def test_c8_takes_the_reason_of_the_whole_and_of_all_vehicles_for_the_part() -> None:
    whole = stated_changes(("three_public", "decrease", "5", "厉行节约"), ("hospitality", "decrease", "5", ""))
    cars = stated_changes(("vehicles", "decrease", "5", "车辆减少"), ("vehicle_operation", "decrease", "5", ""))
    assert outcomes("C8", whole) == outcomes("C8", cars) == {"pass"}


def test_c8_asks_about_no_change_with_a_reason_for_one() -> None:
    assert asked("C8", stated_changes(("hospitality", "flat", "", "接待批次减少"))) == [
        ("hospitality 1.00万元 ", "接待批次减少")
    ]
    assert asked("C8", stated_changes(("hospitality", "flat", "", "保障公务接待需要，与上年持平"))) == []


def final(text: str) -> ParsedDocument:
    table = little.table(
        "three_public",
        [little.column("决算数")],
        [little.row("公务接待费", "3.00", item="hospitality")],
        phase="final",
    )
    parsed: ParsedDocument = little.document(table, stage="final", kind="final", sections=[prose(TOLD + text)])
    return parsed


def test_c9_asks_final_accounts_for_receptions_and_guests() -> None:
    assert asked("C9", final("公务接待费3万元。")) == [("公务接待批次、人次", "3.00")]
    assert outcomes("C9", final("国内公务接待25批次、200人次。")) == {"pass"}


def vehicles(quota: int, kept: int, text: str = "") -> ParsedDocument:
    stated = [
        little.statement(str(number), "辆", seq=seq, metric=metric, metric_text=words, section="车辆")
        for seq, (metric, words, number) in enumerate(
            [("vehicles_quota", "公务用车编制", quota), ("vehicles_kept", "实有", kept)], start=1
        )
    ]
    parsed: ParsedDocument = little.document(
        sections=[prose(f"公务用车编制{quota}辆，实有{kept}辆。{text}", "车辆")], statements=stated
    )
    return parsed


def test_c11_asks_about_more_vehicles_than_allowed_without_a_reason() -> None:
    assert asked("C11", vehicles(1, 3)) == [("实有 3辆", "公务用车编制 1辆")]
    assert outcomes("C11", vehicles(3, 3)) == {"pass"}
    assert outcomes("C11", vehicles(1, 3, "超出的2辆待报废。")) == {"pass"}


@pytest.mark.parametrize(
    ("unit", "text", "questions"),
    [(CITY, "指省直部门用财政拨款安排的费用。", 1), (CITY, "指市级部门用财政拨款安排的费用。", 0),
     ("上海市审计局", "指市级部门安排的费用。", 0), ("江苏省人民检察院", "指省级部门安排的费用。", 0),
     ("国家信访局", "指中央部门安排的费用。", 0), ("上海市普陀区审计局", "指市级部门安排的费用。", 1)],
)  # fmt: skip
def test_c12_asks_about_terms_explained_for_another_level(unit: str, text: str, questions: int) -> None:
    sections = [prose(TOLD), prose(text, "第四部分名词解释/一、“三公”经费", seq=2)]
    assert len(asked("C12", little.document(unit_name=unit, sections=sections))) == questions


def test_c12_asks_for_a_glossary_and_heeds_other_prose_of_no_level() -> None:
    assert asked("C12", little.document(sections=[prose(TOLD)])) == [("名词解释", "")]
    sections = [prose(TOLD + "配合省直部门工作。"), prose("指收入。", "名词解释", seq=2)]
    assert outcomes("C12", little.document(unit_name=CITY, sections=sections)) == {"pass"}


def test_c13_counts_the_forms_that_the_text_says_are_published() -> None:
    stated = [little.statement("2", "个", metric="projects", metric_text="公开项目绩效目标")]
    one, two = little.form("维修"), little.form("会议", form_seq=2)
    assert asked("C13", little.document(statements=stated, performance=[one])) == [("公开项目绩效目标 2个", "1")]
    assert outcomes("C13", little.document(statements=stated, performance=[one, two])) == {"pass"}
    others = [little.statement("9", "个", metric="projects", metric_text="编报绩效目标的项目")]
    assert outcomes("C13", little.document(statements=others, performance=[one])) == {"not_applicable"}


# ---- C14 … C21 ----


@pytest.mark.parametrize(
    ("text", "remains"),
    [("其他资金15万元，占 %；", "占%"), ("占本年支出合计的%。", "合计的%"), ("比上年减少 万元。", "减少万元"),
     ("××局2026年预算", "××"), ("XXX系统维护", ""), ("XX年预算为XX万元。", "XX"),
     ("包括：……", "......"),
     ("（如持平作持平表述）", "(如持平作持平表述)"),
     ("仍保留该表格式，并在本表下方作下述说明：", "仍保留该表格式 在本表下方作下述说明"),
     ("运行经费安排210.32万元，比上年1.43万元，增加0.68%。", "比上年1.43万元"),
     ("占12%，增长 5%，减少3万元，比上年增加1.43万元，增长0.68%。", ""),
     ("单位转化为万元时可能存在尾差。", ""), ("目标完成率=100%", "")],
)  # fmt: skip
def test_c14_finds_what_remains_of_the_template(text: str, remains: str) -> None:
    found_here = asked("C14", little.document(sections=[prose(text)]))
    assert [right for _, right in found_here] == ([remains] if remains else [])


def test_c15_asks_about_a_form_dated_a_year_after_the_others() -> None:
    stamps = ("20251120142919", "20251121141230", "20261120154146")
    forms = [little.form(stamp, filled_on=stamp, form_seq=seq) for seq, stamp in enumerate(stamps)]
    assert asked("C15", little.document(performance=forms)) == [("20261120154146", "20251120142919 20251121141230")]
    assert outcomes("C15", little.document(performance=forms[:2])) == {"pass"}


@pytest.mark.parametrize(
    ("text", "questions"),
    [("截至2026年12月31日，共有车辆0辆。", 1), ("截至2025年12月31日，共有车辆0辆。", 0),
     ("截至2026年1月31日，固定资产5万元。", 0),
     ("计划于2026年12月31日前完成。", 0), ("2026年2月30日召开会议。", 1), ("2024年2月29日召开会议。", 0)],
)  # fmt: skip
def test_c15_asks_about_days_that_do_not_exist_or_are_still_to_come(text: str, questions: int) -> None:
    assert len(asked("C15", little.document(sections=[prose(text)]))) == questions


def test_c15_lets_final_accounts_tell_of_the_end_of_their_year() -> None:
    parsed = little.document(stage="final", kind="final", sections=[prose("截至2026年12月31日，共有车辆0辆。")])
    assert outcomes("C15", parsed) == {"pass"}


@pytest.mark.parametrize(
    ("stated", "questions"),
    [({"share_percent": "100.00%"}, 0), ({"share_percent": "100.01％"}, 1),
     ({"change_percent": "100%", "direction": "decrease", "change": "5"}, 0),
     ({"change_percent": "120%", "direction": "decrease", "change": "5"}, 1),
     ({"change_percent": "120%", "direction": "increase", "change": "5"}, 0),
     ({"change_percent": "100%", "direction": "increase", "change": "1,000.00"}, 1),
     ({"change_percent": "50%", "direction": "increase", "change": "5", "prior": "0"}, 1),
     ({"change_percent": "0%", "direction": "increase", "change": "0", "prior": "0"}, 0)],
)  # fmt: skip
def test_c16_asks_about_percentages_that_cannot_be(stated: dict[str, str], questions: int) -> None:
    parsed = little.document(statements=[little.statement("1,000.00", **stated)])
    assert len(asked("C16", parsed)) == questions


def classified(code: str, name: str, year: int = 2026) -> ParsedDocument:
    row = little.row(name, "1.00", econ_dept_code=code, code_text=code, code_basis="printed")
    parsed: ParsedDocument = little.document(little.table("basic_economic", [little.total()], [row]), year=year)
    return parsed


def test_c19_asks_about_a_code_under_another_name() -> None:
    assert asked("C19", classified("30201", "住房公积金")) == [("30201 住房公积金", "30201 办公费")]
    assert outcomes("C19", classified("303", "对个人和家庭补助")) == {"pass"}
    assert outcomes("C19", classified("30201", "办公")) == {"pass"}


def test_c19_asks_about_a_name_under_another_code() -> None:
    def counted(printed: str) -> ParsedDocument:
        meaning = {"econ_dept_code": "30205", "code_text": printed, "code_basis": "looked_up"}
        row = little.row("水费", "1.00", "1.00", **meaning)
        columns = [little.total(), little.column("基本支出")]
        parsed: ParsedDocument = little.document(little.table("basic_economic", columns, [row]))
        return parsed

    assert asked("C19", counted("30203")) == [("30203 水费", "30205 水费")], "once for a row"
    assert asked("C19", counted("")) == [], "no code is printed"


def test_c19_cannot_tell_of_codes_and_years_that_the_list_lacks() -> None:
    assert outcomes("C19", classified("30290", "某种费用")) == {"insufficient_data"}
    assert outcomes("C19", classified("30311", "住房公积金", year=2017)) == {"insufficient_data"}


def test_c20_asks_about_scanned_pages() -> None:
    parsed = little.document()
    assert outcomes("C20", parsed) == {"pass"}
    mixed = replace(parsed, document=replace(parsed.document, text_layer="mixed"))
    assert asked("C20", mixed) == [("部分扫描", "")]


def both_codes(last: str, cell: str = "") -> ParsedDocument:
    rows = [
        little.row(name, "1.00", econ_dept_code=code, econ_gov_code=other, code_text=code, code_basis="printed")
        for name, code, other in [
            ("办公费", "30201", "50201"),
            ("印刷费", "30202", "50201"),
            (f"咨询费{cell}", "30203", last),
        ]
    ]
    parsed: ParsedDocument = little.document(little.table("basic_economic", [little.total()], rows))
    return parsed


def test_c21_asks_for_the_second_economic_code_where_other_lines_have_it() -> None:
    assert asked("C21", both_codes("")) == [("30203 咨询费", "")]
    assert asked("C21", both_codes("50205")) == []
    assert asked("C21", both_codes("", "费用50205-委托业务费")) == []  # printed, although it was not read


# ---- the words, and the seed ----


def test_every_pattern_compiles_and_every_topic_has_a_name() -> None:
    words = form_words()
    assert set(words["topics"]) <= set(words["topic_names"])
    for group in ("topics", "levels", "said_empty", "purchase"):
        for name in words[group]:
            assert pattern(group, name).pattern


@pytest.fixture(scope="module")
def seed(shared: Path) -> list[Outcome]:
    parsed = parsers.parse(shared / "seed/datong-2026-unit-budget.pdf")
    return [one for one in parsed.checks if one.rule.startswith(("C", "Q")) and one.outcome in ("fail", "question")]


@pytest.mark.shared
def test_the_seed_is_asked_what_a_person_would_ask_and_nothing_else(seed: list[Outcome]) -> None:
    assert [(one.rule, one.left[:14]) for one in sorted(seed, key=lambda one: (one.rule, one.place))] == [
        ("C11", "实有 3辆"),
        ("C12", "指省直部门用财政拨款安排的因"),
        ("C15", "20261120154146"),
        ("C3", "部门公开表9"),
        ("C3", "2026年预算支出总表 20"),  # tables without a label, each named
        ("Q1", "99年"),
    ]
