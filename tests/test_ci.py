"""The gate of .ci/run: a test of the browser or the real documents is not skipped where they are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CI = Path(__file__).parent.parent / ".ci"
SUITE = """
import pytest

def test_that_passes(): pass

@pytest.mark.browser
@pytest.mark.skip(reason="no picture today")
def test_of_the_browser(): pass

@pytest.mark.shared
@pytest.mark.skip(reason="no documents today")
def test_of_the_documents(): pass

@pytest.mark.skip(reason="not on this system")
def test_of_neither(): pass

@pytest.mark.shared
@pytest.mark.xfail(reason="known", strict=True)
def test_of_a_fault(): assert False
"""


def run(folder: Path, suite: str, *options: str, browser: bool = False, shared: bool = False) -> tuple[int, str]:
    """Run a suite under the gate on a machine that has the browser, the documents, or neither."""
    (folder / "bin").mkdir()
    (folder / "test_suite.py").write_text(suite, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    browser\n    shared\n", encoding="utf-8")
    if browser:
        (folder / "bin" / "chromium").touch(mode=0o755)
    if shared:
        (folder / "documents").mkdir()
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        "PATH": str(folder / "bin"),
        "PYTHONPATH": str(CI),
        "PYTEST_ADDOPTS": "-p skip_gate -p no:cacheprovider",
        "YUSUAN_SHARED": str(folder / "documents"),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-rs", *options, str(folder)]
    done = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout


def test_skips_are_excused_where_browser_and_documents_are_missing(tmp_path: Path) -> None:
    code, output = run(tmp_path, SUITE)
    assert code == 0
    assert "without excuse" not in output
    assert output.splitlines()[-1].startswith("1 passed, 3 skipped, 1 xfailed")


@pytest.mark.parametrize(
    ("there", "blamed", "options"),
    [("browser", ["browser"], ()), ("shared", ["documents"], ()), ("shared", ["documents"], ("-n", "2"))],
)
def test_a_skip_without_excuse_fails_the_run_and_is_named(
    tmp_path: Path, there: str, blamed: list[str], options: tuple[str, ...]
) -> None:
    code, output = run(tmp_path, SUITE, *options, **{there: True})
    section = output.partition("skipped without excuse")[2]
    tests = ("passes", "browser", "documents", "neither", "fault")
    assert code == 1
    assert [name for name in tests if f"_{name}:" in section] == blamed
    assert output.splitlines()[-1].startswith("1 passed, 3 skipped, 1 xfailed")


def test_a_module_that_skips_itself_whole_fails_the_run(tmp_path: Path) -> None:
    suite = "import pytest\npytest.skip('not today', allow_module_level=True)\n"
    code, output = run(tmp_path, suite, "-n", "2")
    assert code == 1
    assert "mark its tests instead of skipping it whole: Skipped: not today" in output
