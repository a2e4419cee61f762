"""The house: one direction of imports, one place for each library, nothing shadowed, nothing of a machine."""

import ast
import functools
import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("yusuan", "crawler", "parsers", "datapackages")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINES = 400
HAN = re.compile(r"[〇\u3400-\u9fff]")

# The libraries that one place owns, so that each can be replaced there.
OWNERS = {
    "distributed": {"yusuan/cluster.py"},  # an extra: imported only for --cluster
    "duckdb": {"datapackages/parquet.py"},
    "frictionless": {"datapackages/validate.py"},
    "fsspec": {"crawler/stores.py"},  # of the same extra: imported only for s3://
    "isal": {"parsers/damage.py"},
    "jsonschema": {"datapackages/validate.py"},
    "pdfminer": {"parsers/plumber.py"},
    "pdfplumber": {"parsers/plumber.py"},
    "pypdfium2": {
        "datasette/plugins/page_image.py",
        "parsers/explain.py",  # pictures of pages are drawn by the library that reads them
        "parsers/ocr.py",
        "parsers/pdfium.py",
        "parsers/box_font.py",
        "parsers/pdfium_calls.py",
        "parsers/pdfium_paths.py",
        "parsers/view.py",
    },
    "playwright": {"crawler/browser.py"},  # an extra: imported only where a source's pages need a browser
    "scrapy": {
        "crawler/browser.py",
        "crawler/child.py",
        "crawler/downloading.py",
        "crawler/pages.py",
        "crawler/seen.py",
        "crawler/spider.py",
    },
    "scrapy_playwright": {"crawler/browser.py"},
    "twisted": {"crawler/child.py", "crawler/spider.py"},
    "xlsxwriter": {"datapackages/workbook.py"},
}

# Chinese in code that is no word of a form: alphabets, numbering and the shapes of dates.
SHAPES = {
    "datapackages/dictionary.py": {"| field | 名称 | type | meaning | 含义 |\n|---|---|---|---|---|"},
    "datapackages/places.py": {"^[(]?(?:[0-9]{4}|[〇零一二三四五六七八九]{4})(?:-[0-9]{4})?年?度?[)]?"},  # a year
    "datapackages/search_terms.py": {"(?<!\\d)(20\\d\\d)(?!\\d)年?度?"},  # a year
    "datapackages/search_text.py": {  # what counts as Han
        "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    },
    "parsers/about.py": {"20\\d\\d年(?:度)?", "(20\\d\\d)年"},  # a year
    "parsers/columns.py": {"(20\\d\\d)年?"},  # a year
    "parsers/roles.py": {"^[一二三四五六七八九十]{1,3}、", "^[(（][一二三四五六七八九十]{1,3}[)）]"},  # numbering
}
# Words of forms that still stand in code; they belong in parsers/data. The list may only get shorter.
WORDS = {
    "parsers/about.py": {"决算", "单位", "绩效目标表", "部门"},
    "parsers/roles.py": {"本年"},
}


def modules() -> dict[str, ast.Module]:
    """Every module of the rooms and every plugin, by its path from the root."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    paths += sorted((ROOT / "datasette" / "plugins").glob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


MODULES = modules()


def imported(tree: ast.AST) -> set[str]:
    """The top-level names that a module imports anywhere in it."""
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in found}


def python(*arguments: str, cwd: Path) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# ---- nothing is shadowed ----


def test_the_datasette_folder_is_no_package() -> None:
    assert list((ROOT / "datasette").rglob("__init__.py")) == []


@pytest.mark.parametrize("where", ["root", "elsewhere"])
def test_import_datasette_gives_the_library(where: str, tmp_path: Path) -> None:
    cwd = ROOT if where == "root" else tmp_path
    show = "import sys; sys.path.insert(0, '.'); import datasette; print(datasette.__file__, datasette.hookimpl)"
    assert "site-packages/datasette/__init__.py <pluggy" in python("-c", show, cwd=cwd)


def test_datasette_runs_as_a_module_from_the_root() -> None:
    assert ", version 0.65." in python("-m", "datasette", "--version", cwd=ROOT)


# ---- imports go one way ----


def contracts(folder: Path) -> tuple[int, str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout


def test_the_import_contracts_hold() -> None:
    code, output = contracts(ROOT)
    assert (code, "0 broken" in output) == (0, True), output


def test_an_import_against_the_direction_breaks_a_contract(tmp_path: Path) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("data", "codes", "schemas"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "parsers" / "text.py").open("a", encoding="utf-8") as module:
        module.write("\nimport crawler.state\n")
    code, output = contracts(tmp_path)
    assert code == 1
    assert "parsers.text -> crawler.state" in output


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_is_imported_only_where_it_is_owned(library: str) -> None:
    assert {path for path, tree in MODULES.items() if library in imported(tree)} == OWNERS[library]


def test_plugins_import_only_the_standard_library_datasette_and_datapackages() -> None:
    allowed = {"datapackages", "datasette", *sys.stdlib_module_names}
    foreign = {
        path: found - allowed
        for path, tree in MODULES.items()
        if path.startswith("datasette/") and (found := imported(tree)) - allowed
    }
    assert foreign == {"datasette/plugins/page_image.py": {"pypdfium2"}}


def test_pdfium_is_reached_only_inside_the_worker_of_the_page_picture() -> None:
    tree = MODULES["datasette/plugins/page_image.py"]
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    inside = {name for name, node in functions.items() if "pypdfium2" in imported(node)}
    rest = ast.Module([node for node in tree.body if not isinstance(node, ast.FunctionDef)], [])
    assert "pypdfium2" not in imported(rest)
    while True:  # whoever calls one of them is inside too
        callers = {name for name, node in functions.items() if inside & names(node)}
        if callers <= inside:
            break
        inside |= callers
    assert inside == {"_render", "_answer", "work"}
    starts = [node for node in rest.body if inside & names(node)]
    assert [ast.unparse(node.test) for node in starts if isinstance(node, ast.If)] == ["__name__ == '__main__'"]
    assert len(starts) == 1


def names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def test_every_library_that_is_imported_is_declared() -> None:
    distributions = packages_distributions()
    used = set().union(*(imported(tree) for tree in MODULES.values())) - set(sys.stdlib_module_names) - set(ROOMS)
    declared = {plain(requirement) for requirement in requirements()}
    assert {name for name in used if not declared & set(map(plain, distributions.get(name, [])))} == set()


# ---- what a machine could leave behind ----


def requirements() -> list[str]:
    """What the distribution requires, alone and with its extras."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    return [*PROJECT["project"]["dependencies"], *(name for extra in extras for name in extra)]


def plain(requirement: str) -> str:
    """The normalised name at the head of a requirement."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~;\[ ]", requirement, maxsplit=1)[0]).lower()


def test_constraints_are_names_and_versions_and_pin_every_requirement() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)] == []
    assert len({plain(line) for line in lines}) == len(lines)
    required = {plain(requirement) for requirement in [*requirements(), *PROJECT["dependency-groups"]["dev"]]}
    assert required - {plain(line) for line in lines} == set()


@functools.cache
def committed() -> dict[str, str]:
    """The text of every committed file, by its path; pictures and PDFs are no text."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout: what is committed is unknown")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    found = {}
    for name in filter(None, listed.decode().split("\0")):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in content and not content.startswith(b"%PDF"):
            found[name] = content.decode("utf-8", errors="replace")
    return found


