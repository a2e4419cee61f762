"""`yusuan sources`: the list, a proposal from one page, and what changed at a source, all on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

import little_site as little
from crawler import crawl
from crawler.catalogue import load
from crawler.proposing import propose
from yusuan.sources import sources

HOST, ROOT, Site, page, pdf = little.HOST, little.ROOT, little.Site, little.page, little.pdf


def column(*numbers: int) -> bytes:
    links = "".join(f'<a href="./202603/t20260312_{n}.html">{n}局2026年部门预算公开</a>' for n in numbers)
    tags = '<meta name="SiteName" content="兰州市财政局"><meta name="SiteIDCode" content="6201000028">'
    return (
        f'<html><head>{tags}</head>{links}<script>createPageHTML(2, 0, "index", "html");</script></html>'.encode()
    )


def fill(site: Site) -> None:
    site.put("/robots.txt", b"User-agent: *\nDisallow: /secret/\n")
    site.put("index.html", column(1, 2))
    site.put("index_1.html", column(3))
    site.put("shell.html", b"<html><div id=app></div><script src=/a.js></script></html>")
    for n in (1, 2, 3):
        site.put(f"202603/t20260312_{n}.html", page(f'<a href="{n}.pdf">{n}局预算</a>', f"{n}局"))
        site.put(f"202603/{n}.pdf", pdf(str(n)))


@pytest.fixture
def site() -> Iterator[Site]:
    with little.served(fill) as served:
        yield served


def run(site: Site, data: Path, *arguments: str) -> Result:
    host = [] if arguments[0] == "list" else ["--host", f"{HOST}={site.hosts[HOST]}"]
    return CliRunner().invoke(sources, [arguments[0], *host, "--data", str(data), *arguments[1:]])


def test_the_list_says_of_every_region_its_state_and_why(tmp_path: Path) -> None:
    shown = CliRunner().invoke(sources, ["--data", str(tmp_path), "--json"])
    same = CliRunner().invoke(sources, ["list", "--data", str(tmp_path), "--json"])
    listed = json.loads(shown.output)
    assert (shown.exit_code, shown.output) == (0, same.output)
    assert {"name", "state", "why", "place", "jurisdiction", "publisher", "entries", "last_run"} <= set(listed[0])
    assert all(entry["state"] and entry["why"] for entry in listed)
    lines = CliRunner().invoke(sources, ["--data", str(tmp_path)]).output.splitlines()
    assert len(lines) == len(listed) > 60
    assert any(line.startswith("-  ") and "140200  大同市  (never crawled here)  Datong" in line for line in lines)


def test_a_proposal_names_family_place_and_publisher_and_can_be_crawled_at_once(site: Site, tmp_path: Path) -> None:
    shown = run(site, tmp_path, "new", ROOT + "index.html", "--name", "lanzhou")
    assert shown.exit_code == 0, shown.output
    assert yaml.safe_load((tmp_path / "sources" / "lanzhou.yaml").read_text("utf-8")) == {
        "state": "unverified", "place": "兰州市", "jurisdiction": "620100", "publisher": "兰州市财政局",
        "family": "trs", "entries": [ROOT + "index.html"], "hosts": [HOST], "pace": 3,
    }  # fmt: skip
    assert [path for path, _ in site.asked] == ["/robots.txt", "/czxx/yjsgk/index.html"]
    assert load(tmp_path / "sources" / "lanzhou.yaml").is_detail(ROOT + "202603/t20260312_1.html")

    again = run(site, tmp_path, "new", ROOT + "index.html", "--name", "lanzhou")
    assert (again.exit_code, "is there already" in again.output) == (2, True)


def test_the_test_of_a_proposal_fails_until_a_person_confirms_what_it_says(site: Site, tmp_path: Path) -> None:
    run(site, tmp_path, "new", ROOT + "index.html", "--name", "lanzhou")
    folder = tmp_path / "sources" / "lanzhou"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    assert subprocess.run(command, capture_output=True, cwd=tmp_path).returncode == 1
    expected: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))
    assert [link["name"] for link in expected["disclosures"]] == ["1局2026年部门预算公开", "2局2026年部门预算公开"]
    assert expected["further_pages"] == [ROOT + "index_1.html"]
    (folder / "expected.json").write_text(json.dumps({**expected, "read_by_a_person": True}), "utf-8")
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, text=True)
    assert done.returncode == 0, done.stdout


def test_a_site_of_no_known_system_gets_the_pattern_of_its_own_addresses() -> None:
    links = "".join(f'<a href="/info/article-{n}.aspx">{n}局2026年部门预算</a>' for n in (101, 102, 103))
    source = propose(f"<html>{links}</html>", "http://www.testcity.example/list.aspx").source
    assert (source["family"], source["details"]) == ("generic", r"/article\-\d+\.aspx$")
    assert "within" not in source, "the list's own folder holds them"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new", f"http://{HOST}/secret/index.html"], "robots-forbidden"),
        (["new", ROOT + "nothing.html"], "did not answer: http-404"),
        (["new", "nowhere.html"], "a saved page that is there and its --url"),
        (["new", ROOT + "index.html", "--name", "../x"], "is no name of a source"),
        (["new", "http://www.real.example/"], "set YUSUAN_CONTACT"),
        (["check", "lanzhuo"], "no source 'lanzhuo'"),
    ],
)
def test_what_is_asked_wrongly_ends_with_code_2_and_the_remedy(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.delenv("YUSUAN_CONTACT", raising=False)
    shown = run(site, tmp_path, *arguments)
    assert (shown.exit_code, message in shown.output) == (2, True), shown.output
    assert not (tmp_path / "sources").exists()


def test_a_shell_is_proposed_as_what_it_is_and_stops_no_other_command(site: Site, tmp_path: Path) -> None:
    shown = run(site, tmp_path, "new", ROOT + "shell.html", "--name", "shell")
    assert shown.exit_code == 0
    assert "The page does not say place, jurisdiction, publisher" in shown.output
    assert "The page is a shell" in shown.output
    assert not (tmp_path / "sources" / "shell.yaml").exists() and (tmp_path / "sources/shell/source.yaml").exists()
    assert CliRunner().invoke(sources, ["--data", str(tmp_path)]).exit_code == 0


def found(site: Site, data: Path) -> tuple[int, list[tuple[str, str, bool]]]:
    shown = run(site, data, "check", "testcity", "--json")
    told = json.loads(shown.output)
    return shown.exit_code, [(finding["name"], finding["detail"], finding["serious"]) for finding in told]


def test_a_check_says_what_is_new_and_gone_since_the_last_crawl(site: Site, tmp_path: Path) -> None:
    data = little.new_data(tmp_path / "data")
    assert found(site, data) == (0, [("answered", "1 list, 2 detail, 0 file", False)])
    crawl(["testcity"], data, hosts=site.hosts)
    assert found(site, data) == (0, [("answered", "1 list, 2 detail, 0 file", False)])

    site.put("index.html", column(2, 4))
    assert found(site, data) == (
        0,
        [
            ("answered", "1 list, 2 detail, 0 file", False),
            ("new", f"1 detail: {ROOT}202603/t20260312_4.html", False),
            ("gone", f"1 detail: {ROOT}202603/t20260312_1.html", False),
        ],
    )


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (b"<html>refused</html>", 412, [("not-answered", "http-412", True)]),
        (b"<html><div id=app></div></html>", 200, [("page-is-shell", "31 bytes", True)]),
        (b"<script>document.cookie='EO_Bot_Ssid=1'</script>", 200, [("page-is-challenge", "48 bytes", True)]),
    ],
)
def test_a_check_names_what_stops_a_crawl(
    site: Site, tmp_path: Path, body: bytes, status: int, expected: list[tuple[str, str, bool]]
) -> None:
    data = little.new_data(tmp_path / "data")
    site.put("index.html", body, status)
    assert found(site, data) == (1, expected)


def test_a_check_names_a_site_that_was_rebuilt(site: Site, tmp_path: Path) -> None:
    data = little.new_data(tmp_path / "data")
    crawl(["testcity"], data, hosts=site.hosts)
    site.put("index.html", page("".join(f'<a href="/new/{n}">新闻{n}</a>' for n in range(20))))
    code, told = found(site, data)
    assert (code, [name for name, _, serious in told if serious]) == (
        1,
        ["empty-list", "no-sign-of-family", "gone", "gone"],
    )
