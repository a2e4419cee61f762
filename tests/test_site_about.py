"""About: the method, the tolerance, every rule in words, the limits, and how to reach who runs the site."""

import html
import re
from collections.abc import Iterator

import httpx
import pytest

import walk_city
from datapackages import checks
from datapackages.checks import across


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YUSUAN_CONTACT", "editor@example.org <b>")
        with walk_city.reader(tmp_path_factory.mktemp("about")) as client:
            yield client


def test_every_rule_is_told_in_both_languages_and_leads_to_its_findings(site: httpx.Client) -> None:
    rules = {**checks.RULES, **across.ACROSS}
    for language, statement in (("zh", "statement_zh"), ("en", "statement")):
        page = site.get(f"/-/about?_lang={language}").text
        told = re.findall(r'href="/-/findings\?rule=(\w+)">\w+</a></th><td>(.*?)</td>', page)
        assert {name: html.unescape(words) for name, words in told} == {
            name: getattr(rule, statement) for name, rule in rules.items()
        }
    site.cookies.clear()


def test_the_method_names_tolerance_three_kinds_of_empty_limits_and_corrections(site: httpx.Client) -> None:
    page = site.get("/-/about").text
    assert page.count("<h1") == 1 and "0.5 × 这一列印出的最后一位 ×（相加的个数 + 1）" in page
    assert re.findall(r"<dt>(.*?)</dt>", page)[:3] == ["没有印出", "印出的零", "声明没有"]
    sections = re.findall(r'<section class="panel prose" id="(\w+)">', page)
    assert sections == ["method", "empty", "checks", "limits", "correct", "versions", "crawler", "licence"]
    assert re.findall(r'<a href="#(\w+)">', page) == sections
    assert "现行的 4 份文件里" in page


def test_links_in_the_text_lead_somewhere(site: httpx.Client) -> None:
    page = site.get("/-/about").text
    for link in ("/budgets/declared_empty", "/budgets/corrections", "/-/downloads", "/-/changes"):
        assert f'href="{link}"' in page
        assert site.get(link).status_code == 200


def test_who_runs_the_site_is_named(site: httpx.Client) -> None:
    assert "联系：editor@example.org &lt;b&gt;" in site.get("/-/about").text
