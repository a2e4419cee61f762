"""parsers/README.md is true: it names every module, and its example shows what it says."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import parsers
from datapackages.parsed import dumps
from parsers.vocabulary import canonical, first

ROOM = Path(__file__).parent.parent / "parsers"
README = (ROOM / "README.md").read_text("utf-8")


def test_every_module_has_its_line() -> None:
    named = re.findall(r"`([\w*]+\.py)`", README)
    made = [path.name for path in ROOM.glob("*.py") if path.name != "__init__.py"]
    assert [module for module in made if not any(fnmatch(module, name) for name in named)] == []
    assert [name for name in named if "*" not in name and name not in made] == []


def test_the_example_command_prints_the_fact_that_is_shown() -> None:
    command, _, shown = README.partition("$ yusuan parse ")[2].partition("```")[0].partition("\n{")
    file, script = command.split(" ", 1)[0], command.partition("'")[2].rpartition("'")[0]
    parsed = dumps(parsers.parse(ROOM.parent / file))
    printed = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script],
        input=parsed,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert printed.stdout.strip() == "{" + shown.strip()


def test_the_title_and_the_heading_of_the_worked_example_are_still_to_be_taught() -> None:
    assert (canonical("部门收支情况一览表"), first("fund", "教育收费")) == ("unrecognised", "")
