"""The site stands open to everyone: who asks too often waits, crawlers are led, caches are told."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

import loaded
import site_city

ROOT = Path(__file__).parent.parent
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


rate = loaded.script(ROOT / "datasette" / "plugins" / "rate.py")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(site_city.make(tmp_path_factory.mktemp("public")).data)


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[httpx.Client]:
    with site_city.served(data) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        yield client


# ---- crawlers ----


def _addresses(client: httpx.Client, path: str) -> list[str]:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml; charset=utf-8")
    return [found.text or "" for found in ElementTree.fromstring(answer.content).findall(".//s:loc", NAMES)]


def test_the_sitemap_lists_pages_units_and_documents_and_each_is_there_and_open(site: httpx.Client) -> None:
    rules = Protego.parse(site.get("/robots.txt").text)
    assert list(rules.sitemaps) == [str(site.base_url.join("/sitemap.xml"))]
    listed = [address for part in _addresses(site, "/sitemap.xml") for address in _addresses(site, part)]
    units = site.get("/budgets/units.json?_shape=array&_col=unit_id&_size=max").json()
    assert {str(site.base_url.join(f"/-/unit/{row['unit_id']}")) for row in units} <= set(listed)
    assert [address for address in listed if not rules.can_fetch(address, "somebot")] == []
    assert {address: site.get(address).status_code for address in listed} == dict.fromkeys(listed, 200)


@pytest.mark.parametrize(
    "path",
    [
        "/budgets/facts?unit_name=a", "/-/search?q=a", "/budgets/facts.csv", "/-/page/" + "0" * 64 + "/1.png",
        "/-/evidence/x.zip",
    ],
)  # fmt: skip
def test_what_costs_much_or_has_no_end_is_closed_to_crawlers(path: str, site: httpx.Client) -> None:
    assert not Protego.parse(site.get("/robots.txt").text).can_fetch(f"{site.base_url}{path}", "somebot")


def test_an_old_reader_of_robots_txt_understands_it_too(site: httpx.Client) -> None:
    old = RobotFileParser()
    old.parse(site.get("/robots.txt").text.splitlines())
    assert old.can_fetch("somebot", "/-/rankings")
    assert not old.can_fetch("somebot", "/-/search?q=a")


# ---- how often ----


def test_who_asks_too_often_waits_and_others_do_not(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUSUAN_RATE", "5")
    with site_city.served(data) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        hasty, other = {"x-forwarded-for": "203.0.113.7"}, {"x-forwarded-for": "203.0.113.8"}
        answers = [client.get("/-/downloads", headers=hasty) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 13
        assert "问得太快了" in answers[-1].text and answers[-1].headers["cache-control"] == "no-store"
        assert client.get("/-/downloads", headers=other).status_code == 200
        assert client.get("/-/downloads").status_code == 200


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 120))
def test_no_address_gets_more_than_its_rate(pauses: list[float], a_minute: int) -> None:
    buckets, now, taken = rate.Buckets(a_minute), 0.0, 0
    for pause in pauses:
        now += pause
        taken += not buckets.wait("203.0.113.7", 1, now)
    assert taken <= a_minute + now * a_minute / 60 + 1e-6


@given(st.integers(1, 600), st.integers(1, 20))
def test_after_the_wait_that_was_told_there_are_enough(a_minute: int, cost: int) -> None:
    buckets, cost = rate.Buckets(a_minute), min(cost, a_minute)
    while not (wait := buckets.wait("203.0.113.7", cost, 0.0)):
        pass
    assert buckets.wait("203.0.113.7", cost, wait + 1e-6) == 0


@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("127.0.0.1", None), ("::1", None), ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("testclient", "testclient"),
    ],
)  # fmt: skip
def test_a_customer_of_ipv6_counts_once(host: str, bucket: str | None) -> None:
    assert rate.bucket_of(host) == bucket


# ---- caches ----


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "public, max-age=60"), ("/-/downloads", "public, max-age=60"), ("/budgets/facts", "max-age=60"),
        ("/-/nothing", "no-store"), ("/?_lang=en", "no-store"), ("/robots.txt", "public, max-age=60"),
    ],
)  # fmt: skip
def test_caches_are_told_how_long_an_answer_holds(path: str, kept: str, site: httpx.Client) -> None:
    with httpx.Client(base_url=site.base_url, trust_env=False, timeout=60) as client:  # no cookie of another test
        assert client.get(path).headers["cache-control"] == kept


def test_a_picture_is_kept_for_a_day(site: httpx.Client) -> None:
    page = site.get("/budgets/facts").text
    figure = site.get(re.search(r"/-/figure/[^\"]+", page)[0]).text  # type: ignore[index]
    picture = re.search(r'src="(/-/page/[^"]+)"', figure)[1].replace("&amp;", "&")  # type: ignore[index]
    assert site.get(picture).headers["cache-control"] == "public, max-age=86400"
