"""Frozen values made in the time that open ones take: a document has thousands of facts and of cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


def opened(frozen: type[T]) -> Callable[[Mapping[str, object]], T]:
    """A constructor of a frozen dataclass with slots from all its fields by name, defaults too.

    A frozen type sets each field by a call, and to match fifty named arguments takes longer than to set the
    fields. This one sets them while the type is open, and closes it: what it makes is of the frozen type. It is
    written out as dataclasses write theirs. A field that is not given raises KeyError.
    """
    names = [own.name for own in fields(frozen)]  # type: ignore[arg-type]
    scope: dict[str, Any] = {"Open": type(f"Open{frozen.__name__}", (), {"__slots__": names}), "frozen": frozen}
    lines = ["made = Open()", *[f"made.{name} = given[{name!r}]" for name in names], "made.__class__ = frozen"]
    exec("\n    ".join(["def make(given):", *lines, "return made"]), scope)
    make: Callable[[Mapping[str, object]], T] = scope["make"]
    return make
