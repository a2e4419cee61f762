"""What `deploy/` ships calls commands that exist, as a user without rights, and names what it needs."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from yusuan.cli import main

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment]  # names of settings keep their case
    parser.read(path, encoding="utf-8")
    return parser


def is_command(words: list[str]) -> bool:
    """Whether the command line is understood: its command exists and so does each of its options."""
    command = main.commands.get(words[0])
    known = {name for parameter in command.params for name in parameter.opts} if command else set()
    return command is not None and all(word in known for word in words[1:] if word.startswith("--"))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_call_commands_that_exist_and_have_no_rights(path: Path) -> None:
    service = unit(path)["Service"]
    words = service["ExecStart"].split()
    assert words[0] == "/opt/yusuan/bin/yusuan"
    assert is_command(words[1:])
    assert (service["User"], service["NoNewPrivileges"], service["ProtectSystem"]) == ("yusuan", "true", "strict")


def test_every_variable_of_a_unit_is_in_the_file_to_edit() -> None:
    said = {line.partition("=")[0] for line in (DEPLOY / "systemd/yusuan.env").read_text("utf-8").splitlines()}
    used = {name for path in UNITS for name in re.findall(r"\$\{?(\w+)", path.read_text("utf-8"))}
    assert used <= said


def test_the_timer_comes_at_an_odd_minute_and_catches_up() -> None:
    timer = unit(DEPLOY / "systemd/yusuan-refresh.timer")["Timer"]
    assert timer["Persistent"] == "true"
    assert not re.search(r":(00|30)\b", timer["OnCalendar"])


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_understands_the_units() -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, (DEPLOY / "systemd").glob("yusuan-*"))],
        capture_output=True,
        text=True,
    )
    wrong = [line for line in done.stderr.splitlines() if "Unknown" in line or "Failed to parse" in line]
    assert wrong == []


def test_compose_runs_site_and_night_read_only_and_without_rights() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    assert set(services) == {"site", "night"}
    for service in services.values():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
        assert service["volumes"] == ["data:/data"]
    assert is_command(services["night"]["command"])
    assert services["site"]["ports"] == ["127.0.0.1:8001:8001"]


def test_the_image_ends_as_a_user_without_rights_and_serves() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users == ["yusuan"]
    served = next(line for line in lines if line.startswith("CMD ["))
    assert is_command(re.findall(r'"([^"]+)"', served))


def test_the_workflow_runs_the_night_under_a_limit_of_time() -> None:
    job = yaml.safe_load((DEPLOY / "github/nightly.yml").read_text("utf-8"))["jobs"]["refresh"]
    runs = [step["run"] for step in job["steps"] if "run" in step]
    night = next(run for run in runs if run.startswith("yusuan"))
    assert is_command(night.split()[1:])
    assert job["timeout-minutes"] < 360


def test_exit_codes_of_the_readme_are_those_of_the_command() -> None:
    said = CliRunner().invoke(main, ["--help"]).output
    for code in ("75", "1", "2"):
        assert code in said and code in (DEPLOY / "README.md").read_text("utf-8")
