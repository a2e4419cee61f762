"""The typed meaning of columns and rows of four real documents, found through YUSUAN_SHARED."""

from collections import Counter
from pathlib import Path

import pytest

import parsers
from benchmarks.meaning import Answer, answers

pytestmark = pytest.mark.shared

DIMENSIONS = {
    "code",
    "column_role",
    "direction",
    "expenditure_type",
    "fiscal_year",
    "fund",
    "item",
    "measure",
    "parent",
    "period",
    "phase",
    "row_role",
    "scheme",
    "second code",
    "stage",
}


@pytest.fixture(scope="module")
def answered(shared: Path) -> list[Answer]:
    """Every dimension of every printed column and row of the four documents."""
    folder = shared / "real"
    names = sorted(path.stem for path in (folder / "meaning").glob("*.json"))
    paths = [folder / "documents" / f"{name}.pdf" for name in names]
    return [answer for path, parsed in parsers.many(paths) for answer in answers(folder, path.stem, parsed)]


def test_every_dimension_of_every_column_and_row_is_right(answered: list[Answer]) -> None:
    assert [answer for answer in answered if not answer.is_right] == []


def test_all_dimensions_of_all_tables_are_asked(answered: list[Answer]) -> None:
    asked = Counter(answer.dimension for answer in answered)
    assert set(asked) == DIMENSIONS
    assert asked.total() > 4300
