"""Chinese full text: what is typed is found, nothing else is, and nothing typed is an error."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datapackages import codes
from datapackages.search_text import index_text, match_query, phrase, spans, whole

steady = settings(deadline=None, derandomize=True)  # a busy machine must fail no test

TEXTS = [
    "住房公积金",
    "城镇住房保障支出",
    "“三公”经费支出预算表",
    "三公里以内的道路",
    "残疾人康复",
    "残疾人就业和扶贫",
    "公务用车运行维护费",
    "公务接待费",
    "2081105 残疾人就业",
    "2080505 机关事业单位基本养老保险缴费支出",
    "第18届运动会",
    "第1届运动会 18人",
    "XM20路公交车更新",
    "G99国道养护",
    "示例市人力资源和社会保障局（人社字〔2026〕5号）",
    "人员 经费\n支出",
    "第三、公开内容",
    "车辆",
    "Ｇ９９ 附件",
]


# Some thousand made-up lines: names of the classification after words that a careless index mixes up with them.
BEFORE = (
    "", "XM20路公交", "G99国道", "第18届运动会", "示例市人力资源和社会保障局", "残疾人", "“三公”", "三公里", "车",
)  # fmt: skip
NAMES = [f"{entry.code} {entry.name}" for entry in codes.classifications()]
MADE_UP = TEXTS + [f"{before} {name}" for name in NAMES[::3] for before in BEFORE]
GOLD = (
    "住房", "三公", "残疾人", "公务用车", "示例市人力资源和社会保障局", "人社字", "2081105", "2081",
    "第18届", "运动会", "残疾人 康复", "医疗 残疾人", "三公里", "车", "20路公交", "G99国道", "经费", "支出 公交",
    "国道 205",
    "务", "301",
)  # fmt: skip


def index(texts: Iterable[str]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE found USING fts5(text, content='', tokenize='ascii')")
    rows = ((row, index_text(text)) for row, text in enumerate(texts))
    connection.executemany("INSERT INTO found (rowid, text) VALUES (?, ?)", rows)
    return connection


def search(connection: sqlite3.Connection, query: str) -> list[int]:
    sql = "SELECT rowid FROM found WHERE found MATCH ? ORDER BY rowid"
    return [row for (row,) in connection.execute(sql, (match_query(query),))]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("住房", ["住房公积金", "城镇住房保障支出"]),
        ("三公", ["“三公”经费支出预算表", "三公里以内的道路"]),
        ("“三公”", ["“三公”经费支出预算表", "三公里以内的道路"]),
        ("三公经费", ["“三公”经费支出预算表"]),
        ("残疾人", ["残疾人康复", "残疾人就业和扶贫", "2081105 残疾人就业"]),
        ("残疾人 康复", ["残疾人康复"]),
        ("康复|扶贫", ["残疾人康复", "残疾人就业和扶贫"]),
        ("残疾人 康复|20路", ["残疾人康复"]),
        ("|康复||", ["残疾人康复"]),
        ('"残疾人 康复"', ["残疾人康复"]),
        ("第三公开", []),
        ("公务用车", ["公务用车运行维护费"]),
        ("2081", ["2081105 残疾人就业"]),
        ("2081*", ["2081105 残疾人就业"]),
        ("2081105", ["2081105 残疾人就业"]),
        ("第18届", ["第18届运动会"]),
        ("第1", ["第1届运动会 18人"]),
        ("208", ["2081105 残疾人就业", "2080505 机关事业单位基本养老保险缴费支出"]),
        ("20", ["XM20路公交车更新"]),
        ("18", ["第18届运动会", "第1届运动会 18人"]),
        ("20路公交", ["XM20路公交车更新"]),
        ("G99国道", ["G99国道养护"]),
        ("g99", ["G99国道养护", "Ｇ９９ 附件"]),
        ("人社字", ["示例市人力资源和社会保障局（人社字〔2026〕5号）"]),
        ("人员经费", ["人员 经费\n支出"]),
        ("车", ["公务用车运行维护费", "XM20路公交车更新", "车辆"]),
        ("运动会　第18", ["第18届运动会"]),
        ("不存在", []),
        ("", []),
        ("。！*\"", []),
    ],
)
def test_a_query_finds_exactly_its_rows(query: str, found: list[str]) -> None:
    connection = index(TEXTS)
    assert [TEXTS[row] for row in search(connection, query)] == found


@pytest.mark.parametrize("query", GOLD)
def test_search_is_substring_search_on_made_up_lines(query: str, made_up: sqlite3.Connection) -> None:
    """A number is found from its beginning on, everything else wherever it stands."""

    def plain(text: str) -> str:
        return re.sub("[“”]", "", unicodedata.normalize("NFKC", text).lower())

    terms = [re.compile(rf"(?<!\d){term}" if term[0].isdecimal() else term) for term in plain(query).split()]
    gold = [row for row, text in enumerate(MADE_UP) if all(term.search(plain(text)) for term in terms)]
    assert search(made_up, query) == gold
    assert gold


@pytest.fixture(scope="module")
def made_up() -> sqlite3.Connection:
    return index(MADE_UP)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("残疾人", "残疾 疾人 人"),
        ("XM20路", "xm 20 路"),
        ("人员 经费", "人员 员经 经费 费"),
        ("一，二", "一 二"),
        ("１，２３４．５０元", "1 234 50 元"),
        ("〇八年", "〇八 八年 年"),
        ("", ""),
    ],
)
def test_the_tokens_of_a_text(text: str, tokens: str) -> None:
    assert index_text(text) == tokens


@steady
@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_valid_expression(query: str) -> None:
    assert search(index(["住房公积金"]), query) in ([], [0])


HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12)


@steady
@given(HAN, st.data())
def test_every_part_of_a_han_text_finds_its_row(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert search(index([text]), text[start:end]) == [0]


@steady
@given(st.lists(HAN, min_size=1, max_size=6), HAN)
def test_han_search_is_substring_search(texts: list[str], query: str) -> None:
    assert search(index(texts), query[:2]) == [row for row, text in enumerate(texts) if query[:2] in text]


@steady
@given(st.text(alphabet="三公人20Gx（、 ", min_size=1, max_size=10))
def test_a_text_finds_itself(text: str) -> None:
    assert search(index([text]), text) == ([0] if index_text(text) else [])


# ---- where it stands in a text ----


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("“三公”经费支出", "三公经费", "“[三公”经费]支出"),
        ("２０８１１０５　残疾人\n就业", "2081 残疾人就业", "[２０８１]１０５　[残疾人\n就业]"),
        ("XM20路公交车", "20路", "XM[20路]公交车"),
        ("第18届和第118届", "18届", "第[18届]和第118届"),
        ("公务用车和用车", "用车", "公务[用车]和[用车]"),
        ("三公里三公", "三公 公里", "[三公里][三公]"),
        ("共1563.28万元，其中28万元", "28万元", "共1563.28万元，其中[28万元]"),
        ("机动车", "车", "机动[车]"),
        ("", "车", ""),
        ("车", "（）", "车"),
    ],
)
def test_what_was_asked_for_is_marked(text: str, query: str, marked: str) -> None:
    places = spans(text, [phrase(term) for term in query.split()])
    for start, end in reversed(places):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    assert text.replace("][", "") == marked.replace("][", "")


@steady
@given(st.text(alphabet="三公人2Gx（、. ", max_size=10), st.text(alphabet="三公人2Gx", min_size=1, max_size=3))
def test_a_place_is_marked_where_the_index_finds_the_term(text: str, term: str) -> None:
    assert bool(spans(text, [phrase(term)])) == (search(index([text]), term) == [0]) or re.search(r"\d\.", text)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("一、因公出国（境）费", "因公出国境费"),
        ("（二）公务用车 运行维护费", "公务用车运行维护费"),
        ("②公务接待费", "公务接待费"),
        ("其中：公用经费", "公用经费"),
        ("1.公务用车购置费", "公务用车购置费"),
        ("G99国道", "g99国道"),
        ("一、", "一"),
        ("", ""),
    ],
)
def test_the_whole_of_a_name_is_one_token_without_its_numbering(text: str, token: str) -> None:
    assert whole(text) == token
