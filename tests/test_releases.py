"""Dated releases: what they hold, what differs from one to the next, and where ids have gone."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import made_up_city as city
from datapackages import redirects, releases, schemas
from datapackages.delta import differences
from datapackages.model import ParsedDocument, Sighting
from datapackages.releases import NothingToRelease, release
from datapackages.write import write_packages

steady = settings(deadline=None, derandomize=True)
BUDGET = "cn-999900-2026-budget"
ATOM = {"atom": "http://www.w3.org/2005/Atom"}


def packed(data: Path, parsed: list[ParsedDocument], seen: list[Sighting] | None = None) -> Path:
    """Package these documents and release the packages."""
    write_packages(parsed, [city.sighting("a")] if seen is None else seen, data)
    return release(data)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(folder: Path) -> dict[str, object]:
    manifest: dict[str, object] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def corrected(parsed: ParsedDocument, **changes: object) -> ParsedDocument:
    """The document with its first figure otherwise."""
    return replace(parsed, facts=(replace(parsed.facts[0], **changes), *parsed.facts[1:]))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one release, to copy."""
    data = tmp_path_factory.mktemp("released")
    packed(data, [city.parsed("a"), city.parsed("b", fiscal_year=2025)])
    return data


@pytest.fixture
def data(first: Path, tmp_path: Path) -> Path:
    return shutil.copytree(first, tmp_path / "data", symlinks=True)


def test_a_release_is_named_by_its_latest_news_and_holds_every_package(data: Path) -> None:
    folder = data / "releases" / "2026-03-19"
    manifest = told(folder)
    assert (manifest["release"], manifest["previous"], manifest["number"]) == ("2026-03-19", "", 1)
    assert [entry["name"] for entry in manifest["packages"]] == ["cn-999900-2025-budget", BUDGET]  # type: ignore[attr-defined]
    assert manifest["rows"]["facts"] == 4  # type: ignore[index]
    assert (folder / f"{BUDGET}.zip").read_bytes() == (data / "packages" / f"{BUDGET}.zip").read_bytes()
    check = ["sha256sum", "-c", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=folder, capture_output=True, timeout=30).returncode == 0


def test_the_first_release_differs_from_nothing(data: Path) -> None:
    folder = data / "releases" / "latest"
    assert {count for counts in told(folder)["delta"].values() for count in counts.values()} == {0}  # type: ignore[attr-defined]
    assert rows(folder, "delta/facts.csv") == rows(folder, "redirects.csv") == []


def test_the_same_packages_make_no_second_release(data: Path) -> None:
    assert release(data) == data / "releases" / "2026-03-19"
    assert sorted(path.name for path in (data / "releases").iterdir()) == ["2026-03-19", "feed.atom", "latest"]


def test_one_other_cell_is_one_other_row_and_the_delta_says_which_field(data: Path) -> None:
    before = told(data / "releases" / "latest")
    changed = corrected(city.parsed("a"), amount=Decimal(305001), amount_text="30.5001")
    folder = packed(data, [changed, city.parsed("b", fiscal_year=2025)])
    assert folder == (data / "releases" / "latest").resolve() == data / "releases" / "2026-03-19-2"
    (row,) = rows(folder, "delta/facts.csv")
    assert (row["change"], row["changed_fields"]) == ("modified", "amount|amount_text")
    assert (row["fact_id"], row["amount"]) == (changed.facts[0].fact_id, "305001")
    counts = told(folder)["delta"]
    assert {name for name, count in counts.items() if any(count.values())} == {"facts"}  # type: ignore[attr-defined]
    hashes = [
        {entry["name"]: entry["sha256"] for entry in manifest["packages"]}  # type: ignore[attr-defined]
        for manifest in (before, told(folder))
    ]
    assert {name for name in hashes[0] if hashes[0][name] != hashes[1][name]} == {BUDGET}


