"""Options and fixtures of the whole suite."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler import chromium

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="Rewrite the expected files; read the diff.")


@pytest.fixture(scope="session")
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether expected files are to be rewritten."""
    return bool(request.config.getoption("--accept"))


def shared_folder() -> Path:
    """The folder of real and synthetic documents: ``YUSUAN_SHARED``, else ``../shared``."""
    return Path(os.environ.get("YUSUAN_SHARED", ROOT.parent / "shared"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers first, they take longest; what needs the real documents is skipped where they are absent."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    folder = shared_folder()
    if folder.is_dir():
        return
    missing = pytest.mark.skip(reason=f"YUSUAN_SHARED: no folder {folder}")
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(missing)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real and synthetic documents."""
    return shared_folder()


@pytest.fixture(scope="session")
def demo_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory that ``yusuan demo`` makes, once for all who only read it; others copy it."""
    from yusuan import demo

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-city"
    with folder.with_suffix(".lock").open("w") as lock:  # other workers of this run wait for the first
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "site" / "current").exists():
            demo.make(folder)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium without networking of its own; its tests bear the mark ``browser``."""
    path = next(filter(None, map(shutil.which, chromium.NAMES)), None)
    if path is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield started
        started.close()
