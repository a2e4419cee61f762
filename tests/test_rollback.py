"""An earlier release or build is what readers get again, byte for byte, until the next night."""

import hashlib
import os
import shutil
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import made_up_city as city
from datapackages.build import build
from datapackages.releases import release
from datapackages.write import write_packages
from yusuan.rollback import rollback

FIRST, SECOND = "2026-03-19", "2026-03-19-2"


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(rollback, [*arguments, "--data", str(data)])


def published(data: Path) -> dict[str, str]:
    """The hash of every file that readers get."""
    files = [path for path in (data / "packages").rglob("*") if path.is_file()]
    files += [path for path in (data / "parquet").rglob("*") if path.is_file()]
    files.append(data / "site" / "budgets.db")
    return {str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, str]]]:
    """Two releases of different figures and packages, and what readers got after each."""
    data, found = tmp_path_factory.mktemp("rolled") / "data", []
    parsed = city.parsed("a")
    altered = replace(parsed, facts=(replace(parsed.facts[0], amount=Decimal(305001)), *parsed.facts[1:]))
    for documents in ([parsed], [altered, city.parsed("b", fiscal_year=2025)]):
        write_packages(documents, [city.sighting("a")], data)
        release(data)
        build(data)
        found.append(published(data))
    return data, found


@pytest.fixture
def data(nights: tuple[Path, list[dict[str, str]]], tmp_path: Path) -> Path:
    return Path(shutil.copytree(nights[0], tmp_path / "data", symlinks=True))


def test_a_release_put_back_is_what_readers_got_byte_for_byte(
    data: Path, nights: tuple[Path, list[dict[str, str]]]
) -> None:
    first, second = nights[1]
    assert first != second == published(data)
    done = run(data, FIRST)
    assert (done.exit_code, published(data)) == (0, first), done.output
    assert "is release 2026-03-19; the site is build-" in done.output
    assert run(data, SECOND).exit_code == 0
    assert published(data) == second


def test_a_build_is_switched_to_and_the_packages_stay(data: Path) -> None:
    before = published(data)
    served = (data / "site" / "current").resolve().name
    (other,) = {path.name for path in (data / "site").glob("build-*")} - {served}
    done = run(data, other)
    assert done.exit_code == 0
    after = published(data)
    assert os.readlink(data / "site" / "current") == other
    assert {name for name in before if before[name] != after[name]} == {"site/budgets.db"}


def test_without_a_name_it_lists_what_there_is(data: Path, tmp_path: Path) -> None:
    listed = run(data).output.splitlines()
    assert listed[:2] == [f"release {FIRST}: 1 packages, 2 facts", f"release {SECOND}: 2 packages, 4 facts"]
    assert [line.startswith("build build-") for line in listed[2:]] == [True, True]
    assert [line.endswith("(served)") for line in listed[2:]] == [False, True]
    assert run(tmp_path / "empty").output == f"{tmp_path / 'empty'} holds neither a release nor a build\n"


def test_an_unknown_name_and_a_damaged_release_change_nothing(data: Path) -> None:
    before = published(data)
    done = run(data, "2026-01-01")
    assert done.exit_code == 2
    assert f"2026-01-01 is neither a build nor a release of {data}: {FIRST}, {SECOND}, build-" in done.output
    packed = next((data / "releases" / FIRST).glob("*.zip"))
    packed.unlink()  # shares its bytes with the packages
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("datapackage.json", "{}")
    done = run(data, FIRST)
    assert (done.exit_code, "restore it from a backup" in done.output) == (1, True)
    assert published(data) == before
