"""Goes through the steps of a Containerfile in a clean folder, where no container engine runs.

    python deploy/image_steps.py [--data DIR] [--containerfile FILE]

Every stage gets an empty folder as its root; COPY, WORKDIR, ENV and the RUN steps of Python and pip are done there,
then the CMD is started on a free port as the image's USER (where this user may change to another) until its
HEALTHCHECK holds, and ended as an engine ends it. What needs the root of a container is checked for and said to be
left out. A step that is not understood is an error: exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
BASE = re.compile(r"python:(\d+\.\d+)-slim-\w+(?: AS (\w+))?")
SYSTEM = ("apt-get", "useradd", "install", "rm")  # commands for the root of a container
SHELL = re.compile(r"[|;<>`*?$&]")  # what a step would need a shell for
MEMORY, ROOM = Path("/dev/shm"), 4 << 30
PATIENCE, ENDING = 120, 30  # seconds until healthy, and to end


class StepError(Exception):
    """A step that is not understood, or that failed."""


@dataclass(frozen=True)
class Step:
    """One instruction, its continued lines joined."""

    line: int
    word: str
    rest: str

    def wrong(self, why: str) -> StepError:
        return StepError(f"line {self.line}: {self.word} {self.rest}: {why}")


def steps(text: str) -> Iterator[Step]:
    """The instructions of a Containerfile."""
    joined, first = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") or not (joined or line.strip()):
            continue
        first = first if joined else number
        joined += line.strip().removesuffix("\\")
        if not line.endswith("\\"):
            word, _, rest = joined.partition(" ")
            yield Step(first, word, " ".join(rest.split()))
            joined = ""
    if joined:
        raise StepError(f"line {first}: the last step is not ended: {joined}")


@dataclass
class Stage:
    """What the steps since the last FROM came to."""

    environment: dict[str, str] = field(default_factory=lambda: {"LANG": "C.UTF-8"})
    folder: str = "/"
    user: str = ""
    port: str = ""
    volumes: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)


class Image:
    """A folder that becomes what the image would hold; ``root`` is its ``/``."""

    def __init__(self, folder: Path, context: Path = CHECKOUT) -> None:
        self.context, self.root, self.base = context, folder / "root", folder / "base"
        self.stage, self.stages = Stage(), dict[str, Path]()
        self.uids: dict[str, int] = {}
        self.user: dict[str, Any] = {}
        self.name = ""
        (self.base / "bin").mkdir(parents=True)
        (folder / "tmp").mkdir(mode=0o1777)
        (folder / "tmp").chmod(0o1777)
        python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
        (self.base / "bin" / "python").symlink_to(python)

    def make(self, text: str) -> None:
        """Do every step of a Containerfile; raises StepError."""
        for step in steps(text):
            do = getattr(self, f"_{step.word.lower()}", None) if step.word.isupper() else None
            if do is None:
                raise step.wrong("this instruction is not understood here")
            began = time.monotonic()
            do(step)
            tell(f"{step.word} {step.rest}", f"{time.monotonic() - began:.1f} s")

    def path(self, inside: str) -> Path:
        """Where a path of the image lies."""
        return self.root / os.path.join(self.stage.folder, inside).lstrip("/")

    def here(self, text: str) -> str:
        """A text with the image's own folders under this one's root."""
        tops = "|".join(sorted(path.name for path in self.root.iterdir())) or "(?!)"
        return re.sub(rf"(?<![\w/.])/(?=(?:{tops})(?:[/:]|$))", f"{self.root}/", text)

    def environment(self) -> dict[str, str]:
        """What the stage sets, over what the base image does."""
        path = f"{self.base / 'bin'}:/usr/bin:/bin"
        said = {name: self.here(value).replace("$PATH", path) for name, value in self.stage.environment.items()}
        return {"PATH": path, "HOME": self.temporary, "TMPDIR": self.temporary, **said}

    @property
    def temporary(self) -> str:
        return str(self.root.parent / "tmp")

    def _from(self, step: Step) -> None:
        base = BASE.fullmatch(step.rest)
        if not base:
            raise step.wrong("expected python:<version>-slim-<Debian>, and AS <name> at most")
        if base[1] != f"{sys.version_info.major}.{sys.version_info.minor}":
            tell(f"the base image has Python {base[1]}", f"this one's {sys.version.split()[0]} stands for it")
        if self.root.exists():  # a stage keeps its paths while it is made, as environments of Python need
            self.stages[self.name] = self.root.rename(self.root.with_name(f"stage-{self.name}"))
        self.root.mkdir()
        self.name, self.stage = base[2] or "", Stage()

    def _workdir(self, step: Step) -> None:
        self.stage.folder = os.path.join(self.stage.folder, step.rest)
        self.path(".").mkdir(parents=True, exist_ok=True)

    def _env(self, step: Step) -> None:
        pairs = [pair.partition("=") for pair in shlex.split(step.rest)]
        if any(not equals or "$" in value.replace("$PATH", "") for _, equals, value in pairs):
            raise step.wrong("expected NAME=VALUE with no variable but $PATH")
        self.stage.environment |= {name: value for name, _, value in pairs}

    def _copy(self, step: Step) -> None:
        *sources, target = step.rest.split()
        origin = self.context
        take: Callable[[Path, Path], None] = _copied
        if sources[0].startswith("--"):
            option, _, name = sources.pop(0).partition("=")
            if option != "--from" or name not in self.stages:
                raise step.wrong("expected --from=<an earlier stage>")
            origin, take = self.stages[name], os.rename  # tens of thousands of files; the stage is done with
        for source in sources:
            found, to = origin / source.lstrip("/"), self.path(target)
            if not found.exists():
                raise step.wrong(f"there is no {found}")
            if to.is_dir() and found.is_dir():
                raise step.wrong(f"{target} is there already: two folders in one are not understood here")
            to = to / found.name if target.endswith("/") and found.is_file() else to
            to.parent.mkdir(parents=True, exist_ok=True)
            take(found, to)

    def _run(self, step: Step) -> None:
        for command in step.rest.split("&&"):
            words = shlex.split(command)
            if words[0] in SYSTEM:
                self._leave_out(words)
            elif Path(words[0]).name in ("python", "pip") and not SHELL.search(command):
                self._do(step, words)
            else:
                raise step.wrong(f"expected python or pip, without a shell, found {command.strip()}")

    def _leave_out(self, words: list[str]) -> None:
        """Tell of a command for a container's root, and learn what later steps need to know of it."""
        lacking = []
        if words[0] == "useradd":
            self.uids[words[-1]] = int(words[words.index("--uid") + 1])
        if words[:2] == ["apt-get", "install"]:
            wanted = [word for word in words[2:] if not word.startswith("-")]
            lacking = [name for name in wanted if not _is_installed(name)]
        tell(f"  {shlex.join(words)}", "left out" + (f"; missing here: {' '.join(lacking)}" if lacking else ""))

    def _do(self, step: Step, words: list[str]) -> None:
        if words[1:3] == ["-m", "venv"]:
            self.path(words[-1]).mkdir(parents=True)
        own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        words = [self.here(word) for word in words]
        log = self.root.parent / "step.log"
        with log.open("w") as said:
            done = subprocess.run(
                words, cwd=self.path("."), env={**own, **self.environment(), "HOME": os.environ.get("HOME", "/")},
                stdout=said, stderr=said,
            )  # fmt: skip
        if done.returncode:
            raise step.wrong(f"{shlex.join(words)} ended with {done.returncode}:\n{log.read_text()[-2000:]}")

    def _user(self, step: Step) -> None:
        if step.rest not in self.uids:
            raise step.wrong("no useradd of an earlier step makes this user")
        self.stage.user = step.rest

    def _volume(self, step: Step) -> None:
        self.path(step.rest).mkdir(parents=True, exist_ok=True)
        self.stage.volumes.append(step.rest)

    def _expose(self, step: Step) -> None:
        if not step.rest.isdigit():
            raise step.wrong("expected one port")
        self.stage.port = step.rest

    def _healthcheck(self, step: Step) -> None:
        options, _, command = step.rest.partition("CMD ")
        if not re.fullmatch(r"(--(interval|timeout|start-period|retries)=\d+s? ?)*", options):
            raise step.wrong("an option is not understood")
        self.stage.health = _words(step, command)

    def _entrypoint(self, step: Step) -> None:
        self.stage.entrypoint = _words(step, step.rest)

    def _cmd(self, step: Step) -> None:
        self.stage.command = _words(step, step.rest)

    # ---- what an engine does with the image ----

    def fill(self, volume: str, data: Path) -> None:
        """Begin with a copy of a folder in a volume, owned by the image's user."""
        shutil.copytree(data, self.path(volume), symlinks=True, dirs_exist_ok=True)

    def become(self) -> bool:
        """Let what is started from now on be the image's user, who owns its volumes; False where that cannot be."""
        uid = self.uids.get(self.stage.user)
        if uid is None or os.geteuid() != 0:
            return False
        user: dict[str, Any] = {"user": uid, "group": uid, "extra_groups": []}
        try:  # Python may lie where only root looks
            subprocess.run([self.base / "bin" / "python", "-c", ""], env={}, check=True, **user)
        except (PermissionError, subprocess.CalledProcessError):
            return False
        for volume in self.stage.volumes:
            for path in [self.path(volume), *self.path(volume).rglob("*")]:
                os.chown(path, uid, uid, follow_symlinks=False)
        self.user = user
        return True

    def words(self, command: list[str], ports: dict[str, str]) -> list[str]:
        """A command line of the image with its paths here, on other ports, asked from this machine alone."""
        moved = [self.here(word).replace("0.0.0.0", "127.0.0.1") for word in command]
        return [re.sub(r"\b\d{4}\b", lambda found: ports.get(found[0], found[0]), word) for word in moved]

    @contextmanager
    def running(self, command: list[str], ports: dict[str, str], **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """Start a command as the engine would, and end it so; StepError when that does not end it well."""
        log = self.root.parent / f"{Path(command[0]).name}-{'-'.join(ports.values())}.log"
        with log.open("w") as said:
            process = subprocess.Popen(
                self.words(command, ports), cwd=self.path("."), env=self.environment() | more,
                stdout=said, stderr=said, start_new_session=True, **self.user,
            )  # fmt: skip
        try:
            yield process
            process.terminate()
            if process.wait(ENDING) not in (0, -signal.SIGTERM):
                raise StepError(f"{command} ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def wait(self, process: subprocess.Popen[bytes], health: list[str], ports: dict[str, str]) -> float:
        """Seconds until the health check held; StepError when the process ended or it took too long."""
        began, words = time.monotonic(), self.words(health, ports)
        while time.monotonic() - began < PATIENCE:
            checked = subprocess.run(
                words, env=self.environment(), cwd=self.path("."), capture_output=True, **self.user
            )
            if checked.returncode == 0:
                return time.monotonic() - began
            if process.poll() is not None:
                break
            time.sleep(0.2)
        logs = "".join(path.read_text()[-2000:] for path in self.root.parent.glob("*-*.log"))
        raise StepError(f"not healthy: {health}\n{checked.stderr.decode()[-500:]}\n{logs}")

    def files(self) -> dict[str, int]:
        """What lies in the image outside its volumes, and when it was changed."""
        kept = tuple(f"{self.path(volume)}/" for volume in self.stage.volumes)
        found = (path for path in self.root.rglob("*") if path.is_file() and not str(path).startswith(kept))
        return {str(path.relative_to(self.root)): path.stat().st_mtime_ns for path in found}


def _copied(source: Path, to: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, to, symlinks=True)
    else:
        shutil.copy2(source, to)


def _is_installed(name: str) -> bool:
    query = ["dpkg-query", "-W", "-f=${Status}", name]
    if not shutil.which(query[0]):
        return False
    return "install ok" in subprocess.run(query, capture_output=True, text=True).stdout


def _words(step: Step, text: str) -> list[str]:
    try:
        words = json.loads(text)
    except ValueError:
        words = None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise step.wrong('expected the form ["word", "word"]')
    return words


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def tell(what: str, how: str) -> None:
    print(f"{what}: {how}", flush=True)


def _quick() -> Path | None:
    """Memory, where there is room for tens of thousands of files and programs may lie there."""
    if not MEMORY.is_dir():
        return None
    said = os.statvfs(MEMORY)
    return None if said.f_flag & os.ST_NOEXEC or said.f_bavail * said.f_frsize < ROOM else MEMORY


@contextmanager
def made(containerfile: Path) -> Iterator[Image]:
    """The image, made in a folder that goes away; others may enter it, for the image's user is another."""
    folder = Path(tempfile.mkdtemp(prefix="image-", dir=_quick()))
    folder.chmod(0o755)
    try:
        image = Image(folder)
        image.make(containerfile.read_text(encoding="utf-8"))
        yield image
    finally:
        shutil.rmtree(folder)


def try_out(image: Image, data: Path | None) -> None:
    """Serve as the image does, until it is healthy, and see that it wrote nothing beside its volumes."""
    stage = image.stage
    if data:
        image.fill(stage.volumes[0], data)
    ports, before = {stage.port: free_port()}, image.files()
    who = f"as {stage.user}" if image.become() else f"not as {stage.user}, which cannot be here"
    with image.running([*stage.entrypoint, *stage.command], ports) as process:
        seconds = image.wait(process, stage.health, ports)
        tell(f"CMD {stage.command}", f"healthy after {seconds:.1f} s, {who}")
    if written := [name for name, when in image.files().items() if before.get(name) != when]:
        raise StepError(f"expected writing to {stage.volumes} alone, found {written[:5]}")
    tell("CMD", "ended when asked to; wrote nothing beside its volumes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a data directory with a build, copied into the volume")
    parser.add_argument("--containerfile", type=Path, default=CHECKOUT / "deploy" / "Containerfile")
    asked = parser.parse_args()
    try:
        with made(asked.containerfile) as image:
            try_out(image, asked.data)
    except StepError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
