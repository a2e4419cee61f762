"""Values made by the quick constructor are the values that the type's own would make."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, fields

import pytest

from datapackages.model import Cell, Fact
from parsers.opened import opened


def test_what_it_makes_equals_what_the_type_makes() -> None:
    values = {"text": "合计", "page": 3, "box": (1.0, 2.0, 3.0, 4.0)}
    made = opened(Cell)(values)
    assert (type(made), made, repr(made)) == (Cell, Cell(**values), repr(Cell(**values)))  # type: ignore[arg-type]


def test_every_field_must_be_given() -> None:
    with pytest.raises(KeyError, match="box"):
        opened(Cell)({"text": "", "page": 1})


def test_what_it_makes_is_frozen_and_can_be_sent_to_another_process() -> None:
    made = opened(Fact)({field.name: field.name for field in fields(Fact)})
    with pytest.raises(FrozenInstanceError):
        made.amount = None  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(made)) == made
