"""Reports of readers: one whole line each, however many write at once and however full the disk is."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datapackages import reports
from datapackages.reports import Refused, Report

REPORT = Report(
    received_at="2026-03-20T10:00:00+00:00", fact_id="0123456789abcdef-p1-x2-y3", sha256="0" * 64, page=1,
    amount_text="3.50", reason="wrong_number", shows="3.05", note="",
)  # fmt: skip


def as_row(report: Report) -> dict[str, str]:
    return {name: str(getattr(report, name)) for name in reports.COLUMNS}


def append_hourly(data: Path, writer: int) -> None:
    for hour in range(10, 20):
        moment = f"20{writer + 10}-01-01T{hour}:00:00+00:00"
        reports.append(data, replace(REPORT, received_at=moment, note=f"{writer} {'x' * 900}"))


def test_the_first_report_makes_the_file_and_later_ones_follow(tmp_path: Path) -> None:
    later = replace(REPORT, received_at="2026-03-20T10:00:30+00:00", reason="other", note="两行\n一行")
    for report in (REPORT, later):
        reports.append(tmp_path, report)
    assert reports.read(tmp_path) == [as_row(REPORT), {**as_row(later), "note": "两行 一行"}]


def test_no_file_is_no_report(tmp_path: Path) -> None:
    assert reports.read(tmp_path) == []


def test_many_processes_write_whole_lines(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(append_hourly, [tmp_path] * 8, range(8)))
    found = reports.read(tmp_path)
    assert sorted(row["note"][0] for row in found) == sorted(str(writer) for writer in range(8) for _ in range(10))
    assert {len(row["note"]) for row in found} == {902}


def test_ten_in_a_minute_are_enough(tmp_path: Path) -> None:
    for second in range(reports.PER_MINUTE):
        reports.append(tmp_path, replace(REPORT, received_at=f"2026-03-20T10:00:{second + 10}+00:00"))
    with pytest.raises(Refused, match="10 reports in a minute") as refused:
        reports.append(tmp_path, replace(REPORT, received_at="2026-03-20T10:00:59+00:00"))
    assert refused.value.reason == "often"
    reports.append(tmp_path, replace(REPORT, received_at="2026-03-20T10:01:11+00:00"))
    assert len(reports.read(tmp_path)) == reports.PER_MINUTE + 1


def test_a_full_file_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MOST_BYTES", 100)
    reports.append(tmp_path, REPORT)
    with pytest.raises(Refused, match="100 are kept; read it, then move it") as refused:
        reports.append(tmp_path, REPORT)
    assert (refused.value.reason, len(reports.read(tmp_path))) == ("full", 1)


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reports.append(tmp_path, REPORT)
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, content: write(file, content[:20]))
    with pytest.raises(Refused, match="Free the disk") as refused:
        reports.append(tmp_path, replace(REPORT, received_at="2026-03-20T11:00:00+00:00"))
    assert (refused.value.reason, reports.read(tmp_path)) == ("unwritable", [as_row(REPORT)])


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("kept")
    (tmp_path / "review").mkdir()
    (tmp_path / reports.FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused):
        reports.append(tmp_path, REPORT)
    assert (tmp_path / "elsewhere").read_text() == "kept"


def test_a_file_of_other_columns_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "review").mkdir()
    (tmp_path / reports.FILE).write_text("a,b\n")
    with pytest.raises(ValueError, match="expected received_at,fact_id.*found a,b; move the file away"):
        reports.read(tmp_path)


@settings(max_examples=60, deadline=None)
@given(note=st.text(max_size=200))
def test_whatever_is_written_stays_one_line_that_no_spreadsheet_runs(
    note: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("any")
    reports.append(data, replace(REPORT, note=note))
    assert (data / reports.FILE).read_text(encoding="utf-8").count("\n") == 2
    [row] = reports.read(data)
    assert row["note"].removeprefix("'") == reports.plain(note).removeprefix("'")
    assert row["note"][:1] not in ("=", "+", "@", "＝", "＋", "＠")
