"""The page of a search and its feed over HTTP: groups, marks, links, what is said when nothing is found."""

import html
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import httpx
import pytest

import search_city
import site_city

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    data = tmp_path_factory.mktemp("search")
    search_city.make(data / "site" / "current" / "budgets.db").close()
    with site_city.served(data) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def page(site: httpx.Client, **asked: str) -> str:
    site.cookies.clear()  # a choice of language is kept for the next page
    answer = site.get("/-/search", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.text


def groups(text: str) -> dict[str, str]:
    """Kind → the HTML of its section."""
    return dict(re.findall(r'<section class="panel hits" id="(\w+)">(.*?)</section>', text, re.S))


def words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def links(markup: str) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'href="([^"]+)"', markup)]


def test_what_is_found_is_grouped_by_kind_and_figures_by_unit(site: httpx.Client) -> None:
    found = groups(page(site, q="教育局 校舍"))
    assert list(found) == ["figures", "projects", "sections", "performance"]
    units = re.findall(r"<h3><a href=\"(.*?)\">(.*?)</a>", found["figures"])
    assert [(link, words(name).replace(" ", "")) for link, name in units] == [  # the larger project first
        ("/-/unit/cn-999901-u0040", "样例县教育局"), ("/-/unit/cn-999900-u0001", "示例市教育局"),
    ]  # fmt: skip


def test_what_was_asked_for_is_marked_and_nothing_else(site: httpx.Client) -> None:
    text = page(site, q="“三公”")
    assert set(re.findall(r"<mark>(.*?)</mark>", text)) == {"三公", "因公出国（境", "公务接待", "公务用车"}
    assert set(re.findall(r"<mark>(.*?)</mark>", page(site, q="2081"))) == {"2081"}


def test_every_link_of_the_page_answers(site: httpx.Client) -> None:
    text = page(site, q="三公 教育局")
    kept = [link for link in links(text) if re.match(r"/(?:-/(?:search|unit)|budgets/)", link)]
    assert len(kept) > 20
    assert {link: site.get(link).status_code for link in dict.fromkeys(kept)} == dict.fromkeys(kept, 200)


def test_the_hits_of_a_group_are_counted_and_the_full_table_is_one_step_away(site: httpx.Client) -> None:
    text = page(site, q="公务接待费", literal="1")
    assert words(re.findall(r'<p class="count".*?</p>', text, re.S)[0]) == "科目 2 印出的数字 80 文字 120"
    table = links(groups(text)["figures"])[-1]
    assert site.get(table.replace("facts", "facts.json", 1)).json()["filtered_table_rows_count"] == 480


def test_a_search_is_narrowed_by_links_that_keep_the_rest(site: httpx.Client) -> None:
    (narrow,) = re.findall(r'<nav class="narrow".*?</nav>', page(site, q="校舍", kind="projects"), re.S)
    offered = [httpx.URL(link).params for link in links(narrow)]
    assert {dict(params)["q"] for params in offered} == {"校舍"}
    assert {dict(params)["kind"] for params in offered} == {"projects"}
    assert {params["place"] for params in offered if "place" in params} == {"999900", "999901"}
    assert [params["year"] for params in offered if "year" in params] == ["2026", "2025", "2024"]
    assert [params["stage"] for params in offered if "stage" in params] == ["budget", "final"]
    found = groups(page(site, q="校舍", kind="projects", place="999901", year="2025"))
    told = re.findall(r"样例县教育局|示例市教育局|\d{4} 年预算", words(found["projects"]))
    assert told == ["样例县教育局", "2025 年预算"]


def test_the_pages_of_a_kind_follow_each_other(site: httpx.Client) -> None:
    first = page(site, q="公务接待费", kind="sections")
    (onward,) = re.findall(r'<a [^>]*href="([^"]+)" rel="next"', first)
    second = site.get(html.unescape(onward)).text
    rows = [re.findall(r'href="(/budgets/sections/[^"]+)"', text) for text in (first, second)]
    assert [len(of_page) for of_page in rows] == [20, 20]
    assert not set(rows[0]) & set(rows[1])
    assert 'rel="prev"' in second and 'rel="prev"' not in first


def test_what_was_also_searched_for_is_told_and_can_be_left_out(site: httpx.Client) -> None:
    text = page(site, q="市人社局")
    (also,) = re.findall(r'<p class="also">.*?</p>', text, re.S)
    assert words(also) == "也搜了： 市人力资源和社会保障局 只搜“市人社局”"
    rows = [link for link in links(groups(text)["figures"]) if link.startswith("/budgets/facts")]
    found = [site.get(link.replace("facts?", "facts.json?", 1)).json() for link in rows]
    assert [answer["filtered_table_rows_count"] for answer in found] == [156, 156]  # of the unit, and of all
    alone = site.get(links(also)[-1]).text
    assert "只按原词搜索。" in alone
    assert list(groups(alone)) == ["units", "figures"]  # the short name that the list of units holds


