"""`yusuan diff`: the difference of two files or stored hashes in words, as JSON, and as a page with pictures."""

from __future__ import annotations

import base64
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

import little_documents as little
from datapackages.changes import compare
from datapackages.compared import compared
from datapackages.model import ParsedDocument
from yusuan.cli import main
from yusuan.diff_page import CLOSE_UPS, WHOLE_PAGES, Version, render
from yusuan.page_pictures import Pictures

HERE = Path(__file__).parent
CITY = HERE / "documents" / "demo"


def yusuan(*arguments: str | os.PathLike[str]) -> Result:
    return CliRunner().invoke(main, [os.fspath(argument) for argument in arguments])


@pytest.fixture(scope="module")
def edit() -> dict[str, Any]:
    """The silent edit of the made-up city as its generator writes it down."""
    (found,) = json.loads((CITY / "edited.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def asked(edit: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """What the command says of the edited PDF: JSON and page."""
    page = tmp_path_factory.mktemp("diff") / "page.html"
    answer = yusuan("diff", CITY / edit["before"], CITY / edit["after"], "--json", "--html", page)
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout), page.read_text(encoding="utf-8")


def test_the_edited_pdf_of_the_made_up_city_shows_as_its_altered_cells(
    asked: tuple[dict[str, Any], str], edit: dict[str, Any]
) -> None:
    found, _ = asked
    assert found["difference"] == "figures"
    assert [
        (change["kind"], change["cause"], change["canonical"], change["name"], change["column_label"])
        for change in found["changes"]
    ] == [("altered", "source", cell["canonical"], cell["row_name"], cell["column_path"]) for cell in edit["cells"]]
    assert [(change["old"]["text"], change["new"]["text"]) for change in found["changes"]] == [
        (cell["before"], cell["after"]) for cell in edit["cells"]
    ]
    for change in found["changes"]:
        assert change["old"]["box"] == change["new"]["box"]
        assert change["old"]["fact_id"].startswith(found["before"]["sha256"][:16])
        assert change["new"]["fact_id"].startswith(found["after"]["sha256"][:16])


class Reader(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def pictures_of(page: str, kind: str) -> Iterator[Image.Image]:
    for tag, attributes in Reader(page).tags:
        if tag == "img" and attributes["class"] == kind:
            head, _, body = str(attributes["src"]).partition(",")
            assert head == "data:image/png;base64"
            yield Image.open(io.BytesIO(base64.b64decode(body, validate=True))).convert("RGB")


FRAME, COVER = (200, 30, 30), (214, 217, 222)


def coloured(image: Image.Image, wanted: tuple[int, int, int]) -> int:
    """How many pixels have that colour."""
    return sum(count for count, colour in image.getcolors(1 << 24) or [] if colour == wanted)


def test_the_page_shows_both_pages_with_the_cell_framed_on_each(
    asked: tuple[dict[str, Any], str], edit: dict[str, Any]
) -> None:
    found, page = asked
    for kind in ("close-up", "sheet"):
        shown = list(pictures_of(page, kind))
        assert len(shown) == 2 * len(edit["cells"])
        assert all(coloured(picture, FRAME) > 200 for picture in shown)
        assert all(one.tobytes() != other.tobytes() for one, other in zip(shown[::2], shown[1::2], strict=True))
    text = "".join(Reader(page).words)
    for change in found["changes"]:
        assert change["old"]["text"] in text
        assert f"旧版，第 {change['old']['page']} 页" in text
    assert "数字不同" in text
    assert found["before"]["sha256"] in text


def test_the_page_stands_alone_and_runs_nothing(asked: tuple[dict[str, Any], str]) -> None:
    _, page = asked
    reader = Reader(page)
    assert {tag for tag, _ in reader.tags} & {"script", "iframe", "object", "embed", "link", "form", "a"} == set()
    attributes = [(name, value) for _, found in reader.tags for name, value in found.items()]
    assert [name for name, _ in attributes if name.startswith("on")] == []
    sources = [value for name, value in attributes if name in ("src", "href", "srcset", "data")]
    assert [value for value in sources if not str(value).startswith("data:image/png;base64,")] == []
    assert "url(" not in page
    policy = [found["content"] for tag, found in reader.tags if found.get("http-equiv")]
    assert policy == [
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    ]


def test_in_words_each_change_is_a_line(edit: dict[str, Any]) -> None:
    answer = yusuan("diff", CITY / edit["before"], CITY / edit["after"])
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("A ") and lines[1].startswith("B ")
    assert lines[2] == f"Figures differ: {len(edit['cells'])} altered, 0 added, 0 removed."
    cell = edit["cells"][0]
    assert f"| {cell['column_path']}: {cell['before']}万元 on page 13 -> {cell['after']}万元 on page 13" in lines[3]
    assert len(lines) == 3 + len(edit["cells"])


def test_stored_documents_are_named_by_the_first_digits_of_their_hashes(
    edit: dict[str, Any], tmp_path: Path
) -> None:
    assert yusuan("import", CITY / edit["before"], CITY / edit["after"], "--data", tmp_path).exit_code == 0
    stored = sorted(path.stem for path in (tmp_path / "documents").glob("*/*.pdf"))
    answer = yusuan("diff", stored[0][:12], stored[1].upper(), "--json", "--data", tmp_path)
    found = json.loads(answer.stdout)
    assert [found["before"]["sha256"], found["after"]["sha256"]] == stored
    assert len(found["changes"]) == len(edit["cells"])
    same = yusuan("diff", stored[0], stored[0], "--data", tmp_path)
    assert "They are the same file." in same.stdout


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere.pdf", "nowhere.pdf is neither a file nor the first 8 or more digits of a stored document's"),
        ("abcdef", "abcdef is neither a file nor"),
        ("abcdef0123", "abcdef0123 names 0 documents in"),
        ("../../../etc", "is neither a file nor"),
    ],
)
def test_what_names_no_document_is_a_mistake_in_the_call(
    name: str, message: str, edit: dict[str, Any], tmp_path: Path
) -> None:
    answer = yusuan("diff", CITY / edit["before"], name, "--data", tmp_path)
    assert (answer.exit_code, message in answer.stderr) == (2, True)


def test_a_file_that_cannot_be_read_is_exit_code_1_and_no_difference(edit: dict[str, Any], tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.pdf"
    rubbish.write_bytes(b"<html>404</html>")
    answer = yusuan("diff", CITY / edit["before"], rubbish)
    assert (answer.exit_code, "cannot be read" in answer.stderr) == (1, True)


def test_documents_of_two_years_are_said_to_be_hardly_two_versions() -> None:
    folder = CITY / "night1" / "czxx" / "yjsgk"
    this, last = (sorted((folder / month).glob("*.pdf"))[0] for month in ("202603", "202503"))
    answer = yusuan("diff", last, this)
    assert "different years, stages or scopes" in answer.stdout


# ---- hostile and long documents, without reading a PDF ----


class NoPictures(Pictures):
    """Draws nothing, as where a page cannot be drawn, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[bool] = []

    def draw(self, *arguments: Any, near: bool = False) -> bytes | None:
        self.asked.append(near)
        return None


def drawn(before: ParsedDocument, after: ParsedDocument, pictures: Pictures) -> str:
    after = replace(after, document=replace(after.document, sha256="b" * 64))
    sides = [Version(path=Path(f"{name}.pdf"), parsed=side) for name, side in (("a", before), ("b", after))]
    return render(sides, compare(compared(before), compared(after)), pictures)


def listing(amounts: list[str], name: str = "项目{}", **others: Any) -> ParsedDocument:
    lines = [little.row(name.format(number), amount) for number, amount in enumerate(amounts)]
    return little.document(little.table("projects", [little.column("合计")], lines), **others)


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;\u202e{}"


def test_texts_of_a_document_are_never_markup() -> None:
    before, after = (listing([amount], HOSTILE, title=HOSTILE, unit_name=HOSTILE) for amount in ("1", "2"))
    page = drawn(before, after, NoPictures())
    tags = [tag for tag, _ in Reader(page).tags]
    assert {"script", "img"} & set(tags) == set()
    assert "\u202e" not in page
    assert "<script>alert(1)</script>" in "".join(Reader(page).words)


def test_a_page_that_cannot_be_drawn_is_said_to_be_missing() -> None:
    page = drawn(listing(["1"]), listing(["2"]), NoPictures())
    assert page.count("这一页画不出来，请打开原文件看第 1 页。") == 2


def test_a_cell_that_one_version_does_not_have_is_said_to_be_missing_there() -> None:
    page = drawn(listing(["1"]), listing(["1", "2"]), NoPictures())
    assert page.count("这一版没有这一格。") == 1
    assert re.search(r'class="old">（无）</span> → <span class="new">2<', page)


def test_of_very_many_changes_only_the_first_have_pictures_and_all_are_listed() -> None:
    count = CLOSE_UPS + 30
    pictures = NoPictures()
    page = drawn(listing(["1"] * count), listing(["2"] * count), pictures)
    assert pictures.asked == [True] * (2 * CLOSE_UPS)
    assert "其余 30 格（不附图）" in page
    assert all(f"项目{number}" in page for number in range(count))
    assert WHOLE_PAGES < CLOSE_UPS


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (listing(["1"]), "只是文件字节不同"),
        (listing(["1"], sections=[little.section("多一句话")]), "文字不同，数字相同"),
    ],
)
def test_versions_with_the_same_figures_say_what_else_differs(after: ParsedDocument, words: str) -> None:
    page = drawn(listing(["1"]), after, NoPictures())
    assert words in page
    assert 'class="panel change"' not in page


def test_a_dead_worker_costs_its_picture_and_no_other(edit: dict[str, Any], tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    cell, whole = (100.0, 100.0, 200.0, 120.0), (0.0, 0.0, 500.0, 500.0)
    with Pictures() as pictures:
        assert pictures.draw(broken, 1, cell, whole, []) is None
        assert pictures._worker is not None
        pictures._worker.kill()
        pictures._worker.wait()
        assert pictures.draw(CITY / edit["before"], 13, cell, whole, []) is None
        assert (pictures.draw(CITY / edit["before"], 13, cell, whole, []) or b"").startswith(b"\x89PNG")
        assert pictures.draw(CITY / edit["before"], 99, cell, whole, []) is None


def test_covered_cells_are_painted_over(edit: dict[str, Any]) -> None:
    cell, whole = (100.0, 100.0, 200.0, 120.0), (0.0, 0.0, 500.0, 500.0)
    with Pictures() as pictures:
        drawn = [pictures.draw(CITY / edit["before"], 13, cell, whole, covers) for covers in ([], [whole])]
    before, after = (coloured(Image.open(io.BytesIO(picture or b"")).convert("RGB"), COVER) for picture in drawn)
    assert after > 100_000 > before