def lines_with(pattern: re.Pattern[str]) -> Iterator[str]:
    for name, text in committed().items():
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.search(line):
                yield f"{name}:{number}: {line.strip()[:120]}"


# The words are put together here so that this file does not hold them.
LEFTOVERS = {
    "host of a package registry": "|".join(("py" r"pi\.\w", "python" "hosted", "npm" r"js\.")),
    "address of a package index": "|".join(("index" "-url", "find" "-links", "trusted" "-host", r"uv\.ind" "ex")),
    "path of one machine": r"(?<![\w.:])/(?:work|root|home|Users|tmp)/",
    "user and password in an address": r"\w://[^/\s{}]+:[^/\s{}]+@",
    "number of an issue": r"\b[Ii]ssues? #?\d",
}


@pytest.mark.parametrize("leftover", LEFTOVERS)
def test_no_committed_file_holds(leftover: str) -> None:
    assert list(lines_with(re.compile(LEFTOVERS[leftover]))) == []


# ---- how it is written ----


def test_modules_are_short() -> None:
    counts = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: count for path, count in counts.items() if count > LINES} == {}


def literals(tree: ast.Module) -> set[str]:
    """The strings of a module that hold Chinese; docstrings are prose and left out."""
    prose = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                prose.add(first.value)
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in prose)
    return {node.value for node in strings if isinstance(node.value, str) and HAN.search(node.value)}


def test_words_of_forms_stand_in_data_and_not_in_code() -> None:
    allowed: dict[str, set[str]] = defaultdict(set)
    for group in (SHAPES, WORDS):
        for path, words in group.items():
            allowed[path] |= words
    found = {path: words for path, tree in MODULES.items() if (words := literals(tree))}
    new = {path: sorted(words - allowed[path]) for path, words in found.items() if words - allowed[path]}
    gone = {path: sorted(words - found.get(path, set())) for path, words in allowed.items()}
    assert new == {}, "put these words into a csv or yaml file of their room"
    assert {path: words for path, words in gone.items() if words} == {}, "take these off the lists above"


def calls(tree: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for node in ast.walk(tree)
    )


def test_nothing_becomes_a_float_where_money_is_read_or_written() -> None:
    """Edges of pages are floats, so the reader that measures pages may make them."""
    money = {
        path: tree
        for path, tree in MODULES.items()
        if path.startswith(("datapackages/", "yusuan/"))
        or (path.startswith("parsers/") and names(tree) & {"Decimal", "Fact", "amounts"})
    }
    assert {"datapackages/write.py", "parsers/amounts.py", "parsers/facts.py"} <= set(money)
    assert [path for path, tree in money.items() if calls(tree, "float")] == []


def test_no_amount_is_declared_a_float() -> None:
    fields = [
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None
        if "float" in ast.unparse(node.annotation)
        if re.search(r"amount|\bvalue\b|money|yuan|fen\b|total", ast.unparse(node).partition(":")[0])
    ]
    assert fields == []
