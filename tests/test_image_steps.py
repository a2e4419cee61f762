"""The image without a container engine: its steps are done, it is healthy, and what is not understood fails."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import loaded
import site_city
from crawler import blobs

DEPLOY = Path(__file__).parent.parent / "deploy"
DOCUMENTS = Path(__file__).parent / "documents/demo/night1"
BASE = f"FROM python:{sys.version_info.major}.{sys.version_info.minor}-slim-bookworm\n"
steps = loaded.script(DEPLOY / "image_steps.py")
SERVICES = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]


@pytest.fixture(scope="module")
def image() -> Iterator[Any]:
    with steps.made(DEPLOY / "Containerfile") as image:
        yield image


@pytest.mark.slow
def test_the_image_serves_a_build_writes_only_to_its_volume_and_ends_when_asked(
    image: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps.try_out(image, site_city.make(tmp_path / "data").data)
    said = capsys.readouterr().out.splitlines()
    assert "healthy after" in said[0]
    assert said[1] == "CMD: ended when asked to; wrote nothing beside its volumes"
    assert not (image.root / "src").exists(), "the sources stay in the stage that builds"


@pytest.mark.slow
def test_scheduler_and_worker_of_the_compose_file_are_healthy_in_the_image_and_read(image: Any) -> None:
    scheduler, worker = SERVICES["scheduler"], SERVICES["worker"]
    ports = {"8786": steps.free_port(), "8787": steps.free_port()}
    others = {**ports, "8787": steps.free_port()}
    asked = [word.replace("//scheduler:", "//127.0.0.1:") for word in worker["command"]]
    with image.running([*scheduler["entrypoint"], *scheduler["command"]], ports) as first:
        image.wait(first, scheduler["healthcheck"]["test"][1:], ports)
        given = {name: value for name, value in worker["environment"].items() if value is not None}
        with image.running([*worker["entrypoint"], *asked], others, **given) as second:
            image.wait(second, worker["healthcheck"]["test"][1:], others)
            asked = ["yusuan", "parse", "--cluster", "tcp://127.0.0.1:8786", "--data", "/data/few"]
            for document in sorted(DOCUMENTS.rglob("*.pdf"))[:2]:
                blobs.store(image.path("/data/few"), document.read_bytes())
            image.become()
            done = subprocess.run(
                image.words(asked, ports), env=image.environment(), cwd=image.path("."), timeout=120,
                capture_output=True, text=True, **image.user,
            )  # fmt: skip
            assert done.stdout == "2 documents: 2 final\n", done.stderr



# ---- what fails ----


@pytest.mark.parametrize(
    "step",
    [
        "ADD . /src",
        "SHELL [\"bash\", \"-c\"]",
        "RUN curl http://127.0.0.1/ | sh",
        "RUN python -c 1 | cat",
        "RUN python -c 1; python -c 2",
        "ENV A=$B",
        "COPY --chown=10001 README.md /",
        "COPY --from=elsewhere /opt /opt",
        "COPY missing.txt /",
        "USER nobody",
        "EXPOSE 8001/tcp",
        "HEALTHCHECK NONE",
        "HEALTHCHECK --every=3s CMD [\"true\"]",
        "CMD yusuan serve",
        "FROM debian:bookworm",
        "FROM python:3.11",
    ],
)  # fmt: skip
def test_a_step_that_is_not_understood_is_an_error_that_names_its_line(step: str, tmp_path: Path) -> None:
    with pytest.raises(steps.StepError, match=r"^line 3: "):
        steps.Image(tmp_path).make(f"{BASE}# the next one is wrong\n{step}\n")


def test_a_step_that_fails_is_an_error_that_says_what_it_printed(tmp_path: Path) -> None:
    script = tmp_path / "failing.py"
    script.write_text("print('told why')\nraise SystemExit(3)\n")
    with pytest.raises(steps.StepError, match=r"(?s)^line 2: RUN .* ended with 3:.*told why"):
        steps.Image(tmp_path / "image").make(f"{BASE}RUN python {script}\n")


def tried_out(folder: Path, command: str, health: str) -> None:
    """Start an image of the base alone, with a volume and these two programs."""
    image = steps.Image(folder)
    image.make(
        f"""{BASE}WORKDIR /data
VOLUME /data
EXPOSE 8001
HEALTHCHECK --interval=30s CMD ["python", "-c", "{health}"]
CMD ["python", "-c", "{command}"]
"""
    )
    steps.try_out(image, None)


def test_a_command_that_stays_ill_or_ends_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "PATIENCE", 1)
    with pytest.raises(steps.StepError, match="^not healthy"):
        tried_out(tmp_path / "ill", "import time; time.sleep(60)", "raise SystemExit(1)")
    with pytest.raises(steps.StepError, match="(?s)^not healthy.*out of luck"):
        tried_out(tmp_path / "ended", "raise SystemExit('out of luck')", "raise SystemExit(1)")


def test_a_command_that_writes_beside_its_volumes_is_an_error(tmp_path: Path) -> None:
    look = "import pathlib; raise SystemExit(not pathlib.Path('written').exists())"
    write = "import pathlib, time; pathlib.Path('{}').touch(); pathlib.Path('written').touch(); time.sleep(60)"
    tried_out(tmp_path / "volume", write.format("more"), look)
    with pytest.raises(steps.StepError, match=r"to \['/data'\] alone, found \['beside'\]"):
        tried_out(tmp_path / "beside", write.format("../beside"), look)
