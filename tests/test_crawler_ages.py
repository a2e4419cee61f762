"""What is asked again, and when: lists every night, detail pages and documents at their age."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import little_site as little
from crawler import CrawlReport, blobs, crawl
from crawler.catalogue import load
from crawler.nights import brought
from crawler.state import sightings

Site, page, pdf, sha256 = little.Site, little.page, little.pdf, little.sha256
FIRST = datetime(2026, 3, 12, 18, 17)
PATIENT = little.SOURCE.replace("detail_days: 0\nfile_days: 0\n", "")
UNITS = range(1, 9)


def zipped(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{name}.pdf", pdf(f"{name} in an archive"))
        archive.writestr(f"{name}.txt", name)
    return packed.getvalue()


def city(site: Site) -> None:
    """One list, eight detail pages with one document each; the first has an archive too, the last nothing."""
    site.put("index.html", page("".join(f'<a href="./202603/t20260312_{n}.html">{n}局</a>' for n in (*UNITS, 9))))
    for n in UNITS:
        archive = '<a href="./all.zip">各单位预算.zip</a>' if n == 1 else ""
        site.put(f"202603/t20260312_{n}.html", page(f'<a href="./{n}.pdf">{n}局2026年预算</a>{archive}', f"{n}局"))
        site.put(f"202603/{n}.pdf", pdf(f"{n}局"))
    site.put("202603/t20260312_9.html", page("<p>详见正文</p>", "9局"))
    site.put("202603/all.zip", zipped("下属单位"))


@pytest.fixture
def site() -> Iterator[Site]:
    with little.served(city) as server:
        yield server


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return Path(little.new_data(tmp_path / "data", PATIENT))


def after(site: Site, data: Path, days: float, recheck: bool = False) -> tuple[CrawlReport, list[str]]:
    """A night so many days after the first, and what it asked beside robots.txt, by name."""
    site.date = (FIRST + timedelta(days=days)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    site.asked.clear()
    report = crawl(["testcity"], data, hosts=site.hosts, recheck=recheck)
    return report, sorted(path.rpartition("/")[2] for path, _ in site.asked if path != "/robots.txt")


def test_the_second_night_asks_the_list_alone_and_forgets_nothing(site: Site, data: Path) -> None:
    first, _ = after(site, data, 0)
    before = sightings(data)
    second, asked = after(site, data, 1)
    assert asked == ["index.html"]
    assert (first.new, second.young, second.new, second.changed, second.vanished) == (9, 9, 0, 0, 0)
    assert (second.finished, second.events) == (True, first.events)
    assert second.events == {"no-attachment": 1, "other-format": 1}, "what is no PDF is named in each run"
    assert sightings(data) == before, "nobody looked at the documents, so nothing is seen later than it was"
    found = brought(data, "testcity")
    assert found and (found.known, found.hosts) == (9, {little.HOST: {"unchanged": 1, "young": 19}})


def test_pages_are_asked_within_a_week_and_documents_within_a_month_each_on_its_own_day(
    site: Site, data: Path
) -> None:
    after(site, data, 0)
    assert after(site, data, 3)[1] == ["index.html"]
    pages = [f"t20260312_{n}.html" for n in (*UNITS, 9)]
    assert after(site, data, 8)[1] == ["index.html", *pages]
    site.put("202603/3.pdf", pdf("3局 edited"))
    nights = [after(site, data, days) for days in (20, 25, 31)]
    documents = [[name for name in asked if name.endswith((".pdf", ".zip"))] for _, asked in nights]
    assert sorted(sum(documents, [])) == [*(f"{n}.pdf" for n in UNITS), "all.zip"], "each once within its month"
    assert all(documents), "what came in one night is due in many"
    assert sum(report.changed for report, _ in nights) == 1
    kept = {s.sha256 for s in sightings(data) if s.url.endswith("/3.pdf")}
    assert kept == {sha256(pdf("3局")), sha256(pdf("3局 edited"))}


def test_all_is_asked_when_somebody_wants_it_now(site: Site, data: Path) -> None:
    after(site, data, 0)
    report, asked = after(site, data, 1, recheck=True)
    assert (len(asked), report.unchanged, report.young) == (19, 9, 0)


def test_a_lost_document_and_a_failed_page_are_asked_whatever_their_age(site: Site, data: Path) -> None:
    site.put("202603/5.pdf", b"", 404)
    after(site, data, 0)
    blobs.path(data, sha256(pdf("4局"))).unlink()
    _, asked = after(site, data, 1)
    assert asked == ["4.pdf", "5.pdf", "index.html"]


def test_what_is_no_longer_listed_has_vanished_however_young_its_page_is(site: Site, data: Path) -> None:
    after(site, data, 0)
    site.put("index.html", page("".join(f'<a href="./202603/t20260312_{n}.html">{n}局</a>' for n in UNITS[1:])))
    report, _ = after(site, data, 1)
    assert report.vanished == 2
    gone = [s.url.rpartition("/")[2] for s in sightings(data) if s.vanished_on]
    assert sorted(gone) == ["1.pdf", "all.zip#%E4%B8%8B%E5%B1%9E%E5%8D%95%E4%BD%8D.pdf"]


def signed(site: Site, night: int, status: int = 200) -> None:
    """A page whose link is signed anew at each visit; a signature of another visit is refused."""
    site.pages = {path: answer for path, answer in site.pages.items() if "signed" not in path}
    site.put("202603/t20260312_1.html", page(f'<a href="./signed.pdf?sign={night}">1局2026年预算</a>', "1局"))
    site.put(f"202603/signed.pdf?sign={night}", pdf("signed"), status)


def test_a_signed_document_that_is_due_is_asked_with_the_signature_of_its_page(site: Site, data: Path) -> None:
    signed(site, 1, status=503)
    after(site, data, 0)
    signed(site, 2)
    report, asked = after(site, data, 1)
    assert asked == ["index.html", "signed.pdf?sign=2", "t20260312_1.html"]
    assert report.new == 1


def test_a_page_that_was_cut_short_is_asked_again_in_the_next_night(site: Site, data: Path) -> None:
    cut = page('<a href="./1.pdf">1局2026年预算</a>', "1局").removesuffix(b"</html>")
    site.put("202603/t20260312_1.html", cut, length=False)
    first, _ = after(site, data, 0)
    city(site)
    second, asked = after(site, data, 1)
    assert (first.events["truncated-page"], asked) == (1, ["all.zip", "index.html", "t20260312_1.html"])
    assert second.new == 1


def test_a_loop_of_redirects_is_called_one(site: Site, data: Path) -> None:
    site.put("202603/5.pdf", b"", 302, headers={"Location": "5.pdf"})
    report, _ = after(site, data, 0)
    assert report.events["redirect-loop"] == 1 and "robots-forbidden" not in report.events


@given(st.text(), st.floats(0, 1000))
def test_an_address_waits_between_half_of_the_age_and_all_of_it(tail: str, days: float) -> None:
    source = load(Path(__file__).parents[1] / "crawler" / "sources" / "demo.yaml")
    object.__setattr__(source, "file_days", days)
    waits = source.days("file", f"http://city.example/{tail.encode('unicode_escape').decode()}")
    assert days / 2 <= waits <= days
    assert source.days("list", "http://city.example/") == 0
