"""Chinese full text: what is typed is found, nothing else is, and nothing typed is an error."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datapackages.search_text import index_text, match_query

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
        ('"残疾人 康复"', ["残疾人康复"]),
        ("第三公开", []),
        ("公务用车", ["公务用车运行维护费"]),
        ("2081", ["2081105 残疾人就业"]),
        ("2081*", ["2081105 残疾人就业"]),
        ("2081105", ["2081105 残疾人就业"]),
        ("第18届", ["第18届运动会"]),
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
