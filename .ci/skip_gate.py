"""A pytest plugin for CI: a skip is only excused by what this machine lacks.

A ``browser`` test may be skipped where no Chromium is installed, a ``shared`` test where the folder of
``YUSUAN_SHARED`` (default ``../shared``) is absent. Any other skip of such a test fails the run, and so
does a module that skips itself whole, because its tests cannot say what they would have needed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REASON = 2  # a skip's longrepr is (file, line, reason)


def present() -> dict[str, str]:
    """Return marker → what is there, for the needs that this machine meets."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), "")
    folder = Path(os.environ.get("YUSUAN_SHARED", "../shared"))
    found = {"browser": browser, "shared": str(folder) if folder.is_dir() else ""}
    return {marker: where for marker, where in found.items() if where}


class SkipGate:
    """Collects the skips without excuse and fails the run for them."""

    def __init__(self) -> None:
        self.present = present()
        self.unexcused: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        for marker, where in self.present.items():
            if marker in report.keywords:
                self.unexcused.append(f"{report.nodeid}: {where} is there, yet skipped: {_reason(report)}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            remedy = "mark its tests instead of skipping it whole"
            self.unexcused.append(f"{report.nodeid}: {remedy}: {_reason(report)}")

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        if self.unexcused and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        yield

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.unexcused:
            terminalreporter.section("skipped without excuse", red=True)
            for line in sorted(set(self.unexcused)):
                terminalreporter.line(line)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # under xdist the reports of all workers arrive at the controller
        config.pluginmanager.register(SkipGate(), "skip_gate_report")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[REASON]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
