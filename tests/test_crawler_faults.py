"""Four nights over a small edition of the fault server: what is right after them, what was named and asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Response
from scrapy.utils.test import get_crawler

import crawler
import little_site as little
from benchmarks import crawl
from benchmarks.crawl import Kept, Night
from benchmarks.faults import SHARES
from benchmarks.faulty_pages import ROBOTS
from benchmarks.faulty_site import Asked, Province, served
from benchmarks.small_files import pdf, workbook
from crawler import blobs
from crawler.bodies import file_fault, is_cut_short
from crawler.catalogue import load
from crawler.downloading import Throttle
from crawler.settings import settings
from crawler.state import sightings

DOCUMENTS = 66


@dataclass(frozen=True)
class Nights:
    """What each of the nights left behind."""

    province: Province
    data: Path
    faulty: Night
    after_faulty: Kept
    stayed: dict[str, int]
    healed: dict[str, tuple[int, int]]
    clean: Night
    after_clean: Kept
    quiet: Night
    old: dict[str, str]  # edited address → hash of what stood there
    later: Night
    forbidden: tuple[Asked, ...]  # of all nights


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """A faulty night, a clean one, one without news, and one a month later, before which documents were edited."""
    data = tmp_path_factory.mktemp("faults")
    with served(Province(DOCUMENTS, per_list=4)) as province:
        province.write_sources(data)
        faulty = crawl.night(province, data, 0)
        after_faulty, forbidden = crawl.kept(province, data), province.forbidden_asked
        stayed, healed = crawl.stayed(province, faulty), crawl.healed(province.faults, faulty.asked)
        province.faulty = False
        clean = crawl.night(province, data, 1)
        after_clean, forbidden = crawl.kept(province, data), forbidden + province.forbidden_asked
        quiet = crawl.night(province, data, 2)
        old = crawl.edit(province, data)
        later = crawl.night(province, data, crawl.AGE)
        yield Nights(
            province=province, data=data, faulty=faulty, after_faulty=after_faulty, stayed=stayed, healed=healed,
            clean=clean, after_clean=after_clean, quiet=quiet, old=old, later=later,
            forbidden=(*forbidden, *province.forbidden_asked),
        )  # fmt: skip


def test_a_clean_night_brings_all_that_a_faulty_one_missed_and_nothing_corrupt_is_ever_kept(nights: Nights) -> None:
    total = len(nights.province.documents)
    assert 0 < nights.after_faulty.right < total
    assert nights.after_faulty.corrupt == ()
    assert nights.after_clean == Kept(right=total, tables=len(nights.province.others), lost=(), corrupt=())
    assert (nights.faulty.report.finished, nights.clean.report.finished) == (False, True)
    assert nights.clean.report.vanished == 0


def test_a_fault_that_stays_all_night_is_named_at_each_address(nights: Nights) -> None:
    counted = {event: nights.faulty.report.events.get(event, 0) for event in nights.stayed}
    assert counted == nights.stayed
    assert set(nights.stayed) == {share.event for share in SHARES if share.all_night}


def test_a_fault_that_passes_is_healed_in_the_same_night(nights: Nights) -> None:
    assert {kind: right for kind, (right, _) in nights.healed.items()} == {
        kind: met for kind, (_, met) in nights.healed.items()
    }
    assert set(nights.healed) == {share.kind for share in SHARES if share.some_visits} | {"503, robots.txt"}


def test_what_is_broken_for_ever_is_named_each_night_and_nothing_else(nights: Nights) -> None:
    expected = dict(sorted(crawl.every_night(nights.province).items()))
    for night in (nights.clean, nights.quiet, nights.later):
        assert night.report.events == expected


def test_what_robots_forbids_or_a_foreign_host_holds_is_never_asked(nights: Nights) -> None:
    assert nights.forbidden == ()


def test_a_night_without_news_asks_for_robots_and_lists_alone(nights: Nights) -> None:
    wanted = [
        (host, key)
        for host, site in nights.province.sites.items()
        for key, page in site.pages.items()
        if page.kind in ("list", "robots")
    ]
    asked = [(one.host, one.key) for one in nights.quiet.asked if (one.host, one.key) not in nights.province.traps]
    assert sorted(asked) == sorted(wanted)
    assert (nights.quiet.report.new, nights.quiet.report.changed, nights.quiet.report.vanished) == (0, 0, 0)
    assert nights.quiet.report.young == len(nights.province.documents)


def test_a_night_without_news_costs_little_more_than_to_start(nights: Nights) -> None:
    empty = crawl.empty_run(nights.data, nights.province.names[0])
    assert nights.quiet.cpu <= crawl.EMPTY_RUNS * empty + crawl.A_REQUEST * len(nights.quiet.asked)


def test_other_bytes_at_an_old_address_are_found_within_a_month_and_the_old_ones_kept(nights: Nights) -> None:
    now = {(sighting.url, sighting.sha256) for sighting in sightings(nights.data)}
    both = {url for url, sha256 in nights.old.items() if blobs.holds(nights.data, sha256) and (url, sha256) in now}
    assert len(nights.old) == 9, "of eleven sites one has archives, one was closed in the first night"
    assert both == {url for url in nights.old if (url, nights.province.documents[url]) in now} == set(nights.old)
    assert (nights.later.report.changed, nights.later.report.vanished) == (9, 0)
    total = len(nights.province.documents)
    assert crawl.kept(nights.province, nights.data).right == total


# ---- what the nights showed ----


@pytest.mark.parametrize("status", [200, 304])
def test_a_good_answer_shortens_a_long_pause_also_when_nothing_was_modified(status: int) -> None:
    throttle = Throttle(get_crawler(settings_dict={"AUTOTHROTTLE_ENABLED": True}))
    throttle.mindelay, throttle.maxdelay = 0.0, 60.0
    slot = SimpleNamespace(delay=8.0)
    throttle._adjust_delay(slot, 0.2, Response("http://city.example/", status=status))
    assert slot.delay == 4.1
    throttle._adjust_delay(slot, 0.2, Response("http://city.example/", status=503))
    assert slot.delay == 4.1


@given(st.integers(min_value=30, max_value=1536))
def test_an_old_office_file_that_misses_a_sector_is_cut_short(size: int) -> None:
    whole = workbook("示例市")
    fault = file_fault(whole[:size])
    assert fault and fault.name == "truncated-office"
    assert (found := file_fault(whole)) and found.name == "other-format"


@given(st.integers(min_value=1, max_value=len(pdf("a")) - 7))
def test_a_pdf_is_whole_or_named(size: int) -> None:
    assert file_fault(pdf("a")) is None
    assert file_fault(pdf("a")[:size])


@pytest.mark.parametrize(
    ("text", "is_cut"),
    [
        ('{"total": 3, "list": []}', False),
        ('{"total": 3, "list": [{"url"', True),
        ('\ufeff[{"url": "/a.html"}', True),
        ('jQuery12({"total": 3});', False),
        ('jQuery12({"total": 3', True),
        ("<datastore><record></record></datastore>", False),
        ("<datastore><record></rec", True),
        ("<!DOCTYPE html>\n<HTML><body></body></HTML>\n", False),
        ("<html><body>", True),
        ("<ul><li>a fragment</li>", False),
    ],
)
def test_an_answer_without_its_end_is_cut_short_whatever_its_form(text: str, is_cut: bool) -> None:
    assert is_cut_short(text) is is_cut


@given(st.data())
def test_any_beginning_of_a_json_answer_is_cut_short(data: st.DataObject) -> None:
    whole = json.dumps({"total": 2, "list": data.draw(st.lists(st.dictionaries(st.text(), st.text())))})
    assert not is_cut_short(whole)
    assert is_cut_short(whole[: data.draw(st.integers(min_value=1, max_value=len(whole) - 1))])


def test_a_robots_txt_is_asked_again_when_it_fails(nights: Nights) -> None:
    asked = [one.answer for one in nights.faulty.asked if one.key == ROBOTS and one.host.startswith("hanweb")]
    assert asked == ["503, robots.txt", "503, robots.txt", "200"]


def test_the_pace_of_a_source_is_kept_between_all_requests(tmp_path: Path) -> None:
    data = little.new_data(tmp_path / "data", little.SOURCE.replace("pace: 0", "pace: 0.3"))
    with little.served(four_pages) as site:
        assert crawler.crawl(["testcity"], data, hosts=site.hosts).finished
        times = [when for _, when in site.times]
    assert len(times) == 6, "robots.txt, a list, four pages"
    assert times[-1] - times[0] >= 0.3 * (len(times) - 1) - 0.1, "the first may come late"
    assert settings(load(data / "sources" / "testcity.yaml"), {}, "")["DOWNLOAD_DELAY_JITTER"] == 0


def four_pages(site: Any) -> None:
    site.put("index.html", little.page("".join(f'<a href="t20260312_{n}.html">{n}局</a>' for n in range(4))))
    for number in range(4):
        site.put(f"t20260312_{number}.html", little.page("<p>详见正文</p>", f"{number}局"))
