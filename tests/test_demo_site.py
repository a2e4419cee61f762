"""The loopback server of the made-up city: fixed clock, validators, two nights, requests as to a proxy."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from yusuan.demo_site import HOST, serve

DEMO = Path(__file__).parent / "documents" / "demo"
EDITED = "/czxx/yjsgk/a.pdf"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A city of four files, one of them edited on the second night."""
    folder = tmp_path / "night1" / "czxx" / "yjsgk"
    folder.mkdir(parents=True)
    (folder / "index.html").write_bytes('<meta charset="gbk"><p>预算公开</p>'.encode("gbk"))
    (folder / "a.pdf").write_bytes(b"%PDF-1.4 first")
    (folder / "b.pdf").write_bytes(b"%PDF-1.4 same")
    (tmp_path / "night1" / "robots.txt").write_text("User-agent: *\n", "utf-8")
    edited = tmp_path / "night2" / "czxx" / "yjsgk"
    edited.mkdir(parents=True)
    (edited / "a.pdf").write_bytes(b"%PDF-1.4 second")
    return tmp_path


@pytest.fixture
def first_night(city: Path) -> Iterator[str]:
    with serve(1, city) as address:
        yield address


def ask(address: str, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def test_a_file_comes_with_the_night_s_date_its_length_and_its_validators(first_night: str) -> None:
    assert ask(first_night, EDITED) == (
        200,
        {
            "Server": "demo ",
            "Date": "Thu, 19 Mar 2026 18:17:00 GMT",
            "ETag": '"3348a305b313dea8"',
            "Last-Modified": "Wed, 18 Mar 2026 10:00:00 GMT",
            "Content-Type": "application/pdf",
            "Content-Length": "14",
        },
        b"%PDF-1.4 first",
    )


def test_the_second_night_has_its_own_date_and_replaces_only_what_differs(city: Path) -> None:
    with serve(2, city) as address:
        changed, same = ask(address, EDITED), ask(address, "/czxx/yjsgk/b.pdf")
    assert (changed[2], changed[1]["Last-Modified"]) == (b"%PDF-1.4 second", "Fri, 20 Mar 2026 10:00:00 GMT")
    assert (same[2], same[1]["Last-Modified"]) == (b"%PDF-1.4 same", "Wed, 18 Mar 2026 10:00:00 GMT")
    assert changed[1]["Date"] == same[1]["Date"] == "Fri, 20 Mar 2026 18:17:00 GMT"


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
def test_an_unchanged_file_is_not_sent_again_and_an_edited_one_is(city: Path, validator: str) -> None:
    with serve(1, city) as address:
        seen = {path: ask(address, path)[1][validator] for path in (EDITED, "/czxx/yjsgk/b.pdf")}
    question = {"ETag": "If_None_Match", "Last-Modified": "If_Modified_Since"}[validator]
    with serve(2, city) as address:
        answers = {path: ask(address, path, **{question: value}) for path, value in seen.items()}
    assert {path: (status, body) for path, (status, _, body) in answers.items()} == {
        EDITED: (200, b"%PDF-1.4 second"),
        "/czxx/yjsgk/b.pdf": (304, b""),
    }


def test_a_page_s_type_carries_the_encoding_the_page_declares(first_night: str) -> None:
    status, headers, body = ask(first_night, "/czxx/yjsgk/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=gbk")
    assert "预算公开" in body.decode("gbk")
    assert ask(first_night, "/robots.txt")[1]["Content-Type"] == "text/plain; charset=utf-8"


def test_a_request_with_an_absolute_address_is_answered_by_its_path(first_night: str) -> None:
    assert ask(first_night, f"http://{HOST}{EDITED}")[::2] == (200, b"%PDF-1.4 first")


def test_a_folder_without_its_slash_is_sent_there(first_night: str) -> None:
    status, headers, _ = ask(first_night, "/czxx/yjsgk")
    assert (status, headers["Location"]) == (301, "/czxx/yjsgk/")


def test_head_sends_the_headers_alone(first_night: str) -> None:
    status, headers, body = ask(first_night, EDITED, "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "14", b"")


@pytest.mark.parametrize("path", ["/none.pdf", "/../secret.txt", "/%2e%2e/secret.txt", "/czxx/../../secret.txt"])
def test_what_is_not_in_the_site_is_not_found(city: Path, first_night: str, path: str) -> None:
    (city / "secret.txt").write_text("no part of the site", "utf-8")
    assert ask(first_night, path)[0] == 404


def test_what_the_site_keeps_back_is_answered_with_the_status_its_file_is_named_after(city: Path) -> None:
    (city / "night1" / "czxx" / "yjsgk" / "c.pdf.412").write_text("<script></script>", "utf-8")
    with serve(1, city) as address:
        status, headers, body = ask(address, "/czxx/yjsgk/c.pdf")
    assert (status, headers["Content-Type"], body) == (412, "text/html; charset=utf-8", b"<script></script>")


def test_another_night_and_another_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nights 1 and 2"), serve(3, DEMO):
        pass
    with pytest.raises(FileNotFoundError, match="night1"), serve(1, tmp_path):
        pass


def test_the_bundled_city_answers_its_first_list_page_in_its_own_encoding() -> None:
    with serve(1, DEMO) as address:
        final = ask(address, "/czxx/jsgk/")
        budget = ask(address, "/czxx/yjsgk/index_2.html")
    assert final[1]["Content-Type"] == "text/html; charset=gbk"
    assert 'createPageHTML(2, 0, "index", "html")' in final[2].decode("gbk")
    assert budget[1]["Content-Type"] == "text/html; charset=utf-8"
    assert 'createPageHTML(3, 2, "index", "html")' in budget[2].decode("utf-8")
