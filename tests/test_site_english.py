"""Every text of the site has its English counterpart, and templates write no Chinese outside of gettext."""

import re
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment

from datapackages import display

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted(path.name for path in (ROOT / "datasette" / "templates").glob("*.html"))
SAID_IN_CHINESE = ("中文",)  # the link back to Chinese
TOLD = re.compile(r"\{#.*?#\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}|_\(\"[^\"]*\"\)", re.DOTALL)
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def _template(name: str) -> str:
    return (ROOT / "datasette" / "templates" / name).read_text(encoding="utf-8")


def _texts(source: str) -> set[str]:
    environment = Environment(extensions=["jinja2.ext.i18n"])
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    found = environment.extract_translations(source, gettext_functions=("_", "gettext", "ngettext"))  # type: ignore[attr-defined]
    return {text for _, _, said in found for text in ([said] if isinstance(said, str) else said) if text}


def _chinese_left(source: str) -> list[str]:
    left = TOLD.sub("", source)
    for words in SAID_IN_CHINESE:
        left = left.replace(words, "")
    return re.findall(r"[一-鿿]+", left)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_says_everything_in_both_languages(name: str) -> None:
    source = _template(name)
    assert _chinese_left(source) == []
    assert _texts(source) - set(display.english(ROOT / "datasette" / "english")) == set()


def test_a_counterpart_takes_the_same_variables() -> None:
    for chinese, english in display.english(ROOT / "datasette" / "english").items():
        assert sorted(PLACEHOLDER.findall(chinese)) == sorted(PLACEHOLDER.findall(english)), chinese


def test_the_titles_and_descriptions_of_the_metadata_have_their_counterparts() -> None:
    metadata = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))
    said = [metadata["title"], metadata["description"]]
    for database in metadata["databases"].values():
        said += [database["title"], database["description"]]
        for entry in (*database["tables"].values(), *database.get("queries", {}).values()):
            said += [entry.get("title"), entry.get("description"), *entry.get("labels", {}).values()]
    counterparts = display.english(ROOT / "datasette" / "english")
    assert [text for text in said if text and text not in counterparts] == []