def test_rows_that_come_and_go_are_told_by_their_keys(data: Path) -> None:
    folder = packed(data, [city.parsed("a"), city.parsed("c", unit_name="示例市民政所")])
    changes = {(row["change"], row["sha256"]) for row in rows(folder, "delta/documents.csv")}
    assert changes == {("deleted", city.sha("b")), ("added", city.sha("c"))}
    assert [row["name"] for row in rows(folder, "delta/units.csv")] == ["示例市民政所"]
    assert rows(folder, "delta/jurisdictions.csv") == []


def test_a_document_that_moves_to_another_package_is_modified_not_deleted(data: Path) -> None:
    folder = packed(data, [city.parsed("a"), city.parsed("b", fiscal_year=2024)])
    moved = [(row["change"], row["fiscal_year"]) for row in rows(folder, "delta/documents.csv")]
    assert moved == [("modified", "2024")]


def test_an_earlier_release_is_never_changed(data: Path) -> None:
    earlier = data / "releases" / "2026-03-19"
    before = {path: path.read_bytes() for path in earlier.rglob("*") if path.is_file()}
    packed(data, [city.parsed("a")])
    packed(data, [city.parsed("a"), city.parsed("c")])
    assert {path: path.read_bytes() for path in earlier.rglob("*") if path.is_file()} == before


def test_the_feed_lists_releases_with_their_own_dates_the_newest_first(data: Path) -> None:
    packed(data, [corrected(city.parsed("a"), amount=Decimal(1))])
    later = city.sighting("a", first_seen="2026-04-01T08:00:00Z", last_seen="2026-04-01T08:00:00Z")
    packed(data, [city.parsed("a")], [later])
    feed = ElementTree.parse(data / "releases" / "feed.atom").getroot()
    assert feed.findtext("atom:updated", namespaces=ATOM) == "2026-04-01T08:00:00Z"
    entries = feed.findall("atom:entry", ATOM)
    told = [(entry.findtext("atom:title", namespaces=ATOM), entry.find("atom:link", ATOM)) for entry in entries]
    assert [(title, link.get("href")) for title, link in told if link is not None] == [
        ("发布 2026-04-01", "2026-04-01/manifest.json"),
        ("发布 2026-03-19-2", "2026-03-19-2/manifest.json"),
        ("发布 2026-03-19", "2026-03-19/manifest.json"),
    ]
    assert entries[0].findtext("atom:summary", namespaces=ATOM) == (
        "1 个数据包，1 个文件，2 个数字；与 2026-03-19-2 相比，新增 0 个数字，修改 1 个，删除 0 个"
    )
    ids = [entry.findtext("atom:id", namespaces=ATOM) for entry in entries]
    assert len(set(ids)) == 3


def test_equal_histories_give_equal_releases(tmp_path: Path) -> None:
    made = []
    for name in ("one", "deeper/two"):
        root = tmp_path / name
        packed(root, [city.parsed("a")])
        packed(root, [corrected(city.parsed("a"), amount=Decimal(1))])
        files = [path for path in (root / "releases").rglob("*") if path.is_file()]
        made.append({path.relative_to(root).as_posix(): path.read_bytes() for path in files})
    assert made[0] == made[1]


def test_without_packages_the_next_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(NothingToRelease, match="holds no data package; run `yusuan package` first"):
        release(tmp_path)


# ---- redirects ----


def moved(parsed: ParsedDocument, left: float, top: float) -> ParsedDocument:
    """The document with its first cell drawn so much to the right and below, under the id of that place."""
    fact = parsed.facts[0]
    x0, above, x1, bottom = fact.x0 + left, fact.top + top, fact.x1 + left, fact.bottom + top
    fact_id = f"{fact.sha256[:16]}-p{fact.page}-x{x0:.0f}-y{above:.0f}"
    changed = corrected(parsed, fact_id=fact_id, x0=x0, top=above, x1=x1, bottom=bottom)
    return replace(changed, statements=(), projects=(), purchases=(), checks=())


