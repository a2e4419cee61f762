"""Files that somebody already has: everything is kept or named, and a wrong manifest keeps nothing."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler import archives, blobs, import_paths
from crawler.errors import Locked, UsageError
from crawler.lock import hold
from crawler.state import sightings
from yusuan.collect import import_

A, B = b"%PDF-1.4\na\n%%EOF\n", b"%PDF-1.4\nb\n%%EOF\n"
HTML = b"<html>not a PDF</html>"
HEADER = "path,url,page_url,title,publisher,published_on\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "2026").mkdir(parents=True)
    (folder / "甲局.pdf").write_bytes(A)
    (folder / "2026" / "乙局.PDF").write_bytes(B)
    (folder / "2026" / "same.pdf").write_bytes(A)
    (folder / "page.pdf").write_bytes(HTML)
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "no-ending").write_bytes(B)
    (folder / "notes.txt").write_bytes(b"notes")
    return folder


def addresses(data: Path) -> list[tuple[str, str]]:
    return sorted((sighting.url, sighting.title) for sighting in sightings(data))


def kept(data: Path) -> set[bytes]:
    return {path.read_bytes() for path in blobs.all_documents(data)}


def test_a_folder_is_kept_whole_and_the_same_bytes_are_one_document(files: Path, tmp_path: Path) -> None:
    report = import_paths([files], tmp_path / "data")
    assert (report.files, report.new, report.known, report.sightings) == (6, 4, 2, 6)
    assert [(entry.name, entry.reason) for entry in report.left_out] == [
        ("files/notes.txt", "neither a PDF nor an archive")
    ]
    assert kept(tmp_path / "data") == {A, B, HTML, b""}, "what is no PDF is kept for the parser to name"
    assert addresses(tmp_path / "data") == [
        ("file:files/2026/same.pdf", "same"),
        ("file:files/2026/乙局.PDF", "乙局"),
        ("file:files/empty.pdf", "empty"),
        ("file:files/no-ending", "no-ending"),
        ("file:files/page.pdf", "page"),
        ("file:files/甲局.pdf", "甲局"),
    ]


def test_importing_again_changes_nothing(files: Path, tmp_path: Path) -> None:
    import_paths([files], tmp_path / "data")
    before = sightings(tmp_path / "data")
    report = import_paths([files], tmp_path / "data")
    assert (report.files, report.new, report.known) == (6, 0, 6)
    assert sightings(tmp_path / "data") == before


def test_a_manifest_gives_each_file_its_places_and_dates(files: Path, tmp_path: Path) -> None:
    manifest = files / "files.csv"
    manifest.write_text(
        "\ufeffpath,url,page_url,title,publisher,published_on,jurisdiction\n"
        "甲局.pdf,http://a.example/1.pdf,http://a.example/1.html,甲局2026年预算,甲局,2026-03-12,999901\n"
        "甲局.pdf,http://b.example/1.pdf,,甲局2026年预算,,,\n"
        "2026/乙局.PDF,,,乙局2026年预算,乙局,,\n",
        "utf-8",
    )
    report = import_paths([files / "2026"], tmp_path / "data", manifest)
    assert (report.files, report.sightings, report.unlisted) == (3, 4, ("2026/same.pdf",))
    found = {sighting.url: sighting for sighting in sightings(tmp_path / "data")}
    assert set(found) == {
        "http://a.example/1.pdf", "http://b.example/1.pdf", "file:2026/乙局.PDF", "file:2026/same.pdf",
    }  # fmt: skip
    first = found["http://a.example/1.pdf"]
    assert (first.page_url, first.publisher, first.jurisdiction) == ("http://a.example/1.html", "甲局", "999901")
    assert {first.published_on, first.first_seen, first.last_seen, first.retrieved_at} == {"2026-03-12"}
    assert {found["http://b.example/1.pdf"].first_seen, found["file:2026/same.pdf"].first_seen} == {""}


def test_a_manifest_alone_imports_the_files_beside_it(files: Path, tmp_path: Path) -> None:
    manifest = files / "files.csv"
    manifest.write_text(HEADER + "甲局.pdf,http://a.example/1.pdf,,甲局,甲局,2026-03-12\n", "utf-8")
    report = import_paths([], tmp_path / "data", manifest)
    assert (report.files, addresses(tmp_path / "data")) == (1, [("http://a.example/1.pdf", "甲局")])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,url\n", "line 1: 'page_url' is missing, 'title' is missing"),
        (HEADER.replace("url,", "link,", 1), "'link' is unknown"),
        (HEADER + "missing.pdf,,,,,\n", "line 2: no file 'missing.pdf' beside it or under the paths given"),
        (
            HEADER + "甲局.pdf,,,,,12 March\n",
            "line 2: published_on should be like 2026-03-12 or empty, found '12 March'",
        ),
        (HEADER + "甲局.pdf,,\n", "line 2: more or fewer cells than the header has"),
        (HEADER + ",,,,,\n", "line 2: path is empty"),
        ("路径".encode("gbk").decode("latin-1"), "line 1: 'path' is missing"),
    ],
)
def test_a_wrong_manifest_names_its_line_and_keeps_nothing(
    files: Path, tmp_path: Path, text: str, message: str
) -> None:
    manifest = files / "files.csv"
    manifest.write_text(text, "utf-8")
    with pytest.raises(UsageError) as error:
        import_paths([files], tmp_path / "data", manifest)
    assert message in str(error.value)
    assert sightings(tmp_path / "data") == [] and kept(tmp_path / "data") == set()


def test_a_manifest_in_gbk_is_refused_with_the_remedy(files: Path, tmp_path: Path) -> None:
    (files / "files.csv").write_bytes((HEADER + "甲局.pdf,,,甲局,,\n").encode("gbk"))
    with pytest.raises(UsageError, match="save it as CSV UTF-8"):
        import_paths([files], tmp_path / "data", files / "files.csv")


class GbkInfo(zipfile.ZipInfo):
    """A member whose name is written in GBK without the UTF-8 flag."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~archives.UTF8_FLAG


