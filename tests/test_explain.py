"""``yusuan explain`` draws what the parser saw."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from crawler import blobs
from parsers.explain import KNOWN, NoSuchPage, explain
from yusuan.cli import main

FORM = next(iter(sorted((Path(__file__).parent / "documents").glob("*.pdf"))))


def test_the_picture_outlines_the_cells_of_a_known_list() -> None:
    picture, lines = explain(FORM, 1)
    colours = Image.open(io.BytesIO(picture)).convert("RGB").getcolors(maxcolors=1 << 24)
    assert colours is not None
    assert KNOWN in {colour for _, colour in colours}
    assert any("rows)" in line for line in lines)


def test_a_page_that_is_not_there_is_named_with_the_pages_there_are() -> None:
    with pytest.raises(NoSuchPage, match="page 99"):
        explain(FORM, 99)


def test_the_command_writes_the_picture_and_says_what_was_recognised(tmp_path: Path) -> None:
    target = tmp_path / "page.png"
    result = CliRunner().invoke(main, ["explain", str(FORM), "--page", "1", "--out", str(target)])
    assert result.exit_code == 0, result.output
    assert target.read_bytes().startswith(b"\x89PNG")


def test_the_command_leaves_with_2_for_a_page_that_is_not_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["explain", str(FORM), "--page", "99"])
    assert result.exit_code == 2
    assert "readable pages" in result.output


def test_a_stored_document_is_found_by_its_hash(tmp_path: Path) -> None:
    sha256 = blobs.store(tmp_path, FORM.read_bytes())
    target = tmp_path / "page.png"
    asked = ["explain", sha256, "--page", "1", "--out", str(target), "--data", str(tmp_path)]
    assert CliRunner().invoke(main, asked).exit_code == 0
    assert target.is_file()


def test_what_is_neither_file_nor_hash_leaves_with_2(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["explain", "nothing.pdf", "--page", "1", "--data", str(tmp_path)])
    assert result.exit_code == 2
    assert "neither a file nor the SHA-256" in result.output