@pytest.mark.parametrize(("left", "top", "followed"), [(3, 0, True), (0, 8, True), (60, 0, False), (0, 30, False)])
def test_a_figure_goes_on_in_the_cell_that_covers_most_of_its_own(
    tmp_path: Path, left: float, top: float, followed: bool
) -> None:
    before = moved(city.parsed("a"), 0, 0)
    packed(tmp_path, [before])
    after = moved(before, left, top)
    folder = packed(tmp_path, [after])
    ids = {"old_id": before.facts[0].fact_id, "new_id": after.facts[0].fact_id}
    expected = [{**ids, "kind": "fact", "since": "2026-03-19-2"}]
    assert rows(folder, "redirects.csv") == (expected if followed else [])


def test_redirects_lead_on_from_release_to_release_and_end_where_an_id_is_back(tmp_path: Path) -> None:
    versions = [moved(city.parsed("a"), left, 0) for left in (0, 2, 4)]
    ids = [version.facts[0].fact_id for version in versions]
    for version in versions:
        folder = packed(tmp_path, [version])
    assert [(row["old_id"], row["new_id"]) for row in rows(folder, "redirects.csv")] == [
        (ids[0], ids[2]), (ids[1], ids[2]),
    ]  # fmt: skip
    folder = packed(tmp_path, [versions[0]])
    assert [(row["old_id"], row["new_id"]) for row in rows(folder, "redirects.csv")] == [
        (ids[1], ids[0]), (ids[2], ids[0]),
    ]  # fmt: skip


def test_a_unit_that_was_merged_goes_on_in_the_unit_of_its_documents(tmp_path: Path) -> None:
    renamed = city.parsed("a", unit_name="示例市教育管理局")
    packed(tmp_path, [renamed])
    (old,) = (row["unit_id"] for row in rows(tmp_path, "review/units.csv"))
    known = "unit_id,name,aliases,jurisdiction\ncn-999900-u0001,示例市教育局,示例市教育管理局,999900\n"
    (tmp_path / "units.csv").write_text(known, encoding="utf-8")
    folder = packed(tmp_path, [renamed])
    assert rows(folder, "redirects.csv") == [
        {"old_id": old, "new_id": "cn-999900-u0001", "kind": "unit", "since": "2026-03-19-2"}
    ]


names = st.sampled_from("abcdef")


@steady
@given(st.dictionaries(names, names), st.dictionaries(names, names), st.sets(names))
def test_every_redirect_leads_as_far_as_is_known(
    earlier: dict[str, str], now: dict[str, str], back: set[str]
) -> None:
    def listed(pairs: dict[str, str]) -> list[dict[str, str]]:
        return [{"old_id": old, "new_id": new, "kind": "fact", "since": ""} for old, new in pairs.items()]

    found = redirects.together(listed(earlier), listed(now), back)
    for row in found:
        if row["old_id"] not in now:
            assert row["new_id"] == now.get(earlier[row["old_id"]], earlier[row["old_id"]])
            assert row["old_id"] not in back
    assert set(now) <= {row["old_id"] for row in found}


def test_rows_of_an_earlier_schema_are_compared_in_the_fields_of_now(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, known = data / "packages" / f"{BUDGET}.zip", schemas.fields("documents")
    monkeypatch.setattr(schemas, "fields", lambda _: {**known, "weight": {}})
    assert list(differences("documents", [path], [path])) == []


def test_the_command_releases_what_it_packs(tmp_path: Path, run: Callable[..., str]) -> None:
    assert "released as" in run(tmp_path)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """``yusuan package --release`` of one document that is already read."""
    from click.testing import CliRunner

    from yusuan import publish
    from yusuan.cli import main

    def called(data: Path) -> str:
        monkeypatch.setattr(publish, "unread", lambda _: iter([city.parsed("a")]))
        monkeypatch.setattr(publish, "sightings", lambda _: [city.sighting("a")])
        done = CliRunner().invoke(main, ["package", "--release", "--data", str(data)])
        assert done.exit_code == 0, done.output
        assert (data / releases.FOLDER / "latest" / "manifest.json").is_file()
        return done.output

    return called
