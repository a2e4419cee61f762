"""The prose of a document, cut at its headings, and what the document says of itself."""

import time

import pytest

import drawing as draw
from parsers.about import About, read_about
from parsers.page import Page
from parsers.sections import read_sections
from parsers.stitch import PageText, printed_tables
from parsers.tables import read_tables
from parsers.text import Line

TABLE = "科目编码 | 科目名称 | 合计\n | 合计 | 30.00\n213 | 农林水支出 | 30.00"
FORMS = ("收支总表", "收入总表", "支出总表")


def prose(*lines: str, number: int = 1) -> Page:
    return draw.page(*(draw.words(line, 60, 60 + 20 * i) for i, line in enumerate(lines)), number=number)


def form(title: str, number: int, *over: str) -> Page:
    words = [draw.words(line, 60, 40 + 20 * i) for i, line in enumerate((title, *over, "单位：万元"))]
    return draw.page(*words, draw.ruled(TABLE, top=140), number=number)


def about(*pages: Page) -> About:
    printed, texts = printed_tables(pages)
    return read_about(texts, list(read_tables(printed, draw.SHA256)), False)


def test_sections_carry_the_path_of_their_headings_and_their_pages() -> None:
    pages = [
        prose(
            "第一部分 概况", "一、主要职能", "负责全市水务工作。", "（一）机构设置", "本单位设三个科室，", number=1
        ),
        prose("分别是甲、乙、丙。", "二、人员情况", "在职12人。", number=2),
    ]
    found = read_sections(printed_tables(pages)[1])
    assert draw.shown(found, "seq", "heading_path", "text", "pages") == [
        (1, "第一部分概况/一、主要职能", "负责全市水务工作。", (1,)),
        (2, "第一部分概况/一、主要职能/（一）机构设置", "本单位设三个科室，分别是甲、乙、丙。", (1, 2)),
        (3, "第一部分概况/二、人员情况", "在职12人。", (2,)),
    ]


def test_a_sentence_that_begins_with_a_number_is_no_heading() -> None:
    line = "一、2026年支出预算30.00万元，其中基本支出20.00万元。"
    assert draw.shown(read_sections(printed_tables([prose(line)])[1]), "heading_path", "text") == [("", line)]


def test_contents_page_numbers_and_captions_are_no_prose() -> None:
    page = prose("目录", "一、职能……………3", "收支总表", "单位：万元", "— 3 —", "负责全市水务工作。")
    found = read_sections(printed_tables([page])[1])
    assert draw.shown(found, "kind", "text") == [
        ("contents", "目录\n一、职能……………3"),
        ("prose", "负责全市水务工作。"),
    ]


def test_a_list_of_contents_ends_where_its_first_entry_comes_again() -> None:
    pages = [
        prose("目录", "一、单位主要职能", "二、机构设置"),
        prose("示例市水务局主要职能", "负责水务。", "二、机构设置", "设三个科室。", number=2),
    ]
    assert draw.shown(read_sections(printed_tables(pages)[1]), "heading_path", "kind", "pages") == [
        ("目录", "contents", (1,)),
        ("示例市水务局主要职能", "prose", (2,)),  # printed without its number
        ("二、机构设置", "prose", (2,)),
    ]


def test_running_headers_notes_and_captions_of_tables_are_no_prose() -> None:
    pages = [
        draw.page(
            *[draw.words(line, 60, 20 + 20 * i) for i, line in enumerate(("示例市水务局2026年预算", *over))],
            draw.ruled(TABLE, top=140),
            draw.words("注：本表无数据。", 60, 260),
            draw.words("甲乙丙"[number - 1] + "段正文。", 60, 300),
            number=number,
        )
        for number, over in enumerate((["表1", "收支总表", "单位：万元"], ["部门：某局"], ["收入总表"]), start=1)
    ]
    printed, texts = printed_tables(pages)
    found = read_sections(texts, list(read_tables(printed, draw.SHA256)))
    assert [section.text for section in found] == ["甲段正文。乙段正文。丙段正文。"]


def test_a_heading_behind_a_note_of_a_table_is_read() -> None:
    lines = ("注：本表无数据", "第二部分其他情况", "一、机关运行经费", "本单位没有。")
    words = [draw.words(line, 60, 220 + 20 * i) for i, line in enumerate(lines)]
    page = draw.page(draw.words("收支总表", 60, 40), draw.ruled(TABLE, top=100), *words)
    printed, texts = printed_tables([page])
    found = read_sections(texts, list(read_tables(printed, draw.SHA256)))
    assert draw.shown(found, "heading_path", "text") == [("第二部分其他情况/一、机关运行经费", "本单位没有。")]