def test_a_zip_is_read_in_memory_with_its_chinese_names(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("乙局.pdf", B)
    with zipfile.ZipFile(tmp_path / "dept.zip", "w") as archive:
        archive.writestr(GbkInfo("预算/甲局.pdf"), A)
        archive.writestr("../../escape.pdf", HTML)
        archive.writestr("units.zip", inner.getvalue())
        archive.writestr("table.xls", b"x")
    report = import_paths([tmp_path / "dept.zip"], tmp_path / "data")
    assert addresses(tmp_path / "data") == [
        ("file:dept.zip/escape.pdf", "escape"),
        ("file:dept.zip/units.zip/乙局.pdf", "乙局"),
        ("file:dept.zip/预算/甲局.pdf", "甲局"),
    ]
    assert kept(tmp_path / "data") == {A, B, HTML}
    assert [(entry.name, entry.reason) for entry in report.left_out] == [
        ("dept.zip/table.xls", "neither a PDF nor an archive")
    ]
    assert not (tmp_path.parent / "escape.pdf").exists()


def test_a_zip_that_is_broken_or_too_large_is_named_and_the_rest_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 1000)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 not really")
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.pdf", b"0" * 100_000)
        archive.writestr("good.pdf", A)
    report = import_paths([folder], tmp_path / "data")
    assert kept(tmp_path / "data") == {A}
    assert [entry.name for entry in report.left_out] == ["in/bomb.zip/bomb.pdf", "in/broken.zip"]
    assert "more than 1000 bytes" in report.left_out[0].reason
    assert "cannot be read as a zip file" in report.left_out[1].reason


def test_two_files_of_one_name_are_two_documents_and_the_manifest_tells_them_apart(tmp_path: Path) -> None:
    for folder, content in (("x", A), ("y", B)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "预算.pdf").write_bytes(content)
    manifest = tmp_path / "files.csv"
    manifest.write_text(HEADER + "y/预算.pdf,http://y.example/1.pdf,,Y,,\n", "utf-8")
    import_paths([tmp_path / "x" / "预算.pdf", tmp_path / "y" / "预算.pdf"], tmp_path / "data", manifest)
    assert {(sighting.url, sighting.sha256) for sighting in sightings(tmp_path / "data")} == {
        ("file:预算.pdf", blobs.sha256_of(A)),
        ("http://y.example/1.pdf", blobs.sha256_of(B)),
    }


def test_an_import_waits_for_no_crawl(files: Path, tmp_path: Path) -> None:
    with hold(tmp_path / "data"), pytest.raises(Locked):
        import_paths([files], tmp_path / "data")


def test_the_command_prints_the_report_and_its_exit_code_tells_usage_from_success(
    files: Path, tmp_path: Path
) -> None:
    data = str(tmp_path / "data")
    good = CliRunner().invoke(import_, [str(files), "--data", data, "--json"])
    assert good.exit_code == 0
    assert {name: json.loads(good.output)[name] for name in ("files", "new", "known", "sightings")} == {
        "files": 6, "new": 4, "known": 2, "sightings": 6,
    }  # fmt: skip
    bad = CliRunner().invoke(import_, [str(files / "missing.pdf"), "--data", data])
    assert (bad.exit_code, bad.output) == (2, f"Error: no such file or folder: {files / 'missing.pdf'}\n")
    assert CliRunner().invoke(import_, ["--data", data]).exit_code == 2