def test_a_year_in_the_words_is_taken_for_the_year(site: httpx.Client) -> None:
    text = page(site, q="2025年 公务接待费 审计局")
    assert "“2025”当作年度" in text
    assert set(re.findall(r"(\d{4}) 年(?:预算|决算)", words(groups(text)["figures"]))) == {"2025"}


def test_an_amount_finds_figures_and_says_which_are_only_near(site: httpx.Client) -> None:
    fact = site.get("/budgets/facts.json?_shape=array&_size=1&fiscal_year=2026").json()[0]
    text = page(site, q=f"{fact['amount_text']}万元")
    assert f"/-/figure/{fact['fact_id']}" in groups(text)["figures"]
    (table,) = [link for link in links(groups(text)["figures"]) if "amount__in" in link]
    rows = site.get(table.replace("facts?", "facts.json?_shape=array&")).json()
    assert {row["amount_fen"] for row in rows} == {fact["amount_fen"]}
    assert "四舍五入后是这个金额" in groups(page(site, q="48万元"))["nearly"]


def test_nothing_found_says_what_to_try(site: httpx.Client) -> None:
    text = page(site, q="飞机 三公", place="999901")
    (said,) = re.findall(r'<div class="nothing".*?</div>', text, re.S)
    assert "没有找到“飞机 三公”。" in said
    offered = [httpx.URL(link).params.get("q") for link in links(said)]
    assert offered[:3] == ["飞机 三公", "飞机", "三公"]
    assert groups(text) == {}
    for nothing in ("", " ", "！？"):
        assert "空格隔开的词要同时出现" in page(site, q=nothing)


@pytest.mark.parametrize(
    "query",
    ["\"", "|", "三公|", "'; drop table facts --", "三公 OR", "NEAR(", "*", "-三公", "own:三公",
     "key:y02026s0all", "😀", "a" * 9000, "\x00三公", "<script>alert(1)</script>", "\u202e三公", "9" * 60 + "万元",
     "%", "三公 " * 60],
)  # fmt: skip
def test_whatever_is_typed_is_answered_and_shown_as_text(query: str, site: httpx.Client) -> None:
    odd = {"kind": "nope", "page": "-1", "place": "x", "year": "' or 1"}
    for path in ("/-/search", "/-/search.atom"):
        answer = site.get(path, params={"q": query, **odd})
        assert answer.status_code == 200
        assert "<script" not in answer.text


def test_the_page_has_an_address_to_cite_and_no_script(site: httpx.Client) -> None:
    text = page(site, q="三公", year="2026", place="999900")
    (permalink,) = re.findall(r'<a id="permalink" href="([^"]+)"', text)
    address = "/-/search?q=%E4%B8%89%E5%85%AC&place=999900&year=2026"
    assert html.unescape(permalink) == str(site.base_url).rstrip("/") + address
    assert "<script" not in text and " style=" not in text
    assert text.count("<h1") == 1
    levels = [int(level) for level in re.findall(r"<h(\d)", text)]
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_the_page_is_told_in_english(site: httpx.Client) -> None:
    text = page(site, q="教育局", _lang="en")
    assert "Search: 教育局" in text and "totals and the latest year first" in text


def test_the_feed_of_a_search_is_valid_atom_with_ids_that_stay(site: httpx.Client) -> None:
    text = page(site, q="残疾人康复", stage="budget")
    (address,) = re.findall(r'rel="alternate" type="application/atom\+xml"[^>]*href="([^"]+)"', text)
    answers = [site.get(html.unescape(address)) for _ in range(2)]
    assert answers[0].text == answers[1].text
    assert answers[0].headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answers[0].text)
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}title") == "残疾人康复"
    entries = feed.findall(f"{ATOM}entry")
    assert [(entry.findtext(f"{ATOM}title"), entry.findtext(f"{ATOM}updated")) for entry in entries] == [
        ("示例市残疾人联合会2026年单位预算", "2026-02-08T00:00:00Z"),
        ("示例市残疾人联合会2025年单位预算", "2025-02-08T00:00:00Z"),
    ]
    ids = [element.text for element in feed.iter(f"{ATOM}id")]
    assert len(set(ids)) == 3 and all(str(one).startswith("urn:uuid:") for one in ids)
    assert feed.findtext(f"{ATOM}updated") == "2026-02-08T00:00:00Z"
    assert all(feed.find(f"{ATOM}{name}") is not None for name in ("author", "link"))
    link = entries[0].find(f"{ATOM}link")
    assert link is not None and site.get(link.attrib["href"]).status_code == 200


def test_units_and_classifications_are_searched_in_their_own_tables(site: httpx.Client) -> None:
    units = site.get("/budgets/units.json?_search=公安局&_shape=array").json()
    assert [unit["name"] for unit in units] == ["示例市公安局", "示例市公安局交通警察支队"]
    codes = site.get("/budgets/classifications.json?_search=20811&_shape=array").json()
    assert {row["code"][:5] for row in codes} == {"20811"}
