"""What `deploy/` ships calls commands that exist, as a user without rights, and names what it needs."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

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


COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
ONCE = {"night", "backup"}  # end by themselves


def checked(path: Path, schema: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("path", "schema"), [("compose.yaml", "compose-spec"), ("github/nightly.yml", "github-workflows")]
)
def test_files_of_others_formats_keep_their_schemas(path: str, schema: str) -> None:
    done = checked(DEPLOY / path, schema)
    assert done.returncode == 0, done.stdout


def test_a_compose_file_with_a_misspelt_setting_does_not_keep_the_schema(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text((DEPLOY / "compose.yaml").read_text("utf-8").replace("mem_limit:", "memory_limit:"), "utf-8")
    done = checked(wrong, "compose-spec")
    assert done.returncode == 1 and "memory_limit" in done.stdout


def test_compose_runs_the_whole_and_only_site_and_proxy_without_being_asked() -> None:
    assert {name: service.get("profiles", []) for name, service in SERVICES.items()} == {
        "site": [],
        "proxy": [],
        "night": ["night"],
        "scheduler": ["cluster"],
        "worker": ["cluster"],
        "backup": ["backup"],
    }


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_without_rights_within_limits_and_looked_after(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True and "/tmp" in service["tmpfs"]
    assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"]) and service["pids_limit"]
    assert not {"privileged", "cap_add", "devices", "pid", "user"} & set(service)
    assert service.get("network_mode", "none") == "none"
    health = service.get("healthcheck")
    if name in ONCE:
        assert health == {"disable": True} and "restart" not in service
    elif name == "site":
        assert health is None and "HEALTHCHECK" in (DEPLOY / "Containerfile").read_text("utf-8")
    else:
        assert health["test"][0] == "CMD" and service["restart"] == "unless-stopped"


def test_only_the_proxy_is_reached_and_only_what_must_reaches_out() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert all(port.startswith("${YUSUAN_ADDRESS:-127.0.0.1}:") for port in SERVICES["proxy"]["ports"])
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name, service in SERVICES.items() if "outside" in service.get("networks", [])}
    assert [name for name, service in SERVICES.items() if "networks" not in service] == ["backup"]
    assert outside == {"proxy", "night"}


def test_services_call_commands_that_exist() -> None:
    for name, service in SERVICES.items():
        if service["image"] == "yusuan" and "entrypoint" not in service:
            assert is_command(service.get("command") or ["serve"]), name
    assert SERVICES["backup"]["entrypoint"] == ["python", "/backup.py"]
    assert "./backup.py:/backup.py:ro" in SERVICES["backup"]["volumes"]


def test_every_variable_of_the_compose_file_has_a_default_and_is_told_of() -> None:
    text, said = (DEPLOY / "compose.yaml").read_text("utf-8"), (DEPLOY / "README.md").read_text("utf-8")
    used = re.findall(r"\$\{(\w+)(:-)?", text)
    assert [name for name, default in used if not default] == []
    assert {name for name, _ in used if f"`{name}`" not in said} == set()


def test_the_image_ends_as_a_user_without_rights_and_serves() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    assert [line.split()[1] for line in lines if line.startswith("USER")] == ["yusuan"]
    assert not any(line.startswith(("USER", "ENTRYPOINT")) for line in lines[: lines.index("USER yusuan")])
    assert "COPY . ." not in lines
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
