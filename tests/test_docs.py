"""What the documents promise is there: commands, options, links, pictures, texts of issues."""

import csv
import re
import shlex
from functools import cache
from pathlib import Path

import click
import pytest
from PIL import Image

from yusuan.cli import main

ROOT = Path(__file__).parent.parent
LANGUAGES = ("README.md", "README.zh-CN.md")
READMES = sorted(
    str(path.relative_to(ROOT))
    for folder in (ROOT, *(ROOT / room for room in ("crawler", "datapackages", "datasette", "deploy", "parsers")))
    for path in folder.glob("README*.md")
) + ["tests/documents/README.md", "tests/documents/demo/README.md"]
PICTURES = {"datasette/site-wide.png": 1280, "datasette/site-narrow.png": 390}
HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def code_lines(name: str) -> list[str]:
    """The lines of fenced and indented code, and of code inside a sentence, without prompts and comments."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text(name), re.M | re.S)
    indented = re.findall(r"^ {4}\S.*$", text(name), re.M)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```\w*\n.*?^```", "", text(name), flags=re.M | re.S))
    lines = [line for block in (*fenced, *indented, *inline) for line in block.splitlines()]
    return [re.split(r" +# |  +", line.strip().removeprefix("$ "))[0] for line in lines]


def commands(name: str) -> list[list[str]]:
    """The calls of ``yusuan`` in a document, up to a pipe or a redirection, as lists of arguments."""
    calls = [re.split(r" [|>] ", line)[0] for line in code_lines(name) if line.startswith("yusuan ")]
    return [shlex.split(call)[1:] for call in calls]


def options(command: click.Command) -> set[str]:
    listed = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    return {option for option in listed if option.startswith("-")} | {"--help"}


def headings(name: str) -> list[str]:
    """The levels of the headings in their order."""
    prose = re.sub(r"^```\w*\n.*?^```", "", text(name), flags=re.M | re.S)
    return re.findall(r"^(#+) ", prose, re.M)


# ---- the command ----


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_in_the_readme(language: str) -> None:
    shown = {arguments[0] for arguments in commands(language)}
    assert set(main.commands) - shown == set()


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_and_option_explains_itself(name: str) -> None:
    command = main.commands[name]
    for part in command.commands.values() if isinstance(command, click.Group) else ():
        assert part.help
        assert [param.name for param in part.params if isinstance(param, click.Option) and not param.help] == []
    assert command.help
    assert [param.name for param in command.params if isinstance(param, click.Option) and not param.help] == []


@pytest.mark.parametrize("name", READMES)
def test_commands_in_the_documents_exist_with_those_options(name: str) -> None:
    for arguments in commands(name):
        if arguments[0] == "--help":
            continue
        command = main.commands.get(arguments[0])
        assert command, f"{name}: there is no command {arguments[0]}"
        if isinstance(command, click.Group) and len(arguments) > 1:
            command = command.commands.get(arguments[1], command)
        given = {argument.partition("=")[0] for argument in arguments[1:] if argument.startswith("-")}
        assert given - options(command) == set(), f"{name}: {' '.join(arguments)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_targets_of_make_in_the_documents_exist(language: str) -> None:
    targets = {line.split()[1] for line in code_lines(language) if line.startswith("make ")}
    assert {"demo", "test"} <= targets
    assert targets <= set(re.findall(r"^(\w+):", text("Makefile"), re.M))


def test_the_two_commands_come_first() -> None:
    for language in LANGUAGES:
        first = re.findall(r"^ {4}(\S.*?) +#", text(language), re.M)
        assert first[:2] == ["make demo", "make test"]


# ---- links, files and pictures ----


@pytest.mark.parametrize("name", READMES)
def test_links_to_files_resolve(name: str) -> None:
    prose = re.sub(r"^```\w*\n.*?^```", "", text(name), flags=re.M | re.S)
    links = re.findall(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"", prose)
    ours = [link.partition("#")[0] for link in map("".join, links) if not re.match(r"\w+:|#", link)]
    assert [link for link in ours if not ((ROOT / name).parent / link).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_files_that_commands_name_exist(name: str) -> None:
    named = [word for line in code_lines(name) for word in re.findall(r"tests/[\w./-]+\.(?:pdf|py)\b", line)]
    assert [word for word in named if not (ROOT / word).exists()] == []


def test_the_pictures_show_the_site_at_both_widths_and_are_small() -> None:
    assert {name: Image.open(ROOT / name).width for name in PICTURES} == PICTURES
    assert sum((ROOT / name).stat().st_size for name in PICTURES) < 400_000
    for language in LANGUAGES:
        assert [name for name in PICTURES if name not in text(language)] == []


# ---- two languages, one document ----


def test_both_readmes_have_the_same_headings() -> None:
    assert headings("README.md") == headings("README.zh-CN.md")


def test_both_readmes_show_the_same_commands_and_the_same_output() -> None:
    blocks = {name: re.findall(r"^```(?:\w*)\n(.*?)^```", text(name), re.M | re.S) for name in LANGUAGES}
    plain = {name: [re.sub(r" +# .*", "", block) for block in found] for name, found in blocks.items()}
    assert plain["README.md"] == plain["README.zh-CN.md"]


# ---- changelog and issues ----


def test_the_changelog_says_what_is_new_in_data_and_code() -> None:
    unreleased = text("CHANGELOG.md").partition("\n## Unreleased\n")[2].partition("\n## ")[0]
    parts = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", unreleased, re.M | re.S))
    assert list(parts) == ["Data", "Code"]
    assert [name for name, body in parts.items() if not re.search(r"^- \w", body, re.M)] == []


with (ROOT / "datapackages" / "codes" / "issues.csv").open(encoding="utf-8", newline="") as listed:
    ISSUES = {row["type"]: row for row in csv.DictReader(listed)}


@pytest.mark.parametrize("type", ISSUES)
def test_every_issue_says_in_both_languages_what_was_found_and_what_to_do(type: str) -> None:
    row = ISSUES[type]
    fields = {name: set(re.findall(r"{(\w+)}", row[name])) for name in ("message_zh", "message_en")}
    assert fields["message_zh"] == fields["message_en"]
    assert all(HAN.search(row[name]) for name in ("message_zh", "remedy_zh"))
    assert all(row[name].strip() and row[name].isascii() for name in ("message_en", "remedy_en"))