def test_a_heading_may_stand_before_its_text_on_one_line_or_go_over_two() -> None:
    pages = [
        prose(
            "一、基本支出：指为保障机构正常运转而发生的支出，包括人员经费。",
            "（一）机关运行经费。2026年安排三万元，比上年有所减少，主要是人",
            "员减少。",
            "二、一般公共预算“三公”经费、会议费、培训费的支出预算情况以及说",
            "明事项",
            "没有变化。",
            "（二）贯彻落实水务工作的法律法规，组织编制全市水务的规划和各种",
            "计划并监督实施。",
        )
    ]
    assert draw.shown(read_sections(printed_tables(pages)[1]), "heading_path", "text") == [
        ("一、基本支出", "指为保障机构正常运转而发生的支出，包括人员经费。"),
        ("一、基本支出/（一）机关运行经费", "2026年安排三万元，比上年有所减少，主要是人员减少。"),
        (
            "二、一般公共预算“三公”经费、会议费、培训费的支出预算情况以及说明事项",
            "没有变化。（二）贯彻落实水务工作的法律法规，组织编制全市水务的规划和各种计划并监督实施。",
        ),
    ]


def test_numbers_of_a_list_are_no_headings_but_a_short_name_with_text_is() -> None:
    page = prose("一、资产", "1.车辆情况：", "共有车辆两辆。", "2.甲单位", "3.乙单位", "4.丙单位")
    assert draw.shown(read_sections(printed_tables([page])[1]), "heading_path", "text") == [
        ("一、资产/1.车辆情况", "共有车辆两辆。2.甲单位3.乙单位4.丙单位")
    ]


def test_the_caption_of_a_chart_stands_apart_with_the_place_of_the_picture() -> None:
    words = [("支出结构如下，", 60), ("支出结构图", 80), ("以上为支出。", 300)]
    page = draw.page(*(draw.words(text, 60 + 20 * (i == 1), top) for i, (text, top) in enumerate(words)))
    assert draw.shown(read_sections(printed_tables([page])[1]), "kind", "text", "box") == [
        ("prose", "支出结构如下，以上为支出。", None),
        ("chart", "支出结构图", (60.0, 88.0, 120.0, 300.0)),
    ]


def test_the_persons_to_be_asked_are_kept_in_no_section() -> None:
    page = prose("其他说明。", "部门预算公开联系人：某某某联系方式：023-12345678")
    assert [section.text for section in read_sections(printed_tables([page])[1])] == ["其他说明。"]


@pytest.mark.parametrize(
    ("cover", "said"),
    [
        (["示例市水务局", "2026年度部门预算"], ("budget", 2026, "cover", "budget", "department", "示例市水务局")),
        (["2024年度", "示例市水文站单位决算"], ("final", 2024, "cover", "final", "unit", "示例市水文站")),
        (
            ["示例市水务局（本级）2026年单位预算公开"],
            ("budget", 2026, "cover", "budget", "unit", "示例市水务局(本级)"),
        ),
    ],
)
def test_the_cover_says_year_stage_scope_and_unit(cover: list[str], said: tuple[object, ...]) -> None:
    titles = [title.replace("总表", "决算总表") if said[0] == "final" else title for title in FORMS]
    found = about(prose(*cover), *(form(title, number) for number, title in enumerate(titles, start=2)))
    names = ("kind", "fiscal_year", "year_basis", "stage", "scope", "unit_name")
    assert draw.shown([found], *names) == [said]


def test_a_year_in_the_table_titles_beats_the_cover() -> None:
    pages = [form(f"2026年部门{title}", number) for number, title in enumerate(FORMS, start=2)]
    found = about(prose("示例市水务局", "2025年度部门预算"), *pages)
    assert (found.fiscal_year, found.year_basis) == (2026, "table_title")


def test_tables_without_a_cover_are_tables_only_and_name_the_unit_over_them() -> None:
    pages = [
        form(f"2026年{title}", number, "单位名称：示例市水文站") for number, title in enumerate(FORMS, start=1)
    ]
    assert draw.shown([about(*pages)], "kind", "part", "unit_name") == [("tables_only", "tables", "示例市水文站")]


def test_prose_about_a_budget_without_tables_is_narrative_only() -> None:
    found = about(prose("示例市水务局", "2026年度部门预算", "一、收支情况", "支出预算30.00万元。"))
    assert (found.kind, found.part) == ("narrative_only", "narrative")


def test_what_speaks_of_something_else_is_no_budget() -> None:
    found = about(prose("关于召开水务工作会议的通知", "各科室：", "定于3月5日召开会议。"))
    assert (found.kind, found.unit_name) == ("not_a_budget", "")


def test_a_contents_entry_of_many_dots_costs_no_time() -> None:
    said = ["目录", "一、" + "…." * 3000 + "x", "一、" + "-" * 6000 + "。"]
    lines = tuple(Line(text, (72.0, 100.0 + 20 * i, 500.0, 112.0 + 20 * i)) for i, text in enumerate(said))
    started = time.process_time()
    list(read_sections([PageText(1, lines)]))
    assert time.process_time() - started < 5  # a pattern that goes back and forth takes for ever
