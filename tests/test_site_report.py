"""A reader reports a figure: one form without a script, one line for a person to look at, nothing else written."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import evidence_city


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return evidence_city.make(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def site(city: Any) -> Iterator[httpx.Client]:
    with evidence_city.visited(city.data) as client:
        yield client


@pytest.fixture
def file(city: Any) -> Iterator[Path]:
    """Where the reports stand; each test begins without any."""
    path: Path = city.data / "review" / "reports.csv"
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def path(city: Any) -> str:
    return f"/-/report/{city.hospitality.fact_id}"


def sent(site: httpx.Client, path: str, **said: str) -> httpx.Response:
    """The answer to a form filled in as a browser would send it."""
    token = re.search(r'name="csrftoken" value="([^"]+)"', site.get(path).text)
    assert token
    return site.post(path, data={"csrftoken": token[1], "reason": "wrong_number", "shows": "2.60", **said})


def kept(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_report_becomes_a_line_and_the_reader_is_thanked(
    site: httpx.Client, city: Any, file: Path, path: str
) -> None:
    answer = sent(site, path, note="第 5 行")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?sent=1")
    assert "收到了，谢谢" in site.get(answer.headers["location"]).text
    [line] = kept(file)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", line.pop("received_at"))
    assert line == {
        "fact_id": city.hospitality.fact_id, "sha256": city.sha256, "page": "1", "amount_text": "2.50",
        "reason": "wrong_number", "shows": "2.60", "note": "第 5 行",
    }  # fmt: skip


def test_the_form_asks_for_no_name_and_every_field_has_its_label(site: httpx.Client, path: str) -> None:
    page = site.get(path).text
    asked = set(re.findall(r'<(?:input|textarea)[^>]* name="([^"]+)"', page)) - {"q"}
    assert asked == {"csrftoken", "reason", "shows", "note", "website"}
    labelled = re.sub(r"<label.*?</label>", "", page[page.index('<form class="panel') :], flags=re.DOTALL)
    assert re.findall(r'<(?:input|textarea)[^>]* name="([^"]+)"', labelled) == ["csrftoken"]
    assert "noindex" in page and "<script" not in page
    assert site.get(path).headers["cache-control"].endswith("no-store")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"reason": ""}, "请选一项"),
        ({"reason": "wrong"}, "请选一项"),
        ({"shows": "", "note": "  "}, "请写下原页上印的是什么"),
        ({"shows": "1" * 101}, "写得太长"),
        ({"note": "长" * 1001}, "写得太长"),
        ({"website": "http://x.example"}, "有一栏请留空"),
    ],
)
def test_a_form_that_cannot_be_kept_says_why_and_keeps_what_was_written(
    said: dict[str, str], words: str, site: httpx.Client, file: Path, path: str
) -> None:
    answer = sent(site, path, **{"note": "保留<b>我</b>", **said})
    assert (answer.status_code, words in answer.text, file.exists()) == (400, True, False)
    assert "note" in said or "保留&lt;b&gt;我&lt;/b&gt;</textarea>" in answer.text


def test_what_a_spreadsheet_would_run_and_what_would_break_a_line_is_disarmed(
    site: httpx.Client, file: Path, path: str
) -> None:
    sent(site, path, shows="=1+1", note="@SUM(A1)\r\n2026,x\n\"引号\u202e\x00")
    assert file.read_text(encoding="utf-8").count("\n") == 2
    [line] = kept(file)
    assert (line["shows"], line["note"]) == ("'=1+1", "'@SUM(A1) 2026,x \"引号")


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"note=" + b"a" * 1_000_000, "application/x-www-form-urlencoded", 413),
        (b"reason=other&note=a&csrftoken=%E4%BD%A0", "application/x-www-form-urlencoded", 400),
        (b"note=\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(50)), "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415),
        (b"reason=other&note=a&csrftoken=x", "application/x-www-form-urlencoded", 403),
    ],
)
def test_what_is_no_form_of_ours_is_turned_away(
    content: bytes, kind: str, status: int, site: httpx.Client, file: Path, path: str
) -> None:
    site.get(path)  # the cookie of the form
    answer = site.post(path, content=content, headers={"content-type": kind})
    assert (answer.status_code, file.exists()) == (status, False)
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("address", ["/", "/budgets/facts", "/-/report/..", "/-/findings", "/-/logout"])
def test_nothing_else_takes_a_request_with_a_body(method: str, address: str, site: httpx.Client) -> None:
    assert site.request(method, address, data={"a": "b"}).status_code == 405


def test_a_minute_takes_ten_reports_and_no_more(site: httpx.Client, file: Path, path: str) -> None:
    answers = [sent(site, path) for _ in range(11)]
    # A new minute may begin among them only after ten have come.
    assert [answer.status_code for answer in answers] == [303] * 10 + [429]
    assert (len(kept(file)), answers[-1].headers["retry-after"]) == (10, "60")
    assert "请过一分钟再发" in answers[-1].text


def test_a_folder_that_cannot_be_written_is_said_so(site: httpx.Client, file: Path, path: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.mkdir()
    try:
        answer = sent(site, path, note="留住")
    finally:
        file.rmdir()
    assert answer.status_code == 503
    assert "本站现在写不了文件" in answer.text and "留住</textarea>" in answer.text
    assert str(file.parent) not in answer.text


def test_a_figure_that_is_not_there_takes_no_report(site: httpx.Client) -> None:
    assert site.get("/-/report/0123456789abcdef-p1-x1-y1").status_code == 404
    assert site.get("/-/report/x").status_code == 404


def test_the_form_is_told_in_english_too(site: httpx.Client, path: str) -> None:
    page = httpx.get(f"{site.base_url}{path}?_lang=en", trust_env=False).text
    for words in ("Report this figure", "The number was misread", "The page prints", "Send"):
        assert words in page, words
