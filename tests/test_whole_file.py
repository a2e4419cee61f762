"""A file is the old one or the new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from datapackages import whole_file


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "report.md"
    for text in ("预算\r\n", "决算\n"):
        whole_file.replace(path, text)
    assert [file.name for file in path.parent.iterdir()] == ["report.md"]
    assert path.read_bytes() == "决算\n".encode()


def test_readers_see_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    whole_file.replace(path, "old")
    with whole_file.replacing(path) as file:
        file.write("new")
        file.flush()
        assert path.read_text(encoding="utf-8") == "old"
    assert path.read_text(encoding="utf-8") == "new"


def test_a_file_that_cannot_be_finished_leaves_the_old_one_alone(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    whole_file.replace(path, "old")
    with pytest.raises(UnicodeEncodeError), whole_file.replacing(path) as file:
        file.write("half, then \ud800")
    assert {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()} == {"report.md": "old"}


@pytest.mark.parametrize("reach", [True, False])
def test_a_file_is_shared_where_links_reach_and_copied_where_not(
    reach: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("Invalid cross-device link")

    if not reach:
        monkeypatch.setattr("os.link", refuse)
    (tmp_path / "one").write_text("决算", encoding="utf-8")
    whole_file.share(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "other").read_text(encoding="utf-8") == "决算"
    assert (tmp_path / "one").samefile(tmp_path / "other") is reach
