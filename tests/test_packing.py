"""Packages are made place by place: what has to do with one another goes together, and nothing else."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

import made_up_city as city
from datapackages import placing, schemas, spool, workers
from datapackages.by_place import build_by_place
from datapackages.deadlines import Expected
from datapackages.ledger import Outlook, Visit
from datapackages.placing import Group, grouped
from datapackages.spooling import Spooled, Unread, keep
from datapackages.validate import InvalidPackage
from datapackages.write import write_packages
from folders import files

T = TypeVar("T")
HERE, THERE = "999900", "140200"


def rows(data: Path, package: str, resource: str) -> list[dict[str, str]]:
    with (data / "packages" / package / "data" / f"{resource}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(groups: list[Group]) -> list[tuple[list[str], list[str]]]:
    return [(sorted(group.places), group.documents) for group in groups]


def test_places_go_apart_each_with_its_documents_and_those_where_only_something_is_expected() -> None:
    of = {"b": HERE, "a": HERE, "c": THERE}
    seen = {name: (city.sighting(name),) for name in of}
    assert told(grouped(of, seen, ["110000"])) == [(["110000"], []), ([THERE], ["c"]), ([HERE], ["a", "b"])]


@pytest.mark.parametrize(("url", "count"), [("http://demo.example/x.pdf", 2), ("file:x.pdf", 3)])
def test_places_whose_documents_stood_at_one_address_go_together(url: str, count: int) -> None:
    of = {"a": HERE, "b": "", "c": THERE}
    seen = {"a": (city.sighting("a", url=url),), "b": (city.sighting("b", url=url),), "c": (city.sighting("c"),)}
    assert len(grouped(of, seen)) == count


def test_places_joined_one_after_another_are_one_group() -> None:
    of = {"a": "110000", "b": "120000", "c": "130000", "d": "140000"}
    seen = {
        name: tuple(city.sighting(name, url=f"http://demo.example/{at}.pdf") for at in at_places)
        for name, at_places in {"a": "1", "c": "2", "b": "12", "d": "3"}.items()
    }
    assert told(grouped(of, seen)) == [(["110000", "120000", "130000"], ["a", "b", "c"]), (["140000"], ["d"])]


def test_a_version_of_which_the_place_is_not_known_succeeds_the_one_at_its_address(tmp_path: Path) -> None:
    said = replace(city.parsed("b"), document=city.document("b", unit_name="", title=""))
    at = {"url": "http://demo.example/x.pdf"}
    later = {"first_seen": "2026-04-01T00:00:00Z", "jurisdiction": "", "title": "", "publisher": ""}
    elsewhere = city.parsed("c", unit_name="大同市教育局")
    seen = [
        city.sighting("a", **at), city.sighting("b", **at, **later), city.sighting("c", jurisdiction=THERE),
    ]  # fmt: skip
    reports = write_packages([city.parsed("a"), said, elsewhere], seen, tmp_path)
    assert [report.name for report in reports] == [
        "cn-140200-2026-budget", "cn-999900-2026-budget", "cn-unplaced-2026-budget",
    ]  # fmt: skip
    (document,) = rows(tmp_path, "cn-unplaced-2026-budget", "documents")
    assert document["supersedes"] == city.sha("a")


def test_what_is_not_settled_whose_it_is_keeps_every_place_from_calling_a_unit_missing(tmp_path: Path) -> None:
    expected = Expected(source="demo", jurisdiction=HERE, year=2026, stage="budget")
    visit = Visit(source="demo", jurisdiction=HERE, finished=True, ended="2026-09-01T00:00:00Z")
    nobody = city.parsed("x", unit_name="", department_name="", title="")
    whose = city.sighting("x", jurisdiction="", title="", publisher="")
    write_packages([nobody], [whose], tmp_path, outlook=Outlook(expected=(expected,), visits=(visit,)))
    lines = rows(tmp_path, "cn-999900-2026-budget", "ledger")
    assert {(line["state"], line["basis"]) for line in lines} == {("unknown", "unplaced")}


def test_only_the_documents_of_one_place_are_in_memory_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    place = placing.place

    def counted(entries, *rest):  # type: ignore[no-untyped-def]
        held.append(len(list(entries)))
        return place(entries, *rest)

    monkeypatch.setattr(placing, "place", counted)
    names = [code + letter for code in ("110000", "120000", "130000") for letter in "ab"]
    seen = [city.sighting(name, jurisdiction=name[:6]) for name in names]
    write_packages(map(city.parsed, names), seen, tmp_path)
    assert held == [2, 2, 2]


def test_what_is_remembered_of_a_document_comes_back_from_the_disk(tmp_path: Path) -> None:
    kept = spool.Spool(tmp_path / "spool")
    entry = kept.add(city.parsed("a"), HERE)
    assert kept.entry(city.sha("a")) == entry


# ---- several processes ----


def test_what_every_core_does_a_part_of_comes_out_as_if_one_had_done_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {"a": "示例市教育局", "b": "示例市档案馆", "c": "大同市教育局", "d": "大同市档案馆"}
    made = {name: partial(city.parsed, name, unit_name=unit) for name, unit in named.items()}
    seen = [city.sighting(name, jurisdiction=HERE if name in "ab" else THERE) for name in named]
    outlook = Outlook(expected=(Expected(source="demo", jurisdiction=THERE, year=2026, stage="final"),))
    write_packages([read() for read in made.values()], seen, tmp_path / "here", outlook=outlook)
    monkeypatch.setattr(workers, "LARGE", 0)
    unread = [Unread(city.sha(name), 1, read) for name, read in made.items()]
    write_packages(unread, seen, tmp_path / "beside", outlook=outlook)
    assert files(tmp_path / "beside") == files(tmp_path / "here")
    assert len(list((tmp_path / "beside" / "packages").glob("*.zip"))) == 2


def test_a_process_that_is_killed_is_told_of_and_leaves_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_packages([city.parsed("a")], [], tmp_path)
    before = files(tmp_path / "packages")
    monkeypatch.setattr(workers, "LARGE", 0)
    with pytest.raises(workers.WorkerDied, match="was killed, perhaps for want of memory; what is released stays"):
        write_packages([Unread(city.sha("a"), 1, partial(os._exit, 1))], [], tmp_path)
    assert files(tmp_path / "packages") == before


def test_documents_are_batched_until_they_are_worth_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LARGE", 10)
    unread = [Unread(f"{number}", size, partial(city.parsed, "a")) for number, size in enumerate([6, 5, 20, 3])]
    begun: list[tuple[int, list[str]]] = []

    def begin(size: int, _: object, batch: list[Unread], *__: object) -> Future[list[Spooled]]:
        begun.append((size, [document.sha256 for document in batch]))
        done: Future[list[Spooled]] = Future()
        done.set_result([])
        return done

    keep(unread, spool.Spool(tmp_path / "spool"), {}, {}, begin, workers.unseen)
    assert begun == [(11, ["0", "1"]), (20, ["2"]), (3, ["3"])]


def test_every_step_of_a_run_is_shown_with_its_length(tmp_path: Path) -> None:
    seen = [city.sighting(name, jurisdiction=HERE if name in "ab" else THERE) for name in "abc"]
    unread = [Unread(city.sha(name), 1, partial(city.parsed, name)) for name in "abc"]
    steps: dict[str, list[int]] = {}

    def shown(results: Iterable[T], length: int, label: str) -> Iterator[T]:
        steps[label] = [length, 0]
        for result in results:
            steps[label][1] += 1
            yield result

    write_packages(unread, seen, tmp_path, shown=shown)
    assert steps == {"Preparing documents": [3, 3], "Packing places": [2, 2], "Validating packages": [2, 2]}
    steps.clear()
    write_packages(unread, seen, tmp_path, shown=shown)
    assert steps["Validating packages"] == [0, 0], "packages that did not change are not validated"
    build_by_place(tmp_path, shown)
    files = len(schemas.RESOURCES)
    assert (steps["Building places"], steps["Writing Parquet"]) == ([2, 2], [files, files])


def test_a_document_that_is_given_twice_is_named_from_another_process_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LARGE", 0)
    twice = [Unread(city.sha("a"), 1, partial(city.parsed, "a"))] * 2
    with pytest.raises(ValueError, match=f"document {city.sha('a')} was given twice"):
        write_packages(twice, [], tmp_path)


def test_what_is_wrong_with_a_large_package_stops_the_release_with_its_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LARGE", 0)
    lost = replace(city.parsed("a"), statements=(city.statement("a", fact_id="nowhere"),))
    with pytest.raises(InvalidPackage, match=r"data/statements\.csv, row 2") as raised:
        write_packages([lost], [], tmp_path)
    assert not raised.value.report.valid
    assert not (tmp_path / "packages").exists()
